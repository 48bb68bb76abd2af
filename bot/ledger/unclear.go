package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"renewbot/bot/renewal"
)

// ErrUnclear says that a change may or may not have been saved: the answer of its commit
// was lost, and the ledger could not be read since.
var ErrUnclear = errors.New("it is not known whether this was saved")

const (
	// lookTimeout bounds the search for a change whose commit was not answered: as long
	// as a failover may well take, and far less than a handler may run.
	lookTimeout = 10 * time.Second
	// lookAgain is how long to wait before the next try.
	lookAgain = 200 * time.Millisecond
)

// commitError is the failure of a commit, which the database may have carried out all
// the same.
type commitError struct{ cause error }

func (e *commitError) Error() string { return "commit: " + e.cause.Error() }
func (e *commitError) Unwrap() error { return e.cause }

// known is err, unless that is a commit without an answer of what a person did: then it
// looks for the audit entry of that change. It returns nil when the change was saved, err
// when it was not, and ErrUnclear when that can't be found out.
//
// The steps of an order are left alone: their worker must never take another worker's
// write for its own.
func (l *Ledger) known(ctx context.Context, e renewal.Entry, err error) error {
	var commit *commitError
	if !errors.As(err, &commit) || e.Actor == renewal.System {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.looking)
	defer cancel()
	for {
		saved, failed := l.hasEntry(ctx, e)
		switch {
		case failed == nil && saved:
			return nil
		case failed == nil:
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w; %w", ErrUnclear, err, failed)
		case <-time.After(lookAgain):
		}
	}
}

// unclear is err, with ErrUnclear when it is a commit without an answer, for a change that is not
// looked for: who made it can make it again.
func unclear(err error) error {
	var commit *commitError
	if errors.As(err, &commit) {
		return fmt.Errorf("%w: %w", ErrUnclear, err)
	}
	return err
}

// hasEntry says whether an audit entry was saved. It waits for a commit that is still
// under way, which holds the end of the trail.
func (l *Ledger) hasEntry(ctx context.Context, e renewal.Entry) (bool, error) {
	var hash string
	looked := false
	err := l.change(ctx, "look", func(t tx) error {
		if _, err := t.exec(ctx, `UPDATE trail SET seq = seq WHERE id = 1`); err != nil {
			return fmt.Errorf("wait for the end of the trail: %w", err)
		}
		err := t.one(ctx, `SELECT hash FROM entries WHERE seq = $1`, e.Seq).Scan(&hash)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("look for an audit entry: %w", err)
		}
		looked = true
		return nil
	})
	if looked {
		return hash == e.Hash, nil // whatever became of the looking's own transaction
	}
	return false, err
}
