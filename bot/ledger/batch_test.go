package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/shopspring/decimal"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// batchOfLines asks for a batch for so many customers.
func batchOfLines(key string, n int) renewal.BatchSubmission {
	s := renewal.BatchSubmission{Key: key, By: requester("U1"), Channel: "C1"}
	for i := range n {
		s.Lines = append(s.Lines, renewal.Submission{Offer: offer(i)})
	}
	return s
}

func batchFingerprint(t testing.TB, l *Ledger, id int64) string {
	t.Helper()
	b, lines, err := l.Batch(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return renewal.BatchFingerprint(b.Undecided(lines))
}

// testBatch takes a batch from its submission to the end of its lines, one after the other.
func testBatch(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	wrong := batchOfLines("wrong", 3)
	wrong.Lines[2].Doubts = []renewal.Doubt{{Kind: renewal.DoubtAutoRenewal, Serious: true}}
	if _, _, err := l.SubmitBatch(t.Context(), wrong); refusalCode(err) != renewal.RefusedNoReason {
		t.Errorf("a batch with a line that may not be asked for: %v", err)
	}
	for _, created := range []bool{true, false} { // delivered twice
		b, got, err := l.SubmitBatch(t.Context(), batchOfLines("k", 4))
		if err != nil || b.ID != 1 || got != created {
			t.Fatalf("%+v %t %v", b, got, err)
		}
	}
	if all, err := l.List(t.Context(), Filter{}); err != nil || len(all) != 4 || all[0].ID != 4 {
		t.Fatalf("%d requests, %v: nothing of a batch that was refused may be left", len(all), err)
	}
	seen := batchFingerprint(t, l, 1)
	if _, err := l.ApplyBatch(t.Context(), 1, renewal.ApproveBatch{By: approver("U1"), Shown: seen}); refusalCode(err) != renewal.RefusedSelfApproval {
		t.Errorf("the requester approves: %v", err)
	}
	if _, err := l.ApplyBatch(t.Context(), 1, renewal.ApproveBatch{By: approver("U2"), Shown: "older"}); refusalCode(err) != renewal.RefusedStale {
		t.Errorf("an older card is approved: %v", err)
	}
	yes := renewal.ApproveBatch{By: approver("U2"), Shown: seen}
	yes.By.Click = "click"
	for range 2 {
		if _, err := l.ApplyBatch(t.Context(), 1, yes); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.Apply(t.Context(), 2, begin); refusalCode(err) != renewal.RefusedTurn {
		t.Errorf("the second line before the first: %v", err)
	}
	apply(t, l, 1, begin)
	if _, err := l.Apply(t.Context(), 2, begin); refusalCode(err) != renewal.RefusedTurn {
		t.Errorf("the second line beside the first: %v", err)
	}
	apply(t, l, 1, renewal.Answered{Attempt: 1, Order: yeastar.OrderResult{OrderNo: "XS1", OrderStatus: yeastar.OrderSucceed}})
	apply(t, l, 2, begin)
	apply(t, l, 2, renewal.Failed{Attempt: 1, Problem: renewal.Problem{Class: yeastar.ClassUnknown, Detail: "reset"}})
	b, _, err := l.Batch(t.Context(), 1)
	if err != nil || b.Held == nil || b.Held.Code != renewal.HoldUnknown || b.Held.Request != 2 {
		t.Fatalf("after an order of unknown fate: %+v %v", b.Held, err)
	}
	if after, err := l.Apply(t.Context(), 3, begin); refusalCode(err) != renewal.RefusedTurn || len(after.Attempts) != 0 {
		t.Errorf("a line during the pause: %v", err)
	}
	if _, err := l.ApplyBatch(t.Context(), 1, renewal.GoOn{By: approver("U2"), Held: b.Held.Seen()}); err != nil {
		t.Fatal(err)
	}
	apply(t, l, 3, begin)
	if _, err := l.ApplyBatch(t.Context(), 1, renewal.StopBatch{By: requester("U1")}); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[int64]renewal.Status{1: renewal.Ordered, 2: renewal.Unknown, 3: renewal.Ordering, 4: renewal.Cancelled} {
		if r, err := l.Get(t.Context(), id); err != nil || r.Status != want {
			t.Errorf("%s is %s, want %s (%v)", r.Reference(), r.Status, want, err)
		}
	}
	if open, err := l.OpenBatches(t.Context(), renewal.Ordering); err != nil || len(open) != 1 {
		t.Errorf("%d open batches, %v", len(open), err)
	}
	if ended, err := l.EndedBatches(t.Context(), "U1", 3, renewal.Ordering, renewal.Unknown); err != nil || len(ended) != 0 {
		t.Errorf("%d batches have ended, %v", len(ended), err)
	}
	if ended, err := l.EndedBatches(t.Context(), "U1", 3, renewal.Pending); err != nil || len(ended) != 1 {
		t.Errorf("%d batches have ended, %v", len(ended), err)
	}
	verify(t, l)
}

// testSingle finds what no batch tells of, however many lines there are.
func testSingle(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	if _, _, err := l.SubmitBatch(t.Context(), batchOfLines("k", 4)); err != nil {
		t.Fatal(err)
	}
	single := submission("single", 9)
	single.Note = `"apart":true`
	if _, _, err := l.Submit(t.Context(), single); err != nil {
		t.Fatal(err)
	}
	if _, err := l.ApplyBatch(t.Context(), 1, renewal.ApproveBatch{By: approver("U2"), Shown: batchFingerprint(t, l, 1)}); err != nil {
		t.Fatal(err)
	}
	dearer := offer(1)
	dearer.Price = &renewal.Price{Amount: decimal.RequireFromString("1"), Currency: "XAF"}
	apply(t, l, 1, renewal.Changed{Offer: dearer})
	apply(t, l, 2, begin)
	apply(t, l, 2, renewal.Failed{Attempt: 1, Problem: renewal.Problem{Class: yeastar.ClassUnknown, Detail: "reset"}})
	if found, err := l.List(t.Context(), Filter{Lineless: true}); err != nil || len(found) != 1 || found[0].Batch != 0 {
		t.Errorf("%d requests are no lines, %v", len(found), err)
	}
	if ended, err := l.EndedBatches(t.Context(), Anybody, 3, renewal.Processing); err != nil || len(ended) != 1 {
		t.Errorf("%d batches have ended, %v", len(ended), err)
	}
	for _, f := range []Filter{{Single: true}, {Single: true, Limit: 3}, {Single: true, Oldest: true, Limit: 3}} {
		found, err := l.List(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		var got []int64
		for _, r := range found {
			if got = append(got, r.ID); r.ToldByBatch() {
				t.Errorf("%s is told by its batch", r.Reference())
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, []int64{1, 2, 5}) {
			t.Errorf("%+v finds %v", f, got)
		}
	}
}

// TestLinesAreNotRead finds the few finished requests that are no lines of batches without reading those.
func TestLinesAreNotRead(t *testing.T) {
	t.Parallel()
	l := newSQLiteStore(t).open(t, Options{Policy: policy(1)})
	statement, args := Filter{Statuses: []renewal.Status{renewal.Ordered, renewal.Rejected, renewal.Cancelled, renewal.Expired}, Requester: "U1", Limit: 10, Lineless: true}.statement()
	var plan []string
	err := l.engine.each(t.Context(), func(row row) error {
		var id, parent, unused int
		var step string
		err := row.Scan(&id, &parent, &unused, &step)
		plan = append(plan, step)
		return err
	}, "EXPLAIN QUERY PLAN "+statement, args...)
	if err != nil || len(plan) != 1 || !strings.Contains(plan[0], "requests_lineless") {
		t.Errorf("the plan is %q, %v", plan, err)
	}
}

// testBatchDraft keeps what somebody is putting together.
func testBatchDraft(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	var kept struct{ Text string }
	if err := l.BatchDraft(t.Context(), "U1/k", &kept); !errors.Is(err, ErrNotFound) {
		t.Errorf("a draft that is not there: %v", err)
	}
	if err := l.SaveBatchDraft(t.Context(), "U1/k", struct{ Text string }{"holder,product"}); err != nil {
		t.Fatal(err)
	}
	if err := l.BatchDraft(t.Context(), "U1/k", &kept); err != nil || kept.Text != "holder,product" {
		t.Errorf("%q %v", kept.Text, err)
	}
}

// testBatchRace lets two approvers, a stop and single lines at a batch at the same moment: either
// all lines are decided alike, or none.
func testBatchRace(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(2)})
	const n = 8
	for round := range int64(3) {
		if _, _, err := l.SubmitBatch(t.Context(), batchOfLines(fmt.Sprint(round), n)); err != nil {
			t.Fatal(err)
		}
		id, first := round+1, round*n+1
		seen := batchFingerprint(t, l, id)
		var all sync.WaitGroup
		for _, e := range []renewal.BatchEvent{
			renewal.ApproveBatch{By: approver("U2"), Shown: seen, Voters: []renewal.Actor{approver("U3")}},
			renewal.ApproveBatch{By: approver("U3"), Shown: seen, Voters: []renewal.Actor{approver("U2")}},
			renewal.RejectBatch{By: approver("U4"), Shown: seen, Reason: "no"}, renewal.StopBatch{By: requester("U1")},
		} {
			all.Go(func() {
				if _, err := l.ApplyBatch(t.Context(), id, e); err != nil && !isRefusal(err) {
					t.Errorf("%s: %v", e.Action(), err)
				}
			})
		}
		for line := range int64(n) { // workers that come too early lock each line
			all.Go(func() {
				if _, err := l.Apply(t.Context(), first+line, renewal.Moved{From: "C1", To: "C1"}); err != nil && !isRefusal(err) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		_, lines, err := l.Batch(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range lines {
			if r.Status != lines[0].Status || len(r.Votes) != len(lines[0].Votes) {
				t.Errorf("%s is %s with %d votes, and %s is %s with %d", r.Reference(), r.Status, len(r.Votes), lines[0].Reference(), lines[0].Status, len(lines[0].Votes))
			}
		}
	}
	verify(t, l)
}

func isRefusal(err error) bool {
	var refusal *renewal.Refusal
	return errors.As(err, &refusal)
}
