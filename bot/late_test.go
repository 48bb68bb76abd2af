package bot_test

import (
	"testing"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// notPlaced lets Bob say that the order was not placed.
func (b *bundle) notPlaced(card slacksim.Message) {
	b.t.Helper()
	bob := b.as(sandbox.Bob)
	bob.press(card, "It was not placed…")
	bob.typeIn("How do you know?", "Not among the orders")
	bob.submitOK()
	b.happened(b.refOf(card), renewal.CodeSettledNot)
}

// held is a request whose order waits at the vendor's door after the bot gave it up.
func held(t *testing.T, change ...func(*sandbox.Options)) (b *bundle, clock *slacksim.ManualClock, card slacksim.Message, release func()) {
	t.Helper()
	patient := switched(func(s *yeastarsim.Switches) { s.TokenLife = 48 * time.Hour }) // the order's token is good all the time
	b, clock = setupAt(t, append(change, patient, unreminded, func(o *sandbox.Options) { o.OrderTimeout = 2 * time.Second })...)
	gate := make(chan struct{})
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Hold(gate).Times(1))
	b.approved()
	b.happened("RNW-000001", renewal.CodeUnknown)
	card = b.card(sandbox.Renewals, "RNW-000001", "It was not placed…")
	return b, clock, card, func() {
		t.Helper()
		before := len(b.Vendor.Placed())
		close(gate)
		if _, err := b.Vendor.WaitOrders(b.ctx, before+1); err != nil {
			t.Fatal(err)
		}
	}
}

// unreminded keeps reminders out of the trail of tests in which hours pass.
var unreminded = configured(func(r *config.Renew) { r.RemindAfter = 48 * time.Hour })

func (b *bundle) alarm(pieces ...string) {
	b.t.Helper()
	pieces = append([]string{"🚨 An order turned up for an attempt that was called not placed"}, pieces...)
	b.says(sandbox.Renewals, pieces...)
	b.says(sandbox.Audit, pieces...)
	b.hears(sandbox.Alice, pieces...)
}

// turnsUp lets time pass until the late order is found.
func (b *bundle) turnsUp(clock *slacksim.ManualClock) {
	b.t.Helper()
	b.later(clock, 2*time.Hour)
	b.happened("RNW-000001", renewal.CodeLate)
}

func TestLateOrderIsTakenInsteadOfAnother(t *testing.T) {
	t.Parallel()
	b, clock, card, release := held(t)
	b.notPlaced(card)
	again := clickOn(t, b.card(sandbox.Renewals, "RNW-000001", "Try again"), "retry")
	b.later(clock, 5*time.Hour)
	release()
	b.turnsUp(clock)
	number := b.Vendor.Placed()[0].OrderNo
	b.alarm(number, "It now counts as this request's order; nothing else will be sent.")
	b.says(sandbox.Renewals, "RNW-000001 is ordered", number)
	if now := b.shows(card, "Ordered.", number); len(now.Buttons()) != 0 {
		t.Errorf("the card has buttons: %q", now.Buttons())
	}
	b.as(sandbox.Bob).forceClick(again)
	b.as(sandbox.Bob).alone("RNW-000001 was ordered: order " + number)
	r := b.ends("RNW-000001", renewal.Ordered, 1, and(lost, renewal.CodeSettledNot, renewal.CodeLate, renewal.CodeDenied)...)
	if r.Order.OrderNo != number {
		t.Errorf("the ledger has %+v", r.Order)
	}
}

func TestLateOrderAfterTryAgainIsAnAlarm(t *testing.T) {
	t.Parallel()
	b, clock, card, release := held(t)
	b.notPlaced(card)
	b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
	b.happened("RNW-000001", renewal.CodeOrdered)
	asked := b.Vendor.Calls(yeastarsim.OrderPage)
	b.later(clock, 5*time.Minute) // the order of the second attempt is no late one
	if err := b.Vendor.WaitCalls(b.ctx, yeastarsim.OrderPage, asked+1); err != nil {
		t.Fatal(err)
	}
	b.silent(sandbox.Renewals, "🚨")
	release()
	b.turnsUp(clock)
	placed := b.Vendor.Placed()
	b.alarm(placed[1].OrderNo, "There may be two orders: please check in the Partner Portal.")
	b.ends("RNW-000001", renewal.Ordered, 2, and(lost, renewal.CodeSettledNot,
		renewal.CodeRetried, renewal.CodeOrdering, renewal.CodeOrdered, renewal.CodeLate)...)
	b.later(clock, 3*time.Hour) // it is said once
	b.ends("RNW-000001", renewal.Ordered, 2, and(lost, renewal.CodeSettledNot,
		renewal.CodeRetried, renewal.CodeOrdering, renewal.CodeOrdered, renewal.CodeLate)...)
}

// The second attempt's answer is lost as well: one order is there, and it counts once.
func TestOneOrderAfterTwoLostAttempts(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.HTTPError(502).Times(1))
	b.approved()
	b.happened("RNW-000001", renewal.CodeUnknown)
	b.notPlaced(b.card(sandbox.Renewals, "RNW-000001", "It was not placed…"))
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Reset().After().Times(1))
	b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
	b.card(sandbox.Renewals, "RNW-000001", "It was not placed…")
	b.later(clock, firstSearch)
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.later(clock, 10*time.Minute)
	r := b.ends("RNW-000001", renewal.Ordered, 2, and(lost, renewal.CodeSettledNot,
		renewal.CodeRetried, renewal.CodeOrdering, renewal.CodeUnknown, renewal.CodeOrdered)...)
	if len(b.Vendor.Placed()) != 1 || r.Attempts[0].Order != nil || r.Attempts[1].Outcome != renewal.Placed {
		t.Errorf("%d orders placed; the attempts are %+v", len(b.Vendor.Placed()), r.Attempts)
	}
}

// Between "try again" and the order something changed, and the request waits for
// approval again when its first order turns up.
func TestLateOrderWhileTheRequestIsPendingAgain(t *testing.T) {
	t.Parallel()
	b, clock, card, release := held(t, switched(yeastarsim.Generous, anyQuantity))
	b.notPlaced(card)
	b.Vendor.SetExtensions(yeastarsim.AcmeTelecomID, 60)
	b.later(clock, time.Hour) // past what the look-ups remember
	b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
	b.happened("RNW-000001", renewal.CodeChanged)
	approve := clickOn(t, b.card(sandbox.Renewals, "RNW-000001", "Approve"), "approve")
	release()
	b.turnsUp(clock)
	b.alarm(b.Vendor.Placed()[0].OrderNo, "It now counts as this request's order; nothing else will be sent.")
	b.as(sandbox.Bob).forceClick(approve)
	b.as(sandbox.Bob).alone("RNW-000001 was ordered")
	b.ends("RNW-000001", renewal.Ordered, 1, and(lost, renewal.CodeSettledNot,
		renewal.CodeRetried, renewal.CodeChanged, renewal.CodeLate, renewal.CodeDenied)...)
}
