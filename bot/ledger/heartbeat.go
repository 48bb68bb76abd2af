package ledger

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
)

const (
	// defaultTakeOver is well above a pause of a healthy process, and leaves most of two
	// minutes for the work itself.
	defaultTakeOver = 30 * time.Second
	// beatsPerTakeOver is how often a process says that it lives before others may take
	// it for dead.
	beatsPerTakeOver = 4
)

// newProcess names this process to the others on the database.
func newProcess() string { return "renewbot-" + rand.Text() }

// heartbeats says to other processes, again and again, that this one lives, and takes
// the jobs over from those that do not say so any more.
func (l *Ledger) heartbeats(ctx context.Context) {
	ticker := time.NewTicker(l.options.TakeOverAfter / beatsPerTakeOver)
	defer ticker.Stop()
	seen := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		// Who had no contact to the database itself cannot tell that others are dead:
		// perhaps the database was away for everybody.
		inContact := time.Since(seen) < l.options.TakeOverAfter
		switch err := l.beat(ctx, inContact); {
		case err == nil:
			seen = time.Now()
		case ctx.Err() == nil:
			l.options.Logger.WarnContext(ctx, "the other processes could not be told that this one lives", "error", err)
		}
	}
}

// beat is one heartbeat. With takeOver the jobs of dead processes are taken over.
func (l *Ledger) beat(ctx context.Context, takeOver bool) error {
	if err := l.engine.heartbeat(ctx, l.process); err != nil {
		return fmt.Errorf("say that this process lives: %w", err)
	}
	if !takeOver {
		return nil
	}
	taken, err := l.engine.takeOver(ctx, l.options.TakeOverAfter)
	if err != nil {
		return fmt.Errorf("take over from dead processes: %w", err)
	}
	l.tookOver(taken)
	return nil
}

// tookOver logs how many jobs of dead processes were made available.
func (l *Ledger) tookOver(jobs int64) {
	if jobs > 0 {
		l.options.Logger.Warn("another process has died, and its jobs were taken over", "jobs", jobs)
	}
}

// Processes is how many processes use the ledger now, this one included; one that died is
// counted until others take its work over.
func (l *Ledger) Processes(ctx context.Context) (int, error) {
	n, err := l.engine.processes(ctx, l.options.TakeOverAfter)
	if err != nil {
		return 0, fmt.Errorf("count the processes that use the ledger: %w", err)
	}
	return n, nil
}

// On SQLite there is no other process.

func (e *sqliteEngine) heartbeat(context.Context, string) error { return nil }

func (e *sqliteEngine) takeOver(context.Context, time.Duration) (int64, error) { return 0, nil }

func (e *sqliteEngine) enter(context.Context, string) error { return nil }

func (e *sqliteEngine) watch(context.Context, string, func(int64)) {}

func (e *sqliteEngine) leave(context.Context, string) error { return nil }

func (e *sqliteEngine) processes(context.Context, time.Duration) (int, error) { return 1, nil }
