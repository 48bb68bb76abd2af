package bot_test

import (
	"strings"
	"testing"

	"renewbot/bot/config"
	"renewbot/bot/policy"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// twoSteps is a policy by which Carol's group decides first, and then Bob.
const twoSteps = `version: 1
currency: USD
people:
  Sales leads: [` + sandbox.Approval + `]
  Finance: [` + sandbox.Bob + `]
rules:
  - name: in two steps
    steps:
      - who: Sales leads
      - who: Finance
`

// ruled is a configuration with a policy file.
func ruled(t *testing.T, text string) func(*sandbox.Options) {
	t.Helper()
	f, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return configured(func(r *config.Renew) { r.Policy = f })
}

// Two steps by the policy file, from the review to the order number.
func TestTwoStepsToAnOrder(t *testing.T) {
	t.Parallel()
	b := setup(t, ruled(t, twoSteps))
	alice, bob, carol := b.as(sandbox.Alice), b.as(sandbox.Bob), b.as(sandbox.Carol)
	alice.fill(acmeWish)
	alice.submitOK()
	b.wants(b.Slack.TextView(alice.titled("Please check")), "By the policy it needs the approval in #renewals of 1 of Sales leads, then 1 of Finance.")
	alice.explain("Agreed with the customer.")
	alice.submitOK()
	b.wants(b.Slack.TextView(alice.titled("Request saved")), "It takes 1 of Sales leads, then 1 of Finance")
	card := b.shows(b.card(sandbox.Renewals, "RNW-000001", "Approve"), "Step 1 of 2:", "1 of Sales leads", "(0 so far), then 1 of Finance.")

	bob.press(card, "Approve")
	bob.alone("By the policy others decide on RNW-000001 now: 1 of Sales leads. Nothing was ordered by this.")
	carol.press(card, "Approve")
	b.says(sandbox.Renewals, "@carol approved (1 of 2)", "it is the turn of others now", "@bob: please decide")
	card = b.shows(card, "Step 2 of 2: ✓ 1 of Sales leads, then", "(0 so far). Approved by @carol.")
	carol.press(card, "Approve")
	carol.alone("You have approved RNW-000001 already; 1 of 2 approvals are in.")
	b.wantOrders(0)
	bob.press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wantOrders(1)

	r := b.stored("RNW-000001")
	if hash := b.Config.Renew.Policy.Hash(); r.Ruling.File != hash || b.entry("RNW-000001", renewal.CodeSubmitted).Detail[renewal.DetailPolicy] != hash {
		t.Errorf("the request is bound to the policy %q, want %q", r.Ruling.File, hash)
	}
	b.says(sandbox.Audit, "no request", "policy.loaded by", "the policy file with 1 rule holds", b.Config.Renew.Policy.Hash())
}

// The file becomes stricter while requests wait: the cards say so at once, and of two that were
// asked for before there was a cap the second one is held back before its order.
func TestStricterPolicyHoldsForWhatWaits(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t), ruled(t, strings.ReplaceAll(twoSteps, "      - who: Finance\n", "")))
	dave := b.as(sandbox.Dave)
	second := dave.request(tutorial)
	card := b.as(sandbox.Alice).request(acmeWish)
	b.stop()
	f, err := policy.Parse([]byte(twoSteps + "    caps: {month: {orders: 1}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	b.Config.Renew.Policy = f
	b.start()
	card = b.shows(card, "Step 1 of 2:", "then 1 of Finance")
	second = b.shows(second, "Step 1 of 2:", "then 1 of Finance")
	b.as(sandbox.Carol).press(card, "Approve")
	card = b.shows(card, "Step 2 of 2: ✓ 1 of Sales leads")
	b.wantOrders(0)

	// What is open counts for the cap of the month.
	dave.fill(wish{holder: "Northwind Clinics", plan: yeastarsim.TutorialPlanID, extensions: "80", contact: "Sandhaven"})
	dave.submitOK()
	b.wants(b.Slack.TextView(dave.titled("Not saved")), "Rule “in two steps” of the policy allows at most 1 order a month, and 2 are asked for or ordered; that holds until",
		"Nothing was ordered.")
	b.as(sandbox.Bob).press(card, "Approve")
	b.happened("RNW-000002", renewal.CodeOrdered)
	b.wantOrders(1)

	b.as(sandbox.Carol).press(second, "Approve")
	second = b.shows(second, "Step 2 of 2: ✓ 1 of Sales leads")
	b.as(sandbox.Bob).press(second, "Approve")
	b.happened("RNW-000001", renewal.CodeLapsed)
	b.says(sandbox.Renewals, "allows at most 1 order a month, and 1 is asked for or ordered", "So this needs approval again", "Nothing has been ordered.")
	b.shows(second, "Waiting for approval", "revision 2")
	b.wantOrders(1)
}

// When a batch comes to its next step, those of that step are asked.
func TestABatchAsksThoseOfItsNextStep(t *testing.T) {
	t.Parallel()
	b := setup(t, ruled(t, twoSteps), telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	card := b.as(sandbox.Alice).batch(customer(31), customer(33))
	b.says(sandbox.Renewals, "@renewal-approvers: please decide")
	b.silent(sandbox.Renewals, "@bob: please decide")
	b.as(sandbox.Carol).press(card, "Approve 2 lines")
	b.says(sandbox.Renewals, "@carol approved 2 lines of RNW-B0001", "it is the turn of others now", "Nothing has been ordered", "@bob: please decide")
	b.as(sandbox.Bob).press(card, "Approve 2 lines")
	b.says(sandbox.Renewals, "@bob approved 2 lines of RNW-B0001. Their orders follow")
	b.says(sandbox.Renewals, "RNW-B0001 has ended", "2 placed")
	b.wantOrders(2)
}

// A deputy is asked at the step of whose place they have, unless their own approval is needed at a later one.
func TestDeputiesAreAskedAtTheirStep(t *testing.T) {
	t.Parallel()
	b := setup(t, ruled(t, twoSteps), telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	alice, bob, carol := b.as(sandbox.Alice), b.as(sandbox.Bob), b.as(sandbox.Carol)
	b.wants(carol.command(sandbox.Renewals, "/renew deputy @bob in 5 days"), "@bob decides for @carol until")
	b.wants(bob.command(sandbox.Renewals, "/renew deputy @dave in 5 days"), "@dave decides for @bob until")
	card := b.shows(alice.request(acmeWish), "@renewal-approvers: please decide")
	bob.press(card, "Approve")
	bob.alone("Your own approval of RNW-000001 is needed at a later step, where nobody else is left, so you can't give that of @carol as their deputy", "Nothing was ordered by this.")
	card = alice.batch(customer(31), customer(33))
	b.says(sandbox.Renewals, "asks for 2 renewals", "@renewal-approvers: please decide")
	b.silent(sandbox.Renewals, "@dave: please decide")
	b.silent(sandbox.Renewals, "@bob: please decide")
	carol.press(card, "Approve 2 lines")
	b.says(sandbox.Renewals, "@carol approved 2 lines of RNW-B0001", "@bob, @dave: please decide")
	b.wantOrders(0)
}
