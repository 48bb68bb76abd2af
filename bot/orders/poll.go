package orders

import (
	"context"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// poll asks the vendor about an order that it had not finished.
func (o *Orders) poll(ctx context.Context, job renewal.Job) error {
	r, err := o.ledger.Get(ctx, job.RequestID)
	if err != nil || r.Status != renewal.Processing {
		return err
	}
	now := o.ledger.Now(ctx)
	later := ledger.SnoozeUntil(r.NextPoll(now))
	found, err := o.look(ctx, r)
	if err != nil {
		o.log.WarnContext(ctx, "an order could not be looked at", "error", err)
		return later
	}
	if found.OrderStatus == "" {
		return later // nothing tells
	}
	order := yeastar.OrderResult{OrderNo: r.Order.OrderNo, OrderStatus: found.OrderStatus, TransactionNo: found.TransactionNo}
	_, err = o.ledger.Apply(ctx, r.ID, renewal.Polled{Order: order})
	if renewal.RefusedFor(err, renewal.RefusedTooEarly) {
		return later
	}
	return renewal.IgnoreRefusal(err)
}

// look reads an order. When its details do not tell its status, which is documented for the
// list alone, the list is asked.
func (o *Orders) look(ctx context.Context, r renewal.Request) (yeastar.OrderDetail, error) {
	found, err := o.client.Order(ctx, r.Order.OrderNo)
	if err != nil || found.OrderStatus != "" {
		return found, err
	}
	a, _ := r.Attempt()
	listed, err := o.ordersSince(ctx, a.StartedAt.Add(-zoneSkew), unseen)
	if err != nil {
		return found, err
	}
	for _, s := range listed {
		if s.OrderNo == r.Order.OrderNo || string(s.ID) == r.Order.OrderNo {
			return completed(found, s), nil
		}
	}
	return found, nil
}
