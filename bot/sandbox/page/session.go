package page

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"renewbot/bot"
	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/bot/socket"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// memory is how much of what is past the simulators keep: a page may be open for weeks.
const memory = 500

// session is one life of the sandbox, from its start or a reset to the next.
type session struct {
	world  *sandbox.World
	waits  func(usual time.Duration) time.Duration // Options.patience
	clock  *Clock
	faults *faults
	feed   *feed
	log    *slog.Logger
	dirty  chan struct{} // gets a value when something changed
	ended  chan struct{} // closed when another session takes its place

	book     atomic.Pointer[ledger.Ledger] // nil while the bot is stopped
	running  atomic.Bool
	failures atomic.Int64       // tries of jobs that failed since the bot started
	unwatch  context.CancelFunc // ends the watch over the running bot
	watched  chan struct{}      // closed when that watch has ended
}

// startSession starts both simulators and the bot, with the ledger in a file. What was
// kept of an earlier life comes back.
func startSession(ctx context.Context, o Options, ledgerFile string, kept *keepsake) (*session, error) {
	s := &session{
		clock: NewClock(o.shift(), 0), waits: o.patience, log: o.Log,
		dirty: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	if kept != nil {
		s.clock = NewClock(kept.Shift, kept.Ahead)
	}
	world := sandbox.Options{
		Configure: func(c *config.Config) {
			c.Products = yeastar.Products() // also what is only offered by name
			c.Renew.Digest = nextMorning
		},
		DatabaseURL: "sqlite://" + filepath.ToSlash(ledgerFile), Log: o.Log, Now: s.clock.Now, Tune: s.tune,
		Slack:  []slacksim.WorkspaceOption{slacksim.WithClock(s.clock), slacksim.WithShortMemory(memory)},
		Vendor: []yeastarsim.Option{yeastarsim.WithClock(s.clock.Now), yeastarsim.WithJournal(memory)},
	}
	slackWaits := min(s.waits(slackPatience), busy*slackPatience)
	world.Slack = append(world.Slack, slacksim.WithAckTimeout(slackWaits))
	if o.Customers > 0 {
		world.Vendor = append(world.Vendor, yeastarsim.WithCustomers(o.Customers))
	}
	if kept != nil {
		world.Restore = kept.restore
	}
	var err error
	if s.world, err = sandbox.Start(ctx, world); err != nil {
		return nil, err
	}
	if kept == nil {
		if err := s.importDates(ctx); err != nil {
			s.world.Close()
			return nil, err
		}
	}
	s.faults = newFaults(s.world.Vendor)
	if kept != nil {
		for _, id := range kept.Faults {
			s.faults.set(id, true)
		}
	}
	s.began()
	s.feed = newFeed(s)
	return s, nil
}

// tune has the ledger tell of what it does.
func (s *session) tune(o *ledger.Options, p *bot.Options) {
	o.Observer = observer{s}
	p.OptionalWait = min(s.waits(0), 2*time.Second) // less than Slack waits for a form
	p.AckWithin = min(s.waits(socket.AckBudget), busy*socket.AckBudget)
}

const (
	// slackPatience is how long Slack waits for an ack, and a trigger lives.
	slackPatience = 3 * time.Second
	// busy is how many times as long both are on a machine that is busy, in tests.
	busy = 5
)

// poke says that something changed that nobody else tells of.
func (s *session) poke() {
	select {
	case s.dirty <- struct{}{}:
	default: // it will be looked at anyway
	}
}

// began follows the bot that runs now.
func (s *session) began() {
	s.book.Store(s.world.Ledger)
	s.failures.Store(0)
	s.running.Store(true)
	ctx, cancel := context.WithCancel(context.Background())
	s.unwatch, s.watched = cancel, make(chan struct{})
	go func(watched chan<- struct{}) {
		defer close(watched)
		err := s.world.Ended(ctx)
		if ctx.Err() != nil {
			return
		}
		s.running.Store(false)
		s.log.Error("the bot ended by itself", "error", err)
		s.poke()
	}(s.watched)
}

// stopBot stops the bot and keeps its ledger.
func (s *session) stopBot() {
	s.unwatch()
	<-s.watched
	s.running.Store(false)
	s.book.Store(nil)
	s.poke()
	if err := s.world.StopBot(); err != nil {
		s.log.Warn("the bot did not end cleanly", "error", err)
	}
}

// restart stops the bot and starts it again.
func (s *session) restart(ctx context.Context) error {
	s.stopBot()
	if err := s.world.StartBot(ctx); err != nil {
		return fmt.Errorf("start the bot again: %w", err)
	}
	s.began()
	s.poke()
	return nil
}

// close ends everything but the feed.
func (s *session) close() {
	s.stopBot()
	s.world.Close()
}

// jobs counts what the bot has to do.
func (s *session) jobs(ctx context.Context) jobsJSON {
	book := s.book.Load()
	if book == nil {
		return jobsJSON{}
	}
	f, err := book.Figures(ctx, "")
	if err != nil {
		if ctx.Err() == nil && s.book.Load() == book {
			s.log.Debug("the jobs could not be counted", "error", err)
		}
		return jobsJSON{}
	}
	var out jobsJSON
	for _, q := range f.Queues {
		out.Running += q.Running.Count
		out.Waiting += q.Due.Count + q.Later
	}
	out.Failed = s.failures.Load()
	return out
}

// busy says whether the bot has something to do now.
func (s *session) busy(ctx context.Context) bool {
	book := s.book.Load()
	if book == nil {
		return false
	}
	f, err := book.Figures(ctx, "")
	if err != nil {
		return false
	}
	for _, q := range f.Queues {
		if q.Due.Count+q.Running.Count > 0 {
			return true
		}
	}
	return false
}

const (
	// strides is in how many steps the clock is moved on, so that what falls due on the
	// way happens in its time: a day in quarters of an hour.
	strides = 96
	// stepPatience is how long one step waits for the bot, and walkPatience all of them
	// together; then the clock is moved on all the same.
	stepPatience = 2 * time.Second
	walkPatience = 8 * time.Second
)

// advance moves the clock on, and lets the bot do what falls due on the way.
func (s *session) advance(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, s.waits(walkPatience))
	defer cancel()
	s.settle(ctx)
	target := s.clock.Ahead() + d
	for left := d; left > 0 && ctx.Err() == nil; left = target - s.clock.Ahead() {
		s.clock.Advance(min(left, max(d/strides, time.Minute)))
		s.poke()
		s.settle(ctx)
	}
	s.clock.Advance(target - s.clock.Ahead())
	s.poke()
}

// settle waits until the bot has nothing to do, but not for ever.
func (s *session) settle(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, s.waits(stepPatience))
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for s.busy(ctx) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// over says whether another session has taken the place of this one.
func (s *session) over() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// seconds are the whole seconds of a duration.
func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// removeLedger removes a ledger with what SQLite keeps beside it.
func removeLedger(file string) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		if err := os.Remove(file + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
