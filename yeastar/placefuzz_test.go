package yeastar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// placed stands beside the classes of errors for an order that was placed.
const placed Class = "placed"

// oneOrder is a client whose vendor gives one answer to every order.
type oneOrder struct {
	*stub
	status     int
	retryAfter string
	body       []byte
	missing    int // bytes that the answer promises beyond its body
	sent       int // orders that arrived
}

func setupOrder(f *testing.F) *oneOrder {
	f.Helper()
	o := &oneOrder{}
	o.stub = newStub(f)
	o.mux.HandleFunc("/order/openapi/order/v1/save", func(w http.ResponseWriter, r *http.Request) {
		o.sent++
		_, _ = io.Copy(io.Discard, r.Body)
		if o.retryAfter != "" {
			w.Header().Set("Retry-After", o.retryAfter)
		}
		w.Header().Set("Location", basePath+"/order/openapi/order/v1/save")
		w.Header().Set("Content-Length", strconv.Itoa(len(o.body)+o.missing))
		w.WriteHeader(o.status)
		_, _ = w.Write(o.body)
	})
	return o
}

// FuzzPlaceOrder gives any answer to an order and holds the class against the table in
// CONTRIBUTING.md, which is written down a second time below. "unknown" is never wrong about
// money, but an ordinary answer has to be told from it.
func FuzzPlaceOrder(f *testing.F) {
	for _, status := range []int{200, 201, 204, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503} {
		for _, body := range []string{
			"", "<html>", "null", "[]", "{}", tutorialAnswer, tutorialAnswer[:90], tutorialAnswer + "{}",
			success(`{"orderNo":"XS1","orderStatus":"pending"}`), success(`{"orderStatus":"succeed"}`), success(`[{"orderNo":"XS1"}]`),
			success(`{"data":{"orderNo":3401174502129270784}}`), success(`{"orderNo":{"orderNo":"XS1"}}`), success(`{"orderNo":"XS 1"}`),
			refusalBody("no", "a\nb", 400), refusalBody("unauthorized", "", 401), refusalBody("no", "", 403), refusalBody("x", "", 429),
			refusalBody("no", "", 500), `{"code":"x"}`, `{"code":1,"requestId":"r"}`, `{"code":"success","status":"200","result":{"orderNo":"XS1"}}`,
			naming("payment_pending", `{"orderNo":"XS1"}`, 200), naming("no", `{"orderNo":"XS1"}`, 400), refusalBody("timeout", "", 408),
			`{"code":"success","status":0,"result":{"orderNo":"XS1"}}`, `{"code":"x","requestId":"r","status":null}`,
		} {
			f.Add(uint16(status), "", []byte(body), uint8(0))
		}
	}
	f.Add(uint16(429), "17", []byte(""), uint8(0))
	f.Add(uint16(200), "", []byte(tutorialAnswer), uint8(1))
	f.Add(uint16(400), "", []byte(refusalBody("no", "", 400)), uint8(9))
	o := setupOrder(f)
	f.Fuzz(func(t *testing.T, status uint16, retryAfter string, body []byte, missing uint8) {
		o.status, o.retryAfter, o.body, o.missing = 200+int(status)%400, headerValue(retryAfter), body, int(missing)
		if status >= 200 && status < 600 {
			o.status = int(status)
		}
		if o.status == http.StatusNoContent || o.status == http.StatusNotModified {
			o.body, o.missing = nil, 0 // HTTP allows none
		}
		o.sent = 0
		result, err := o.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder))
		if o.sent != 1 {
			t.Fatalf("the order was sent %d times", o.sent)
		}
		got := placed
		if err != nil {
			got = ClassOf(err)
			checkOrderError(t, err)
		}
		want, certain := classByTable(o.status, o.body, o.missing == 0)
		if got != want && (certain || got != ClassUnknown) {
			t.Errorf("HTTP %d, %d bytes missing, %q: %s, the table says %s", o.status, o.missing, o.body, got, want)
		}
		if err == nil && !holds(resultOf(o.body), "orderNo", result.OrderNo) {
			t.Errorf("%q: order %q is not in the answer", o.body, result.OrderNo)
		}
	})
}

func checkOrderError(t *testing.T, err error) {
	t.Helper()
	var e *Error
	switch {
	case !errors.As(err, &e):
		t.Errorf("an error of another kind: %v", err)
	case e.RetryAfter < 0 || e.RetryAfter > time.Hour:
		t.Errorf("asked to wait %v", e.RetryAfter)
	case len([]rune(e.Error())) > 1500 || strings.ContainsAny(e.Error(), "\n\r\x00\x1b"):
		t.Errorf("more than a line: %q", e.Error())
	case strings.Contains(e.Error(), "token-") && !strings.Contains(e.Detail+e.Code+e.RequestID, "token-"):
		t.Errorf("the error has the token in it: %q", e.Error())
	}
}

// classByTable is the table of what counts as what, and whether the answer is so ordinary
// that nothing else will do.
func classByTable(status int, body []byte, whole bool) (want Class, certain bool) {
	envelope, ok := decoded(body).(map[string]any)
	code, _ := envelope["code"].(string)
	code = strings.TrimSpace(code)
	said, saidOK := statusOf(envelope)
	wellFormed := whole && ok && code != "" && saidOK
	plain := !bytes.ContainsFunc(body, func(r rune) bool { return r == '\\' || r > '~' || r < ' ' })
	switch {
	case status == 429 && !namesNumber.Match(body) && !(wellFormed && (code == "success" || names(envelope["result"]))):
		return ClassRateLimited, !wellFormed
	case !wellFormed || status >= 500 || said >= 500 || status >= 300 && status < 400:
		return ClassUnknown, true
	case code == "success":
		if status >= 300 || said != 0 && said != 200 || !holds(envelope["result"], "orderNo", "") {
			return ClassUnknown, true
		}
		return placed, plain && obvious(envelope["result"])
	case names(envelope["result"]), namesNumber.Match(body):
		return ClassUnknown, true
	case slices.Contains([]int{408, 409, 425, 499}, status), slices.Contains([]int{408, 409, 425, 499}, said):
		return ClassUnknown, true
	case said == 429:
		return ClassRateLimited, plain
	case textual(envelope["requestId"]) == "":
		return ClassUnknown, true
	case status == 401, status == 403, said == 401, said == 403:
		return ClassAuth, plain
	case (status < 400 || status > 499) && (said < 400 || said > 499):
		return ClassUnknown, true
	}
	return ClassRefused, plain
}

// namesNumber finds the number of an order wherever it stands.
var namesNumber = regexp.MustCompile(`XS[0-9]{10,30}`)

// names says whether a result plainly has the number of an order at its top.
func names(result any) bool {
	o, _ := result.(map[string]any)
	no, _ := o["orderNo"].(string)
	return regexp.MustCompile(`^[A-Za-z0-9]+$`).MatchString(no)
}

// decoded is any JSON with its numbers as they were written; nil when it is none.
func decoded(body []byte) any {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil // something stands behind it
	}
	return v
}

func resultOf(body []byte) any {
	envelope, _ := decoded(body).(map[string]any)
	return envelope["result"]
}

// statusOf is the status in an envelope, 0 when there is none; false when it is no number.
func statusOf(envelope map[string]any) (int, bool) {
	v, ok := envelope["status"]
	if !ok || v == nil {
		return 0, true
	}
	n, err := strconv.Atoi(textual(v))
	return n, err == nil
}

func textual(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	}
	return ""
}

// holds says whether a name has a value somewhere: the given one, or with "" any.
func holds(v any, name, value string) bool {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if holds(item, name, value) {
				return true
			}
		}
	case map[string]any:
		if s := textual(v[name]); s != "" && (value == "" || s == value) {
			return true
		}
		for _, inner := range v {
			if holds(inner, name, value) {
				return true
			}
		}
	}
	return false
}

// obvious is a result as the vendor's page shows it.
func obvious(result any) bool {
	o, _ := result.(map[string]any)
	for _, wrapper := range wrapperKeys {
		if _, ok := o[wrapper]; ok {
			return false
		}
	}
	no, ok := o["orderNo"].(string)
	return ok && no != "" && len(no) <= 40 && strings.Trim(no, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

// headerValue is what net/http can send of a text.
func headerValue(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
}

// FuzzRetryAfter reads the header: never less than nothing, never more than an hour, and
// whole seconds as they are.
func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "0", "17", "-1", "+3", "3600", "3601", "99999999999999999999", "1.5", " 5 ", "Tue, 17 Nov 2026 10:26:40 GMT", "soon"} {
		f.Add(s)
	}
	now := time.Date(2026, time.November, 17, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, header string) {
		got := retryAfter(header, now)
		if got < 0 || got > time.Hour {
			t.Fatalf("%q: %v", header, got)
		}
		if n, err := strconv.Atoi(header); err == nil && n >= 0 && n <= 3600 && got != time.Duration(n)*time.Second {
			t.Errorf("%q: %v", header, got)
		}
		if at, err := time.Parse(http.TimeFormat, header); err == nil && at.Before(now) && got != 0 {
			t.Errorf("%q is past: %v", header, got)
		}
		if got > 0 && !strings.ContainsAny(header, "0123456789") {
			t.Errorf("%q has no number: %v", header, got)
		}
	})
}

// FuzzReadToken reads the answer to a request for a token: what is read can be sent in a
// header, lives for a time that makes sense, and an error does not show it.
func FuzzReadToken(f *testing.F) {
	for _, s := range []string{
		`{"token":"abc","tokenHead":"Bearer ","expiresIn":"1799"}`, `{"token":"abc","expiresIn":1799}`, `{"token":"a\nb"}`, `{"token":7}`,
		`{"token":"","expiresIn":-1}`, `{"token":"abc","tokenHead":"Be arer","expiresIn":1e9}`, `{"token":"abc","expiresIn":99999999999}`, `[]`, `null`, `"abc"`,
	} {
		f.Add([]byte(s))
	}
	asked := time.Date(2026, time.November, 17, 10, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, result []byte) {
		tok, err := readToken(envelope{Result: result}, asked)
		if err != nil {
			if strings.Contains(fmt.Sprintf("%v %+v", err, err), "abc") {
				t.Errorf("the error shows the token: %v", err)
			}
			return
		}
		if !holds(decoded(result), "token", tok.AccessToken) {
			t.Errorf("token %q is not in %q", tok.AccessToken, result)
		}
		header := http.Header{}
		tok.SetAuthHeader(&http.Request{Header: header})
		if value := header.Get("Authorization"); value != headerValue(value) || strings.Count(value, " ") != 1 {
			t.Errorf("header %q", value)
		}
		if !tok.renew.After(asked) || tok.Expiry.Before(asked) || tok.Expiry.Sub(asked) > 100*365*24*time.Hour {
			t.Errorf("lives from %v to %v, renewed at %v", asked, tok.Expiry, tok.renew)
		}
	})
}
