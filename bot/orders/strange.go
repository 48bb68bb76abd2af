package orders

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	// mostAsked is how many orders the portal is asked about in one look, the newest ones: each takes
	// a call, once.
	mostAsked = 500
	// mostFailing is after how many calls that fail nothing more is asked for ahead.
	mostFailing = 3
)

// errMany says that the portal has more orders than it is asked about in one look. The next look
// asks about others.
var errMany = errors.New("there are more orders than can be asked about at once")

// strange are the orders of a holder and product in the portal's list that no request of ours
// has placed. With an error, which is errMany or of look-ups that may work a moment later, there
// may be more.
func (o *Orders) strange(ctx context.Context, holder renewal.Holder, product string, maxAge lookup.MaxAge) ([]yeastar.OrderSummary, error) {
	notOurs, many, failed := o.notOurs(ctx, holder, product, maxAge)
	same := make([]bool, len(notOurs))
	var asking errgroup.Group
	asking.SetLimit(4)
	for i, order := range notOurs {
		asking.Go(func() (err error) {
			if ctx.Err() != nil {
				return ctx.Err() // others are waiting for their own answers
			}
			if same[i], err = o.portal.IsOf(ctx, order, product, holder); !same[i] {
				return err
			}
			status, unread := o.portal.StatusOf(ctx, order, maxAge)
			notOurs[i].OrderStatus = status
			return errors.Join(err, unread)
		})
	}
	failed = cmp.Or(failed, asking.Wait())
	if failed == nil && many {
		failed = errMany
	}
	var strange []yeastar.OrderSummary
	for i, order := range notOurs {
		if same[i] {
			strange = append(strange, order)
		}
	}
	return strange, failed
}

// ownerless are the orders in the portal of which it does not tell whose they are, but for those of
// other products, as far as that is known, and those that a request of ours has placed.
func (o *Orders) ownerless(ctx context.Context, holder renewal.Holder, product string) ([]yeastar.OrderSummary, error) {
	all := o.portal.Ownerless()
	if len(all) == 0 {
		return nil, nil
	}
	ours, err := o.ledger.OrderNumbers(ctx)
	if err != nil {
		return nil, err
	}
	var may []yeastar.OrderSummary
	for _, order := range all {
		if same, known := o.portal.KnownOf(order, product, holder); !ours[order.OrderNo] && (same || !known) {
			may = append(may, order)
		}
	}
	return may, nil
}

// notOurs are the orders that may be of a holder and product, and that no request of ours has
// placed; many says that there are more to ask about.
func (o *Orders) notOurs(ctx context.Context, holder renewal.Holder, product string, maxAge lookup.MaxAge) (found []yeastar.OrderSummary, many bool, failed error) {
	theirs, failed := o.portal.OrdersOf(ctx, holder, maxAge)
	if len(theirs) == 0 {
		return nil, false, failed
	}
	ours, err := o.ledger.OrderNumbers(ctx)
	if err != nil {
		return nil, false, err
	}
	unknown := 0
	for _, order := range theirs {
		same, known := o.portal.KnownOf(order, product, holder)
		if renewal.EndedUnplaced(order.OrderStatus) || ours[order.OrderNo] || (known && !same) {
			continue
		}
		if !known && unknown == mostAsked {
			many = true
			continue
		}
		if awaited, err := o.awaited(ctx, order, product, holder); err != nil || awaited {
			failed = cmp.Or(failed, err)
			continue
		}
		// After the above: it may have become ours meanwhile.
		if _, ours, err := o.ledger.OrderOwner(ctx, order.OrderNo); err != nil || ours {
			failed = cmp.Or(failed, err)
			continue
		}
		if !known {
			unknown++
		}
		found = append(found, order)
	}
	return found, many, failed
}

// Ahead begins to ask, in the background and one after the other, about the portal's orders that
// Look is going to read of a holder and product.
func (o *Orders) Ahead(product string, holder renewal.Holder) {
	key := product + " " + holder.Key()
	if _, already := o.ahead.LoadOrStore(key, true); already {
		return
	}
	o.portal.Meanwhile(func(ctx context.Context) {
		defer o.ahead.Delete(key)
		notOurs, _, _ := o.notOurs(ctx, holder, product, lookup.AnyAge) // its errors are those of Look
		failing := 0
		for _, order := range notOurs {
			if _, err := o.portal.IsOf(ctx, order, product, holder); err != nil {
				failing++
			}
			if ctx.Err() != nil || failing == mostFailing {
				return
			}
		}
	})
}

// awaited says whether an order carries the reference of an open request of the same holder
// and product that may have placed it: it is looked for elsewhere. People who order by hand
// copy references, too, and the order of a request that was closed is a reason to doubt.
func (o *Orders) awaited(ctx context.Context, order yeastar.OrderSummary, product string, h renewal.Holder) (bool, error) {
	for _, word := range strings.FieldsFunc(order.PONumber+" "+order.CustomReferenceNo, betweenWords) {
		id, ok := renewal.ParseReference(word)
		if !ok {
			continue
		}
		r, err := o.ledger.Get(ctx, id)
		if err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return false, fmt.Errorf("look for the request of an order: %w", err)
		}
		if err == nil && r.Offer.Product == product && r.Offer.Holder.Key() == h.Key() && r.MayHavePlaced() {
			return true, nil
		}
	}
	return false, nil
}
