package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"renewbot/bot/metrics"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// vendor is the Partner API's look-ups behind a cache. Orders do not pass through it.
type vendor struct {
	client     *yeastar.Client
	customers  *lookup[customerIndex]            // one key: all
	contacts   *lookup[[]yeastar.BillingContact] // one key: all
	catalogues *lookup[yeastar.Catalogue]        // by product key
	owned      *lookup[[]yeastar.OwnedProduct]   // by product key
	details    *lookup[yeastar.OwnedProduct]     // by product key and productNo
	terms      *lookup[yeastar.RenewalInfo]      // by product key, productNo, line type and pricing id
}

// own is the key of the calling account among holders.
var own = renewal.Holder{}.Key()

// all is the key of look-ups that have only one answer.
const all = "all"

func newVendor(client *yeastar.Client, ttl time.Duration, now func() time.Time, w *work) *vendor {
	v := &vendor{client: client}
	v.customers = newLookup(ttl, now, w, func(ctx context.Context, _ string) (customerIndex, error) {
		list, err := client.Customers(ctx)
		return indexCustomers(list), err
	})
	v.contacts = newLookup(ttl, now, w, func(ctx context.Context, _ string) ([]yeastar.BillingContact, error) {
		return client.BillingContacts(ctx)
	})
	v.catalogues = newLookup(ttl, now, w, func(ctx context.Context, key string) (yeastar.Catalogue, error) {
		p, err := product(key)
		if err != nil {
			return yeastar.Catalogue{}, err
		}
		return client.Catalogue(ctx, p.ID, "")
	})
	v.owned = newLookup(ttl, now, w, func(ctx context.Context, key string) ([]yeastar.OwnedProduct, error) {
		p, err := product(key)
		if err != nil {
			return nil, err
		}
		list, err := client.OwnedProducts(ctx, p.ID)
		for i := range list {
			list[i].Raw = nil // a third of what the packages of a large portal take
		}
		return list, err
	})
	v.details = newLookup(ttl, now, w, func(ctx context.Context, key string) (yeastar.OwnedProduct, error) {
		parts := strings.SplitN(key, " ", 2)
		p, err := product(parts[0])
		if err != nil {
			return yeastar.OwnedProduct{}, err
		}
		return client.OwnedProduct(ctx, p.ID, parts[1])
	})
	v.terms = newLookup(ttl, now, w, func(ctx context.Context, key string) (yeastar.RenewalInfo, error) {
		parts := strings.SplitN(key, " ", 4)
		p, err := product(parts[0])
		if err != nil {
			return yeastar.RenewalInfo{}, err
		}
		if parts[2] == yeastar.LinePlan {
			return client.RenewPlanInfo(ctx, yeastar.ID(parts[3]), p.ID, parts[1])
		}
		return client.RenewServiceInfo(ctx, yeastar.ID(parts[3]), p.ID, parts[1])
	})
	return v
}

// count lets figures be kept of each look-up.
func (v *vendor) count(m *metrics.Metrics) {
	v.customers.count, v.contacts.count = m.Lookup("customers"), m.Lookup("contacts")
	v.catalogues.count, v.owned.count = m.Lookup("catalogues"), m.Lookup("owned")
	v.details.count, v.terms.count = m.Lookup("details"), m.Lookup("terms")
}

func product(key string) (yeastar.Product, error) {
	p, ok := yeastar.ProductByKey(key)
	if !ok {
		return p, fmt.Errorf("there is no product %q to renew", key)
	}
	return p, nil
}

// keepWarm asks for everything that the form needs, now and again whenever it has aged,
// so that the form opens at once also after a quiet night.
func (v *vendor) keepWarm(ctx context.Context, ttl time.Duration) {
	ticker := time.NewTicker(ttl)
	defer ticker.Stop()
	for {
		v.warm()
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (v *vendor) warm() {
	v.customers.refresh(all)
	v.contacts.refresh(all)
	for _, p := range yeastar.Products() {
		v.catalogues.refresh(p.Key)
		v.owned.refresh(p.Key)
	}
}

// ready says whether the form can be drawn without waiting.
func (v *vendor) ready(productKey string) bool {
	_, customers := v.customers.peek(all, 0)
	_, contacts := v.contacts.peek(all, 0)
	_, catalogue := v.catalogues.peek(productKey, 0)
	return customers && contacts && catalogue
}

// prepare waits until the form can be drawn.
func (v *vendor) prepare(ctx context.Context, productKey string) error {
	failed := make(chan error, 3)
	go func() { _, err := v.customers.get(ctx, all, 0); failed <- err }()
	go func() { _, err := v.contacts.get(ctx, all, 0); failed <- err }()
	go func() { _, err := v.catalogues.get(ctx, productKey, 0); failed <- err }()
	var first error
	for range cap(failed) {
		if err := <-failed; err != nil && first == nil {
			first = err
		}
	}
	return first
}

// pack is what is known of the package that is to be renewed. Every field may be empty.
type pack struct {
	productNo  string
	extensions int // 0: not known
	expiry     time.Time
	planID     yeastar.ID
	services   []yeastar.OwnedService
}

// findPack looks up the package of a holder. Which one is theirs is told only by
// fields whose names are guessed, so nothing may depend on finding it; a failed look-up
// is the same as nothing found. The list of all packages may be long and is taken as it is;
// maxAge is for the details.
func (v *vendor) findPack(ctx context.Context, productKey string, holder renewal.Holder, maxAge time.Duration) (pack, error) {
	owned, err := v.owned.get(ctx, productKey, 0)
	if err != nil {
		return pack{}, err
	}
	mine, ok := matchPack(owned, holder)
	if !ok {
		return pack{}, nil
	}
	if detail, err := v.details.get(ctx, productKey+" "+mine.ProductNo, maxAge); err == nil {
		mine = merge(mine, detail)
	}
	p := pack{productNo: mine.ProductNo, expiry: mine.Expiry, planID: mine.PlanID, services: mine.Services}
	if mine.Extensions != nil {
		p.extensions = *mine.Extensions
	}
	return p, nil
}

// matchPack finds a holder's package in the list of all. Account products have a
// productNo that looks like the holder's account id.
func matchPack(owned []yeastar.OwnedProduct, holder renewal.Holder) (yeastar.OwnedProduct, bool) {
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
func (v *vendor) quote(ctx context.Context, productKey string, p pack, lines []renewal.Line, c yeastar.Catalogue, maxAge time.Duration) (price *renewal.Price, extensions int, expiry time.Time) {
	if p.productNo == "" {
		return nil, 0, time.Time{}
	}
	total, complete := renewal.Price{}, true
	for _, l := range lines {
		pricing := pricingID(c, l)
		if pricing == "" {
			complete = false
			continue
		}
		key := strings.Join([]string{productKey, p.productNo, l.Type, string(pricing)}, " ")
		info, err := v.terms.get(ctx, key, maxAge)
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
