package yeastar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPlaceOrderSendsTheTutorialsRequest(t *testing.T) {
	t.Parallel()
	s := setup(t)
	var got *http.Request
	var body []byte
	s.mux.HandleFunc("/order/", func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		fmt.Fprint(w, tutorialAnswer)
	})
	order, err := planOrder(t).Body()
	if err != nil {
		t.Fatal(err)
	}
	result, err := s.PlaceOrder(t.Context(), order)
	if err != nil {
		t.Fatal(err)
	}
	want := OrderResult{
		OrderID: "1782052", OrderNo: "XS3401174502129270784", OrderStatus: OrderSucceed, TransactionNo: "IW3401174503953793025",
		ProductNo: "3076913644890832896", InstanceID: "1948832", RequestID: "94ef8ff15c1432f6a01283c945569e43",
	}
	if diff := cmp.Diff(want, result); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if got.Method != "POST" || got.URL.Path != "/order/openapi/order/v1/save" || got.URL.RawQuery != "" || got.ProtoMajor != 1 {
		t.Errorf("request %s %s %s", got.Method, got.URL, got.Proto)
	}
	// The tutorial's headers, and beside them only what HTTP needs.
	wantHeader := http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"OpenAPI"}, "Authorization": {"Bearer token-1"},
		"Content-Length": {fmt.Sprint(len(order))},
	}
	if diff := cmp.Diff(wantHeader, got.Header); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if !bytes.Equal(body, order) {
		t.Errorf("sent %s\nwant %s", body, order)
	}
	var sample bytes.Buffer
	if err := json.Compact(&sample, []byte(tutorialOrder)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sample.String(), string(body)); diff != "" {
		t.Errorf("body (-tutorial +got):\n%s", diff)
	}
}

// TestPlaceOrderClasses is the table of what an answer says about an order.
func TestPlaceOrderClasses(t *testing.T) {
	t.Parallel()
	const html = "<html><body>Bad things</body></html>"
	tests := []struct {
		name   string
		status int
		body   string
		want   Class
	}{
		{"refused, HTTP 400", 400, refusalBody("quantity_mismatch", "No.", 400), ClassRefused},
		{"refused, body status alone", 200, refusalBody("quantity_mismatch", "No.", 400), ClassRefused},
		{"refused, HTTP 400 alone", 400, refusalBody("quantity_mismatch", "No.", 200), ClassRefused},
		{"refused, no status", 422, `{"code":"x","requestId":"r"}`, ClassRefused},
		{"401 with envelope", 401, refusalBody("unauthorized", "", 401), ClassAuth},
		{"403 with envelope", 403, refusalBody("forbidden", "", 403), ClassAuth},
		{"body status 401", 200, refusalBody("unauthorized", "", 401), ClassAuth},
		{"429 with envelope", 429, refusalBody("too_many", "", 429), ClassRateLimited},
		{"429 without", 429, html, ClassRateLimited},
		{"body status 429", 200, refusalBody("too_many", "", 429), ClassRateLimited},

		{"a code alone", 200, refusalBody("order_processing", "", 200), ClassUnknown},
		{"a code alone, no status", 200, `{"code":"x","requestId":"r"}`, ClassUnknown},
		{"it waits for payment", 200, naming("payment_pending", `{"orderNo":"XS3401174502129270784","orderStatus":"pending"}`, 200), ClassUnknown},
		{"a refusal with an order number", 400, naming("no", `{"orderNo":"XS3401174502129270784"}`, 400), ClassUnknown},
		{"a refusal with an order id", 400, naming("no", `{"order":{"orderId":1782052}}`, 400), ClassUnknown},
		{"a refusal that speaks of an order", 400, naming("no", `"see XS3401174502129270784"`, 400), ClassUnknown},
		{"401 with an order number", 401, naming("no", `{"orderNo":"XS1"}`, 401), ClassUnknown},
		{"429 with an order number", 429, naming("no", `{"orderNo":"XS1"}`, 429), ClassUnknown},
		{"408", 408, refusalBody("timeout", "upstream timed out", 408), ClassUnknown},
		{"409", 409, refusalBody("conflict", "", 409), ClassUnknown},
		{"425", 425, refusalBody("too_early", "", 425), ClassUnknown},
		{"499", 499, refusalBody("gone", "", 499), ClassUnknown},
		{"408 in the body", 400, refusalBody("timeout", "", 408), ClassUnknown},
		{"409 for HTTP", 409, refusalBody("conflict", "", 400), ClassUnknown},
		{"409 for HTTP, 401 in the body", 409, refusalBody("unauthorized", "", 401), ClassUnknown},
		{"403 for HTTP, 499 in the body", 403, refusalBody("forbidden", "", 499), ClassUnknown},
		{"408 for HTTP, 429 in the body", 408, refusalBody("too_many", "", 429), ClassUnknown},
		{"408 as a string", 200, strings.Replace(refusalBody("timeout", "", 408), `"status":408`, `"status":"408"`, 1), ClassUnknown},
		{"400 as a string", 200, strings.Replace(refusalBody("no", "", 400), `"status":400`, `"status":"400"`, 1), ClassRefused},
		{"a transaction that a refusal names", 200, naming("payment_required", `{"transactionNo":"IW3401174503953793025"}`, 400), ClassUnknown},
		{"a status that a refusal tells", 200, naming("payment_required", `{"orderStatus":"pending"}`, 400), ClassUnknown},
		{"a code of something that goes on", 400, refusalBody("order_processing", "Wait.", 400), ClassUnknown},
		{"a code of something that was done", 400, refusalBody("duplicate_order", "This order was placed already.", 400), ClassUnknown},
		{"a code of a service that broke", 400, refusalBody("system_error", "Try later.", 400), ClassUnknown},
		{"a lock", 423, refusalBody("locked", "Try later.", 423), ClassUnknown},
		{"a refusal that names the field", 400, naming("invalid", `{"field":"quantity"}`, 400), ClassRefused},
		{"a message that names an order", 400, refusalBody("payment_pending", "XS3401174502129270784 waits for payment.", 400), ClassUnknown},
		{"429 with half an answer", 429, `{"code":"success","result":{"orderNo":"XS3401174502129270784","orderSt`, ClassUnknown},
		{"401 without envelope", 401, html, ClassUnknown},
		{"400 without envelope", 400, html, ClassUnknown},
		{"404 without envelope", 404, "404 page not found", ClassUnknown},
		{"400 with somebody else's JSON", 400, `{"code":400,"message":"Bad Request"}`, ClassUnknown},
		{"400 with a code and no request id", 400, `{"code":"bad_request"}`, ClassUnknown},
		{"500 with envelope", 500, refusalBody("internal", "", 500), ClassUnknown},
		{"500 in the body", 200, refusalBody("internal", "", 500), ClassUnknown},
		{"502 from a gateway", 502, html, ClassUnknown},
		{"503", 503, "", ClassUnknown},
		{"redirect", 307, refusalBody("moved", "", 307), ClassUnknown},
		{"redirect that would become a GET", 302, "", ClassUnknown},
		{"empty answer", 200, "", ClassUnknown},
		{"a web page", 200, html, ClassUnknown},
		{"broken JSON", 200, tutorialAnswer[:len(tutorialAnswer)/2], ClassUnknown},
		{"two JSON values", 200, tutorialAnswer + "{}", ClassUnknown},
		{"success, status 500", 200, strings.Replace(tutorialAnswer, `"status": 200`, `"status": 500`, 1), ClassUnknown},
		{"success, HTTP 400", 400, tutorialAnswer, ClassUnknown},
		{"success, HTTP 401", 401, tutorialAnswer, ClassUnknown},
		{"success, HTTP 429", 429, tutorialAnswer, ClassUnknown},
		{"status is no number", 200, strings.Replace(refusalBody("x", "", 400), `"status":400`, `"status":"bad"`, 1), ClassUnknown},
		{"no order number", 200, success(`{"orderStatus":"succeed"}`), ClassUnknown},
		{"empty order number", 200, success(`{"orderNo":" "}`), ClassUnknown},
		{"order number is nonsense", 200, success(`{"orderNo":"XS 1\n"}`), ClassUnknown},
		{"result null", 200, success(`null`), ClassUnknown},
		{"two orders", 200, success(`[{"orderNo":"XS1"},{"orderNo":"XS2"}]`), ClassUnknown},
		{"too long", 200, strings.Repeat(" ", maxOrderAnswer) + tutorialAnswer, ClassUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			var calls atomic.Int64
			s.mux.HandleFunc("POST /order/openapi/order/v1/save", func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				w.Header().Set("Location", "/partner/api/elsewhere")
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.body)
			})
			s.mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") })
			result, err := s.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder))
			if err == nil || ClassOf(err) != tt.want {
				t.Errorf("PlaceOrder = %v, %v; want class %s", result, err, tt.want)
			}
			if n := calls.Load(); n != 1 {
				t.Errorf("the order was sent %d times", n)
			}
		})
	}
}

// naming is a failure whose result is the given JSON.
func naming(code, result string, status int) string {
	return fmt.Sprintf(`{"code":%q,"detailMessage":"","requestId":%q,"result":%s,"status":%d}`, code, requestID, result, status)
}

// An answer that is no success and names an order says what to look for.
func TestPlaceOrderKeepsTheOrderThatAFailureNames(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ body, want string }{
		"its number":             {naming("payment_pending", `{"orderNo":"XS3401174502129270784","orderId":"1782052"}`, 200), "XS3401174502129270784"},
		"its id":                 {naming("payment_pending", `{"data":[{"orderId":1782052}]}`, 200), "1782052"},
		"success without one":    {success(`{"orderId":"1782052","orderStatus":"succeed"}`), "1782052"},
		"success in words":       {success(`"XS3401174502129270784"`), "XS3401174502129270784"},
		"half an answer":         {`{"code":"success","result":{"orderNo":"XS3401174502129270784","orderSt`, "XS3401174502129270784"},
		"a refusal names none":   {refusalBody("quantity_mismatch", "No.", 400), ""},
		"an answer of a proxy's": {"<html>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			s.answers("POST /order/openapi/order/v1/save", tt.body)
			_, err := s.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder))
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Order != tt.want {
				t.Errorf("error %v names order %q, want %q", err, e.Order, tt.want)
			}
		})
	}
}

func TestPlaceOrderSucceeds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		want       OrderResult
	}{
		{"no status in the envelope", `{"code":"success","requestId":"r","result":{"orderNo":"XS1","orderStatus":"pending"}}`,
			OrderResult{OrderNo: "XS1", OrderStatus: OrderPending, RequestID: "r"}},
		{"an order status not known yet", success(`{"orderNo":"XS1","orderStatus":"confirming"}`),
			OrderResult{OrderNo: "XS1", OrderStatus: "confirming", RequestID: requestID}},
		{"ids as numbers", success(`{"orderNo":3401174502129270784,"orderId":1782052,"productNo":3076913644890832896}`),
			OrderResult{OrderNo: "3401174502129270784", OrderID: "1782052", ProductNo: "3076913644890832896", RequestID: requestID}},
		{"fields of other types do not cost the order number", success(`{"orderNo":"XS1","orderId":{},"productNo":1.5,"orderStatus":7,"transactionNo":[]}`),
			OrderResult{OrderNo: "XS1", OrderStatus: "7", RequestID: requestID}},
		{"a list of one", success(`[{"orderNo":"XS1"}]`), OrderResult{OrderNo: "XS1", RequestID: requestID}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			s.answers("POST /order/openapi/order/v1/save", tt.body)
			got, err := s.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

// wire is a vendor whose order endpoint is a bare TCP connection; tokens come from
// the stub.
// readRequest reads one whole request off a connection.
// TestPlaceOrderIsNeverRepeatedByNetHTTP has a server that keeps a connection alive
// after a look-up and closes it when the next request comes, which is where net/http
// by itself sends a request again on another connection.
// TestOrderRequestCannotBeReplayed pins what net/http looks at.
func TestPlaceOrderAuthDropsTheTokenAndDoesNotRepeat(t *testing.T) {
	t.Parallel()
	s := setup(t)
	var seen []string
	s.mux.HandleFunc("POST /order/openapi/order/v1/save", func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Get("Authorization"))
		if len(seen) == 1 {
			w.WriteHeader(401)
			fmt.Fprint(w, refusalBody("unauthorized", "The access token is invalid.", 401))
			return
		}
		fmt.Fprint(w, tutorialAnswer)
	})
	if _, err := s.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder)); ClassOf(err) != ClassAuth {
		t.Errorf("error %v; want class auth", err)
	}
	if len(seen) != 1 {
		t.Fatalf("sent %d times", len(seen))
	}
	if _, err := s.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Bearer token-1", "Bearer token-2"}, seen); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
}

func TestPlaceOrderRetryAfter(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.mux.HandleFunc("POST /order/openapi/order/v1/save", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "17")
		w.WriteHeader(429)
		fmt.Fprint(w, refusalBody("too_many", "Slow down.", 429))
	})
	_, err := s.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder))
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatal(err)
	}
	want := &Error{Op: callOrder, Class: ClassRateLimited, HTTPStatus: 429, Status: 429, Code: "too_many", Detail: "Slow down.",
		RequestID: requestID, RetryAfter: 17 * time.Second, Result: json.RawMessage(`{"field":"quantity"}`)}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}
