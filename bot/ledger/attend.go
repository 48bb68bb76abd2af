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

// attend says to other processes, again and again, that this one lives, and takes the
// jobs over from those that do not say so any more.
func (l *Ledger) attend(ctx context.Context) {
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
		judge := time.Since(seen) < l.options.TakeOverAfter
		taken, err := l.engine.attend(ctx, l.process, l.options.TakeOverAfter, judge)
		switch {
		case err == nil:
			seen = time.Now()
		case ctx.Err() == nil:
			l.options.Logger.WarnContext(ctx, "the other processes could not be told that this one lives", "error", err)
		}
		if taken > 0 {
			l.options.Logger.WarnContext(ctx, "another process has died, and its jobs were taken over", "jobs", taken)
		}
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

// attend on SQLite has nobody to attend to.
func (e *sqliteEngine) attend(context.Context, string, time.Duration, bool) (int64, error) {
	return 0, nil
}

func (e *sqliteEngine) leave(context.Context, string) error { return nil }

func (e *sqliteEngine) processes(context.Context, time.Duration) (int, error) { return 1, nil }

// attend goes by the server's clock. Jobs that are due do not wait until River has found
// out that the one who led the jobs is dead.
func (e *postgresEngine) attend(ctx context.Context, process string, silence time.Duration, judge bool) (taken int64, err error) {
	now, err := e.now(ctx)
	if err != nil {
		return 0, fmt.Errorf("ask the database for the time: %w", err)
	}
	if _, err := e.exec(ctx, `INSERT INTO processes (id, seen_at) VALUES ($1, $2)
		ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`, process, micros(now)); err != nil {
		return 0, fmt.Errorf("say that this process lives: %w", err)
	}
	if e.options.Now == nil {
		if err := e.makeDue(ctx, now); err != nil {
			return 0, fmt.Errorf("make jobs available that are due: %w", err)
		}
	}
	if !judge {
		return 0, nil
	}
	dead := micros(now.Add(-silence))
	taken, err = e.exec(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running'
		AND attempted_by[array_upper(attempted_by, 1)] NOT IN (SELECT id FROM processes WHERE seen_at > $1)`, dead)
	if err != nil {
		return 0, fmt.Errorf("take jobs over: %w", err)
	}
	if _, err := e.exec(ctx, `DELETE FROM processes WHERE seen_at <= $1`, dead); err != nil {
		return taken, fmt.Errorf("forget dead processes: %w", err)
	}
	return taken, nil
}

// leave says that a process works no jobs any more.
func (e *postgresEngine) leave(ctx context.Context, process string) error {
	_, err := e.exec(ctx, `DELETE FROM processes WHERE id = $1`, process)
	return err
}

func (e *postgresEngine) processes(ctx context.Context, silence time.Duration) (n int, err error) {
	now, err := e.now(ctx)
	if err == nil {
		err = e.one(ctx, `SELECT count(*) FROM processes WHERE seen_at > $1`, micros(now.Add(-silence))).Scan(&n)
	}
	return n, err
}
