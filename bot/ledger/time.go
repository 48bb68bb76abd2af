package ledger

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// Now is the time by which the ledger decides what is due: the database's. While the
// database cannot be asked, it is what the database said last and what has passed since.
func (l *Ledger) Now(ctx context.Context) time.Time {
	now, err := l.now(ctx, l.engine)
	if err != nil {
		return stamp(l.clock.estimate())
	}
	return now
}

// estimate is Now without a question to the database.
func (l *Ledger) estimate() time.Time {
	if l.options.Now != nil {
		return stamp(l.options.Now())
	}
	return stamp(l.clock.estimate())
}

func (l *Ledger) now(ctx context.Context, q querier) (time.Time, error) {
	if l.options.Now != nil {
		return stamp(l.options.Now()), nil
	}
	now, err := q.now(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("ask the database for the time: %w", err)
	}
	l.clock.read(now)
	return stamp(now), nil
}

// databaseClock knows the database's time without asking. Of this process's clock it uses
// only what passes on it, and not what it shows: that may be minutes off.
type databaseClock struct{ last atomic.Pointer[reading] }

type reading struct {
	said time.Time // by the database
	at   time.Time // with this process's monotonic clock
}

func (c *databaseClock) read(said time.Time) { c.last.Store(&reading{said, time.Now()}) }

// estimate is only asked for after a reading: Open makes the first one.
func (c *databaseClock) estimate() time.Time {
	last := c.last.Load()
	return last.said.Add(time.Since(last.at))
}

// stamp is a time as it is stored: UTC, whole microseconds, nothing of this process's clock.
func stamp(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.Round(0).UTC().Truncate(time.Microsecond)
}

// micros is a time for a column.
func micros(t time.Time) int64 { return t.UnixMicro() }

// fromMicros is a time of a column.
func fromMicros(n int64) time.Time { return time.UnixMicro(n).UTC() }

// orNull is a time for a column that may be empty.
func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return micros(t)
}
