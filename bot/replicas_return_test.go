package bot_test

import (
	"fmt"
	"sync"
	"testing"

	"renewbot/bot/ledger"
	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// Two approvers decide at the same moment, one returns and one approves, and Slack gives each click to any of
// two replicas: it is one of the two. What was returned is changed by its requester while the old card is
// clicked again, and approved by both on the new one: there is one order of what was asked for last.
func TestReplicasReturnAndApprove(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	const requests = 12
	database := pgtest.Database(t)
	b := setup(t, switched(anyQuantity), asReplica, func(o *sandbox.Options) {
		o.DatabaseURL = database
		o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(2*requests))
	})
	b.sockets(ownSockets)
	other := b.another()
	defer b.tellOpen()
	returned := 0
	for n := range requests {
		r, _, err := b.Ledger.Submit(b.ctx, renewal.Submission{
			Key: fmt.Sprint(n), By: renewal.Actor{UserID: sandbox.Alice, MayRequest: true}, Channel: sandbox.Renewals, Offer: b.offerFor(n),
		})
		if err != nil {
			t.Fatal(err)
		}
		if b.returnOrApprove(b.card(sandbox.Renewals, r.Reference(), "Approve"), r.Reference()) {
			returned++
		}
	}
	b.until("all requests to be ordered", func() bool {
		open, err := b.Ledger.List(b.ctx, ledger.Filter{Statuses: renewal.Open()})
		return err == nil && len(open) == 0
	})
	for n := range int64(requests) {
		b.decidedOnce(n + 1)
	}
	b.wantOrders(requests)
	if err := b.Ledger.Verify(b.ctx); err != nil {
		t.Error(err)
	}
	t.Logf("of %d requests %d were returned first", requests, returned)
	other.end(t)
}

// returnOrApprove lets Bob return a request while Carol approves it, and its requester change what was
// returned. It says whether it was.
func (b *bundle) returnOrApprove(card slacksim.Message, reference string) (returned bool) {
	b.t.Helper()
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	approve := clickOn(b.t, card, "approve")
	bob.press(card, "Return…")
	bob.typeIn("What should be changed?", "The PO number is missing")
	b.atOnce(func() { _, _ = bob.p.Submit(b.ctx) }, func() { b.clickUntilTaken(sandbox.Carol, approve, b.id(reference)) })
	_, _ = bob.p.CloseView(b.ctx, true)
	if b.stored(reference).Status != renewal.Returned {
		return false
	}
	alice.press(b.card(sandbox.Renewals, reference, "Change…"), "Change…")
	alice.typeIn("PO number", "4711")
	alice.submitOK()
	alice.titled("Check the changes")
	alice.explain("Agreed with the customer.")
	b.atOnce(alice.submitOK, func() { b.click(sandbox.Carol, approve) })
	_, _ = alice.p.CloseView(b.ctx, true)
	again := clickOn(b.t, b.shows(card, "revision 2", "4711"), "approve")
	b.atOnce(func() { b.clickUntilTaken(sandbox.Bob, again, b.id(reference)) }, func() { b.clickUntilTaken(sandbox.Carol, again, b.id(reference)) })
	return true
}

// atOnce lets people do what they do at the same moment.
func (b *bundle) atOnce(each ...func()) {
	var all sync.WaitGroup
	for _, do := range each {
		all.Go(do)
	}
	all.Wait()
}

// click clicks, whatever is shown by now.
func (b *bundle) click(user string, c slacksim.Click) {
	b.t.Helper()
	if _, err := b.Slack.As(user).Force().Press(b.ctx, c); err != nil {
		b.t.Errorf("%s clicks: %v", user, err)
	}
}

// decidedOnce wants each revision of a request either returned or approved, and the last one ordered.
func (b *bundle) decidedOnce(id int64) {
	b.t.Helper()
	entries, err := b.Ledger.Entries(b.ctx, id)
	if err != nil {
		b.t.Fatal(err)
	}
	count := map[string]int{}
	for _, e := range entries {
		if e.Code == renewal.CodeReturned || e.Code == renewal.CodeApproved {
			count[fmt.Sprint("decided ", e.Revision)]++
		}
		count[string(e.Code)]++
	}
	r := b.stored(renewal.Reference(id))
	for revision := range r.Revision {
		if n := count[fmt.Sprint("decided ", revision+1)]; n != 1 {
			b.t.Errorf("revision %d of %s was decided %d times: %v", revision+1, r.Reference(), n, count)
		}
	}
	if n := count[string(renewal.CodeOrdering)]; n != 1 || r.Status != renewal.Ordered || r.Revision == 2 && r.Offer.PONumber != "4711" {
		b.t.Errorf("%s is %s, revision %d with PO %q, after %d attempts", r.Reference(), r.Status, r.Revision, r.Offer.PONumber, n)
	}
}
