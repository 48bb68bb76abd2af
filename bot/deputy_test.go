package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
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
