package bot_test

import (
	"testing"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// TestHistory tells what was asked for and ordered for a customer: ours and the portal's, each once,
// and to nobody what they may not see.
func TestHistory(t *testing.T) {
	t.Parallel()
	out := &logged{}
	b := setup(t, telling, out.all)
	alice, dave, bob := b.as(sandbox.Alice), b.as(sandbox.Dave), b.as(sandbox.Bob)
	card := alice.request(acmeWish)
	secret := acmeWish
	secret.channel = sandbox.Leads // private, and Dave is not in it
	alice.request(secret)
	bob.press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	ours := b.Vendor.Orders()[len(b.Vendor.Orders())-1].OrderNo
	pbx := b.Vendor.AddOrder(yeastarsim.Order{ProductID: yeastarsim.Software, ProductNo: yeastarsim.SoftwareSerial, PartnerID: yeastarsim.AcmeTelecomID, OperationType: "renew_plan"})
	for range 8 {
		b.Vendor.AddOrder(yeastarsim.Order{ProductID: yeastarsim.Turnkey, PartnerID: yeastarsim.NorthwindID, OperationType: "renew_plan"})
	}

	dave.command(sandbox.Random, "/renew history acme")
	m := dave.list("“acme” fits", "Whose history do you mean?")
	if r, err := dave.p.Pick(b.ctx, m.Ref(), "history_who", "id:"+yeastarsim.AcmeTelecomID); err != nil || r.Failure != "" {
		t.Fatal(err, r.Failure)
	}
	m = dave.list("History of Acme Telecom", "1 request of ours", "RNW-000001", ours, "also in the portal's list", "approved by", pbx.OrderNo, "1 request is of private channels")
	b.lacks(b.Slack.Text(m), "RNW-000002")

	// Approvers see all.
	bob.command(sandbox.Random, "/renew history it@acme-telecom.example")
	bob.list("History of Acme Telecom", "2 requests of ours", "RNW-000002")

	// The list of renewals due says no more of them.
	dave.command(sandbox.Random, "/renew due it@acme-telecom.example")
	m = dave.list("Acme Telecom", "A request for it is open. Its number is for those who can read its channel")
	b.lacks(b.Slack.Text(m), "RNW-000002", "archives/"+sandbox.Leads)
	alice.command(sandbox.Random, "/renew due it@acme-telecom.example")
	alice.list("RNW-000002", "Waiting for approval", "archives/"+sandbox.Leads)

	dave.command(sandbox.Random, "/renew history "+yeastarsim.SoftwareSerial)
	m = dave.list("History of Acme Telecom ("+yeastarsim.SoftwareSerial+")", pbx.OrderNo)
	b.lacks(b.Slack.Text(m), "RNW-000001")

	dave.command(sandbox.Random, "/renew history northwind")
	m = dave.list("History of Northwind Clinics", "9 other orders", "Page 1 of 2")
	dave.press(m, "Older ▶")
	dave.list("Page 2 of 2", "refunded")

	dave.command(sandbox.Random, "/renew history self")
	dave.list("Our own account", "PO-2544")
	dave.command(sandbox.Random, "/renew history zzz")
	dave.list("I know no customer and no PBX by the name “zzz”")
	b.wants(b.as(sandbox.Gina).command(sandbox.Renewals, "/renew history acme"), "Guests can't")
	_, err := b.as(sandbox.Gina).p.Force().Press(b.ctx, slacksim.Click{Ref: m.Ref(), ActionID: "history_next", Value: "0 id:" + yeastarsim.AcmeTelecomID, FromEphemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, told := range b.as(sandbox.Gina).p.Ephemerals() {
		b.lacks(b.Slack.Text(told), "Acme")
	}
	out.lacks(t, "Acme", "acme", "Northwind", yeastarsim.SoftwareSerial, "xoxb")
}

// TestHistoryKnowsItsOwnOrders tells an order of ours as ours in the history of an account which its
// request does not name, and not at all to whom the request is hidden.
func TestHistoryKnowsItsOwnOrders(t *testing.T) {
	t.Parallel()
	b := setup(t, telling)
	alice, dave, bob := b.as(sandbox.Alice), b.as(sandbox.Dave), b.as(sandbox.Bob)
	alice.command(sandbox.Leads, "/renew "+yeastarsim.CloudOurSerial) // private, and Dave is not in it
	alice.complete(wish{contact: "Sandhaven"})
	alice.submitOK()
	alice.titled("Please check")
	alice.explain("For our own training.")
	alice.submitOK()
	alice.titled("Request saved")
	bob.press(b.card(sandbox.Leads, "RNW-000001", "Approve"), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	ours := b.Vendor.Orders()[len(b.Vendor.Orders())-1].OrderNo

	dave.command(sandbox.Random, "/renew history self")
	m := dave.list("Our own account", "PO-2544", "1 request is of private channels")
	b.lacks(b.Slack.Text(m), "RNW-000001", ours)
	bob.command(sandbox.Random, "/renew history self")
	m = bob.list("Our own account", "1 request of ours", "RNW-000001", ours+" (also in the portal's list)")
	b.lacks(b.Slack.Text(m), "PO RNW-000001")
}

// TestHistoryOfAPortalThatTellsLittle finds the orders of a PBX by what is documented, and says of
// customers why the portal's orders are missing.
func TestHistoryOfAPortalThatTellsLittle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	order := b.Vendor.AddOrder(yeastarsim.Order{ProductID: yeastarsim.Software, ProductNo: yeastarsim.SoftwareSerial, PartnerID: yeastarsim.AcmeTelecomID, OperationType: "renew_plan"})
	dave := b.as(sandbox.Dave)
	dave.command(sandbox.Random, "/renew history "+yeastarsim.SoftwareSerial)
	m := dave.list("1 other order in the portal", order.OrderNo, "of its newest 20 those of this PBX")
	b.lacks(b.Slack.Text(m), "PO-2544")
	dave.command(sandbox.Random, "/renew history it@acme-telecom.example")
	m = dave.list("History of Acme Telecom", "does not tell whose orders are whose")
	b.lacks(b.Slack.Text(m), order.OrderNo)
}

// TestHistoryOfAPBXSaysWhatItLookedAt names the older orders that were not looked at, and those of which
// the portal did not tell.
func TestHistoryOfAPBXSaysWhatItLookedAt(t *testing.T) {
	t.Parallel()
	b := setup(t, telling)
	oldest := b.Vendor.AddOrder(yeastarsim.Order{ProductID: yeastarsim.Software, ProductNo: yeastarsim.SoftwareSerial, PartnerID: yeastarsim.AcmeTelecomID, OperationType: "renew_plan"})
	for range 24 {
		b.Vendor.AddOrder(yeastarsim.Order{ProductID: yeastarsim.Turnkey, PartnerID: yeastarsim.AcmeTelecomID, OperationType: "renew_plan"})
	}
	b.Vendor.Fault(yeastarsim.OrderGet, yeastarsim.BrokenJSON().Times(1))
	dave := b.as(sandbox.Dave)
	dave.command(sandbox.Random, "/renew history "+yeastarsim.SoftwareSerial)
	m := dave.list("Of the newest 20 orders of its account", "older ones were not looked at", "Of 1 more order the portal did not tell")
	b.lacks(b.Slack.Text(m), oldest.OrderNo, "are listed since")
}

// TestHistoryOfOurOwnPBX has what is open for a PBX of our own, which has no order yet to be known by.
func TestHistoryOfOurOwnPBX(t *testing.T) {
	t.Parallel()
	b := setup(t, telling)
	alice, dave := b.as(sandbox.Alice), b.as(sandbox.Dave)
	alice.command(sandbox.Renewals, "/renew "+yeastarsim.CloudOurSerial)
	alice.complete(wish{contact: "Sandhaven"})
	alice.submitOK()
	alice.titled("Please check")
	alice.explain("For our own training.")
	alice.submitOK()
	alice.titled("Request saved")
	dave.command(sandbox.Random, "/renew history self")
	dave.list("Our own account", "1 request of ours", "RNW-000001", "Waiting for approval")
	b.wants(dave.command(sandbox.Random, "/renew status self"), "RNW-000001", "Waiting for approval")
}
