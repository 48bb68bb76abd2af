// Package due is the domain of renewals due: which package ends when and who says so, how
// urgent that is, who looks after it, and what is to be told of it and when. It is pure: it
// reads no database, asks no portal, has no clock and knows no Slack; and it orders nothing.
package due

import (
	"slices"
	"sort"
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Source says where a date is from.
type Source string

// The sources of a date, the best first.
const (
	FromPortal Source = "portal" // a field of the portal's package
	FromOrder  Source = "order"  // our own last order and its term
	FromImport Source = "import" // a list that an administrator imported
)

// Date is when a package ends, by one source.
type Date struct {
	At      time.Time
	Source  Source
	Seen    time.Time // when the source said so
	Request int64     // of our own order; 0: of none
}

// Key names a row: whose package of which product.
type Key struct {
	Product string // yeastar.Product.Key
	Holder  string // renewal.Holder.Key
}

// Order is our own last order of a holder and product.
type Order struct {
	Request int64
	Offer   renewal.Offer
	At      time.Time // when the vendor had placed it
}

// until is when the package ends by the order.
func (o Order) until() Date {
	end := o.Offer.RenewsUntil(o.At)
	if end.IsZero() {
		end = o.Offer.TermAsked().After(o.At)
	}
	return Date{At: end, Source: FromOrder, Seen: o.At, Request: o.Request}
}

// Open is a request that is open for a row.
type Open struct {
	Request int64
	Status  renewal.Status
	Channel string
	OrderOn renewal.OrderDay // before which it is not ordered
	// ServicesAlone says that the plan is not asked for: the package still has to be.
	ServicesAlone bool
}

// Row is a renewal due: the package of one holder and product.
type Row struct {
	Product *yeastar.Product // of the table; nobody changes it
	Holder  renewal.Holder
	// Nameless says that the portal does not tell whose package it is, so that it cannot be
	// renewed from the list.
	Nameless  bool
	ProductNo string
	Packages  int // how many the holder has of the product; the row is the one that ends first
	Quantity  int // 0: not told
	Dates     []Date
	Mark      Mark
	Open      []Open
	Ordered   *Order // the last one of ours that renewed it; nil: there is none
}

// Key names the row.
func (r *Row) Key() Key { return Key{r.Product.Key, r.Holder.Key()} }

// Asked says whether a request for the package is open, with its plan.
func (r *Row) Asked() bool {
	return slices.ContainsFunc(r.Open, func(o Open) bool { return !o.ServicesAlone })
}

// Ends is when the package ends by the best source; false: nobody knows.
func (r *Row) Ends() (time.Time, bool) {
	if len(r.Dates) == 0 {
		return time.Time{}, false
	}
	return r.Dates[0].At, true
}

// Differing lists the dates of other sources that are of another day than the best one's.
func (r *Row) Differing() []Date {
	var others []Date
	for i, d := range r.Dates {
		if i > 0 && dayOf(d.At.UTC()) != dayOf(r.Dates[0].At.UTC()) {
			others = append(others, d)
		}
	}
	return others
}

// Days is how many days are left until the package ends, and negative once it has. The end is the
// vendor's day, which is UTC's; now is of the day that it is in its own time zone.
func Days(end, now time.Time) int { return int(dayOf(end.UTC()) - dayOf(now)) }

// dayOf counts the days since 1970 up to that of a time in its own zone.
func dayOf(t time.Time) int64 {
	_, offset := t.Zone()
	seconds := t.Unix() + int64(offset)
	if seconds < 0 {
		seconds -= secondsOfDay - 1
	}
	return seconds / secondsOfDay
}

const secondsOfDay = 24 * 60 * 60

// settles is how long after an order of ours its date counts although the portal still shows
// the one from before it, and for how long nobody is told of the package.
const settles = 3 * 24 * time.Hour

// Behind says whether the portal still shows the date from before our last order: there is
// something to look at before anything is ordered again.
func (r *Row) Behind() bool {
	if r.Ordered == nil {
		return false
	}
	i := slices.IndexFunc(r.Dates, func(d Date) bool { return d.Source == FromPortal })
	return i >= 0 && r.Ordered.before(r.Dates[i].At)
}

// before says whether a date that the portal shows is the one from before the order. Where nobody
// knew that one, it is what ends in the first half of the term that was ordered.
func (o Order) before(shown time.Time) bool {
	if known := o.Offer.CurrentExpiry; !known.IsZero() {
		return shown.Sub(known) <= renewal.AnotherTerm
	}
	end := o.until().At
	return shown.Before(o.At.Add(end.Sub(o.At)/2)) && end.Sub(shown) > renewal.AnotherTerm
}

// Settling says whether the portal is given time to show what was ordered a short while ago.
func (r *Row) Settling(now time.Time) bool { return r.Behind() && now.Sub(r.Ordered.At) < settles }

// settle puts the date of an order of the last days before the portal's, which may not have
// followed yet.
func (r *Row) settle(now time.Time) {
	if !r.Settling(now) {
		return
	}
	sort.SliceStable(r.Dates, func(i, k int) bool { return r.Dates[i].Source == FromOrder && r.Dates[k].Source != FromOrder })
}

// NotRenewing says whether the package is marked as one that ends: the mark is of the date
// that stood there then, and an order of ours ends it, so that one who renewed all the same is
// seen again.
func (r *Row) NotRenewing() bool {
	m := r.Mark.NotRenewing
	if m == nil {
		return false
	}
	var ordered time.Time
	if r.Ordered != nil {
		ordered = r.Ordered.At
	}
	end, _ := r.Ends()
	return m.Holds(end, ordered)
}

// autoHolds is for how long what the portal said of an auto-renewal counts. It is asked again each
// day, some packages at a time.
const autoHolds = 48 * time.Hour

// AutoRenewing says whether the package is known to renew by itself.
func (r *Row) AutoRenewing(now time.Time) bool {
	return r.Mark.Auto.State == yeastar.AutoRenewalOn && now.Sub(r.Mark.Auto.At) < autoHolds
}

// dates puts the dates of a row in order, the best source first.
func dates(all ...Date) []Date {
	var known []Date
	for _, d := range all {
		if !d.At.IsZero() {
			known = append(known, d)
		}
	}
	rank := []Source{FromPortal, FromOrder, FromImport}
	sort.SliceStable(known, func(i, k int) bool { return slices.Index(rank, known[i].Source) < slices.Index(rank, known[k].Source) })
	return known
}
