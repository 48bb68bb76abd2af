package bot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

func TestSlackHoldsBackWhatIsTooLong(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	for label, limit := range map[string]int{"PO number": renewal.MaxPONumber, "Note to the approver": renewal.MaxNote} {
		if _, err := alice.p.Type(b.ctx, label, strings.Repeat("x", limit+1)); err == nil {
			t.Errorf("%s takes %d characters", label, limit+1)
		}
		alice.typeIn(label, strings.Repeat("x", limit))
	}
	b.wants(alice.review(), strings.Repeat("x", renewal.MaxNote))
}

func TestInputThatSlackLetsThrough(t *testing.T) {
	t.Parallel()
	const (
		nobody    = "Choose for whom. The customer that was chosen may have been removed from the portal."
		noPlan    = "Choose the plan. The one that was chosen may not be on offer any more."
		noContact = "Choose the billing contact. The one that was chosen may have been removed from the portal."
		noService = "One of these services is not on offer any more. Choose again."
		invite    = "I'm not in that channel. Type /invite @renewbot there first, or choose a channel that I'm in."
	)
	b := setup(t)
	dave := b.as(sandbox.Dave)
	dave.fill(acmeWish)
	services := func(ids ...string) map[string]any {
		var options []any
		for _, id := range ids {
			options = append(options, selected("static_select", id)["selected_option"])
		}
		return map[string]any{"type": "multi_static_select", "selected_options": options}
	}
	channel := func(id string) map[string]any {
		return map[string]any{"type": "conversations_select", "selected_conversation": id}
	}
	for _, c := range []struct {
		name   string
		forged forged
		want   string
	}{
		{"customer that there never was", forged{"For whom", selected("external_select", "3100417265109820000")}, nobody},
		{"customer that is no number", forged{"For whom", selected("external_select", "acme' OR 1=1")}, nobody},
		{"the line that counts other customers", forged{"For whom", selected("external_select", "more")}, nobody},
		{"plan of another product", forged{"Plan", selected("static_select", "3048565102030405061")}, noPlan},
		{"service in place of a plan", forged{"Plan", selected("static_select", yeastarsim.UltimateServiceID)}, noPlan},
		{"contact that there never was", forged{"Billing contact", selected("external_select", "1")}, noContact},
		{"service of another product", forged{"Services", services("3048565102030405079")}, noService},
		{"PO number, one too many", forged{"PO number", plainText(strings.Repeat("9", renewal.MaxPONumber+1))}, "At most 20 characters, please."},
		{"PO number with an umlaut", forged{"PO number", plainText("Bestellung 4ü")}, "Only plain letters, digits and signs, please: 'ü' can't be sent."},
		{"PO number of two lines", forged{"PO number", plainText("1\n2")}, "Only plain letters, digits and signs, please: '\\n' can't be sent."},
		{"note, one too many", forged{"Note to the approver", plainText(strings.Repeat("é", renewal.MaxNote+1))}, "At most 500 characters, please."},
		{"direct message", forged{"Post the request in", channel(b.Slack.As(sandbox.Dave).DM())}, "Choose a channel, not a direct message."},
		{"channel that the bot is not in", forged{"Post the request in", channel(sandbox.Random)}, invite},
		{"channel that there is not", forged{"Post the request in", channel("C0NOWHERE")}, invite},
		{"channel of two companies", forged{"Post the request in", channel(sandbox.Partners)}, "That channel is shared with another company. Choose an internal one."},
		{"private channel of others", forged{"Post the request in", channel(sandbox.Leads)}, "You are not in that channel. Choose one that you are in."},
	} {
		got := dave.force(c.forged)
		want := map[string]string{c.forged.label: c.want}
		if diff := cmp.Diff(want, got); diff != "" && !(c.forged.label == "Services" && got["Services"] == c.want) {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	b.nothingStored()
	b.wants(dave.review(), "Acme Telecom")
}

func TestMoreServicesThanOneRequestHolds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	w := wish{holder: "Northwind Clinics", plan: yeastarsim.TutorialPlanID, extensions: "80", contact: "Sandhaven"}
	alice.fill(w.with(map[string]string{"Recording Minutes": "10000"}))
	services := func(ids ...string) forged {
		var options []any
		for _, id := range ids {
			options = append(options, selected("static_select", id)["selected_option"])
		}
		return forged{"Services", map[string]any{"type": "multi_static_select", "selected_options": options}}
	}
	var many []string
	for i := range 11 {
		many = append(many, fmt.Sprint(3048942901234567000+i))
	}
	if got := alice.force(services(many...)); !contains(got["Services"], "At most 10 services") {
		t.Errorf("11 services are answered with %v", got)
	}
	// Each of the two is fine by itself; together they are no order.
	if got := alice.force(services(yeastarsim.RecordingServiceID, yeastarsim.RecordingServiceID)); len(got) == 0 {
		alice.submitOK()
		b.wants(alice.reads("== Not saved =="), "Nothing was ordered.")
	}
	b.nothingStored()
}

// A client that stood open while the portal changed sends ids that were right.
func TestWhatVanishedWhileTheFormStoodOpen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		vanish   func(*yeastarsim.Server)
		label    string
		sentence string
	}{
		"customer": {
			func(s *yeastarsim.Server) { s.RemoveCustomer(yeastarsim.AcmeTelecomID) },
			"For whom", "The customer that was chosen may have been removed from the portal.",
		},
		"billing contact": {
			func(s *yeastarsim.Server) { s.RemoveBillingContact("3197218168379846343") },
			"Billing contact", "The one that was chosen may have been removed from the portal.",
		},
		"plan": {
			func(s *yeastarsim.Server) {
				s.UpdateProduct(yeastarsim.Turnkey, func(p *yeastarsim.Product) { p.Plans = p.Plans[1:] })
			},
			"Plan", "The one that was chosen may not be on offer any more.",
		},
	} {
		for _, at := range []string{"form", "review"} {
			t.Run(name+" at the "+at, func(t *testing.T) {
				t.Parallel()
				b, clock := setupAt(t)
				alice := b.as(sandbox.Alice)
				alice.fill(acmeWish)
				alice.redrawn() // for the choice of customer, and of plan
				if at == "review" {
					alice.review()
				}
				c.vanish(b.Vendor)
				b.later(clock, b.Config.Renew.LookupTTL*2)
				b.refreshed(sandbox.Dave)
				if at == "form" {
					errs := alice.submit()
					if got := alice.errorAt(c.label); len(errs) != 1 || !contains(got, c.sentence) {
						t.Errorf("the field %q says %q; all errors: %v", c.label, got, errs)
					}
				} else {
					alice.submitOK()
					b.wants(alice.reads("== Not saved =="), c.sentence, "Nothing was saved and nothing was ordered.")
				}
				b.nothingStored()
			})
		}
	}
}

// The form is drawn again when a choice is made. A plan that is not on offer any more
// is not silently replaced by the only one that is.
func TestVanishedPlanIsNotReplaced(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	alice.redrawn()
	b.Vendor.UpdateProduct(yeastarsim.Turnkey, func(p *yeastarsim.Product) { p.Plans = p.Plans[1:] })
	b.later(clock, b.Config.Renew.LookupTTL*2)
	b.refreshed(sandbox.Dave)
	alice.choose("Services", "", "Recording Minutes")
	alice.redrawn()
	alice.typeIn("Quantity: Recording Minutes", "1")
	if got := alice.chosen("Plan"); got == "Ultimate Plan" {
		t.Errorf("the plan that vanished was replaced by %q", got)
	}
	if errs := alice.force(); !contains(errs["Plan"], "Choose the plan.") {
		t.Errorf("the form without a plan is answered with %v", errs)
	}
	b.nothingStored()
}

// refreshed lets somebody look at the form until the bot's look-ups, whose time is up,
// are of now: the number of customers, contacts and plans is what tells.
func (b *bundle) refreshed(user string) {
	b.t.Helper()
	other := b.as(user)
	for b.ctx.Err() == nil {
		other.command(sandbox.Renewals, "/renew")
		other.view("For whom")
		customers, err := other.p.Search(b.ctx, "For whom", "")
		if err != nil {
			b.t.Fatalf("search the customers: %v", err)
		}
		other.chooseHolder("Our own account")
		plans := other.field("Plan").Options
		contacts, err := other.p.Search(b.ctx, "Billing contact", "")
		if err != nil {
			b.t.Fatalf("search the contacts: %v", err)
		}
		other.back()
		fresh := len(customers) == len(b.Vendor.Customers())+1 && len(contacts) == len(b.Vendor.BillingContacts())
		for _, p := range b.Vendor.Products() {
			if p.ID != yeastarsim.Turnkey {
				continue
			}
			fresh = fresh && len(p.Plans)+1 == len(plans) // the last one is to leave the plan out
			for i := range min(len(p.Plans), len(plans)) {
				fresh = fresh && p.Plans[i].Name == plans[i].Text
			}
		}
		if fresh {
			return
		}
	}
	b.t.Fatal("the bot's look-ups never became those of now")
}

func TestVendorsDataChangeBetweenReviewAndSubmission(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	b.wants(alice.review(), "Enterprise Plan")
	b.Vendor.UpdateProduct(yeastarsim.Turnkey, func(p *yeastarsim.Product) { p.Plans[0].Name = "Enterprise Plan 2027" })
	b.later(clock, b.Config.Renew.LookupTTL*2)
	b.refreshed(sandbox.Dave)
	alice.submitOK()
	b.wants(alice.reads("This is not what you saw a moment ago"), "Please check", "Enterprise Plan 2027", "Request approval")
	b.nothingStored()
	alice.submitOK()
	alice.reads("RNW-000001 is saved.")
	if plan, _ := b.stored("RNW-000001").Offer.Plan(); plan.Name != "Enterprise Plan 2027" {
		t.Errorf("saved is the plan %q", plan.Name)
	}
}

// tampered submits a view with private_metadata of somebody's own making, and returns
// what Slack was answered.
func (a *actor) tampered(metadata string) string {
	a.b.t.Helper()
	v, ok := a.p.View()
	if !ok {
		a.b.t.Fatal("no view is open")
	}
	return a.resend(v, metadata)
}

// resend submits a view as it stood, whatever became of it.
func (a *actor) resend(v slacksim.View, metadata string) string {
	a.b.t.Helper()
	f := a.p.Force()
	payload := f.Interaction("view_submission")
	payload["view"] = map[string]any{
		"id": v.ID, "type": "modal", "callback_id": v.CallbackID, "private_metadata": metadata,
		"blocks": v.Blocks, "hash": v.Hash, "root_view_id": v.RootID, "state": map[string]any{"values": map[string]any{}},
	}
	answer, err := f.Send(a.b.ctx, "interactive", "view_submission", true, payload)
	if err != nil {
		a.b.t.Fatalf("send the forged submission: %v", err)
	}
	return string(answer)
}

func TestForgedMetadataIsNotBelieved(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	mine := b.refOf(alice.request(acmeWish))
	before := b.stored(mine)
	dave := b.as(sandbox.Dave)
	dave.fill(wish{holder: "Northwind Clinics", plan: yeastarsim.TutorialPlanID, extensions: "80", contact: "Sandhaven"})
	dave.review()
	top, _ := dave.p.View()
	var draft map[string]any
	if err := json.Unmarshal([]byte(top.PrivateMetadata), &draft); err != nil {
		t.Fatal(err)
	}
	with := func(change map[string]any) string {
		forged := maps.Clone(draft)
		maps.Copy(forged, change)
		raw, err := json.Marshal(forged)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	for _, c := range []struct {
		name, metadata string
		answer         []string
	}{
		{"no JSON", "}{", []string{"I can't read this form any more", "Nothing was saved"}},
		{"JSON of something else", `[1,2]`, []string{"I can't read this form any more"}},
		{"empty", "", []string{"Nothing was ordered"}},
		{"quantity", with(map[string]any{"q": "-5"}), []string{"must be at least 1", "Nothing was saved and nothing was ordered"}},
		{"customer", with(map[string]any{"h": "12345"}), []string{"Choose for whom", "Nothing was saved"}},
		{"channel", with(map[string]any{"ch": sandbox.Leads}), []string{"You are not in that channel", "Nothing was saved"}},
		{"product", with(map[string]any{"p": "gold-bars"}), []string{"nothing was ordered"}},
		{"PO number", with(map[string]any{"o": strings.Repeat("9", 32)}), []string{"At most 20 characters", "Nothing was saved"}},
		{"what was not reviewed", with(map[string]any{"q": "49"}), []string{"This is not what you saw a moment ago"}},
		{"somebody else's request", with(map[string]any{"r": before.ID, "v": before.Revision, "f": before.Fingerprint}), []string{"Only", "can change RNW-000001"}},
		{"a request that there is not", with(map[string]any{"r": 999, "v": 1, "f": before.Fingerprint}), []string{"Nothing was"}},
	} {
		answer := dave.tampered(c.metadata)
		for _, piece := range c.answer {
			if !strings.Contains(strings.ToLower(answer), strings.ToLower(piece)) {
				t.Errorf("%s: %q is missing in the answer %s", c.name, piece, answer)
			}
		}
	}
	if _, err := b.Ledger.Get(b.ctx, 2); err == nil {
		t.Errorf("a forged submission made a request")
	}
	if diff := cmp.Diff(before, b.stored(mine)); diff != "" {
		t.Errorf("a forged submission changed somebody else's request (-before +after):\n%s", diff)
	}
	b.ends(mine, renewal.Pending, 0, renewal.CodeSubmitted, renewal.CodeDenied)
}

func TestForgedButtonsAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := b.as(sandbox.Alice).request(acmeWish)
	for _, value := range []string{"", "{}", `{"r":-1}`, `{"r":"1"}`, "null", `{"r":1,"v":1,"f":"0000"}`, `{"r":1}`, `{"r":77,"v":1,"f":"x"}`} {
		for _, action := range []string{"approve", "retry", "close", "settle_placed", "settle_not_placed", "change", "reject"} {
			r, err := b.Slack.As(sandbox.Bob).Force().Press(b.ctx, slacksim.Click{Ref: card.Ref(), BlockID: "x", ActionID: action, Value: value})
			if err != nil || r.Failure != "" {
				t.Errorf("%s with %q: %v %s", action, value, err, r.Failure)
			}
		}
	}
	var refusal *slacksim.Refusal
	if _, err := b.Slack.As(sandbox.Bob).Press(b.ctx, card.Ref(), "Try again"); !errors.As(err, &refusal) {
		t.Errorf("a pending card offers Try again: %v", err)
	}
	if r := b.stored("RNW-000001"); r.Status != renewal.Pending || len(r.Votes) != 0 || len(b.Vendor.OrderRequests()) != 0 {
		t.Errorf("a forged button moved the request: %+v", r)
	}
}
