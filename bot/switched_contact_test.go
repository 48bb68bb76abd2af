package bot_test

import (
	"testing"

	"renewbot/bot/sandbox"
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
