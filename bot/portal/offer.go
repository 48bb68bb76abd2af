package portal

import (
	"cmp"
	"context"
	"fmt"
	"sort"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Enrich adds to an offer what the vendor tells of the package: price, expiry and the
// current number of extensions; and it returns the facts beside it. All of it may be
// missing. The error is of look-ups that may work a moment later: what it is about is
// missing then, and nothing else.
func (p *Portal) Enrich(ctx context.Context, o *renewal.Offer, c yeastar.Catalogue, ages Ages) (renewal.Facts, error) {
	found, err := p.read(ctx, *o, c, ages)
	if err != nil {
		p.log.WarnContext(ctx, "not everything of the package could be looked up", "error", err)
	}
	row, _ := yeastar.ProductByKey(o.Product)
	switch {
	case row.Holder != yeastar.BySerial || found.Owner == o.Holder.PartnerID:
	case o.Holder.PartnerID == "":
		o.Holder = p.OwnedBy(ctx, o.Holder, found.Owner) // whom the list did not tell
	case found.Owner != "": // since the list was read
		p.Reread(o.Product)
	}
	o.Price, o.Quote = quote(row, *o, found.terms)
	o.CurrentExpiry, o.KnownQuantity, o.KnownServices = found.Expiry, found.Extensions, found.known()
	cycle, quantities := found.BillingCycle, map[yeastar.ID]int{}
	for i, l := range o.Lines {
		cycle = cmp.Or(cycle, found.terms[i].BillingCycle)
		if o.CurrentExpiry.IsZero() && (l.Type == yeastar.LinePlan || !row.PlanLine) {
			o.CurrentExpiry = found.terms[i].Expiry
		}
		switch n := found.terms[i].Quantity; {
		case n == nil || row.Quantity == yeastar.QuantityNone:
		default:
			quantities[l.ID] = *n
			if l.Type == yeastar.LinePlan {
				o.KnownQuantity = cmp.Or(o.KnownQuantity, *n)
			}
		}
	}
	o.QuantitySource = quantitySource(row, *o)
	plan, _ := o.Plan()
	has := found.Plan(c)
	o.KnownPlan = has.ID
	invoiceTo, unsure := p.invoiceTo(ctx, *o)
	return renewal.Facts{
		Services: found.Services, Unoffered: found.unoffered(c, cmp.Or(has.ID, plan.ID)), Quantities: quantities, Plan: has, CurrentPlan: found.CurrentPlan, BillingCycle: cycle, Owner: found.Owner, OwnerUnread: found.ownerUnread, Among: found.Among, None: found.none,
		AutoRenewal: found.autoRenewal, InvoiceTo: invoiceTo, InvoiceUnsure: unsure,
	}, err
}

// known are the services that a package has, as an offer keeps them.
func (o Package) known() []renewal.Line {
	var known []renewal.Line
	for _, s := range o.Services {
		l := renewal.Line{Type: yeastar.LineService, ID: s.ID, Name: s.Name}
		if s.Quantity != nil {
			l.Quantity = *s.Quantity
		}
		known = append(known, l)
	}
	sort.Slice(known, func(i, j int) bool { return known[i].ID < known[j].ID })
	return known
}

// quantitySource says where the number of extensions of an offer is from, for people.
func quantitySource(row yeastar.Product, o renewal.Offer) string {
	plan, _ := o.Plan()
	switch {
	case row.Quantity == yeastar.QuantityNone:
		return ""
	case o.KnownQuantity == 0:
		return "typed by the requester; the portal does not tell the current number"
	case o.KnownQuantity == plan.Quantity:
		return "the same as the Partner Portal says"
	}
	return fmt.Sprintf("typed by the requester; the Partner Portal says %d", o.KnownQuantity)
}

// quote is what the renewal costs, if every line has a price in the same currency and of
// the same billing cycle. A plan that costs nothing is one whose price is not told. A price that is for other quantities or another term than the
// offer's is only a quote.
func quote(row yeastar.Product, o renewal.Offer, terms []yeastar.RenewalInfo) (*renewal.Price, *renewal.Quote) {
	var total renewal.Price
	var q renewal.Quote
	exact, cycles := true, map[string]bool{}
	for i, l := range o.Lines {
		price := terms[i].Price
		if price == nil || (total.Currency != "" && total.Currency != price.Currency) {
			return nil, nil
		}
		if l.Type == yeastar.LinePlan && price.Amount.IsZero() { // no plan is free; a service may be
			return nil, nil
		}
		cycles[terms[i].BillingCycle] = true
		total = total.Plus(price.Amount, price.Currency, price.PerUnit, l.Quantity)
		if row.Quantity == yeastar.QuantityNone {
			continue
		}
		told := pricedQuantity(terms[i], l)
		exact = exact && told == l.Quantity
		switch {
		case told == 0 && l.Quantity != 0:
			q.QuantityUntold = true
		case l.Type == yeastar.LinePlan:
			q.Extensions = told
		case told != l.Quantity:
			q.OwnedServices = true
		}
	}
	// Nor are services alone.
	if total.Amount.IsZero() || (cycles[yeastar.Annually] && cycles[yeastar.Monthly]) {
		return nil, nil
	}
	term, known := pricedFor(row, cycles)
	if asked := known && term.Months == o.TermAsked().Months; asked && exact {
		return &total, nil
	} else if !asked {
		q.Term, q.TermUntold = term, !known
	}
	q.Price = total
	return nil, &q
}

// pricedQuantity is the quantity that the price of a line is for; 0: the portal does not
// tell. Of a service that is not counted it tells 0, and one is ordered.
func pricedQuantity(told yeastar.RenewalInfo, l renewal.Line) int {
	switch {
	case told.Price.PerUnit:
		return l.Quantity
	case told.Quantity == nil:
		return 0
	case *told.Quantity == 0 && l.Type == yeastar.LineService:
		return 1
	}
	return *told.Quantity
}

// pricedFor is the term that prices are for: one billing cycle, if the portal tells the same
// for all of them, or the only one that the product has.
func pricedFor(row yeastar.Product, cycles map[string]bool) (yeastar.Term, bool) {
	switch {
	case len(cycles) == 1 && cycles[yeastar.Annually]:
		return yeastar.Term{BillingCycle: yeastar.Annually, Months: 12}, true
	case len(cycles) == 1 && cycles[yeastar.Monthly]:
		return yeastar.Term{BillingCycle: yeastar.Monthly, Months: 1}, true
	case len(row.Terms) == 1 && !cycles[yeastar.Monthly]:
		return row.Terms[0], true
	}
	return yeastar.Term{}, false
}
