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

// Listed is a package in the portal's list of a product, and whose it is.
type Listed struct {
	Holder     renewal.Holder
	Nameless   bool // the list does not tell whose it is
	ProductNo  string
	Extensions int       // 0: not told
	Expiry     time.Time // zero: not told
}

// Listed are all packages of a product, by its list alone and not older than maxAge, and when
// the list was read. It costs as many calls as the list has pages, and none when it was
// read before.
func (p *Portal) Listed(ctx context.Context, productKey string, maxAge lookup.MaxAge) ([]Listed, time.Time, error) {
	row, err := Product(productKey)
	if err != nil {
		return nil, time.Time{}, err
	}
	owned, err := p.owned.Get(ctx, productKey, maxAge)
	if err != nil {
		return nil, time.Time{}, err
	}
	customers, err := p.customers.Get(ctx, all, lookup.AnyAge)
	if err != nil {
		return nil, time.Time{}, err
	}
	list := make([]Listed, 0, len(owned.packages.rows))
	for o := range owned.packages.each {
		if !o.mayBeOf(row) {
			continue
		}
		l := Listed{ProductNo: o.ProductNo, Expiry: o.Expiry, Extensions: o.Extensions}
		if row.Holder == yeastar.BySerial {
			l.Holder, _ = owned.holders.Get(o.ProductNo)
		} else {
			l.Holder, l.Nameless = holderOf(o, owned.packages.told, customers)
		}
		list = append(list, l)
	}
	return list, p.owned.At(productKey), nil
}

// Listing tells one reading of the lists that Listed and NameOf tell from apart from another.
type Listing struct {
	packages  *packed
	count     int
	pbxs      *index
	customers *index
	at        time.Time
}

// Listing is what there is of a product's lists, and whether that is all. An ageing one is
// read again in the background, as it is when it is used.
func (p *Portal) Listing(productKey string) (Listing, bool) {
	customers, known := p.customers.Peek(all)
	owned, listed := p.owned.Peek(productKey)
	l := Listing{count: len(owned.packages.rows), pbxs: owned.holders.index, customers: customers.index}
	if listed {
		l.at = p.owned.At(productKey)
	}
	if l.count > 0 {
		l.packages = &owned.packages.rows[0]
	}
	return l, known && listed
}

// holderOf is whose package one of the list is, as far as the list tells.
func holderOf(o Package, told bool, customers Holders) (h renewal.Holder, nameless bool) {
	for _, key := range []string{string(o.Owner), o.ProductNo} {
		if h, known := customers.Get(key); known && key != own && key != "" {
			return h, false
		}
	}
	if told && o.Owner == "" {
		return ourselves, false
	}
	return renewal.Holder{SerialNumber: o.ProductNo, PartnerID: o.Owner, Name: "Package " + o.ProductNo}, true
}

// hasNone says whether the list tells that a customer has no package of a product: it names customers, and
// at most one package, which is our own, is without.
func (p *Portal) hasNone(row yeastar.Product, holder renewal.Holder) bool {
	if row.Holder != yeastar.ByAccount || holder.Key() == own {
		return false
	}
	owned, _ := p.owned.Peek(row.Key)
	customers, _ := p.customers.Peek(all)
	named, without := false, 0
	for _, o := range owned.packages.rows {
		owner := o.owner.of(owned.packages.text)
		if owner == "" {
			without++
		} else if _, known := customers.Get(owner); known {
			named = true
		}
	}
	mine, _ := matchPackage(row, owned.packages, holder)
	return named && without <= 1 && mine.ProductNo == "" && mine.Among == 0
}

// NameOf is the holder that a key stands for, called by a name from before when they are gone.
func (p *Portal) NameOf(ctx context.Context, row yeastar.Product, key, before string) renewal.Holder {
	if h, ok := p.Holder(ctx, row.Key, key); ok {
		return h
	}
	return NameBefore(row, key, before)
}

// NameBefore is the holder that a key stands for, called by a name from before, without asking the portal.
func NameBefore(row yeastar.Product, key, before string) renewal.Holder {
	if row.Holder == yeastar.ByAccount && key == own {
		return ourselves
	}
	if before == "" {
		before = key
	}
	if row.Holder == yeastar.BySerial {
		return renewal.Holder{SerialNumber: key, Name: before}
	}
	return renewal.Holder{PartnerID: yeastar.ID(key), Name: before}
}

// ListedReady says whether Listed need not wait.
func (p *Portal) ListedReady(productKey string) bool {
	_, customers := p.customers.Peek(all)
	_, owned := p.owned.Peek(productKey)
	return customers && owned
}

// leastNumber is how much of a number says whose it is: nearly every one has a 7 somewhere.
const leastNumber = 3

// Fits says of holders whether what somebody typed means them: each of its words stands in the
// name, the e-mail address or the number; or it is how a serial number begins, as labels have it.
func Fits(query string) func(renewal.Holder) bool {
	words := strings.Fields(unended(fold(query)))
	own, bare := MeansOwn(query), bareSerial(query)
	return func(h renewal.Holder) bool {
		if (own && h == ourselves) || (len(bare) >= leastSerial && strings.HasPrefix(fold(h.SerialNumber), bare)) {
			return true
		}
		text, number := fold(h.Name+" "+h.Email), fold(h.SerialNumber+" "+string(h.PartnerID))
		return !slices.ContainsFunc(words, func(word string) bool {
			return !strings.Contains(text, word) && (len(word) < leastNumber || !strings.Contains(number, word))
		})
	}
}

// AutoRenewal is whether a package renews by itself, not older than maxAge. Of one that shares its number
// with another product's it is not known: either may be meant.
func (p *Portal) AutoRenewal(ctx context.Context, productKey, productNo string, maxAge lookup.MaxAge) (yeastar.AutoRenewal, error) {
	if row, err := Product(productKey); err != nil || row.Service != "" {
		owned, _ := p.owned.Peek(productKey)
		if owned.packages.numbered(productNo) > 1 {
			return yeastar.AutoRenewalUnknown, err
		}
	}
	return p.autoRenewals.Get(ctx, productKey+" "+productNo, maxAge)
}

// Ends is when a holder's package ends, asked anew; zero: the portal does not tell.
func (p *Portal) Ends(ctx context.Context, productKey string, holder renewal.Holder) (time.Time, error) {
	mine, err := p.listed(ctx, productKey, holder, lookup.AnyAge)
	if err != nil || mine.ProductNo == "" {
		return time.Time{}, passing(err)
	}
	row, err := Product(productKey)
	if err != nil {
		return time.Time{}, err
	}
	told, err := p.details.Get(ctx, productKey+" "+mine.ProductNo, lookup.Anew)
	detail := mine.detail(row, told)
	if err = passing(err); err != nil || !detail.Expiry.IsZero() {
		return detail.Expiry, err
	}
	if mine.Expiry.IsZero() {
		return time.Time{}, nil // the list does not tell it either
	}
	mine, err = p.listed(ctx, productKey, holder, lookup.Anew)
	return mine.Expiry, passing(err)
}

// Reread has the list of a product's packages read again in the background.
func (p *Portal) Reread(productKey string) { p.owned.Refresh(productKey) }
