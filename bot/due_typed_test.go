package bot_test

import (
	"testing"

	"renewbot/bot/sandbox"
)

// TestDueOfWhatWasTyped takes a product for one, and does not let what it cannot find pass for good news.
func TestDueOfWhatWasTyped(t *testing.T) {
	t.Parallel()
	clock := newMoving()
	b := setup(t, telling, clock.set)
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew due 30")
	alice.list("Renewals due within 30 days", "Helios Hotels")
	for _, product := range []string{"p-series-turnkey", "P-Series Turnkey Package"} {
		alice.command(sandbox.Renewals, "/renew due "+product+" 30")
		text := b.Slack.Text(alice.list("Renewals due within 30 days", "Acme Telecom", "<P-Series Turnkey Package>"))
		b.lacks(text, "Helios Hotels")
	}
	alice.command(sandbox.Renewals, "/renew due overdue")
	text := b.Slack.Text(alice.list("Renewals due for “overdue”", "No package that ends fits this.", "“overdue” was looked for in the names and numbers of customers and PBXs"))
	b.lacks(text, "Nothing is due")
}
