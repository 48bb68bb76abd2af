package portal

import (
	"cmp"
	"context"
	"fmt"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Enrich adds to an offer what the vendor tells of the package: price, expiry and the
// current number of extensions; and it returns the facts beside it. All of it may be
// missing. The error is of look-ups that may work a moment later: what it is about is
// missing then, and nothing else.
func (p *Portal) Enrich(ctx context.Context, o *renewal.Offer, c yeastar.Catalogue, maxAge lookup.MaxAge) (renewal.Facts, error) {
	found, err := p.read(ctx, *o, c, maxAge)
	if err != nil {
		p.log.WarnContext(ctx, "not everything of the package could be looked up", "error", err)
	}
	o.Price, o.Quote = quote(o.Lines, found.terms)
	o.CurrentExpiry, o.KnownQuantity = found.Expiry, found.Extensions
	for i, l := range o.Lines {
		if l.Type != yeastar.LinePlan {
			continue
		}
		if o.CurrentExpiry.IsZero() {
			o.CurrentExpiry = found.terms[i].Expiry
		}
		if n := found.terms[i].Quantity; n != nil {
			o.KnownQuantity = cmp.Or(o.KnownQuantity, *n)
		}
	}
	plan, _ := o.Plan()
	switch {
	case o.KnownQuantity == 0:
		o.QuantitySource = "typed by the requester; the portal does not tell the current number"
	case o.KnownQuantity == plan.Quantity:
		o.QuantitySource = "the same as the Partner Portal says"
	default:
		o.QuantitySource = fmt.Sprintf("typed by the requester; the Partner Portal says %d", o.KnownQuantity)
	}
	return renewal.Facts{
		Services: found.Services, PlanSwitch: found.PlanSwitch, AutoRenewal: found.autoRenewal, InvoiceTo: p.invoiceTo(ctx, *o),
	}, err
}

// quote is what the renewal of these lines costs, if every line has a price in the same
// currency. A price that is for other quantities than those of the lines is only a quote.
func quote(lines []renewal.Line, terms []yeastar.RenewalInfo) (*renewal.Price, *renewal.Quote) {
	var total renewal.Price
	exact, extensions := true, 0
	for i, l := range lines {
		price, told := terms[i].Price, terms[i].Quantity
		if price == nil || (total.Currency != "" && total.Currency != price.Currency) {
			return nil, nil
		}
		exact = exact && (price.PerUnit || (told != nil && *told == l.Quantity))
		if l.Type == yeastar.LinePlan && told != nil && len(lines) == 1 {
			extensions = *told
		}
		total = total.Plus(price.Amount, price.Currency, price.PerUnit, l.Quantity)
	}
	switch {
	case total.Currency == "":
		return nil, nil
	case exact:
		return &total, nil
	}
	return nil, &renewal.Quote{Price: total, Extensions: extensions}
}
