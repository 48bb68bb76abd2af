package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// testFigures counts requests and jobs of known age.
func testFigures(t *testing.T, s store) {
	clock := newClock()
	soon := policy(1)
	soon.RemindAfter = 30 * time.Second
	l := s.open(t, Options{Policy: soon, Now: clock.Now})
	figures := func() Figures {
		t.Helper()
		f, err := l.Figures(t.Context(), "audit:")
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	same(t, Figures{
		Requests: map[renewal.Status]Backlog{}, Queues: map[string]Queue{queueSlack: {}, queueOrder: {}, queueVendor: {}, queueEvents: {}, queueDigest: {}},
	}, figures(), "figures of nothing")

	r := submit(t, l, "1") // two timers, and a sync job that's due
	clock.advance(time.Hour)
	submit(t, l, "2")
	apply(t, l, r.ID, approve(r, "U2")) // an order job that's due
	apply(t, l, r.ID, renewal.Begin{Budget: time.Minute})
	clock.advance(time.Minute)
	apply(t, l, r.ID, renewal.Failed{Attempt: 1, Problem: renewal.Problem{Class: yeastar.ClassUnknown}})
	apply(t, l, 2, renewal.Reminder{Who: []string{"U2"}, Next: clock.Now().Add(time.Hour)}) // it waits as before
	clock.advance(time.Hour)
	f := figures()
	same(t, map[renewal.Status]Backlog{
		renewal.Pending: {1, time.Hour + time.Minute}, renewal.Unknown: {1, time.Hour},
	}, f.Requests, "requests")
	same(t, Backlog{6, 2*time.Hour + time.Minute}, f.Unposted, "audit entries without a line")
	for queue, want := range map[string]time.Duration{queueSlack: 2*time.Hour + time.Minute, queueOrder: time.Hour + time.Minute} {
		// River keeps milliseconds on SQLite.
		if q := f.Queues[queue]; q.Due.Count == 0 || q.Due.Oldest.Round(time.Second) != want || q.Running.Count != 0 {
			t.Errorf("queue %s: %+v, want the oldest due for %v", queue, q, want)
		}
	}
	if later := f.Queues[queueSlack].Later; later == 0 {
		t.Error("no job waits for its time")
	}

	// The line of the third entry is shown.
	entries, err := l.EntriesAfter(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		p := Post{RequestID: e.RequestID, Key: fmt.Sprint("audit:", e.Seq), Channel: "C1", State: PostSending}
		if i == 0 {
			p.State = PostShown
		}
		if err := l.SavePost(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	same(t, Backlog{5, time.Hour + time.Minute}, figures().Unposted, "audit entries without a line after the first got one")
}

// testRunningJobs counts a job that runs.
func testRunningJobs(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1), PollInterval: fast})
	runs, finish := make(chan struct{}, 10), make(chan struct{})
	defer close(finish)
	err := l.Start(t.Context(), map[renewal.JobKind]Handler{renewal.PollOrder: func(context.Context, renewal.Job) error {
		runs <- struct{}{}
		<-finish
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Enqueue(t.Context(), renewal.Job{Kind: renewal.PollOrder, RequestID: 1}); err != nil {
		t.Fatal(err)
	}
	wait(t, runs, "the job")
	f, err := l.Figures(t.Context(), "audit:")
	if err != nil {
		t.Fatal(err)
	}
	if q := f.Queues[queueVendor]; q.Running.Count != 1 || q.Running.Oldest > time.Minute || q.Due.Count != 0 {
		t.Errorf("queue %s: %+v, want one job that runs", queueVendor, q)
	}
}

// watcher keeps what an observer is told.
type watcher struct {
	mu     sync.Mutex
	saved  []renewal.Code
	failed int
	wrote  int
	runs   chan RunOutcome
}

func (w *watcher) Saved(c renewal.Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.saved = append(w.saved, c.Entry.Code)
}

func (w *watcher) Wrote(_ time.Duration, failed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrote++
	if failed {
		w.failed++
	}
}

func (w *watcher) Ran(_ renewal.JobKind, o RunOutcome, _ time.Duration) { w.runs <- o }

// testObserver hears of what was committed, and of nothing else.
func testObserver(t *testing.T, s store) {
	w := &watcher{runs: make(chan RunOutcome, 100)}
	l := s.open(t, Options{Policy: policy(1), PollInterval: fast, Observer: w})
	r := submit(t, l, "1")
	if _, created, err := l.Submit(t.Context(), submission("1", 1)); created || err != nil {
		t.Fatal(created, err)
	}
	if _, err := l.Apply(t.Context(), r.ID, renewal.Approve{By: requester("U3"), Shown: shown(r)}); refusalCode(err) != renewal.RefusedNotAllowed {
		t.Fatal(err)
	}
	if _, err := l.Apply(t.Context(), 99, renewal.Expiry{}); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	if _, err := l.Apply(t.Context(), r.ID, renewal.Expiry{}); err == nil {
		t.Fatal("it expired at once")
	}
	if err := l.Deny(t.Context(), 0, "U9", "open", &renewal.Refusal{Code: renewal.RefusedNotAllowed}); err != nil {
		t.Fatal(err)
	}
	apply(t, l, r.ID, approve(r, "U2"))
	late, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	if _, err := l.Apply(late, r.ID, renewal.Begin{}); err == nil {
		t.Fatal("saved without any time")
	}
	given, up := context.WithCancel(t.Context())
	up()
	if _, err := l.Apply(given, r.ID, renewal.Begin{}); err == nil {
		t.Fatal("saved though it was given up")
	}
	same(t, []renewal.Code{renewal.CodeSubmitted, renewal.CodeDenied, renewal.CodeDenied, renewal.CodeApproved}, w.saved, "what was saved")
	same(t, []int{10, 1}, []int{w.wrote, w.failed}, "transactions and failures of the database")

	answers := []error{errors.New("no"), Snooze(0), nil}
	err := l.Start(t.Context(), map[renewal.JobKind]Handler{renewal.PollOrder: func(context.Context, renewal.Job) error {
		answer := answers[0]
		answers = answers[1:]
		return answer
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Enqueue(t.Context(), renewal.Job{Kind: renewal.PollOrder, RequestID: r.ID}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []RunOutcome{RunFailed, RunSnoozed, RunDone} {
		if got := wait(t, w.runs, "a run"); got != want {
			t.Errorf("a run was %s, want %s", got, want)
		}
	}
}
