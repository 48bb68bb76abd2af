package yeastar

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

var fuzzResults = []string{
	`{}`, `[]`, `null`, `true`, `""`, `0`, `[[[]]]`, `{"results":[{"partnerId":1}]}`, `{"data":{"list":{"records":[]}}}`,
	`{"planId":1,"services":[{"serviceId":"2","planIds":[1,null,{}]}]}`, `{"quantity":1e400,"totalPrice":1e-400,"currencyCode":"USD"}`,
	`{"createTime":99999999999999999999,"expireDate":"\u0000"}`, `{"orderNo":"XS1","orderId":-0}`,
	`{"basicInformation":[],"orderSummary":{"a":{"serviceId":"1","quantity":"007"}}}`,
}

// FuzzResult reads every answer out of any JSON: nothing may panic, and what is read
// must be usable in an order.
func FuzzResult(f *testing.F) {
	for _, s := range fuzzResults {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		if cat, err := readCatalogue(raw); err == nil {
			for _, p := range cat.Plans {
				if p.ID == "" {
					t.Error("a plan without an id")
				}
			}
			for _, s := range cat.Services {
				if s.ID == "" {
					t.Error("a service without an id")
				}
			}
		}
		if info, err := readRenewal(raw); err == nil {
			if info.Quantity != nil && *info.Quantity < 0 {
				t.Errorf("quantity %d", *info.Quantity)
			}
			if info.Price != nil && (info.Price.Amount.IsNegative() || info.Price.Currency == "") {
				t.Errorf("price %v", info.Price)
			}
		}
		if list, err := entries(raw, readCustomer); err == nil {
			for _, c := range list {
				if c.ID == "" || c.DisplayName() == "" {
					t.Errorf("customer %+v", c)
				}
			}
		}
		if p, err := readPage(raw); err == nil {
			for _, e := range p.entries {
				readOwned(e)
				readOrderSummary(e)
			}
		}
		readOrderDetail(raw)
		if r, err := readOrderResult(envelope{Result: raw}); err == nil && strings.TrimSpace(r.OrderNo) == "" {
			t.Error("an order without a number")
		}
		for _, call := range []string{callCatalogue, callRenewPlan, callOwnedProduct, callOrders, callOrderDetail} {
			Survey(call, raw)
			Unmapped(call, raw)
		}
	})
}

// FuzzClassify gives any answer to be classified: only a whole envelope of the vendor
// may say that an order was placed or refused.
func FuzzClassify(f *testing.F) {
	for _, status := range []int{200, 201, 302, 400, 401, 429, 500} {
		for _, body := range []string{"", "<html>", tutorialAnswer, tutorialAnswer[:90], `{"code":"x"}`, `{"code":1,"requestId":"r"}`,
			refusalBody("no", "a\nb", 400), refusalBody("no", "", 500), `{"code":"success","status":"200"}`} {
			f.Add(status, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		env, e := answer{status: status, body: body}.classify(callOrder, time.Time{})
		var o map[string]any
		valid := json.Unmarshal(body, &o) == nil
		code, _ := o["code"].(string)
		switch {
		case e == nil && (!valid || strings.TrimSpace(code) != codeSuccess || status < 200 || status > 299):
			t.Errorf("success out of HTTP %d %s: %+v", status, body, env)
		case e != nil && (e.Class == ClassRefused || e.Class == ClassAuth) && (!valid || code == "" || status >= 500 || e.RequestID == ""):
			t.Errorf("%s out of HTTP %d %s", e.Class, status, body)
		case e != nil && strings.ContainsAny(e.Error(), "\n\r\x00\x1b"):
			t.Errorf("more than a line: %q", e.Error())
		}
	})
}
