package yeastar

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const partnerList = "GET /user/openapi/user/v1/client/partner_list"

// TestLookUpRepeats has the first answers of a look-up go wrong.
func TestLookUpRepeats(t *testing.T) {
	t.Parallel()
	fail := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); fmt.Fprint(w, body) }
	}
	cut := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	half := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, `{"code":"succ`)
		panic(http.ErrAbortHandler)
	}
	tests := []struct {
		name   string
		first  http.HandlerFunc
		times  int64 // of going wrong
		calls  int64
		tokens int64
		want   Class // empty: it works in the end
	}{
		{"500", fail(500, ""), 1, 2, 1, ""},
		{"503 with envelope, twice", fail(503, refusalBody("busy", "", 503)), 2, 3, 1, ""},
		{"500 in the body", fail(200, refusalBody("busy", "", 500)), 1, 2, 1, ""},
		{"429", fail(429, ""), 1, 2, 1, ""},
		{"429 in the body", fail(200, refusalBody("slow", "", 429)), 1, 2, 1, ""},
		{"a cut connection", cut, 2, 3, 1, ""},
		{"half an answer", half, 1, 2, 1, ""},
		{"401 with envelope", fail(401, refusalBody("unauthorized", "", 401)), 1, 2, 2, ""},
		{"401 without", fail(401, ""), 1, 2, 2, ""},
		{"403 in the body", fail(200, refusalBody("forbidden", "", 403)), 1, 2, 2, ""},
		{"401 for ever", fail(401, refusalBody("unauthorized", "", 401)), 1 << 40, 2, 2, ClassAuth},
		{"500 for ever", fail(500, ""), 1 << 40, maxTries, 1, ClassUnknown},
		{"429 for ever", fail(429, ""), 1 << 40, maxTries, 1, ClassRateLimited},
		{"refused", fail(400, refusalBody("no", "", 400)), 1, 1, 1, ClassRefused},
		{"broken JSON", fail(200, `{"code":"success"`), 1, 1, 1, ClassUnknown},
		{"a web page", fail(200, `<html>`), 1, 1, 1, ClassUnknown},
		{"success with HTTP 400", fail(400, success("[]")), 1, 1, 1, ClassUnknown},
		{"success with status 400", fail(200, strings.Replace(success("[]"), `"status":200`, `"status":400`, 1)), 1, 1, 1, ClassUnknown},
		{"redirect", fail(302, ""), 1, 1, 1, ClassUnknown},
		{"not a list", fail(200, success("true")), 1, 1, 1, ClassUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			var calls atomic.Int64
			s.mux.HandleFunc(partnerList, func(w http.ResponseWriter, r *http.Request) {
				if calls.Add(1) <= tt.times {
					tt.first(w, r)
					return
				}
				fmt.Fprint(w, success(`[{"partnerId":"1"}]`))
			})
			list, err := s.Customers(t.Context())
			switch {
			case tt.want == "" && (err != nil || len(list) != 1):
				t.Errorf("Customers = %v, %v", list, err)
			case tt.want != "" && (err == nil || ClassOf(err) != tt.want):
				t.Errorf("error %v; want class %s", err, tt.want)
			}
			if calls.Load() != tt.calls || s.tokens.Load() != tt.tokens {
				t.Errorf("%d calls and %d tokens; want %d and %d", calls.Load(), s.tokens.Load(), tt.calls, tt.tokens)
			}
		})
	}
}

// TestRedirectsAreNotFollowed keeps the token from going to where an answer points.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.mux.HandleFunc(partnerList, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, basePath+"/elsewhere", http.StatusFound)
	})
	s.mux.HandleFunc("/elsewhere", func(w http.ResponseWriter, _ *http.Request) {
		t.Error("the redirect was followed")
		fmt.Fprint(w, success("[]"))
	})
	if _, err := s.Customers(t.Context()); err == nil || ClassOf(err) != ClassUnknown {
		t.Errorf("error %v; want unknown", err)
	}
}

// TestErrorsDoNotShowWhatWasAskedFor has every way in which a look-up by e-mail
// address fails.
func TestErrorsDoNotShowWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		handle http.HandlerFunc
	}{
		{"cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"refused", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, refusalBody("no", "", 400)) }},
		{"another shape", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, success(`[{"email":"ada@example.org"}]`)) }},
		{"broken JSON", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"code":"success","result":ada@example.org`)
		}},
		{"envelope of another type", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `["ada@example.org"]`) }},
		{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, s *stub) {
				s.mux.HandleFunc("GET /user/openapi/user/v1/subordinate_user/{id}", tt.handle)
				_, err := s.Customer(t.Context(), "ada@example.org")
				if err == nil {
					t.Fatal("no error")
				}
				for _, secret := range []string{"ada", "token-1", "very-secret"} {
					if strings.Contains(err.Error(), secret) {
						t.Errorf("%q is in %v", secret, err)
					}
				}
				if !strings.Contains(err.Error(), "request id") {
					t.Errorf("no word of a request id in %v", err)
				}
			})
		})
	}
}

func TestLookUpHonoursRetryAfter(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, s *stub) {
		var asked []time.Time
		s.mux.HandleFunc(partnerList, func(w http.ResponseWriter, _ *http.Request) {
			if asked = append(asked, time.Now()); len(asked) == 1 {
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(429)
				return
			}
			fmt.Fprint(w, success("[]"))
		})
		if _, err := s.Customers(t.Context()); err != nil {
			t.Fatal(err)
		}
		if waited := asked[len(asked)-1].Sub(asked[0]); len(asked) != 2 || waited != 7*time.Second {
			t.Errorf("asked %d times, again after %s", len(asked), waited)
		}
	})
}

func TestLookUpDoesNotWaitLongerThanItMay(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, s *stub) {
		s.mux.HandleFunc(partnerList, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "600")
			w.WriteHeader(429)
		})
		began := time.Now()
		_, err := s.Customers(t.Context())
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Class != ClassRateLimited || e.RetryAfter != 10*time.Minute {
			t.Errorf("error %v", err)
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("it waited %s", waited)
		}
	})
}

func TestLookUpIsBoundedInTime(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, s *stub) {
		s.mux.HandleFunc(partnerList, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		began := time.Now()
		_, err := s.Customers(t.Context())
		if !errors.Is(err, context.DeadlineExceeded) || ClassOf(err) != ClassUnknown {
			t.Errorf("error %v", err)
		}
		if waited := time.Since(began); waited != 4*time.Second {
			t.Errorf("it waited %s", waited)
		}
	}, func(c *Config) { c.ReadTimeout = 4 * time.Second })
}

func TestLookUpIsBoundedInSize(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.mux.HandleFunc(partnerList, func(w http.ResponseWriter, _ *http.Request) {
		chunk := bytes.Repeat([]byte(" "), 1<<20)
		for range 17 {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
		fmt.Fprint(w, success("[]"))
	})
	_, err := s.Customers(t.Context())
	if err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("error %v", err)
	}
}

func TestLookUpsAreRateLimited(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, s *stub) {
		s.answers(partnerList, success("[]"))
		if _, err := s.Customers(t.Context()); err != nil { // the token and the look-up: the burst
			t.Fatal(err)
		}
		if _, err := s.Customers(t.Context()); ClassOf(err) != ClassNotSent {
			t.Errorf("error %v; want not_sent", err)
		}
	}, func(c *Config) { c.Rate, c.Burst = 0.001, 2 })
}

// TestOrderDoesNotWaitBehindLookUps has the rate used up.
func TestOrderDoesNotWaitBehindLookUps(t *testing.T) {
	t.Parallel()
	s := setup(t, func(c *Config) { c.Rate, c.Burst = 0.001, 1 })
	s.answers("POST /order/openapi/order/v1/save", tutorialAnswer)
	if _, err := s.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder)); err != nil {
		t.Error(err)
	}
}

// A program that is built with HTTP/2 speaks it in look-ups alone.
func TestOrdersUseHTTP1EvenWhenLookUpsUseHTTP2(t *testing.T) {
	t.Parallel()
	protos := make(chan string, 10)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protos <- r.Proto
		switch {
		case strings.HasSuffix(r.URL.Path, "/token"):
			fmt.Fprint(w, success(`{"token":"t","expiresIn":"1799"}`))
		case r.Method == "POST":
			fmt.Fprint(w, tutorialAnswer)
		default:
			fmt.Fprint(w, success("[]"))
		}
	}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close)
	c, err := New(Config{BaseURL: srv.URL, ClientID: "id", ClientSecret: "x", HTTPClient: srv.Client()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Customers(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder)); err != nil {
		t.Fatal(err)
	}
	got := []string{<-protos, <-protos, <-protos}
	lookUps := "HTTP/2.0"
	if withoutHTTP2 {
		lookUps = "HTTP/1.1"
	}
	if diff := cmp.Diff([]string{lookUps, lookUps, "HTTP/1.1"}, got); diff != "" {
		t.Errorf("protocols of token, look-up, order (-want +got):\n%s", diff)
	}
}

func TestObserveAndLog(t *testing.T) {
	t.Parallel()
	var seen []string
	var log bytes.Buffer
	s := setup(t, func(c *Config) {
		c.Observe = func(call, outcome string, took time.Duration) {
			if took <= 0 {
				t.Errorf("%s took %s", call, took)
			}
			seen = append(seen, call+" "+outcome)
		}
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	s.answers("GET /user/openapi/user/v1/subordinate_user/{id}", success(`{"partnerId":"1","email":"ada@example.org"}`))
	s.answers("POST /order/openapi/order/v1/save", refusalBody("no", "Not for ada@example.org.", 400))
	if _, err := s.Customer(t.Context(), "ada@example.org"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder)); err == nil {
		t.Fatal("the order was not refused")
	}
	if diff := cmp.Diff([]string{"token ok", "subordinate_user ok", "order_save refused"}, seen); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
	for _, secret := range []string{"ada@", "ada%40", "very-secret", "token-1", "3197218168379846218"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q is in the log:\n%s", secret, log.String())
		}
	}
	if !strings.Contains(log.String(), requestID) {
		t.Errorf("no request id in the log:\n%s", log.String())
	}
}
