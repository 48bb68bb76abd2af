package bot_test

import (
	"testing"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// TestBatchOfNoGoodLine shows what is wrong with each line, and has nothing to ask for.
func TestBatchOfNoGoodLine(t *testing.T) {
	t.Parallel()
	b := setup(t, telling)
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew batch")
	alice.typeIn("Lines", "holder,product\nnobody@nowhere.example,p-series-turnkey\n,p-series-turnkey\nself,fax")
	alice.submitOK()
	review := alice.titled("Please check")
	alice.reads("No line can be asked for.", "Nothing was saved and nothing was ordered.", "3 lines are left out", "There is no customer", "The holder is missing", `There is no product "fax"`)
	if review.Submit != "" {
		t.Errorf("the review has a button %q", review.Submit)
	}
	alice.back()
	if f, _ := alice.view("Lines").Field("Lines"); !contains(f.Value, "self,fax") {
		t.Errorf("after Back there stands %q", f.Value)
	}
}

// TestBatchOfOneAndOfAHundred orders the smallest and the largest batch, each line once.
func TestBatchOfOneAndOfAHundred(t *testing.T) {
	t.Parallel()
	b := setup(t, telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(140)) })
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	bob.press(alice.batch(customer(22)), "Approve 1 line")
	b.says(sandbox.Renewals, "RNW-B0001 has ended", "1 placed")
	var lines []string
	for n := 23; len(lines) < renewal.MaxBatch; n++ {
		if n%11 != 10 { // who have no package
			lines = append(lines, customer(n))
		}
	}
	alice.asksBatch(lines...)
	bob.press(b.card(sandbox.Renewals, "RNW-B0002", "Approve 100 lines"), "Approve 100 lines")
	b.says(sandbox.Renewals, "RNW-B0002 has ended", "100 placed")
	b.wantOrders(1 + renewal.MaxBatch)
	whose := map[string]int{}
	for _, o := range b.Vendor.Placed() {
		if whose[o.PartnerID]++; whose[o.PartnerID] > 1 {
			t.Errorf("%s has %d orders", o.PartnerID, whose[o.PartnerID])
		}
	}
}
