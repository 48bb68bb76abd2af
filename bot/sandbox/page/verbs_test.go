package page_test

import (
	"testing"

	"renewbot/bot/sandbox"
)

func TestRejectionWithAReason(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, carol := b.open(sandbox.Alice), b.open(sandbox.Carol)
	alice.request()
	carol.press(carol.shows(sandbox.Renewals, `"action_id":"reject"`), "reject")
	v := carol.top("Reject RNW-000001")
	if r := b.act(sandbox.Carol, "viewSubmit", args{"viewId": v.ID}); r.Code != "held_back" {
		t.Errorf("without a reason it answers %+v", r)
	}
	carol.in("viewType", "reason", args{"text": "We move to 250 extensions first."})
	carol.submit("Reject RNW-000001")
	alice.wait("her message", func(s *state) bool {
		_, ok := s.find(s.dm(), "RNW-000001", "We move to 250 extensions first.")
		return ok
	})
}

func TestHomeAndShortcut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.open(sandbox.Alice)
	alice.request()
	b.must(sandbox.Alice, "viewClose", args{"viewId": look(alice, func(s *state) string { return s.Stack[len(s.Stack)-1].ID }), "all": true})
	alice.wait("no modal", func(s *state) bool { return len(s.Stack) == 0 })
	b.must(sandbox.Alice, "home", nil)
	alice.wait("Home with the request", func(s *state) bool { return s.Home != nil && contains(string(s.Home.Blocks), "RNW-000001") })
	var block string
	alice.wait("the button", func(s *state) bool {
		block = blockOf(t, message{Blocks: s.Home.Blocks}, "open_form")
		return block != ""
	})
	b.must(sandbox.Alice, "homePress", args{"blockId": block, "actionId": "open_form"})
	stale := alice.top("Renew a subscription").ID
	b.must(sandbox.Alice, "viewClose", args{"viewId": stale})
	if r := b.act(sandbox.Alice, "viewClose", args{"viewId": stale}); r.Code != "stale_view" {
		t.Errorf("a form that is closed answers %+v", r)
	}
	b.must(sandbox.Alice, "shortcut", args{"callbackId": look(alice, func(s *state) string { return s.Shortcuts[0].CallbackID })})
	alice.top("Renew a subscription")
}

// A form says at its field what is wrong.
func TestInputError(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.open(sandbox.Alice)
	b.must(sandbox.Alice, "command", args{"channel": sandbox.Renewals, "text": "/renew acme telecom"})
	alice.in("viewType", "quantity", args{"text": "0"})
	r := b.act(sandbox.Alice, "viewSubmit", args{"viewId": alice.top("Renew a subscription").ID})
	if r.Code != "held_back" || len(r.Fields) == 0 {
		t.Errorf("no extensions at all are answered with %+v", r)
	}
	alice.wait("the error", func(s *state) bool { return len(s.Stack) == 1 && len(s.Stack[0].Errors) > 0 })
}

// A command is answered to whoever typed it, wherever that was.
func TestHelpIsForOnesOwnEyes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if r := b.act(sandbox.Alice, "command", args{"channel": sandbox.Random, "text": "/renew help"}); r.Failure != "" {
		t.Errorf("a command in a channel without the bot answers %+v", r)
	}
	b.open(sandbox.Alice).wait("the help", func(s *state) bool {
		m, ok := s.find(sandbox.Random, "/renew")
		return ok && m.Ephemeral
	})
}
