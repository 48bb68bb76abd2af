package yeastar_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

func TestTutorialOrderArrives(t *testing.T) {
	t.Parallel()
	sim, c := setup(t)
	before, _ := sim.Package("")
	body := mustBody(t, tutorialOrder(t))
	if _, err := c.PlaceOrder(t.Context(), body); err != nil {
		t.Fatal(err)
	}
	requests := sim.OrderRequests()
	if len(requests) != 1 {
		t.Fatalf("%d requests", len(requests))
	}
	r := requests[0]
	if r.Method != "POST" || r.Path != "/sim/v9/order/openapi/order/v1/save" || r.Query != "" || !bytes.Equal(r.Body, body) {
		t.Errorf("%s %s?%s %s", r.Method, r.Path, r.Query, r.Body)
	}
	if r.Header.Get("User-Agent") != "OpenAPI" || r.Header.Get("Content-Type") != "application/json" || !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
		t.Errorf("headers %v", r.Header)
	}
	after, _ := sim.Package("")
	if !after.Expires.Equal(before.Expires.AddDate(1, 0, 0)) {
		t.Errorf("expiry moved from %s to %s", before.Expires, after.Expires)
	}
}

func TestOrderFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault yeastarsim.Fault
		want  yeastar.Class // empty: it works
	}{
		{"latency", yeastarsim.Latency(10 * time.Millisecond), ""},
		{"hang", yeastarsim.Hang(), yeastar.ClassUnknown},
		{"reset", yeastarsim.Reset(), yeastar.ClassUnknown},
		{"refused", yeastarsim.Refuse("insufficient_balance", "The balance is too low."), yeastar.ClassRefused},
		{"refused in the body", yeastarsim.Refuse("insufficient_balance", "The balance is too low.").Status(200, 400), yeastar.ClassRefused},
		{"401", yeastarsim.Unauthorized(), yeastar.ClassAuth},
		{"401 in the body", yeastarsim.Unauthorized().Status(200, 401), yeastar.ClassAuth},
		{"403", yeastarsim.Forbidden(), yeastar.ClassAuth},
		{"429", yeastarsim.TooMany(7 * time.Second), yeastar.ClassRateLimited},
		{"429 without a time", yeastarsim.TooMany(-1), yeastar.ClassRateLimited},
		{"500", yeastarsim.HTTPError(500), yeastar.ClassUnknown},
		{"502", yeastarsim.HTTPError(502), yeastar.ClassUnknown},
		{"500 with envelope", yeastarsim.Refuse("internal", "").Status(500, 500), yeastar.ClassUnknown},
		{"broken JSON", yeastarsim.BrokenJSON(), yeastar.ClassUnknown},
		{"no order number", yeastarsim.NoOrderNumber(), yeastar.ClassUnknown},
		{"empty body", yeastarsim.EmptyBody(), yeastar.ClassUnknown},
		{"huge body", yeastarsim.HugeBody(8 << 20), yeastar.ClassUnknown},
		{"web page", yeastarsim.HTMLPage(), yeastar.ClassUnknown},
		{"web page with 403", yeastarsim.HTMLPage().Status(403, 0), yeastar.ClassUnknown},
	}
	for _, tt := range tests {
		for _, after := range []bool{false, true} {
			name, fault, effect := tt.name+" before", tt.fault.Before(), 0
			if after {
				name, fault, effect = tt.name+" after", tt.fault.After(), 1
			}
			if tt.want == "" {
				effect = 1
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				sim, _ := setup(t)
				c := client(t, sim)
				if err := c.Login(t.Context()); err != nil {
					t.Fatal(err)
				}
				armed := sim.Fault(yeastarsim.OrderSave, fault)
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				if tt.name == "hang" { // who waits is stopped once the vendor has done its part
					go func() {
						defer stop()
						_ = armed.Wait(ctx, 1)
						_, _ = sim.WaitOrders(ctx, effect)
					}()
				}
				_, err := c.PlaceOrder(ctx, mustBody(t, tutorialOrder(t)))
				if tt.want == "" {
					if err != nil {
						t.Error(err)
					}
				} else if err == nil || yeastar.ClassOf(err) != tt.want {
					t.Errorf("error %v; want class %s", err, tt.want)
				}
				if n, placed := len(sim.OrderRequests()), len(sim.Placed()); n != 1 || placed != effect {
					t.Errorf("%d requests, %d orders; want 1 and %d", n, placed, effect)
				}
			})
		}
	}
}

func TestOrderIsRefusedByTheVendorsRules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*yeastar.Order)
		code   string
	}{
		{"another quantity", func(o *yeastar.Order) { o.Lines[0].Quantity = 99 }, "quantity_mismatch"},
		{"unknown plan", func(o *yeastar.Order) { o.Lines[0].ServiceID = "5" }, "plan_not_found"},
		{"unknown contact", func(o *yeastar.Order) { o.BillingID = "5" }, "billing_contact_not_found"},
		{"unknown customer", func(o *yeastar.Order) { o.PartnerID = "5" }, "user_not_found"},
		{"customer without a package", func(o *yeastar.Order) { o.PartnerID = yeastarsim.ProspectID }, "product_not_found"},
	}
	for _, tt := range tests {
		for _, inBody := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				sim, c := setup(t, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { s.ErrorsInBody = inBody }))
				o := tutorialOrder(t)
				tt.change(&o)
				_, err := c.PlaceOrder(t.Context(), mustBody(t, o))
				e, ok := errors.AsType[*yeastar.Error](err)
				if !ok || e.Class != yeastar.ClassRefused || e.Code != tt.code || e.Detail == "" || len(e.RequestID) != 32 {
					t.Errorf("error %v; want refused with %s", err, tt.code)
				}
				if len(sim.Placed()) != 0 {
					t.Error("an order was placed")
				}
			})
		}
	}
}

func TestOrderStatusesArePassedOn(t *testing.T) {
	t.Parallel()
	sim, c := setup(t)
	statuses := []string{yeastar.OrderSucceed, yeastar.OrderPending, yeastar.OrderFailed, yeastar.OrderInvalid,
		yeastar.OrderCancelled, yeastar.OrderRefunded, yeastarsim.StatusConfirming}
	sim.QueueOrderStatus(statuses...)
	for _, want := range statuses {
		got, err := c.PlaceOrder(t.Context(), mustBody(t, tutorialOrder(t)))
		if err != nil || got.OrderStatus != want {
			t.Errorf("status %q, %v; want %q", got.OrderStatus, err, want)
		}
	}
	if n := len(sim.Placed()); n != len(statuses) {
		t.Errorf("%d orders", n)
	}
}

func TestRevokedTokenIsReplaced(t *testing.T) {
	t.Parallel()
	for _, inBody := range []bool{false, true} {
		sim, c := setup(t, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { s.AuthErrorsInBody = inBody }))
		if err := c.Login(t.Context()); err != nil {
			t.Fatal(err)
		}
		sim.RevokeTokens()
		if _, err := c.Customers(t.Context()); err != nil {
			t.Error(err)
		}
		sim.RevokeTokens()
		if _, err := c.PlaceOrder(t.Context(), mustBody(t, tutorialOrder(t))); yeastar.ClassOf(err) != yeastar.ClassAuth {
			t.Errorf("error %v; want auth", err)
		}
		if _, err := c.PlaceOrder(t.Context(), mustBody(t, tutorialOrder(t))); err != nil {
			t.Error(err)
		}
		if n := len(sim.Placed()); n != 1 {
			t.Errorf("%d orders", n)
		}
	}
}
