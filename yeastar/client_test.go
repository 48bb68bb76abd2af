package yeastar

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestNewChecksTheBaseURL(t *testing.T) {
	t.Parallel()
	tests := []struct {
		url, want string // want empty: refused
	}{
		{"https://openapi.partner.yeastar.com", "https://openapi.partner.yeastar.com"},
		{"https://openapi.partner.yeastar.com/", "https://openapi.partner.yeastar.com"},
		{"https://gateway.example/yeastar/v2/", "https://gateway.example/yeastar/v2"},
		{"http://127.0.0.1:8080/base", "http://127.0.0.1:8080/base"},
		{"http://localhost:1", "http://localhost:1"},
		{"http://[::1]:1", "http://[::1]:1"},
		{"http://openapi.partner.yeastar.com", ""},
		{"http://10.0.0.1", ""},
		{"http://localhost.example", ""},
		{"ftp://127.0.0.1", ""},
		{"openapi.partner.yeastar.com", ""},
		{"https://", ""},
		{"https://user:hunter2@example.org", ""},
		{"https://user:hunter2@exa mple.org", ""},
		{"https://example.org?x=hunter2", ""},
		{"https://example.org#x", ""},
		{"", ""},
	}
	for _, tt := range tests {
		t.Run(tt.url, func(t *testing.T) {
			t.Parallel()
			c, err := New(Config{BaseURL: tt.url, ClientID: "id", ClientSecret: "secret"})
			switch {
			case tt.want == "" && err == nil:
				t.Errorf("accepted as %q", c.base)
			case tt.want == "" && strings.Contains(err.Error(), "hunter2"):
				t.Errorf("the error shows the password: %v", err)
			case tt.want != "" && (err != nil || c.base != tt.want):
				t.Errorf("New = %v, %v; want base %q", c, err, tt.want)
			}
		})
	}
}

type otherTransport struct{ http.RoundTripper }

func TestNewChecksTheRest(t *testing.T) {
	t.Parallel()
	good := Config{BaseURL: "https://example.org", ClientID: "id", ClientSecret: "secret"}
	tests := []struct {
		name   string
		change func(*Config)
	}{
		{"no client id", func(c *Config) { c.ClientID = "" }},
		{"no client secret", func(c *Config) { c.ClientSecret = "" }},
		{"a transport that cannot be watched", func(c *Config) { c.HTTPClient = &http.Client{Transport: otherTransport{}} }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := good
			tt.change(&cfg)
			if _, err := New(cfg); err == nil {
				t.Error("accepted")
			}
		})
	}
	if _, err := New(good); err != nil {
		t.Error(err)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	t.Parallel()
	cfg := Config{BaseURL: "https://u:hunter2@example.org/?k=hunter2", ClientID: "id", ClientSecret: "hunter2"}
	c, err := New(Config{BaseURL: "https://example.org", ClientID: "id", ClientSecret: "hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{cfg, &cfg, c, *c} {
		for _, verb := range []string{"%v", "%+v", "%#v"} {
			if s := fmt.Sprintf(verb, v); strings.Contains(s, "hunter2") {
				t.Errorf("%s of %T: %s", verb, v, s)
			}
		}
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  *Error
		want string
	}{
		{"refused", &Error{Op: "order_save", Class: ClassRefused, HTTPStatus: 400, Status: 400, Code: "quantity_mismatch",
			Detail: "Wrong quantity.", RequestID: "r1", Result: json.RawMessage(`{"email":"ada@example.org"}`)},
			"yeastar order_save: refused: Wrong quantity. (HTTP 400, code quantity_mismatch, request id r1)"},
		{"split status", &Error{Op: "order_save", Class: ClassAuth, HTTPStatus: 200, Status: 401, Code: "unauthorized", RequestID: "r1"},
			"yeastar order_save: auth (HTTP 200, status 401, code unauthorized, request id r1)"},
		{"rate-limited", &Error{Op: "order_page", Class: ClassRateLimited, HTTPStatus: 429, RetryAfter: time.Minute},
			"yeastar order_page: rate_limited (HTTP 429, retry after 1m0s, no request id)"},
		{"no answer", &Error{Op: "token", Class: ClassNotSent, Err: errors.New("dial tcp: refused")},
			"yeastar token: not_sent: dial tcp: refused (no request id)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.err.Error(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestErrorHoldsTheVendorsWordsOnOneShortLine(t *testing.T) {
	t.Parallel()
	body := fmt.Sprintf(`{"code":"no\n","detailMessage":"a\r\n\tb\u0000\u202e \u001b[31m%s","requestId":"r","result":{"x":"%s"},"status":400}`,
		strings.Repeat("é", 2000), strings.Repeat("x", maxResultBytes))
	_, e := answer{status: 400, body: []byte(body)}.classify("op", time.Now())
	if e == nil {
		t.Fatal("not an error")
	}
	if !strings.HasPrefix(e.Detail, "a b [31mé") || len([]rune(e.Detail)) != maxDetailRunes || e.Code != "no" {
		t.Errorf("code %q, detail %q", e.Code, e.Detail)
	}
	if e.Result != nil {
		t.Errorf("a result of %d bytes is kept", len(e.Result))
	}
}

func TestClassOf(t *testing.T) {
	t.Parallel()
	auth := &Error{Class: ClassAuth}
	for want, err := range map[Class]error{
		ClassAuth:    fmt.Errorf("place: %w", auth),
		ClassUnknown: errors.New("anything"),
		ClassNotSent: &Error{Class: ClassNotSent, Err: auth},
	} {
		if got := ClassOf(err); got != want {
			t.Errorf("ClassOf(%v) = %s; want %s", err, got, want)
		}
	}
	if got := ClassOf(nil); got != ClassUnknown {
		t.Errorf("ClassOf(nil) = %s", got)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Duration{
		"": 0, "5": 5 * time.Second, " 5 ": 5 * time.Second, "-5": 0, "soon": 0, "99999999999": maxRetryAfter,
		now.Add(90 * time.Second).Format(http.TimeFormat):  90 * time.Second,
		now.Add(-90 * time.Second).Format(http.TimeFormat): 0,
	} {
		if got := retryAfter(in, now); got != want {
			t.Errorf("retryAfter(%q) = %s; want %s", in, got, want)
		}
	}
}
