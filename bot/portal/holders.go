package portal

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Holders are whom a product can be renewed for: our own account and the customers, or the
// PBXs. The zero value has none.
type Holders struct {
	index *index
	own   bool // our own account is among them
	owned bool // whose PBXs these are is told: one without an owner is our own
}

// Holders are whom a product can be renewed for.
func (p *Portal) Holders(ctx context.Context, productKey string, maxAge lookup.MaxAge) (Holders, error) {
	row, err := Product(productKey)
	if err != nil {
		return Holders{}, err
	}
	if row.Holder == yeastar.BySerial {
		owned, err := p.owned.Get(ctx, productKey, maxAge)
		return owned.holders, err
	}
	return p.customers.Get(ctx, all, maxAge)
}

// Holder resolves whom a renewal.Holder's key stands for, among those whom a product can be
// renewed for. It is not ok when that is nobody, or they are gone.
func (p *Portal) Holder(ctx context.Context, productKey, key string) (renewal.Holder, bool) {
	if key == "" {
		return renewal.Holder{}, false
	}
	if row, err := Product(productKey); err == nil && row.Holder == yeastar.ByAccount && key == own {
		return ourselves, true // whom no look-up is needed for
	}
	holders, err := p.Holders(ctx, productKey, lookup.AnyAge)
	if err != nil {
		return renewal.Holder{}, false
	}
	return holders.Get(key)
}

// OwnedBy is a PBX as it is called when a customer has it.
func (p *Portal) OwnedBy(ctx context.Context, pbx renewal.Holder, owner yeastar.ID) renewal.Holder {
	customers, _ := p.customers.Get(ctx, all, lookup.AnyAge) // without them it keeps its name
	if c, ok := customers.Get(string(owner)); ok && owner != "" {
		pbx.Name, pbx.Email = c.Name, c.Email
	} else if owner != pbx.PartnerID && pbx.PartnerID != "" {
		pbx.Name, pbx.Email = pbx.SerialNumber, ""
	}
	pbx.PartnerID = owner
	return pbx
}

// leastSerial is how much of a serial number somebody has to type to mean a PBX.
const leastSerial = 4

// FindPBX is the PBX whose serial number somebody typed, or enough of it to tell it from
// all others, and the product that it is renewed with.
func (p *Portal) FindPBX(ctx context.Context, query string) (productKey string, h renewal.Holder, ok bool) {
	for _, typed := range slices.Compact([]string{fold(query), bareSerial(query)}) {
		if productKey, h, ok = p.findSerial(ctx, typed); ok || h.SerialNumber != "" {
			break
		}
	}
	if !ok && h.SerialNumber == "" {
		return p.amongWords(ctx, query)
	}
	return productKey, h, ok
}

// findSerial is FindPBX for how a serial number begins, folded.
func (p *Portal) findSerial(ctx context.Context, typed string) (productKey string, h renewal.Holder, ok bool) {
	if len(typed) < leastSerial {
		return "", renewal.Holder{}, false
	}
	found := 0
	for _, row := range p.Products() {
		if row.Holder != yeastar.BySerial {
			continue
		}
		holders, err := p.Holders(ctx, row.Key, lookup.AnyAge)
		if err != nil {
			continue
		}
		for _, pbx := range holders.serials(typed) {
			if fold(pbx.SerialNumber) == typed {
				return row.Key, pbx, true
			}
			productKey, h = row.Key, pbx
			found++
		}
	}
	return productKey, h, found == 1
}

// serialLabels are what stands before a serial number on stickers and in mails, without what is
// no letter; the longer ones first.
var serialLabels = []string{"serialnumber", "serialno", "serial", "pbx", "sn"}

// bareSerial is a serial number, folded, without what labels and people put around it and
// between its groups: "SN: 3631 E34-18911".
func bareSerial(typed string) string {
	s := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(typed))
	for _, label := range serialLabels {
		if bare, labelled := strings.CutPrefix(s, label); labelled {
			return bare
		}
	}
	return s
}

// bare are the PBXs whose serial number begins as somebody wrote it down with a label, or in groups.
func (hs Holders) bare(query string) []renewal.Holder {
	if typed := bareSerial(query); !hs.own && len(typed) >= leastSerial {
		return hs.serials(typed)
	}
	return nil
}

// MeansSerial says whether somebody typed a serial number, or how it begins.
func MeansSerial(query, serialNumber string) bool {
	for _, typed := range []string{fold(query), bareSerial(query)} {
		if len(typed) >= leastSerial && strings.HasPrefix(fold(serialNumber), typed) {
			return true
		}
	}
	return false
}

// OwnersTold says whether it is told whose PBXs they are, so that one without an owner is our own.
func (hs Holders) OwnersTold() bool { return hs.owned }

// Get is the holder with a key.
func (hs Holders) Get(key string) (renewal.Holder, bool) {
	if hs.own && key == own {
		return ourselves, true
	}
	if hs.index == nil {
		return renewal.Holder{}, false
	}
	i, ok := hs.index.place(key)
	if !ok {
		return renewal.Holder{}, false
	}
	return hs.index.holder(i), true
}

// Only is the holder that a query means: our own account by its names, the only one that
// fits, or else the only one who is called exactly that, whose name or serial number begins
// so, or whose name begins so and has no more words. A mistyped name means nobody.
func (hs Holders) Only(query string) (renewal.Holder, bool) {
	if hs.own && MeansOwn(query) {
		return ourselves, true
	}
	if hs.index == nil {
		return renewal.Holder{}, false
	}
	ix, q := hs.index, newQuery(query)
	var all, called, begins, noMore only
	words := len(q.words) - 1
	ix.fitting(q, func(place, _ int) {
		all.add(place)
		if q.whole == "" {
			return
		}
		for _, name := range []string{ix.folded(place).name(), ix.folded(place).serial()} {
			if !strings.HasPrefix(name, q.whole) {
				continue
			}
			begins.add(place)
			if name == q.whole {
				called.add(place)
			}
			if strings.Count(name, " ") == words {
				noMore.add(place)
			}
		}
	})
	for _, o := range []only{all, called, begins, noMore} {
		if o.count == 1 {
			return ix.holder(o.place), true
		}
	}
	if pbxs := hs.bare(query); all.count == 0 && len(pbxs) == 1 {
		return pbxs[0], true
	}
	if name := unended(q.whole); all.count == 0 && name != q.whole {
		return hs.Only(name)
	}
	if name := unmarked(q, !hs.own); all.count == 0 && name != "" {
		return hs.Only(name)
	}
	return renewal.Holder{}, false
}

// only is the place that was found, if it is only one.
type only struct{ place, count int }

func (o *only) add(place int) {
	if o.count == 0 || o.place != place {
		o.count++
	}
	o.place = place
}

// Matches counts the holders that fit.
func (hs Holders) Matches(query string) int {
	_, more := hs.Search(query, 0)
	return more
}

// Search lists the n likeliest holders that fit, our own account first, and counts the
// others.
func (hs Holders) Search(query string, n int) (found []renewal.Holder, more int) {
	total := 0
	if hs.own && isOwn(query) {
		total++
		found = append(found, ourselves)[:min(n, 1)]
	}
	if hs.index != nil {
		fit := hs.index.search(newQuery(query), n)
		total += fit.total
		for _, place := range fit.places(n - len(found)) {
			found = append(found, hs.index.holder(int(place)))
		}
	}
	if total == 0 {
		pbxs := hs.bare(query)
		found, total = pbxs[:min(n, len(pbxs))], len(pbxs)
	}
	if name := unmarked(newQuery(query), !hs.own); total == 0 && name != "" {
		return hs.Search(name, n)
	}
	return found, total - len(found)
}

// serials are the PBXs whose serial number begins with what was typed, folded.
func (hs Holders) serials(typed string) []renewal.Holder {
	var found []renewal.Holder
	if hs.index != nil {
		each(hs.index.having("\n"+typed), func(place int) {
			if strings.HasPrefix(hs.index.folded(place).serial(), typed) {
				found = append(found, hs.index.holder(place))
			}
		})
	}
	return found
}

// customersOf makes the holders of products that are held by account.
func customersOf(list []yeastar.Customer) Holders {
	all := make([]named, len(list))
	for i, c := range list {
		all[i] = named{
			Holder:  renewal.Holder{PartnerID: c.ID, Name: c.DisplayName(), Email: c.Email},
			company: c.Company, other: []string{c.FirstName, c.LastName},
		}
	}
	return Holders{index: newIndex(all), own: true}
}

// pbxsOf makes the holders of products that are held by serial number. A PBX is called by
// its customer, where the list tells that one, else by its comment, else by its serial
// number: one whose customer was removed from the portal can be chosen all the same, and is called so.
func pbxsOf(list []yeastar.OwnedProduct, customers Holders) Holders {
	all := make([]named, len(list))
	// Where the list tells customers' ids, a PBX without one is our own, and the name is ours.
	ids := slices.ContainsFunc(list, func(o yeastar.OwnedProduct) bool { return o.HolderID != "" })
	for i, o := range list {
		customer := renewal.Holder{}
		if o.HolderID != "" {
			customer, _ = customers.Get(string(o.HolderID))
		}
		if o.HolderID != "" || !ids { // they may be in the list of customers no more, or only their name be told
			customer.Name = cmp.Or(customer.Name, o.HolderName)
		}
		called := cmp.Or(customer.Name, o.Comment, o.ProductNo)
		if customer.Name == "" && o.HolderID != "" && customers.index != nil {
			called = unlisted(o.Comment)
		}
		all[i] = named{
			Holder:  renewal.Holder{SerialNumber: o.ProductNo, PartnerID: o.HolderID, Email: customer.Email, Name: called},
			company: customer.Name, other: []string{o.Comment},
		}
	}
	return Holders{index: newIndex(all), owned: ids}
}
