package socket

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"
)

// limitedSlack is a Slack in memory that limits what is in limited, and notes when it was
// called for what.
type limitedSlack struct {
	mu      sync.Mutex
	began   time.Time
	limited map[string]string // by method and channel: Retry-After
	calls   []string
}

// RoundTrip implements http.RoundTripper.
func (s *limitedSlack) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := countedAs(r)
	s.calls = append(s.calls, time.Since(s.began).Round(time.Millisecond).String()+" "+c.lane)
	answer := &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(`{"ok":true,"channel":"C1","ts":"1.2","view":{"id":"V1"}}`)),
	}
	if after, ok := s.limited[c.lane]; ok {
		delete(s.limited, c.lane)
		answer.StatusCode = http.StatusTooManyRequests
		answer.Header.Set("Retry-After", after)
	}
	return answer, nil
}

func (s *limitedSlack) saw(t *testing.T, want ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.calls, want) {
		t.Errorf("Slack was called\n%s, want\n%s", strings.Join(s.calls, "\n"), strings.Join(want, "\n"))
	}
}

// setupPaced is a client of a Slack that limits calls once each.
func setupPaced(limited map[string]string) (*slack.Client, *limitedSlack) {
	s := &limitedSlack{began: time.Now(), limited: limited}
	return slack.New("xoxb-test", slack.OptionHTTPClient(&rateLimited{
		next: &http.Client{Transport: s}, opens: rate.NewLimiter(rate.Inf, 1), pacer: newPacer(nil, false, nil),
	})), s
}

func post(ctx context.Context, api *slack.Client, channel string) error {
	_, _, err := api.PostMessageContext(ctx, channel, slack.MsgOptionText("x", false))
	return err
}

// wantPutOff wants a call that was not made, and to be told when to come back.
func wantPutOff(t *testing.T, err error, want time.Duration) {
	t.Helper()
	var limited *slack.RateLimitedError
	if !errors.As(err, &limited) || limited.RetryAfter != want {
		t.Errorf("%v, want to be told to come back after %v", err, want)
	}
}

// After a 429 nothing of its kind is sent by anybody before its time; everything else goes.
func TestRetryAfterHoldsForEverybody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api, s := setupPaced(map[string]string{"chat.postMessage C1": "2", "chat.update": "3"})
		job := Urgent(t.Context())
		wantPutOff(t, post(job, api, "C1"), 2*time.Second)
		pass(30 * time.Millisecond)
		wantPutOff(t, post(job, api, "C1"), 1970*time.Millisecond) // another job
		if err := post(job, api, "C2"); err != nil {
			t.Error(err)
		}
		_, _, _, err := api.UpdateMessageContext(job, "C1", "1.2", slack.MsgOptionText("x", false))
		wantPutOff(t, err, 3*time.Second)
		_, _, _, err = api.UpdateMessageContext(job, "C2", "1.2", slack.MsgOptionText("x", false))
		wantPutOff(t, err, 3*time.Second)
		pass(1970 * time.Millisecond)
		if err := post(job, api, "C1"); err != nil {
			t.Error(err)
		}
		s.saw(t, "0s chat.postMessage C1", "30ms chat.postMessage C2", "30ms chat.update", "2s chat.postMessage C1")
	})
}

// Who waits for a view waits as long as it makes sense, and is told at once otherwise.
func TestPeopleWaitWithinTheirTime(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		after   string
		context func(context.Context) (context.Context, context.CancelFunc)
		made    bool
		took    time.Duration
	}{
		"a moment": {"1", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, AckBudget)
		}, true, time.Second},
		"longer than the trigger lives": {"3", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, AckBudget)
		}, false, 0},
		"a patient one": {"7", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(Patient(ctx), 10*time.Second)
		}, true, 7 * time.Second},
		"a patient one with less time": {"7", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(Patient(ctx), 7*time.Second)
		}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				api, s := setupPaced(map[string]string{"views.open": tc.after})
				if _, err := api.OpenViewContext(t.Context(), "1.2.a", slack.ModalViewRequest{}); err == nil {
					t.Fatal("the first one passed")
				}
				ctx, cancel := tc.context(t.Context())
				defer cancel()
				began := time.Now()
				_, err := api.OpenViewContext(ctx, "1.2.b", slack.ModalViewRequest{})
				if took := time.Since(began); took != tc.took || (err == nil) != tc.made {
					t.Errorf("after %v: %v, want to be made: %t, after %v", took, err, tc.made, tc.took)
				}
				if calls := len(s.calls); calls != 1 && !tc.made {
					t.Errorf("%d calls were made", calls)
				}
			})
		})
	}
}

// When Slack takes calls again the urgent ones come first, and a person before any job.
func TestUrgentCallsFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api, s := setupPaced(map[string]string{"chat.postMessage C1": "2"})
		wantPutOff(t, post(Later(t.Context()), api, "C1"), 2*time.Second)
		wantPutOff(t, post(Urgent(t.Context()), api, "C1"), 2*time.Second)
		var told sync.WaitGroup
		told.Go(func() {
			if err := post(Patient(t.Context()), api, "C1"); err != nil {
				t.Error(err)
			}
		})
		pass(2*time.Second - time.Nanosecond)
		wantPutOff(t, post(Later(t.Context()), api, "C1"), urgentGrace+time.Nanosecond)
		pass(time.Nanosecond)
		told.Wait()
		if err := post(Urgent(t.Context()), api, "C1"); err != nil {
			t.Error(err)
		}
		pass(urgentGrace)
		if err := post(Later(t.Context()), api, "C1"); err != nil {
			t.Error(err)
		}
		s.saw(t, "0s chat.postMessage C1", "2s chat.postMessage C1", "2s chat.postMessage C1", "4s chat.postMessage C1")
	})
}

// An urgent call that Slack itself put off has its turn kept when the time is over, though it was made once
// and nobody has asked again: a record takes the first call that Slack allows from nobody.
func TestTheUrgentCallThatSlackRefusedComesFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api, s := setupPaced(map[string]string{"chat.postMessage C1": "2"})
		wantPutOff(t, post(Urgent(t.Context()), api, "C1"), 2*time.Second)
		pass(2 * time.Second)
		wantPutOff(t, post(Later(t.Context()), api, "C1"), urgentGrace)
		pass(urgentGrace / 2) // jobs look every second
		if err := post(Urgent(t.Context()), api, "C1"); err != nil {
			t.Error(err)
		}
		pass(urgentGrace / 2)
		if err := post(Later(t.Context()), api, "C1"); err != nil {
			t.Error(err)
		}
		s.saw(t, "0s chat.postMessage C1", "3s chat.postMessage C1", "4s chat.postMessage C1")
	})
}

// A single action costs nothing; many jobs keep to one message a second in a channel, and
// come back one after the other. People are not held up by that.
func TestJobsKeepToTheDocumentedLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		api, s := setupPaced(nil)
		job := Urgent(t.Context())
		for range limits[methodPost].burst {
			if err := post(job, api, "C1"); err != nil {
				t.Fatal(err)
			}
		}
		wantPutOff(t, post(job, api, "C1"), time.Second)
		wantPutOff(t, post(job, api, "C1"), 2*time.Second)
		if err := post(t.Context(), api, "C1"); err != nil {
			t.Errorf("a person: %v", err)
		}
		pass(10 * time.Second)
		s.mu.Lock()
		s.calls = nil
		s.mu.Unlock()
		made := 0
		for range 200 { // the jobs of a busy quarter of an hour come again and again
			if post(job, api, "C1") == nil {
				made++
			}
			pass(100 * time.Millisecond)
		}
		if made < 20 || made > 30 {
			t.Errorf("%d messages in 20 s after 10 quiet ones", made)
		}
	})
}

// Limits that come with HTTP status 200, and without a time.
func TestRateLimitedWithoutATime(t *testing.T) {
	t.Parallel()
	p := newPacer(nil, false, nil)
	next := transportFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"ok":false,"error":"ratelimited"}`))}, nil
	})
	api := slack.New("xoxb-test", slack.OptionHTTPClient(&rateLimited{
		next: &http.Client{Transport: next}, opens: rate.NewLimiter(rate.Inf, 1), pacer: p,
	}))
	err := post(Urgent(t.Context()), api, "C1")
	if after, kind := Classify(err); kind != Wait || after != unnamedWait {
		t.Errorf("%v: wait %v", err, after)
	}
	if rest := p.admit(counted{methodPost, methodPost + " C1"}, urgent); rest < unnamedWait-time.Minute/10 {
		t.Errorf("the next call may be made after %v", rest)
	}
}

// The channel is read from the form as slack-go sends it.
func TestCountedAs(t *testing.T) {
	t.Parallel()
	form := url.Values{"channel": {"C1"}, "text": {"x&channel=C2"}}.Encode()
	for path, want := range map[string]string{"chat.postMessage": "chat.postMessage C1", "chat.update": "chat.update"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://slack.com/api/"+path, strings.NewReader(form))
		if err != nil {
			t.Fatal(err)
		}
		if got := countedAs(r).lane; got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
		if raw, err := io.ReadAll(r.Body); err != nil || string(raw) != form {
			t.Errorf("%s: the body is now %q, %v", path, raw, err)
		}
	}
}

// Files are counted under names of ours: their addresses have names in them that people gave.
func TestFilesAreCountedWithoutTheirNames(t *testing.T) {
	t.Parallel()
	c := &rateLimited{root: "https://slack.com/api/"}
	for _, f := range []struct{ method, address, want string }{
		{http.MethodGet, "https://files.slack.com/files-pri/T1-F1/download/acme.csv", methodDownload},
		{http.MethodPost, "https://files.slack.com/upload/v1/c2VjcmV0", methodUpload},
		{http.MethodPost, "https://slack.com/api/files.info", "files.info"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), f.method, f.address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.counted(r); got.method != f.want || got.lane != f.want {
			t.Errorf("%s is counted as %+v, want %s", f.address, got, f.want)
		}
	}
}
