package bot_test

import (
	"testing"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// byHand is an order of Acme's package that somebody makes in the portal.
func byHand(s *yeastarsim.Server, change func(*yeastarsim.Order)) yeastarsim.Order {
	p, _ := s.Package(yeastarsim.AcmeTelecomID)
	o := yeastarsim.Order{ProductID: p.ProductID, ProductNo: p.ProductNo, PartnerID: p.PartnerID, OperationType: "renew_plan", Status: yeastarsim.StatusPending}
	if change != nil {
		change(&o)
	}
	return s.AddOrder(o)
}

// Orders that cannot be read are not orders that are not there.
func TestAnOrderWaitsUntilThePortalsOrdersCanBeRead(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(yeastarsim.Generous, func(s *yeastarsim.Switches) { // of whose packages nothing else is told
		s.NoAutoRenewal, s.Price, s.ExpiryLayout = true, false, "unreadable"
	}))
	down := b.Vendor.Fault(yeastarsim.OrderPage, yeastarsim.HTTPError(503))
	byHand(b.Vendor, nil)
	const unread = "Not all orders in the portal could be read"
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	b.wants(alice.review(), unread)
	alice.submitOK()
	alice.back()
	card := b.card(sandbox.Renewals, "RNW-000001", "Approve")
	b.wants(b.Slack.Text(card), unread)
	asked := b.Vendor.Calls(yeastarsim.OrderPage)
	b.as(sandbox.Bob).press(card, "Approve")
	if err := b.Vendor.WaitCalls(b.ctx, yeastarsim.OrderPage, asked+1); err != nil {
		t.Fatal(err)
	}
	b.rest()
	b.ends("RNW-000001", renewal.Approved, 0, renewal.CodeSubmitted, renewal.CodeApproved)
	down.Remove()
	for b.stored("RNW-000001").Status == renewal.Approved && b.ctx.Err() == nil {
		b.later(clock, time.Second)
	}
	b.happened("RNW-000001", renewal.CodeChanged)
	b.says(sandbox.Renewals, "for this package, which was not made here. It may be this renewal.")
	if n := len(b.Vendor.OrderRequests()); n != 0 {
		t.Errorf("%d orders were sent", n)
	}
}

// A list that has no order of a customer yet may have one the next time.
func TestTheFirstOrderOfACustomerInThePortalIsSeen(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous), func(o *sandbox.Options) {
		o.Configure = func(c *config.Config) { c.Renew.RepeatWithin = 100 * 24 * time.Hour } // the seeds are older
	})
	card := b.as(sandbox.Alice).request(acmeWish)
	b.between(card, func(s *yeastarsim.Server) { byHand(s, nil) })
	b.happened("RNW-000001", renewal.CodeChanged)
	b.shows(card, "for this package, which was not made here. It may be this renewal.")
	b.ends("RNW-000001", renewal.Pending, 0, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeChanged)
}

// Where the portal does not tell whose orders are whose, people hear that one made there was not looked for,
// and what others order meanwhile holds up nothing.
func TestOrdersOfNobodyKnowsWhom(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(yeastarsim.Bare), func(o *sandbox.Options) {
		o.Configure = func(c *config.Config) { c.Renew.RepeatWithin = 10 * 24 * time.Hour } // the seeds are older
	})
	byHand(b.Vendor, func(o *yeastarsim.Order) { o.CreateTime = clock.Now().Add(-11 * 24 * time.Hour) }) // too long ago
	byHand(b.Vendor, func(o *yeastarsim.Order) { o.CreateTime = clock.Now().Add(-72 * time.Hour) })
	const untold = "The portal does not tell whose orders are whose: 1 order of "
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	b.wants(alice.review(), untold)
	alice.submitOK()
	alice.back()
	card := b.card(sandbox.Renewals, "RNW-000001", "Approve")
	b.wants(b.Slack.Text(card), untold)
	b.between(card, func(s *yeastarsim.Server) {
		byHand(s, func(o *yeastarsim.Order) { o.PartnerID = yeastarsim.NorthwindID })
	})
	b.happened("RNW-000001", renewal.CodeOrdered)
}

// An order that has ended is nothing to explain, however long ago it was made.
func TestAnOrderByHandThatEndedIsNoDoubt(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(yeastarsim.Generous))
	o := byHand(b.Vendor, func(o *yeastarsim.Order) { o.CreateTime = clock.Now().Add(-72 * time.Hour) })
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	b.wants(alice.review(), "The portal has order "+o.OrderNo, why)
	alice.back()
	alice.back()
	if err := b.Vendor.SetOrderStatus(o.OrderNo, yeastarsim.StatusCancelled); err != nil {
		t.Fatal(err)
	}
	clock.Advance(10 * time.Minute)
	alice.fill(acmeWish)
	b.lacks(alice.review(), o.OrderNo, why)
}
