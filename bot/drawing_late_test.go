package bot_test

import (
	"strings"
	"testing"
	"time"

	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// sandhaven is a billing contact as the form shows it.
const sandhaven = "Sandhaven Communications · invoices@sandhaven.example"

// stands wants what stands in the fields of the view on top.
func (a *actor) stands(want map[string]string) {
	a.b.t.Helper()
	for label, want := range want {
		if got := a.chosen(label); got != want {
			a.b.t.Errorf("%s is %q, want %q", label, got, want)
		}
	}
}

// A form is drawn for a choice while its author goes on: typing and choosing in other fields
// changes no hash of a view. Whatever stands on the screen when the drawing comes, and comes
// before the next one, stays.
func TestDrawingTakesNothingAway(t *testing.T) {
	t.Parallel()
	for name, late := range map[string][]time.Duration{
		"one drawing is late": {time.Second}, "the next one, too": {400 * time.Millisecond, 400 * time.Millisecond, 400 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, switched(yeastarsim.Generous, anyQuantity))
			alice := b.as(sandbox.Alice)
			alice.fill(wish{holder: "Northwind Clinics", plan: yeastarsim.TutorialPlanID, extensions: "500"})
			alice.redrawn()
			alice.choose("Services", "", "High Availability", "Recording Minutes")
			alice.view("Quantity: Recording Minutes")
			alice.redrawn()
			for _, delay := range late {
				b.Slack.Fail("views.update", slacksim.Fault{Delay: delay}, slacksim.Times(1))
			}
			form := alice.view("Plan")
			alice.choose("Plan", "", yeastarsim.SecondPlanID)
			b.drawing(form.ID, func(slacksim.Entry) bool { return true })
			alice.typeIn("Quantity: Recording Minutes", "77777")
			alice.typeIn("Number of extensions", "501")
			alice.typeIn("PO number", "PO 8")
			alice.typeIn("Note to the approver", "As agreed")
			alice.choose("Plan", "", yeastarsim.TutorialPlanID)
			alice.chooseContact("Sandhaven")
			alice.choose("Services", "", "Recording Minutes")
			alice.typeIn("Number of extensions", "502")
			alice.redrawn()
			alice.stands(map[string]string{
				"Plan": "Enterprise Plan", "Services": "Recording Minutes", "Quantity: Recording Minutes": "77777", "Number of extensions": "502",
				"PO number": "PO 8", "Note to the approver": "As agreed", "Billing contact": sandhaven,
			})
			b.wants(alice.review(), "502 extensions", "Recording Minutes × 77777", "PO 8", "As agreed", "Sandhaven")
		})
	}
}

// What the holder has is found only after the form is there: what was typed meanwhile stays, and
// what is proposed stands in the fields that then come.
func TestWhatIsFoundLateTakesNothingAway(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	b := cold(t, yeastarsim.InstanceProductList, yeastarsim.Hold(release), switched(yeastarsim.Generous), tuned(func(_ *ledger.Options, p *bot.Options) {
		p.OptionalWait = 0 // the bot's own
	}))
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew northwind")
	if _, asked := alice.view("PO number").Field("Number of extensions"); asked {
		t.Error("the number is asked for while it is looked up")
	}
	alice.typeIn("PO number", "PO 8")
	alice.typeIn("Note to the approver", "As agreed")
	alice.chooseContact("Sandhaven")
	close(release)
	alice.stands(map[string]string{
		"Number of extensions": "80", "PO number": "PO 8", "Note to the approver": "As agreed", "Billing contact": sandhaven,
	})
}

// What the holder has is found only after the form has asked: no field is there, or filled, for what its
// author does not see chosen, and words tell the number that it must be.
func TestWhatIsFoundTooLateIsTold(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	b := cold(t, yeastarsim.InstanceProductList, yeastarsim.HTTPError(503), switched(yeastarsim.Generous), func(o *sandbox.Options) { o.Now = clock.now })
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew northwind")
	alice.stands(map[string]string{"Number of extensions": "", "Services": ""})
	b.Vendor.ClearFaults()
	clock.advance(time.Minute) // failures are remembered, but briefly
	alice.choose("Plan", "", yeastarsim.TutorialPlanID)
	alice.reads("The current number of extensions is 80", "The package also has: ")
	alice.stands(map[string]string{"Number of extensions": "", "Services": ""})
	for _, f := range alice.view("Plan").Fields {
		if strings.HasPrefix(f.Label, "Quantity: ") {
			t.Errorf("%s is asked for, and the service is not chosen", f.Label)
		}
	}
}

// The look-ups after a choice fail while its author types on.
func TestTroubleAfterAChoiceTakesNothingAway(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	b := setup(t, func(o *sandbox.Options) { o.Now = clock.now })
	alice := b.as(sandbox.Alice)
	if told := alice.command(sandbox.Renewals, "/renew"); told != "" {
		t.Fatalf("/renew answered: %s", told)
	}
	form := alice.view("Product")
	alice.choose("Product", "", "Cloud PBX (PCE Instance)")
	alice.view("Which PBX")
	found, err := alice.p.Search(b.ctx, "Which PBX", yeastarsim.CloudSerial)
	if err != nil || len(found) == 0 {
		t.Fatalf("search the PBX: %v, %v", found, err)
	}
	b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503))
	b.Slack.Fail("views.update", slacksim.Fault{Delay: 400 * time.Millisecond}, slacksim.Times(1))
	before := len(b.Slack.Calls("views.update"))
	alice.choose("Which PBX", "", found[0].Value)
	b.until("the drawing is under way", func() bool { return len(b.Slack.Calls("views.update")) > before })
	alice.typeIn("PO number", "PO 9")
	alice.typeIn("Note to the approver", "Soon")
	b.wants(alice.reads("Try again"), "can't be reached right now", "Nothing was ordered.")
	stays := map[string]string{"PO number": "PO 9", "Note to the approver": "Soon"}
	alice.stands(stays)
	b.Vendor.ClearFaults()
	clock.advance(time.Minute) // failures are remembered, but briefly
	if _, err := alice.p.PressInView(b.ctx, "Try again"); err != nil {
		t.Fatal(err)
	}
	if v := alice.view("Plan"); v.ID != form.ID || !contains(chosen(v, "Which PBX"), yeastarsim.CloudSerial) {
		t.Errorf("the form is for %q", chosen(v, "Which PBX"))
	}
	alice.stands(stays)
}

// The reason that somebody has typed stands there again when the lines had to be checked once more.
func TestReasonOfABatchOutlivesItsCheck(t *testing.T) {
	t.Parallel()
	clock := newMoving()
	b := setup(t, telling, clock.set)
	alice := b.as(sandbox.Alice)
	alice.request(acmeWish) // which is something to explain
	alice.command(sandbox.Renewals, "/renew batch")
	alice.view("Lines")
	alice.typeIn("Lines", "holder,product,contact\nAcme Telecom,p-series-turnkey,invoices@sandhaven.example")
	alice.submitOK()
	alice.view(why)
	alice.explain("Agreed twice.")
	clock.add(16 * time.Minute)
	alice.submitOK()
	alice.reads("It was checked some time ago")
	if got := alice.chosen(why); got != "Agreed twice." {
		t.Errorf("the reason is %q", got)
	}
	alice.submitOK()
	alice.titled("Batch saved")
}

// Whoever reviews before the quantities of what was just chosen are asked for is asked for them.
func TestReviewBeforeAQuantityIsAskedFor(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(anyQuantity))
	alice := b.as(sandbox.Alice)
	alice.fill(wish{holder: "Northwind Clinics", plan: yeastarsim.TutorialPlanID, extensions: "80", contact: "Sandhaven"})
	alice.redrawn()
	b.Slack.Fail("views.update", slacksim.Fault{Delay: 1500 * time.Millisecond}, slacksim.Times(1))
	alice.choose("Services", "", "High Availability", "Recording Minutes")
	if _, err := alice.p.Submit(b.ctx); err != nil {
		t.Fatal(err)
	}
	form := alice.view("Quantity: Recording Minutes")
	if len(form.Errors) > 0 {
		t.Errorf("the form tells of %v", form.Errors)
	}
	alice.stands(map[string]string{"Number of extensions": "80"})
}
