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
	others, err := l.bounded(ctx, q, since, r.ID)
	if err != nil {
		return nil, err
	}
	return r.Over(others, now, l.options.Policy), nil
}

// OverTogether is Over for requests that are to be asked for at once, each beside those before it that
// keep within the caps. It has a refusal for each, which may be nil, or none at all.
func (l *Ledger) OverTogether(ctx context.Context, requests []renewal.Request) ([]*renewal.Refusal, error) {
	now, err := l.now(ctx, l.engine)
	if err != nil {
		return nil, err
	}
	since, capped := now, false
	for _, r := range requests {
		if begins, of := r.CappedSince(now, l.options.Policy); of && (!capped || begins.Before(since)) {
			since, capped = begins, true
		}
	}
	if !capped {
		return nil, nil
	}
	beside, err := l.bounded(ctx, l.engine, since, 0)
	if err != nil {
		return nil, err
	}
	refusals := make([]*renewal.Refusal, len(requests))
	for i, r := range requests {
		r.ID, r.Batch, r.DryRun = -int64(i)-1, renewal.NoBatchYet, l.options.Policy.DryRun
		if refusals[i] = r.Over(beside, now, l.options.Policy); refusals[i] == nil {
			beside = append(beside, r)
		}
	}
	return refusals, nil
}

// bounded are the requests that the caps of the policy may bound since a time, without one.
func (l *Ledger) bounded(ctx context.Context, q querier, since time.Time, without int64) (others []renewal.Request, err error) {
	err = q.each(ctx, func(row row) error {
		other, err := scanRequest(row)
		others = append(others, other)
		return err
	}, `SELECT document FROM requests WHERE (updated_at >= $1 OR status IN ($3, $4, $5)) AND id <> $2 ORDER BY id`,
		micros(since), without, string(renewal.Approved), string(renewal.Pending), string(renewal.Returned)) // which may have waited for their day for long
	if err != nil {
		return nil, fmt.Errorf("read what the caps of the policy bound: %w", err)
	}
	return others, nil
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
