package slacksim_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/slacksim"
)

func renewForm() m {
	return modal("Renew",
		input("b_qty", "Quantity", m{"type": "number_input", "is_decimal_allowed": false, "min_value": "1", "max_value": "500"}),
		input("b_plan", "Plan", m{"type": "static_select", "options": []any{opt("One year", "1y"), opt("Two years", "2y")}}),
		input("b_who", "Customer", m{"type": "external_select", "min_query_length": 0}))
}

// formApp opens renewForm on the command and answers submissions with errors until the quantity is 12.
func formApp(b *bench) func(*app, frame) {
	return func(a *app, f frame) {
		switch {
		case f.Type == "slash_commands":
			a.ack(f, nil)
			b.must("views.open", m{"trigger_id": f.Payload["trigger_id"], "view": renewForm()})
		case f.Payload["type"] == "block_suggestion":
			a.ack(f, m{"options": []any{opt("Acme HQ", "c1"), opt("Acme East", "c2")}})
		case f.Payload["type"] == "view_submission":
			values := f.Payload["view"].(m)["state"].(m)["values"].(m)
			if qty := values["b_qty"].(m)["a_b_qty"].(m)["value"]; qty != "12" {
				a.ack(f, m{"response_action": "errors", "errors": m{"b_qty": "Must be 12"}})
				return
			}
			a.ack(f, nil)
		default:
			a.ack(f, nil)
		}
	}
}

func TestPersonFillsAForm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(formApp(b))
	ctx, p := b.ctx(), b.As(alice)
	if res, err := p.Command(ctx, sales, "/go acme"); err != nil || res.Failure != "" {
		t.Fatal(res, err)
	}
	v, err := p.WaitViewTitled(ctx, "Renew")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Quantity", "Plan", "Customer"}, v.Labels()); diff != "" {
		t.Error("labels (-want +got):", diff)
	}

	var refusal *slacksim.Refusal
	if _, err := p.Type(ctx, "Quantity", "abc"); !errors.As(err, &refusal) {
		t.Errorf("letters in a number: %v", err)
	}
	if _, err := p.Choose(ctx, "Plan", "Three years"); !errors.As(err, &refusal) {
		t.Errorf("an option that is not offered: %v", err)
	}
	if _, err := p.Choose(ctx, "Customer", "Acme HQ"); !errors.As(err, &refusal) {
		t.Errorf("an external option before a search: %v", err)
	}
	if res, err := p.Submit(ctx); !errors.As(err, &refusal) || len(res.Errors) != 3 {
		t.Errorf("empty form: %v %v", res, err)
	}

	for _, step := range []func() (slacksim.ActResult, error){
		func() (slacksim.ActResult, error) { return p.Type(ctx, "Quantity", "11") },
		func() (slacksim.ActResult, error) { return p.Choose(ctx, "b_plan", "2y") },
		func() (slacksim.ActResult, error) {
			if _, err := p.Search(ctx, "Customer", "acm"); err != nil {
				return slacksim.ActResult{}, err
			}
			return p.Choose(ctx, "Customer", "Acme East")
		},
	} {
		if _, err := step(); err != nil {
			t.Fatal(err)
		}
	}
	res, err := p.Submit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"b_qty": "Must be 12"}, res.Errors); diff != "" {
		t.Error("errors (-want +got):", diff)
	}
	if _, err := p.Type(ctx, "Quantity", "12"); err != nil {
		t.Fatal(err)
	}
	if res, err = p.Submit(ctx); err != nil || !res.Closed {
		t.Fatalf("%+v %v", res, err)
	}
	if _, open := p.View(); open {
		t.Error("the modal is still open")
	}
	if v := b.Violations(); len(v) != 0 {
		t.Error(v)
	}
}
