package page

import (
	"context"
	"errors"

	"renewbot/bot/slacksim"
)

// person is who acts; in a modal, if the action names one.
func (s *session) person(a action) *slacksim.Person {
	return s.world.Slack.As(a.As).In(a.ViewID)
}

// acted is the answer of an action that the bot only acknowledges.
func acted(r slacksim.ActResult, err error) (answer, error) {
	return answer{"failure": r.Failure, "url": r.URL}, err
}

func typeCommand(ctx context.Context, s *session, a action) (answer, error) {
	r, err := s.person(a).Command(ctx, a.Channel, a.Text)
	return answer{"failure": r.Failure}, err
}

func say(_ context.Context, s *session, a action) (answer, error) {
	m, err := s.person(a).Say(a.Channel, a.Text, a.ThreadTS)
	return answer{"ts": m.TS}, err
}

func press(ctx context.Context, s *session, a action) (answer, error) {
	return acted(s.person(a).Press(ctx, a.message(), a.element()))
}

func pick(ctx context.Context, s *session, a action) (answer, error) {
	return acted(s.person(a).PickAll(ctx, a.message(), a.element(), a.Choices))
}

func viewPress(ctx context.Context, s *session, a action) (answer, error) {
	return acted(s.person(a).PressInView(ctx, a.element()))
}

func viewType(ctx context.Context, s *session, a action) (answer, error) {
	return acted(s.person(a).Type(ctx, a.element(), a.Text))
}

func viewEnter(ctx context.Context, s *session, a action) (answer, error) {
	return acted(s.person(a).Enter(ctx, a.element()))
}

func viewChoose(ctx context.Context, s *session, a action) (answer, error) {
	return acted(s.person(a).Choose(ctx, a.element(), a.Choices...))
}

func viewUpload(ctx context.Context, s *session, a action) (answer, error) {
	var list []slacksim.Attachment
	for _, f := range a.Files {
		list = append(list, slacksim.Attachment(f))
	}
	return acted(s.person(a).Upload(ctx, a.element(), list...))
}

func viewSearch(ctx context.Context, s *session, a action) (answer, error) {
	found, err := s.person(a).Search(ctx, a.element(), a.Query)
	var broken *slacksim.MenuError
	if errors.As(err, &broken) {
		return answer{"options": []optionJSON{}, "failure": broken.Failure}, nil
	}
	return answer{"options": shownOptions(found), "failure": ""}, err
}

func viewSubmit(ctx context.Context, s *session, a action) (answer, error) {
	r, err := s.person(a).Submit(ctx)
	if r.Errors == nil {
		r.Errors = map[string]string{}
	}
	return answer{"errors": r.Errors, "trouble": r.Trouble, "closed": r.Closed, "failure": r.Failure}, err
}

func viewClose(ctx context.Context, s *session, a action) (answer, error) {
	return acted(s.person(a).CloseView(ctx, a.All))
}

func openHome(ctx context.Context, s *session, a action) (answer, error) {
	connected := s.world.Slack.Snapshot().Sockets > 0
	_, err := s.person(a).OpenHome(ctx)
	failure := ""
	if !connected {
		failure = slacksim.FailureDispatch
	}
	return answer{"failure": failure}, err
}

func homePress(ctx context.Context, s *session, a action) (answer, error) {
	return acted(s.person(a).PressInHome(ctx, a.element()))
}

func homeChoose(ctx context.Context, s *session, a action) (answer, error) {
	return acted(s.person(a).ChooseInHome(ctx, a.element(), a.Choices...))
}

func shortcut(ctx context.Context, s *session, a action) (answer, error) {
	return acted(s.person(a).Shortcut(ctx, a.CallbackID))
}

func messageShortcut(ctx context.Context, s *session, a action) (answer, error) {
	return acted(s.person(a).MessageShortcut(ctx, a.message(), a.CallbackID))
}
