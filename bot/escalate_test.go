package bot_test

import (
	"testing"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// A step that waits for longer than the policy gives it is told to who is next, in the thread and
// by direct message; nothing is approved by that.
func TestAStepThatWaitsIsEscalated(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, ruled(t, `version: 1
rules:
  - name: all
    steps: [{who: `+sandbox.Bob+`, escalate: {after: 2h, to: [`+sandbox.Approval+`]}}]
`), telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	card := b.as(sandbox.Alice).request(acmeWish)
	b.laterAt(clock, at(2, 11))
	b.happened("RNW-000001", renewal.CodeEscalated)
	b.says(sandbox.Renewals, "Nobody has decided in time.", "@renewal-approvers", "Nothing has been ordered.")
	b.hears(sandbox.Carol, "RNW-000001", "please see to it that somebody does")
	b.wantOrders(0)
	b.as(sandbox.Carol).press(card, "Approve")
	b.as(sandbox.Carol).alone("By the policy others decide on RNW-000001 now")
	b.as(sandbox.Bob).press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wantOrders(1)

	// A batch has one card, and is told of as one.
	card = b.as(sandbox.Alice).batch(customer(31), customer(33))
	b.laterAt(clock, at(3, 11))
	b.says(sandbox.Renewals, "Nobody has decided in time.", "@renewal-approvers", "on the card of RNW-B0001")
	b.hears(sandbox.Carol, "RNW-B0001", "in time: please see to it that somebody does, in its thread")
	b.as(sandbox.Bob).press(card, "Approve 2 lines")
	b.says(sandbox.Renewals, "RNW-B0001 has ended", "2 placed")
	b.wantOrders(3)
}

// Whom the policy only has told may be of a sister workspace, and gets no right by that. The trail says who was told.
func TestSomebodyOfASisterWorkspaceIsTold(t *testing.T) {
	t.Parallel()
	const sister = "W0SISTER"
	b, clock := setupAt(t, ruled(t, `version: 1
rules:
  - name: all
    steps: [{who: `+sandbox.Bob+`, escalate: {after: 2h, to: [`+sister+`]}}]
`), telling, grid, func(o *sandbox.Options) {
		o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40))
		o.Slack = append(o.Slack, func(w *slacksim.Workspace) {
			w.AddUser(slacksim.User{ID: sister, Name: "sister", TeamID: "T0SISTER", Teams: []string{"T0SISTER"}})
		})
	})
	card := b.as(sandbox.Alice).request(acmeWish)
	b.as(sandbox.Alice).batch(customer(31), customer(33))
	b.laterAt(clock, at(2, 11))
	b.hears(sister, "RNW-000001", "please see to it that somebody does")
	b.hears(sister, "RNW-B0001", "please see to it that somebody does")
	b.Slack.Invite(sandbox.Renewals, sister)
	b.as(sister).press(card, "Approve")
	b.as(sister).alone("Only people of this workspace can request or approve renewals.")
	for code, id := range map[renewal.Code]int64{renewal.CodeEscalated: 1, renewal.CodeBatchEscalated: 0} {
		told := ""
		entries, err := b.Ledger.Entries(b.ctx, id)
		for _, e := range entries {
			if e.Code == code {
				told = e.Detail[renewal.DetailPeople]
			}
		}
		if err != nil || told != sister {
			t.Errorf("by %s %q were told, %v", code, told, err)
		}
	}
	b.wantOrders(0)
}

// Who asked for it is not asked to see to it that somebody decides; the others whom the policy names are.
func TestWhoAskedIsNotToldThatItWaits(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived), ruled(t, `version: 1
rules:
  - name: acme
    when: {holder: "`+yeastarsim.AcmeTelecomID+`"}
    steps: [{who: `+sandbox.Bob+`, escalate: {after: 2h, to: [`+sandbox.Alice+`]}}]
  - name: others
    steps: [{who: `+sandbox.Bob+`, escalate: {after: 2h, to: [`+sandbox.Alice+`, `+sandbox.Dave+`]}}]
`), telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	alice := b.as(sandbox.Alice)
	alice.request(acmeWish)
	northwind := acmeWish
	northwind.holder, northwind.contact = "Northwind Clinics", "Sandhaven"
	alice.request(northwind)
	alice.batch(customer(31), customer(33))
	b.laterAt(clock, at(2, 12))
	b.hears(sandbox.Dave, "RNW-000002", "please see to it that somebody does")
	b.hears(sandbox.Dave, "RNW-B0001", "please see to it that somebody does")
	b.says(sandbox.Renewals, "Nobody has decided in time. @dave: please see to it")
	b.says(sandbox.Renewals, "Nobody has decided in time, and nobody is here whom the policy could tell but who asked for it", "Nothing has been ordered.")
	b.silent(sandbox.Renewals, "@alice: please see to it")
	b.silent(sandbox.Renewals, "@alice, @dave")
	b.silent(b.Slack.As(sandbox.Alice).DM(), "please see to it")
	b.wantOrders(0)
}

// Whom the policy tells of what waits in a private channel, and who may not see it, learns that something waits there and
// whom to ask, and neither its number nor whose it is.
func TestWhoMayNotSeeAPrivateRequestIsToldWithoutIt(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived), ruled(t, `version: 1
rules:
  - name: all
    steps: [{who: `+sandbox.Bob+`, escalate: {after: 2h, to: [`+sandbox.Dave+`, `+sandbox.Carol+`]}}]
`), telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	card := alice.request(leadsWish())
	alice.command(sandbox.Leads, "/renew batch")
	alice.typeIn("Lines", batchHeader+customer(31)+"\n"+customer(33))
	alice.submitOK()
	alice.titled("Please check")
	alice.explain("Agreed")
	alice.submitOK()
	alice.titled("Batch saved")
	alice.back()
	b.laterAt(clock, at(2, 12))
	b.hears(sandbox.Carol, "RNW-000001", "please see to it that somebody does") // an approver
	b.hears(sandbox.Carol, "RNW-B0001", "please see to it that somebody does")
	b.rest()
	waits := []string{"A request in a private channel that you are not in waits for a decision", "by asking @bob", "Nothing has been ordered."}
	b.hears(sandbox.Dave, waits...)
	unseen := func() {
		t.Helper()
		for _, secret := range []string{"RNW-", "leads", sandbox.Leads, "Acme", "alice", "Turnkey", "Enterprise", "renewals"} {
			b.silent(b.Slack.As(sandbox.Dave).DM(), secret)
		}
	}
	unseen()
	b.says(sandbox.Leads, "Nobody has decided in time.", "they got a direct message, which says no more than they may know", "Nothing has been ordered.")
	b.silent(sandbox.Leads, "@dave")
	bob.press(b.cardNow(card), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.hears(sandbox.Dave, "A request in a private channel that you are not in does not wait for a decision any more", "whether anything was ordered")
	b.rest()
	unseen()
	b.wantOrders(1)
}
