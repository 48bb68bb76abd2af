package bot_test

import (
	"testing"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// The codes of a request whose order the vendor has not finished.
var processing = []renewal.Code{renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeProcessing}

func TestPendingOrderIsSettledInThePortal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status string
		settle func(*yeastarsim.Server, string) error
		end    renewal.Status
		code   renewal.Code
		told   string
	}{
		"paid":       {yeastarsim.StatusPending, (*yeastarsim.Server).Pay, renewal.Ordered, renewal.CodeOrdered, "is ordered"},
		"cancelled":  {yeastarsim.StatusPending, (*yeastarsim.Server).Cancel, renewal.Refused, renewal.CodeRefused, "did not go through"},
		"confirmed":  {yeastarsim.StatusConfirming, to(yeastarsim.StatusSucceed), renewal.Ordered, renewal.CodeOrdered, "is ordered"},
		"found void": {yeastarsim.StatusConfirming, to(yeastarsim.StatusInvalid), renewal.Refused, renewal.CodeRefused, "did not go through"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t)
			b.Vendor.QueueOrderStatus(c.status)
			card := b.approved()
			b.happened("RNW-000001", renewal.CodeProcessing)
			number := b.Vendor.Placed()[0].OrderNo
			b.shows(card, "Ordered, not finished.", number, "It may need paying in the Partner Portal.", "will not order again")
			b.says(sandbox.Renewals, "has not finished it", number)
			b.hears(sandbox.Alice, number, "has not finished it")
			b.ends("RNW-000001", renewal.Processing, 1, processing...)

			asked := b.Vendor.Calls(yeastarsim.OrderGet)
			b.later(clock, time.Minute)
			if err := b.Vendor.WaitCalls(b.ctx, yeastarsim.OrderGet, asked+1); err != nil {
				t.Fatalf("the vendor is not asked again: %v", err)
			}
			if err := c.settle(b.Vendor, number); err != nil {
				t.Fatal(err)
			}
			for b.stored("RNW-000001").Status == renewal.Processing && b.ctx.Err() == nil {
				// The vendor is asked ever more rarely; how far to go is for the bot to know.
				b.later(clock, time.Minute)
				b.rest()
			}
			b.happened("RNW-000001", c.code)
			b.says(sandbox.Renewals, c.told, number)
			b.hears(sandbox.Alice, "RNW-000001", number)
			b.ends("RNW-000001", c.end, 1, and(processing, c.code)...)
		})
	}
}

func to(status string) func(*yeastarsim.Server, string) error {
	return func(s *yeastarsim.Server, number string) error { return s.SetOrderStatus(number, status) }
}

func TestOrderThatFailedAtOnce(t *testing.T) {
	t.Parallel()
	for _, status := range []string{yeastarsim.StatusFailed, yeastarsim.StatusInvalid, yeastarsim.StatusCancelled, yeastarsim.StatusRefunded} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.Vendor.QueueOrderStatus(status)
			b.approved()
			b.happened("RNW-000001", renewal.CodeRefused)
			number := b.Vendor.Placed()[0].OrderNo
			b.says(sandbox.Renewals, "The order did not go through.", number, status)
			b.hears(sandbox.Alice, "did not go through", number)
			b.silent(sandbox.Renewals, "is ordered")
			b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
			b.happened("RNW-000001", renewal.CodeOrdered)
			b.ends("RNW-000001", renewal.Ordered, 2, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeOrdering,
				renewal.CodeRefused, renewal.CodeRetried, renewal.CodeOrdering, renewal.CodeOrdered)
		})
	}
}

func TestDryRunSendsNothingAndSaysSo(t *testing.T) {
	t.Parallel()
	b := setup(t, configured(func(r *config.Renew) { r.DryRun = true }))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.fill(acmeWish)
	alice.reads("Dry run: everything is done but the order itself.")
	b.wants(alice.review(), "Dry run: everything is done but the order itself.")
	alice.submitOK()
	alice.reads("is saved.", "Dry run: no order is sent.")
	card := b.card(sandbox.Renewals, "RNW-000001", "Approve")
	b.wants(bob.press(card, "Approve").Confirm.Text, "Dry run: no order will be sent.")
	b.happened("RNW-000001", renewal.CodeDryRun)
	b.hears(sandbox.Alice, "Dry run", "Nothing was ordered")
	b.shows(card, "DRY RUN", "Dry run finished.")
	s := b.Slack.Snapshot()
	for _, channel := range []string{sandbox.Renewals, sandbox.Audit, b.Slack.As(sandbox.Alice).DM()} {
		for _, m := range s.All(channel) {
			if text := s.Text(m); !contains(text, "Dry run") {
				t.Errorf("a message does not say that this is a dry run:\n%s", text)
			}
		}
	}
	r := b.ends("RNW-000001", renewal.Cancelled, 0, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeDryRun)
	if len(r.Attempts) != 0 {
		t.Errorf("a dry run made attempts: %+v", r.Attempts)
	}
}

// A dry run holds what was approved in a real run, and says so; it goes on when that is over.
func TestADryRunHoldsWhatWasApproved(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	bob.command(sandbox.Renewals, "/renew pause Stocktaking")
	card := alice.request(acmeWish)
	bob.press(card, "Approve")
	b.shows(card, "Approved.", "orders are paused by @bob")
	b.stop()
	b.Config.Renew.DryRun = true
	b.start()
	bob.command(sandbox.Renewals, "/renew resume")
	const held = "Nothing has been ordered yet: Renewbot makes a dry run, which holds this order."
	b.shows(card, "Approved.", held, "Stop the order")
	b.says(sandbox.Renewals, "⏸️", held)
	b.lacks(b.Slack.Text(card), "Dry run finished")
	if r := b.stored("RNW-000001"); r.Status != renewal.Approved || r.DryRun || len(b.Vendor.OrderRequests()) != 0 {
		t.Fatalf("in the dry run it is %s, with %d orders", r.Status, len(b.Vendor.OrderRequests()))
	}
	b.stop()
	b.Config.Renew.DryRun = false
	b.start()
	if err := b.Ledger.Enqueue(b.ctx, renewal.Job{Kind: renewal.PlaceOrder, RequestID: 1, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 1, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeWaiting, renewal.CodeWaiting,
		renewal.CodeOrdering, renewal.CodeOrdered)
}
