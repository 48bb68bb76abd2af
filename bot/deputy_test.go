package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/blocks"
	"renewbot/bot/config"
	"renewbot/bot/directory"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// An approver names a deputy, who decides in their place and in their own name, and on nothing
// that either of them asked for; when it is over, so are the deputy's rights.
func TestDeputyDecidesInTheirPlace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	b.wants(alice.command(sandbox.Renewals, "/renew deputy @bob until Friday"), "Only approvers can have a deputy.", "Nothing was ordered.")
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @bob until Friday"), "You can't be your own deputy.")
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @dave until whenever"), "I can't read “until whenever” as a day")
	b.wants(bob.command(sandbox.Renewals, "/renew deputies"), "Nobody has a deputy")
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @carol in 94 days"), "92 days at most")
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @carol in 92 days"), "@carol decides for @bob until")
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @dave in 5 days"), "@dave decides for @bob until")
	b.says(sandbox.Audit, "deputy.named by @bob", "@dave")
	dave := b.as(sandbox.Dave)
	b.hears(sandbox.Dave, "@bob named you as deputy until", "Nothing was ordered.")
	b.wants(dave.command(sandbox.Renewals, "/renew deputy @alice until Friday"), "What you may as a deputy you can't hand on")

	own := dave.request(tutorial)
	dave.press(own, "Approve")
	b.happened("RNW-000001", renewal.CodeDenied)
	b.ends("RNW-000001", renewal.Pending, 0, renewal.CodeSubmitted, renewal.CodeDenied)
	dave.press(own, "Cancel request")
	b.happened("RNW-000001", renewal.CodeCancelled)

	card := b.shows(alice.request(tutorial), "@bob, @renewal-approvers, @dave: please decide.")
	dave.press(card, "Approve")
	b.happened("RNW-000002", renewal.CodeOrdered)
	b.shows(card, "Approved by @dave as deputy of @bob")
	b.says(sandbox.Audit, "@dave as deputy of @bob approved")

	b.wants(dave.command(sandbox.Renewals, "/renew notify none"), "being somebody's deputy")
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @carol in 5 days"), "@carol decides for @bob until")
	b.hears(sandbox.Carol, "@bob named you as deputy until")
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @dave off"), "@dave is not your deputy. Nothing was changed or ordered.")
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @carol off"), "Nobody has a deputy")
	b.hears(sandbox.Carol, "You are not deputy of @bob any more.")
	b.silent(dave.p.DM(), "any more")
	card = alice.request(tutorial)
	dave.press(card, "Approve")
	b.happened("RNW-000003", renewal.CodeDenied)
}

// Nobody waits for who is away by their status while others are there, nor for an approver
// whose deputy can decide.
func TestNobodyWaitsForWhoIsAway(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived))
	b.Slack.ChangeUser(sandbox.Bob, func(u *slacksim.User) { u.StatusEmoji, u.StatusUntil = ":palm_tree:", at(3, 12) })
	b.as(sandbox.Alice).request(acmeWish)
	b.pass(clock, at(2, 14), at(2, 14))
	b.pass(clock, at(3, 14), at(3, 14))
	b.wants(b.as(sandbox.Carol).command(sandbox.Renewals, "/renew deputy @dave in 5 days"), "@dave decides for @carol until")
	b.laterAt(clock, at(4, 9))
	b.until("the third reminder", func() bool { return len(b.reminders("RNW-000001")) >= 3 })
	want := []string{"Mon 14:00 Carol", "Tue 14:00 Bob,Carol", "Wed 09:00 Bob," + sandbox.Dave}
	if diff := cmp.Diff(want, b.reminders("RNW-000001")); diff != "" {
		t.Errorf("the reminders (-want +got):\n%s", diff)
	}
	b.hears(sandbox.Dave, "RNW-000001", "waits for your decision")
}

// A deputy who is not there silences nobody's reminders.
func TestADeputyWhoIsNotThereSilencesNobody(t *testing.T) {
	t.Parallel()
	away := func(u *slacksim.User) { u.StatusEmoji, u.StatusUntil = ":face_with_thermometer:", at(12, 12) }
	for name, c := range map[string]struct {
		deputy, bob func(*slacksim.User)
		want        []string
	}{
		"their account is gone":                   {deputy: func(u *slacksim.User) { u.Deleted = true }, want: []string{"Mon 13:00 Bob"}},
		"they are a guest now":                    {deputy: func(u *slacksim.User) { u.Restricted = true }, want: []string{"Mon 13:00 Bob"}},
		"they are ill":                            {deputy: away, want: []string{"Mon 13:00 Bob"}},
		"both are away, and nobody else is there": {deputy: away, bob: away, want: []string{"Mon 13:00 Bob," + sandbox.Dave}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t, configured(longLived), configured(func(r *config.Renew) { r.Approvers = []string{sandbox.Bob} }))
			b.wants(b.as(sandbox.Bob).command(sandbox.Renewals, "/renew deputy @dave in 5 days"), "@dave decides for @bob until")
			b.Slack.ChangeUser(sandbox.Dave, c.deputy)
			if c.bob != nil {
				b.Slack.ChangeUser(sandbox.Bob, c.bob)
			}
			b.as(sandbox.Alice).request(acmeWish)
			b.laterAt(clock, at(2, 13))
			b.until("a reminder", func() bool { return len(b.reminders("RNW-000001")) > 0 })
			if diff := cmp.Diff(c.want, b.reminders("RNW-000001")); diff != "" {
				t.Errorf("the reminders (-want +got):\n%s", diff)
			}
		})
	}
}

// Two approvers who are each other's deputies are both waited for.
func TestEachOthersDeputiesAreWaitedFor(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived))
	b.wants(b.as(sandbox.Bob).command(sandbox.Renewals, "/renew deputy @carol in 5 days"), "@carol decides for @bob until")
	b.wants(b.as(sandbox.Carol).command(sandbox.Renewals, "/renew deputy @bob in 5 days"), "@bob decides for @carol until")
	b.as(sandbox.Alice).request(acmeWish)
	b.pass(clock, at(2, 14), at(2, 13), at(2, 14))
	if diff := cmp.Diff([]string{"Mon 13:00 Bob", "Mon 14:00 Carol"}, b.reminders("RNW-000001")); diff != "" {
		t.Errorf("the reminders (-want +got):\n%s", diff)
	}
}

// What a deputy does is told with in whose place it was, wherever it is told.
func TestADeputysDecisionsAreToldAsSuch(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	alice, bob, dave := b.as(sandbox.Alice), b.as(sandbox.Bob), b.as(sandbox.Dave)
	const asDeputy = "@dave as deputy of @bob"
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @dave in 5 days"), "@dave decides for @bob until")
	card := alice.request(tutorial)
	dave.pickIn(card, blocks.ActionMore, "Ask somebody else…")
	dave.choose("Who should decide?", "", "carol")
	dave.typeIn("Why?", "She knows them")
	dave.submitOK()
	b.shows(card, "@carol was asked to decide by "+asDeputy)
	dave.press(card, "Return…")
	dave.typeIn("What should be changed?", "The PO number")
	dave.submitOK()
	b.shows(card, "Returned for changes", "By "+asDeputy)
	alice.press(b.card(sandbox.Renewals, "RNW-000001", "Change…"), "Change…")
	alice.reads("Change RNW-000001", asDeputy+" asks for changes")
	alice.typeIn("PO number", "4711")
	alice.submitOK()
	alice.titled("Check the changes")
	alice.submitOK()
	dave.press(b.card(sandbox.Renewals, "RNW-000001", "Reject…"), "Reject…")
	dave.typeIn("Reason", "not now")
	dave.submitOK()
	b.shows(card, "Rejected", "By "+asDeputy)
	b.wants(alice.command(sandbox.Renewals, "/renew status RNW-000001"), "By "+asDeputy)

	card = alice.batch(customer(31), customer(33))
	b.says(sandbox.Renewals, "asks for 2 renewals", "@dave: please decide")
	dave.press(card, "Reject…")
	dave.typeIn("Reason", "not these")
	dave.submitOK()
	b.shows(card, "Rejected by "+asDeputy)
	b.says(sandbox.Audit, asDeputy+" rejected 2 lines of RNW-B0001")
	b.wantOrders(0)
}

// Home shows what waits for somebody as long as they may decide on it, and does not have to be
// opened again when a deputy's time or a group's members change that.
func TestHomeFollowsRights(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived), configured(func(r *config.Renew) { r.RemindAfter = 30 * 24 * time.Hour }))
	bob, dave := b.as(sandbox.Bob), b.as(sandbox.Dave)
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @dave in 1 day"), "@dave decides for @bob until")
	b.as(sandbox.Alice).request(tutorial)
	dave.home("Waiting for my decision", "RNW-000001", "Approve")
	b.later(clock, 49*time.Hour)
	b.homeSays(sandbox.Dave, "Nothing waits for you.")
	b.homeLacks(sandbox.Dave, "RNW-000001")
	b.Slack.SetGroupMembers(sandbox.Approval, sandbox.Dave)
	b.homeSays(sandbox.Dave, "Waiting for my decision", "RNW-000001", "Approve")
}

// Of two processes one is told who is in a group now, and the other one draws Home.
func TestHomeFollowsAGroupThatAnotherProcessHeardOf(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived), configured(func(r *config.Renew) { r.RemindAfter = 30 * 24 * time.Hour }))
	dave := b.as(sandbox.Dave)
	b.as(sandbox.Alice).request(tutorial)
	dave.home("You have no open requests.")
	b.rest()
	b.Slack.Disturb("subteam_members_changed", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeLost}, -1)
	b.Slack.SetGroupMembers(sandbox.Approval, sandbox.Dave)
	if err := b.Ledger.RedrawHomes(b.ctx, time.Duration(directory.DecisionAge)+time.Second); err != nil { // as the other one does
		t.Fatal(err)
	}
	b.later(clock, time.Duration(directory.DecisionAge)+2*time.Second)
	b.homeSays(sandbox.Dave, "Waiting for my decision", "RNW-000001", "Approve")
}
