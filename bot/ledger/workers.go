package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"renewbot/bot/logs"
	"renewbot/bot/renewal"
)

// Handler does a job. A job whose handler fails is tried again, for ever, after one
// second and then ever later up to a minute. The same job may run more than once.
type Handler func(ctx context.Context, job renewal.Job) error

const (
	firstRetry = time.Second
	lastRetry  = time.Minute
	// keptErrors is how many failed tries River notes in a job's row. Later ones count
	// as snoozes, so that the row does not grow and the job is never given up.
	keptErrors = 20
	// maxAttempts leaves room above keptErrors for tries whose process died.
	maxAttempts = 10_000
	// fetchCooldown bounds how often a burst of new jobs makes River look for them.
	fetchCooldown = 10 * time.Millisecond
	// StopGrace is how long cancelled handlers may take to return.
	StopGrace = 5 * time.Second
)

// Snooze is what a handler returns to be called again after d, which is no failure.
func Snooze(d time.Duration) error { return &snooze{after: max(d, 0)} }

// Snoozed says whether an error is a Snooze.
func Snoozed(err error) bool {
	var s *snooze
	return errors.As(err, &s)
}

// SnoozeUntil is what a handler returns to be called again at t, by the ledger's time,
// however long it took to find that out.
func SnoozeUntil(t time.Time) error { return &snooze{until: t} }

type snooze struct {
	after time.Duration
	until time.Time // if it is set
}

func (s *snooze) Error() string {
	if s.until.IsZero() {
		return "snoozed for " + s.after.String()
	}
	return "snoozed until " + s.until.UTC().Format(time.RFC3339)
}

// snoozes are what an error means, if it is nothing but snoozes: a failure that was joined with one
// is a failure.
func snoozes(err error) []*snooze {
	switch e := err.(type) { //nolint:errorlint // errors.As would find one beside a failure
	case *snooze:
		return []*snooze{e}
	case interface{ Unwrap() error }:
		return snoozes(e.Unwrap())
	case interface{ Unwrap() []error }:
		var all []*snooze
		for _, one := range e.Unwrap() {
			found := snoozes(one)
			if found == nil {
				return nil
			}
			all = append(all, found...)
		}
		return all
	}
	return nil
}

// shortest is how long the first of some snoozes to end is from now on.
func shortest(all []*snooze, now time.Time) time.Duration {
	rest := all[0].rest(now)
	for _, s := range all[1:] {
		rest = min(rest, s.rest(now))
	}
	return rest
}

// rest is how long it is from now on.
func (s *snooze) rest(now time.Time) time.Duration {
	if s.until.IsZero() {
		return s.after
	}
	return max(s.until.Sub(now), 0)
}

// running is what Start has started.
type running struct {
	worker worker
	cancel context.CancelFunc
	done   chan struct{} // closed when what runs beside the worker has ended
}

// Handle adds handlers to those that Start gets, for rooms that need nothing of whoever
// starts the jobs. It is called before Start.
func (l *Ledger) Handle(handlers map[renewal.JobKind]Handler) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.handlers = handlers
}

func (l *Ledger) with(handlers map[renewal.JobKind]Handler) map[renewal.JobKind]Handler {
	handlers = maps.Clone(handlers)
	if handlers == nil {
		return l.handlers
	}
	maps.Copy(handlers, l.handlers)
	return handlers
}

// Start works jobs until Stop or Close. Jobs of kinds without a handler wait.
func (l *Ledger) Start(ctx context.Context, handlers map[renewal.JobKind]Handler) error {
	if l.options.ReadOnly || l.options.Beside {
		return ErrReadOnly
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return errors.New("start the jobs: the ledger is closed")
	case l.running != nil:
		return errors.New("start the jobs: they run already")
	}
	config := riverConfig(l.options)
	config.ID = l.process
	config.Workers = river.NewWorkers()
	config.Queues = map[string]river.QueueConfig{}
	for kind, handle := range l.with(handlers) {
		k, ok := kinds[kind]
		if !ok {
			return fmt.Errorf("start the jobs: unknown kind %q", kind)
		}
		config.Queues[k.queue] = river.QueueConfig{MaxWorkers: queueWorkers[k.queue]}
		river.AddWorkerArgs(config.Workers, args{kind: kind}, &jobWorker{ledger: l, kind: kind, handle: handle})
	}
	w, err := l.engine.worker(config)
	if err != nil {
		return fmt.Errorf("start the jobs: %w", err)
	}
	// Stop decides when the jobs end, not whoever called Start.
	ctx = context.WithoutCancel(ctx)
	if err := l.engine.enter(ctx, l.process); err != nil {
		return fmt.Errorf("start the jobs: %w", err)
	}
	if err := l.beat(ctx, true); err != nil {
		return fmt.Errorf("start the jobs: %w", err)
	}
	if err := w.Start(ctx); err != nil {
		return fmt.Errorf("start the jobs: %w", err)
	}
	r := &running{worker: w, done: make(chan struct{})}
	ctx, r.cancel = context.WithCancel(ctx)
	go func() {
		defer close(r.done)
		var all sync.WaitGroup
		all.Go(func() { l.followClock(ctx) })
		all.Go(func() { l.heartbeats(ctx) })
		all.Go(func() { l.engine.watch(ctx, l.process, l.tookOver) })
		all.Go(func() { l.sumUpDenials(ctx) })
		all.Wait()
	}()
	l.running = r
	return nil
}

// Stop stops taking jobs and waits for those that run. When ctx ends first they are
// cancelled.
func (l *Ledger) Stop(ctx context.Context) error {
	if err := l.stop(ctx); err != nil {
		return fmt.Errorf("stop the jobs: %w", err)
	}
	return nil
}

func (l *Ledger) stop(ctx context.Context) error {
	l.mu.Lock()
	r := l.running
	l.running = nil
	l.mu.Unlock()
	if r == nil {
		return nil
	}
	// Until its jobs have ended the process shows the others that it lives.
	defer func() { r.cancel(); <-r.done }()
	stopped := ctx.Err() == nil && r.worker.Stop(ctx) == nil
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), StopGrace)
	defer cancel()
	if !stopped {
		if err := r.worker.StopAndCancel(hard); err != nil {
			return err
		}
	}
	r.cancel()
	<-r.done
	l.writeCounted(hard, true)
	if err := l.engine.leave(hard, l.process); err != nil {
		// Others take it for dead after a while, and there is nothing to take over.
		l.options.Logger.WarnContext(ctx, "the other processes could not be told that this one ends", "error", err)
	}
	return nil
}

// stillClock is every how many polls jobs are made due though the clock has not moved: one
// may have been added with a time that has come already.
const stillClock = 10

// followClock makes jobs due as the clock of Options.Now moves. River looks for due
// jobs every five seconds of real time, a few ahead, which serves a real clock well
// and one that jumps badly.
func (l *Ledger) followClock(ctx context.Context) {
	if l.options.Now == nil {
		return
	}
	ticker := time.NewTicker(l.options.PollInterval)
	defer ticker.Stop()
	var seen time.Time
	for still := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := stamp(l.options.Now())
		if still++; now.Equal(seen) && still < stillClock {
			continue
		}
		seen, still = now, 0
		if err := l.engine.makeDue(ctx, now); err != nil && ctx.Err() == nil {
			l.options.Logger.WarnContext(ctx, "jobs that are due could not be made available", "error", err)
		}
	}
}

// riverConfig is what all River clients have in common.
func riverConfig(o Options) *river.Config {
	c := &river.Config{
		FetchCooldown:        min(o.PollInterval, fetchCooldown),
		FetchPollInterval:    o.PollInterval,
		FetchOnlyKnownKinds:  true,
		JobTimeout:           maxTimeout,
		RescueStuckJobsAfter: rescueAfter,
		RetryPolicy:          &backOff{time.Now},
		Logger:               slog.New(quiet{o.Logger.Handler()}),
		ReindexerIndexNames:  []string{}, // a bot's jobs are too few to need it
	}
	if o.Now != nil {
		c.Test.Time = clock{o.Now}
		c.RetryPolicy = &backOff{o.Now}
		// The rescuer compares the real time with that of Options.Now.
		c.RescueStuckJobsAfter = 100 * 365 * 24 * time.Hour
	}
	return c
}

// clock gives River the time of Options.Now.
type clock struct{ now func() time.Time }

func (c clock) Now() time.Time { return c.now() }

func (c clock) NowOrNil() *time.Time {
	now := c.now()
	return &now
}

// backOff says when a failed job is tried again.
type backOff struct{ now func() time.Time }

// NextRetry doubles the delay with every failure, up to lastRetry.
func (b *backOff) NextRetry(job *rivertype.JobRow) time.Time {
	return b.now().Add(retryDelay(len(job.Errors)))
}

func retryDelay(failures int) time.Duration {
	if failures >= 6 {
		return lastRetry
	}
	return min(firstRetry<<failures, lastRetry)
}

// jobWorker runs a handler as a River worker.
type jobWorker struct {
	river.WorkerDefaults[args]
	ledger *Ledger
	kind   renewal.JobKind
	handle Handler
}

// Timeout bounds how long a job may run.
func (w *jobWorker) Timeout(*river.Job[args]) time.Duration { return kinds[w.kind].timeout }

// Work runs the handler.
func (w *jobWorker) Work(ctx context.Context, rj *river.Job[args]) error {
	ctx = logs.Request(ctx, rj.Args.RequestID)
	if shows(w.kind) {
		ctx = drawing(ctx)
	}
	began := time.Now()
	job, err := jobOf(rj.Kind, rj.EncodedArgs, rj.ScheduledAt)
	if err == nil {
		err = w.run(ctx, job)
	}
	w.ledger.options.Observer.Ran(w.kind, runOutcome(err), time.Since(began))
	if err == nil {
		return nil
	}
	if s := snoozes(err); s != nil {
		now := w.ledger.Now(ctx)
		rest := shortest(s, now)
		if shows(w.kind) && rest >= longSnooze && w.ledger.planned(ctx, rj, now.Add(rest)) {
			return nil
		}
		return river.JobSnooze(rest)
	}
	w.ledger.options.Logger.WarnContext(ctx, "a job failed and will be tried again",
		"kind", rj.Kind, "try", rj.Attempt, "error", err)
	if len(rj.Errors) >= keptErrors {
		return river.JobSnooze(lastRetry)
	}
	return err
}

// longSnooze is from when on a job that shows need not come back if another one of its request does:
// of a request with many changes each left one behind while a channel took no messages.
const longSnooze = 5 * time.Minute

// planned says whether another job like this one is planned for its request until then.
func (l *Ledger) planned(ctx context.Context, rj *river.Job[args], until time.Time) bool {
	var others int64
	err := l.engine.one(ctx, `SELECT count(*) FROM (`+l.engine.waitingJobs()+`) AS waiting
		WHERE state = 'scheduled' AND kind = $1 AND request = $2 AND id <> $3 AND at <= $4`,
		rj.Kind, strconv.FormatInt(rj.Args.RequestID, 10), rj.ID, micros(until)).Scan(&others)
	return err == nil && others > 0
}

func (w *jobWorker) run(ctx context.Context, job renewal.Job) (err error) {
	if shows(job.Kind) {
		if err := w.ledger.syncStarts(ctx, job.RequestID); err != nil {
			return err
		}
	}
	defer func() {
		if p := recover(); p != nil {
			w.ledger.options.Logger.ErrorContext(ctx, "a job panicked", "kind", job.Kind, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return w.handle(ctx, job)
}

// quiet lets only warnings and errors of River through: what it says of its own doings
// is not the bot's log.
type quiet struct{ slog.Handler }

// Enabled drops everything below warnings.
func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, level)
}

// WithAttrs stays quiet.
func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler { return quiet{q.Handler.WithAttrs(attrs)} }

// WithGroup stays quiet.
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name)} }
