package orders

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Look reads what portal and ledger tell of an offer: into the offer what belongs to it, and
// what people should look at before they agree, and what is wrong with it at which field.
// request is the request that asks for it, or 0 before there is one. What the portal does
// not answer in time is missing, and nothing else.
func (o *Orders) Look(ctx context.Context, request int64, offer *renewal.Offer, c yeastar.Catalogue, maxAge lookup.MaxAge) ([]renewal.Doubt, map[renewal.Field]string, error) {
	// The ledger comes first: the portal may take all the time that there is.
	others, err := o.others(ctx, request, offer.Product, offer.Holder)
	if err != nil {
		return nil, nil, err
	}
	now := o.ledger.Now(ctx)
	facts, _, _ := o.portalFacts(ctx, offer, c, maxAge)
	facts.Requests = others
	return offer.Doubts(facts, now, o.policy), offer.Check(facts), nil
}

// Repeats are the other requests of a holder and product that people should look at before
// they ask for one more.
func (o *Orders) Repeats(ctx context.Context, request int64, product string, holder renewal.Holder) ([]renewal.Doubt, error) {
	others, err := o.others(ctx, request, product, holder)
	now := o.ledger.Now(ctx)
	return renewal.RepeatDoubts(others, now, o.policy), err
}

// portalFacts reads what the portal tells of an offer. The errors are of look-ups that may
// work a moment later: missing is what is told of the package, and unread are its orders.
func (o *Orders) portalFacts(ctx context.Context, offer *renewal.Offer, c yeastar.Catalogue, maxAge lookup.MaxAge) (facts renewal.Facts, missing, unread error) {
	var strange []yeastar.OrderSummary
	var looking sync.WaitGroup
	holder, product := offer.Holder, offer.Product
	looking.Go(func() { facts, missing = o.portal.Enrich(ctx, offer, c, maxAge) })
	looking.Go(func() { strange, unread = o.strange(ctx, holder, product, maxAge) })
	looking.Wait()
	facts.PortalOrders, facts.OrdersUnread = strange, unread != nil
	return facts, missing, unread
}

// others are the other requests of a holder and product than one.
func (o *Orders) others(ctx context.Context, request int64, product string, holder renewal.Holder) ([]renewal.Request, error) {
	all, err := o.ledger.List(ctx, ledger.Filter{Product: product, HolderKey: holder.Key()})
	return slices.DeleteFunc(all, func(r renewal.Request) bool { return r.ID == request }), err
}

// mostAsked is how many orders of a PBX the portal is asked about, the newest ones: each takes
// a call, until it is known.
const mostAsked = 50

// strange are the orders of a holder and product in the portal's list that no request of ours
// has placed.
func (o *Orders) strange(ctx context.Context, holder renewal.Holder, product string, maxAge lookup.MaxAge) ([]yeastar.OrderSummary, error) {
	theirs, failed := o.portal.OrdersOf(ctx, holder, maxAge)
	var notOurs []yeastar.OrderSummary
	for _, order := range theirs {
		if renewal.EndedUnplaced(order.OrderStatus) {
			continue
		}
		if holder.SerialNumber != "" && len(notOurs) == mostAsked {
			break
		}
		if awaited, err := o.awaited(ctx, order, product, holder); err != nil || awaited {
			failed = cmp.Or(failed, err)
			continue
		}
		if _, ours, err := o.ledger.OrderOwner(ctx, order.OrderNo); err != nil || ours {
			failed = cmp.Or(failed, err)
			continue
		}
		notOurs = append(notOurs, order)
	}
	same := make([]bool, len(notOurs))
	var asking errgroup.Group
	asking.SetLimit(4)
	for i, order := range notOurs {
		asking.Go(func() (err error) {
			if same[i], err = o.portal.IsOf(ctx, order, product, holder); !same[i] {
				return err
			}
			status, unread := o.portal.StatusOf(ctx, order, maxAge)
			notOurs[i].OrderStatus = status
			return errors.Join(err, unread)
		})
	}
	failed = cmp.Or(failed, asking.Wait())
	var strange []yeastar.OrderSummary
	for i, order := range notOurs {
		if same[i] {
			strange = append(strange, order)
		}
	}
	return strange, failed
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
