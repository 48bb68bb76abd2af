package portal

import (
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

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
	PlanSwitch string // the plan that follows when the present one ends
	Services   []yeastar.OwnedService
}

// own is the key of the calling account among holders.
var own = renewal.Holder{}.Key()

// Package looks up the package of a holder. Which one is theirs is told only by
// fields whose names are guessed, so nothing may depend on finding it; a failed look-up
// is the same as nothing found.
func (p *Portal) Package(ctx context.Context, productKey string, holder renewal.Holder, maxAge lookup.MaxAge) (Package, error) {
	mine, err := p.listed(ctx, productKey, holder, lookup.AnyAge)
	if err != nil || mine.ProductNo == "" {
		return Package{}, err
	}
	if detail, err := p.details.Get(ctx, productKey+" "+mine.ProductNo, maxAge); err == nil {
		mine = merge(mine, detail)
	}
	return packageOf(mine), nil
}

// listed is a holder's package in the list of all. It is empty when there is none, or no
// telling which.
func (p *Portal) listed(ctx context.Context, productKey string, holder renewal.Holder, maxAge lookup.MaxAge) (yeastar.OwnedProduct, error) {
	owned, err := p.owned.Get(ctx, productKey, maxAge)
	if err != nil {
		return yeastar.OwnedProduct{}, err
	}
	mine, _ := matchPackage(owned, holder)
	return mine, nil
}

func packageOf(o yeastar.OwnedProduct) Package {
	found := Package{ProductNo: o.ProductNo, Expiry: o.Expiry, PlanID: o.PlanID, PlanSwitch: o.CurrentPlan, Services: o.Services}
	if o.Extensions != nil {
		found.Extensions = *o.Extensions
	}
	return found
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
	if detail.CurrentPlan != "" {
		listed.CurrentPlan = detail.CurrentPlan
	}
	if len(detail.Services) > 0 {
		listed.Services = detail.Services
	}
	return listed
}

// reading is what the portal tells of a holder's package and its renewal, read at once.
type reading struct {
	Package
	autoRenewal yeastar.AutoRenewal
	terms       []yeastar.RenewalInfo // one for each line; empty where nothing is told
}

// read asks for everything that the portal tells of a package and its renewal. Its error is
// of look-ups that may work a moment later; what the portal refuses to tell is not told.
func (p *Portal) read(ctx context.Context, o renewal.Offer, c yeastar.Catalogue, maxAge lookup.MaxAge) (reading, error) {
	r := reading{terms: make([]yeastar.RenewalInfo, len(o.Lines))}
	mine, err := p.listed(ctx, o.Product, o.Holder, lookup.AnyAge) // it may be long
	if err != nil || mine.ProductNo == "" {
		return r, passing(err)
	}
	var detail yeastar.OwnedProduct
	var looking errgroup.Group
	key := o.Product + " " + mine.ProductNo
	looking.Go(func() (err error) { detail, err = p.details.Get(ctx, key, maxAge); return passing(err) })
	looking.Go(func() (err error) { r.autoRenewal, err = p.autoRenewals.Get(ctx, key, maxAge); return passing(err) })
	for i, l := range o.Lines {
		if pricing := pricingID(c, l); pricing != "" {
			looking.Go(func() (err error) {
				r.terms[i], err = p.terms.Get(ctx, strings.Join([]string{key, l.Type, string(pricing)}, " "), maxAge)
				return passing(err)
			})
		}
	}
	err = looking.Wait()
	if maxAge == lookup.Anew && err == nil && tellsMore(mine, detail) {
		mine, err = p.listed(ctx, o.Product, o.Holder, maxAge)
		err = passing(err)
	}
	r.Package = packageOf(merge(mine, detail))
	return r, err
}

// tellsMore says whether a package's entry in the list has something that its details do not.
func tellsMore(listed, detail yeastar.OwnedProduct) bool {
	return (listed.Extensions != nil && detail.Extensions == nil) || (!listed.Expiry.IsZero() && detail.Expiry.IsZero()) ||
		(len(listed.Services) > 0 && len(detail.Services) == 0)
}

// passing is err unless the portal has refused to answer, which it will do again.
func passing(err error) error {
	if yeastar.ClassOf(err) == yeastar.ClassRefused {
		return nil
	}
	return err
}

func pricingID(c yeastar.Catalogue, l renewal.Line) yeastar.ID {
	if l.Type == yeastar.LinePlan {
		p, _ := c.Plan(l.ID)
		return p.PricingID
	}
	s, _ := c.Service(l.ID)
	return s.PricingID
}
