package portal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Enrich adds what the vendor tells of the package: price, expiry and the current
// number of extensions. All of it may be missing.
func (p *Portal) Enrich(ctx context.Context, o *renewal.Offer, c yeastar.Catalogue, maxAge lookup.MaxAge) {
	found, err := p.Package(ctx, o.Product, o.Holder, maxAge)
	if err != nil {
		p.log.WarnContext(ctx, "the package could not be looked up", "error", err)
	}
	price, extensions, expiry := p.quote(ctx, o.Product, found, o.Lines, c, maxAge)
	o.Price = price
	o.CurrentExpiry = found.Expiry
	if o.CurrentExpiry.IsZero() {
		o.CurrentExpiry = expiry
	}
	o.KnownQuantity = cmp.Or(found.Extensions, extensions)
	plan, _ := o.Plan()
	switch {
	case o.KnownQuantity == 0:
		o.QuantitySource = "typed by the requester; the API does not say the current number"
	case o.KnownQuantity == plan.Quantity:
		o.QuantitySource = "the same as the Partner Portal says"
	default:
		o.QuantitySource = fmt.Sprintf("typed by the requester; the Partner Portal says %d", o.KnownQuantity)
	}
}

// Doubts are what the requester should look at once more before asking.
func (p *Portal) Doubts(ctx context.Context, o renewal.Offer) []string {
	var doubts []string
	plan, ok := o.Plan()
	if ok && o.KnownQuantity != 0 && o.KnownQuantity != plan.Quantity {
		doubts = append(doubts, fmt.Sprintf(
			"The Partner Portal says %d extensions, and you typed %d. The vendor wants exactly the current number.",
			o.KnownQuantity, plan.Quantity))
	}
	if missing := p.missingServices(ctx, o); len(missing) > 0 {
		doubts = append(doubts, fmt.Sprintf("The package also has %s, which would not be renewed.", strings.Join(missing, ", ")))
	}
	return doubts
}

// missingServices names the services of the package that the offer leaves out.
func (p *Portal) missingServices(ctx context.Context, o renewal.Offer) []string {
	found, err := p.Package(ctx, o.Product, o.Holder, lookup.AnyAge)
	if err != nil {
		return nil
	}
	var names []string
	for _, s := range found.Services {
		if !slices.ContainsFunc(o.Lines, func(l renewal.Line) bool { return l.ID == s.ID }) {
			names = append(names, cmp.Or(s.Name, string(s.ID)))
		}
	}
	return names
}
