package portal_test

import (
	"testing"

	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// A billing contact is proposed only when it is the one that can be meant.
func TestOwnContactIsTheOnlyOne(t *testing.T) {
	t.Parallel()
	_, p := setup(t)
	acme, found := p.Holder(t.Context(), "p-series-turnkey", yeastarsim.AcmeTelecomID)
	if !found {
		t.Fatal("the customer is not there")
	}
	contact := func(id yeastar.ID, company, email string) yeastar.BillingContact {
		return yeastar.BillingContact{ID: id, Company: company, Email: email}
	}
	theirs, other := contact("1", "ACME Telecom", ""), contact("9", "Northwind", "a@northwind.example")
	mail := contact("2", "", "ap@acme-telecom.example")
	for name, c := range map[string]struct {
		contacts []yeastar.BillingContact
		want     yeastar.ID
		ok       bool
	}{
		"none":                     {[]yeastar.BillingContact{other}, "", false},
		"by company":               {[]yeastar.BillingContact{other, mail, theirs}, "1", true},
		"by mail domain":           {[]yeastar.BillingContact{other, mail}, "2", true},
		"two of the company":       {[]yeastar.BillingContact{theirs, contact("3", "Acme Telecom", "")}, "1", false},
		"two of their mail domain": {[]yeastar.BillingContact{mail, contact("4", "", "cfo@acme-telecom.example")}, "2", false},
	} {
		if id, ok := p.OwnContact(t.Context(), acme, c.contacts); ok != c.ok || (ok && id != c.want) {
			t.Errorf("%s: %q %t, want %q %t", name, id, ok, c.want, c.ok)
		}
	}
}
