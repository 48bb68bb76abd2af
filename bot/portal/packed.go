package portal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"renewbot/yeastar"
)

// packages are those of a product's list. There are thousands, so that each takes little, and
// what many of them have in common is kept once.
type packages struct {
	text  string // all numbers
	rows  []packed
	kinds []Package // what several packages have in common
	told  bool      // the list tells whose packages are
}

// packed is a package in a list.
type packed struct {
	number, owner    span
	kind, extensions int32
	expires          int64 // in Unix seconds
	nanoseconds      int32 // beside them
}

// each goes through the packages, in the order of the list. What they have in common belongs
// to all of them.
func (p packages) each(visit func(Package) bool) {
	for i := range p.rows {
		row := &p.rows[i]
		o := p.kinds[row.kind]
		o.ProductNo, o.Owner = row.number.of(p.text), yeastar.ID(row.owner.of(p.text))
		o.Extensions, o.Expiry = int(row.extensions), time.Unix(row.expires, int64(row.nanoseconds)).UTC()
		if !visit(o) {
			return
		}
	}
}

// packing makes packages, one after the other. The zero value has none.
type packing struct {
	text  []byte
	rows  []packed
	kinds []Package
	known map[string]int32 // places of kinds
}

func (p *packing) add(o Package) {
	number := p.write(o.ProductNo)
	row := packed{number: number, owner: number, extensions: count(o.Extensions), expires: o.Expiry.Unix(), nanoseconds: count(o.Expiry.Nanosecond())}
	if string(o.Owner) != o.ProductNo {
		row.owner = p.write(string(o.Owner))
	}
	row.kind = p.kindOf(o)
	p.rows = append(p.rows, row)
}

func (p *packing) write(s string) span {
	from := len(p.text)
	p.text = append(p.text, s...)
	return span{offset(from), offset(len(p.text))}
}

// count is a number as packed keeps it.
func count(n int) int32 { return int32(n) } //nolint:gosec // the vendor's numbers are read no larger

// kindOf is what a package has in common with others.
func (p *packing) kindOf(o Package) int32 {
	o.ProductNo, o.Owner, o.Extensions, o.Expiry = "", "", 0, time.Time{}
	var key strings.Builder
	fmt.Fprintf(&key, "%q %q %q %q", o.PlanID, o.PlanName, o.CurrentPlan, o.BillingCycle)
	for _, s := range o.Services {
		fmt.Fprintf(&key, " %q %q", s.ID, s.Name)
		if s.Quantity != nil {
			fmt.Fprintf(&key, " %d", *s.Quantity)
		}
	}
	kind, known := p.known[key.String()]
	if !known {
		if p.known == nil {
			p.known = map[string]int32{}
		}
		kind = count(len(p.kinds))
		p.known[key.String()] = kind
		p.kinds = append(p.kinds, o)
	}
	return kind
}

// packed are the packages, in no more memory than they need.
func (p *packing) packed() packages {
	told := slices.ContainsFunc(p.rows, func(r packed) bool { return r.owner.from != r.owner.to })
	return packages{text: string(p.text), rows: slices.Clone(p.rows), kinds: slices.Clone(p.kinds), told: told}
}
