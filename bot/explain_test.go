package bot_test

import (
	"testing"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

const withComment = "Approve with a comment…"

// turnedUp is the card of RNW-000001 after auto-renewal was switched on between its approval and its
// order, and a click on Approve as it stood on the card before that.
func (b *bundle) turnedUp() (slacksim.Message, slacksim.Click) {
	b.t.Helper()
	card := b.as(sandbox.Alice).request(acmeWish)
	click := clickOn(b.t, card, blocks.ActionApprove)
	b.between(card, func(s *yeastarsim.Server) { s.SetAutoRenew(yeastarsim.AcmeTelecomID, true) })
	b.happened("RNW-000001", renewal.CodeChanged)
	card = b.shows(card, "Auto-renewal is on in the portal", "Nobody can approve it before somebody has said why", withComment)
	b.lacks(string(card.Blocks), `"action_id":"approve"`)
	r := b.stored("RNW-000001")
	click.Value = blocks.Target{Request: r.ID, Revision: r.Revision, Fingerprint: r.Fingerprint}.Encode()
	return card, click
}

// Nobody approves what turned up after the approval without anybody's words, whatever their
// client sends.
func TestRequesterExplainsWhatTurnedUp(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	card, click := b.turnedUp()
	b.as(sandbox.Bob).forceClick(click)
	b.as(sandbox.Bob).alone("nobody has said since why it should be ordered all the same", "@alice can with “Change…”, or you with “"+withComment+"”", "Nothing was ordered.")
	if n := len(b.Vendor.OrderRequests()); n != 0 {
		t.Fatalf("%d orders were sent", n)
	}

	alice := b.as(sandbox.Alice)
	alice.press(card, "Change…")
	alice.titled("Change RNW-000001")
	alice.submitOK()
	alice.titled("Check the changes")
	alice.unexplained()
	alice.explain("It is switched off on Monday.")
	alice.submitOK()
	b.happened("RNW-000001", renewal.CodeAmended)
	card = b.card(sandbox.Renewals, "RNW-000001", "Approve")
	b.wants(b.Slack.Text(card), "It is switched off on Monday.")
	b.as(sandbox.Bob).press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 1, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeChanged, renewal.CodeDenied,
		renewal.CodeAmended, renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeOrdered)
}

// When the requester is gone, an approver says it.
func TestApproverExplainsWhatTurnedUp(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	card, _ := b.turnedUp()
	bob := b.as(sandbox.Bob)
	bob.press(card, withComment)
	bob.reads("Approve RNW-000001", "Auto-renewal is on in the portal", "cannot be undone")
	bob.unexplained()
	v, _ := bob.p.View()
	if _, err := bob.p.Force().Submit(b.ctx, v.ID, nil); err != nil {
		t.Fatal(err)
	}
	b.happened("RNW-000001", renewal.CodeDenied)
	bob.typeIn(why, "Omar switches it off today.")
	bob.submitOK()
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.says(sandbox.Renewals, "RNW-000001 is ordered", "said why it should be ordered all the same: “Omar switches it off today.”")
	b.says(sandbox.Audit, "said why it should be ordered all the same: “Omar switches it off today.”")
	r := b.ends("RNW-000001", renewal.Ordered, 1, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeChanged, renewal.CodeDenied,
		renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeOrdered)
	if x := r.Explained; x == nil || x.By != sandbox.Bob || x.Words != "Omar switches it off today." {
		t.Errorf("explained by %+v", x)
	}
}
