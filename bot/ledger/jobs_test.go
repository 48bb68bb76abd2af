package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"renewbot/bot/renewal"
)

// fast asks for jobs often, so that tests do not wait.
const fast = 5 * time.Millisecond

// kindsOf waits for n jobs and counts them by kind.
func kindsOf(t testing.TB, ran <-chan renewal.Job, n int) map[renewal.JobKind]int {
	t.Helper()
	got := map[renewal.JobKind]int{}
	for range n {
		got[wait(t, ran, "a job").Kind]++
	}
	return got
}

// settled waits until no job is available or running.
func settled(t testing.TB, l *Ledger) {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(fast)
	defer tick.Stop()
	for range tick.C {
		var n int
		err := l.engine.one(t.Context(), `SELECT count(*) FROM river_job WHERE state IN ('available', 'running')`).Scan(&n)
		switch {
		case err != nil:
			t.Fatal(err)
		case n == 0:
			return
		case time.Now().After(deadline):
			t.Fatalf("%d jobs do not settle", n)
		}
	}
}

func testJobsRun(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1), PollInterval: fast})
	ran := start(t, l)
	if err := l.Start(t.Context(), nil); err == nil {
		t.Error("the jobs were started twice")
	}
	r := submit(t, l, "k")
	if j := wait(t, ran, "a job"); j.Kind != renewal.SyncSlack || j.RequestID != r.ID {
		t.Errorf("job %+v", j)
	}
	apply(t, l, r.ID, approve(r, "U2"))
	same(t, map[renewal.JobKind]int{renewal.SyncSlack: 1, renewal.PlaceOrder: 1}, kindsOf(t, ran, 2), "jobs after the approval")
	if err := l.Enqueue(t.Context(), renewal.Job{Kind: renewal.ReconcileOrder, RequestID: 5}); err != nil {
		t.Fatal(err)
	}
	if j := wait(t, ran, "a job"); j.Kind != renewal.ReconcileOrder || j.RequestID != 5 {
		t.Errorf("job %+v", j)
	}
}

func TestNewJobsDoNotWaitForThePoll(t *testing.T) {
	t.Parallel()
	l := newSQLiteStore(t).open(t, Options{Policy: policy(1), PollInterval: time.Hour})
	ran := start(t, l)
	r := submit(t, l, "k")
	wait(t, ran, "the sync job")
	apply(t, l, r.ID, approve(r, "U2"))
	same(t, map[renewal.JobKind]int{renewal.SyncSlack: 1, renewal.PlaceOrder: 1}, kindsOf(t, ran, 2), "jobs")
}

// testJobsWake has many changes at once: each wakes the workers, and none
// counts on the news of the one before it.
func testJobsWake(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1), PollInterval: time.Hour})
	ran := start(t, l)
	const n = 3 // fewer than the workers: one that is free looks by itself again
	var enqueuing sync.WaitGroup
	for i := range n {
		enqueuing.Go(func() {
			if err := l.Enqueue(t.Context(), renewal.Job{Kind: renewal.PlaceOrder, RequestID: int64(i + 1)}); err != nil {
				t.Error(err)
			}
		})
	}
	enqueuing.Wait()
	same(t, map[renewal.JobKind]int{renewal.PlaceOrder: n}, kindsOf(t, ran, n), "jobs")
}

func TestJobsOutliveTheContextOfStart(t *testing.T) {
	t.Parallel()
	l := newSQLiteStore(t).open(t, Options{Policy: policy(1), PollInterval: fast})
	ran := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	err := l.Start(ctx, map[renewal.JobKind]Handler{renewal.SyncSlack: func(ctx context.Context, _ renewal.Job) error {
		ran <- ctx.Err()
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	submit(t, l, "k")
	if err := wait(t, ran, "the sync job"); err != nil {
		t.Errorf("the job was cancelled: %v", err)
	}
}

func testJobsRestart(t *testing.T, s store) {
	o := Options{Policy: policy(1), PollInterval: fast}
	l := s.open(t, o)
	r := submit(t, l, "k")
	apply(t, l, r.ID, approve(r, "U2"))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = s.open(t, o)
	ran := start(t, l)
	same(t, map[renewal.JobKind]int{renewal.SyncSlack: 1, renewal.PlaceOrder: 1}, kindsOf(t, ran, 2), "jobs")
	if err := l.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	ran = start(t, l)
	apply(t, l, submit(t, l, "other").ID, renewal.Cancel{By: requester("U1")})
	if j := wait(t, ran, "a job after stop and start"); j.Kind != renewal.SyncSlack || j.RequestID != 2 {
		t.Errorf("job %+v", j)
	}
}

func testTimers(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now, PollInterval: fast})
	ran := start(t, l)
	r := submit(t, l, "k")
	if j := wait(t, ran, "the sync job"); j.Kind != renewal.SyncSlack {
		t.Errorf("%+v ran before its time", j)
	}
	for _, step := range []struct {
		after time.Duration
		want  renewal.JobKind
		at    time.Time
	}{
		// One millisecond more is how exact River is on SQLite.
		{4*time.Hour + time.Millisecond, renewal.Remind, r.CreatedAt.Add(4 * time.Hour)},
		{68 * time.Hour, renewal.Expire, r.ExpiresAt},
	} {
		settled(t, l)
		if len(ran) != 0 {
			t.Errorf("%+v ran before its time", <-ran)
		}
		clock.advance(step.after)
		j := wait(t, ran, string(step.want))
		if j.Kind != step.want || j.RequestID != r.ID {
			t.Errorf("%+v ran, want %s", j, step.want)
		}
		if j.At.Before(step.at) || l.Now(t.Context()).Before(j.At) {
			t.Errorf("%s ran at %v for %v, and was to run at %v", j.Kind, l.Now(t.Context()), j.At, step.at)
		}
	}
	clock.advance(time.Hour)
	if got := apply(t, l, r.ID, renewal.Expiry{}); got.Status != renewal.Expired {
		t.Errorf("status %s", got.Status)
	}
}

func testRetry(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now, PollInterval: fast})
	tries := make(chan int, 10)
	n := 0
	err := l.Start(t.Context(), map[renewal.JobKind]Handler{renewal.PollOrder: func(context.Context, renewal.Job) error {
		n++
		tries <- n
		switch n {
		case 1:
			return errors.New("failed")
		case 2:
			panic("panicked")
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Enqueue(t.Context(), renewal.Job{Kind: renewal.PollOrder, RequestID: 1}); err != nil {
		t.Fatal(err)
	}
	for try, delay := range []time.Duration{0, time.Second, 2 * time.Second} {
		clock.advance(delay)
		if got := wait(t, tries, "a try"); got != try+1 {
			t.Errorf("try %d, want %d", got, try+1)
		}
		notRunning(t, l)
		if len(tries) != 0 {
			t.Error("tried again too early")
		}
	}
	settled(t, l)
	allDone(t, l)
}

// notRunning waits until River has written down how the jobs ended.
func notRunning(t testing.TB, l *Ledger) {
	t.Helper()
	until(t, "no job runs", func() bool {
		var n int
		if err := l.engine.one(t.Context(), `SELECT count(*) FROM river_job WHERE state = 'running'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n == 0
	})
}

// until waits for a condition that only the database knows.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(fast)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// allDone wants no job that is not completed. River takes those away that were completed, by the
// clock of the test, long ago.
func allDone(t *testing.T, l *Ledger) {
	t.Helper()
	var left int
	must(t, l.engine.one(t.Context(), `SELECT count(*) FROM river_job WHERE state <> 'completed'`).Scan(&left))
	same(t, 0, left, "jobs that are not completed")
}

func jobState(t testing.TB, l *Ledger, kind renewal.JobKind) string {
	t.Helper()
	var state string
	if err := l.engine.one(t.Context(), `SELECT state FROM river_job WHERE kind = $1`, string(kind)).Scan(&state); err != nil {
		t.Fatal(err)
	}
	return state
}

func testNeverGivenUp(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now, PollInterval: fast})
	tries := make(chan struct{}, 1)
	err := l.Start(t.Context(), map[renewal.JobKind]Handler{renewal.PollOrder: func(context.Context, renewal.Job) error {
		tries <- struct{}{}
		return errors.New("failed")
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Enqueue(t.Context(), renewal.Job{Kind: renewal.PollOrder, RequestID: 1}); err != nil {
		t.Fatal(err)
	}
	for range keptErrors + 10 {
		wait(t, tries, "a try")
		notRunning(t, l)
		clock.advance(lastRetry)
	}
	if err := l.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	var attempt int
	if err := l.engine.one(t.Context(), `SELECT attempt FROM river_job`).Scan(&attempt); err != nil {
		t.Fatal(err)
	}
	if attempt > keptErrors+1 {
		t.Errorf("River counts %d attempts", attempt)
	}
	if state := jobState(t, l, renewal.PollOrder); state == "discarded" || state == "cancelled" {
		t.Errorf("the job is %s", state)
	}
}

func testSnooze(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now, PollInterval: fast})
	tries := make(chan struct{}, 10)
	n := 0
	err := l.Start(t.Context(), map[renewal.JobKind]Handler{renewal.PollOrder: func(ctx context.Context, _ renewal.Job) error {
		tries <- struct{}{}
		switch n++; n {
		case 1, 2:
			return fmt.Errorf("not yet: %w", Snooze(10*time.Minute))
		case 3:
			until := l.Now(ctx).Add(10 * time.Minute)
			clock.advance(4 * time.Minute) // it took long to find that out
			return SnoozeUntil(until)
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Enqueue(t.Context(), renewal.Job{Kind: renewal.PollOrder, RequestID: 1}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		tried := clock.Now()
		wait(t, tries, "a try")
		notRunning(t, l)
		var failures int
		if err := l.engine.one(t.Context(), `SELECT attempt FROM river_job`).Scan(&failures); err != nil || failures != 0 {
			t.Errorf("a snooze counts as %d failures (%v)", failures, err)
		}
		clock.advance(10*time.Minute - time.Second - clock.Now().Sub(tried))
		if len(tries) != 0 {
			t.Error("called again too early")
		}
		clock.advance(time.Second)
	}
	wait(t, tries, "the last try")
	settled(t, l)
	allDone(t, l)
}

// testSleepOnce leaves one job for a request whose channel takes no messages for long, however many changes
// it has, and none of another request for it.
func testSleepOnce(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(3), Now: clock.Now, PollInterval: fast})
	ran := make(chan int64, 20)
	err := l.Start(t.Context(), map[renewal.JobKind]Handler{renewal.SyncSlack: func(_ context.Context, j renewal.Job) error {
		ran <- j.RequestID
		return Snooze(6 * time.Hour)
	}})
	if err != nil {
		t.Fatal(err)
	}
	sleeping := func(want int) {
		t.Helper()
		notRunning(t, l)
		var n int
		if err := l.engine.one(t.Context(), `SELECT count(*) FROM river_job WHERE state = 'scheduled' AND kind = 'sync_slack'`).Scan(&n); err != nil || n != want {
			t.Errorf("%d jobs sleep, want %d (%v)", n, want, err)
		}
	}
	r := submit(t, l, "k")
	wait(t, ran, "the first job")
	sleeping(1)
	for _, id := range []string{"U2", "U3"} {
		apply(t, l, r.ID, approve(r, id))
		wait(t, ran, "the job after a vote")
		sleeping(1)
	}
	submit(t, l, "other")
	wait(t, ran, "the other request's job")
	sleeping(2)
	clock.advance(6*time.Hour + time.Second)
	wait(t, ran, "a job that has slept")
	wait(t, ran, "the other one")
	sleeping(2)
}

func testSyncOnce(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(3), PollInterval: fast})
	r := submit(t, l, "k")
	apply(t, l, r.ID, approve(r, "U2"))
	apply(t, l, r.ID, approve(r, "U3"))
	submit(t, l, "other")
	same(t, 2, countJobs(t, l, renewal.SyncSlack), "sync jobs of two requests")
	ran := start(t, l)
	same(t, map[renewal.JobKind]int{renewal.SyncSlack: 2}, kindsOf(t, ran, 2), "jobs")
	apply(t, l, r.ID, approve(r, "U4"))
	same(t, map[renewal.JobKind]int{renewal.SyncSlack: 1, renewal.PlaceOrder: 1}, kindsOf(t, ran, 2), "jobs after the syncs ran")
}

func testSyncWhileRunning(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(3), PollInterval: fast})
	started, finish := make(chan int64, 10), make(chan struct{})
	err := l.Start(t.Context(), map[renewal.JobKind]Handler{renewal.SyncSlack: func(ctx context.Context, j renewal.Job) error {
		r, err := l.Get(ctx, j.RequestID)
		started <- r.Version
		<-finish
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
	r := submit(t, l, "k")
	same(t, int64(1), wait(t, started, "the first sync"), "version")
	apply(t, l, r.ID, approve(r, "U2"))
	close(finish)
	for version := int64(1); version < 2; {
		version = wait(t, started, "a sync that sees the vote")
	}
	settled(t, l)
}

func TestRetryDelay(t *testing.T) {
	t.Parallel()
	var got []time.Duration
	for failures := range 9 {
		got = append(got, retryDelay(failures)/time.Second)
	}
	same(t, []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60}, got, "seconds")
}
