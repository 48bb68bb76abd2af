package bot_test

import (
	"testing"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// The day before the end is proposed by any source that the list of renewals due has.
func TestOrderOnADayBeforeADateOfAList(t *testing.T) {
	t.Parallel()
	b, _ := setupAt(t) // where the portal tells no dates
	k := due.Key{Product: "p-series-turnkey", Holder: yeastarsim.AcmeTelecomID}
	if _, _, err := b.Ledger.Mark(b.ctx, []ledger.MarkChange{{Key: k, Change: func(m due.Mark) due.Mark {
		m.Imported = &due.Imported{At: time.Date(2026, 4, 15, 0, 0, 0, 0, time.UTC), On: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
		return m
	}}}, renewal.Entry{}); err != nil {
		t.Fatal(err)
	}
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	alice.choose("Order", "", "7 days before it ends, by a list of dates: 8 Apr 2026")
	b.wants(alice.review(), "To be ordered on Apr 8, 2026", "not before")
}

// An order for a day is decided at once and sent once, on its day, whatever happens before:
// orders are paused and resumed, the day is changed, the bot is started anew, and the clocks of
// its requester change.
func TestOrderOnItsDay(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, durable(t), switched(yeastarsim.Generous))
	alice, bob, carol := b.as(sandbox.Alice), b.as(sandbox.Bob), b.as(sandbox.Carol)
	alice.fill(tutorial)
	alice.choose("Order", "", "On a day that I choose…")
	for date, wrong := range map[string]string{"2026-03-01": "This day is over.", "2026-06-01": "at most 90 days ahead"} {
		alice.choose("Day of the order", "", date)
		alice.submit()
		b.wants(alice.errorAt("Day of the order"), wrong)
	}
	alice.choose("Order", "", "7 days before it ends: 19 Mar 2026")
	b.wants(alice.review(), "To be ordered on Mar 19, 2026 08:00", "not before", "Nothing is ordered until it is approved.")
	alice.submitOK()
	alice.reads("RNW-000001 is saved.")
	alice.back()
	card := b.card(sandbox.Renewals, "RNW-000001", "Approve")
	says, _ := bob.dialog(card, "Approve")
	b.wants(says, "This places a real order with Yeastar on 19 Mar 2026", "Until it is sent it can be stopped")
	b.says(sandbox.Renewals, "@bob approved (1 of 1). Its order is placed on", "Nothing has been ordered yet.")
	b.wants(carol.command(sandbox.Renewals, "/renew pause Stocktaking"), "Orders are paused")
	b.wants(carol.command(sandbox.Renewals, "/renew resume"), "Orders are not paused")
	b.says(sandbox.Audit, "no approved request waits for that, so nothing is ordered now. One is for a day that has not come.")
	card = b.shows(card, "Approved, to be ordered on 19 Mar 2026", "Stop the order", "Change…")
	b.wants(alice.command(sandbox.Renewals, "/renew list"), "Approved, to be ordered on 19 Mar 2026")

	alice.press(card, "Change…")
	alice.titled("Change RNW-000001")
	alice.choose("Order", "", "On a day that I choose…")
	alice.choose("Day of the order", "", "2026-03-30") // the day after the clocks of Berlin went forward
	b.wants(alice.review(), "before the day on which it is to be ordered", "To be ordered: 2026-03-19 (from", "→ 2026-03-30 (from")
	alice.explain("They are closed until then.")
	alice.submitOK()
	b.happened("RNW-000001", renewal.CodeAmended)
	b.laterAt(clock, time.Date(2026, 3, 4, 8, 0, 0, 0, time.UTC))
	bob.press(b.card(sandbox.Renewals, "RNW-000001", "Approve"), "Approve")
	b.until("it is approved", func() bool { return b.stored("RNW-000001").Status == renewal.Approved })
	b.laterAt(clock, time.Date(2026, 3, 19, 8, 0, 1, 0, time.UTC)) // the day of before
	b.restart()
	b.laterAt(clock, time.Date(2026, 3, 30, 6, 59, 59, 0, time.UTC))
	b.restart()
	b.rest()
	b.wantOrders(0)
	b.wantStatus(1, renewal.Approved)
	// On the day the portal does not answer for a while: the order waits, as any other would.
	down := b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503))
	b.laterAt(clock, time.Date(2026, 3, 30, 7, 0, 0, 0, time.UTC))
	if err := down.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	b.later(clock, time.Minute)
	b.happened("RNW-000001", renewal.CodeWaiting)
	down.Remove()
	b.later(clock, time.Minute)
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.restart()
	b.laterAt(clock, time.Date(2026, 4, 9, 7, 0, 0, 0, time.UTC))
	b.rest()
	b.wantOrders(1)
	b.wantStatus(1, renewal.Ordered)
}

// Where a day has come before anybody decided, everything says that the order follows at once.
func TestADayThatComesBeforeItIsDecided(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(yeastarsim.Generous))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.fill(acmeWish)
	alice.choose("Order", "", "On a day that I choose…")
	alice.choose("Day of the order", "", "2026-03-03")
	alice.review()
	alice.submitOK()
	alice.reads("RNW-000001 is saved.")
	alice.back()
	card := b.shows(b.card(sandbox.Renewals, "RNW-000001", "Approve"), "to be ordered on Mar 3, 2026")
	bob.home("to be ordered on Mar 3, 2026")

	b.laterAt(clock, time.Date(2026, 3, 3, 8, 0, 0, 0, time.UTC))
	const come = "which has come: its order follows the approval at once"
	card = b.shows(card, "was to be ordered on Mar 3, 2026", come)
	b.homeSays(sandbox.Bob, come)
	b.wants(bob.command(sandbox.Random, "/renew status RNW-000001"), "that day has come: its order follows the approval at once")
	b.wants(bob.command(sandbox.Random, "/renew status Acme"), come)
	alice.command(sandbox.Random, "/renew due it@acme-telecom.example")
	b.wants(b.Slack.Text(alice.list("Acme")), "was to be ordered on 3 Mar 2026, "+come)
	says, _ := bob.dialog(card, "Approve")
	b.wants(says, "This places a real order with Yeastar at once")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wantOrders(1)
}

// A change that changes nothing is none: the approval of an order for a day stands.
func TestNothingIsChangedInWhatIsApproved(t *testing.T) {
	t.Parallel()
	b, _ := setupAt(t, switched(yeastarsim.Generous))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.fill(tutorial)
	alice.choose("Order", "", "7 days before it ends: 19 Mar 2026")
	alice.review()
	alice.submitOK()
	alice.reads("RNW-000001 is saved.")
	alice.back()
	card := b.card(sandbox.Renewals, "RNW-000001", "Approve")
	bob.press(card, "Approve")
	card = b.shows(card, "Approved, to be ordered on", "Change…")
	alice.press(card, "Change…")
	alice.titled("Change RNW-000001")
	alice.submit()
	alice.reads("Nothing was changed in RNW-000001, so what was approved stays approved.")
	b.wantStatus(1, renewal.Approved)
	alice.back()
	alice.typeIn("PO number", "PO-77")
	alice.review()
	alice.submitOK()
	b.shows(card, "Waiting for approval", "PO-77")
	b.wantOrders(0)
}
