package bot_test

import (
	"testing"
	"time"

	"renewbot/blocks"
	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// late has the next drawing come late, of a form that is drawn anew by do, and returns when it is on its way.
func (a *actor) late(do func()) {
	a.b.t.Helper()
	a.redrawn()
	a.b.Slack.Fail("views.update", slacksim.Fault{Delay: 2 * time.Second}, slacksim.Times(1))
	before := len(a.b.Slack.Calls("views.update"))
	do()
	a.b.until("the drawing is under way", func() bool { return len(a.b.Slack.Calls("views.update")) > before })
}

// What is chosen in a form while another product, or another customer, is drawn, is what the form shows then.
func TestChoiceWhileAnotherIsDrawnStays(t *testing.T) {
	t.Parallel()
	for name, another := range map[string]func(*actor){
		"another product":  func(a *actor) { a.choose("Product", "", "Remote Management") },
		"another customer": func(a *actor) { a.chooseHolder("Northwind Clinics") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, switched(yeastarsim.Generous))
			alice := b.as(sandbox.Alice)
			alice.knowsCustomers()
			alice.fill(wish{holder: "Acme Telecom", contact: "acme"})
			alice.late(func() { another(alice) })
			alice.chooseContact("Sandhaven")
			alice.redrawn()
			alice.stands(map[string]string{"Billing contact": sandhaven})
			alice.back()
			alice.fill(wish{holder: "Acme Telecom"})
			alice.late(func() { another(alice) })
			alice.choose("Order", "", blocks.WhenDay)
			alice.redrawn()
			alice.view("Day of the order")
			alice.stands(map[string]string{"Order": "On a day that I choose…"})
		})
	}
}

// A product is chosen again while another one is drawn: of the numbers it shows what the portal tells, or what was
// typed since, and never what was typed before.
func TestProductChosenAgainWhileAnotherIsDrawn(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous, anyQuantity))
	alice := b.as(sandbox.Alice)
	alice.knowsCustomers()
	alice.fill(wish{holder: "Northwind Clinics", plan: yeastarsim.TutorialPlanID, extensions: "120", contact: "Sandhaven"})
	first := alice.chosen("Product")
	alice.late(func() { alice.choose("Product", "", "Remote Management") })
	alice.choose("Product", "", first)
	alice.typeIn("Number of extensions", "130")
	alice.redrawn()
	if got := alice.chosen("Number of extensions"); got != "80" && got != "130" {
		t.Errorf("the number is %s, which was typed before", got)
	}
	alice.stands(map[string]string{"Product": first, "Plan": "Enterprise Plan", "Billing contact": sandhaven})
}

// A drawing that Slack does not take at once, or whose answer is lost, is made again, and told when that is in vain.
func TestLostDrawing(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]slacksim.Fault{
		"refused": {Kind: slacksim.FaultStatus}, "reset": {Kind: slacksim.FaultReset}, "limited": {Kind: slacksim.FaultRateLimit, RetryAfter: time.Second},
		"its answer is lost": {Kind: slacksim.FaultReset, After: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			alice := b.as(sandbox.Alice)
			alice.command(sandbox.Renewals, "/renew")
			alice.view("For whom")
			b.Slack.Fail("views.update", fault, slacksim.Times(1))
			alice.chooseHolder("Acme Telecom")
			alice.complete(acmeWish)
			alice.submitOK()
			alice.titled("Please check")
		})
	}
	t.Run("for good", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		alice := b.as(sandbox.Alice)
		alice.command(sandbox.Renewals, "/renew")
		alice.view("For whom")
		mended := b.Slack.Fail("views.update", slacksim.Fault{Kind: slacksim.FaultStatus})
		alice.chooseHolder("Acme Telecom")
		b.hears(sandbox.Alice, "Slack did not confirm that the form shows", "Nothing was ordered")
		mended()
		alice.chooseHolder("Acme Telecom")
		alice.view("Plan")
	})
}

// So is what is found late.
func TestLostDrawingOfWhatIsFoundLate(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	b := cold(t, yeastarsim.InstanceProductList, yeastarsim.Hold(release), switched(yeastarsim.Generous), tuned(func(_ *ledger.Options, p *bot.Options) {
		p.OptionalWait = 0 // the bot's own
	}))
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew northwind")
	alice.reads("Looking up what there is to renew")
	b.Slack.Fail("views.update", slacksim.Fault{Kind: slacksim.FaultStatus}, slacksim.Times(1))
	close(release)
	alice.stands(map[string]string{"Number of extensions": "80"})
}
