package bot_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// The codes of a request whose order's answer was lost.
var lost = []renewal.Code{renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeUnknown}

func and(first []renewal.Code, more ...renewal.Code) []renewal.Code {
	return append(append([]renewal.Code(nil), first...), more...)
}

// lostOrder brings a request to an order of unknown fate, and returns its card. The
// clock stands still, so nobody but people settles it.
func lostOrder(t *testing.T, fault yeastarsim.Fault, change ...func(*sandbox.Options)) (*bundle, slacksim.Message) {
	t.Helper()
	b, _ := setupAt(t, change...)
	b.Vendor.Fault(yeastarsim.OrderSave, fault.Times(1))
	b.approved()
	b.happened("RNW-000001", renewal.CodeUnknown)
	return b, b.card(sandbox.Renewals, "RNW-000001", "It was placed…")
}

func TestLostAnswerIsNeverSentAgain(t *testing.T) {
	t.Parallel()
	briefly := func(o *sandbox.Options) { o.OrderTimeout = 2 * time.Second }
	for name, c := range map[string]struct {
		fault  yeastarsim.Fault
		placed int
		change []func(*sandbox.Options)
	}{
		"the connection breaks after the order was placed":  {fault: yeastarsim.Reset().After(), placed: 1},
		"the connection breaks before the order was placed": {fault: yeastarsim.Reset()},
		"no answer in time, and the order is placed":        {fault: yeastarsim.Hang().After(), placed: 1, change: []func(*sandbox.Options){briefly}},
		"no answer in time, and the order is not placed":    {fault: yeastarsim.Hang(), change: []func(*sandbox.Options){briefly}},
		"a gateway's 502 after the order was placed":        {fault: yeastarsim.HTTPError(502).After(), placed: 1},
		"a gateway's 503":                 {fault: yeastarsim.HTTPError(503)},
		"half an answer":                  {fault: yeastarsim.BrokenJSON().After(), placed: 1},
		"an empty answer":                 {fault: yeastarsim.EmptyBody().After(), placed: 1},
		"a web page":                      {fault: yeastarsim.HTMLPage().After(), placed: 1},
		"success without an order number": {fault: yeastarsim.NoOrderNumber().After(), placed: 1},
		"an answer that is far too long":  {fault: yeastarsim.HugeBody(64 << 20).After(), placed: 1},
		"a code that may mean anything":   {fault: yeastarsim.Refuse("order_processing", "").Status(200, 200).After(), placed: 1},
		"a conflict":                      {fault: yeastarsim.Refuse("conflict", "").Status(409, 409)},
		"a well-formed answer with a 500": {fault: yeastarsim.Refuse("internal_error", "Try later.").Status(500, 500).After(), placed: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, card := lostOrder(t, c.fault, c.change...)
			b.says(sandbox.Renewals, "❓", "This order may or may not have been placed. Nothing will be sent again until you decide.",
				"@bob, @renewal-approvers: please have a look.")
			b.hears(sandbox.Alice, "RNW-000001", "may or may not have been placed", "Nothing will be sent again")
			b.wants(b.Slack.Text(card), "Not known whether it was ordered")
			if diff := cmp.Diff([]string{"It was placed…", "It was not placed…"}, card.Buttons()); diff != "" {
				t.Errorf("the card's buttons (-want +got):\n%s", diff)
			}
			b.silent(sandbox.Renewals, "Nothing was ordered")
			// Neither a job that is run again nor a button of an older card sends it.
			if err := b.Ledger.Enqueue(b.ctx, renewal.Job{Kind: renewal.PlaceOrder, RequestID: 1, At: monday}); err != nil {
				t.Fatal(err)
			}
			again := clickOn(t, card, "settle_placed")
			for _, action := range []string{"retry", "approve", "close"} {
				again.ActionID = action
				b.as(sandbox.Bob).forceClick(again)
			}
			b.as(sandbox.Bob).alone("RNW-000001 may or may not have been ordered. Nothing will be sent again until somebody settles it.")
			b.as(sandbox.Alice).request(tutorial) // goes through the queues behind the job
			r := b.ends("RNW-000001", renewal.Unknown, 1, and(lost, renewal.CodeDenied, renewal.CodeDenied, renewal.CodeDenied)...)
			if len(r.Attempts) != 1 || r.Attempts[0].Outcome != renewal.Lost || r.Order != nil {
				t.Errorf("the attempts are %+v", r.Attempts)
			}
			if n := len(b.Vendor.Placed()); n != c.placed {
				t.Errorf("%d orders were placed, want %d", n, c.placed)
			}
		})
	}
}

func TestSettledAsPlaced(t *testing.T) {
	t.Parallel()
	b, card := lostOrder(t, yeastarsim.Reset().After())
	right := b.Vendor.Placed()[0].OrderNo
	foreign := ""
	for _, o := range b.Vendor.Orders() {
		if o.PartnerID == yeastarsim.AcmeVoiceID {
			foreign = o.OrderNo
		}
	}
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.press(card, "It was placed…")
	alice.alone("Only approvers can settle RNW-000001. Nothing was ordered.")
	bob.press(card, "It was placed…")
	b.wants(bob.reads("== It was placed =="), "RNW-000001", "Acme Telecom", "Nothing is sent by this form.")
	var refusal *slacksim.Refusal
	if _, err := bob.p.Submit(b.ctx); !errors.As(err, &refusal) {
		t.Errorf("no order number is submitted: %v", err)
	}
	for number, want := range map[string]string{
		"XS9999999999999999999":   "The Partner Portal knows no order with this number. Nothing was changed.",
		"../order/v1/page":        "Nothing was changed.",
		strings.Repeat("7", 64):   "Nothing was changed.",
		"XS34 01174502129270784 ": "Nothing was changed.",
	} {
		bob.typeIn("Order number", number)
		if errs := bob.submit(); len(errs) != 1 || !contains(bob.errorAt("Order number"), want) {
			t.Errorf("%q is answered with %v, want %q", number, errs, want)
		}
	}
	if got := bob.force(forged{"Order number", plainText(" ")}); !contains(got["Order number"], "Type the order number") {
		t.Errorf("an empty number is answered with %v", got)
	}
	if r := b.stored("RNW-000001"); r.Status != renewal.Unknown {
		t.Fatalf("a wrong number moved it to %s", r.Status)
	}
	bob.typeIn("Order number", foreign) // is shown with what differs, and not taken by that
	bob.submitOK()
	b.wants(bob.reads("== It was placed =="), "This order differs from the one that was sent", "it is for 250 extensions", "it was placed before this request was sent")
	stop := b.Vendor.Fault(yeastarsim.OrderGet, yeastarsim.HTTPError(503))
	bob.typeIn("Order number", right)
	bob.submit()
	if got := bob.errorAt("Order number"); !contains(got, "did not answer, so the number could not be checked. Nothing was changed") {
		t.Errorf("while the portal is down the field says %q", got)
	}
	stop.Remove()
	bob.typeIn("Order number", right)
	bob.submitOK()
	b.happened("RNW-000001", renewal.CodeSettledPlaced)
	b.says(sandbox.Renewals, "@bob found that the order was placed.", right)
	b.says(sandbox.Renewals, "RNW-000001 is ordered", right)
	b.hears(sandbox.Alice, "RNW-000001", right)
	if now := b.shows(card, "Ordered.", right); len(now.Buttons()) != 0 {
		t.Errorf("the card has buttons: %q", now.Buttons())
	}
	r := b.ends("RNW-000001", renewal.Ordered, 1, and(lost, renewal.CodeDenied, renewal.CodeSettledPlaced)...)
	if r.Order == nil || r.Order.OrderNo != right {
		t.Errorf("the ledger has the order %+v", r.Order)
	}
}

// One order settles one request, even where the vendor tells nothing by which to tell
// two orders apart.
func TestAnOrderOfAnotherRequestSettlesNothing(t *testing.T) {
	t.Parallel()
	b, _ := setupAt(t, switched(yeastarsim.Bare))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	bob.press(alice.request(acmeWish), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Reset().Times(1))
	bob.press(alice.request(acmeWish), "Approve")
	b.happened("RNW-000002", renewal.CodeUnknown)
	bob.press(b.card(sandbox.Renewals, "RNW-000002", "It was placed…"), "It was placed…")
	bob.typeIn("Order number", b.Vendor.Placed()[0].OrderNo)
	if errs := bob.submit(); len(errs) != 1 || !contains(bob.errorAt("Order number"), "That order belongs to RNW-000001. Nothing was changed.") {
		t.Errorf("the order of RNW-000001 is answered with %v", errs)
	}
	if r := b.stored("RNW-000002"); r.Status != renewal.Unknown || r.Order != nil {
		t.Errorf("it is %s with %+v", r.Status, r.Order)
	}
}

// Of an order that somebody names the list tells more than its details are known to: when it was
// placed, its state, and maybe its PO number.
func TestTheListTellsOfANumberToo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tells  func(*yeastarsim.Switches)
		status renewal.Status
		says   []string // of the right order, before it is taken
	}{
		"nothing but what is documented": {
			func(s *yeastarsim.Switches) { yeastarsim.Bare(s); s.OrderStatus = yeastarsim.StatusSucceed }, renewal.Ordered,
			[]string{"the portal does not tell whose order it is"},
		},
		"an order that ended": {
			func(s *yeastarsim.Switches) { yeastarsim.Bare(s); s.OrderStatus = yeastarsim.StatusFailed }, renewal.Refused,
			[]string{"the portal does not tell whose order it is"},
		},
		"the PO number in the list alone": {func(s *yeastarsim.Switches) { s.NoPONumberInDetails = true }, renewal.Ordered, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, card := lostOrder(t, yeastarsim.Reset().After(), switched(c.tells))
			number := b.Vendor.Placed()[0].OrderNo
			bob := b.as(sandbox.Bob)
			bob.press(card, "It was placed…")
			bob.typeIn("Order number", number)
			bob.submitOK()
			if c.says != nil {
				b.wants(bob.reads("== It was placed =="), append(c.says, number)...)
				b.lacks(bob.reads("== It was placed =="), "it was placed before", "does not tell when", "no PO number")
				bob.submitOK()
			}
			b.happened("RNW-000001", renewal.CodeSettledPlaced)
			if r := b.stored("RNW-000001"); r.Status != c.status || r.Order == nil || r.Order.OrderNo != number {
				t.Errorf("it is %s with %+v", r.Status, r.Order)
			}
		})
	}
}

// Somebody else's order is not taken at once where its details tell the documented fields alone.
func TestAWrongNumberIsShownWithWhatTheListTells(t *testing.T) {
	t.Parallel()
	b, card := lostOrder(t, yeastarsim.Reset().After(), switched(yeastarsim.Bare))
	foreign := ""
	for _, o := range b.Vendor.Orders() {
		if o.PartnerID == yeastarsim.AcmeVoiceID && o.ProductID == 14 {
			foreign = o.OrderNo
		}
	}
	bob := b.as(sandbox.Bob)
	bob.press(card, "It was placed…")
	bob.typeIn("Order number", foreign)
	bob.submitOK()
	b.wants(bob.reads("== It was placed =="), foreign, "it was placed before this request was sent", "the portal does not tell whose order it is")
	stop := b.Vendor.Fault(yeastarsim.OrderPage, yeastarsim.HTTPError(503))
	bob.typeIn("Order number", b.Vendor.Placed()[0].OrderNo)
	bob.submit()
	if got := bob.errorAt("Order number"); !contains(got, "did not answer, so the number could not be checked. Nothing was changed") {
		t.Errorf("without the list the field says %q", got)
	}
	stop.Remove()
	if r := b.stored("RNW-000001"); r.Status != renewal.Unknown {
		t.Errorf("it is %s", r.Status)
	}
}

// An order of which nothing tells the number is not kept by its id, by which it would never be found again.
func TestAnIDIsNoOrderNumber(t *testing.T) {
	t.Parallel()
	b, card := lostOrder(t, yeastarsim.Reset().After(), switched(yeastarsim.Bare))
	old := b.Vendor.Placed()[0]
	old.ID, old.OrderNo, old.CreateTime = "", "", old.CreateTime.AddDate(0, -1, 0)
	unlisted := b.Vendor.AddOrder(old)
	for range 200 { // pages of the list, which is read no further
		old.CreateTime = old.CreateTime.Add(time.Minute)
		b.Vendor.AddOrder(old)
	}
	bob := b.as(sandbox.Bob)
	bob.press(card, "It was placed…")
	bob.typeIn("Order number", unlisted.ID)
	bob.submit()
	if got := bob.errorAt("Order number"); !contains(got, "does not show this order") || !contains(got, "Type its order number") || !contains(got, "Nothing was changed") {
		t.Errorf("the field says %q", got)
	}
	if r := b.stored("RNW-000001"); r.Status != renewal.Unknown {
		t.Errorf("it is %s with %+v", r.Status, r.Order)
	}
}

func TestSettledAsPlacedAndNotFinished(t *testing.T) {
	t.Parallel()
	b, card := lostOrder(t, yeastarsim.Reset().After(), switched(func(s *yeastarsim.Switches) { s.OrderStatus = yeastarsim.StatusPending }))
	number := b.Vendor.Placed()[0].OrderNo
	bob := b.as(sandbox.Bob)
	bob.press(card, "It was placed…")
	bob.typeIn("Order number", number)
	bob.submitOK()
	b.happened("RNW-000001", renewal.CodeSettledPlaced)
	b.shows(card, "Ordered, not finished.", number)
	b.ends("RNW-000001", renewal.Processing, 1, and(lost, renewal.CodeSettledPlaced)...)
}

func TestSettledAsNotPlacedAndTriedAgain(t *testing.T) {
	t.Parallel()
	b, card := lostOrder(t, yeastarsim.HTTPError(502))
	bob := b.as(sandbox.Bob)
	b.as(sandbox.Dave).press(card, "It was not placed…")
	b.as(sandbox.Dave).alone("Only approvers can settle RNW-000001")
	bob.press(card, "It was not placed…")
	b.wants(bob.reads("== It was not placed =="), "If the order exists after all, trying again pays for it twice.", "RNW-000001")
	const denied = renewal.CodeDenied // of Dave, and of the first bad reason
	for typed, want := range map[string]string{
		"":                                       "Please give a reason: it is kept with the request.",
		strings.Repeat("x", renewal.MaxReason+1): "The reason may have at most 500 characters.",
	} {
		if got := bob.force(forged{"How do you know?", plainText(typed)}); !contains(got["How do you know?"], want) {
			t.Errorf("a reason of %d characters is answered with %v", len(typed), got)
		}
	}
	bob.typeIn("How do you know?", "Not among the orders an hour later")
	bob.submitOK()
	b.happened("RNW-000001", renewal.CodeSettledNot)
	b.says(sandbox.Renewals, "@bob found that the order was not placed", "Not among the orders an hour later")
	b.hears(sandbox.Alice, "Not among the orders an hour later")
	b.ends("RNW-000001", renewal.Refused, 1, and(lost, denied, denied, renewal.CodeSettledNot)...)

	bob.forceClick(clickOn(t, card, "settle_not_placed")) // the button of before
	bob.alone("RNW-000001 was not ordered. It can be tried again or closed.")
	bob.press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 2, and(lost, denied, denied, renewal.CodeSettledNot, denied,
		renewal.CodeRetried, renewal.CodeOrdering, renewal.CodeOrdered)...)
	b.sameBytes()
	if n := len(b.Vendor.Placed()); n != 1 {
		t.Errorf("%d orders were placed, want 1", n)
	}
}

// Two people settle the same order at different forms; the first one counts.
func TestSettledTwice(t *testing.T) {
	t.Parallel()
	b, card := lostOrder(t, yeastarsim.Reset().After())
	bob, carol := b.as(sandbox.Bob), b.as(sandbox.Carol)
	bob.press(card, "It was placed…")
	carol.press(card, "It was not placed…")
	bob.typeIn("Order number", b.Vendor.Placed()[0].OrderNo)
	carol.typeIn("How do you know?", "I looked")
	bob.submitOK()
	b.happened("RNW-000001", renewal.CodeSettledPlaced)
	if errs := carol.submit(); len(errs) != 1 || !contains(carol.errorAt("How do you know?"), "RNW-000001 was ordered") {
		t.Errorf("the second one is told %v", errs)
	}
	b.ends("RNW-000001", renewal.Ordered, 1, and(lost, renewal.CodeSettledPlaced, renewal.CodeDenied)...)
}

// The vendor says neither yes nor no, and names the order that it made.
func TestAnAnswerThatNamesAnOrderIsNoRefusal(t *testing.T) {
	t.Parallel()
	const number = "XS3401174502129270784" // the first of a simulator
	fault := yeastarsim.Refuse("payment_pending", "Balance too low.").Status(200, 200).Result(map[string]any{"orderNo": number}).After()
	b, card := lostOrder(t, fault)
	b.says(sandbox.Renewals, "❓", "may or may not have been placed", "The answer names order "+number)
	b.wants(b.Slack.Text(card), "The answer names order "+number)
	if got := b.entry("RNW-000001", renewal.CodeUnknown).Detail[renewal.DetailCandidates]; got != number {
		t.Errorf("the trail has the candidates %q, want %q", got, number)
	}
	b.ends("RNW-000001", renewal.Unknown, 1, lost...)
}
