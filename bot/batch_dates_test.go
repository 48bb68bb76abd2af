package bot_test

import (
	"slices"
	"testing"
	"time"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// TestDatesOfABatch follows the dates that the portal tells after the orders of a batch: the card has
// how many it shows, and the thread names the line whose date does not move, and when it does at last.
func TestDatesOfABatch(t *testing.T) {
	t.Parallel()
	clock := newMoving()
	b := setup(t, telling, clock.set, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	customers := b.Vendor.Customers()
	stuck := customers[slices.IndexFunc(customers, func(c yeastarsim.Customer) bool { return c.Email == "it33@customer-33.example" })]
	before, _ := b.Vendor.Package(stuck.PartnerID)
	card := alice.batch(customer(31), customer(33))
	bob.press(card, "Approve 2 lines")
	b.says(sandbox.Renewals, "RNW-B0001 has ended", "2 placed")
	after, _ := b.Vendor.Package(stuck.PartnerID)
	b.Vendor.SetExpiry(stuck.PartnerID, before.Expires)
	clock.add(2 * time.Minute)
	b.shows(card, "The portal shows the new date of 1 of 2 packages that were ordered")
	clock.add(25 * time.Hour)
	b.says(sandbox.Renewals, "Line 2, RNW-000002", stuck.Company, "the portal still shows that this package ends", "do not order it again before")
	b.shows(card, "1 of 2", "A day later it does not show what was ordered of 1", "They were ordered all the same")
	b.Vendor.SetExpiry(stuck.PartnerID, after.Expires)
	clock.add(25 * time.Hour)
	b.says(sandbox.Renewals, "Line 2, RNW-000002", "renewed until")
	b.shows(card, "The portal shows the new date of 2 of 2")
	for _, m := range b.Slack.Snapshot().All(sandbox.Renewals) {
		if contains(m.Text, "Line 1, RNW-000001") {
			t.Errorf("what is as it should be has a line: %s", m.Text)
		}
	}
	b.wantOrders(2)
}

// TestDateOfALineWhoseBatchHasNoThread keeps the warning that the portal still shows the old date until the
// batch has a thread, and tells it once.
func TestDateOfALineWhoseBatchHasNoThread(t *testing.T) {
	t.Parallel()
	clock := newMoving()
	b := setup(t, telling, clock.set, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	customers := b.Vendor.Customers()
	stuck := customers[slices.IndexFunc(customers, func(c yeastarsim.Customer) bool { return c.Email == "it33@customer-33.example" })]
	before, _ := b.Vendor.Package(stuck.PartnerID)
	mended := b.Slack.Fail("chat.postMessage", slacksim.Fault{Kind: slacksim.FaultError, Error: "restricted_action"},
		slacksim.When(func(c slacksim.Call) bool { return c.Param("channel") == sandbox.Renewals }))
	b.as(sandbox.Alice).asksBatch(customer(31), customer(33))
	b.hears(sandbox.Alice, "I can't post RNW-B0001 in")
	bob := renewal.Actor{UserID: sandbox.Bob, MayApprove: true}
	if _, err := b.Ledger.ApplyBatch(b.ctx, 1, renewal.ApproveBatch{By: bob, Shown: b.shownOf(1), Voters: []renewal.Actor{bob}}); err != nil {
		t.Fatal(err)
	}
	b.happened("RNW-000002", renewal.CodeOrdered)
	b.Vendor.SetExpiry(stuck.PartnerID, before.Expires)
	clock.add(2 * time.Minute)
	b.happened("RNW-000002", renewal.CodeUnconfirmed)
	clock.add(25 * time.Hour)
	b.happened("RNW-000002", renewal.CodeStale)
	b.says(sandbox.Audit, "order.stale")
	mended()
	told := func(says string) (n int) {
		for _, m := range b.Slack.Snapshot().All(sandbox.Renewals) {
			if contains(m.Text, "Line 2, RNW-000002") && contains(m.Text, says) {
				n++
			}
		}
		return n
	}
	b.until("the warning", func() bool {
		clock.add(11 * time.Minute) // after which it tries again
		return told("the portal still shows that this package ends") > 0
	})
	b.Vendor.SetExpiry(stuck.PartnerID, before.Expires.AddDate(1, 0, 0))
	clock.add(25 * time.Hour)
	b.says(sandbox.Renewals, "Line 2, RNW-000002", "renewed until")
	if n := told("the portal still shows that this package ends"); n != 1 {
		t.Errorf("it is told %d times", n)
	}
	b.wantOrders(2)
}

// TestAnotherDateThanWasOrdered warns where two years were ordered and the portal shows one.
func TestAnotherDateThanWasOrdered(t *testing.T) {
	t.Parallel()
	clock := newMoving()
	b := setup(t, telling, clock.set)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	before, _ := b.Vendor.Owned(12, yeastarsim.SoftwareSerial)
	alice.command(sandbox.Renewals, "/renew batch")
	alice.typeIn("Lines", "holder;product;term;contact;reason\n"+yeastarsim.SoftwareSerial+";p-series-software;2 years;invoices@sandhaven.example;Agreed")
	alice.submitOK()
	alice.titled("Please check")
	alice.explain("Agreed.")
	alice.submitOK()
	alice.titled("Batch saved")
	bob.press(b.card(sandbox.Renewals, "RNW-B0001", "Approve 1 line"), "Approve 1 line")
	b.says(sandbox.Renewals, "RNW-B0001 has ended", "1 placed")
	one := before.Expires.AddDate(1, 0, 0)
	b.Vendor.UpdateOwned(12, yeastarsim.SoftwareSerial, func(p *yeastarsim.Package) { p.Expires = one })
	clock.add(2 * time.Minute)
	b.happened("RNW-000001", renewal.CodeUnconfirmed)
	clock.add(25 * time.Hour)
	b.says(sandbox.Renewals, "the portal shows another date than was ordered", one.UTC().Format("2 Jan 2006"), before.Expires.AddDate(2, 0, 0).UTC().Format("2 Jan 2006"), "do not order it again before")
}
