package bot_test

import (
	"testing"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// A billing contact that was chosen by hand stays when another product is chosen; one that was
// proposed makes room for that of whoever is chosen then.
func TestContactOfAChangedProduct(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ byHand, want string }{
		"chosen by hand": {"Sandhaven", "Sandhaven Communications · invoices@sandhaven.example"},
		"proposed":       {"", "Acme Telecom · ap@acme-telecom.example"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, switched(yeastarsim.Generous))
			alice := b.as(sandbox.Alice)
			alice.knowsCustomers()
			alice.command(sandbox.Renewals, "/renew Acme Telecom")
			alice.chooseHolder("Acme Telecom")
			alice.redrawn()
			if c.byHand != "" {
				alice.chooseContact(c.byHand)
			}
			alice.choose("Product", "", "P-Series Software Edition")
			alice.redrawn()
			alice.choose("Which PBX", yeastarsim.SoftwareSerial, yeastarsim.SoftwareSerial)
			alice.redrawn()
			if got := stripIsolates(alice.chosen("Billing contact")); got != c.want {
				t.Errorf("the billing contact is %q, want %q", got, c.want)
			}
		})
	}
}

// The contact of a PBX's last order is proposed for the customer of that order, and not for another
// one who has the PBX by now.
func TestContactOfAPBXsFormerCustomer(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t), switched(yeastarsim.Generous), configured(func(r *config.Renew) { r.RepeatWithin = time.Nanosecond }))
	b.Vendor.AddBillingContact(yeastarsim.BillingContact{ID: "77", EmailAddress: "ap@acme.example", Address: yeastarsim.Address{Company: "Acme Payables"}})
	b.restart() // contacts were asked for before
	const product = "p-series-software"
	holder := renewal.Holder{Name: "Acme Telecom", PartnerID: yeastarsim.AcmeTelecomID, SerialNumber: yeastarsim.SoftwareSerial}
	by := renewal.Actor{UserID: sandbox.Alice, MayRequest: true}
	row, _ := yeastar.ProductByKey(product)
	r, _, err := b.Ledger.Submit(b.ctx, renewal.Submission{Key: "k", By: by, Channel: sandbox.Renewals, DoubtReason: "agreed", Offer: renewal.Offer{
		Product: product, Term: row.Terms[0], Holder: holder, Contact: renewal.Contact{ID: "77", Name: "Acme Payables"},
		Lines: []renewal.Line{{Type: yeastar.LinePlan, ID: "1", Name: "Plan", Quantity: 5}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	bob := renewal.Actor{UserID: sandbox.Bob, MayApprove: true}
	for _, e := range []renewal.Event{
		renewal.Approve{By: bob, Shown: renewal.Shown{Revision: r.Revision, Fingerprint: r.Fingerprint}}, renewal.Begin{Budget: time.Hour},
		renewal.Answered{Attempt: 1, Order: yeastar.OrderResult{OrderNo: "XS1", OrderStatus: yeastar.OrderSucceed}},
	} {
		if _, err := b.Ledger.Apply(b.ctx, r.ID, e); err != nil {
			t.Fatal(err)
		}
	}
	proposed := func() string {
		alice := b.as(sandbox.Alice)
		alice.command(sandbox.Renewals, "/renew "+yeastarsim.SoftwareSerial)
		alice.redrawn()
		chosen := stripIsolates(alice.chosen("Billing contact"))
		if _, err := alice.p.CloseView(b.ctx, true); err != nil {
			t.Fatal(err)
		}
		return chosen
	}
	if got := proposed(); !contains(got, "Acme Payables") {
		t.Errorf("for the same customer %q is proposed", got)
	}
	b.Vendor.UpdateOwned(yeastarsim.Software, yeastarsim.SoftwareSerial, func(p *yeastarsim.Package) { p.PartnerID = yeastarsim.NorthwindID })
	b.restart()
	if got := proposed(); contains(got, "Acme") {
		t.Errorf("for another customer %q is proposed", got)
	}
}
