package policy_test

import (
	"testing"
	"time"

	"renewbot/bot/policy"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const strict = `
version: 1
rules:
  - name: large
    when: {quantity: {from: 100}}
    steps:
      - who: S0LEADS
      - who: S0FINANCE
  - name: others
    steps:
      - who: S0LEADS
`

// TestBatchTakesTheStrictestLine lets a large line be in a batch of small ones: none of them is
// approved before the people of the large one's steps have agreed to all.
func TestBatchTakesTheStrictestLine(t *testing.T) {
	t.Parallel()
	f, err := policy.Parse([]byte(strict))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	p := renewal.Policy{Required: 1, ExpireAfter: 72 * time.Hour, RemindAfter: time.Hour, Rules: f}
	s := renewal.BatchSubmission{Key: "k", By: renewal.Actor{UserID: "U1", MayRequest: true}, Channel: "C1"}
	for i, quantity := range []int{10, 200, 20} {
		s.Lines = append(s.Lines, renewal.Submission{Offer: renewal.Offer{
			Product: "p-series-turnkey", Holder: renewal.Holder{PartnerID: yeastar.ID([]string{"1", "2", "3"}[i])}, Contact: renewal.Contact{ID: "3197218168379846218"},
			Lines: []renewal.Line{{Type: yeastar.LinePlan, ID: "3048941892189077504", Quantity: quantity}},
		}})
	}
	b, lines, err := renewal.NewBatch(1, s, now, p)
	if err != nil {
		t.Fatal(err)
	}
	var requests []renewal.Request
	for i, l := range lines {
		c, err := renewal.New(int64(i+1), l, now, p)
		if err != nil {
			t.Fatal(err)
		}
		requests = append(requests, c.Request)
	}
	if ways := requests[0].Ways; len(ways) != 1 || ways[0].Rule != "" || ways[0].Other != "large" {
		t.Errorf("a small line goes %+v, and not that of the rule of another line", ways)
	}
	vote := func(id, group string) renewal.Status {
		t.Helper()
		by := renewal.Actor{UserID: id, Named: []string{group}}
		c, err := b.Apply(renewal.ApproveBatch{By: by, Shown: renewal.BatchFingerprint(b.Undecided(requests))}, requests, now, p)
		if err != nil {
			t.Fatalf("%s of %s: %v", id, group, err)
		}
		b = c.Batch
		for i, line := range c.Lines {
			requests[i] = line.Request
			if line.Request.Status != c.Lines[0].Request.Status {
				t.Errorf("%s is %s and %s is %s", line.Request.Reference(), line.Request.Status, c.Lines[0].Request.Reference(), c.Lines[0].Request.Status)
			}
		}
		return requests[0].Status
	}
	if got := vote("U2", "S0LEADS"); got != renewal.Pending {
		t.Errorf("after the vote that suffices for a small line the lines are %s", got)
	}
	if got := vote("U3", "S0FINANCE"); got != renewal.Approved {
		t.Errorf("after the strictest way the lines are %s", got)
	}
}
