package portal

import (
	"context"
	"fmt"
	"strings"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Exactly is the holder that a text names without any doubt, among those of a product: our own
// account, a customer by id, e-mail address or the whole company, or a PBX by its serial
// number. problem says, as a sentence, why there is none; err is of look-ups that failed.
func (p *Portal) Exactly(ctx context.Context, row yeastar.Product, text string) (h renewal.Holder, problem string, err error) {
	if row.Holder == yeastar.BySerial {
		list, _, err := p.Listed(ctx, row.Key, lookup.AnyAge)
		if err != nil {
			return h, "", err
		}
		for _, l := range list {
			if strings.EqualFold(l.ProductNo, text) {
				return l.Holder, "", nil
			}
		}
		return h, fmt.Sprintf("the portal lists no %s with the serial number %q", row.Name, text), nil
	}
	if MeansOwn(text) {
		return renewal.Holder{Name: OwnName}, "", nil
	}
	customers, err := p.Customers(ctx, lookup.AnyAge)
	if err != nil {
		return h, "", err
	}
	if c, ok := customers.Get(yeastar.ID(text)); ok {
		return renewal.Holder{PartnerID: c.ID, Name: c.DisplayName(), Email: c.Email}, "", nil
	}
	whole := fold(text)
	var fit []yeastar.Customer
	const enough = 50
	found, _ := customers.Search(text, enough)
	for _, c := range found {
		if fold(c.Company) == whole || fold(c.Email) == whole {
			fit = append(fit, c)
		}
	}
	switch {
	case len(fit) == 1:
		return renewal.Holder{PartnerID: fit[0].ID, Name: fit[0].DisplayName(), Email: fit[0].Email}, "", nil
	case len(fit) > 1:
		return h, fmt.Sprintf("%d customers are called %q; name one by e-mail address or partner id", len(fit), text), nil
	}
	return h, fmt.Sprintf("there is no customer %q: write the whole company, the e-mail address or the partner id", text), nil
}
