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

// mixed is a batch of a large line among small ones.
type mixed struct {
	t     *testing.T
	b     renewal.Batch
	lines []renewal.Request
	now   time.Time
	p     renewal.Policy
}

func newMixed(t *testing.T) *mixed {
	t.Helper()
	f, err := policy.Parse([]byte(strict))
	if err != nil {
		t.Fatal(err)
	}
	m := &mixed{t: t, now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), p: renewal.Policy{Required: 1, ExpireAfter: 72 * time.Hour, RemindAfter: time.Hour, Rules: f}}
	s := renewal.BatchSubmission{Key: "k", By: renewal.Actor{UserID: "U1", MayRequest: true}, Channel: "C1"}
	for i, quantity := range []int{10, 200, 20} {
		s.Lines = append(s.Lines, renewal.Submission{Offer: renewal.Offer{
			Product: "p-series-turnkey", Holder: renewal.Holder{PartnerID: yeastar.ID([]string{"1", "2", "3"}[i])}, Contact: renewal.Contact{ID: "3197218168379846218"},
			Lines: []renewal.Line{{Type: yeastar.LinePlan, ID: "3048941892189077504", Quantity: quantity}},
		}})
	}
	b, lines, err := renewal.NewBatch(1, s, m.now, m.p)
	if err != nil {
		t.Fatal(err)
	}
	m.b = b
	for i, l := range lines {
		c, err := renewal.New(int64(i+1), l, m.now, m.p)
		if err != nil {
			t.Fatal(err)
		}
		m.lines = append(m.lines, c.Request)
	}
	return m
}

func (m *mixed) shown() string { return renewal.BatchFingerprint(m.b.Undecided(m.lines)) }

func (m *mixed) apply(e renewal.BatchEvent) renewal.BatchChange {
	m.t.Helper()
	c, err := m.b.Apply(e, m.lines, m.now, m.p)
	if err != nil {
		m.t.Fatalf("%s: %v", e.Action(), err)
	}
	m.b = c.Batch
	for _, line := range c.Lines {
		m.lines[line.Request.ID-1] = line.Request
	}
	return c
}

// vote is the status of all lines that are decided together after somebody's vote.
func (m *mixed) vote(id, group string) renewal.Status {
	m.t.Helper()
	c := m.apply(renewal.ApproveBatch{By: renewal.Actor{UserID: id, Named: []string{group}}, Shown: m.shown()})
	for _, line := range c.Lines {
		if line.Request.Status != c.Lines[0].Request.Status {
			m.t.Errorf("%s is %s and %s is %s", line.Request.Reference(), line.Request.Status, c.Lines[0].Request.Reference(), c.Lines[0].Request.Status)
		}
	}
	return c.Lines[0].Request.Status
}

// TestBatchTakesTheStrictestLine lets a large line be in a batch of small ones: none of them is
// approved before the people of the large one's steps have agreed to all.
func TestBatchTakesTheStrictestLine(t *testing.T) {
	t.Parallel()
	m := newMixed(t)
	if ways := m.lines[0].Ways; len(ways) != 1 || ways[0].Rule != "" || ways[0].Other != "large" {
		t.Errorf("a small line goes %+v, and not that of the rule of another line", ways)
	}
	if got := m.vote("U2", "S0LEADS"); got != renewal.Pending {
		t.Errorf("after the vote that suffices for a small line the lines are %s", got)
	}
	if got := m.vote("U3", "S0FINANCE"); got != renewal.Approved {
		t.Errorf("after the strictest way the lines are %s", got)
	}
}

// TestALineThatWasLeftOutSetsNoWay lets the large line be left out, or withdrawn by itself: nobody has voted yet, so the
// others go the way that their own rule wants, and what is left of a batch never a milder one.
func TestALineThatWasLeftOutSetsNoWay(t *testing.T) {
	t.Parallel()
	requester := renewal.Actor{UserID: "U1", MayRequest: true}
	for name, out := range map[string]func(*mixed){
		"left out": func(m *mixed) { m.apply(renewal.LeaveOut{By: requester, Shown: m.shown(), Lines: []int64{2}}) },
		"withdrawn": func(m *mixed) {
			c, err := m.lines[1].Apply(renewal.Cancel{By: requester}, m.now, m.p)
			if err != nil {
				m.t.Fatal(err)
			}
			m.lines[1] = c.Request
		},
	} {
		m := newMixed(t)
		out(m)
		under := m.b.Under(m.lines, m.p)
		if ways := under[0].Ways; len(ways) != 1 || len(ways[0].Steps) != 1 || ways[0].Rule != "others" {
			t.Errorf("%s: a small line goes %+v", name, ways)
		}
		finance := renewal.Actor{UserID: "U3", Named: []string{"S0FINANCE"}}
		if m.b.WaitsFor(finance, under, m.now, m.p) {
			t.Errorf("%s: it waits for those of the large line", name)
		}
		if got := m.vote("U2", "S0LEADS"); got != renewal.Approved || m.lines[2].Status != renewal.Approved {
			t.Errorf("%s: after the vote of their own rule the lines are %s", name, got)
		}
	}
	m := newMixed(t)
	m.apply(renewal.LeaveOut{By: requester, Shown: m.shown(), Lines: []int64{1, 3}})
	if got := m.vote("U2", "S0LEADS"); got != renewal.Pending {
		t.Errorf("the large line is %s after the vote of a small one", got)
	}
}

// TestALineLeftOutAfterAVoteStillSetsTheWay keeps the ways that were shown to who has approved: nobody's vote of before,
// and no click that leaves out, orders the rest.
func TestALineLeftOutAfterAVoteStillSetsTheWay(t *testing.T) {
	t.Parallel()
	m := newMixed(t)
	m.vote("U2", "S0LEADS")
	m.apply(renewal.LeaveOut{By: renewal.Actor{UserID: "U3", Named: []string{"S0FINANCE"}}, Shown: m.shown(), Lines: []int64{2}, Reason: "They move."})
	if under := m.b.Under(m.lines, m.p); under[0].Status != renewal.Pending || len(under[0].Ways[0].Steps) != 2 || len(under[0].Votes) != 1 {
		t.Errorf("a small line is %s by %v and goes %+v", under[0].Status, under[0].Votes, under[0].Ways)
	}
	if got := m.vote("U3", "S0FINANCE"); got != renewal.Approved {
		t.Errorf("after the way that was shown the lines are %s", got)
	}
}
