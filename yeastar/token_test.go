package yeastar

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"
)

// clock is a time that a test moves.
type clock struct{ ns atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ns.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.ns.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.ns.Add(int64(d)) }

func TestTokenRequest(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var form url.Values
	s := setup(t, func(c *Config) { c.ClientSecret = "s&cret=+"; c.UserAgent = "renewbot" })
	inner := s.server.Config.Handler
	s.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		got, form = r, r.PostForm
		inner.ServeHTTP(w, r)
	})
	if err := s.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got.URL.Path != "/partner/api/auth/openapi/v1/oauth/token" || got.URL.RawQuery != "" {
		t.Errorf("asked at %s", got.URL)
	}
	want := url.Values{"client_id": {"id"}, "client_secret": {"s&cret=+"}, "grant_type": {"pp_credentials"}}
	if diff := cmp.Diff(want, form); diff != "" {
		t.Errorf("form (-want +got):\n%s", diff)
	}
	if ua, ct := got.Header.Get("User-Agent"), got.Header.Get("Content-Type"); ua != "renewbot" || ct != "application/x-www-form-urlencoded" {
		t.Errorf("User-Agent %q, Content-Type %q", ua, ct)
	}
	if got.Header.Get("Authorization") != "" {
		t.Error("the request for a token carries a token")
	}
}

func TestReadToken(t *testing.T) {
	t.Parallel()
	asked := newClock().now()
	tests := []struct {
		name, result string
		wantType     string
		life, use    time.Duration // 0: refused
	}{
		{"the documented answer", `{"token":"a.b.c","tokenHead":"Bearer ","expiresIn":"1799"}`, "Bearer", 1799 * time.Second, 1739 * time.Second},
		{"expiresIn as a number", `{"token":"a","tokenHead":"Bearer","expiresIn":1799}`, "Bearer", 1799 * time.Second, 1739 * time.Second},
		{"no tokenHead", `{"token":"a","expiresIn":"1799"}`, "Bearer", 1799 * time.Second, 1739 * time.Second},
		{"a tokenHead that is no word", `{"token":"a","tokenHead":"Be arer\r\n","expiresIn":"1799"}`, "Bearer", 1799 * time.Second, 1739 * time.Second},
		{"a short life", `{"token":"a","expiresIn":"30"}`, "Bearer", 30 * time.Second, tokenFloor},
		{"no life at all", `{"token":"a","expiresIn":"0"}`, "Bearer", 0, tokenFloor},
		{"a life that is not said", `{"token":"a"}`, "Bearer", tokenLifeUnsaid, tokenLifeUnsaid - tokenMargin},
		{"a life that is nonsense", `{"token":"a","expiresIn":"soon"}`, "Bearer", tokenLifeUnsaid, tokenLifeUnsaid - tokenMargin},
		{"no token", `{"access_token":"a","expiresIn":"30"}`, "", 0, 0},
		{"a token that breaks the header", `{"token":"a\r\nX: y","expiresIn":"30"}`, "", 0, 0},
		{"no object", `true`, "", 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := readToken(envelope{Result: json.RawMessage(tt.result)}, asked)
			if (err == nil) != (tt.use > 0) {
				t.Fatalf("readToken = %v", err)
			}
			if err != nil {
				return
			}
			if got.TokenType != tt.wantType || !got.Expiry.Equal(asked.Add(tt.life)) || !got.renew.Equal(asked.Add(tt.use)) {
				t.Errorf("type %q, expiry +%s, renewed +%s", got.TokenType, got.Expiry.Sub(asked), got.renew.Sub(asked))
			}
		})
	}
}

func TestTokenIsSharedAndRenewedEarly(t *testing.T) {
	t.Parallel()
	clk := newClock()
	s := setup(t, func(c *Config) { c.Now = clk.now })
	s.answers("GET /user/openapi/user/v1/client/partner_list", success("[]"))
	steps := []struct {
		name  string
		pass  time.Duration
		order bool
		want  int64 // tokens asked for by then
	}{
		{"the first call", 0, false, 1},
		{"right after", 0, false, 1},
		{"an order with half an hour left", 0, true, 1},
		{"29 minutes before the margin", 1738 * time.Second, false, 1},
		{"in the margin", 2 * time.Second, false, 2},
		{"an order with 3 minutes left", 1799*time.Second - 3*time.Minute, true, 2},
		{"an order with less", time.Second, true, 3},
	}
	s.answers("POST /order/openapi/order/v1/save", tutorialAnswer)
	for _, step := range steps {
		clk.advance(step.pass)
		var err error
		if step.order {
			_, err = s.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder))
		} else {
			_, err = s.Customers(t.Context())
		}
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if n := s.tokens.Load(); n != step.want {
			t.Errorf("%s: %d tokens were asked for; want %d", step.name, n, step.want)
		}
	}
}

func TestOrderAcceptsAShortLivedTokenThatIsNew(t *testing.T) {
	t.Parallel()
	clk := newClock()
	asked := 0
	s := &tokens{now: clk.now, ask: func() (token, error) {
		asked++
		return readToken(envelope{Result: json.RawMessage(fmt.Sprintf(`{"token":"t%d","expiresIn":"60"}`, asked))}, clk.now())
	}}
	for want := 1; want <= 2; want++ {
		tok, err := s.get(t.Context(), orderTokenLife)
		if err != nil || tok.AccessToken != fmt.Sprintf("t%d", want) || asked != want {
			t.Errorf("get %d = %v, %v after asking %d times", want, tok, err, asked)
		}
	}
}

func TestTokenIsAskedForOnceAtATime(t *testing.T) {
	t.Parallel()
	release, asking := make(chan struct{}), make(chan struct{}, 100)
	var asked atomic.Int64
	s := &tokens{now: time.Now, ask: func() (token, error) {
		asked.Add(1)
		asking <- struct{}{}
		<-release
		return token{Token: oauth2.Token{AccessToken: "t", Expiry: time.Now().Add(time.Hour)}, renew: time.Now().Add(time.Hour)}, nil
	}}
	// The one who starts the request leaves; the others must not notice.
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() { _, err := s.get(ctx, 0); first <- err }()
	<-asking
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the one who left got %v", err)
	}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			tok, err := s.get(t.Context(), time.Duration(i%2)*orderTokenLife)
			if err != nil || tok.AccessToken != "t" {
				t.Errorf("get = %v, %v", tok, err)
			}
		})
	}
	close(release)
	wg.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestTokenFailureIsNotKept(t *testing.T) {
	t.Parallel()
	fail := true
	s := &tokens{now: time.Now, ask: func() (token, error) {
		if fail {
			return token{}, errors.New("no")
		}
		return token{Token: oauth2.Token{AccessToken: "t"}, renew: time.Now().Add(time.Hour)}, nil
	}}
	if _, err := s.get(t.Context(), 0); err == nil {
		t.Error("no error")
	}
	fail = false
	if _, err := s.get(t.Context(), 0); err != nil {
		t.Error(err)
	}
}

func TestDropSparesANewerToken(t *testing.T) {
	t.Parallel()
	s := &tokens{now: time.Now, current: &token{Token: oauth2.Token{AccessToken: "new"}, renew: time.Now().Add(time.Hour)}}
	s.drop(&oauth2.Token{AccessToken: "old"})
	if s.cached(0) == nil {
		t.Error("a refused old token took the new one along")
	}
	s.drop(&oauth2.Token{AccessToken: "new"})
	if s.cached(0) != nil {
		t.Error("the refused token is still there")
	}
}

// TestManyRefusedCallsShareOneNewToken has 30 look-ups refused for the same token.
func TestManyRefusedCallsShareOneNewToken(t *testing.T) {
	t.Parallel()
	s := setup(t)
	var refused sync.WaitGroup
	refused.Add(30)
	s.mux.HandleFunc("GET /user/openapi/user/v1/client/partner_list", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer token-1" {
			refused.Done()
			refused.Wait()
			fmt.Fprint(w, refusalBody("unauthorized", "", 401))
			return
		}
		fmt.Fprint(w, success("[]"))
	})
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			if _, err := s.Customers(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := s.tokens.Load(); n != 2 {
		t.Errorf("%d tokens were asked for", n)
	}
}

func TestLoginFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		body   string
		want   Class
	}{
		{"wrong credentials", 401, refusalBody("unauthorized", "The client secret is wrong.", 401), ClassAuth},
		{"refused in the body", 200, refusalBody("unauthorized", "The client secret is wrong.", 401), ClassAuth},
		{"an answer without a token", 200, success(`{}`), ClassUnknown},
		{"a web page", 200, "<html>", ClassUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			s.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.body)
			})
			err := s.Login(t.Context())
			if err == nil || ClassOf(err) != tt.want || !strings.HasPrefix(err.Error(), "yeastar token: ") {
				t.Errorf("Login = %v; want class %s", err, tt.want)
			}
			if strings.Contains(fmt.Sprint(err), "very-secret") {
				t.Errorf("the secret is in %v", err)
			}
		})
	}
}
