package yeastarsim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"renewbot/yeastar/yeastarsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tutorialBody is the request body of the vendor's tutorial, byte for byte.
const tutorialBody = `{
  "operationType": "renew_plan",
  "productId": 14,
  "billingId": 3197218168379846218,
  "serviceList": [
    {
      "serviceType": "plan",
      "serviceId": 3048941892189077504,
      "quantity": 100,
      "purchaseType": "renew",
      "billingModel": "recurring",
      "billingCycle": "annually",
      "multiCycle": 0
    }
  ]
}`

const (
	tokenPath  = "/auth/openapi/v1/oauth/token"
	savePath   = "/order/openapi/order/v1/save"
	pagePath   = "/order/openapi/order/v1/page"
	getPath    = "/order/openapi/order/v1/get/"
	listPath   = "/product/openapi/instance_product/v1/client/instance_product_list"
	detailPath = "/product/openapi/instance_product/v1/detail"
	infoPath   = "/pricing/openapi/purchase/v1/purchase_product_info"
	prodPath   = "/pricing/openapi/purchase/v1/product_list"
	usersPath  = "/user/openapi/user/v1/client/partner_list"
	userPath   = "/user/openapi/user/v1/subordinate_user/"
	billPath   = "/user/openapi/user/v1/client/billing_contact_list"
)

var start = time.Date(2025, 3, 1, 9, 30, 0, 0, time.UTC)

// clock is a time that only tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

type bench struct {
	*testing.T
	sim    *yeastarsim.Server
	clock  *clock
	client *http.Client
	token  string
}

func setup(t *testing.T, opts ...yeastarsim.Option) *bench {
	t.Helper()
	c := &clock{t: start}
	sim := yeastarsim.New(append([]yeastarsim.Option{yeastarsim.WithClock(c.now)}, opts...)...)
	if err := sim.Start(); err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{}
	b := &bench{T: t, sim: sim, clock: c, client: &http.Client{Transport: tr}}
	t.Cleanup(func() {
		sim.Close()
		tr.CloseIdleConnections()
	})
	b.token = b.login()
	return b
}

// reply is an answer as raw as it came.
type reply struct {
	status int
	header http.Header
	raw    []byte
	env    envelope
}

type envelope struct {
	Code          string          `json:"code"`
	DetailMessage *string         `json:"detailMessage"`
	RequestID     string          `json:"requestId"`
	Result        json.RawMessage `json:"result"`
	Status        *int            `json:"status"`
}

// do sends a request with the headers that the guide requires, changed by edit. An edit may set a header to nothing.
func (b *bench) do(ctx context.Context, method, path, body string, edit func(http.Header)) (reply, error) {
	b.Helper()
	var rd io.Reader
	if body != "" {
		rd = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, b.sim.URL()+path, rd)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("User-Agent", "OpenAPI")
	req.Header.Set("Authorization", "Bearer "+b.token)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
	}
	if edit != nil {
		edit(req.Header)
	}
	res, err := b.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	out := reply{status: res.StatusCode, header: res.Header, raw: raw}
	_ = json.Unmarshal(raw, &out.env) // broken on purpose in some tests
	return out, err
}

func (b *bench) call(method, path, body string) reply {
	b.Helper()
	r, err := b.do(b.Context(), method, path, body, nil)
	if err != nil {
		b.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

// get returns the result of a call that must succeed.
func (b *bench) get(path string) json.RawMessage {
	b.Helper()
	r := b.call(http.MethodGet, path, "")
	b.mustSucceed(r)
	return r.env.Result
}

func (b *bench) save(body string) reply {
	b.Helper()
	return b.call(http.MethodPost, savePath, body)
}

func (b *bench) mustSucceed(r reply) {
	b.Helper()
	if r.status != 200 || r.env.Code != "success" {
		b.Fatalf("HTTP %d: %s", r.status, r.raw)
	}
}

// mustRefuse checks that a refusal is a full envelope with that HTTP status.
func (b *bench) mustRefuse(r reply, status int, code string) {
	b.Helper()
	if r.status != status || r.env.Code != code || r.env.Status == nil || *r.env.Status != status {
		b.Fatalf("got HTTP %d %s, want HTTP %d with code %q", r.status, r.raw, status, code)
	}
	if r.env.RequestID == "" || r.env.DetailMessage == nil || *r.env.DetailMessage == "" {
		b.Errorf("the refusal is no full envelope: %s", r.raw)
	}
}

func (b *bench) form(values url.Values) reply {
	b.Helper()
	r, err := b.do(b.Context(), http.MethodPost, tokenPath, values.Encode(), func(h http.Header) {
		h.Set("Content-Type", "application/x-www-form-urlencoded")
		h.Del("Authorization")
	})
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func (b *bench) credentials() url.Values {
	return url.Values{
		"grant_type": {"pp_credentials"}, "client_id": {b.sim.ClientID()}, "client_secret": {b.sim.ClientSecret()},
	}
}

func (b *bench) login() string {
	b.Helper()
	r := b.form(b.credentials())
	b.mustSucceed(r)
	return decode[struct{ Token string }](b, r.env.Result).Token
}

// decode reads JSON with numbers as their digits.
func decode[T any](b *bench, data []byte) T {
	b.Helper()
	var v T
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		b.Fatalf("decoding %s: %v", data, err)
	}
	return v
}

// edited is the tutorial's body with one piece replaced, which must be in it.
func (b *bench) edited(old, replacement string) string {
	b.Helper()
	if !strings.Contains(tutorialBody, old) {
		b.Fatalf("%q is not in the tutorial's body", old)
	}
	return strings.Replace(tutorialBody, old, replacement, 1)
}
