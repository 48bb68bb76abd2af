package bot_test

import (
	"testing"
	"time"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

func TestGroupChangesDuringFlow(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		event bool
		after time.Duration
	}{
		"Slack tells at once":           {true, 0},
		"Slack's event was lost":        {false, 61 * time.Second},
		"the event was lost, later too": {false, 2 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &movable{}
			b := setup(t, func(o *sandbox.Options) { o.Now = clock.now })
			card := b.as(sandbox.Alice).request(tutorial)
			// Both are looked up once, so that what was known is in the cache.
			carol, dave := b.as(sandbox.Carol), b.as(sandbox.Dave)
			carol.command(sandbox.Renewals, "/renew list")
			dave.press(card, "Approve")
			dave.told("Only approvers")

			if !tc.event {
				b.Slack.Disturb("subteam_members_changed", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeLost}, -1)
			}
			b.Slack.SetGroupMembers(sandbox.Approval, sandbox.Dave)
			if tc.event {
				b.acked("subteam_members_changed")
			}
			clock.advance(tc.after)

			carol.press(card, "Approve")
			carol.told("Only approvers")
			b.wantStatus(1, renewal.Pending)
			dave.press(card, "Approve")
			b.says(sandbox.Renewals, "XS3401174502129270784")
			b.wantDenied(attempt{sandbox.Carol, "approve", renewal.RefusedNotAllowed})
		})
	}
}

// Somebody who was taken out of the group while Slack told this process nothing is found out before
// the order is sent, by one call for all orders of a few seconds.
func TestGroupIsReadAgainBeforeAnOrder(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	b := setup(t, func(o *sandbox.Options) { o.Now = clock.now })
	card := b.as(sandbox.Alice).request(tutorial)
	carol := b.as(sandbox.Carol)
	carol.command(sandbox.Renewals, "/renew list") // known as an approver now
	b.Slack.Disturb("subteam_members_changed", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeLost}, -1)
	b.Slack.SetGroupMembers(sandbox.Approval, sandbox.Dave)
	clock.advance(6 * time.Second)
	before := b.asked("usergroups.users.list")
	carol.press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeLapsed)
	b.wantStatus(1, renewal.Pending)
	if n := b.asked("usergroups.users.list") - before; n != 1 {
		t.Errorf("Slack was asked %d times who is in the group", n)
	}
	if n := len(b.Vendor.OrderRequests()); n != 0 {
		t.Errorf("%d orders were sent", n)
	}
}

// asked counts the calls of a method.
func (b *bundle) asked(method string) int {
	n := 0
	for _, e := range b.Slack.Journal() {
		if e.Kind == slacksim.EntryCall && e.Name == method {
			n++
		}
	}
	return n
}

// acked waits until the bot has acknowledged an envelope and done what follows.
func (b *bundle) acked(name string) {
	b.t.Helper()
	sent, err := b.Slack.WaitJournal(b.ctx, func(e slacksim.Entry) bool {
		return e.Kind == slacksim.EntryEnvelope && e.Name == name
	})
	if err == nil {
		_, err = b.Slack.WaitJournal(b.ctx, func(e slacksim.Entry) bool { return e.Kind == slacksim.EntryAck && e.ID == sent.ID })
	}
	if err != nil {
		b.t.Fatalf("%s was not acked: %v", name, err)
	}
}

// TestUnreadableGroupsFailClosed lets Slack hide who is in a group: whoever depends on
// the group may not, whoever is named may.
func TestUnreadableGroupsFailClosed(t *testing.T) {
	t.Parallel()
	for name, hide := range map[string]func(*slacksim.Workspace){
		"user groups need a paid plan": func(w *slacksim.Workspace) { w.SetUserGroupsUnavailable(true) },
		"an error": func(w *slacksim.Workspace) {
			w.Fail("usergroups.users.list", slacksim.Fault{Kind: slacksim.FaultError, Error: "internal_error"})
		},
		"no answer that makes sense": func(w *slacksim.Workspace) {
			w.Fail("usergroups.users.list", slacksim.Fault{Kind: slacksim.FaultHTML})
		},
		"too many calls": func(w *slacksim.Workspace) {
			w.Fail("usergroups.users.list", slacksim.Fault{Kind: slacksim.FaultRateLimit, RetryAfter: 30 * time.Second})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &movable{}
			b := setup(t, func(o *sandbox.Options) { o.Now = clock.now })
			card := b.as(sandbox.Alice).request(tutorial)
			b.as(sandbox.Carol).command(sandbox.Renewals, "/renew list") // known as an approver now
			hide(b.Slack)
			clock.advance(2 * time.Minute)

			carol := b.as(sandbox.Carol)
			carol.press(card, "Approve")
			carol.told("Slack did not tell me who is in a user group")
			b.wantDenied(attempt{sandbox.Carol, "approve", renewal.RefusedNotAllowed})
			b.wantStatus(1, renewal.Pending)

			b.as(sandbox.Bob).press(card, "Approve")
			b.says(sandbox.Renewals, "XS3401174502129270784")
		})
	}
}

// TestUnknownPersonFailsClosed lets users.info fail.
func TestUnknownPersonFailsClosed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Slack.Fail("users.info", slacksim.Fault{Kind: slacksim.FaultError, Error: "internal_error"})
	dave := b.as(sandbox.Dave)
	if said := dave.command(sandbox.Renewals, "/renew"); !contains(said, "Slack did not tell me who you are") {
		t.Errorf("/renew was answered %q", said)
	}
	dave.noView()
	b.wantDenied(attempt{sandbox.Dave, "open", renewal.RefusedNotAllowed})
}

// TestLeaverMayNotSubmit deactivates a person, or makes them a guest, while their form
// is open: what was known when they opened it is not enough to submit it.
func TestLeaverMayNotSubmit(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	b := setup(t, func(o *sandbox.Options) { o.Now = clock.now })
	alice := b.as(sandbox.Alice)
	alice.fill(tutorial)
	alice.submitOK()
	alice.titled("Please check")
	b.Slack.ChangeUser(sandbox.Alice, func(u *slacksim.User) { u.Restricted = true })
	clock.advance(2 * time.Minute)
	alice.submitOK()
	if v := alice.titled("Not saved"); !contains(b.Slack.TextView(v), "Guests can't") {
		t.Errorf("the answer to the submission is:\n%s", b.Slack.TextView(v))
	}
	b.wantDenied(attempt{sandbox.Alice, "submit", renewal.RefusedNotAllowed})
}

// TestRefusalsAreToldAlone wants refusals in no channel but the audit channel.
func TestRefusalsAreToldAlone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := b.as(sandbox.Alice).request(tutorial)
	b.as(sandbox.Gina).press(card, "Approve")
	b.as(sandbox.Gina).told("Guests can't")
	b.wantDenied(attempt{sandbox.Gina, "approve", renewal.RefusedNotAllowed})
	for _, m := range b.Slack.Snapshot().All(sandbox.Renewals) {
		if text := b.Slack.Text(m); contains(text, "Guests") || contains(text, b.name(sandbox.Gina)) {
			t.Errorf("the channel reads: %s", text)
		}
	}
}
