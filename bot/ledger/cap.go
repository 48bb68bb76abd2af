package ledger

import (
	"context"
	"fmt"
	"time"

	"renewbot/bot/renewal"
)

// Over refuses a request that exceeds a cap of the policy beside all others, whether it is
// saved already or not. The error is of the database.
func (l *Ledger) Over(ctx context.Context, r renewal.Request) (*renewal.Refusal, error) {
	now, err := l.now(ctx, l.engine)
	if err != nil {
		return nil, err
	}
	return l.over(ctx, l.engine, r, now)
}

func (l *Ledger) over(ctx context.Context, q querier, r renewal.Request, now time.Time) (*renewal.Refusal, error) {
	since, capped := r.CappedSince(now, l.options.Policy)
	if !capped {
		return nil, nil //nolint:nilnil // nothing speaks against it
	}
	var others []renewal.Request
	err := q.each(ctx, func(row row) error {
		other, err := scanRequest(row)
		others = append(others, other)
		return err
	}, `SELECT document FROM requests WHERE (updated_at >= $1 OR status = $3) AND id <> $2 ORDER BY id`,
		micros(since), r.ID, string(renewal.Approved)) // an approved one may have waited for its day for long
	if err != nil {
		return nil, fmt.Errorf("read what the caps of the policy bound: %w", err)
	}
	return r.Over(others, now, l.options.Policy), nil
}

// amended refuses a change of what is asked for that exceeds a cap.
func (l *Ledger) amended(ctx context.Context, t tx, before renewal.Request, e renewal.Amend, c renewal.Change) (renewal.Change, error) {
	refusal, err := l.over(ctx, t, c.Request, c.Entry.At)
	if refusal != nil {
		return before.Denied(e.By.UserID, string(renewal.ActionAmend), refusal, c.Entry.At), refusal
	}
	return c, err
}

// keptWithin is over with the refusal as an error.
func (l *Ledger) keptWithin(ctx context.Context, q querier, r renewal.Request, now time.Time) error {
	refusal, err := l.over(ctx, q, r, now)
	if refusal != nil {
		return refusal
	}
	return err
}
