package orders

import (
	"context"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// confirm reads the package of an order again, until it shows the date that follows from it.
func (o *Orders) confirm(ctx context.Context, job renewal.Job) error {
	r, err := o.ledger.Get(ctx, job.RequestID)
	if err != nil {
		return err
	}
	now := o.ledger.Now(ctx)
	next, more := r.NextDate(now)
	if !more {
		return nil
	}
	ends, err := o.portal.Ends(ctx, r.Offer.Product, r.Offer.Holder)
	if err != nil {
		o.log.WarnContext(ctx, "the package of an order could not be read again", "error", err)
		return ledger.SnoozeUntil(next)
	}
	r, err = o.ledger.Apply(ctx, r.ID, renewal.DateRead{Ends: ends})
	if err = renewal.IgnoreRefusal(err); err != nil {
		return err
	}
	if _, more := r.NextDate(now); !more {
		o.portal.Reread(r.Offer.Product)
		return nil
	}
	return ledger.SnoozeUntil(next)
}
