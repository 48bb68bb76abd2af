package bot_test

import (
	"fmt"
	"testing"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// TestDueOfAPortalThatIsBeingRead answers at once while the portal's lists are on their way, and with
// them when they are there.
func TestDueOfAPortalThatIsBeingRead(t *testing.T) {
	t.Parallel()
	b := setup(t, telling)
	if err := b.StopBot(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	b.Vendor.Fault(yeastarsim.InstanceProductList, yeastarsim.Hold(read))
	b.Vendor.Fault(yeastarsim.OrderPage, yeastarsim.Hold(read))
	if err := b.StartBot(b.ctx); err != nil {
		t.Fatal(err)
	}
	dave := b.as(sandbox.Dave)
	for text, said := range map[string]string{"/renew due": "Reading the packages", "/renew history self": "Reading the orders"} {
		b.wants(dave.command(sandbox.Renewals, text), said, "Nothing is ordered by that.")
	}
	close(read)
	dave.list("Renewals due", "overdue")
	dave.list("History of Our own account", "PO-2544")
}

// TestDueOfManyPackagesThatAreBeingRead answers at once with what is known of 5,000 packages while the
// portal takes its time, says that it is not all, and has the whole list follow.
func TestDueOfManyPackagesThatAreBeingRead(t *testing.T) {
	t.Parallel()
	const many = 5000
	b := setup(t, telling, func(o *sandbox.Options) {
		o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(many))
		o.DatabaseURL = "sqlite://" + t.TempDir() + "/ledger.db"
	})
	soon, changes := time.Now().AddDate(0, 0, 5), make([]ledger.MarkChange, 0, many)
	for i := range many {
		id := fmt.Sprintf("30170000000%08d", i)
		changes = append(changes, ledger.MarkChange{Key: due.Key{Product: "p-series-turnkey", Holder: id}, Change: func(m due.Mark) due.Mark {
			m.Imported = &due.Imported{At: soon, On: soon.AddDate(0, 0, -30), Name: "Customer " + id}
			m.Owner = sandbox.Dave
			return m
		}})
	}
	if _, _, err := b.Ledger.Mark(b.ctx, changes, renewal.Entry{}); err != nil {
		t.Fatal(err)
	}
	if err := b.StopBot(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	b.Vendor.Fault(yeastarsim.InstanceProductList, yeastarsim.Hold(read))
	if err := b.StartBot(b.ctx); err != nil {
		t.Fatal(err)
	}
	dave := b.as(sandbox.Dave)
	began := time.Now()
	dave.command(sandbox.Renewals, "/renew due 30 mine")
	m := dave.list(early, "5000 within 14 days", "a list of", "owner", "and 4993 more so far", "Nothing is ordered")
	t.Logf("answered after %s", time.Since(began).Round(time.Millisecond))
	text := b.Slack.Text(m)
	b.lacks(text, "Renew…")
	b.lacks(text, "Page 1")
	// What nothing is known of is still being read.
	b.wants(dave.command(sandbox.Renewals, "/renew due fjordline"), "Reading the packages", "Nothing is ordered by that.")
	close(read)
	dave.list("within 30 days", "Page 1 of")
	dave.list("fjordline", "overdue", "the portal, read", "Page 1 of 1")
}
