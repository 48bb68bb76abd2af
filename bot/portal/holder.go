package portal

import (
	"slices"
	"strings"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// OwnName is what people call the calling account.
const OwnName = "Our own account"

// ourselves is the calling account as a holder.
var ourselves = renewal.Holder{Name: OwnName}

// ownNames are what people call the calling account, folded.
var ownNames = []string{"self", "own", "us", "ourselves", "our own", fold(OwnName)}

// MeansOwn says whether somebody named our own account.
func MeansOwn(name string) bool { return slices.Contains(ownNames, unended(fold(name))) }

// isOwn says whether a query may mean our own account.
func isOwn(query string) bool {
	return query == "" || strings.Contains(fold(OwnName), unended(fold(query)))
}

// SearchContacts lists the billing contacts that fit what was typed, a preferred one
// first.
func SearchContacts(contacts []yeastar.BillingContact, query string, preferred yeastar.ID) []yeastar.BillingContact {
	words := strings.Fields(unended(fold(query)))
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
