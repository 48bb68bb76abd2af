package portal

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"strconv"
	"time"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// orderOverlap is how far back the order list is read again: the vendor's clock may differ
// from ours by a time zone.
const orderOverlap = 24 * time.Hour

// openWithin is how far back the list is read again for an order that had not ended, where the
// details of an order tell no status.
const openWithin = 30 * 24 * time.Hour

// orderList is what the portal's list has of the orders of the last months.
type orderList struct {
	at     time.Time // when it was read
	orders []yeastar.OrderSummary
	told   bool // whether it tells whose orders they are, by a name that is guessed
}

// readOrders reads the order list so far back, as far as the cache does not have it from before.
func (p *Portal) readOrders(ctx context.Context, known *lookup.Cache[orderList], now time.Time, within time.Duration) (orderList, error) {
	begin := now.Add(-within)
	since := begin
	before, _ := known.Peek(all)
	if again := p.readAgain(before, now); again.After(since) {
		since = again
	}
	orders, err := p.ordersSince(ctx, since)
	if err != nil {
		return orderList{}, err
	}
	read := orderList{at: now, told: before.told}
	seen := map[string]bool{}
	for _, o := range slices.Concat(orders, before.orders) {
		if key := cmp.Or(o.OrderNo, string(o.ID)); !seen[key] && (o.CreateTime.IsZero() || o.CreateTime.After(begin)) {
			seen[key] = true
			o.Raw = nil
			read.orders = append(read.orders, o)
			read.told = read.told || o.PartnerID != ""
		}
	}
	return read, nil
}

// readAgain is from when on a list is read again: its statuses are those of the first reading, and
// where nothing else tells them, orders that had not ended are read once more.
func (p *Portal) readAgain(before orderList, now time.Time) time.Time {
	again := before.at.Add(-orderOverlap)
	if !p.statusUntold.Load() {
		return again
	}
	for _, o := range before.orders {
		open := o.OrderStatus != "" && o.OrderStatus != yeastar.OrderSucceed && !renewal.EndedUnplaced(o.OrderStatus)
		if open && o.CreateTime.Before(again) && o.CreateTime.After(now.Add(-openWithin)) {
			again = o.CreateTime
		}
	}
	return again
}

// OrdersOf lists the orders of a holder in the portal's list of the last months; for a PBX those of
// everybody, since it may have been another customer's: their details tell the PBX. Those of the
// customer who has it come first, and the newest. IsOf says of which product and PBX one is. For an account it lists none when the
// portal does not tell whose orders they are: what it tells may be new in any reading, since there
// may have been no order of a customer before. The error is of look-ups that may work a moment
// later.
func (p *Portal) OrdersOf(ctx context.Context, h renewal.Holder, maxAge lookup.MaxAge) ([]yeastar.OrderSummary, error) {
	pbx := h.SerialNumber != ""
	list, err := p.orders.Get(ctx, all, maxAge)
	if err != nil || (!list.told && !pbx) {
		return nil, passing(err)
	}
	var theirs []yeastar.OrderSummary
	for _, o := range list.orders {
		if pbx || list.isOf(o, h) {
			theirs = append(theirs, o)
		}
	}
	if pbx {
		sort.SliceStable(theirs, func(i, k int) bool {
			if first := list.isOf(theirs[i], h); first != list.isOf(theirs[k], h) {
				return first
			}
			return theirs[i].CreateTime.After(theirs[k].CreateTime)
		})
	}
	return theirs, nil
}

// Ownerless are all orders of the portal's list of the last months, as it was read last, if it does
// not tell whose they are.
func (p *Portal) Ownerless() []yeastar.OrderSummary {
	list, _ := p.orders.Peek(all)
	if list.told {
		return nil
	}
	return list.orders
}

// isOf says whether the list tells that an order is of a holder's account.
func (l orderList) isOf(o yeastar.OrderSummary, h renewal.Holder) bool {
	return l.told && o.PartnerID == h.PartnerID // both empty: our own account's
}

// PlacedWithin is how far back Placed goes.
const PlacedWithin = 2 * 366 * 24 * time.Hour

// Placed lists the orders of an account, the newest first, in the portal's list of two years. When
// the list does not say whose orders are whose, it is not told, and they are everybody's.
func (p *Portal) Placed(ctx context.Context, account yeastar.ID) (orders []yeastar.OrderSummary, told bool, err error) {
	list, err := p.placed.Get(ctx, all, lookup.AnyAge)
	if err != nil {
		return nil, false, err
	}
	for _, o := range list.orders {
		if o.PartnerID == account || !list.told {
			orders = append(orders, o)
		}
	}
	sort.SliceStable(orders, func(i, k int) bool { return orders[i].CreateTime.After(orders[k].CreateTime) })
	return orders, list.told, nil
}

// PlacedReady says whether Placed need not wait.
func (p *Portal) PlacedReady() bool { return p.placed.Has(all, lookup.AnyAge) }

// Order is what the portal tells of one order, which changes little.
func (p *Portal) Order(ctx context.Context, number string) (yeastar.OrderDetail, error) {
	return p.orderDetails.Get(ctx, number, lookup.AnyAge)
}

// StatusOf is an order's status now: the list's is that of when the order was read there first.
func (p *Portal) StatusOf(ctx context.Context, o yeastar.OrderSummary, maxAge lookup.MaxAge) (string, error) {
	if maxAge == lookup.AnyAge {
		maxAge = lookup.MaxAge(p.ttl)
	}
	detail, err := p.orderDetails.Get(ctx, cmp.Or(o.OrderNo, string(o.ID)), maxAge)
	return cmp.Or(detail.OrderStatus, o.OrderStatus), passing(err)
}

// orderFacts is what of an order's details never changes, and is asked for once.
type orderFacts struct {
	product   yeastar.ID
	productNo string
	lines     []yeastar.OrderDetailLine
}

func factsOf(d yeastar.OrderDetail) orderFacts { return orderFacts{d.ProductID, d.ProductNo, d.Lines} }

// readOrder asks for an order's details, and keeps what never changes of them.
func (p *Portal) readOrder(ctx context.Context, client *yeastar.Client, number string) (yeastar.OrderDetail, error) {
	detail, err := client.Order(ctx, number)
	if err == nil {
		p.statusUntold.Store(detail.OrderStatus == "")
	}
	if err == nil && (detail.ProductID != "" || detail.ProductNo != "") {
		p.orderFacts.Store(number, factsOf(detail))
	}
	return detail, err
}

// IsOf says whether an order may be of a product, and of a holder's PBX: not when its details
// tell others, nor when nothing tells that it is of this PBX or its customer.
func (p *Portal) IsOf(ctx context.Context, o yeastar.OrderSummary, productKey string, h renewal.Holder) (bool, error) {
	if same, known := p.KnownOf(o, productKey, h); known {
		return same, nil
	}
	product, err := Product(productKey)
	if err != nil {
		return false, err
	}
	detail, err := p.orderDetails.Get(ctx, cmp.Or(o.OrderNo, string(o.ID)), lookup.AnyAge)
	return p.mayBeOf(o, factsOf(detail), product, h), passing(err)
}

// KnownOf is IsOf as far as it is known without asking.
func (p *Portal) KnownOf(o yeastar.OrderSummary, productKey string, h renewal.Holder) (same, known bool) {
	product, err := Product(productKey)
	facts, ok := p.orderFacts.Load(cmp.Or(o.OrderNo, string(o.ID)))
	if err != nil || !ok {
		return false, false
	}
	return p.mayBeOf(o, facts.(orderFacts), product, h), true
}

func (p *Portal) mayBeOf(o yeastar.OrderSummary, facts orderFacts, product yeastar.Product, h renewal.Holder) bool {
	list, _ := p.orders.Peek(all)
	switch {
	case facts.product != "" && string(facts.product) != strconv.Itoa(product.ID),
		h.SerialNumber != "" && facts.productNo != h.SerialNumber && (facts.productNo != "" || !list.isOf(o, h)),
		product.Service != "" && p.isOfAnother(product, facts.lines):
		return false
	}
	return true
}

// isOfAnother says whether lines are all of services that are not a row's own, where
// products share an id.
func (p *Portal) isOfAnother(row yeastar.Product, lines []yeastar.OrderDetailLine) bool {
	c, _ := p.catalogues.Peek(row.Key)
	for _, l := range lines {
		_, ours := c.Service(l.ServiceID)
		if ours || row.Renews(l.Name) || (l.Name == "" && len(c.Services) == 0) {
			return false
		}
	}
	return len(lines) > 0
}
