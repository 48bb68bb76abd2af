package bot_test

import (
	"testing"
	"time"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// handsOver hands a request over to somebody else.
func (a *actor) handsOver(card slacksim.Message, reference, who, why string) {
	a.b.t.Helper()
	a.pickIn(card, blocks.ActionMore, "Ask somebody else…")
	a.titled("Ask about " + reference)
	a.choose("Who should decide?", "", who)
	a.typeIn("Why?", why)
	a.submitOK()
}

// An approver asks somebody else: both are named in the thread, the one asked gets the link by
// direct message, and everybody else who may decide still can.
func TestApproverAsksSomebodyElse(t *testing.T) {
	t.Parallel()
	b := setup(t)
	bob, carol := b.as(sandbox.Bob), b.as(sandbox.Carol)
	b.wants(carol.command(sandbox.Renewals, "/renew notify none"), "a request that somebody hands to you")
	card := b.as(sandbox.Alice).request(tutorial)
	ask := func(who, why string) map[string]string {
		bob.pickIn(card, blocks.ActionMore, "Ask somebody else…")
		bob.titled("Ask about RNW-000001")
		bob.choose("Who should decide?", "", who)
		bob.typeIn("Why?", why)
		return bob.submit()
	}
	if errs := ask("dave", "please"); !contains(errs[blocks.BlockPerson], "can't decide on RNW-000001 now") {
		t.Fatalf("somebody was asked who may not decide: %v", errs)
	}
	bob.choose("Who should decide?", "", "carol")
	bob.typeIn("Why?", "You know this customer.")
	bob.submitOK()
	b.says(card.Channel, "@bob asks @carol to decide: “You know this customer.”", "Nothing has been ordered.")
	b.shows(card, "@carol was asked to decide by @bob")
	b.hears(sandbox.Carol, "asks you to decide on", "/archives/"+card.Channel)
	carol.press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 1, renewal.CodeSubmitted, renewal.CodeDenied, renewal.CodeHandedOver, renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeOrdered)
}

// Who is asked and is away, or has a deputy, holds nobody's reminder back.
func TestWhoIsAskedAndAwayIsNotWaitedFor(t *testing.T) {
	for name, change := range map[string]func(*bundle){
		"away": func(b *bundle) {
			b.Slack.ChangeUser(sandbox.Carol, func(u *slacksim.User) { u.StatusEmoji, u.StatusUntil = ":palm_tree:", at(20, 12) })
		},
		"deputy": func(b *bundle) { b.as(sandbox.Carol).command(sandbox.Renewals, "/renew deputy @dave in 20 days") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t, configured(longLived))
			change(b)
			card := b.as(sandbox.Alice).request(tutorial)
			bob := b.as(sandbox.Bob)
			bob.pickIn(card, blocks.ActionMore, "Ask somebody else…")
			bob.choose("Who should decide?", "", "carol")
			bob.typeIn("Why?", "You know this customer.")
			bob.submitOK()
			b.happened("RNW-000001", renewal.CodeHandedOver)
			b.laterAt(clock, at(2, 13).Add(time.Minute))
			b.happened("RNW-000001", renewal.CodeReminded)
			if got := b.reminders("RNW-000001"); !contains(got[0], "Mon 13:01 ") || !contains(got[0], "Bob") {
				t.Errorf("reminded: %v", got)
			}
			if r := b.stored("RNW-000001"); r.Handed == nil {
				t.Error("nobody is asked any more")
			}
		})
	}
}
