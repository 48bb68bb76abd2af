package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// The codes of a journey without incidents.
var smooth = []renewal.Code{renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeOrdered}

const fixedLine = `"purchaseType":"renew","billingModel":"recurring","billingCycle":"annually","multiCycle":0`

// orderJSON is the order that a wish stands for: head is what comes before the lines.
func orderJSON(head string, lines ...string) string {
	return `{"operationType":"renew_plan","productId":14,` + head + `,"serviceList":[` + strings.Join(lines, ",") + `]}`
}

func planJSON(id string, quantity int) string {
	return fmt.Sprintf(`{"serviceType":"plan","serviceId":%s,"quantity":%d,%s}`, id, quantity, fixedLine)
}

func serviceJSON(id, plan string, quantity int) string {
	return fmt.Sprintf(`{"serviceType":"service","serviceId":%s,"connectionPlanId":%s,"quantity":%d,%s}`, id, plan, quantity, fixedLine)
}

// with is the wish with services.
func (w wish) with(services map[string]string) wish {
	w.services = services
	return w
}

func TestWhatIsChosenIsWhatIsOrdered(t *testing.T) {
	t.Parallel()
	typed := configured(func(r *config.Renew) { r.PONumber = renewal.PONumberTyped })
	ourInvoice := `"billingId":` + yeastarsim.TutorialBillingContactID
	acmeInvoice := `"billingId":3197218168379846343`
	plan := yeastarsim.TutorialPlanID
	northwind := wish{holder: "Northwind Clinics", plan: plan, extensions: "80", contact: "Sandhaven"}
	for name, c := range map[string]struct {
		change []func(*sandbox.Options)
		wish   wish
		body   string
		read   []string // in the review, and in the channel
	}{
		"own account, the reference alone as PO number": {
			wish: tutorial,
			body: orderJSON(ourInvoice+`,"poNumber":"RNW-000001"`, planJSON(plan, 100)),
			read: []string{"Our own account", "Enterprise Plan", "100", "1 year", "invoices@sandhaven.example", "no price from the portal"},
		},
		"customer, the reference after the typed PO number": {
			wish: wish{holder: "Acme Telecom", plan: plan, extensions: "50", contact: "acme", po: "PO 4711", note: "Renews on Friday"},
			body: orderJSON(`"partnerId":"`+yeastarsim.AcmeTelecomID+`",`+acmeInvoice+`,"poNumber":"PO 4711 RNW-000001"`, planJSON(plan, 50)),
			read: []string{"Acme Telecom", "it@acme-telecom.example", "50", "PO 4711", "Renews on Friday"},
		},
		"customer, only what was typed as PO number": {
			change: []func(*sandbox.Options){typed},
			wish:   wish{holder: "Acme Telecom", plan: plan, extensions: "50", contact: "acme", po: "PO 4711"},
			body:   orderJSON(`"partnerId":"`+yeastarsim.AcmeTelecomID+`",`+acmeInvoice+`,"poNumber":"PO 4711"`, planJSON(plan, 50)),
			read:   []string{"PO 4711"},
		},
		"customer on another plan, no PO number at all": {
			change: []func(*sandbox.Options){typed},
			wish:   wish{holder: "Acme Telecom Services", plan: yeastarsim.SecondPlanID, extensions: "250", contact: "acme"},
			body:   orderJSON(`"partnerId":"`+yeastarsim.AcmeVoiceID+`",`+acmeInvoice, planJSON(yeastarsim.SecondPlanID, 250)),
			read:   []string{"Ultimate Plan", "250"},
		},
		"plan and a service": {
			wish: northwind.with(map[string]string{"Ultimate Plan Extensions": "20"}),
			body: orderJSON(`"partnerId":"`+yeastarsim.NorthwindID+`",`+ourInvoice+`,"poNumber":"RNW-000001"`,
				planJSON(plan, 80), serviceJSON(yeastarsim.UltimateServiceID, plan, 20)),
			read: []string{"Ultimate Plan Extensions × 20"},
		},
		"plan and three services": {
			change: []func(*sandbox.Options){switched(func(s *yeastarsim.Switches) { s.ServicesWithPlan = true })},
			wish: northwind.with(map[string]string{
				"High Availability": "1", "Recording Minutes": "10000", "Ultimate Plan Extensions": "20",
			}),
			body: orderJSON(`"partnerId":"`+yeastarsim.NorthwindID+`",`+ourInvoice+`,"poNumber":"RNW-000001"`,
				planJSON(plan, 80), serviceJSON(yeastarsim.UltimateServiceID, plan, 20),
				serviceJSON(yeastarsim.RecordingServiceID, plan, 10000), serviceJSON(yeastarsim.HighAvailabilityServiceID, plan, 1)),
			read: []string{"High Availability × 1", "Recording Minutes × 10000", "Ultimate Plan Extensions × 20"},
		},
		"in a private channel": {
			wish: wish{plan: plan, extensions: "100", contact: "Sandhaven", channel: sandbox.Leads},
			body: orderJSON(ourInvoice+`,"poNumber":"RNW-000001"`, planJSON(plan, 100)),
			read: []string{"Our own account"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, c.change...)
			alice, channel := b.as(sandbox.Alice), cmpOr(c.wish.channel, sandbox.Renewals)
			alice.fill(c.wish)
			b.wants(alice.review(), c.read...)
			b.nothingStored()
			alice.submitOK()
			b.wants(alice.reads("is saved."), "RNW-000001", "Nothing has been ordered yet.")
			card := b.card(channel, "RNW-000001", "Approve")
			b.says(channel, append(c.read, "Waiting for approval", "Nothing has been ordered.")...)
			b.as(sandbox.Bob).press(card, "Approve")
			order := b.happened("RNW-000001", renewal.CodeOrdered)
			if diff := cmp.Diff([]string{c.body}, b.bodies()); diff != "" {
				t.Errorf("the order (-want +got):\n%s", diff)
			}
			r := b.ends("RNW-000001", renewal.Ordered, 1, smooth...)
			placed := b.Vendor.Placed()
			if len(placed) != 1 || r.Order == nil || r.Order.OrderNo != placed[0].OrderNo {
				t.Fatalf("the vendor placed %d orders, the ledger has %+v", len(placed), r.Order)
			}
			number := placed[0].OrderNo
			b.wants(b.Slack.Text(order), number, placed[0].TransactionNo, yeastarsim.StatusSucceed)
			b.hears(sandbox.Alice, number, "RNW-000001")
			if m := b.says(channel, "RNW-000001 is ordered", number); !m.Broadcast {
				t.Errorf("the order number is said only inside the thread")
			}
			if now := b.shows(card, number); len(now.Buttons()) != 0 {
				t.Errorf("the card of an ordered request has buttons: %q", now.Buttons())
			}
		})
	}
}

func TestBackKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(anyQuantity))
	alice := b.as(sandbox.Alice)
	alice.fill(wish{holder: "Acme Telecom", plan: yeastarsim.TutorialPlanID, extensions: "51", contact: "acme", po: "PO 7", note: "Soon"})
	b.wants(alice.review(), "51")
	alice.back()
	for label, want := range map[string]string{
		"For whom": "Acme Telecom · it@acme-telecom.example", "Plan": "Enterprise Plan", "Number of extensions": "51", "PO number": "PO 7", "Note to the approver": "Soon",
	} {
		if got := alice.chosen(label); got != want {
			t.Errorf("after Back, %s is %q, want %q", label, got, want)
		}
	}
	alice.typeIn("Number of extensions", "50")
	text := alice.review()
	b.wants(text, "50")
	b.lacks(text, "51")
	alice.submitOK()
	r := b.stored(referenceIn(alice.reads("is saved.")))
	if plan, _ := r.Offer.Plan(); plan.Quantity != 50 || r.Offer.PONumber != "PO 7" || r.Note != "Soon" {
		t.Errorf("saved: %+v, note %q", r.Offer, r.Note)
	}
}

func TestAnotherCustomerResetsWhatDependsAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.fill(wish{
		holder: "Northwind Clinics", plan: yeastarsim.TutorialPlanID, extensions: "80", contact: "Sandhaven", po: "PO 7", note: "Soon",
		services: map[string]string{"Ultimate Plan Extensions": "20"},
	})
	before := alice.field("Plan").BlockID
	alice.chooseHolder("Acme Telecom")
	if _, err := alice.p.WaitView(b.ctx, func(v slacksim.View) bool {
		f, ok := v.Field("Plan")
		return ok && f.BlockID != before
	}); err != nil {
		t.Fatalf("the form was not drawn anew: %v", err)
	}
	for label, want := range map[string]string{
		"Plan": "", "Services": "", "Number of extensions": "", "Billing contact": "Acme Telecom · ap@acme-telecom.example",
		"PO number": "PO 7", "Note to the approver": "Soon", "Post the request in": sandbox.Renewals,
	} {
		if got := alice.chosen(label); got != want {
			t.Errorf("after another customer was chosen, %s is %q, want %q", label, got, want)
		}
	}
	b.lacks(alice.reads("Acme Telecom"), "Quantity: Ultimate Plan Extensions")
	alice.complete(wish{plan: yeastarsim.TutorialPlanID, extensions: "50", contact: "acme"})
	b.wants(alice.review(), "Acme Telecom", "50", "PO 7", "Soon")
}

// The form of the customer just chosen is not there yet, or never came: what stands in the
// fields belongs to another customer, and "Review" shows the new form instead.
func TestReviewBeforeTheFormOfAnotherCustomer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.fill(wish{holder: "Northwind Clinics", plan: yeastarsim.TutorialPlanID, extensions: "80", contact: "Sandhaven", po: "PO 7"})
	alice.redrawn()
	defer b.Slack.Fail("views.update", slacksim.Fault{Kind: slacksim.FaultError, Error: "internal_error"}, slacksim.Times(1))()
	alice.chooseHolder("Acme Telecom")
	if _, err := b.Slack.WaitJournal(b.ctx, func(e slacksim.Entry) bool { return e.Name == "views.update" && e.ErrorCode() == "internal_error" }); err != nil {
		t.Fatal(err)
	}
	if r, err := alice.p.Submit(b.ctx); err != nil || r.Trouble != "" || len(r.Errors) > 0 {
		t.Fatalf("submit: %v %+v", err, r)
	}
	alice.reads("Renew a subscription")
	for label, want := range map[string]string{"Plan": "", "Number of extensions": "", "Billing contact": "Acme Telecom · ap@acme-telecom.example", "PO number": "PO 7"} {
		if got := alice.chosen(label); got != want {
			t.Errorf("in the form of another customer %s is %q, want %q", label, got, want)
		}
	}
	alice.complete(wish{plan: yeastarsim.TutorialPlanID, extensions: "50", contact: "acme"})
	b.wants(alice.review(), "Acme Telecom", "50", "PO 7")
}

func TestAnotherPlanKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.fill(wish{holder: "Northwind Clinics", plan: yeastarsim.TutorialPlanID, extensions: "80", contact: "Sandhaven", po: "PO 7"})
	alice.choose("Plan", "", yeastarsim.SecondPlanID)
	alice.redrawn()
	alice.choose("Services", "", "Recording Minutes")
	alice.typeIn("Quantity: Recording Minutes", "10000")
	for label, want := range map[string]string{
		"Plan": "Ultimate Plan", "Number of extensions": "80", "PO number": "PO 7", "Services": "Recording Minutes",
	} {
		if got := alice.chosen(label); got != want {
			t.Errorf("after another plan was chosen, %s is %q, want %q", label, got, want)
		}
	}
	b.wants(alice.review(), "Ultimate Plan", "80", "Recording Minutes × 10000", "Sandhaven Communications")
}

func TestTheBillingContactOfTheLastOrderComesFirst(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t))
	alice := b.as(sandbox.Alice)
	chosen := func(want string) {
		t.Helper()
		alice.fill(wish{holder: "Acme Telecom"})
		if got := alice.chosen("Billing contact"); !contains(got, want) {
			t.Errorf("the contact %q is chosen, want %q", got, want)
		}
	}
	chosen("ap@acme-telecom.example") // it is their own
	alice.back()
	acme := wish{holder: "Acme Telecom", plan: yeastarsim.TutorialPlanID, extensions: "50", contact: "mueller"}
	card := alice.request(acme)
	chosen("ap@acme-telecom.example") // nobody has agreed to another one
	alice.back()
	b.as(sandbox.Bob).press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	chosen("Müller & Söhne")
	options, err := alice.p.Search(b.ctx, "Billing contact", "")
	if err != nil || len(options) != 4 || options[0].Value != "3197218168379846411" {
		t.Errorf("the contact of the last order is not the first of four: %v %v", options, err)
	}
	alice.back()
	alice.fill(wish{holder: "Acme Telecom Services"})
	got := alice.chosen("Billing contact")
	options, err = alice.p.Search(b.ctx, "Billing contact", "")
	if got != "" || err != nil || len(options) != 4 || options[0].Value != yeastarsim.TutorialBillingContactID {
		t.Errorf("another customer gets the contact %q, and contacts not in the portal's order: %v %v", got, options, err)
	}
	alice.back()
	b.Vendor.RemoveBillingContact("3197218168379846411")
	b.restart()                       // what is known of contacts is forgotten
	chosen("ap@acme-telecom.example") // the one of the last order is gone, and this is still their own
}

func TestNumberOfExtensionsIsPrefilledWithItsSource(t *testing.T) {
	t.Parallel()
	plan := yeastarsim.TutorialPlanID
	for name, c := range map[string]struct {
		generous bool
		ordered  string // number of extensions of an order before
		want     string
		hint     string
	}{
		"told by the API":             {generous: true, want: "50", hint: "from the Partner Portal"},
		"from the last order":         {ordered: "50", want: "50", hint: "Our last order had 50. It must be exactly"},
		"both, and they agree":        {generous: true, ordered: "50", want: "50", hint: "from the Partner Portal"},
		"both, and they differ":       {generous: true, ordered: "55", hint: "The Partner Portal says 50, our last order had 55"},
		"nobody knows, so it's typed": {hint: "Must equal the current number of extensions."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			change := switched(anyQuantity)
			if c.generous {
				change = switched(anyQuantity, yeastarsim.Generous)
			}
			b := setup(t, change)
			alice := b.as(sandbox.Alice)
			if c.ordered != "" {
				card := alice.request(wish{holder: "Acme Telecom", plan: plan, extensions: c.ordered, contact: "acme"})
				b.as(sandbox.Bob).press(card, "Approve")
				b.happened("RNW-000001", renewal.CodeOrdered)
			}
			alice.fill(wish{holder: "Acme Telecom"})
			alice.reads(c.hint)
			if got := alice.chosen("Number of extensions"); got != c.want {
				t.Errorf("the form proposes %q extensions, want %q", got, c.want)
			}
			if c.generous && alice.chosen("Plan") != "Enterprise Plan" {
				t.Errorf("the plan of the package is not chosen, but %q", alice.chosen("Plan"))
			}
			if c.want == "" {
				return
			}
			alice.complete(wish{plan: plan, contact: "acme"})
			b.wants(alice.review(), "50")
		})
	}
}

func TestAnotherNumberThanThePortalTellsIsDoubted(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	alice := b.as(sandbox.Alice)
	alice.fill(wish{holder: "Acme Telecom", plan: yeastarsim.TutorialPlanID, extensions: "55", contact: "acme"})
	b.wants(alice.review(), "The portal says 50 extensions, and 55 are asked for.", why)
}

func TestPriceIsShownWhenTheAPITellsIt(t *testing.T) {
	t.Parallel()
	const none = "no price from the portal"
	for name, c := range map[string]struct {
		change []func(*sandbox.Options)
		price  string
	}{
		"told":     {[]func(*sandbox.Options){switched(yeastarsim.Generous)}, "600.00 USD"}, // 50 at 12.00
		"not told": {nil, none},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, c.change...)
			alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
			alice.fill(wish{holder: "Acme Telecom", plan: yeastarsim.TutorialPlanID, extensions: "50", contact: "acme"})
			texts := []string{alice.review()}
			alice.submitOK()
			card := b.card(sandbox.Renewals, "RNW-000001", "Approve")
			dialog := bob.press(card, "Approve").Confirm
			texts = append(texts, b.Slack.Text(card), dialog.Text, b.Slack.Text(b.happened("RNW-000001", renewal.CodeSubmitted)))
			for _, text := range texts {
				b.wants(text, c.price)
				if c.price != none {
					b.lacks(text, none)
				}
			}
			b.happened("RNW-000001", renewal.CodeOrdered)
			b.ends("RNW-000001", renewal.Ordered, 1, smooth...)
		})
	}
}

func TestExpiryIsShownAndDoubted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		days     int
		doubt    string
		noDoubts []string
	}{
		"soon":          {days: 30, noDoubts: []string{"too early", "expired on"}},
		"far away":      {days: 90, doubt: "which is more than 60 days away. Is it too early to renew?", noDoubts: []string{"expired on"}},
		"sixty days":    {days: 60, noDoubts: []string{"too early", "expired on"}},
		"in the past":   {days: -17, doubt: "This expired on 2026-02-13.", noDoubts: []string{"too early"}},
		"on the moment": {days: 0, doubt: "This expired on 2026-03-02.", noDoubts: []string{"too early"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, _ := setupAt(t, switched(yeastarsim.Generous))
			expiry := monday.AddDate(0, 0, c.days)
			b.Vendor.SetExpiry(yeastarsim.AcmeTelecomID, expiry)
			alice := b.as(sandbox.Alice)
			alice.fill(wish{holder: "Acme Telecom", plan: yeastarsim.TutorialPlanID, contact: "acme"})
			alice.reads("Current expiry: ", expiry.Format("2006"))
			text := alice.review()
			b.wants(text, "Current expiry", c.doubt)
			b.lacks(text, c.noDoubts...)
		})
	}
}

func TestOurOwnPackageIsFound(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	alice := b.as(sandbox.Alice)
	alice.command(sandbox.Renewals, "/renew")
	alice.choose("For whom", "own", "Our own account")
	v := alice.view("Number of extensions")
	if f, _ := v.Field("Number of extensions"); f.Value != "100" {
		t.Errorf("proposes %q extensions for our own account, want its 100", f.Value)
	}
}

// The services of the package are chosen already; leaving one out is a doubt.
func TestServicesOfThePackageAreChosen(t *testing.T) {
	t.Parallel()
	b := setup(t, switched(yeastarsim.Generous))
	b.Vendor.SetExpiry(yeastarsim.NorthwindID, time.Now().AddDate(0, 0, 30))
	alice := b.as(sandbox.Alice)
	northwind := wish{holder: "Northwind Clinics", contact: "Sandhaven"}
	alice.fill(northwind)
	for label, want := range map[string]string{
		"Plan": "Enterprise Plan", "Number of extensions": "80", "Services": "Ultimate Plan Extensions, Recording Minutes, High Availability",
		"Quantity: Recording Minutes": "10000", "Quantity: High Availability": "1",
	} {
		if got := alice.chosen(label); got != want {
			t.Errorf("%s is %q, want %q", label, got, want)
		}
	}
	const left = "The package also has High Availability, Ultimate Plan Extensions, which would not be renewed."
	b.lacks(alice.review(), "would not be renewed", why)
	alice.back()
	alice.choose("Services", "", "Recording Minutes")
	alice.redrawn()
	b.wants(alice.review(), left)
	alice.submitOK()
	card := b.card(sandbox.Renewals, referenceIn(alice.reads("is saved.")), "Approve")
	b.wants(b.Slack.Text(card), "1 thing to look at", left, "renews until about")
}

func TestInvoiceToAnotherCustomerIsDoubted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.fill(wish{holder: "Northwind Clinics", plan: yeastarsim.TutorialPlanID, extensions: "80", contact: "acme"})
	b.wants(alice.review(), "The invoice would go to Acme Telecom, another customer.")
	alice.back()
	alice.chooseContact("Sandhaven")
	b.lacks(alice.review(), "The invoice would go")
}
