package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
)

// pasted opens the form of a batch and pastes lines into it, as far as its review.
func (a *actor) pasted(lines ...string) {
	a.b.t.Helper()
	a.command(sandbox.Renewals, "/renew batch")
	a.typeIn("Lines", "holder,product,quantity,contact,reason\n"+strings.Join(lines, "\n"))
	a.submitOK()
	a.titled("Please check")
}

// batch asks for a batch and returns its number.
func (a *actor) batch(lines ...string) {
	a.b.t.Helper()
	a.pasted(lines...)
	a.explain("Agreed with the customers.")
	a.submitOK()
	a.titled("Batch saved")
	if _, err := a.p.CloseView(a.b.ctx, false); err != nil {
		a.b.t.Fatalf("close: %v", err)
	}
}

// customer is the line of a customer of the sandbox's.
func customer(n int) string {
	return fmt.Sprintf("it@customer-%03d.example,p-series-turnkey,%d,,", n, 10+n)
}

// TestBatch goes from the pasted lines over the card to the orders and the end.
func TestBatch(t *testing.T) {
	t.Parallel()
	b := setup(t, telling)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.pasted("it@acme-telecom.example,p-series-turnkey,50,,", "nobody@nowhere.example,p-series-turnkey,5,,", "self,p-series-turnkey,,invoices@sandhaven.example,Agreed")
	t.Log(b.Slack.TextView(first(alice.p.View())))
	alice.explain("Agreed with the customers.")
	alice.submitOK()
	alice.titled("Batch saved")
	card := b.card(sandbox.Renewals, "RNW-B0001", "Approve 2 lines")
	bob.press(card, "Approve 2 lines")
	b.says(sandbox.Renewals, "RNW-B0001 has ended")
	b.wantOrders(2)
	b.wantStatus(1, renewal.Ordered)
	b.wantStatus(2, renewal.Ordered)
	for _, m := range b.Slack.Snapshot().All(sandbox.Renewals) {
		t.Log(b.Slack.Text(m))
	}
}

func first[T any](v T, _ bool) T { return v }
