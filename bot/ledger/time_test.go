package ledger

import (
	"context"
	"errors"
	"testing"
	"time"

	"renewbot/bot/renewal"
)

// skewedEngine is a database whose clock is not this process's, and may be out of reach.
type skewedEngine struct {
	engine
	skew time.Duration
	gone bool
}

func (e *skewedEngine) now(context.Context) (time.Time, error) {
	if e.gone {
		return time.Time{}, errors.New("the database is away")
	}
	return time.Now().Add(e.skew), nil
}

func (e *skewedEngine) change(ctx context.Context, f func(tx) error) error {
	return e.engine.change(ctx, func(t tx) error { return f(&skewedTx{t, e}) })
}

type skewedTx struct {
	tx
	engine *skewedEngine
}

func (t *skewedTx) now(ctx context.Context) (time.Time, error) { return t.engine.now(ctx) }

// The ledger's time is the database's, also while the database cannot be asked.
func TestNowIsTheDatabasesTime(t *testing.T) {
	t.Parallel()
	l := newSQLiteStore(t).open(t, Options{Policy: policy(1)})
	e := &skewedEngine{engine: l.engine, skew: -time.Hour}
	l.engine = e
	first := l.Now(t.Context())
	e.gone = true
	second := l.Now(t.Context())
	if second.Before(first) || second.Sub(first) > 10*time.Minute {
		t.Errorf("the time went from %v to %v when the database was away", first, second)
	}
}

// An attempt's deadline is the database's time at which it was written, and its budget.
func TestDeadlineIsTheDatabasesTime(t *testing.T) {
	t.Parallel()
	l := newSQLiteStore(t).open(t, Options{Policy: policy(1)})
	e := &skewedEngine{engine: l.engine}
	l.engine = e
	r := submit(t, l, "k")
	r = apply(t, l, r.ID, approve(r, "U2"))
	// Whatever the caller knew of the time is old by now.
	e.skew = 3 * time.Hour
	r = apply(t, l, r.ID, renewal.Begin{Budget: time.Minute})
	a := r.Attempts[0]
	if got := a.Deadline.Sub(a.StartedAt); got != time.Minute {
		t.Errorf("the attempt has %v, want a minute", got)
	}
	if early := time.Now().Add(e.skew - time.Minute); a.StartedAt.Before(early) {
		t.Errorf("the attempt started at %v by another clock than the database's", a.StartedAt)
	}
}
