package yeastar

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSurvey(t *testing.T) {
	t.Parallel()
	summary := func(call string, answers ...json.RawMessage) map[string]string {
		out := map[string]string{}
		for _, s := range Survey(call, answers...) {
			for _, p := range s.Paths {
				out[s.Name] += fmt.Sprintf("%s %s %d/%d %s;", p.Path, p.Certainty, p.Seen, s.Of, strings.Join(p.Kinds, "+"))
			}
		}
		return out
	}
	tests := []struct {
		name, call string
		answers    []string
		want       map[string]string
	}{
		{"catalogue", callCatalogue, []string{`{"offeringId":"1","x":[{"planId":1,"name":"Gold"},{"planId":"2"}],
			"y":{"serviceId":2,"planId":1,"pricingServiceId":3,"serviceName":null}}`},
			map[string]string{
				"OfferingID": "offeringId documented 1/1 digits;", "Plan.ID": "planId documented 2/2 digits+number;",
				"Plan.Name": "name guessed 1/2 string;", "Service.ID": "serviceId documented 1/1 number;",
				"Service.PricingID": "pricingServiceId inferred 1/1 number;", "Service.PlanIDs": "planId guessed 1/1 number;",
			}},
		{"renewal", callRenewPlan, []string{`{"currentQuantity":1,"price":{"amount":2},"expireDate":"2026-11-23 00:00:00"}`},
			map[string]string{
				"Quantity": "currentQuantity guessed 1/1 number;", "Price.Amount": "price.amount guessed 1/1 number;",
				"Expiry": "expireDate guessed 1/1 time;",
			}},
		{"several places", callOrders, []string{`{"id":1,"orderId":"x"}`, `{"orderId":"y"}`, `{"poNo":[],"poNumber":{}}`, `{"poNumber":" "}`},
			map[string]string{
				"ID":       "id documented 1/4 number;",
				"PONumber": "poNumber inferred 2/4 empty+object;poNo guessed 1/4 list;",
			}},
		{"order", callOrderDetail, []string{`{"basicInformation":{"productId":"14"},"orderSummary":{"lines":[{"serviceId":1,"quantity":2}]}}`},
			map[string]string{
				"ProductID": "basicInformation.productId documented 1/1 digits;", "Line.ServiceID": "serviceId inferred 1/1 number;",
				"Line.Quantity": "quantity inferred 1/1 number;",
			}},
		{"nothing", callOwnedProduct, []string{`{}`}, map[string]string{}},
		{"not an object", callOwnedProduct, []string{`7`}, map[string]string{}},
		{"no such call", "nothing", []string{`{}`}, map[string]string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var answers []json.RawMessage
			for _, a := range tt.answers {
				answers = append(answers, json.RawMessage(a))
			}
			if diff := cmp.Diff(tt.want, summary(tt.call, answers...)); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
	if got := Survey(callOrders, json.RawMessage(`{}`)); len(got) != 8 {
		t.Errorf("%d fields are told for a call when none is there", len(got))
	}
}

func TestUnmappedTellsNamesAndNoValues(t *testing.T) {
	t.Parallel()
	got := Unmapped(callOrders,
		json.RawMessage(`{"id":1,"orderNo":"x","extNum":4,"inner":[{"deep":{"deeper":"Acme"}}]}`),
		json.RawMessage(`{"extNum":5,"it@acme.example":{"orders":1},"+49 40 555":2}`))
	if diff := cmp.Diff([]string{"deep", "deeper", "extNum", "inner", "orders"}, got); diff != "" {
		t.Errorf("Unmapped (-want +got):\n%s", diff)
	}
}
