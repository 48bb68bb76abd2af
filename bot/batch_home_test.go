package bot_test

import (
	"fmt"
	"testing"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// homeLacks waits until a Home tab that is open says none of some pieces, without being opened again.
func (b *bundle) homeLacks(who string, pieces ...string) {
	b.t.Helper()
	b.wait("the Home tab of "+who, func(s *slacksim.Snapshot) bool {
		for _, piece := range pieces {
			if contains(s.TextView(s.Homes[who]), piece) {
				return false
			}
		}
		return true
	})
}

// pressInHome presses a button in the Home tab of a person.
func (a *actor) pressInHome(button string) {
	a.b.t.Helper()
	if r, err := a.p.PressInHome(a.b.ctx, button); err != nil || r.Failure != "" {
		a.b.t.Fatalf("press %q in Home: %v %s", button, err, r.Failure)
	}
}

// TestBatchFromHome shows a batch in Home with what waits for people, until it has ended, and then with what has. It has
// doubts, so that it is approved on its card.
func TestBatchFromHome(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.home("You have no open requests.")
	bob.home("Nothing waits for you.")
	bob.press(alice.request(tutorial), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	var lines []string
	for n := range 10 { // as many as Home has of what is finished
		lines = append(lines, customer(22+n))
	}
	card := alice.batch(lines...)
	b.homeSays(sandbox.Bob, "RNW-B0001", "Waiting for approval", "It is approved on its card", "Leave lines out…", "Reject…", "Open")
	b.homeLacks(sandbox.Bob, "Nothing waits for you.", "Cancel batch", "Approve 10 lines", "Approve with a comment…")
	b.homeSays(sandbox.Alice, "My open requests", "RNW-B0001", "Leave lines out…", "Cancel batch", "Open", "Nothing waits for you.")
	b.homeLacks(sandbox.Alice, "Approve 10 lines", "You have no open requests.")
	b.homeLacks(sandbox.Alice, "Reject…")
	b.wants(alice.command(sandbox.Random, "/renew list"), "Batches (1)", "RNW-B0001")

	release := make(chan struct{})
	held := b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Hold(release))
	bob.pressInHome("Leave lines out…")
	bob.titled("Leave lines out")
	bob.back()
	bob.press(card, "Approve 10 lines")
	if err := held.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	b.homeSays(sandbox.Bob, "Nothing waits for you.", "Decided by me, not finished", "RNW-B0001", "Being ordered", "Stop")
	b.homeSays(sandbox.Alice, "Being ordered", "Stop")
	if said := alice.command(sandbox.Random, "/renew list"); contains(said, "Nothing is being ordered") || !contains(said, "Being ordered") {
		t.Errorf("the list beside a batch that is being ordered says %q", said)
	}
	held.Remove()
	close(release)
	b.says(sandbox.Renewals, "RNW-B0001 has ended", "10 placed")
	b.homeSays(sandbox.Alice, "Recently finished", "RNW-B0001 (https://", "10 placed", "RNW-000001", "You have no open requests.")
	b.homeSays(sandbox.Bob, "Recently finished", "RNW-B0001 (https://", "10 placed", "RNW-000001")
	b.homeLacks(sandbox.Bob, "Decided by me")
	b.wantOrders(11)
}

// TestBatchNotFinished goes on in every list while the vendor has not finished an order of it.
func TestBatchNotFinished(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.home("You have no open requests.")
	b.Vendor.QueueOrderStatus(yeastarsim.StatusPending)
	ref := alice.batch(customer(22), customer(23))
	bob.press(ref, "Approve 2 lines")
	b.says(sandbox.Renewals, "RNW-B0001 has ended", "2 placed")
	b.homeSays(sandbox.Alice, "My open requests", "RNW-B0001", "Ordered, not finished", "1 line, which may need paying")
	b.homeLacks(sandbox.Alice, "Every line that was to be ordered was placed", "Recently finished")
	if said := alice.command(sandbox.Random, "/renew list"); contains(said, "Nothing is being ordered") || !contains(said, "Ordered, not finished") {
		t.Errorf("the list beside a batch that is not finished says %q", said)
	}
	b.wantOrders(2)
}

// TestBatchInADryRun promises nobody orders, in the audit channel either.
func TestBatchInADryRun(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, configured(func(r *config.Renew) { r.DryRun = true }), func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	b.as(sandbox.Bob).press(b.as(sandbox.Alice).batch(customer(22), customer(23)), "Approve 2 lines")
	for _, channel := range []string{sandbox.Renewals, sandbox.Audit} {
		b.says(channel, "approved 2 lines of RNW-B0001", "The dry run ends here. Nothing was ordered.")
		b.silent(channel, "Their orders follow")
	}
	b.wantOrders(0)
}

// TestListsBehindBatches shows a request that was asked for behind more lines than anybody reads.
func TestListsBehindBatches(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.request(tutorial)
	offer := b.stored("RNW-000001").Offer
	for n, key := range []string{"one", "two", "three"} {
		s := renewal.BatchSubmission{Key: key, By: renewal.Actor{UserID: sandbox.Dave, MayRequest: true}, Channel: sandbox.Renewals}
		for i := range 70 {
			offer.Holder = renewal.Holder{PartnerID: yeastar.ID(fmt.Sprint(100*n + i + 1)), Name: "Example"}
			s.Lines = append(s.Lines, renewal.Submission{Offer: offer})
		}
		if _, _, err := b.Ledger.SubmitBatch(b.ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	alice.request(tutorial)
	bob.home("Waiting for my decision (5)", "RNW-B0003", "RNW-000212", "RNW-000001")
	alice.home("My open requests (2)", "RNW-000212", "RNW-000001", "Cancel request")
}
