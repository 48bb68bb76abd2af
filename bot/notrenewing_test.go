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

// isEnding marks the Turnkey Package of a holder as one that is not to be renewed.
func (b *bundle) isEnding(holder, by, why string) {
	b.t.Helper()
	k := due.Key{Product: "p-series-turnkey", Holder: holder}
	if _, _, err := b.Ledger.Mark(b.ctx, []ledger.MarkChange{{Key: k, Change: func(m due.Mark) due.Mark {
		m.NotRenewing = &due.NotRenewing{By: by, Why: why, At: b.Ledger.Now(b.ctx)}
		return m
	}}}, renewal.Entry{}); err != nil {
		b.t.Fatal(err)
	}
}

// TestNotRenewingAndAnOrderForADay puts an approved order for a day before people again whose package was marked
// meanwhile as one that is not to be renewed, and they may agree to it.
func TestNotRenewingAndAnOrderForADay(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(yeastarsim.Generous))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.fill(tutorial)
	alice.choose("Order", "", "7 days before it ends: 19 Mar 2026")
	alice.review()
	alice.submitOK()
	alice.reads("RNW-000001 is saved.")
	alice.back()
	card := b.card(sandbox.Renewals, "RNW-000001", "Approve")
	bob.press(card, "Approve")
	b.until("it is approved", func() bool { return b.stored("RNW-000001").Status == renewal.Approved })
	b.isEnding(b.stored("RNW-000001").Offer.Holder.Key(), sandbox.Dave, "They cancelled the contract.")
	b.laterAt(clock, time.Date(2026, 3, 19, 8, 0, 1, 0, time.UTC))
	b.happened("RNW-000001", renewal.CodeChanged)
	card = b.shows(card, "was marked as not renewing on", "They cancelled the contract.", "says @dave", withComment)
	b.wantOrders(0)
	b.wantStatus(1, renewal.Pending)
	bob.press(card, withComment)
	bob.typeIn(why, "They want it until June.")
	bob.submitOK()
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wantOrders(1)
}

// TestNotRenewingIsLookedAt tells who asks for a package that is not to be renewed who says so, in the form, its
// review and the check of a batch.
func TestNotRenewingIsLookedAt(t *testing.T) {
	t.Parallel()
	b := setup(t, telling)
	dave := b.as(sandbox.Dave)
	b.isEnding(yeastarsim.AcmeTelecomID, sandbox.Alice, "Closed down.")
	dave.command(sandbox.Renewals, "/renew batch")
	dave.typeIn("Lines", "holder;product;contact\nit@acme-telecom.example;p-series-turnkey;invoices@sandhaven.example")
	dave.submitOK()
	b.wants(b.Slack.TextView(dave.titled("Please check")), "was marked as not renewing on", "Closed down.", "says @alice")
	_, _ = dave.p.CloseView(b.ctx, true)
	dave.fill(acmeWish)
	b.wants(dave.review(), "was marked as not renewing on", "Closed down.", "says @alice")
}
