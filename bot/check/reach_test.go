package check

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"renewbot/bot/socket"

	"github.com/google/go-cmp/cmp"
)

func TestUnreachedSaysWhyAndWhatToDo(t *testing.T) {
	t.Parallel()
	dial := func(err error) error {
		return fmt.Errorf("ask Slack: %w", &net.OpError{Op: "dial", Net: "tcp", Err: err})
	}
	for _, tt := range []struct {
		name        string
		err         error
		found, next string
	}{
		{"no such name", dial(&net.DNSError{Err: "no such host", IsNotFound: true}), "cannot be found", "name server"},
		{"no name server answers", dial(&net.DNSError{Err: "i/o timeout", IsTimeout: true}), "does not answer in time", "firewall"},
		{"no route", dial(syscall.ENETUNREACH), "there is no route to", "outgoing connection"},
		{"no way to the host", dial(syscall.EHOSTUNREACH), "there is no route to", "outgoing connection"},
		{"refused", dial(syscall.ECONNREFUSED), "refuses the connection", "proxy"},
		{"too slow", fmt.Errorf("ask: %w", context.DeadlineExceeded), "does not answer in time", "firewall"},
		{"a certificate of another time", x509.CertificateInvalidError{Reason: x509.Expired}, "not valid at this machine's time", "clock"},
		{"an unknown authority", x509.UnknownAuthorityError{}, "signed by somebody whom this machine does not know", "ca-certificates"},
		{"another name", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"}, "for another name", "proxy"},
		{"cut", dial(syscall.ECONNRESET), "broke", "cuts it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			found, next, ok := unreached(tt.err, "slack.com")
			if !ok || !strings.Contains(found, tt.found) || !strings.Contains(found, "slack.com") || !strings.Contains(next, tt.next) {
				t.Errorf("unreached = %q → %q, %t", found, next, ok)
			}
		})
	}
	if _, _, ok := unreached(&refusal{method: "auth.test", code: "invalid_auth"}, "slack.com"); ok {
		t.Error("an answer is taken for no answer")
	}
}

func TestClocks(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name   string
		ahead  time.Duration // Slack's clock before ours
		took   time.Duration
		status Status
		found  string
	}{
		{"the same", 0, 0, OK, "agrees with Slack's"},
		{"a slow answer is no wrong clock", 0, 20 * time.Second, OK, "agrees"},
		{"within what is told", 5 * time.Second, 0, OK, "agrees"},
		{"a little behind", 10 * time.Second, 0, Warning, "behind Slack's"},
		{"far ahead", -time.Hour, time.Second, Problem, "1h0m0s ahead of Slack's"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			date := at.Add(tt.took/2 + tt.ahead).UTC().Format(http.TimeFormat)
			skew, wrongBy, ok := skewOf(http.Header{"Date": {date}}, at, at.Add(tt.took))
			var l lines
			l.clock("slack clock", "Slack's", skew, wrongBy)
			if !ok || l[0].Status != tt.status || !strings.Contains(l[0].Found, tt.found) {
				t.Errorf("%t %+v", ok, l)
			}
		})
	}
	if _, _, ok := skewOf(http.Header{}, at, at); ok {
		t.Error("a time is read where there is none")
	}
}

func TestWebAPIWaitsWhenSlackAsksForPatience(t *testing.T) {
	t.Parallel()
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		switch {
		case r.Header.Get("Authorization") != "Bearer xoxb-1":
			t.Errorf("the token came as %v", r.Header)
		case calls == 1:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		case calls == 2:
			_, _ = io.WriteString(w, `{"ok":true,"user":"renewbot"}`)
		default:
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	t.Cleanup(server.Close)
	a := newWebAPI(server.URL+"/", time.Minute, time.Now)
	t.Cleanup(a.close)
	var who workspace
	if _, err := a.call(t.Context(), "xoxb-1", "auth.test", nil, &who); err != nil || who.User != "renewbot" || calls != 2 {
		t.Errorf("after %d calls: %+v, %v", calls, who, err)
	}
	if _, err := a.call(t.Context(), "xoxb-1", "auth.test", nil, &who); codeOf(err) != "ratelimited" || calls != 3 {
		t.Errorf("after %d calls: %v", calls, err)
	}
}

func TestAnswersThatAreNotSlacks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, answer, want string }{
		{"a web page", "<html>", "what answers auth.test is not Slack: the answer is not JSON"},
		{"no reason", `{"ok":false}`, "Slack answers auth.test with no reason"},
		{"neither yes nor no", `{}`, "Slack answers auth.test with no reason"},
		{"a scope", `{"ok":false,"error":"missing_scope","needed":"users:read"}`, "Slack answers auth.test with missing_scope (users:read)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := read([]byte(tt.answer), "auth.test", nil); err == nil || err.Error() != tt.want {
				t.Errorf("read = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestNoAddressInErrors(t *testing.T) {
	t.Parallel()
	err := withoutURL(&url.Error{Op: "Get", URL: "wss://slack.example/link/?ticket=canary", Err: errors.New("no")})
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("the ticket is told: %v", err)
	}
	for _, address := range []string{"ws://slack.example/link/?ticket=canary", "http://slack.example"} {
		if _, err := socket.Greet(t.Context(), address); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("an unencrypted address: %v", err)
		}
	}
}

func TestReportHoldsNoSecret(t *testing.T) {
	t.Parallel()
	r := Report{Results: []Result{{"a", Problem, "the token xoxb-1 and pa", "use xoxb-1"}}}.without([]string{"xoxb-1", "pa", ""})
	want := []Result{{"a", Problem, "the token [secret] and pa", "use [secret]"}}
	if diff := cmp.Diff(want, r.Results); diff != "" {
		t.Errorf("without (-want +got):\n%s", diff)
	}
	if got := password("postgres://bot:hunter2@db.example/renewbot"); got != "hunter2" {
		t.Errorf("the password of a database is %q", got)
	}
}
