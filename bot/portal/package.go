package portal

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Package is what is known of the package, or PBX, that is to be renewed, as far as its
// product has it. Every field may be empty.
type Package struct {
	ProductNo   string
	Owner       yeastar.ID // the customer whose it is; empty: our own, or not told
	Extensions  int        // 0: not known
	Expiry      time.Time
	PlanID      yeastar.ID
	PlanName    string
	CurrentPlan string // on which it runs until a change of plan that waits; empty: none waits
	// BillingCycle is yeastar.Annually or Monthly.
	BillingCycle string
	Services     []yeastar.OwnedService
	// NumberShared says that another product's package in the list has the same number.
	NumberShared bool
	// Among says, of one that cannot be told from others, how many of the list may be it.
	Among int
}

// own is the key of the calling account among holders.
var own = renewal.Holder{}.Key()

// Package looks up the package of a holder. Which one is theirs is told only by
// fields whose names are guessed, so nothing may depend on finding it; a failed look-up
// is the same as nothing found. What neither list nor details tell may be told of the renewal of
// its plan, or of the likely one where its own is not told.
func (p *Portal) Package(ctx context.Context, productKey string, holder renewal.Holder, likely yeastar.ID, maxAge lookup.MaxAge) (Package, error) {
	mine, err := p.listed(ctx, productKey, holder, lookup.AnyAge)
	if err != nil || mine.ProductNo == "" {
		return Package{}, err
	}
	row, err := Product(productKey)
	if err != nil {
		return Package{}, err
	}
	if detail, err := p.details.Get(ctx, productKey+" "+mine.ProductNo, maxAge); err == nil {
		mine = merge(mine, mine.detail(row, detail))
	}
	return p.withTerms(ctx, row, mine.of(row), holder, likely, maxAge)
}

// withTerms completes a package by what is told of the renewal of its plan. The error is of
// look-ups that may work a moment later.
func (p *Portal) withTerms(ctx context.Context, row yeastar.Product, mine Package, holder renewal.Holder, likely yeastar.ID, maxAge lookup.MaxAge) (Package, error) {
	counted := row.Quantity != yeastar.QuantityNone
	if !row.PlanLine || !(mine.Expiry.IsZero() || (counted && mine.Extensions == 0) || (row.CycleKept && mine.BillingCycle == "")) {
		return mine, nil
	}
	c, err := p.Catalogue(ctx, row.Key, holder.SerialNumber, lookup.AnyAge)
	if err != nil {
		return mine, passing(err)
	}
	plan := cmp.Or(mine.Plan(c).ID, likely)
	if plan == "" && len(c.Plans) == 1 {
		plan = c.Plans[0].ID
	}
	line := renewal.Line{Type: yeastar.LinePlan, ID: plan}
	if pricingID(c, line) == "" {
		return mine, nil
	}
	told, err := p.terms.Get(ctx, termsKey(row.Key+" "+mine.ProductNo, c, line), maxAge)
	if mine.Expiry.IsZero() {
		mine.Expiry = told.Expiry
	}
	if told.Quantity != nil && counted {
		mine.Extensions = cmp.Or(mine.Extensions, *told.Quantity)
	}
	mine.BillingCycle = cmp.Or(mine.BillingCycle, told.BillingCycle)
	return mine, passing(err)
}

// termsKey is the key of what is told of a line's renewal; key is that of the package.
func termsKey(key string, c yeastar.Catalogue, l renewal.Line) string {
	return strings.Join([]string{key, l.Type, string(pricingID(c, l))}, " ")
}

// ownedList is what was bought of a product, and for PBXs whom it can be renewed for.
type ownedList struct {
	packages packages
	holders  Holders
}

// readOwned asks for everything that was bought of a product.
func (p *Portal) readOwned(ctx context.Context, client *yeastar.Client, productKey string) (ownedList, error) {
	row, err := Product(productKey)
	if err != nil {
		return ownedList{}, err
	}
	began := p.now()
	var reading packing
	var pbxs []yeastar.OwnedProduct
	err = client.EachOwnedProduct(ctx, row.ID, func(o yeastar.OwnedProduct) {
		reading.add(packageOf(o))
		if row.Holder == yeastar.BySerial { // whose answers are large, and let go
			pbxs = append(pbxs, yeastar.OwnedProduct{ProductNo: o.ProductNo, HolderID: o.HolderID, HolderName: o.HolderName, Comment: o.Comment})
		}
	})
	if err != nil {
		return ownedList{}, err
	}
	owned := ownedList{packages: reading.packed()}
	if row.Holder == yeastar.BySerial {
		owned.holders = pbxsOf(pbxs, p.customersOf(ctx, pbxs, began))
	}
	return owned, nil
}

// customersOf are the customers for a list of PBXs that was begun to be read at a time: read since
// when one has a PBX and is not known, who may be new. Without customers a PBX is called by its
// comment or its number.
func (p *Portal) customersOf(ctx context.Context, pbxs []yeastar.OwnedProduct, began time.Time) Holders {
	customers, err := p.customers.Get(ctx, all, lookup.AnyAge)
	unknown := err == nil && slices.ContainsFunc(pbxs, func(o yeastar.OwnedProduct) bool {
		_, ok := customers.Get(string(o.HolderID))
		return o.HolderID != "" && !ok
	})
	if unknown {
		customers, _ = p.customers.Get(ctx, all, lookup.MaxAge(max(p.now().Sub(began), 1)))
	}
	return customers
}

// listed is a holder's package in the list of all. It is empty when there is none, or no
// telling which.
func (p *Portal) listed(ctx context.Context, productKey string, holder renewal.Holder, maxAge lookup.MaxAge) (Package, error) {
	row, err := Product(productKey)
	if err != nil {
		return Package{}, err
	}
	owned, err := p.owned.Get(ctx, productKey, maxAge)
	if err != nil {
		return Package{}, err
	}
	mine, _ := matchPackage(row, owned.packages, holder)
	return mine, nil
}

// listedNow is listed as far as the list is there, without waiting for it.
func (p *Portal) listedNow(row yeastar.Product, holder renewal.Holder) (mine Package, there bool) {
	owned, there := p.owned.Peek(row.Key)
	mine, _ = matchPackage(row, owned.packages, holder)
	return mine, there
}

func packageOf(o yeastar.OwnedProduct) Package {
	found := Package{
		ProductNo: o.ProductNo, Owner: o.HolderID, Expiry: o.Expiry, PlanID: o.PlanID, PlanName: o.PlanName,
		CurrentPlan: o.CurrentPlan, BillingCycle: o.BillingCycle, Services: o.Services,
	}
	if o.Extensions != nil {
		found.Extensions = *o.Extensions
	}
	return found
}

// matchPackage finds a holder's package of a product in the list of all: a PBX by its
// serial number. Account products have a productNo that looks like the holder's account id.
func matchPackage(row yeastar.Product, owned packages, holder renewal.Holder) (Package, bool) {
	var found []Package
	// Our own package is the one without a customer, where the list tells customers.
	for o := range owned.each {
		var theirs bool
		switch {
		case row.Holder == yeastar.BySerial:
			theirs = o.ProductNo == holder.SerialNumber
		case holder.Key() == own:
			theirs = owned.told && o.Owner == ""
		default:
			theirs = o.Owner == holder.PartnerID || o.ProductNo == string(holder.PartnerID)
		}
		if theirs && o.mayBeOf(row) {
			found = append(found, o)
		}
	}
	if len(found) > 1 {
		return Package{Among: len(found)}, false // no telling which
	}
	if len(found) == 0 {
		return Package{}, false
	}
	found[0].NumberShared = row.Service != "" && owned.numbered(found[0].ProductNo) > 1
	return found[0], true
}

// numbered is how many packages have a number.
func (p packages) numbered(no string) (n int) {
	for o := range p.each {
		if o.ProductNo == no {
			n++
		}
	}
	return n
}

// detail are the details of a package, which are asked for by its number; empty: they are of another
// product's package, or may be.
func (o Package) detail(row yeastar.Product, told yeastar.OwnedProduct) Package {
	d := packageOf(told)
	if !d.mayBeOf(row) || (o.NumberShared && len(d.of(row).Services) == 0) {
		return Package{}
	}
	return d
}

// mayBeOf says whether a package may be of a row: where products share an id, not when it
// has other services alone.
func (o Package) mayBeOf(row yeastar.Product) bool {
	return row.Service == "" || len(o.Services) == 0 || len(o.of(row).Services) > 0 ||
		slices.ContainsFunc(o.Services, func(s yeastar.OwnedService) bool { return s.Name == "" })
}

// of is what of a package a row renews.
func (o Package) of(row yeastar.Product) Package {
	o.Services = slices.DeleteFunc(slices.Clone(o.Services), func(s yeastar.OwnedService) bool {
		return !row.ServiceLines || !row.Renews(s.Name)
	})
	if row.Quantity == yeastar.QuantityNone {
		o.Extensions = 0
	}
	return o
}

// merge fills what the list does not tell from the details.
func merge(listed, detail Package) Package {
	listed.Owner = cmp.Or(detail.Owner, listed.Owner)
	listed.Extensions = cmp.Or(detail.Extensions, listed.Extensions)
	if !detail.Expiry.IsZero() {
		listed.Expiry = detail.Expiry
	}
	if detail.tellsPlan() {
		listed.PlanID, listed.PlanName = detail.PlanID, detail.PlanName
	}
	listed.BillingCycle = cmp.Or(detail.BillingCycle, listed.BillingCycle)
	listed.CurrentPlan = cmp.Or(detail.CurrentPlan, listed.CurrentPlan)
	if len(detail.Services) > 0 {
		listed.Services = detail.Services
	}
	return listed
}

// unoffered are the services of a package that cannot be chosen with a plan.
func (o Package) unoffered(c yeastar.Catalogue, plan yeastar.ID) []yeastar.ID {
	var ids []yeastar.ID
	for _, owned := range o.Services {
		if s, ok := c.Service(owned.ID); !ok || s.Trial() || (plan != "" && !s.GoesWith(plan)) {
			ids = append(ids, owned.ID)
		}
	}
	return ids
}

// reading is what the portal tells of a holder's package and its renewal, read at once.
type reading struct {
	Package
	autoRenewal yeastar.AutoRenewal
	terms       []yeastar.RenewalInfo // one for each line; empty where nothing is told
	none        bool                  // the list tells that the holder has none
	ownerUnread bool                  // a look-up failed that may tell the owner a moment later
}

// Ages says how old answers may be.
type Ages struct {
	Each lookup.MaxAge
	// List is for the list of all packages where nothing but the owner is read in it: it is long,
	// and orders that go out one after the other share it.
	List lookup.MaxAge
}

// read asks for everything that the portal tells of a package and its renewal. Its error is
// of look-ups that may work a moment later; what the portal refuses to tell is not told.
func (p *Portal) read(ctx context.Context, o renewal.Offer, c yeastar.Catalogue, ages Ages) (reading, error) {
	maxAge := ages.Each
	r := reading{terms: make([]yeastar.RenewalInfo, len(o.Lines))}
	row, err := Product(o.Product)
	if err != nil {
		return r, err
	}
	var mine Package
	listed := true
	switch {
	case row.Holder == yeastar.BySerial && maxAge != lookup.AnyAge:
		mine, listed = p.listedNow(row, o.Holder) // it may be long
	default:
		mine, err = p.listed(ctx, o.Product, o.Holder, lookup.AnyAge)
	}
	if row.Holder == yeastar.BySerial {
		// Its number is known whatever the list says.
		mine.ProductNo, err = o.Holder.SerialNumber, nil
	}
	if err != nil || mine.ProductNo == "" {
		r.Among, r.none = mine.Among, err == nil && p.hasNone(row, o.Holder)
		return r, passing(err)
	}
	var detail Package
	var untold error
	var looking errgroup.Group
	key := o.Product + " " + mine.ProductNo
	looking.Go(func() error {
		told, err := p.details.Get(ctx, key, maxAge)
		detail, untold = mine.detail(row, told), passing(err)
		return untold
	})
	looking.Go(func() (err error) {
		r.autoRenewal, err = p.autoRenewals.Get(ctx, key, maxAge)
		if mine.NumberShared && r.autoRenewal == yeastar.AutoRenewalOff {
			r.autoRenewal = yeastar.AutoRenewalUnknown // it may be the other package's
		}
		return passing(err)
	})
	for i, l := range o.Lines {
		if pricingID(c, l) != "" {
			looking.Go(func() (err error) {
				r.terms[i], err = p.terms.Get(ctx, termsKey(key, c, l), maxAge)
				return passing(err)
			})
		}
	}
	err = looking.Wait()
	owner := row.Holder == yeastar.BySerial && o.Holder.PartnerID != "" && detail.Owner == "" // the list may tell
	inList := owner && untold == nil                                                          // whatever else fails
	var unlisted error
	if !listed && (inList || (err == nil && !detail.tellsAll(row))) {
		mine, unlisted = p.listed(ctx, o.Product, o.Holder, lookup.AnyAge)
	}
	switch {
	case maxAge == lookup.AnyAge || passing(unlisted) != nil:
	case err == nil && tellsMore(mine, detail):
		mine, unlisted = p.listed(ctx, o.Product, o.Holder, maxAge)
	case inList:
		mine, unlisted = p.listed(ctx, o.Product, o.Holder, ages.List)
	}
	unlisted = passing(unlisted)
	r.ownerUnread = owner && (untold != nil || unlisted != nil)
	r.Package = merge(mine, detail).of(row)
	return r, cmp.Or(err, unlisted)
}

// tellsMore says whether a package's entry in the list has something that its details do not.
func tellsMore(listed, detail Package) bool {
	return (listed.Extensions != 0 && detail.Extensions == 0) || (!listed.Expiry.IsZero() && detail.Expiry.IsZero()) ||
		(len(listed.Services) > 0 && len(detail.Services) == 0) || (listed.tellsPlan() && !detail.tellsPlan()) ||
		(listed.BillingCycle != "" && detail.BillingCycle == "")
}

// tellsAll says whether the details of a package leave nothing open that its entry in the list
// could tell.
func (o Package) tellsAll(row yeastar.Product) bool {
	return !o.Expiry.IsZero() && (o.Extensions != 0 || row.Quantity == yeastar.QuantityNone) && (o.tellsPlan() || !row.PlanLine) &&
		(o.BillingCycle != "" || !row.CycleKept) && (len(o.Services) > 0 || !row.ServiceLines)
}

func (o Package) tellsPlan() bool { return o.PlanID != "" || o.PlanName != "" }

// Plan is the plan that a package has, by its id or else by its name; it has no id when neither
// tells which one it is. A trial plan has the name alone when no other has.
func (o Package) Plan(c yeastar.Catalogue) yeastar.Plan {
	var sold, trial []yeastar.Plan
	for _, p := range c.Plans {
		switch {
		case p.ID == o.PlanID:
			return p
		case o.PlanID != "" || o.PlanName == "" || fold(p.Name) != fold(o.PlanName):
		case p.Trial():
			trial = append(trial, p)
		default:
			sold = append(sold, p)
		}
	}
	for _, named := range [][]yeastar.Plan{sold, trial} {
		if len(named) == 1 {
			return named[0]
		}
		if len(named) > 1 {
			break // no telling which
		}
	}
	return yeastar.Plan{ID: o.PlanID, Name: o.PlanName}
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
