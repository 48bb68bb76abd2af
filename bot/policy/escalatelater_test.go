package policy_test

import (
	"slices"
	"testing"
	"time"

	"renewbot/bot/policy"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// asked is a request under a policy file, and that policy.
func asked(t *testing.T, text string, at time.Time) (renewal.Change, renewal.Policy) {
	t.Helper()
	f, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p := renewal.Policy{Required: 1, PONumber: renewal.PONumberReference, RemindAfter: 2 * time.Hour, ExpireAfter: 100 * time.Hour, Rules: f}
	o := renewal.Offer{
		Product: "p-series-turnkey", Holder: renewal.Holder{PartnerID: "3100000000000000001"}, Contact: renewal.Contact{ID: "1"},
		Lines: []renewal.Line{{Type: yeastar.LinePlan, ID: "1", Quantity: 5}},
	}
	c, err := renewal.New(1, renewal.Submission{Key: "k", By: renewal.Actor{UserID: "U01", MayRequest: true}, Channel: "C1", Offer: o}, at, p)
	if err != nil {
		t.Fatal(err)
	}
	return c, p
}

var escalatesFrom = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// Of two rules that may hold the escalations of both do, whichever comes first.
func TestEscalationsOfRulesThatMayHold(t *testing.T) {
	t.Parallel()
	const small = "  - {name: small, when: {amount: {below: 9}}, steps: [{who: U02}]}\n"
	const large = "  - {name: large, when: {amount: {from: 9}}, steps: [{who: U02, escalate: {after: 2h, to: [U09]}}]}\n"
	const other = "  - {name: other, when: {amount: {from: 9, currency: USD}}, steps: [{who: [U02, U03], escalate: {after: 1h, to: [U08]}}]}\n"
	for _, rules := range []string{small + large, large + small} {
		c, _ := asked(t, "version: 1\ncurrency: EUR\nrules:\n"+rules, escalatesFrom)
		if who, _ := c.Request.Escalates(escalatesFrom.Add(2 * time.Hour)); !slices.Equal(who, []string{"U09"}) {
			t.Errorf("%v are told", who)
		}
	}
	c, _ := asked(t, "version: 1\ncurrency: EUR\nrules:\n"+small+other+large, escalatesFrom)
	if who, _ := c.Request.Escalates(escalatesFrom.Add(time.Hour)); !slices.Equal(who, []string{"U08", "U09"}) {
		t.Errorf("%v are told of two", who)
	}
}

// Two steps of the same people have their time each.
func TestEscalationOfSameSteps(t *testing.T) {
	t.Parallel()
	c, p := asked(t, `version: 1
rules:
  - name: all
    steps:
      - {who: [U02, U03], escalate: {after: 6h, to: [U09]}}
      - {who: [U02, U03], escalate: {after: 6h, to: [U09]}}
`, escalatesFrom)
	at := escalatesFrom.Add(5 * time.Hour)
	c, err := c.Request.Apply(renewal.Approve{By: renewal.Actor{UserID: "U02", Named: []string{"U02"}}, Shown: c.Request.Shown()}, at, p)
	if err != nil {
		t.Fatal(err)
	}
	if who, next := c.Request.Escalates(escalatesFrom.Add(6 * time.Hour)); who != nil || !next.Equal(at.Add(6*time.Hour)) {
		t.Errorf("%v are told, and the next at %s", who, next)
	}
}

// A file that has an escalation since then holds for what waits.
func TestEscalationSinceALaterFile(t *testing.T) {
	t.Parallel()
	c, _ := asked(t, "version: 1\nrules: [{name: all, steps: [{who: U02}]}]\n", escalatesFrom)
	_, p := asked(t, "version: 1\nrules: [{name: all, steps: [{who: U02, escalate: {after: 2h, to: [U09]}}]}]\n", escalatesFrom)
	at := escalatesFrom.Add(2 * time.Hour)
	if planned := c.Request.EscalatesUnplanned(p); !planned.Equal(at) {
		t.Errorf("planned at %s", planned)
	}
	if who, _ := c.Request.Under(p).Escalates(at.Add(-1)); who != nil {
		t.Errorf("%v are told too early", who)
	}
	told, err := c.Request.Apply(renewal.Escalate{People: []string{"U09"}}, at, p)
	if err != nil || told.Entry.Detail[renewal.DetailWho] != "U09" {
		t.Fatalf("%v %+v", err, told.Entry)
	}
	if who, _ := told.Request.Under(p).Escalates(at.Add(time.Hour)); who != nil {
		t.Errorf("%v are told twice", who)
	}
}
