package bot_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

var acmeWish = wish{holder: "Acme Telecom", plan: yeastarsim.TutorialPlanID, extensions: "50", contact: "acme"}

// forged is what a client that checks nothing sends for a field.
type forged struct {
	label string
	value map[string]any
}

func number(text string) map[string]any {
	return map[string]any{"type": "number_input", "value": text}
}

func plainText(text string) map[string]any {
	return map[string]any{"type": "plain_text_input", "value": text}
}

func selected(kind, id string) map[string]any { // kind is static_select or external_select
	return map[string]any{"type": kind, "selected_option": map[string]any{
		"text": map[string]any{"type": "plain_text", "text": "forged"}, "value": id,
	}}
}

// force submits the view on top with a client that checks nothing, and returns the
// errors by the labels of their fields.
func (a *actor) force(fields ...forged) map[string]string {
	a.b.t.Helper()
	a.redrawn()
	v, ok := a.p.View()
	if !ok {
		a.b.t.Fatal("no view is open")
	}
	values, labels := map[string]map[string]map[string]any{}, map[string]string{}
	for _, f := range v.Fields {
		labels[f.BlockID] = f.Label
	}
	for _, f := range fields {
		field, ok := v.Field(f.label)
		if !ok {
			a.b.t.Fatalf("the view has no field %q", f.label)
		}
		values[field.BlockID] = map[string]map[string]any{field.ActionID: f.value}
	}
	r, err := a.p.Force().Submit(a.b.ctx, v.ID, values)
	if err != nil || r.Trouble != "" {
		a.b.t.Fatalf("submit: %v %s", err, r.Trouble)
	}
	errs := map[string]string{}
	for block, sentence := range r.Errors {
		errs[cmpOr(labels[block], block)] = sentence
	}
	return errs
}

func TestSlackHoldsBackWhatIsNoQuantity(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	for _, typed := range []string{"", "0", "-1", "1000000000", "100001"} {
		alice.typeIn("Number of extensions", typed)
		var refusal *slacksim.Refusal
		if _, err := alice.p.Submit(b.ctx); !errors.As(err, &refusal) || len(refusal.Fields) != 1 {
			t.Errorf("%q is submitted: %v", typed, err)
		}
		if alice.errorAt("Number of extensions") == "" {
			t.Errorf("%q has no error at its field", typed)
		}
	}
	for _, typed := range []string{"abc", "1.5", "1e9", "5O"} {
		if _, err := alice.p.Type(b.ctx, "Number of extensions", typed); err == nil {
			t.Errorf("%q can be typed as a number of extensions", typed)
		}
	}
	b.nothingStored()
	alice.typeIn("Number of extensions", "100000")
	b.wants(alice.review(), "100000")
}

func TestQuantityThatSlackLetsThrough(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	w := wish{holder: "Northwind Clinics", plan: yeastarsim.TutorialPlanID, extensions: "80", contact: "Sandhaven"}
	alice.fill(w.with(map[string]string{"Recording Minutes": "10000"}))
	for _, c := range []struct{ typed, extensions, minutes string }{
		{"", "Type a number.", "Type a number."},
		{"   ", "Type a number.", "Type a number."},
		{"0", "The number must be at least 1.", "The number must be at least 1."},
		{"-1", "The number must be at least 1.", "The number must be at least 1."},
		{"100001", "The number must be at most 100000.", ""},
		{"1000000000", "The number must be at most 100000.", "The number must be at most 10000000."},
		{"99999999999999999999", "This number is too large.", "This number is too large."},
		{"abc", "Type a whole number, such as 100.", "Type a whole number, such as 100."},
		{"1.5", "Type a whole number, such as 100.", "Type a whole number, such as 100."},
		{"1e9", "Type a whole number, such as 100.", "Type a whole number, such as 100."},
		{"0x50", "Type a whole number, such as 100.", "Type a whole number, such as 100."},
		{"٥٠", "Type a whole number, such as 100.", "Type a whole number, such as 100."},
	} {
		for label, sentence := range map[string]string{"Number of extensions": c.extensions, "Quantity: Recording Minutes": c.minutes} {
			if sentence == "" {
				continue
			}
			got := alice.force(forged{label, number(c.typed)})
			if diff := cmp.Diff(map[string]string{label: sentence}, got); diff != "" {
				t.Errorf("%q at %s (-want +got):\n%s", c.typed, label, diff)
			}
		}
	}
	both := alice.force(forged{"Number of extensions", number("0")}, forged{"Quantity: Recording Minutes", number("x")})
	if len(both) != 2 {
		t.Errorf("two mistakes have %d errors: %v", len(both), both)
	}
	b.nothingStored()
	b.wants(alice.review(), "80", "Recording Minutes × 10000") // the form is as good as before
}

// A quantity that is possible and not the current one is the vendor's to refuse.
func TestWrongQuantityIsRefusedByTheVendor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := acmeWish
	w.extensions = "51"
	card := b.as(sandbox.Alice).request(w)
	b.as(sandbox.Bob).press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeRefused)
	const why = "The quantity must be exactly the same as the current one"
	b.hears(sandbox.Alice, "Not ordered", why)
	b.says(sandbox.Renewals, "Not ordered", why, "request id")
	r := b.ends("RNW-000001", renewal.Refused, 1,
		renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeOrdering, renewal.CodeRefused)
	if len(b.Vendor.Placed()) != 0 || r.Order != nil {
		t.Errorf("something was ordered: %+v", r.Order)
	}
}
