package portal

import (
	"slices"
	"strings"

	"renewbot/yeastar"
)

// Products are the offered products that our account has, in the order in which people
// choose from them. While the portal has not told what the account has, they are all that
// are offered.
func (p *Portal) Products() []yeastar.Product {
	available, told := p.available.Peek(all)
	if !told {
		return slices.Clone(p.offered)
	}
	return slices.DeleteFunc(slices.Clone(p.offered), func(row yeastar.Product) bool { return !has(available, row) })
}

// Unlisted names what our account has and this program does not renew. It names nothing
// while the portal has not told what the account has.
func (p *Portal) Unlisted() []string {
	available, _ := p.available.Peek(all)
	var names []string
	for _, a := range available {
		if !slices.ContainsFunc(yeastar.Products(), func(row yeastar.Product) bool { return has([]yeastar.AvailableProduct{a}, row) }) {
			names = append(names, a.Name)
		}
	}
	return names
}

// has says whether an account has a product, by its id or its name.
func has(available []yeastar.AvailableProduct, row yeastar.Product) bool {
	return slices.ContainsFunc(available, func(a yeastar.AvailableProduct) bool {
		return a.ID == row.ID || strings.EqualFold(strings.TrimSpace(a.Name), row.Name)
	})
}
