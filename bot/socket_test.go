package bot_test

import (
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"

	"renewbot/blocks"
	"renewbot/bot/config"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// TestEveryEnvelopeIsAcked sends envelopes that the bot does not know or can't read. It
// acks them, and goes on.
func TestEveryEnvelopeIsAcked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	force := b.Slack.As(sandbox.Alice).Force()
	interaction := func(typ string, more map[string]any) map[string]any {
		p := force.Interaction(typ)
		maps.Copy(p, more)
		return p
	}
	type fields = map[string]any
	for name, tc := range map[string]struct {
		typ, name string
		payload   fields
	}{
		"of an unknown kind":         {"workflow_steps_v9", "workflow_steps_v9", fields{"a": 1}},
		"an unknown interaction":     {"interactive", "something_new", interaction("something_new", nil)},
		"a closed view":              {"interactive", "view_closed", interaction("view_closed", fields{"view": fields{"id": "V1"}})},
		"an unknown shortcut":        {"interactive", "shortcut", interaction("shortcut", fields{"callback_id": "other"})},
		"an unknown view":            {"interactive", "view_submission", interaction("view_submission", fields{"view": fields{"id": "V1", "callback_id": "x"}})},
		"no actions":                 {"interactive", "block_actions", interaction("block_actions", nil)},
		"an interaction of nothing":  {"interactive", "block_actions", fields{}},
		"an unreadable interaction":  {"interactive", "block_actions", fields{"type": 7}},
		"an unreadable command":      {"slash_commands", "slash_commands", fields{"user_id": []int{1}}},
		"an unreadable event":        {"events_api", "event_callback", fields{"event": "?"}},
		"an unknown event":           {"events_api", "channel_rename", fields{"type": "event_callback", "event": fields{"type": "channel_rename"}}},
		"suggestions for an unknown": {"interactive", "block_suggestion", interaction("block_suggestion", fields{"action_id": "x", "block_id": "y"})},
	} {
		if _, err := force.Send(b.ctx, tc.typ, tc.name, tc.name == "block_suggestion", tc.payload); err != nil && !contains(err.Error(), "ended") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if said := b.as(sandbox.Alice).command(sandbox.Renewals, "/renew help"); !contains(said, "/renew list") {
		t.Errorf("afterwards /renew help is answered: %s", said)
	}
}

// TestAcksWithoutTheVendor has many people at once and a vendor that does not answer:
// everybody's command is acked in time.
func TestAcksWithoutTheVendor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.stop()
	release := make(chan struct{})
	b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.Hold(release))
	b.start()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			r, err := b.Slack.As(sandbox.Alice).Command(b.ctx, sandbox.Renewals, "/renew")
			if err != nil || r.Failure != "" {
				t.Errorf("/renew: %v %s", err, r.Failure)
			}
		})
	}
	all.Wait()
	close(release)
}

// TestWrongTokens starts the bot with tokens that Slack refuses: it says which one, and
// shows neither.
func TestWrongTokens(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*config.Config)
		want   string
	}{
		"bot token": {func(c *config.Config) { c.Slack.BotToken = config.NewSecret("xoxb-canary") }, "SLACK_BOT_TOKEN"},
		"app token": {func(c *config.Config) { c.Slack.AppToken = config.NewSecret("xapp-1-canary") }, "SLACK_APP_TOKEN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			w, err := sandbox.Start(t.Context(), sandbox.Options{Configure: tc.change, Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err == nil {
				w.Close()
				t.Fatal("the bot started")
			}
			if s := err.Error(); !contains(s, tc.want) || contains(s+log.String(), "canary") {
				t.Errorf("the error is %q, want one that names %s and no token; the log says %q", s, tc.want, log.String())
			}
		})
	}
}

// TestReadiness asks how the bot is: while all is well, without Slack, without the
// vendor, with credentials that the vendor refuses, and without its ledger.
func TestReadiness(t *testing.T) {
	t.Parallel()
	b := setup(t)
	states := func() string {
		var list []string
		for _, p := range b.Readiness.Parts(b.ctx) {
			list = append(list, p.Name+" "+string(p.State))
		}
		// The second connection comes after the first.
		return strings.Replace(strings.Join(list, ", "), "slack trouble", "slack ok", 1)
	}
	becomes := func(want string) {
		t.Helper()
		var got string
		b.repeat(want, func() bool { got = states(); return got == want })
	}
	becomes("slack ok, database ok, vendor ok, orders ok")
	b.sockets(ownSockets) // none may be on its way
	mend := b.Slack.Fail("apps.connections.open", slacksim.Fault{Kind: slacksim.FaultStatus, Status: 503})
	b.Slack.DropConnections()
	becomes("slack down, database ok, vendor ok, orders ok")
	mend()
	becomes("slack ok, database ok, vendor ok, orders ok")

	b.stop()
	b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503))
	b.start()
	becomes("slack ok, database ok, vendor trouble, orders ok")
	b.stop()
	b.Vendor.ClearFaults()
	secret := b.Config.Yeastar.ClientSecret
	b.Config.Yeastar.ClientSecret = config.NewSecret("canary")
	b.start()
	becomes("slack ok, database ok, vendor down, orders ok")
	for _, p := range b.Readiness.Parts(b.ctx) {
		if contains(p.Detail, "canary") {
			t.Errorf("a secret is shown: %s", p.Detail)
		}
	}
	b.stop()
	b.Config.Yeastar.ClientSecret = secret
	b.start()
	becomes("slack ok, database ok, vendor ok, orders ok")
	if err := b.Ledger.Close(); err != nil {
		t.Fatal(err)
	}
	becomes("slack ok, database down, vendor ok, orders trouble")
}

// repeat asks again and again; asking takes its time.
func (b *bundle) repeat(what string, done func() bool) {
	b.t.Helper()
	for !done() {
		if b.ctx.Err() != nil {
			b.t.Fatalf("never %s", what)
		}
	}
}

// TestForgedButtonValues presses buttons with values that are not the bot's.
func TestForgedButtonValues(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := b.as(sandbox.Alice).request(tutorial)
	bob := b.as(sandbox.Bob)
	for i, value := range []string{"", "{", `{"r":-1}`, `{"r":"1"}`, "null", strings.Repeat("x", 2000)} {
		_, err := bob.p.Force().Press(b.ctx, slacksim.Click{Ref: card.Ref(), ActionID: blocks.ActionApprove, Value: value})
		if err != nil {
			t.Fatal(err)
		}
		b.wait(fmt.Sprintf("answer %d", i+1), func(s *slacksim.Snapshot) bool { return len(s.Ephemerals[sandbox.Bob]) == i+1 })
	}
	bob.told("I can't read that button. Nothing was ordered.")
	b.wantOrders(0)
}
