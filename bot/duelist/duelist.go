// Package duelist puts the list of renewals due together from what the portal lists and what
// the ledger has, and takes lists of dates in. It orders nothing, talks to no people, and
// never asks the portal about single packages while somebody waits.
package duelist

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Options are what Lists are made of.
type Options struct {
	Portal *portal.Portal
	Ledger *ledger.Ledger
	Log    *slog.Logger
}

// Lists makes lists of renewals due. Make it with New.
type Lists struct {
	portal *portal.Portal
	ledger *ledger.Ledger
	log    *slog.Logger

	reading chan struct{}         // has room for the one who reads our last orders
	last    map[due.Key]due.Order // our last orders, as far as the audit trail told of them
	upTo    int64                 // the entry up to which it did

	mu         sync.Mutex
	unanswered map[due.Key]bool // packages of which the portal did not tell the auto-renewal when it was asked last

	made made
}

// New makes Lists that have read nothing yet.
func New(o Options) *Lists {
	return &Lists{portal: o.Portal, ledger: o.Ledger, log: o.Log, reading: make(chan struct{}, 1), unanswered: map[due.Key]bool{}}
}

// Products are those of which renewals are looked for.
func (l *Lists) Products() []yeastar.Product { return l.portal.Products() }

// Ready says whether Load need not wait for the portal.
func (l *Lists) Ready() bool {
	return !slices.ContainsFunc(l.Products(), func(p yeastar.Product) bool { return !l.portal.ListedReady(p.Key) })
}

// Load puts the list together. The portal's lists are not older than maxAge; a product whose
// list cannot be read is named in the list, and its packages are missing. It fails when the
// ledger does. Nobody may change the rows.
func (l *Lists) Load(ctx context.Context, maxAge lookup.MaxAge) (due.List, error) {
	now := l.ledger.Now(ctx)
	if maxAge != lookup.AnyAge {
		return l.build(ctx, l.facts(ctx, now, nil), l.Products(), maxAge)
	}
	at, err := l.ledger.DueVersion(ctx)
	if err != nil {
		return due.List{}, err
	}
	if list, ok := l.made.still(now, at, l.portal); ok {
		return list, nil
	}
	from := newBasis(at, l.portal)
	list, err := l.build(ctx, l.facts(ctx, now, from), l.Products(), maxAge)
	if err == nil {
		l.made.keep(list, from)
	}
	return list, err
}

// Known puts together what is known without waiting for the portal: our last orders, imported dates,
// what was said of rows, and the packages that are read already. The products whose packages are
// not there yet are named in the list as unread.
func (l *Lists) Known(ctx context.Context) (due.List, error) {
	f := due.Facts{Now: l.ledger.Now(ctx), Name: func(key, before string, row yeastar.Product) renewal.Holder {
		if !l.portal.ListedReady(row.Key) {
			return portal.NameBefore(row, key, before)
		}
		return l.portal.NameOf(ctx, row, key, before)
	}}
	var ready []yeastar.Product
	for _, p := range l.Products() {
		if l.portal.ListedReady(p.Key) {
			ready = append(ready, p)
		} else {
			f.Unread = append(f.Unread, p.Name)
		}
	}
	return l.build(ctx, f, ready, lookup.AnyAge)
}

// facts are those of a list before anything is read for it. What names tell from is noted in from,
// which may be nil.
func (l *Lists) facts(ctx context.Context, now time.Time, from *basis) due.Facts {
	return due.Facts{Now: now, Name: func(key, before string, row yeastar.Product) renewal.Holder {
		from.of(row.Key, l.portal)
		return l.portal.NameOf(ctx, row, key, before)
	}}
}

// build reads the facts of a list, the packages of some products among them, and makes it of them.
func (l *Lists) build(ctx context.Context, f due.Facts, products []yeastar.Product, maxAge lookup.MaxAge) (due.List, error) {
	var unread []string
	var reading errgroup.Group
	reading.Go(func() (err error) { f.Marks, err = l.ledger.Marks(ctx); return err })
	reading.Go(func() (err error) { f.Orders, err = l.orders(ctx); return err })
	reading.Go(func() (err error) { f.Open, err = l.open(ctx); return err })
	reading.Go(func() error { f.Packages, unread = l.packages(ctx, products, maxAge); return nil })
	if err := reading.Wait(); err != nil {
		return due.List{}, err
	}
	f.Unread = append(f.Unread, unread...)
	return due.Build(f), nil
}

// packages are those of some products, and which products' could not be read.
func (l *Lists) packages(ctx context.Context, products []yeastar.Product, maxAge lookup.MaxAge) (all []due.Package, unread []string) {
	parts := make([][]due.Package, len(products))
	failed := make([]bool, len(products))
	var reading sync.WaitGroup
	for i, row := range products {
		reading.Go(func() {
			list, at, err := l.portal.Listed(ctx, row.Key, maxAge)
			if err != nil {
				failed[i] = true
				l.log.WarnContext(ctx, "the packages of a product could not be read", "product", row.Key, "error", err)
				return
			}
			part := make([]due.Package, len(list))
			for n, p := range list {
				part[n] = due.Package{
					Product: &products[i], Holder: p.Holder, Nameless: p.Nameless, ProductNo: p.ProductNo, Quantity: p.Extensions,
					Ends: p.Expiry, Seen: at,
				}
			}
			parts[i] = part
		})
	}
	reading.Wait()
	for i, row := range products {
		if failed[i] {
			unread = append(unread, row.Name)
		}
	}
	return slices.Concat(parts...), unread
}

// manyUnread is how many orders are read one by one at most.
const manyUnread = 20

// orders are our last orders. What was ordered once is kept, for it changes no more; only what
// came since is read. Nobody may change the map.
func (l *Lists) orders(ctx context.Context) (map[due.Key]due.Order, error) {
	select {
	case l.reading <- struct{}{}:
		defer func() { <-l.reading }()
	case <-ctx.Done(): // somebody reads those of years
		return nil, fmt.Errorf("read our last orders: %w", ctx.Err())
	}
	fresh, upTo, err := l.ledger.LastOrders(ctx, l.upTo)
	if err == nil && upTo < l.upTo {
		l.last = nil
		fresh, upTo, err = l.ledger.LastOrders(ctx, 0)
	}
	if err != nil {
		return nil, err
	}
	var unread []int64
	for k, o := range fresh {
		if before := l.last[k]; before.Request == o.Request || before.At.After(o.At) {
			delete(fresh, k)
			continue
		}
		unread = append(unread, o.Request)
	}
	offers, err := l.readOffers(ctx, unread)
	if err != nil {
		return nil, err
	}
	if len(fresh) > 0 { // the list that somebody has is left alone
		last := make(map[due.Key]due.Order, len(l.last)+len(fresh))
		maps.Copy(last, l.last)
		for k, o := range fresh {
			o.Offer = offers[o.Request]
			if o.Offer.ServicesAlone() {
				if o, err = l.withPlan(ctx, k, o); err != nil {
					return nil, err
				}
			}
			last[k] = o
		}
		l.last = last
	}
	l.upTo = upTo
	return l.last, nil
}

// withPlan is the last order of a package that renewed its plan, where another one came after it
// that did not: that one if there is none.
func (l *Lists) withPlan(ctx context.Context, k due.Key, alone due.Order) (due.Order, error) {
	all, err := l.ledger.List(ctx, ledger.Filter{Product: k.Product, HolderKey: k.Holder, Statuses: []renewal.Status{renewal.Ordered}})
	if err != nil {
		return due.Order{}, err
	}
	last := alone
	for _, r := range all {
		offer := r.AsOrdered()
		if at := r.OrderedTime(); !offer.ServicesAlone() && (last.Offer.ServicesAlone() || at.After(last.At)) {
			last = due.Order{Request: r.ID, Offer: offer, At: at}
		}
	}
	return last, nil
}

func (l *Lists) readOffers(ctx context.Context, ids []int64) (map[int64]renewal.Offer, error) {
	offers := make(map[int64]renewal.Offer, len(ids))
	if len(ids) > manyUnread {
		for _, id := range ids {
			offers[id] = renewal.Offer{}
		}
		err := l.ledger.EachOrdered(ctx, slices.Min(ids), func(r renewal.Request) error {
			if _, wanted := offers[r.ID]; wanted {
				offers[r.ID] = r.AsOrdered()
			}
			return nil
		})
		return offers, err
	}
	for _, id := range ids {
		r, err := l.ledger.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		offers[id] = r.AsOrdered()
	}
	return offers, nil
}

// open are the requests that are not finished.
func (l *Lists) open(ctx context.Context) (map[due.Key][]due.Open, error) {
	list, err := l.ledger.List(ctx, ledger.Filter{Statuses: renewal.Open()})
	if err != nil {
		return nil, err
	}
	open := map[due.Key][]due.Open{}
	for _, r := range list {
		k := due.Key{Product: r.Offer.Product, Holder: r.Offer.Holder.Key()}
		open[k] = append(open[k], due.Open{Request: r.ID, Status: r.Status, Channel: r.Channel, OrderOn: r.Offer.OrderOn, ServicesAlone: r.Offer.ServicesAlone()})
	}
	return open, nil
}
