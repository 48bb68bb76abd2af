package bot_test

import (
	"testing"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// Somebody orders one year by hand while our order for five is lost: people decide, and read that
// the portal does not tell the term.
func TestTermOfALostOrderIsForPeople(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(toldApart))
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Reset().Times(1)) // before it is placed
	ref := b.as(sandbox.Alice).asksFor(productWish{typed: yeastarsim.ApplianceSerial, plan: "Enterprise Plan", term: "5 years"})
	bob := b.as(sandbox.Bob)
	bob.press(b.card(sandbox.Renewals, ref, "Approve"), "Approve")
	b.happened(ref, renewal.CodeUnknown)
	hand := b.Vendor.AddOrder(yeastarsim.Order{
		ProductID: 11, ProductNo: yeastarsim.ApplianceSerial, PartnerID: yeastarsim.NorthwindID,
		BillingID: yeastarsim.TutorialBillingContactID, OperationType: "renew_plan",
		Lines: []yeastarsim.OrderLine{{ServiceType: "plan", ServiceID: "3048560232537899008", BillingCycle: "annually", MultiCycle: 1}},
	})
	clock.Set(monday.Add(lastSearch))
	b.happened(ref, renewal.CodeSearched)
	b.says(sandbox.Renewals, "🔎", "that could be this one", hand.OrderNo)
	if r := b.stored(ref); r.Status != renewal.Unknown {
		t.Fatalf("a request for five years is %s by an order for one", r.Status)
	}
	bob.press(b.card(sandbox.Renewals, ref, "It was placed…"), "It was placed…")
	bob.typeIn("Order number", hand.OrderNo)
	bob.submitOK()
	b.wants(bob.reads("== It was placed =="), "or may differ", "the portal does not tell for how long it renews (5 years was ordered)")
	bob.submitOK()
	b.happened(ref, renewal.CodeSettledPlaced)
}
