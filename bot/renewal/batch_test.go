package renewal_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

// batchWorld is a batch with its lines and the jobs that place them, as the ledger keeps them.
type batchWorld struct {
	batch  Batch
	lines  []Request
	jobs   map[int64]bool // of PlaceOrder that wait
	now    time.Time
	policy Policy
}

// batchLine is what a line asks for.
func batchLine(n int) Submission {
	o := offer()
	o.Holder = Holder{PartnerID: yeastar.ID(fmt.Sprint(3016834412345678901 + n)), Name: fmt.Sprint("Acme ", n)}
	return Submission{Offer: o}
}

func newBatch(t rapid.TB, n int, p Policy) *batchWorld {
	t.Helper()
	s := BatchSubmission{Key: "b", By: requester("U1"), Channel: "C1"}
	for i := range n {
		s.Lines = append(s.Lines, batchLine(i))
	}
	b, lines, err := NewBatch(7, s, start, p)
	if err != nil {
		t.Fatal(err)
	}
	w := &batchWorld{batch: b, jobs: map[int64]bool{}, now: start, policy: p}
	for i, l := range lines {
		c, err := New(int64(100+i), l, start, p)
		if err != nil {
			t.Fatal(err)
		}
		w.lines = append(w.lines, c.Request)
	}
	return w
}

func (w *batchWorld) states() []LineState {
	var list []LineState
	for _, r := range w.lines {
		list = append(list, LineState{r.ID, r.Status})
	}
	return list
}

func (w *batchWorld) took(jobs []Job) {
	for _, j := range jobs {
		if j.Kind == PlaceOrder {
			w.jobs[j.RequestID] = true
		}
	}
}

func (w *batchWorld) shown() string { return BatchFingerprint(w.batch.Undecided(w.lines)) }

// decide lets an event happen to the batch.
func (w *batchWorld) decide(e BatchEvent) error {
	c, err := w.batch.Apply(e, w.lines, w.now, w.policy)
	if err != nil {
		return err
	}
	w.batch = c.Batch
	for _, line := range c.Lines {
		w.lines[line.Request.ID-100] = line.Request
		w.took(line.Jobs)
	}
	w.took(c.Jobs)
	return nil
}

// happens lets an event happen to a line, as the ledger does.
func (w *batchWorld) happens(line int, e Event) error {
	before := w.lines[line]
	if _, begins := e.(Begin); begins {
		if refusal := before.OutOfTurn(w.batch, w.states()); refusal != nil {
			return refusal
		}
	}
	c, err := before.Apply(e, w.now, w.policy)
	if err != nil {
		return err
	}
	w.lines[line] = c.Request
	w.took(c.Jobs)
	b, _, jobs := w.batch.Follow(before.Status, c, w.states(), w.now)
	w.batch = b
	w.took(jobs)
	return nil
}

// work runs the job of a line, as bot/orders does: it begins, or ends because it is not the turn.
func (w *batchWorld) work(line int) {
	id := w.lines[line].ID
	if !w.jobs[id] {
		return
	}
	delete(w.jobs, id)
	_ = w.happens(line, Begin{time.Minute})
}

// TestAnyBatch lets anything happen to a batch in any order. Nobody decides on what they have asked
// for, no line is approved without the others, at most one order is under way, none is begun while
// the batch is paused, and whose turn it is has a job.
func TestAnyBatch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := policy()
		p.Required = rapid.IntRange(1, 2).Draw(t, "quorum")
		w := newBatch(t, rapid.IntRange(1, 5).Draw(t, "lines"), p)
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			w.now = w.now.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "seconds")) * time.Second)
			line := rapid.IntRange(0, len(w.lines)-1).Draw(t, "line")
			held := w.batch.Held
			before := w.states()
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 0:
				by := drawActor(t)
				shown := w.shown()
				if rapid.IntRange(0, 4).Draw(t, "stale") == 0 {
					shown = "stale"
				}
				_ = w.decide(rapid.SampledFrom([]BatchEvent{
					ApproveBatch{By: by, Shown: shown}, RejectBatch{by, shown, "no"}, LeaveOut{by, shown, []int64{w.lines[line].ID}, "no"}, StopBatch{by},
					GoOn{by, held.Seen()}, ApproveBatch{By: approver("U2"), Shown: shown}, ApproveBatch{By: approver("U3"), Shown: shown}, GoOn{approver("U2"), held.Seen()},
				}).Draw(t, "decision"))
			case 1:
				_ = w.happens(line, drawEvent(t, w.lines[line], w.now))
			default:
				w.work(line)
			}
			w.check(t, before, held)
		}
	})
}

func (w *batchWorld) check(t *rapid.T, before []LineState, held *BatchHold) {
	ordering := 0
	for i, r := range w.lines {
		for _, v := range r.Votes {
			if v.By == "U1" || v.By == r.AmendedBy {
				t.Fatalf("%s has a vote of %s, who asked for it", r.Reference(), v.By)
			}
		}
		if r.Status == Ordering {
			ordering++
			if before[i].Status == Approved && held != nil {
				t.Fatalf("%s was begun while the batch was paused for %s", r.Reference(), held.Code)
			}
		}
		if r.Undivided() && r.Status == Approved && len(w.batch.Undecided(w.lines)) > 0 {
			t.Fatalf("%s is approved, and others are not: %v", r.Reference(), w.states())
		}
		if r.Undivided() && r.Status == Approved && len(r.Votes) < w.policy.Required {
			t.Fatalf("%s is approved by %v", r.Reference(), r.Votes)
		}
		if r.Status == Approved && r.OutOfTurn(w.batch, w.states()) == nil && !w.jobs[r.ID] {
			t.Fatalf("it is the turn of %s, and nothing begins it: %v", r.Reference(), w.states())
		}
	}
	if ordering > 1 {
		t.Fatalf("%d orders are under way: %v", ordering, w.states())
	}
}

// TestLinesAreDecidedTogether tries to get at single lines of a batch.
func TestLinesAreDecidedTogether(t *testing.T) {
	t.Parallel()
	w := newBatch(t, 3, policy())
	r := w.lines[0]
	for _, e := range []Event{
		Approve{By: approver("U2"), Shown: shown(r)}, Reject{approver("U2"), shown(r), "no"}, Return{approver("U2"), shown(r), "change it"},
		Amend{By: requester("U1"), Shown: shown(r), Offer: offer()}, HandOver{By: approver("U2"), Shown: shown(r), To: approver("U3"), Reason: "you"},
	} {
		refused(t, r, e, later, w.policy, RefusedBatch)
	}
	if got := r.Can(approver("U2"), later, w.policy); len(got) != 0 {
		t.Errorf("an approver can do %v to a line", got)
	}
	seen := w.shown()
	if err := w.decide(LeaveOut{By: requester("U1"), Shown: seen, Lines: []int64{101}}); err != nil {
		t.Fatal(err)
	}
	if err := w.decide(ApproveBatch{By: approver("U2"), Shown: seen}); !RefusedFor(err, RefusedStale) {
		t.Errorf("what was shown before a line was left out is approved: %v", err)
	}
	if err := w.decide(ApproveBatch{By: approver("U1"), Shown: w.shown()}); !RefusedFor(err, RefusedSelfApproval) {
		t.Errorf("the requester approves: %v", err)
	}
	if err := w.decide(ApproveBatch{By: approver("U2"), Shown: w.shown()}); err != nil {
		t.Fatal(err)
	}
	want := []LineState{{100, Approved}, {101, Cancelled}, {102, Approved}}
	if diff := cmp.Diff(want, w.states()); diff != "" {
		t.Errorf("after the approval (-want +got):\n%s", diff)
	}
	if !w.jobs[100] || w.jobs[102] {
		t.Errorf("the jobs are of %v", w.jobs)
	}
	// A line that goes back to people is decided by itself.
	if err := w.happens(0, Changed{Offer: offer()}); err != nil {
		t.Fatal(err)
	}
	if !w.jobs[102] {
		t.Error("the next line has no turn")
	}
	back := w.lines[0]
	must(t, back, later, w.policy, Approve{By: approver("U2"), Shown: shown(back)})
	refused(t, back, Approve{By: approver("U1"), Shown: shown(back)}, later, w.policy, RefusedSelfApproval)
}

// TestBatchPausesByItself wants a pause for want of credit, at an unknown end, and at the third
// refusal in a row.
func TestBatchPausesByItself(t *testing.T) {
	t.Parallel()
	credit := problem(yeastar.ClassRefused)
	credit.Detail = "Insufficient balance."
	for name, c := range map[string]struct {
		ends []Event
		want HoldCode
	}{
		"credit":             {[]Event{Failed{1, credit}}, HoldCredit},
		"unknown":            {[]Event{Failed{1, problem(yeastar.ClassUnknown)}}, HoldUnknown},
		"one refusal":        {[]Event{Failed{1, problem(yeastar.ClassRefused)}}, ""},
		"three refusals":     {[]Event{Failed{1, problem(yeastar.ClassRefused)}, Failed{1, problem(yeastar.ClassRefused)}, Failed{1, problem(yeastar.ClassRefused)}}, HoldRefusals},
		"refused and placed": {[]Event{Failed{1, problem(yeastar.ClassRefused)}, Failed{1, problem(yeastar.ClassRefused)}, Answered{1, order("succeed")}, Failed{1, problem(yeastar.ClassRefused)}}, ""},
		"asked to wait":      {[]Event{Failed{1, problem(yeastar.ClassRateLimited)}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newBatch(t, 6, policy())
			if err := w.decide(ApproveBatch{By: approver("U2"), Shown: w.shown()}); err != nil {
				t.Fatal(err)
			}
			for i, e := range c.ends {
				w.work(i)
				if err := w.happens(i, e); err != nil {
					t.Fatal(err)
				}
			}
			var got HoldCode
			if w.batch.Held != nil {
				got = w.batch.Held.Code
			}
			if got != c.want {
				t.Fatalf("it pauses for %q, want %q", got, c.want)
			}
			if c.want == "" {
				return
			}
			held := w.batch.Held.Seen()
			if err := w.decide(GoOn{requester("U1"), held}); !RefusedFor(err, RefusedNotAllowed) {
				t.Errorf("the requester goes on: %v", err)
			}
			if err := w.decide(GoOn{approver("U2"), "another pause"}); !RefusedFor(err, RefusedStale) {
				t.Errorf("somebody goes on who has seen another pause: %v", err)
			}
			if slices.ContainsFunc(w.lines, func(r Request) bool { return r.OutOfTurn(w.batch, w.states()) == nil }) {
				t.Error("a line has its turn during the pause")
			}
			if err := w.decide(GoOn{approver("U2"), held}); err != nil {
				t.Fatal(err)
			}
			if !w.jobs[int64(100+len(c.ends))] {
				t.Errorf("the next line has no turn: %v", w.jobs)
			}
		})
	}
}

// TestBatchIsRefusedAsAWhole wants a sentence about the line that is wrong.
func TestBatchIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	serious := batchLine(1)
	serious.Doubts = []Doubt{{Kind: DoubtAutoRenewal, Serious: true}}
	for name, lines := range map[string][]Submission{
		"none": {}, "twice the same": {batchLine(1), batchLine(1)}, "too many": make([]Submission, MaxBatch+1),
	} {
		_, _, err := NewBatch(1, BatchSubmission{By: requester("U1"), Channel: "C1", Lines: lines}, start, policy())
		if !RefusedFor(err, RefusedOffer) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, lines, err := NewBatch(1, BatchSubmission{By: requester("U1"), Channel: "C1", Lines: []Submission{batchLine(0), serious}}, start, policy())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(2, lines[1], start, policy()); !RefusedFor(err, RefusedNoReason) || errors.Is(err, ErrRepeated) {
		t.Errorf("a line with a serious doubt and no reason: %v", err)
	}
}

// TestBatchEscalates tells who is next when a step has waited, once at each step, and not while
// nobody is to decide.
func TestBatchEscalates(t *testing.T) {
	t.Parallel()
	p := policy()
	w := newBatch(t, 3, p)
	first := Step{Who: []string{"U2"}, Required: 1, Escalate: &Escalation{After: 2 * time.Hour, To: []string{"U9", "S1"}}}
	second := Step{Who: []string{"U3"}, Required: 1, Escalate: &Escalation{After: 2 * time.Hour, To: []string{"U9"}}}
	for i := range w.lines {
		w.lines[i].Ruling = Ruling{File: "f", Ways: []Way{{Steps: []Step{first, second}}}}
		w.lines[i].Ways = w.lines[i].Ruling.Ways
	}
	named := func(id string) Actor {
		a := approver(id)
		a.Named = []string{id}
		return a
	}
	escalates := func(wantWho []string, wantNext time.Duration) {
		t.Helper()
		who, next := w.batch.Escalates(w.lines, w.now)
		if diff := cmp.Diff(wantWho, who); diff != "" || (wantNext == 0) != next.IsZero() || wantNext != 0 && !next.Equal(w.now.Add(wantNext)) {
			t.Errorf("%s: next at %v (-want +got):\n%s", w.now, next, diff)
		}
		err := w.decide(EscalateBatch{})
		if len(wantWho) == 0 && !RefusedFor(err, RefusedTooEarly) || len(wantWho) > 0 && err != nil {
			t.Errorf("%s: %v", w.now, err)
		}
	}
	escalates(nil, 2*time.Hour)
	w.now = w.now.Add(2 * time.Hour)
	escalates([]string{"S1", "U9"}, 0)
	escalates(nil, 0) // it is told once
	w.now = w.now.Add(time.Hour)
	if err := w.decide(ApproveBatch{By: named("U2"), Shown: w.shown()}); err != nil {
		t.Fatal(err)
	}
	escalates(nil, 2*time.Hour)
	w.now = w.now.Add(2 * time.Hour)
	escalates([]string{"U9"}, 0)
	if err := w.decide(ApproveBatch{By: named("U3"), Shown: w.shown(), Voters: []Actor{named("U2")}}); err != nil {
		t.Fatal(err)
	}
	if a := w.batch.Approvals; len(a) != 2 || a[0].Last || !a[1].Last {
		t.Errorf("the second approval is not the last alone: %+v", a)
	}
	w.now = w.now.Add(9 * time.Hour)
	escalates(nil, 0)
	if diff := cmp.Diff(2, len(w.batch.Escalated)); diff != "" {
		t.Error(diff)
	}
}
