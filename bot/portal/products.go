package portal

import (
	"context"
	"slices"

	"renewbot/bot/lookup"
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
	return yeastar.Available(p.offered, available)
}

// Configured are the products that are to be offered, whether our account has them or not.
func (p *Portal) Configured() []yeastar.Product { return slices.Clone(p.offered) }

// Offers says whether a product is to be offered: its operator may have taken it out since it was asked for.
func (p *Portal) Offers(productKey string) bool {
	return slices.ContainsFunc(p.offered, func(o yeastar.Product) bool { return o.Key == productKey })
}

// Sold asks whether our account has a product.
func (p *Portal) Sold(ctx context.Context, productKey string, maxAge lookup.MaxAge) (bool, error) {
	row, err := Product(productKey)
	if err != nil {
		return false, err
	}
	available, err := p.available.Get(ctx, all, maxAge)
	return yeastar.Has(available, row), err
}

// Unoffered are the rows that our account has and that are not offered.
func (p *Portal) Unoffered() []yeastar.Product {
	available, _ := p.available.Peek(all)
	return slices.DeleteFunc(yeastar.Available(yeastar.Products(), available), func(row yeastar.Product) bool {
		return p.Offers(row.Key)
	})
}

// Unlisted names what our account has and nobody can renew here. It names nothing while the
// portal has not told what the account has.
func (p *Portal) Unlisted() []string {
	available, _ := p.available.Peek(all)
	var names []string
	for _, a := range yeastar.Unlisted(available) {
		names = append(names, a.Called())
	}
	return names
}
