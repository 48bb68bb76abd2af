package portal

import (
	"context"
	"slices"
	"strings"
	"time"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Package is what is known of the package that is to be renewed. Every field may be empty.
type Package struct {
	ProductNo  string
	Extensions int // 0: not known
	Expiry     time.Time
	PlanID     yeastar.ID
	Services   []yeastar.OwnedService
}

// own is the key of the calling account among holders.
var own = renewal.Holder{}.Key()

// Package looks up the package of a holder. Which one is theirs is told only by
// fields whose names are guessed, so nothing may depend on finding it; a failed look-up
// is the same as nothing found. The list of all packages may be long and is taken as it is;
// maxAge is for the details.
func (p *Portal) Package(ctx context.Context, productKey string, holder renewal.Holder, maxAge lookup.MaxAge) (Package, error) {
	owned, err := p.owned.Get(ctx, productKey, lookup.AnyAge)
	if err != nil {
		return Package{}, err
	}
	mine, ok := matchPackage(owned, holder)
	if !ok {
		return Package{}, nil
	}
	if detail, err := p.details.Get(ctx, productKey+" "+mine.ProductNo, maxAge); err == nil {
		mine = merge(mine, detail)
	}
	found := Package{ProductNo: mine.ProductNo, Expiry: mine.Expiry, PlanID: mine.PlanID, Services: mine.Services}
	if mine.Extensions != nil {
		found.Extensions = *mine.Extensions
	}
	return found, nil
}

// matchPackage finds a holder's package in the list of all. Account products have a
// productNo that looks like the holder's account id.
func matchPackage(owned []yeastar.OwnedProduct, holder renewal.Holder) (yeastar.OwnedProduct, bool) {
	var found []yeastar.OwnedProduct
	// Our own package is the one without a customer, where the list tells customers.
	told := slices.ContainsFunc(owned, func(o yeastar.OwnedProduct) bool { return o.HolderID != "" })
	for _, o := range owned {
		switch {
		case holder.Key() == own && told && o.HolderID == "":
			found = append(found, o)
		case holder.SerialNumber != "" && o.ProductNo == holder.SerialNumber,
			holder.PartnerID != "" && (o.HolderID == holder.PartnerID || o.ProductNo == string(holder.PartnerID)):
			found = append(found, o)
		}
	}
	if len(found) != 1 {
		return yeastar.OwnedProduct{}, false // none, or no telling which
	}
	return found[0], true
}

// merge fills what the list does not tell from the details.
func merge(listed, detail yeastar.OwnedProduct) yeastar.OwnedProduct {
	if detail.Extensions != nil {
		listed.Extensions = detail.Extensions
	}
	if !detail.Expiry.IsZero() {
		listed.Expiry = detail.Expiry
	}
	if detail.PlanID != "" {
		listed.PlanID = detail.PlanID
	}
	if len(detail.Services) > 0 {
		listed.Services = detail.Services
	}
	return listed
}

// quote asks what the renewal of these lines costs and how many extensions the plan
// has now. It gives no price unless every line has one in the same currency.
func (p *Portal) quote(ctx context.Context, productKey string, found Package, lines []renewal.Line, c yeastar.Catalogue, maxAge lookup.MaxAge) (price *renewal.Price, extensions int, expiry time.Time) {
	if found.ProductNo == "" {
		return nil, 0, time.Time{}
	}
	total, complete := renewal.Price{}, true
	for _, l := range lines {
		pricing := pricingID(c, l)
		if pricing == "" {
			complete = false
			continue
		}
		key := strings.Join([]string{productKey, found.ProductNo, l.Type, string(pricing)}, " ")
		info, err := p.terms.Get(ctx, key, maxAge)
		if err != nil {
			complete = false
			continue
		}
		if l.Type == yeastar.LinePlan {
			expiry = info.Expiry
			if info.Quantity != nil {
				extensions = *info.Quantity
			}
		}
		if info.Price == nil || (total.Currency != "" && total.Currency != info.Price.Currency) {
			complete = false
			continue
		}
		total = total.Plus(info.Price.Amount, info.Price.Currency, info.Price.PerUnit, l.Quantity)
	}
	if complete && total.Currency != "" {
		price = &total
	}
	return price, extensions, expiry
}

func pricingID(c yeastar.Catalogue, l renewal.Line) yeastar.ID {
	if l.Type == yeastar.LinePlan {
		p, _ := c.Plan(l.ID)
		return p.PricingID
	}
	s, _ := c.Service(l.ID)
	return s.PricingID
}
