package policy_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"renewbot/bot/policy"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// A step that waits for too long is told to who is next, once, and nothing is approved by it:
// they get no right.
func TestEscalation(t *testing.T) {
	t.Parallel()
	f, err := policy.Parse([]byte(`version: 1
rules:
  - name: all
    steps:
      - {who: U02, escalate: {after: 4h, to: [U09, S08]}}
      - {who: U03, escalate: {after: 30m, to: U09}}
`))
	if err != nil {
		t.Fatal(err)
	}
	p := renewal.Policy{Required: 1, PONumber: renewal.PONumberReference, RemindAfter: 2 * time.Hour, ExpireAfter: 100 * time.Hour, Rules: f}
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	o := renewal.Offer{
		Product: "p-series-turnkey", Holder: renewal.Holder{PartnerID: "3100000000000000001"}, Contact: renewal.Contact{ID: "1"},
		Lines: []renewal.Line{{Type: yeastar.LinePlan, ID: "1", Quantity: 5}},
	}
	c, err := renewal.New(1, renewal.Submission{Key: "k", By: renewal.Actor{UserID: "U01", MayRequest: true}, Channel: "C1", Offer: o}, start, p)
	if err != nil {
		t.Fatal(err)
	}
	planned := func(at time.Time) bool {
		return slices.Contains(c.Jobs, renewal.Job{Kind: renewal.Remind, RequestID: 1, At: at})
	}
	tell := func(at time.Time, who string) {
		t.Helper()
		next, err := c.Request.Apply(renewal.Escalate{People: []string{"U09"}}, at, p)
		var refusal *renewal.Refusal
		if who == "" {
			if !errors.As(err, &refusal) {
				t.Errorf("at %s somebody is told: %+v %v", at, next.Entry, err)
			}
			return
		}
		if err != nil || next.Entry.Code != renewal.CodeEscalated || next.Entry.Detail[renewal.DetailWho] != who || next.Request.Status != renewal.Pending || len(next.Request.Votes) != len(c.Request.Votes) {
			t.Fatalf("at %s: %+v %v", at, next.Entry, err)
		}
		c = next
	}
	if !planned(start.Add(4 * time.Hour)) {
		t.Errorf("nothing is planned: %+v", c.Jobs)
	}
	tell(start.Add(4*time.Hour-1), "")
	tell(start.Add(4*time.Hour), "S08,U09")
	tell(start.Add(5*time.Hour), "")
	r := c.Request
	told := renewal.Actor{UserID: "U09", MayRequest: true, Named: []string{"U09"}}
	if may := r.May(renewal.Intent{Action: renewal.ActionApprove, By: told, Shown: r.Shown()}, start.Add(5*time.Hour), p); may == nil {
		t.Error("who is told may decide now")
	}
	step := start.Add(6 * time.Hour)
	c, err = r.Apply(renewal.Approve{By: renewal.Actor{UserID: "U02", Named: []string{"U02"}}, Shown: r.Shown()}, step, p)
	if err != nil || !planned(step.Add(30*time.Minute)) {
		t.Fatalf("the next step: %v %+v", err, c.Jobs)
	}
	tell(step.Add(29*time.Minute), "")
	tell(step.Add(30*time.Minute), "U09")
	c, err = c.Request.Apply(renewal.Approve{By: renewal.Actor{UserID: "U03", Named: []string{"U03"}}, Shown: c.Request.Shown(), Voters: []renewal.Actor{{UserID: "U02", Named: []string{"U02"}}}}, step.Add(time.Hour), p)
	if err != nil {
		t.Fatal(err)
	}
	tell(step.Add(50*time.Hour), "")
}
