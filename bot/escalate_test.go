package bot_test

import (
	"testing"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
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
