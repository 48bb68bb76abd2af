package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// direct counts the direct messages of somebody that have all of some pieces.
func (b *bundle) direct(user string, pieces ...string) (n int) {
	for _, m := range b.Slack.As(user).DirectMessages() {
		text := b.Slack.Text(m)
		if !slices.ContainsFunc(pieces, func(p string) bool { return !strings.Contains(text, p) }) {
			n++
		}
	}
	return n
}

// isTold waits for one direct message, and for no other one of the same.
func (b *bundle) isTold(user string, pieces ...string) slacksim.Message {
	b.t.Helper()
	b.until("a direct message with "+strings.Join(pieces, ", "), func() bool { return b.direct(user, pieces...) > 0 })
	if n := b.direct(user, pieces...); n != 1 {
		b.t.Errorf("%s is told %d times of %q", user, n, pieces)
	}
	all := b.Slack.As(user).DirectMessages()
	return all[slices.IndexFunc(all, func(m slacksim.Message) bool { return contains(b.Slack.Text(m), pieces[len(pieces)-1]) })]
}

// TestBatchThatIsRejectedIsTold tells the requester alone, once for the batch, and the thread; what was left
// out is asked for again as it was.
func TestBatchThatIsRejectedIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, forty)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	card := alice.batch(customer(31), customer(33), customer(34))
	bob.press(card, "Leave lines out…")
	bob.choose("Lines", "", "RNW-000003")
	bob.typeIn("Reason", "They move.")
	bob.submitOK()
	b.says(sandbox.Renewals, "left 1 line out of RNW-B0001", "They move.", "RNW-000003")
	b.isTold(sandbox.Alice, "RNW-B0001", "left 1 line out of", "They move.")
	bob.press(b.card(sandbox.Renewals, "RNW-B0001", "Approve 2 lines"), "Reject…")
	bob.typeIn("Reason", "No budget.")
	bob.submitOK()
	b.says(sandbox.Renewals, "rejected 2 lines of RNW-B0001", "No budget.", "Nothing was ordered.")
	told := b.isTold(sandbox.Alice, "RNW-B0001", "rejected 2 lines of", "No budget.")
	b.shows(card, "13920.00 USD in all, of which nothing was ordered", "not all by the same decision", "Ask again…")
	if n := b.direct(sandbox.Alice, "RNW-00000"); n != 1 { // that names the line that was left out
		t.Errorf("%d messages are about lines", n)
	}
	alice.press(told, "Ask again…")
	form := alice.view("Lines")
	alice.reads("Asks again for what was left out of *RNW-B0001*")
	f, _ := form.Field("Lines")
	b.wants(f.Value, ",p-series-turnkey,270,Enterprise Plan,none,1 year,invoices@sandhaven.example,,Harbor Logistics Ltd 31")
	alice.submitOK()
	alice.titled("Please check")
	alice.reads("3 lines can be asked for: 13920.00 USD in all")
	alice.explain("They have a budget now.")
	alice.submitOK()
	alice.titled("Batch saved")
	alice.back()
	alice.press(told, "Ask again…")
	alice.view("Lines")
	alice.reads("All of it was asked for or ordered since")
	b.wantOrders(0)
}

// TestBatchAsksAgainBesideServicesAlone asks again for a renewal of which nothing but services was asked for since.
func TestBatchAsksAgainBesideServicesAlone(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, forty)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	bob.press(alice.batch(customer(31), customer(33)), "Reject…")
	bob.typeIn("Reason", "No budget.")
	bob.submitOK()
	told := b.isTold(sandbox.Alice, "RNW-B0001", "rejected 2 lines of", "No budget.")
	alice.command(sandbox.Renewals, "/renew batch")
	alice.typeIn("Lines", "holder;product;plan;services;contact;reason\n"+
		"it31@customer-31.example;p-series-turnkey;none;Recording Minutes × 10000;invoices@sandhaven.example;Agreed")
	alice.submitOK()
	alice.titled("Please check")
	alice.explain("Agreed with the customer.")
	alice.submitOK()
	alice.titled("Batch saved")
	alice.back()
	alice.press(told, "Ask again…")
	f, _ := alice.view("Lines").Field("Lines")
	b.wants(f.Value, "Harbor Logistics Ltd 31", "33")
}

// TestBatchTimesOut reminds in the thread as a single request does, calls for the last time, and tells the
// requester of the end.
func TestBatchTimesOut(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, telling, forty)
	alice := b.as(sandbox.Alice)
	card := alice.batch(customer(31), customer(33))
	step := func(what string, done func() bool) {
		t.Helper()
		b.until(what, func() bool {
			if done() {
				return true
			}
			b.later(clock, 30*time.Minute)
			return false
		})
	}
	said := func(pieces ...string) func() bool {
		return func() bool {
			return slices.ContainsFunc(b.Slack.Snapshot().All(sandbox.Renewals), func(m slacksim.Message) bool {
				return !slices.ContainsFunc(pieces, func(p string) bool { return !contains(b.Slack.Text(m), p) })
			})
		}
	}
	step("a reminder in the thread", said("RNW-B0001 is still waiting for approval", "@bob", "please decide on the card"))
	step("the last call", said("Last call: RNW-B0001 times out", "Nothing has been ordered"))
	step("the end", said("RNW-B0001 timed out: nobody approved it in time, and so 2 lines ended", "Nothing was ordered"))
	b.isTold(sandbox.Alice, "RNW-B0001", "timed out")
	b.shows(card, "Nobody approved it in time", "Ask again…")
	b.happened("no request", renewal.CodeBatchExpired)
	b.wantOrders(0)
}

// TestBatchThatAnotherStopsIsTold tells the requester of that, and of the end not once more.
func TestBatchThatAnotherStopsIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, forty)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	card := alice.batch(customer(31), customer(33), customer(34))
	b.wants(bob.command(sandbox.Renewals, "/renew cancel RNW-B0001"), "Only @alice, who asked for it, can cancel RNW-B0001",
		"An approver can reject it, or leave lines out, on its card")
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Refuse("order_refused", "Insufficient balance.").Nth(1).Times(1))
	bob.press(card, "Approve 3 lines")
	stale := clickOn(t, b.card(sandbox.Renewals, "RNW-B0001", "Go on"), "batch_go_on")
	bob.press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
	b.says(sandbox.Renewals, "asked to try again. It is ordered when it is its turn in RNW-B0001", "Nothing has been ordered")
	b.shows(card, "Yeastar refused RNW-000001, perhaps for want of credit. Since then: RNW-000001 is to be tried again, and waits with the others", "3 waiting")
	b.wants(alice.command(sandbox.Renewals, "/renew status RNW-000001"), "It is ordered when it is its turn in RNW-B0001", "not while that is paused")
	b.wants(bob.command(sandbox.Renewals, "/renew cancel RNW-B0001"), "Ended", "3 left out")
	b.isTold(sandbox.Alice, "RNW-B0001", "stopped", "3 lines that waited are not ordered")
	b.says(sandbox.Renewals, "stopped RNW-B0001: 3 lines that waited are not ordered")
	bob.forceClick(stale)
	bob.alone("RNW-B0001 is not paused: it has ended (3 left out)")
	b.wants(b.results(1)[0], "stopped by "+sandbox.Bob)
	if n := b.direct(sandbox.Alice, "It has ended"); n != 0 {
		t.Errorf("the end is told %d times more", n)
	}
	b.wantOrders(1) // which was refused
}
