package portal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"renewbot/bot/portal"
	"renewbot/bot/renewal"
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

// The invoice of a PBX goes to another customer only where it is told whose PBX it is.
func TestInvoiceOfAPBX(t *testing.T) {
	t.Parallel()
	const software = "p-series-software"
	untold := func(s *yeastarsim.Switches) { s.Owner = false }
	nameOnly := yeastarsim.WithNames(func(n *yeastarsim.Names) { n.OwnerID = "" })
	for name, c := range map[string]struct {
		company string
		mail    string
		tells   func(*yeastarsim.Switches)
		option  yeastarsim.Option
		want    renewal.DoubtKind
	}{
		"theirs":                        {company: "Acme Telecom"},
		"another's":                     {company: "Northwind Clinics", want: renewal.DoubtInvoice},
		"another's, as a Ltd":           {company: "Northwind Clinics, Ltd.", want: renewal.DoubtInvoice},
		"theirs, as a Ltd":              {company: "ACME Telecom Limited"},
		"another's mail":                {mail: "cfo@northwind-clinics.example", want: renewal.DoubtInvoice},
		"their mail":                    {mail: "cfo@acme-telecom.example"},
		"another's mail, and ours":      {company: "Sandhaven Communications", mail: "cfo@northwind-clinics.example"},
		"our mail":                      {mail: "invoices@sandhaven.example"},
		"a mail that anybody may have":  {mail: "northwind@gmail.com"},
		"no company and no mail":        {},
		"a mail of several customers":   {mail: "cfo@shared.example"},
		"one like another's":            {company: "Northwind"},
		"nobody tells whose PBX":        {company: "Acme Telecom", tells: untold, want: renewal.DoubtInvoiceUnsure},
		"nobody tells, and it is ours":  {company: "Sandhaven Communications", tells: untold},
		"their name is told":            {company: "Acme Telecom", option: nameOnly},
		"their name is told, another's": {company: "Northwind Clinics", option: nameOnly, want: renewal.DoubtInvoiceUnsure},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var options []yeastarsim.Option
			if c.option != nil {
				options = append(options, c.option)
			}
			sim, p := setup(t, options...)
			if c.tells != nil {
				sim.Switch(c.tells)
			}
			for i, id := range []string{"9001", "9002"} {
				sim.AddCustomer(yeastarsim.Customer{PartnerID: id, Email: fmt.Sprintf("it%d@shared.example", i), Address: yeastarsim.Address{Company: fmt.Sprint("Shared ", i)}})
			}
			sim.AddBillingContact(yeastarsim.BillingContact{ID: "77", EmailAddress: c.mail, Address: yeastarsim.Address{Company: c.company}})
			holder, _ := p.Holder(t.Context(), software, yeastarsim.SoftwareSerial)
			o := renewal.Offer{Product: software, Holder: holder, Contact: renewal.Contact{ID: "77"}}
			facts, err := p.Enrich(t.Context(), &o, yeastar.Catalogue{}, portal.Ages{})
			if err != nil {
				t.Fatal(err)
			}
			var got renewal.DoubtKind
			about := []renewal.DoubtKind{renewal.DoubtInvoice, renewal.DoubtInvoiceUnsure}
			for _, d := range o.Doubts(facts, time.Now(), renewal.Policy{}) {
				if slices.Contains(about, d.Kind) {
					got = d.Kind
				}
			}
			if got != c.want {
				t.Errorf("the doubt is %q, want %q", got, c.want)
			}
		})
	}
}
