package yeastarsim_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/yeastar/yeastarsim"
)

func TestFaultsBeforeAndAfterTheEffect(t *testing.T) {
	t.Parallel()
	status := func(want int, code string) func(*testing.T, reply, error) {
		return func(t *testing.T, r reply, err error) {
			t.Helper()
			if err != nil || r.status != want || r.env.Code != code {
				t.Errorf("got %v, HTTP %d, code %q: %.200s; want HTTP %d, code %q", err, r.status, r.env.Code, r.raw, want, code)
			}
		}
	}
	tests := []struct {
		name  string
		fault yeastarsim.Fault
		check func(*testing.T, reply, error)
	}{
		{"refusal", yeastarsim.Refuse("balance_insufficient", "No credit.").Result(map[string]string{"field": "x"}), func(t *testing.T, r reply, err error) {
			status(400, "balance_insufficient")(t, r, err)
			if *r.env.DetailMessage != "No credit." || string(r.env.Result) != `{"field":"x"}` || *r.env.Status != 400 {
				t.Errorf("unexpected envelope: %s", r.raw)
			}
		}},
		{"refusal in the body alone", yeastarsim.Refuse("forbidden", "No.").Status(200, 403), func(t *testing.T, r reply, err error) {
			status(200, "forbidden")(t, r, err)
			if *r.env.Status != 403 {
				t.Errorf("body status %d, want 403", *r.env.Status)
			}
		}},
		{"401", yeastarsim.Unauthorized(), status(401, "unauthorized")},
		{"403", yeastarsim.Forbidden(), status(403, "forbidden")},
		{"429", yeastarsim.TooMany(1500 * time.Millisecond), func(t *testing.T, r reply, err error) {
			status(429, "too_many_requests")(t, r, err)
			if got := r.header.Get("Retry-After"); got != "2" {
				t.Errorf("Retry-After %q, want 2", got)
			}
		}},
		{"429 without a time", yeastarsim.TooMany(-1), func(t *testing.T, r reply, err error) {
			status(429, "too_many_requests")(t, r, err)
			if got, ok := r.header["Retry-After"]; ok {
				t.Errorf("Retry-After %q, want none", got)
			}
		}},
		{"500", yeastarsim.HTTPError(500), status(500, "")},
		{"502", yeastarsim.HTTPError(502), status(502, "")},
		{"503", yeastarsim.HTTPError(503), status(503, "")},
		{"reset", yeastarsim.Reset(), func(t *testing.T, _ reply, err error) {
			if !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("error %v, want a connection reset", err)
			}
		}},
		{"broken JSON", yeastarsim.BrokenJSON(), func(t *testing.T, r reply, err error) {
			if err != nil || r.status != 200 || !strings.HasPrefix(string(r.raw), `{"code":"success"`) || strings.HasSuffix(string(r.raw), "}\n") {
				t.Errorf("got %v, HTTP %d: %s", err, r.status, r.raw)
			}
		}},
		{"no order number", yeastarsim.NoOrderNumber(), func(t *testing.T, r reply, err error) {
			status(200, "success")(t, r, err)
			if strings.Contains(string(r.env.Result), "orderNo") {
				t.Errorf("an order number in %s", r.raw)
			}
		}},
		{"empty body", yeastarsim.EmptyBody(), func(t *testing.T, r reply, err error) {
			if err != nil || r.status != 200 || len(r.raw) != 0 {
				t.Errorf("got %v, HTTP %d: %q", err, r.status, r.raw)
			}
		}},
		{"huge body", yeastarsim.HugeBody(3 << 20), func(t *testing.T, r reply, err error) {
			if err != nil || r.status != 200 || len(r.raw) < 3<<20 {
				t.Errorf("got %v, HTTP %d, %d bytes", err, r.status, len(r.raw))
			}
		}},
		{"HTML page", yeastarsim.HTMLPage(), func(t *testing.T, r reply, err error) {
			if err != nil || r.status != 200 || r.header.Get("Content-Type") != "text/html" || !strings.Contains(string(r.raw), "<html>") {
				t.Errorf("got %v, HTTP %d: %s", err, r.status, r.raw)
			}
		}},
		{"HTML page with a status", yeastarsim.HTMLPage().Status(503, 0), status(503, "")},
		{"latency", yeastarsim.Latency(time.Millisecond), status(200, "success")},
	}
	for _, tt := range tests {
		for _, after := range []bool{false, true} {
			t.Run(tt.name+map[bool]string{false: " before", true: " after"}[after], func(t *testing.T) {
				t.Parallel()
				b := setup(t)
				f := tt.fault.Before()
				placed := 0
				if after {
					f, placed = tt.fault.After(), 1
				}
				if tt.name == "latency" {
					placed = 1
				}
				armed := b.sim.Fault(yeastarsim.OrderSave, f.Times(1))
				r, err := b.do(t.Context(), http.MethodPost, savePath, tutorialBody, nil)
				tt.check(t, r, err)
				if got := len(b.sim.Placed()); got != placed {
					t.Errorf("%d orders were placed, want %d", got, placed)
				}
				if got := b.sim.OrderRequests(); len(got) != 1 || string(got[0].Body) != tutorialBody || (got[0].OrderNo != "") != (placed == 1) {
					t.Errorf("unexpected record: %+v", got)
				}
				if armed.Hits() != 1 {
					t.Errorf("%d hits, want 1", armed.Hits())
				}
				b.mustSucceed(b.save(tutorialBody)) // the fault is over
			})
		}
	}
}

func TestHang(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		t.Run(map[bool]string{false: "before", true: "after"}[after], func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			f, placed := yeastarsim.Hang(), 0
			if after {
				f, placed = f.After(), 1
			}
			armed := b.sim.Fault(yeastarsim.OrderSave, f)
			ctx, cancel := context.WithCancel(t.Context())
			failed := make(chan error, 1)
			go func() {
				_, err := b.do(ctx, http.MethodPost, savePath, tutorialBody, nil)
				failed <- err
			}()
			if err := armed.Wait(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			if after {
				if _, err := b.sim.WaitOrders(t.Context(), 1); err != nil {
					t.Fatal(err)
				}
			}
			cancel()
			if err := <-failed; !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want the cancelled context", err)
			}
			if got := len(b.sim.Placed()); got != placed {
				t.Errorf("%d orders were placed, want %d", got, placed)
			}
		})
	}
}

func TestCloseEndsHangingCalls(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]yeastarsim.Fault{
		"hang": yeastarsim.Hang(), "hold": yeastarsim.Hold(make(chan struct{})), "latency": yeastarsim.Latency(time.Hour),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			armed := b.sim.Fault(yeastarsim.AnyEndpoint, f)
			failed := make(chan error, 1)
			go func() {
				_, err := b.do(t.Context(), http.MethodPost, savePath, tutorialBody, nil)
				failed <- err
			}()
			if err := armed.Wait(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			b.sim.Close()
			b.sim.Close()
			if err := <-failed; err == nil {
				t.Error("the call was answered")
			}
			if got := len(b.sim.Placed()); got != 0 {
				t.Errorf("%d orders were placed", got)
			}
			if _, err := b.sim.WaitOrders(t.Context(), 1); err == nil {
				t.Error("waiting on a closed server succeeds")
			}
		})
	}
}

// A held order appears although nobody waits for its answer any more: the order that turns up late.
func TestHeldOrderAppearsLate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	release := make(chan struct{})
	armed := b.sim.Fault(yeastarsim.OrderSave, yeastarsim.Hold(release).Times(1))
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := b.do(ctx, http.MethodPost, savePath, tutorialBody, nil)
		failed <- err
	}()
	if err := armed.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want the cancelled context", err)
	}
	if got := len(b.sim.Placed()); got != 0 {
		t.Fatalf("%d orders before the release", got)
	}
	close(release)
	if _, err := b.sim.WaitOrders(t.Context(), 1); err != nil {
		t.Error(err)
	}
}

func TestWhichCallsAFaultStrikes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault yeastarsim.Fault
		want  []int
	}{
		{"always", yeastarsim.HTTPError(503), []int{503, 503, 503, 503, 503}},
		{"once", yeastarsim.HTTPError(503).Times(1), []int{503, 200, 200, 200, 200}},
		{"the third", yeastarsim.HTTPError(503).Nth(3), []int{200, 200, 503, 200, 200}},
		{"two from the second", yeastarsim.HTTPError(503).Nth(2).Times(2), []int{200, 503, 503, 200, 200}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.sim.Fault(yeastarsim.PartnerList, tt.fault)
			var got []int
			for range tt.want {
				got = append(got, b.call("GET", usersPath, "").status)
				b.get(billPath) // another endpoint is not struck
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("statuses (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFaultsOfEveryEndpoint(t *testing.T) {
	t.Parallel()
	paths := map[yeastarsim.Endpoint]string{
		yeastarsim.ProductList: prodPath, yeastarsim.PurchaseProductInfo: infoPath,
		yeastarsim.PurchasePlanInfo:    "/pricing/openapi/purchase/v1/purchase/plan_info/1",
		yeastarsim.RenewPlanInfo:       "/pricing/openapi/purchase/v1/renew/plan_info/1",
		yeastarsim.PurchaseAddOnInfo:   "/pricing/openapi/purchase/v1/purchase/add_on_info/1",
		yeastarsim.RenewAddOnInfo:      "/pricing/openapi/purchase/v1/renew/add_on_info/1",
		yeastarsim.InstanceProductList: listPath, yeastarsim.InstanceProductDetail: detailPath,
		yeastarsim.PartnerList: usersPath, yeastarsim.SubordinateUser: userPath + "a%2Fb@c.example", yeastarsim.BillingContactList: billPath,
		yeastarsim.OrderPage: pagePath, yeastarsim.OrderGet: getPath + "1", yeastarsim.UnknownPath: "/nowhere",
	}
	b := setup(t)
	for endpoint, path := range paths {
		armed := b.sim.Fault(endpoint, yeastarsim.HTTPError(502))
		if got := b.call("GET", path, "").status; got != 502 {
			t.Errorf("%s: HTTP %d, want 502", endpoint, got)
		}
		armed.Remove()
		if got := b.call("GET", path, "").status; got == 502 {
			t.Errorf("%s: the removed fault strikes", endpoint)
		}
		if got := b.sim.Calls(endpoint); got != 2 {
			t.Errorf("%s: %d calls, want 2", endpoint, got)
		}
	}
	b.sim.Fault(yeastarsim.Token, yeastarsim.HTTPError(502))
	if got := b.form(b.credentials()).status; got != 502 {
		t.Errorf("token: HTTP %d, want 502", got)
	}
	b.sim.ClearFaults()
	b.login()
}

func TestFaultsTogether(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.Fault(yeastarsim.OrderSave, yeastarsim.Latency(time.Millisecond))
	b.sim.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503).After())
	b.sim.Fault(yeastarsim.OrderSave, yeastarsim.HTTPError(500).After())
	if got := b.save(tutorialBody).status; got != 503 {
		t.Errorf("HTTP %d, want 503 of the fault armed first", got)
	}
	if got := len(b.sim.Placed()); got != 1 {
		t.Errorf("%d orders, want 1", got)
	}
	entries := b.sim.Journal()
	if diff := cmp.Diff([]string{"latency", "503", "500"}, entries[len(entries)-1].Faults); diff != "" {
		t.Errorf("faults in the journal (-want +got):\n%s", diff)
	}
}

func TestBrokenJSONAfterIsHalfOfTheTruth(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.Fault(yeastarsim.PartnerList, yeastarsim.BrokenJSON().After())
	r := b.call("GET", usersPath, "")
	if len(r.raw) < 500 || !strings.Contains(string(r.raw), "Acme Telecom") {
		t.Errorf("not half of the true answer: %.300s", r.raw)
	}
}

// The handler works without a listener, for clients that are tested in one process without a network.
func TestHandlerWithoutListener(t *testing.T) {
	t.Parallel()
	sim := yeastarsim.New()
	defer sim.Close()
	pr, pw := io.Pipe()
	defer pr.Close()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://vendor.example/nowhere", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Body = http.NoBody
	w := &pipeWriter{header: http.Header{}, w: pw}
	done := make(chan []byte, 1)
	go func() {
		data, _ := io.ReadAll(pr)
		done <- data
	}()
	sim.Handler().ServeHTTP(w, req)
	pw.Close()
	if got := <-done; w.status != 404 || !strings.Contains(string(got), "not_found") {
		t.Errorf("HTTP %d: %s", w.status, got)
	}
}

type pipeWriter struct {
	header http.Header
	status int
	w      io.Writer
}

func (p *pipeWriter) Header() http.Header         { return p.header }
func (p *pipeWriter) WriteHeader(status int)      { p.status = status }
func (p *pipeWriter) Write(b []byte) (int, error) { return p.w.Write(b) }
