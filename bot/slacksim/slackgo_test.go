package slacksim_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"renewbot/bot/slacksim"
)

// startSlackGo runs a small bot made with slack-go until the test ends.
func startSlackGo(t *testing.T, b *bench) *slack.Client {
	t.Helper()
	api := slack.New(b.BotToken(), slack.OptionAppLevelToken(b.AppToken()), slack.OptionAPIURL(b.APIURL()))
	sm := socketmode.New(api)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- sm.RunContext(ctx) }()
	handled := make(chan struct{})
	go func() {
		defer close(handled)
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-sm.Events:
				slackGoEvent(ctx, api, sm, e)
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		<-handled
	})
	return api
}

func slackGoEvent(ctx context.Context, api *slack.Client, sm *socketmode.Client, e socketmode.Event) {
	ack := func(payload any) {
		if err := sm.AckCtx(ctx, e.Request.EnvelopeID, payload); err != nil {
			return
		}
	}
	switch d := e.Data.(type) {
	case slack.SlashCommand:
		ack(nil)
		qty := slack.NewNumberInputBlockElement(nil, "qty", false)
		_, _ = api.OpenViewContext(ctx, d.TriggerID, slack.ModalViewRequest{
			Type: slack.VTModal, CallbackID: "form", Title: slack.NewTextBlockObject("plain_text", "Renew", false, false),
			Submit: slack.NewTextBlockObject("plain_text", "Send", false, false),
			Blocks: slack.Blocks{BlockSet: []slack.Block{
				slack.NewInputBlock("b_qty", slack.NewTextBlockObject("plain_text", "Quantity", false, false), nil, qty),
			}},
		})
	case slack.InteractionCallback:
		switch d.Type {
		case slack.InteractionTypeViewSubmission:
			if v := d.View.State.Values["b_qty"]["qty"].Value; v != "12" {
				ack(map[string]any{"response_action": "errors", "errors": map[string]string{"b_qty": "Must be 12"}})
				return
			}
			ack(nil)
			_, _, _ = api.PostMessageContext(ctx, sales, slack.MsgOptionText("done", false), slack.MsgOptionBlocks(
				slack.NewActionBlock("b_act", slack.NewButtonBlockElement("ok", "1", slack.NewTextBlockObject("plain_text", "OK", false, false)))))
		case slack.InteractionTypeBlockActions:
			ack(nil)
			_, _, _ = api.PostMessageContext(ctx, d.Channel.ID, slack.MsgOptionReplaceOriginal(d.ResponseURL), slack.MsgOptionText("pressed by <@"+d.User.ID+">", false))
		default:
			ack(nil)
		}
	}
}

func TestSlackGoWorks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	api := startSlackGo(t, b)
	ctx, p := b.ctx(), b.As(alice)
	if err := b.WaitSockets(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if res, err := p.Command(ctx, sales, "/go"); err != nil || res.Failure != "" {
		t.Fatal(res, err)
	}
	if _, err := p.WaitViewTitled(ctx, "Renew"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Type(ctx, "Quantity", "1"); err != nil {
		t.Fatal(err)
	}
	if res, err := p.Submit(ctx); err != nil || res.Errors["b_qty"] != "Must be 12" {
		t.Fatal(res, err)
	}
	if _, err := p.Type(ctx, "Quantity", "12"); err != nil {
		t.Fatal(err)
	}
	if res, err := p.Submit(ctx); err != nil || !res.Closed {
		t.Fatal(res, err)
	}
	card, err := b.WaitMessage(ctx, sales, "[OK]")
	if err != nil {
		t.Fatal(err)
	}
	if res, err := p.Press(ctx, card.Ref(), "ok"); err != nil || res.Failure != "" {
		t.Fatal(res, err)
	}
	if _, err := b.WaitMessage(ctx, sales, "pressed by @alice"); err != nil {
		t.Fatal(err)
	}

	user, err := api.GetUserInfoContext(ctx, bob)
	if err != nil || user.Name != "bob" {
		t.Error(user, err)
	}
	var refused slack.SlackErrorResponse
	_, _, err = api.PostMessageContext(ctx, sales, slack.MsgOptionBlocks(slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", long(151), false, false))))
	if !errors.As(err, &refused) || refused.Err != "invalid_blocks" || !strings.Contains(strings.Join(refused.ResponseMetadata.Messages, ""), "/blocks/0/text/text") {
		t.Error(err)
	}
	if err := api.AddReactionContext(ctx, "eyes", slack.NewRefToMessage(sales, card.TS)); !errors.As(err, &refused) || refused.Needed != "reactions:write" {
		t.Error(err)
	}
	if v := b.Violations(); len(v) != 0 {
		t.Error(v)
	}
}

func BenchmarkCommandToModal(bm *testing.B) {
	ws, err := slacksim.New([]byte(manifest))
	if err != nil {
		bm.Fatal(err)
	}
	if err := ws.Start(); err != nil {
		bm.Fatal(err)
	}
	ws.AddUser(slacksim.User{ID: alice, Name: "alice"})
	ws.AddChannel(slacksim.Channel{ID: sales, Name: "sales", Members: []string{alice, ws.BotUserID()}})
	api := slack.New(ws.BotToken(), slack.OptionAppLevelToken(ws.AppToken()), slack.OptionAPIURL(ws.APIURL()))
	sm := socketmode.New(api)
	ctx, cancel := context.WithCancel(bm.Context())
	done := make(chan error, 1)
	go func() { done <- sm.RunContext(ctx) }()
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-sm.Events:
				slackGoEvent(ctx, api, sm, e)
			}
		}
	}()
	defer func() {
		cancel()
		<-done
		_ = ws.Close()
	}()
	if err := ws.WaitSockets(ctx, 1); err != nil {
		bm.Fatal(err)
	}
	p, last := ws.As(alice), ""
	for bm.Loop() {
		if _, err := p.Command(ctx, sales, "/go"); err != nil {
			bm.Fatal(err)
		}
		v, err := p.WaitView(ctx, func(v slacksim.View) bool { return v.ID != last })
		if err != nil {
			bm.Fatal(err)
		}
		last = v.ID
	}
}
