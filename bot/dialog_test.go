package bot_test

import (
	"testing"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// What a dialog promises is what the click does by the policy of now, wherever its button stands.
func TestDialogsAreByThePolicyOfNow(t *testing.T) {
	t.Parallel()
	raised := func(b *bundle) {
		b.stop()
		b.Config.Renew.ApprovalsRequired = 2
		b.start()
	}
	t.Run("approving in Home", func(t *testing.T) {
		t.Parallel()
		b := setup(t, durable(t))
		b.as(sandbox.Alice).request(acmeWish)
		raised(b)
		b.as(sandbox.Bob).home("RNW-000001", "Approve")
		r, err := b.as(sandbox.Bob).p.PressInHome(b.ctx, "Approve")
		if err != nil || !contains(r.Confirm.Text, "This is approval 1 of 2.") {
			t.Errorf("the dialog says %q: %v", r.Confirm.Text, err)
		}
		b.says(sandbox.Renewals, "@bob approved (1 of 2)")
	})
	t.Run("trying again", func(t *testing.T) {
		t.Parallel()
		b := setup(t, durable(t))
		b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Refuse("insufficient_credit", "No.").Times(1))
		b.approved()
		b.happened("RNW-000001", renewal.CodeRefused)
		b.card(sandbox.Renewals, "RNW-000001", "Try again")
		raised(b)
		var card slacksim.Message
		b.wait("a card that is drawn anew", func(s *slacksim.Snapshot) bool {
			for _, m := range s.All(sandbox.Renewals) {
				if card = m; contains(string(m.Blocks), "This is approval 1 of 2.") {
					return true
				}
			}
			return false
		})
		if title := b.as(sandbox.Bob).press(card, "Try again").Confirm.Title; title != "Try RNW-000001 again?" {
			t.Errorf("the dialog asks %q", title)
		}
		b.says(sandbox.Renewals, "@bob asked to try again. One person alone does not order it again. So this needs approval again (1 of 2).")
		b.wantOrders(1) // which was refused
	})
}
