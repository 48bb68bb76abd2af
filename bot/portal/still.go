package portal

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Still asks whether a holder is in the portal: a PBX by its own number and a customer by
// their own id, so that the list of all need not be read.
func (p *Portal) Still(ctx context.Context, productKey string, h renewal.Holder, maxAge lookup.MaxAge) (bool, error) {
	row, err := Product(productKey)
	switch {
	case err != nil:
		return false, err
	case row.Holder == yeastar.ByAccount && h.Key() == own:
		return true, nil
	case row.Holder == yeastar.ByAccount:
		return p.stillCustomer(ctx, h, maxAge)
	}
	_, err = p.details.Get(ctx, productKey+" "+h.SerialNumber, maxAge)
	if err == nil || yeastar.ClassOf(err) != yeastar.ClassRefused {
		return err == nil, err
	}
	// It refuses, for whatever reason: the list is what people choose from.
	holders, err := p.Holders(ctx, productKey, maxAge)
	_, ok := holders.Get(h.Key())
	return ok, err
}

// listFor is for how long the list alone is asked, once it has told a customer whom the
// vendor did not tell by their id.
const listFor = time.Hour

// listForMany is for how long the list alone is asked once several customers were asked about
// at the same time: more of the same orders are about to come, one after the other.
const listForMany = 3 * time.Duration(lookup.Fresh)

// stillCustomer is Still for a customer. One alone is asked about by their id; when others
// are asked about at the same time, or were just now, or their list was just read, that one
// answers for all.
// The vendor's page describes the id and shows an e-mail address, so nothing but an answer
// with this very id is believed, and the list decides otherwise.
func (p *Portal) stillCustomer(ctx context.Context, h renewal.Holder, maxAge lookup.MaxAge) (bool, error) {
	alone := p.asking.Add(1) == 1
	defer p.asking.Add(-1)
	asked := alone && p.now().UnixNano() >= p.listUntil.Load() && !p.customers.Has(all, maxAge)
	if asked {
		id, err := p.customerIDs.Get(ctx, string(h.PartnerID), maxAge)
		if err == nil && id == h.PartnerID {
			return true, nil
		}
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
	}
	customers, err := p.customers.Get(ctx, all, maxAge)
	_, there := customers.Get(h.Key())
	switch {
	case asked && there:
		p.askList(listFor) // asking about one is a question in vain
	case !alone:
		p.askList(listForMany)
	}
	return there, err
}

// askList has the list alone asked for a time.
func (p *Portal) askList(d time.Duration) {
	until := p.now().Add(d).UnixNano()
	for {
		before := p.listUntil.Load()
		if before >= until || p.listUntil.CompareAndSwap(before, until) {
			return
		}
	}
}

// Ahead asks for what Enrich and OrdersOf are going to read of an offer, while its catalogue
// is still asked for: by the one that is known. What it finds stays in the cache.
func (p *Portal) Ahead(ctx context.Context, o renewal.Offer, ages Ages) {
	row, err := Product(o.Product)
	if err != nil {
		return
	}
	key := o.Product
	if row.Holder == yeastar.BySerial {
		key += " " + o.Holder.SerialNumber
	}
	known, _ := p.catalogues.Peek(key)
	var looking errgroup.Group // its errors are those of Enrich and OrdersOf
	looking.Go(func() error { _, err := p.read(ctx, o, known, ages); return err })
	looking.Go(func() error { _, err := p.OrdersOf(ctx, o.Holder, ages.Each); return err })
	_ = looking.Wait()
}
