package due

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Package is a package as the portal lists it, with whose it is.
type Package struct {
	Product   *yeastar.Product
	Holder    renewal.Holder
	Nameless  bool // the portal does not tell whose it is
	ProductNo string
	Quantity  int
	Ends      time.Time // zero: the portal does not tell
	Seen      time.Time // when the portal listed it
}

// Facts are what a list is made of.
type Facts struct {
	Packages []Package
	Marks    map[Key]Mark
	Orders   map[Key]Order
	Open     map[Key][]Open
	// Name resolves a holder by the key, for rows whose package the portal does not list.
	Name func(holderKey, fallback string, product yeastar.Product) renewal.Holder
	// Unread are the names of products whose packages could not be read, and why.
	Unread []string
	Now    time.Time
}

// List is all renewals due, the most urgent first.
type List struct {
	Rows   []Row
	Now    time.Time // in the zone by whose days rows are near or far
	Unread []string
	// Besides counts what a number of days leaves out and yet may end within them: nobody knows when, or it
	// is snoozed, marked as not renewing or renews by itself.
	Besides map[Band]int
}

// Build makes the list: a row for each holder and product of which the portal has a package,
// we have placed an order, or a list was imported.
func Build(f Facts) List {
	rows := make(map[Key]*Row, len(f.Packages))
	order := make([]*Row, 0, len(f.Packages))
	add := func(r Row) *Row {
		order = append(order, &r)
		rows[r.Key()] = &r
		return &r
	}
	for _, p := range f.Packages {
		row := Row{
			Product: p.Product, Holder: p.Holder, Nameless: p.Nameless, ProductNo: p.ProductNo, Packages: 1, Quantity: p.Quantity,
			Dates: dates(Date{At: p.Ends, Source: FromPortal, Seen: p.Seen}),
		}
		if before, ok := rows[row.Key()]; ok {
			before.merge(row)
			continue
		}
		add(row)
	}
	missing := func(k Key, name string) {
		product, ok := yeastar.ProductByKey(k.Product)
		if _, listed := rows[k]; !listed && ok && f.Name != nil {
			add(Row{Product: &product, Holder: f.Name(k.Holder, name, product)})
		}
	}
	for k, o := range f.Orders {
		missing(k, o.Offer.Holder.Name)
	}
	for k, m := range f.Marks {
		if m.Imported != nil {
			missing(k, m.Imported.Name)
		}
	}
	list := List{Now: f.Now, Unread: f.Unread, Rows: make([]Row, 0, len(order))}
	for _, r := range order {
		k := r.Key()
		r.Mark, r.Open = f.Marks[k], f.Open[k]
		all := r.Dates
		if o, ordered := f.Orders[k]; ordered && !o.Offer.ServicesAlone() {
			r.Ordered = &o
			all = append(all, o.until())
		}
		if i := r.Mark.Imported; i != nil {
			all = append(all, Date{At: i.At, Source: FromImport, Seen: i.On})
		}
		r.Dates = dates(all...)
		r.settle(f.Now)
		list.Rows = append(list.Rows, *r)
	}
	list.sort()
	return list
}

// merge takes another package of the same holder and product in: the row is of the one that
// ends first.
func (r *Row) merge(other Row) {
	n := r.Packages + other.Packages
	end, known := r.Ends()
	if otherEnd, otherKnown := other.Ends(); otherKnown && (!known || otherEnd.Before(end)) {
		*r = other
	}
	r.Packages = n
}

// sort puts the rows in order. They are large, so that each is moved once.
func (l *List) sort() {
	type place struct {
		row  int
		band int
		end  time.Time
		name string
	}
	order := Bands()
	places := make([]place, len(l.Rows))
	for i := range l.Rows {
		r := &l.Rows[i]
		end, _ := r.Ends()
		places[i] = place{i, slices.Index(order, r.Band(l.Now)), end, strings.ToLower(r.Holder.Name)}
	}
	sort.Slice(places, func(i, k int) bool {
		a, b := &places[i], &places[k]
		if c := cmp.Or(cmp.Compare(a.band, b.band), a.end.Compare(b.end), cmp.Compare(a.name, b.name)); c != 0 {
			return c < 0
		}
		x, y := &l.Rows[a.row], &l.Rows[b.row]
		return cmp.Or(cmp.Compare(x.Product.Key, y.Product.Key), cmp.Compare(x.Holder.Key(), y.Holder.Key())) < 0
	})
	sorted := make([]Row, len(places))
	for i, p := range places {
		sorted[i] = l.Rows[p.row]
	}
	l.Rows = sorted
}

// Nobody is the owner by whom the rows without one are asked for.
const Nobody = "nobody"

// Filter narrows a list. Empty fields do not.
type Filter struct {
	Within  int    `json:"d,omitempty"` // only what ends within so many days, or has ended
	Text    string `json:"t,omitempty"` // part of a holder's name or number
	Owner   string `json:"o,omitempty"` // Slack user id, or Nobody
	Product string `json:"p,omitempty"`
	Page    int    `json:"n,omitempty"` // from 0
}

// Only are the rows that fit a filter; fits makes of a text what says whether it means a holder.
func (l List) Only(f Filter, fits func(text string) func(renewal.Holder) bool) List {
	if f.Page = 0; f == (Filter{}) {
		return l
	}
	meant := fits(f.Text)
	var only []Row // rows are large: none is moved that is left out
	l.Besides = map[Band]int{}
	for i := range l.Rows {
		r := &l.Rows[i]
		switch {
		case f.Product != "" && r.Product.Key != f.Product,
			f.Owner == Nobody && r.Mark.Owner != "",
			f.Owner != "" && f.Owner != Nobody && r.Mark.Owner != f.Owner,
			f.Text != "" && !meant(r.Holder):
			continue
		case f.Within > 0:
			end, known := r.Ends()
			b, beyond := r.Band(l.Now), known && Days(end, l.Now) > f.Within
			if !beyond && !b.Due() && b != Later {
				l.Besides[b]++
			}
			if beyond || !(b.Due() || b == Later) {
				continue
			}
		}
		only = append(only, *r)
	}
	l.Rows = only
	return l
}

// Askable are those of the rows that a filter has left which can be asked for at once: what is due, what
// ends later where a holder or a number of days is named, and what nobody knows of where a holder is.
// Of all of it what nothing is open for, and what was not ordered in the last days.
func (l List) Askable(f Filter) []Row {
	var rows []Row
	for i := range l.Rows {
		r := &l.Rows[i]
		band := r.Band(l.Now)
		named := (f.Text != "" && band == Unknown) || ((f.Text != "" || f.Within > 0) && band == Later)
		if !r.Nameless && !r.Asked() && !r.Settling(l.Now) && (band.Due() || named) {
			rows = append(rows, *r)
		}
	}
	return rows
}

// Chosen are the rows that people have ticked, as far as they can be asked for at once.
func (l List) Chosen(keys []Key) []Row {
	var rows []Row
	for i := range l.Rows {
		if r := &l.Rows[i]; !r.Nameless && !r.Asked() && slices.Contains(keys, r.Key()) {
			rows = append(rows, *r)
		}
	}
	return rows
}

// Count counts the rows of each band.
func (l List) Count() map[Band]int {
	counts := map[Band]int{}
	for i := range l.Rows { // rows are large
		counts[l.Rows[i].Band(l.Now)]++
	}
	return counts
}

// Find is the row of a key.
func (l List) Find(k Key) (Row, bool) {
	for i := range l.Rows {
		if l.Rows[i].Key() == k {
			return l.Rows[i], true
		}
	}
	return Row{}, false
}

// Holds is until when the list stays as it is while nothing of what it was made of changes:
// the beginning of the next day in UTC, or sooner, when somebody wants to see a row again, or what
// counts for some time alone does so no more.
func (l List) Holds() time.Time {
	until := time.Unix((dayOf(l.Now.UTC())+1)*secondsOfDay, 0)
	sooner := func(t time.Time) {
		if t.After(l.Now) && t.Before(until) {
			until = t
		}
	}
	for i := range l.Rows {
		r := &l.Rows[i]
		if r.Mark.Snoozed != nil {
			sooner(r.Mark.Snoozed.Until)
		}
		if r.Ordered != nil {
			sooner(r.Ordered.At.Add(settles))
		}
		if r.AutoRenewing(l.Now) {
			sooner(r.Mark.Auto.At.Add(autoHolds))
		}
	}
	return until
}

// Page is one page of the rows, and how many pages there are. A page that is not there is the
// last one.
func (l List) Page(n, size int) (rows []Row, page, pages int) {
	pages = max((len(l.Rows)+size-1)/size, 1)
	page = min(max(n, 0), pages-1)
	return l.Rows[page*size : min((page+1)*size, len(l.Rows))], page, pages
}
