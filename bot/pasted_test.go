package bot_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// What phones, other programs and Slack make of names, products and addresses is understood in the
// lines of a batch.
func TestBatchLinesAsTheyArePasted(t *testing.T) {
	t.Parallel()
	b := setup(t, telling)
	alice := b.as(sandbox.Alice)
	for _, lines := range []string{
		"holder,product,contact\n“Acme Telecom”,p-series-turnkey,invoices@sandhaven.example",
		"holder,product,contact\n\u200bAcme Telecom.\u200b,p–series–turnkey,invoices@sandhaven.example",
		"\ufeffHolder;Product;Contact\nAcme\u00a0Telecom;P‑Series Turnkey Package;invoices@sandhaven.example.",
		"holder,product,contact,quantity\nAcme Telecom,p-series-turnkey,<mailto:invoices@sandhaven.example|invoices@sandhaven.example>,５０",
		"holder,product,contact,plan,term\n<mailto:it@acme-telecom.example>,p-series-turnkey,“Sandhaven Communications”,Enterprise Plan.,‘1 year’",
	} {
		alice.command(sandbox.Renewals, "/renew batch")
		alice.view("Lines")
		alice.typeIn("Lines", lines)
		alice.submitOK()
		alice.titled("Please check")
		b.wants(alice.reads("1 line can be asked for"), "Acme Telecom", "Enterprise Plan for 50 extensions")
		if _, err := alice.p.CloseView(b.ctx, true); err != nil {
			t.Fatal(err)
		}
	}
}

// The same of what is typed into the menus of the form.
func TestMenusAreSearchedAsPeoplePaste(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew")
	alice.view("For whom")
	for pasted, typed := range map[string]string{
		"*acme*": "acme", "(northwind)": "northwind", "_Acme_  *Tel*": "acme tel", "O'Brien <Voice> & *Data*": "O'Brien Voice & Data",
		"<mailto:it@acme-telecom.example|it@acme-telecom.example>": "it@acme-telecom.example",
	} {
		want := alice.search(typed)
		if got := alice.search(pasted); len(want) == 0 || !cmp.Equal(want, got) {
			t.Errorf("%q finds %q, and %q %q", pasted, got, typed, want)
		}
	}
}

// An order number with something between its letters and its digits is looked up as the vendor writes it.
func TestOrderNumberWithSignsBetween(t *testing.T) {
	t.Parallel()
	b, card := lostOrder(t, yeastarsim.Reset().After())
	bob := b.as(sandbox.Bob)
	bob.press(card, "It was placed…")
	bob.typeIn("Order number", "XS – "+b.Vendor.Placed()[0].OrderNo[2:]+".")
	bob.submitOK()
	b.happened("RNW-000001", renewal.CodeSettledPlaced)
}
