package bot_test

import (
	"slices"
	"testing"

	"renewbot/bot/monitor"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// While orders are paused they are requested and approved, and none is sent, also after a
// restart; whoever resumes lets what waits go out.
func TestPausedOrdersWait(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t))
	alice, bob, carol := b.as(sandbox.Alice), b.as(sandbox.Bob), b.as(sandbox.Carol)
	b.wants(alice.command(sandbox.Renewals, "/renew pause because"), "Only approvers can pause orders.", "Nothing was ordered.")
	b.wants(carol.command(sandbox.Renewals, "/renew pause"), "Please give a reason", "everybody whose order waits reads it", "Nothing was changed")
	if d := b.denials(); len(d) != 1 {
		t.Errorf("who may pause and gives no reason is denied: %+v", d)
	}
	b.wants(carol.command(sandbox.Renewals, "/renew pause Stocktaking until Friday"), "Orders are paused by @carol: “Stocktaking until Friday”.")
	b.says(sandbox.Audit, "order.paused by @carol", "Stocktaking until Friday")
	card := alice.request(tutorial)
	b.shows(card, "Orders are paused by @carol since", "“Stocktaking until Friday”", "Nothing is ordered until an approver resumes.", "Approve")
	bob.press(card, "Approve")
	b.shows(card, "Approved.", "Nothing has been ordered yet: orders are paused by @carol: “Stocktaking until Friday”.", "Stop the order")
	b.says(sandbox.Renewals, "@bob approved (1 of 1). Its order follows after a last check. Nothing has been ordered.")
	b.says(sandbox.Audit, "@bob approved (1 of 1). Its order follows after a last check. Nothing has been ordered.")
	bob.home("Orders are paused by @carol", "Stocktaking until Friday")
	b.restart()
	part := func() monitor.Part {
		parts := b.Readiness.Parts(b.ctx)
		i := slices.IndexFunc(parts, func(p monitor.Part) bool { return p.Name == "orders" })
		return parts[i]
	}
	if p := part(); p.State != monitor.Trouble || !contains(p.Detail, "paused") {
		t.Errorf("readiness: %+v", p)
	}
	b.wants(bob.command(sandbox.Renewals, "/renew pause me too"), "Orders are paused by @carol")
	if n := len(b.Vendor.OrderRequests()); n != 0 {
		t.Fatalf("%d orders were sent while they were paused", n)
	}
	b.wants(alice.command(sandbox.Renewals, "/renew resume"), "Only approvers can resume orders.")
	b.wants(bob.command(sandbox.Renewals, "/renew resume"), "Orders are not paused: what is approved is ordered, and what is for a day on its day.")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 1, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeWaiting, renewal.CodeOrdering, renewal.CodeOrdered)
	b.homeSays(sandbox.Bob, "Nothing waits for you.")
	if p := part(); p.State != monitor.OK {
		t.Errorf("readiness: %+v", p)
	}
}

// The cards that were there before say that orders are paused, and no more when they go on; nobody is told
// of that but by the cards themselves.
func TestOpenCardsSayThatOrdersArePaused(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	pending, returned := alice.request(tutorial), alice.request(acmeWish)
	bob.press(returned, "Return…")
	bob.typeIn("What should be changed?", "The PO number is missing")
	bob.submitOK()
	b.shows(returned, "Returned for changes")
	b.wholeView("RNW-000001")
	b.rest()
	before := posts(b.Slack.Snapshot())
	const paused = "Orders are paused by @bob since"
	bob.command(sandbox.Renewals, "/renew pause Stocktaking")
	for _, card := range []slacksim.Message{pending, returned} {
		b.shows(card, paused, "“Stocktaking”")
	}
	b.restart()
	b.rest()
	b.shows(pending, paused)
	bob.command(sandbox.Renewals, "/renew resume")
	for _, card := range []slacksim.Message{pending, returned} {
		b.wait("the card without the pause", func(*slacksim.Snapshot) bool { return !contains(b.Slack.Text(b.cardNow(card)), paused) })
	}
	b.rest()
	for key, n := range posts(b.Slack.Snapshot()) {
		if before[key] != n && !contains(key, " audit:") {
			t.Errorf("%s was posted", key)
		}
	}
	b.wantOrders(0)
}
