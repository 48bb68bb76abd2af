package bot_test

import (
	"strings"
	"testing"

	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

func forty(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) }

// TestLinesKeepWithinCapsTogether counts the lines of a batch together when they are checked.
func TestLinesKeepWithinCapsTogether(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ caps, says string }{
		"amounts": {"{month: {amount: 3000}}", "at most 3000.00 USD a month; the 2 lines before it that count cost 2520.00 USD, and this costs 2520.00 USD"},
		"orders":  {"{requester_day: {orders: 2}}", "at most 2 orders of one requester a day, and 2 lines before it count"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, telling, forty, ruled(t, "version: 1\ncurrency: USD\ncaps: "+c.caps+"\nrules:\n  - name: all\n    steps: [{who: RENEW_APPROVERS}]\n"))
			alice := b.as(sandbox.Alice)
			alice.command(sandbox.Renewals, "/renew batch")
			alice.typeIn("Lines", batchHeader+strings.Join([]string{"nobody@nowhere.example;p-series-turnkey;;", customer(35), customer(36), customer(37)}, "\n"))
			alice.submitOK()
			alice.titled("Please check")
			alice.reads("2 lines can be asked for: 2520.00 USD in all", "2 lines are left out", "Line 5 (Nimbus Logistics Ltd 37): The policy allows "+c.says)
			if name == "amounts" { // somebody else asks meanwhile
				b.as(sandbox.Dave).request(acmeWish)
				alice.explain("Agreed.")
				alice.submitOK()
				alice.titled("Not saved")
				alice.reads("Line 4: The policy allows at most 3000.00 USD a month; 600.00 USD are asked for or ordered, "+
					"the line before it that counts costs 840.00 USD, and this costs 1680.00 USD", "Nothing was saved. Close this and check the lines again")
				alice.back()
				alice.submitOK()
				alice.titled("Please check")
				alice.reads("1 line can be asked for: 840.00 USD in all", "Line 4 (", "Line 5 (")
			}
			alice.explain("Agreed.")
			alice.submitOK()
			alice.titled("Batch saved")
		})
	}
}
