package page_test

import (
	"net/http"
	"testing"

	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// What goes in Slack goes on the page: messages, whole channels, and what was whispered.
func TestWhatIsGoneIsTakenAway(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.open(sandbox.Dave)
	one := b.must(sandbox.Alice, "say", args{"channel": sandbox.Random, "text": "one"}).TS
	b.must(sandbox.Alice, "say", args{"channel": sandbox.Random, "text": "an answer", "threadTs": one})
	w.wait("an answer counted at its parent", func(s *state) bool {
		parent, _ := s.find(sandbox.Random, "one")
		return parent.Replies == 1 && parent.ThreadTS == one
	})
	two := b.must(sandbox.Alice, "say", args{"channel": sandbox.Random, "text": "two"}).TS
	w.shows(sandbox.Random, "two")
	for _, ts := range []string{one, two} {
		b.Slack().DeleteMessage(slacksim.Ref{Channel: sandbox.Random, TS: ts})
	}
	w.wait("the tombstone of the one, and nothing of the other", func(s *state) bool {
		_, gone := s.Messages[sandbox.Random+" "+two]
		return s.Messages[sandbox.Random+" "+one].Deleted && !gone
	})

	b.Slack().Kick(sandbox.Random, sandbox.Dave)
	w.wait("no such channel", func(s *state) bool { return !s.names()["random"] })
	b.must(sandbox.Alice, "say", args{"channel": sandbox.Random, "text": "without him"})
	b.Slack().Invite(sandbox.Random, sandbox.Dave)
	w.wait("the channel with all that is in it", func(s *state) bool {
		_, told := s.find(sandbox.Random, "without him")
		return told && s.names()["random"]
	})
}

// What Slack refuses the bot is shown with Slack's own code.
func TestRefusedCallsAreShown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.open(sandbox.Alice)
	b.Slack().Fail("views.open", slacksim.Fault{Kind: slacksim.FaultError, Error: "expired_trigger_id"}, slacksim.Times(1))
	if r := b.act(sandbox.Alice, "command", args{"channel": sandbox.Renewals, "text": "/renew acme"}); r.status != http.StatusOK {
		t.Fatalf("the command answers %+v", r)
	}
	w.wait("the refusal", func(s *state) bool {
		return len(s.Refusals) > 0 && s.Refusals[0].Method == "views.open" && s.Refusals[0].Error == "expired_trigger_id"
	})
}

// A bot that is away is what people see of it: commands that fail, no connection, a state
// that says so, and a restart that helps.
func TestABotThatEndsByItself(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.open(sandbox.Alice)
	b.Slack().DisableSocketMode()
	w.wait("a bot that stands still", func(s *state) bool { return s.Sockets == 0 && !s.Running })
	if r := b.act(sandbox.Alice, "command", args{"channel": sandbox.Renewals, "text": "/renew"}); r.Failure != "dispatch_failed" {
		t.Errorf("the command answers %+v", r)
	}
	if r := b.act(sandbox.Alice, "home", nil); r.Failure != "dispatch_failed" {
		t.Errorf("Home answers %+v", r)
	}
	b.Slack().EnableSocketMode()
	b.must(sandbox.Alice, "restart", nil)
	w.wait("a bot that runs", func(s *state) bool { return s.Sockets > 0 && s.Running })
	w.request()
}
