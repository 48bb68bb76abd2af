package batch

import (
	"context"
	"fmt"
	"strings"

	"renewbot/blocks"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/yeastar"
)

// contact finds who gets the invoice.
func (v *View) contact(ctx context.Context, f blocks.FormData, cell string) (yeastar.ID, string, error) {
	if cell == "" {
		if f.Draft.Contact == "" {
			return "", "The billing contact is missing: none is certainly theirs. Write it into the column contact.", nil
		}
		return f.Draft.Contact, "", nil
	}
	contacts, err := v.portal.Contacts(ctx, lookup.AnyAge)
	if err != nil {
		return "", "", err
	}
	id, says := contactOf(contacts, cell)
	return id, says, nil
}

// contactOf finds the contact that a cell names: by its id, by exactly its name or address, or else but for
// their signs.
func contactOf(contacts []yeastar.BillingContact, cell string) (id yeastar.ID, says string) {
	byID := func(c yeastar.BillingContact) bool { return string(c.ID) == cell }
	named := func(same func(a, b string) bool) func(yeastar.BillingContact) bool {
		return func(c yeastar.BillingContact) bool { return same(cell, c.Email) || same(cell, c.DisplayName()) }
	}
	for _, means := range []func(yeastar.BillingContact) bool{byID, named(strings.EqualFold), named(portal.Same)} {
		var fit []yeastar.ID
		for _, c := range contacts {
			if means(c) {
				fit = append(fit, c.ID)
			}
		}
		switch len(fit) {
		case 0:
			continue
		case 1:
			return fit[0], ""
		}
		return "", fmt.Sprintf("%d billing contacts are called %q: write the e-mail address or the id.", len(fit), cell)
	}
	return "", fmt.Sprintf("There is no billing contact %q: write the whole name, the e-mail address or the id.", cell)
}
