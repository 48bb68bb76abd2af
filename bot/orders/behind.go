package orders

import (
	"context"
	"slices"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// behindPause is how long an order waits between two looks at another one of the same
// holder and product.
const behindPause = 5 * time.Second

// behind says whether an order has to wait until the one of another request, of the same
// holder and product, is finished, and tells people so once.
func (o *Orders) behind(ctx context.Context, r renewal.Request) (bool, error) {
	others, err := o.ledger.List(ctx, ledger.Filter{
		Product: r.Offer.Product, HolderKey: r.Offer.Holder.Key(),
		Statuses: []renewal.Status{renewal.Ordering, renewal.Unknown, renewal.Processing},
	})
	i := slices.IndexFunc(others, func(other renewal.Request) bool { return other.ID != r.ID })
	if err != nil || i < 0 {
		return false, err
	}
	return true, o.move(ctx, r.ID, renewal.Waiting{Behind: others[i].ID, Private: o.unknown(ctx, others[i:i+1], r.Channel)[others[i].ID]})
}
