package renewal_test

import (
	"testing"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

// TestAsOrdered finds the order of a first attempt when the request asks for another term by then.
func TestAsOrdered(t *testing.T) {
	t.Parallel()
	p := policy()
	s := submission()
	pbx := Holder{PartnerID: "8", Name: "Northwind", SerialNumber: "3631E3418911"}
	s.Offer.Product, s.Offer.Holder, s.Offer.Term = "p-series-appliance-plan", pbx, termOf("p-series-appliance-plan", 1)
	s.Offer.Lines = []Line{{Type: yeastar.LinePlan, ID: "3048560232537899008", Name: "Enterprise Plan"}}
	s.Offer.CurrentExpiry, s.Offer.Price = start.AddDate(0, 1, 0), price("600", "USD")
	c, err := New(123, s, start, p)
	if err != nil {
		t.Fatal(err)
	}
	r := c.Request
	same(t, s.Offer, r.AsOrdered(), "before there is an order")
	r = must(t, r, start, p, Approve{By: approver("U2"), Shown: shown(r)}, Begin{p.RemindAfter}, Failed{1, problem("unknown")})
	r = must(t, r, later, p, SettleNotPlaced{approver("U2"), 1, "looked"})
	old := r.ApprovedAt.Add(2 * p.ExpireAfter)
	r = must(t, r, old, p, Retry{approver("U2"), shown(r)})
	same(t, Pending, r.Status, "an old approval")
	changed := s.Offer
	changed.Term, changed.PONumber = termOf("p-series-appliance-plan", 2), "PO-8"
	changed.CurrentExpiry, changed.Price = s.Offer.CurrentExpiry.AddDate(2, 0, 0), price("900", "USD") // the lost order's, as the portal tells it
	r = must(t, r, old, p, Amend{By: requester("U1"), Shown: shown(r), Offer: changed})
	sent := r.PONumberSent()
	r = must(t, r, old, p, Found{1, order("succeed")})
	want := s.Offer
	want.Price, want.PONumber = nil, "PO-8"
	same(t, want, r.AsOrdered(), "what was ordered")
	if got := r.PONumberSent(); got == sent || got == "" {
		t.Errorf("the PO number is %q, and that of the change was %q", got, sent)
	}
	same(t, s.Offer.CurrentExpiry, r.EndedBefore(r.Attempts[0]), "the end before it")
	r.Fingerprint = r.Attempts[0].Fingerprint // which tells no end
	same(t, s.Offer.CurrentExpiry, r.EndedBefore(r.Attempts[0]), "the end before an attempt that looks the same")
	read := must(t, r, old, p, DateRead{Ends: changed.CurrentExpiry})
	same(t, CodeConfirmed, read.DateTold, "the end that the order made")
}
