package yeastar

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMappingIsSound(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range Mapping() {
		key := f.Answer + " " + f.Name
		if seen[key] || f.Answer == "" || f.Name == "" || len(f.Candidates) == 0 {
			t.Errorf("%q is double or empty", key)
		}
		seen[key] = true
		paths := map[string]bool{}
		for _, c := range f.Candidates {
			if paths[c.Path] || c.Path == "" || strings.Contains(c.Path, "..") {
				t.Errorf("%s: path %q", key, c.Path)
			}
			paths[c.Path] = true
			if c.Certainty != Documented && c.Certainty != Inferred && c.Certainty != Guessed {
				t.Errorf("%s: certainty %q", key, c.Certainty)
			}
		}
	}
}

// TestOrderIDsAreNotGuessed keeps guesses out of the two ids that go into orders.
func TestOrderIDsAreNotGuessed(t *testing.T) {
	t.Parallel()
	for _, f := range []Field{fieldPlanID, fieldServiceID} {
		for _, c := range f.Candidates {
			if c.Certainty != Documented {
				t.Errorf("%s may come from %s, which is %s", f.Name, c.Path, c.Certainty)
			}
		}
	}
}

func TestFieldsFound(t *testing.T) {
	t.Parallel()
	summary := func(call, raw string) map[string]string {
		out := map[string]string{}
		for _, f := range FieldsFound(call, json.RawMessage(raw)) {
			if f.Seen {
				out[f.Name] = f.At.Path + " " + string(f.At.Certainty)
			}
		}
		return out
	}
	tests := []struct {
		name, call, raw string
		want            map[string]string
	}{
		{"catalogue", callCatalogue, `{"offeringId":"1","x":[{"planId":1,"name":"Gold"}],"y":{"serviceId":2,"pricingServiceId":3,"serviceName":null}}`,
			map[string]string{"OfferingID": "offeringId documented", "Plan.ID": "planId documented", "Plan.Name": "name guessed",
				"Service.ID": "serviceId documented", "Service.PricingID": "pricingServiceId inferred"}},
		{"renewal", callRenewPlan, `{"currentQuantity":1,"price":{"amount":2}}`,
			map[string]string{"Quantity": "currentQuantity guessed", "Price.Amount": "price.amount guessed"}},
		{"order", callOrderDetail, `{"basicInformation":{"productId":"14"},"orderSummary":{"lines":[{"serviceId":1,"quantity":2}]}}`,
			map[string]string{"ProductID": "basicInformation.productId documented", "Line.ServiceID": "serviceId inferred", "Line.Quantity": "quantity inferred"}},
		{"nothing", callOwnedProduct, `{}`, map[string]string{}},
		{"not an object", callOwnedProduct, `7`, map[string]string{}},
		{"no such call", "nothing", `{}`, map[string]string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, summary(tt.call, tt.raw)); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
	if got := FieldsFound(callOrders, json.RawMessage(`{}`)); len(got) != 7 {
		t.Errorf("%d fields are told for a call when none is there", len(got))
	}
}
