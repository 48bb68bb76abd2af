package yeastar

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzLookUps gives any result to every look-up. Nothing that has money in it may be
// invented: ids and order numbers that are read stand in the answer letter for letter,
// numbers are in their bounds, and a list of which something cannot be read does not look
// shorter than it is.
func FuzzLookUps(f *testing.F) {
	for _, s := range fuzzResults {
		f.Add([]byte(s))
	}
	for _, s := range []string{
		`[{"id":1,"orderNo":"XS1"},{"orderNo":""}]`, `{"total":"2","list":[{"orderId":"1"},7]}`, `[{"partnerId":3100000000000000001,"email":"a@b"}]`,
		`{"records":[{"billingContactId":"3197218168379846218","company":"x"}]}`, `{"list":[{"productNo":"3076913644890832896","plan":{"planId":1},"extensions":"100.0"}]}`,
		`[{"id":18446744073709551616}]`, `[{"id":1e3}]`, `{"pageNo":1,"totalPage":-1}`, `{"results":{"results":{"results":{"results":[]}}}}`,
		`{"orderSummary":[{"planId":"1","quantity":100},{"serviceId":"2","planId":"1","quantity":20}],"basicInformation":{"productId":14}}`,
	} {
		f.Add([]byte(s))
	}
	s := newStub(f)
	var result []byte
	s.mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, success(string(result))) })
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		result = raw
		seen := texts(decoded(raw))
		known := func(what string, ids ...string) {
			for _, id := range ids {
				if id != "" && !seen[id] {
					t.Errorf("%s %q is not in the answer %s", what, id, raw)
				}
			}
		}
		if page, err := s.Orders(t.Context(), 1, 50); err == nil {
			for _, o := range page.Orders {
				known("order", string(o.ID), o.OrderNo)
			}
			if n, ok := objectsIn(raw); ok && n != len(page.Orders) {
				t.Errorf("%d of %d orders were read: %s", len(page.Orders), n, raw)
			}
			if page.Total < 0 || page.TotalPages < 0 {
				t.Errorf("%d orders on %d pages: %s", page.Total, page.TotalPages, raw)
			}
		}
		if o, err := s.Order(t.Context(), "XS1"); err == nil {
			known("order", string(o.ID), o.OrderNo, string(o.PartnerID), string(o.BillingID), string(o.ProductID))
			for _, l := range o.Lines {
				known("line", string(l.ServiceID))
			}
			checkPrice(t, o.Price)
			checkCount(t, o.Quantity)
		}
		if list, err := s.Customers(t.Context()); err == nil {
			for _, c := range list {
				known("customer", string(c.ID))
			}
		}
		if list, err := s.BillingContacts(t.Context()); err == nil {
			for _, c := range list {
				known("contact", string(c.ID))
			}
		}
		if c, err := s.Catalogue(t.Context(), 14, ""); err == nil {
			for _, p := range c.Plans {
				known("plan", string(p.ID), string(p.PricingID))
			}
			for _, e := range c.Services {
				known("service", string(e.ID), string(e.PricingID))
			}
		}
		if o, err := s.OwnedProduct(t.Context(), 14, "3076913644890832896"); err == nil {
			checkCount(t, o.Extensions)
			known("holder", string(o.HolderID), string(o.PlanID))
		}
		if info, err := s.RenewPlanInfo(t.Context(), "1", 14, "2"); err == nil {
			checkPrice(t, info.Price)
			checkCount(t, info.Quantity)
		}
	})
}

func checkPrice(t *testing.T, p *Price) {
	t.Helper()
	if p != nil && (p.Amount.IsNegative() || p.Currency == "") {
		t.Errorf("price %v", p)
	}
}

func checkCount(t *testing.T, n *int) {
	t.Helper()
	if n != nil && (*n < 0 || *n > math.MaxInt32) {
		t.Errorf("count %d", *n)
	}
}

// texts are all strings and numbers of an answer, as text.
func texts(v any) map[string]bool {
	out := map[string]bool{}
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				visit(item)
			}
		case map[string]any:
			for _, inner := range v {
				visit(inner)
			}
		default:
			out[textual(v)] = true
		}
	}
	visit(v)
	return out
}

// objectsIn counts the objects of a list, if the answer is one without a wrapper.
func objectsIn(raw []byte) (n int, ok bool) {
	list, ok := decoded(raw).([]any)
	for _, item := range list {
		if _, is := item.(map[string]any); is {
			n++
		}
	}
	return n, ok
}

// FuzzOrderBody puts what people choose and type into an order: whatever it is, the order
// has the same fields, each with exactly that in it, or there is no order.
func FuzzOrderBody(f *testing.F) {
	f.Add("", "3197218168379846218", "3048941892189077504", "3048573759449317376", "PO-2026-17 RNW-000123", 100, 20)
	f.Add("3100000000000000001", "1", "2", "3", `","billingId":7,"x":"`, 1, 1)
	f.Add("p", "1e3", "0", "00", "\x00\xff<&>\u2028", 0, -1)
	f.Fuzz(func(t *testing.T, partner, billing, plan, service, po string, quantity, more int) {
		o := Order{Product: products[0], PartnerID: ID(partner), BillingID: ID(billing), PONumber: po, Lines: []OrderLine{
			{ServiceType: LinePlan, ServiceID: ID(plan), Quantity: quantity}, {ServiceType: LineService, ServiceID: ID(service), Quantity: more},
		}}
		body, err := o.Body()
		if err != nil {
			return
		}
		sent, _ := decoded(body).(map[string]any)
		keys := slices.Sorted(maps.Keys(sent))
		keys = slices.DeleteFunc(keys, func(k string) bool { return (k == "partnerId" && partner != "") || (k == "poNumber" && po != "") })
		if got := strings.Join(keys, " "); got != "billingId operationType productId serviceList" {
			t.Fatalf("the order has %s: %s", got, body)
		}
		if textual(sent["billingId"]) != billing || textual(sent["productId"]) != "14" || sent["operationType"] != "renew_plan" {
			t.Errorf("sent %s", body)
		}
		for name, want := range map[string]string{"partnerId": partner, "poNumber": po} {
			if got, _ := sent[name].(string); utf8.ValidString(want) && got != want {
				t.Errorf("%s is %q, not %q", name, got, want)
			}
		}
		lines, _ := sent["serviceList"].([]any)
		if len(lines) != 2 {
			t.Fatalf("%d lines: %s", len(lines), body)
		}
		for i, want := range []map[string]string{
			{"serviceType": "plan", "serviceId": plan, "quantity": fmt.Sprint(quantity)},
			{"serviceType": "service", "serviceId": service, "quantity": fmt.Sprint(more), "connectionPlanId": plan},
		} {
			line, _ := lines[i].(map[string]any)
			for name, value := range want {
				if textual(line[name]) != value {
					t.Errorf("line %d: %s is %v, not %q", i, name, line[name], value)
				}
			}
			if n := quantityOf(line); n < 1 {
				t.Errorf("line %d orders %d", i, n)
			}
		}
	})
}

func quantityOf(line map[string]any) int64 {
	n, _ := line["quantity"].(json.Number)
	v, err := n.Int64()
	if err != nil {
		return -1
	}
	return v
}
