package orders

import (
	"context"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// pausedPause is how long an order waits between two looks at whether orders are still
// paused, or held by a dry run. Whoever resumes starts the waiting jobs at once.
const pausedPause = time.Minute

// paused says whether an order has to wait because all are paused, and tells people so once.
func (o *Orders) paused(ctx context.Context, r renewal.Request) (bool, error) {
	p, err := o.ledger.Paused(ctx)
	if err != nil || !p.Holds() {
		return false, err
	}
	return true, o.move(ctx, r.ID, renewal.Waiting{Paused: p})
}

// held keeps the approved order of a real run while this process makes a dry run, and tells
// people so once: another process, or the next, orders it.
func (o *Orders) held(ctx context.Context, r renewal.Request) error {
	if err := o.move(ctx, r.ID, renewal.Waiting{DryRun: true}); err != nil {
		return err
	}
	return ledger.Snooze(pausedPause)
}

// since is when an approved order could be sent first: neither a pause before is counted, nor
// the time until its day.
func (o *Orders) since(ctx context.Context, r renewal.Request) time.Time {
	since := r.UpdatedAt
	if day := r.Offer.OrderOn.From; day.After(since) {
		since = day
	}
	if p, err := o.ledger.Paused(ctx); err == nil && p.At.After(since) {
		return p.At
	}
	return since
}
