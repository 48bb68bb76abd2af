package bot_test

import (
	"testing"
	"time"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// unread is a request whose order was placed and its answer lost, while the vendor's order
// list cannot be read. mend makes the list readable again.
func unread(t *testing.T, change ...func(*sandbox.Options)) (b *bundle, clock *slacksim.ManualClock, card slacksim.Message, mend func()) {
	t.Helper()
	b, clock = setupAt(t, change...)
	mend = b.unreadable(yeastarsim.Reset().After())
	clock.Advance(firstSearch)
	b.happened("RNW-000001", renewal.CodeUnsearched)
	return b, clock, b.card(sandbox.Renewals, "RNW-000001", "It was placed…"), mend
}

// unreadable brings a request to an order of unknown fate, and lets the order list fail from
// the moment on at which the order is sent.
func (b *bundle) unreadable(fault yeastarsim.Fault) (mend func()) {
	b.t.Helper()
	sent := make(chan struct{})
	held := b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Hold(sent).Times(1))
	b.Vendor.Fault(yeastarsim.OrderSave, fault.Times(1))
	b.approved()
	if err := held.Wait(b.ctx, 1); err != nil {
		b.t.Fatal(err)
	}
	down := b.Vendor.Fault(yeastarsim.OrderPage, yeastarsim.HTTPError(503))
	close(sent)
	b.happened("RNW-000001", renewal.CodeUnknown)
	return down.Remove
}

// People hear that the search does not work, once, and see it on the card.
func TestAnOrderListThatCannotBeReadIsTold(t *testing.T) {
	t.Parallel()
	b, clock, card, mend := unread(t)
	const told = "Yeastar's order list can't be read, so I can't look for the order."
	b.says(sandbox.Renewals, "🔎", told, "@bob, @renewal-approvers: please have a look.")
	b.shows(card, told, "I keep trying.")
	asked := b.Vendor.Calls(yeastarsim.OrderPage)
	clock.Advance(lastSearch)
	if err := b.Vendor.WaitCalls(b.ctx, yeastarsim.OrderPage, asked+1); err != nil {
		t.Fatal(err)
	}
	b.as(sandbox.Alice).request(tutorial) // goes through the queues behind the search
	b.ends("RNW-000001", renewal.Unknown, 1, and(lost, renewal.CodeUnsearched)...)
	mend()
	clock.Advance(lastSearch)
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 1, and(lost, renewal.CodeUnsearched, renewal.CodeOrdered)...)
}

// That the list can be read again is told as well, at once.
func TestAnOrderListThatCanBeReadAgainIsTold(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	mend := b.unreadable(yeastarsim.HTTPError(502)) // it was not placed
	clock.Advance(firstSearch)
	b.happened("RNW-000001", renewal.CodeUnsearched)
	card := b.card(sandbox.Renewals, "RNW-000001", "It was placed…")
	mend()
	clock.Advance(firstSearch)
	b.happened("RNW-000001", renewal.CodeSearched)
	b.says(sandbox.Renewals, "🔎", "has no such order so far")
	b.shows(card, "has no such order so far")
	b.ends("RNW-000001", renewal.Unknown, 1, and(lost, renewal.CodeUnsearched, renewal.CodeSearched)...)
}

// People call an order not placed while its list cannot be read. When it can, and has the
// order, trying again sends nothing.
func TestASecondAttemptLooksForTheFirstOrder(t *testing.T) {
	t.Parallel()
	b, _, card, mend := unread(t)
	b.notPlaced(card)
	mend()
	b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
	b.happened("RNW-000001", renewal.CodeLate)
	number := b.Vendor.Placed()[0].OrderNo
	b.alarm(number, "It now counts as this request's order; nothing else will be sent.")
	r := b.ends("RNW-000001", renewal.Ordered, 1, and(lost, renewal.CodeUnsearched, renewal.CodeSettledNot,
		renewal.CodeRetried, renewal.CodeLate)...)
	if len(r.Attempts) != 1 || r.Order.OrderNo != number {
		t.Errorf("attempts %+v, order %+v", r.Attempts, r.Order)
	}
}

// While the list still cannot be read, nothing is sent, and people hear why.
func TestASecondAttemptWaitsForTheOrderList(t *testing.T) {
	t.Parallel()
	b, clock, card, mend := unread(t)
	b.notPlaced(card)
	b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
	clock.Advance(11 * time.Second) // hiccups are not told
	b.happened("RNW-000001", renewal.CodeWaiting)
	b.says(sandbox.Renewals, "🔁", "Nothing has been ordered yet", "the order list is read first")
	b.shows(card, "the order list is read first", "I keep trying.")
	b.wantOrders(1)
	mend()
	clock.Advance(time.Minute)
	b.happened("RNW-000001", renewal.CodeLate)
	b.wantOrders(1)
}

// A list that shows an order which may be the first attempt's, and need not be, is for
// people again. Once they have seen it, it is their decision.
func TestASecondAttemptAsksAboutOrdersThatCouldBeTheFirst(t *testing.T) {
	t.Parallel()
	b, _, card, mend := unread(t, switched(yeastarsim.Bare))
	b.notPlaced(card)
	mend()
	b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
	b.happened("RNW-000001", renewal.CodeSearched)
	number := b.Vendor.Placed()[0].OrderNo
	again := b.card(sandbox.Renewals, "RNW-000001", "Try again")
	b.wants(b.Slack.Text(again), "may have placed an order after all", number)
	b.wantOrders(1)
	b.as(sandbox.Bob).press(again, "Try again")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 2, and(lost, renewal.CodeUnsearched, renewal.CodeSettledNot, renewal.CodeRetried,
		renewal.CodeSearched, renewal.CodeRetried, renewal.CodeOrdering, renewal.CodeOrdered)...)
}

// An order whose details cannot be read hides no other.
func TestOneOrderWithoutDetailsEndsNoSearch(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(func(s *yeastarsim.Switches) { s.NoPONumberInList = true }))
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Reset().After().Times(1))
	b.approved()
	b.happened("RNW-000001", renewal.CodeUnknown)
	b.byHand()
	b.Vendor.Fault(yeastarsim.OrderGet, yeastarsim.HTMLPage().Times(1)) // the newest, which is read first
	clock.Advance(firstSearch)
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.says(sandbox.Renewals, "RNW-000001 is ordered", b.Vendor.Placed()[0].OrderNo)
	b.ends("RNW-000001", renewal.Ordered, 1, and(lost, renewal.CodeOrdered)...)
}

// A status in an order's details that does not speak of the order ends nothing; the order's
// own status is in the list.
func TestOnlyTheOrdersOwnStatusCounts(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(func(s *yeastarsim.Switches) {
		s.NoStatusInDetails, s.InvoiceStatus = true, yeastarsim.StatusInvalid
	}))
	b.Vendor.QueueOrderStatus(yeastarsim.StatusPending)
	b.approved()
	b.happened("RNW-000001", renewal.CodeProcessing)
	asked := b.Vendor.Calls(yeastarsim.OrderPage)
	clock.Advance(time.Minute)
	if err := b.Vendor.WaitCalls(b.ctx, yeastarsim.OrderPage, asked+1); err != nil {
		t.Fatal(err)
	}
	if err := b.Vendor.Pay(b.Vendor.Placed()[0].OrderNo); err != nil {
		t.Fatal(err)
	}
	clock.Advance(2 * time.Hour)
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 1, and(processing, renewal.CodeOrdered)...)
}

// An order with exactly our PO number in which a guessed field differs is shown to people,
// and taken when they say so twice.
func TestTheRightNumberIsTakenWhateverGuessedFieldsSay(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(func(s *yeastarsim.Switches) { s.CopiedContacts = true }))
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Reset().After().Times(1))
	b.approved()
	b.happened("RNW-000001", renewal.CodeUnknown)
	clock.Advance(firstSearch)
	b.happened("RNW-000001", renewal.CodeSearched)
	number := b.Vendor.Placed()[0].OrderNo
	b.says(sandbox.Renewals, "an order that could be this one: "+number)
	bob := b.as(sandbox.Bob)
	bob.press(b.card(sandbox.Renewals, "RNW-000001", "It was placed…"), "It was placed…")
	bob.typeIn("Order number", "\u200b*"+number+"*.")
	bob.submitOK()
	b.wants(bob.reads("== It was placed =="), "differs from the one that was sent", "Order "+number, "it has another billing contact")
	b.ends("RNW-000001", renewal.Unknown, 1, and(lost, renewal.CodeSearched)...)
	bob.submitOK()
	b.happened("RNW-000001", renewal.CodeSettledPlaced)
	b.says(sandbox.Renewals, "@bob found that the order was placed", "It differs from what was sent, which was confirmed: it has another billing contact.")
	b.ends("RNW-000001", renewal.Ordered, 1, and(lost, renewal.CodeSearched, renewal.CodeSettledPlaced)...)
}
