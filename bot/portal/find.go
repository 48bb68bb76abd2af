package portal

import (
	"context"
	"fmt"
	"slices"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Exactly is the holder that a text names without any doubt, among those of a product: our own
// account, a customer by id, e-mail address or the whole company, or a PBX by its serial
// number. problem says, as a sentence, why there is none; err is of look-ups that failed.
func (p *Portal) Exactly(ctx context.Context, row yeastar.Product, text string) (h renewal.Holder, problem string, err error) {
	holders, err := p.Holders(ctx, row.Key, lookup.AnyAge)
	if err != nil {
		return h, "", err
	}
	if row.Holder == yeastar.BySerial {
		for _, typed := range []string{fold(text), bareSerial(text)} {
			for _, pbx := range holders.serials(typed) {
				if fold(pbx.SerialNumber) == typed {
					return pbx, "", nil
				}
			}
		}
		return h, fmt.Sprintf("the portal lists no %s with the serial number %q", row.Name, text), nil
	}
	if MeansOwn(text) {
		return ourselves, "", nil
	}
	if h, ok := holders.Get(text); ok {
		return h, "", nil
	}
	whole := fold(text)
	const enough = 50
	found, _ := holders.Search(text, enough)
	fit := slices.DeleteFunc(slices.Clone(found), func(h renewal.Holder) bool { return fold(h.Name) != whole && fold(h.Email) != whole })
	if len(fit) == 0 {
		fit = slices.DeleteFunc(found, func(h renewal.Holder) bool { return !Same(text, h.Name) && !Same(text, h.Email) })
	}
	switch {
	case len(fit) == 1:
		return fit[0], "", nil
	case len(fit) > 1:
		return h, fmt.Sprintf("%d customers are called %q; name one by e-mail address or partner id", len(fit), text), nil
	}
	return h, fmt.Sprintf("there is no customer %q: write the whole company, the e-mail address or the partner id", text), nil
}
