package portal

import (
	"context"
	"slices"
	"strings"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// OwnName is what people call the calling account.
const OwnName = "Our own account"

// Holder resolves whom a renewal.Holder's key stands for. It is not ok when that is
// nobody, or they are gone.
func (p *Portal) Holder(ctx context.Context, key string) (renewal.Holder, bool) {
	switch key {
	case "":
		return renewal.Holder{}, false
	case own:
		return renewal.Holder{Name: OwnName}, true
	}
	customers, err := p.Customers(ctx, lookup.AnyAge)
	if err != nil {
		return renewal.Holder{}, false
	}
	c, ok := customers.Get(yeastar.ID(key))
	return renewal.Holder{PartnerID: c.ID, Name: c.DisplayName(), Email: c.Email}, ok
}

// ownNames are what people call the calling account, folded.
var ownNames = []string{"self", "own", "us", "ourselves", "our own", fold(OwnName)}

// MeansOwn says whether somebody named our own account.
func MeansOwn(name string) bool { return slices.Contains(ownNames, fold(name)) }

// IsOwn says whether a query may mean our own account.
func IsOwn(query string) bool {
	return query == "" || strings.Contains(fold(OwnName), fold(query))
}

// SearchContacts lists the billing contacts that fit what was typed, a preferred one
// first.
func SearchContacts(contacts []yeastar.BillingContact, query string, preferred yeastar.ID) []yeastar.BillingContact {
	words := strings.Fields(fold(query))
	var fit []yeastar.BillingContact
	for _, c := range contacts {
		text := fold(strings.Join([]string{c.Company, c.FirstName, c.LastName, c.Email}, " "))
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			fit = append(fit, c)
		}
	}
	if i := slices.IndexFunc(fit, func(c yeastar.BillingContact) bool { return c.ID == preferred }); i > 0 {
		first := fit[i]
		copy(fit[1:], fit[:i])
		fit[0] = first
	}
	return fit
}
