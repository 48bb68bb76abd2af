package bot_test

import (
	"errors"
	"testing"
	"time"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// dialog is what the confirm dialog of a card's button says.
func (a *actor) dialog(m slacksim.Message, button string) (string, slacksim.ActResult) {
	a.b.t.Helper()
	r := a.press(m, button)
	return r.Confirm.Text, r
}

// unexplained submits the review without a reason, which Slack holds back.
func (a *actor) unexplained() {
	a.b.t.Helper()
	var refusal *slacksim.Refusal
	if _, err := a.p.Submit(a.b.ctx); !errors.As(err, &refusal) {
		a.b.t.Errorf("a serious doubt needs no reason: %v", err)
	}
}

func TestPriceOfAnotherQuantityIsNotThePrice(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous, anyQuantity))
	alice := b.as(sandbox.Alice)
	w := acmeWish
	w.extensions = "500"
	alice.fill(w)
	const told, doubt = "the portal says 600.00 USD for 50 extensions", "The portal says 50 extensions, and 500 are asked for."
	b.wants(alice.review(), told, doubt)
	alice.unexplained()
	b.nothingStored()
	alice.explain("They grow on Monday.")
	alice.submitOK()
	alice.reads("RNW-000001 is saved.")
	alice.back()

	card := b.card(sandbox.Renewals, "RNW-000001", "Approve")
	b.wants(b.Slack.Text(card), told, "1 thing to look at", doubt, "They grow on Monday.")
	b.says(sandbox.Audit, "RNW-000001", "request.submitted", doubt, "They grow on Monday.")
	says, _ := b.as(sandbox.Bob).dialog(card, "Approve")
	b.wants(says, "500 extensions ("+told+")", "1 thing to look at: the portal says 50, not 500.", "It cannot be undone.")
	b.happened("RNW-000001", renewal.CodeOrdered)
	r := b.ends("RNW-000001", renewal.Ordered, 1, smooth...)
	if r.Offer.Price != nil || r.Offer.Quote.Extensions != 50 || b.Vendor.Placed()[0].Lines[0].Quantity != 500 {
		t.Errorf("price %v, quote %v", r.Offer.Price, r.Offer.Quote)
	}
}

// A renewal does not change the plan: another one than the package has needs a reason, and is
// told everywhere.
func TestAnotherPlanThanThePackageHas(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	alice := b.as(sandbox.Alice)
	w := acmeWish
	w.plan = yeastarsim.SecondPlanID
	alice.fill(w)
	const doubt = "The portal says Enterprise Plan; Ultimate Plan is asked for."
	b.wants(alice.review(), doubt)
	alice.unexplained()
	alice.explain("They want to change.")
	alice.submitOK()
	alice.reads("RNW-000001 is saved.")
	alice.back()
	card := b.card(sandbox.Renewals, "RNW-000001", "Approve")
	b.wants(b.Slack.Text(card), doubt, "They want to change.")
	b.says(sandbox.Audit, "RNW-000001", "request.submitted", doubt)
	says, _ := b.as(sandbox.Bob).dialog(card, "Approve")
	b.wants(says, "the portal says Enterprise Plan, not Ultimate Plan")
}

// A reason is wanted also from a client that does not ask for it.
func TestSeriousDoubtWithoutAReasonIsNotSaved(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	b.Vendor.SetAutoRenew(yeastarsim.AcmeTelecomID, true)
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	b.wants(alice.review(), "Auto-renewal is on in the portal")
	v, _ := alice.p.View()
	if _, err := alice.p.Force().Submit(b.ctx, v.ID, nil); err != nil {
		t.Fatal(err)
	}
	alice.reads("Not saved", "Please give a reason")
	b.nothingStored()
}

// The two requests of one morning: each is true by itself, and only one order goes out
// unless people agree to the second one in the face of the first.
func TestTwoRequestsForOneCustomer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.as(sandbox.Alice).request(acmeWish)
	b.lacks(b.Slack.Text(first), "RNW-000002")

	const open = "RNW-000001 asked for a renewal of the same package, and was open when this was checked."
	dave := b.as(sandbox.Dave)
	dave.fill(acmeWish)
	dave.reads("Renew a subscription", open)
	b.wants(dave.review(), open)
	dave.unexplained()
	dave.explain("Another contract.")
	dave.submitOK()
	dave.reads("RNW-000002 is saved.")
	dave.back()
	second := b.card(sandbox.Renewals, "RNW-000002", "Approve")
	b.wants(b.Slack.Text(second), open, "Another contract.")

	// The second one does not hold up the first, whose people did not know of it.
	b.as(sandbox.Bob).press(first, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	says, _ := b.as(sandbox.Bob).dialog(second, "Approve")
	b.wants(says, "RNW-000001 was open for the same")
	b.happened("RNW-000002", renewal.CodeChanged)
	const ordered = "RNW-000001 renewed the same package on"
	b.says(sandbox.Renewals, "What is known differs from what was approved", ordered)
	card := b.shows(second, "Waiting for approval", ordered, "Another contract.")
	b.ends("RNW-000002", renewal.Pending, 1, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeChanged)
	b.as(sandbox.Bob).forceClick(clickOn(t, second, "approve"))
	b.as(sandbox.Bob).alone("was changed since this card was drawn")

	bob := b.as(sandbox.Bob)
	bob.press(card, withComment)
	bob.reads("Approve RNW-000002", ordered)
	bob.typeIn(why, "They really have two.")
	bob.submitOK()
	b.happened("RNW-000002", renewal.CodeOrdered)
	if n := len(b.Vendor.OrderRequests()); n != 2 {
		t.Errorf("%d orders", n)
	}
}

// An order of a later request that is lost stops the earlier one, also while that later one can still
// be tried again.
func TestALostOrderOfALaterRequestIsDoubted(t *testing.T) {
	t.Parallel()
	b, _ := setupAt(t, switched(yeastarsim.Bare))
	first := b.as(sandbox.Alice).request(acmeWish)
	second := b.as(sandbox.Dave).request(acmeWish)
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Reset().After().Times(1))
	b.as(sandbox.Bob).press(second, "Approve")
	b.happened("RNW-000002", renewal.CodeUnknown)
	b.notPlaced(b.card(sandbox.Renewals, "RNW-000002", "It was not placed…"))
	b.happened("RNW-000002", renewal.CodeSettledNot)
	b.as(sandbox.Carol).press(b.cardNow(first), "Approve")
	b.happened("RNW-000001", renewal.CodeChanged)
	b.shows(first, "Waiting for approval", "RNW-000002 asked for a renewal of the same package")
	if n := len(b.Vendor.Placed()); n != 1 {
		t.Errorf("%d orders", n)
	}
}

func TestOrderedNotLongAgo(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(yeastarsim.Generous))
	b.approved()
	b.happened("RNW-000001", renewal.CodeOrdered)
	const ordered = "RNW-000001 renewed the same package on"
	dave := b.as(sandbox.Dave)
	dave.fill(acmeWish)
	dave.reads("Renew a subscription", ordered)
	text := dave.review()
	b.wants(text, ordered, why)
	b.lacks(text, "which was not made here")
	dave.back()
	dave.back()
	clock.Advance(301 * 24 * time.Hour)
	dave.fill(acmeWish)
	b.lacks(dave.review(), ordered, why)
}

func TestTryAgainMeetsAnotherOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Refuse("no", "Not today.").Times(1))
	b.approved()
	b.happened("RNW-000001", renewal.CodeRefused)
	again := b.card(sandbox.Renewals, "RNW-000001", "Try again")
	b.as(sandbox.Bob).press(b.as(sandbox.Dave).request(acmeWish), "Approve")
	b.happened("RNW-000002", renewal.CodeOrdered)
	b.as(sandbox.Bob).press(again, "Try again")
	b.happened("RNW-000001", renewal.CodeChanged)
	b.shows(again, "Waiting for approval", "RNW-000002 renewed the same package on")
	if n := len(b.Vendor.Placed()); n != 1 {
		t.Errorf("%d orders", n)
	}
}

func TestSecondOrderWaitsForTheFirst(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.HTTPError(502).Times(1))
	b.approved()
	b.happened("RNW-000001", renewal.CodeUnknown)
	second := b.as(sandbox.Dave).request(acmeWish)
	b.as(sandbox.Bob).press(second, "Approve")
	const waits = "the order of RNW-000001, for the same package, has to be finished first"
	b.says(sandbox.Renewals, "Nothing has been ordered yet", waits)
	b.shows(second, "Approved", waits)
	b.happened("RNW-000002", renewal.CodeWaiting)
	if n := len(b.Vendor.OrderRequests()); n != 1 {
		t.Fatalf("%d orders were sent", n)
	}
	bob := b.as(sandbox.Bob)
	bob.press(b.card(sandbox.Renewals, "RNW-000001", "It was not placed…"), "It was not placed…")
	bob.titled("It was not placed")
	bob.typeIn("How do you know?", "The portal does not have it.")
	bob.submitOK()
	b.happened("RNW-000001", renewal.CodeSettledNot)
	for b.stored("RNW-000002").Status == renewal.Approved && b.ctx.Err() == nil {
		clock.Advance(time.Second)
	}
	b.happened("RNW-000002", renewal.CodeOrdered)
	b.ends("RNW-000002", renewal.Ordered, 2, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeWaiting, renewal.CodeOrdering, renewal.CodeOrdered)
}

// What comes to light between the approval and the order goes back to people.
func TestDoubtThatIsNewBeforeTheOrder(t *testing.T) {
	t.Parallel()
	ordered := func(po string) func(s *yeastarsim.Server) {
		return func(s *yeastarsim.Server) {
			byHand(s, func(o *yeastarsim.Order) { o.Status, o.PONumber = yeastarsim.StatusSucceed, po })
		}
	}
	for name, c := range map[string]struct {
		change func(*yeastarsim.Server)
		told   string
	}{
		"auto-renewal": {
			func(s *yeastarsim.Server) { s.SetAutoRenew(yeastarsim.AcmeTelecomID, true) },
			"Auto-renewal is on in the portal",
		},
		"auto-renewal is not told any more": {
			func(s *yeastarsim.Server) {
				s.Switch(func(s *yeastarsim.Switches) { s.NoAutoRenewal = true })
			},
			"The portal does not tell whether auto-renewal is on",
		},
		"renewed by hand": {
			func(s *yeastarsim.Server) { // by so little that nothing else is to doubt
				s.UpdatePackage(yeastarsim.AcmeTelecomID, func(p *yeastarsim.Package) { p.Expires = p.Expires.AddDate(0, 1, 0) })
			},
			"Current expiry: ",
		},
		"ordered by hand":                     {ordered(""), "for this package, which was not made here. It may be this renewal."},
		"ordered by hand under our reference": {ordered("PO 7 RNW-000001"), "for this package, which was not made here. It may be this renewal."},
		"the price is not told any more": {
			func(s *yeastarsim.Server) { s.Switch(func(s *yeastarsim.Switches) { s.Price = false }) },
			"Price: 600.00 USD → none",
		},
		"the expiry is not told any more": {
			func(s *yeastarsim.Server) {
				p, _ := s.Package(yeastarsim.AcmeTelecomID)
				p.Expires = time.Time{}
				s.AddPackage(p)
				s.Switch(func(s *yeastarsim.Switches) { s.ExpiryLayout = "unreadable" })
			},
			"Current expiry: ",
		},
		"a change of plan": {
			func(s *yeastarsim.Server) {
				s.UpdatePackage(yeastarsim.AcmeTelecomID, func(p *yeastarsim.Package) { p.CurrentPlan = "Ultimate Plan" })
			},
			"A downgrade is waiting in the portal: this runs on Ultimate Plan until then",
		},
		"a service": {
			func(s *yeastarsim.Server) {
				s.SetServices(yeastarsim.AcmeTelecomID, yeastarsim.PackageService{ServiceID: yeastarsim.RecordingServiceID, Quantity: 5})
			},
			"The package also has Recording Minutes, which would not be renewed.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, switched(yeastarsim.Generous))
			card := b.as(sandbox.Alice).request(acmeWish)
			b.between(card, c.change)
			b.happened("RNW-000001", renewal.CodeChanged)
			b.says(sandbox.Renewals, "What is known differs from what was approved", c.told)
			b.shows(card, "Waiting for approval", "Changed in revision 2", c.told)
			b.ends("RNW-000001", renewal.Pending, 0, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeChanged)
		})
	}
}

// A look-up that fails for a moment is not what the portal does not tell: the order waits.
func TestLookUpThatFailsForAMomentBeforeTheOrder(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	card := b.as(sandbox.Alice).request(acmeWish)
	b.Vendor.Fault(yeastarsim.ExistedAutoRenew, yeastarsim.HTTPError(503).Times(6))
	b.as(sandbox.Bob).press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 1, smooth...)
}

func TestOrderThatIsNotOursInThePortal(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	p, _ := b.Vendor.Package(yeastarsim.AcmeTelecomID)
	o := b.Vendor.AddOrder(yeastarsim.Order{ProductID: p.ProductID, ProductNo: p.ProductNo, PartnerID: p.PartnerID})
	other := b.Vendor.AddOrder(yeastarsim.Order{ProductID: 12, ProductNo: yeastarsim.SoftwareSerial, PartnerID: p.PartnerID})
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	text := alice.review()
	b.wants(text, "The portal has order "+o.OrderNo, why)
	b.lacks(text, other.OrderNo)
}

// What a card and its dialog say of another request stays true when that one ends.
func TestDoubtAboutARequestThatEnds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.as(sandbox.Alice).request(acmeWish)
	second := b.as(sandbox.Dave).request(acmeWish)
	b.as(sandbox.Alice).press(first, "Cancel request")
	b.happened("RNW-000001", renewal.CodeCancelled)
	card := b.shows(second, "RNW-000001 asked for a renewal of the same package, and was open when this was checked.")
	b.lacks(b.Slack.Text(card), "still open")
	says, _ := b.as(sandbox.Bob).dialog(card, "Approve")
	b.wants(says, "RNW-000001 was open for the same")
	b.happened("RNW-000002", renewal.CodeOrdered)
	b.wantOrders(1)
}
