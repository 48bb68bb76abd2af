package yeastarsim_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/yeastar/yeastarsim"
)

func TestTokenAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.form(b.credentials())
	b.mustSucceed(r)
	got := decode[map[string]string](b, r.env.Result)
	if got["expiresIn"] != "1799" || got["tokenHead"] != "Bearer " || got["token"] == "" || got["refreshToken"] == "" {
		t.Errorf("unexpected token details: %v", got)
	}
	if n := strings.Count(got["token"], "."); n != 2 {
		t.Errorf("the token has %d dots, want the 2 of a JWT", n)
	}
}

func TestTokenMultipart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range b.credentials() {
		if err := w.WriteField(k, v[0]); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	r, err := b.do(t.Context(), http.MethodPost, tokenPath, body.String(), func(h http.Header) { h.Set("Content-Type", w.FormDataContentType()) })
	if err != nil {
		t.Fatal(err)
	}
	b.mustSucceed(r)
}

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	good := "grant_type=pp_credentials&client_id=sim-client-4f1c9a&client_secret=sim-secret-b7d20e6c51"
	tests := []struct {
		name, contentType, body, query string
		status                         int
		code                           string
	}{
		{"JSON", "application/json", `{"grant_type":"pp_credentials"}`, "", 415, "parameter_validation_failed"},
		{"no content type", "", good, "", 415, "parameter_validation_failed"},
		{"credentials in the query", form, "", "?" + good, 400, "parameter_validation_failed"},
		{"client_credentials", form, strings.Replace(good, "pp_", "client_", 1), "", 400, "parameter_validation_failed"},
		{"no grant type", form, "client_id=a&client_secret=b", "", 400, "parameter_validation_failed"},
		{"no secret", form, "grant_type=pp_credentials&client_id=a", "", 400, "parameter_validation_failed"},
		{"wrong secret", form, good + "x", "", 401, "unauthorized"},
		{"wrong id", form, strings.Replace(good, "4f1c9a", "000000", 1), "", 401, "unauthorized"},
		{"unknown refresh token", form, "grant_type=refresh_token&refresh_token=x", "", 401, "unauthorized"},
		{"unreadable form", form, "grant_type=%zz", "", 400, "parameter_validation_failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			r, err := b.do(t.Context(), http.MethodPost, tokenPath+tt.query, tt.body, func(h http.Header) {
				h.Del("Authorization")
				h["Content-Type"] = []string{tt.contentType}
			})
			if err != nil {
				t.Fatal(err)
			}
			b.mustRefuse(r, tt.status, tt.code)
		})
	}
}

func TestTokenLife(t *testing.T) {
	t.Parallel()
	b := setup(t)
	details := decode[map[string]string](b, b.form(b.credentials()).env.Result)
	b.token = details["token"]
	b.clock.advance(30*time.Minute - time.Second)
	b.get(prodPath)
	b.clock.advance(time.Second)
	b.mustRefuse(b.call("GET", prodPath, ""), 401, "unauthorized")

	refresh := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {details["refreshToken"]}}
	r := b.form(refresh)
	b.mustSucceed(r)
	b.token = decode[map[string]string](b, r.env.Result)["token"]
	b.get(prodPath)
	b.clock.advance(15 * 24 * time.Hour)
	b.mustRefuse(b.form(refresh), 401, "unauthorized")
}

func TestTokensTogether(t *testing.T) {
	t.Parallel()
	for _, single := range []bool{false, true} {
		t.Run(map[bool]string{false: "many", true: "single"}[single], func(t *testing.T) {
			t.Parallel()
			b := setup(t, yeastarsim.WithSwitches(func(s *yeastarsim.Switches) { s.SingleToken = single }))
			old := b.token
			b.token = b.login()
			b.get(prodPath)
			b.token = old
			want := 200
			if single {
				want = 401
			}
			if got := b.call("GET", prodPath, "").status; got != want {
				t.Errorf("the older token answers HTTP %d, want %d", got, want)
			}
		})
	}
}

func TestRevokeTokens(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.RevokeTokens()
	b.mustRefuse(b.call("GET", prodPath, ""), 401, "unauthorized")
	b.token = b.login()
	b.get(prodPath)
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		method string
		path   string
		body   string
		edit   func(http.Header)
		status int
		code   string
	}{
		{"no user agent", "GET", prodPath, "", func(h http.Header) { h.Set("User-Agent", "") }, 400, "parameter_validation_failed"},
		{"Go's user agent", "GET", prodPath, "", func(h http.Header) { h.Set("User-Agent", "Go-http-client/1.1") }, 400, "parameter_validation_failed"},
		{"token call without user agent", "POST", tokenPath, "x=y", func(h http.Header) { h.Set("User-Agent", "") }, 400, "parameter_validation_failed"},
		{"no authorization", "GET", prodPath, "", func(h http.Header) { h.Del("Authorization") }, 401, "unauthorized"},
		{"token without Bearer", "GET", prodPath, "", func(h http.Header) { h.Set("Authorization", strings.TrimPrefix(h.Get("Authorization"), "Bearer ")) }, 401, "unauthorized"},
		{"two spaces after Bearer", "GET", prodPath, "", func(h http.Header) {
			h.Set("Authorization", strings.Replace(h.Get("Authorization"), " ", "  ", 1))
		}, 401, "unauthorized"},
		{"foreign token", "GET", prodPath, "", func(h http.Header) { h.Set("Authorization", "Bearer eyJ.x.y") }, 401, "unauthorized"},
		{"order without content type", "POST", savePath, tutorialBody, func(h http.Header) { h.Del("Content-Type") }, 415, "parameter_validation_failed"},
		{"order as a form", "POST", savePath, tutorialBody, func(h http.Header) { h.Set("Content-Type", "application/x-www-form-urlencoded") }, 415, "parameter_validation_failed"},
		{"unknown path", "GET", "/order/openapi/order/v2/page", "", nil, 404, "not_found"},
		{"id missing", "GET", getPath, "", nil, 404, "not_found"},
		{"two ids", "GET", getPath + "1/2", "", nil, 404, "not_found"},
		{"wrong method", "GET", savePath, "", nil, 405, "method_not_allowed"},
		{"body too large", "POST", savePath, strings.Repeat(" ", 1<<20+1), nil, 413, "request_too_large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			r, err := b.do(t.Context(), tt.method, tt.path, tt.body, tt.edit)
			if err != nil {
				t.Fatal(err)
			}
			b.mustRefuse(r, tt.status, tt.code)
			if n := len(b.sim.Placed()); n != 0 {
				t.Errorf("%d orders were placed", n)
			}
		})
	}
}

func TestBasePath(t *testing.T) {
	t.Parallel()
	b := setup(t, yeastarsim.WithBasePath("/partner/api/"))
	if !strings.HasSuffix(b.sim.URL(), "/partner/api") {
		t.Errorf("URL %q does not end with the base path", b.sim.URL())
	}
	b.get(prodPath)
	res, err := b.client.Get(strings.TrimSuffix(b.sim.URL(), "/partner/api") + prodPath)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 404 {
		t.Errorf("without the base path: HTTP %d, want 404", res.StatusCode)
	}
}

func TestJournalHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mustSucceed(b.save(tutorialBody))
	if _, err := b.do(t.Context(), "GET", prodPath, "", func(h http.Header) { h.Set("Authorization", b.token) }); err != nil {
		t.Fatal(err)
	}
	if _, err := b.do(t.Context(), "POST", tokenPath+"?client_secret="+b.sim.ClientSecret(), "x", nil); err != nil {
		t.Fatal(err)
	}
	var endpoints []yeastarsim.Endpoint
	for _, e := range b.sim.Journal() {
		endpoints = append(endpoints, e.Endpoint)
		text := e.Query + string(e.Body) + strings.Join(e.Header["Authorization"], "")
		if strings.Contains(text, b.token) || strings.Contains(text, b.sim.ClientSecret()) {
			t.Errorf("call %d (%s) shows a secret", e.Seq, e.Endpoint)
		}
	}
	want := []yeastarsim.Endpoint{yeastarsim.Token, yeastarsim.OrderSave, yeastarsim.ProductList, yeastarsim.Token}
	if diff := cmp.Diff(want, endpoints); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
	if got := b.sim.OrderRequests()[0].Header.Get("Authorization"); got != "Bearer [token]" {
		t.Errorf("Authorization of the order request: %q", got)
	}
}
