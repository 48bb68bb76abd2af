package bot_test

import (
	"testing"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// A request with a wrong PO number comes back to its requester, keeps its number, and is
// decided on as it is then. What was approved before counts no more.
func TestReturnedForChanges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	card := alice.request(tutorial)
	approve := clickOn(t, card, blocks.ActionApprove)

	b.wants(alice.command(sandbox.Renewals, "/renew notify"), "direct messages: about your requests")
	b.wants(alice.command(sandbox.Renewals, "/renew notify sometimes"), "I need all, result or none")
	b.wants(alice.command(sandbox.Renewals, "/renew notify none"), "direct messages but those of what waits for you alone")
	alice.press(card, "Return…")
	alice.alone("Only approvers can return RNW-000001.", "Nothing was ordered.")
	bob.press(card, "Return…")
	bob.typeIn("What should be changed?", "The PO number is 4711")
	bob.submitOK()
	b.says(sandbox.Renewals, "@bob asks for changes: “The PO number is 4711”.", "Nothing has been ordered.")
	b.shows(card, "Returned for changes", "The PO number is 4711")
	b.as(sandbox.Carol).forceClick(approve)
	b.as(sandbox.Carol).alone("RNW-000001 waits for the changes that were asked for.", "Nothing has been ordered.")

	news := b.hears(sandbox.Alice, "RNW-000001", "The PO number is 4711", "https://", "/archives/")
	b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Change…"), "Change…")
	b.as(sandbox.Bob).alone("Only @alice, who asked for it, can change RNW-000001.")
	alice.press(news, "Change…")
	alice.reads("Change RNW-000001", "@bob asks for changes", "The PO number is 4711")
	alice.typeIn("PO number", "4711")
	alice.submitOK()
	alice.titled("Check the changes")
	alice.submitOK()
	b.says(sandbox.Renewals, "this is revision 2")
	b.as(sandbox.Carol).forceClick(approve)
	b.as(sandbox.Carol).alone("was changed since this card was drawn")
	bob.press(b.card(sandbox.Renewals, "RNW-000001", "Approve"), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	r := b.ends("RNW-000001", renewal.Ordered, 1, renewal.CodeSubmitted, renewal.CodeDenied, renewal.CodeReturned, renewal.CodeDenied, renewal.CodeDenied,
		renewal.CodeAmended, renewal.CodeDenied, renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeOrdered)
	if r.Offer.PONumber != "4711" || r.Revision != 2 {
		t.Errorf("ordered revision %d with %q", r.Revision, r.Offer.PONumber)
	}

	// Alice wanted to hear of nothing but what waits for her. That does not come later, either.
	b.wants(alice.command(sandbox.Renewals, "/renew notify all"), "direct messages: about your requests")
	bob.forceClick(approve)
	bob.alone("RNW-000001 was ordered")
	b.until("everything to be posted", func() bool { return b.posted(1) })
	b.silent(alice.p.DM(), "Ordered.")
}

// What was rejected is asked for again, by whoever may, as a request of its own.
func TestAskedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, bob, dave := b.as(sandbox.Alice), b.as(sandbox.Bob), b.as(sandbox.Dave)
	card := alice.request(tutorial)
	bob.press(card, "Reject…")
	bob.typeIn("Reason", "not before the fair")
	bob.submitOK()
	b.shows(card, "Rejected", "Ask again…")
	dave.press(card, "Ask again…")
	dave.reads("Renew a subscription", "Asks again for", "not before the fair")
	dave.submitOK()
	dave.titled("Please check")
	dave.submitOK()
	again := b.card(sandbox.Renewals, "RNW-000002", "Approve")
	b.wants(b.Slack.Text(again), "asks again for RNW-000001", "@dave")
	bob.press(again, "Approve")
	b.happened("RNW-000002", renewal.CodeOrdered)
	r := b.ends("RNW-000002", renewal.Ordered, 1, smooth...)
	if r.Again != 1 || r.Requester != sandbox.Dave {
		t.Errorf("%+v", r)
	}
}

// An approver may say something with a yes; it is told and kept.
func TestApprovedWithAComment(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := b.as(sandbox.Alice).request(tutorial)
	b.as(sandbox.Bob).pickIn(card, blocks.ActionMore, "Approve with a comment…")
	b.as(sandbox.Bob).reads("Approve RNW-000001", "cannot be undone")
	b.as(sandbox.Bob).typeIn("Comment", "as agreed with Omar")
	b.as(sandbox.Bob).submitOK()
	b.says(sandbox.Renewals, "RNW-000001 is ordered", "approved by @bob: “as agreed with Omar”.")
	b.says(sandbox.Audit, "“as agreed with Omar”")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 1, smooth...)
}

// Everything can be decided from Home, which is drawn again by itself for all who see it.
func TestDecideFromHome(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	bob.home("Nothing waits for you.")
	alice.home("You have no open requests.")
	alice.request(tutorial)
	b.homeSays(sandbox.Bob, "RNW-000001", "/archives/", "100 extensions", "to look at", "Approve", "Return…", "Reject…", "Open")
	b.homeSays(sandbox.Alice, "RNW-000001", "Waiting for approval", "Change…", "Cancel request", "Nothing waits for you.")
	if r, err := bob.p.PressInHome(b.ctx, "Approve"); err != nil || r.Failure != "" {
		t.Fatalf("press: %v %s", err, r.Failure)
	}
	b.homeSays(sandbox.Alice, "Recently finished", "RNW-000001", "XS3401174502129270784")
	b.homeSays(sandbox.Bob, "Nothing waits for you.", "Recently finished", "RNW-000001", "XS3401174502129270784")
	b.ends("RNW-000001", renewal.Ordered, 1, smooth...)
}

// homeSays waits until a Home tab that is open says all pieces, without being opened again.
func (b *bundle) homeSays(who string, pieces ...string) {
	b.t.Helper()
	b.wait("the Home tab of "+who, func(s *slacksim.Snapshot) bool {
		text := s.TextView(s.Homes[who])
		for _, piece := range pieces {
			if !contains(text, piece) {
				return false
			}
		}
		return true
	})
}

// pickIn chooses an option of a menu in a message.
func (a *actor) pickIn(m slacksim.Message, menu, option string) {
	a.b.t.Helper()
	if r, err := a.p.Pick(a.b.ctx, m.Ref(), menu, option); err != nil || r.Failure != "" {
		a.b.t.Fatalf("choose %q: %v %s", option, err, r.Failure)
	}
}
