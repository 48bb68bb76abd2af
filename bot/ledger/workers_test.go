package ledger

import (
	"context"
	"testing"
	"time"

	"renewbot/bot/renewal"
)

func testQueues(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1), PollInterval: fast})
	vendor, synced := make(chan renewal.Job, 100), make(chan renewal.Job, 100)
	finish := make(chan struct{})
	defer close(finish)
	slow := func(_ context.Context, j renewal.Job) error {
		vendor <- j
		<-finish
		return nil
	}
	err := l.Start(t.Context(), map[renewal.JobKind]Handler{
		renewal.PlaceOrder: slow, renewal.ReconcileOrder: slow, renewal.PollOrder: slow,
		renewal.SyncSlack: func(_ context.Context, j renewal.Job) error { synced <- j; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	var jobs []renewal.Job
	for i := range int64(20) {
		jobs = append(jobs, renewal.Job{Kind: renewal.ReconcileOrder, RequestID: i}, renewal.Job{Kind: renewal.PollOrder, RequestID: i})
	}
	if err := l.Enqueue(t.Context(), jobs...); err != nil {
		t.Fatal(err)
	}
	for range queueWorkers[queueVendor] {
		wait(t, vendor, "a vendor job")
	}
	// The vendor's queue is full. Slack and orders go on.
	if err := l.Enqueue(t.Context(), renewal.Job{Kind: renewal.PlaceOrder, RequestID: 1}, renewal.Job{Kind: renewal.SyncSlack, RequestID: 1}); err != nil {
		t.Fatal(err)
	}
	wait(t, synced, "a sync job")
	if j := wait(t, vendor, "an order"); j.Kind != renewal.PlaceOrder {
		t.Errorf("%s ran beyond its queue", j.Kind)
	}
}

func testTimeouts(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1), PollInterval: fast})
	left := make(chan time.Duration, 1)
	handlers := map[renewal.JobKind]Handler{}
	for kind := range kinds {
		handlers[kind] = func(ctx context.Context, _ renewal.Job) error {
			deadline, bounded := ctx.Deadline()
			if !bounded {
				left <- noTimeout
				return nil
			}
			left <- time.Until(deadline)
			return nil
		}
	}
	if err := l.Start(t.Context(), handlers); err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[renewal.JobKind]time.Duration{
		renewal.PlaceOrder: noTimeout, renewal.SyncSlack: 60 * time.Second, renewal.ReconcileOrder: 60 * time.Second,
	} {
		if err := l.Enqueue(t.Context(), renewal.Job{Kind: kind, RequestID: 1}); err != nil {
			t.Fatal(err)
		}
		if got := wait(t, left, "a job"); got > want || got < want-10*time.Second || (want == noTimeout) != (got == noTimeout) {
			t.Errorf("%s has %v, want %v", kind, got, want)
		}
	}
}

func testStopWaits(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1), PollInterval: fast})
	started, finish, stopped := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	err := l.Start(t.Context(), map[renewal.JobKind]Handler{renewal.PlaceOrder: func(ctx context.Context, _ renewal.Job) error {
		close(started)
		<-finish
		return ctx.Err()
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Enqueue(t.Context(), renewal.Job{Kind: renewal.PlaceOrder, RequestID: 1}); err != nil {
		t.Fatal(err)
	}
	wait(t, started, "the order")
	go func() { stopped <- l.Stop(t.Context()) }()
	// Another change can be made while the ledger stops, and its jobs wait.
	submit(t, l, "k")
	select {
	case err := <-stopped:
		t.Fatalf("stopped with a running job: %v", err)
	default:
	}
	close(finish)
	if err := wait(t, stopped, "stop"); err != nil {
		t.Fatal(err)
	}
	same(t, "completed", jobState(t, l, renewal.PlaceOrder), "state of the order's job")
	if err := l.Stop(t.Context()); err != nil {
		t.Errorf("stopped twice: %v", err)
	}
}

func testStopCancels(t *testing.T, s store) {
	o := Options{Policy: policy(1), PollInterval: fast}
	l := s.open(t, o)
	started := make(chan struct{}, 1)
	err := l.Start(t.Context(), map[renewal.JobKind]Handler{renewal.PlaceOrder: func(ctx context.Context, _ renewal.Job) error {
		started <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Enqueue(t.Context(), renewal.Job{Kind: renewal.PlaceOrder, RequestID: 1}); err != nil {
		t.Fatal(err)
	}
	wait(t, started, "the order")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = s.open(t, o)
	if j := wait(t, start(t, l), "the cancelled job"); j.Kind != renewal.PlaceOrder {
		t.Errorf("job %+v", j)
	}
}

func testUnhandled(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1), PollInterval: fast})
	synced := make(chan renewal.Job, 1)
	err := l.Start(t.Context(), map[renewal.JobKind]Handler{renewal.SyncSlack: func(_ context.Context, j renewal.Job) error {
		synced <- j
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Enqueue(t.Context(), renewal.Job{Kind: renewal.Remind, RequestID: 1}, renewal.Job{Kind: renewal.SyncSlack, RequestID: 1}); err != nil {
		t.Fatal(err)
	}
	wait(t, synced, "the sync job")
	if err := l.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	same(t, "available", jobState(t, l, renewal.Remind), "state of the reminder")
	var attempts int
	if err := l.engine.one(t.Context(), `SELECT attempt FROM river_job WHERE kind = 'remind'`).Scan(&attempts); err != nil || attempts != 0 {
		t.Errorf("the reminder was tried %d times (%v)", attempts, err)
	}
	if j := wait(t, start(t, l), "the reminder"); j.Kind != renewal.Remind {
		t.Errorf("job %+v", j)
	}
}

func testUnknownKind(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	if err := l.Enqueue(t.Context(), renewal.Job{Kind: "sing"}); err == nil {
		t.Error("an unknown job was taken")
	}
	err := l.Start(t.Context(), map[renewal.JobKind]Handler{"sing": func(context.Context, renewal.Job) error { return nil }})
	if err == nil {
		t.Error("an unknown handler was taken")
	}
}
