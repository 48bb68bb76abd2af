package slacksim_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"renewbot/bot/slacksim"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	post := url.Values{"channel": {sales}, "text": {"x"}}.Encode()
	for _, tt := range []struct {
		name   string
		fault  slacksim.Fault
		status int // 0: no answer
		body   string
		posted bool
	}{
		{"500", slacksim.Fault{Kind: slacksim.FaultStatus}, 500, "<html>", false},
		{"503 after the effect", slacksim.Fault{Kind: slacksim.FaultStatus, Status: 503, After: true}, 503, "<html>", true},
		{"429", slacksim.Fault{Kind: slacksim.FaultRateLimit, RetryAfter: 7 * time.Second}, 429, "ratelimited", false},
		{"reset", slacksim.Fault{Kind: slacksim.FaultReset}, 0, "", false},
		{"posted but the answer lost", slacksim.Fault{Kind: slacksim.FaultReset, After: true}, 0, "", true},
		{"broken JSON", slacksim.Fault{Kind: slacksim.FaultBrokenJSON, After: true}, 200, `{"ok":true,"channel":"C0`, true},
		{"not ok and no error", slacksim.Fault{Kind: slacksim.FaultNotOK}, 200, `{"ok":false}`, false},
		{"HTML", slacksim.Fault{Kind: slacksim.FaultHTML}, 200, "<html>", false},
		{"named", slacksim.Fault{Kind: slacksim.FaultError, Error: "fatal_error"}, 200, "fatal_error", false},
		{"only late", slacksim.Fault{Delay: time.Millisecond}, 200, `"ok":true`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.Fail("chat.postMessage", tt.fault, slacksim.Times(1))
			status, header, body, err := b.try("chat.postMessage", formType, b.BotToken(), post)
			if (err != nil) != (tt.status == 0) || status != tt.status || !strings.Contains(body, tt.body) {
				t.Errorf("HTTP %d %q %v", status, body, err)
			}
			if status == http.StatusTooManyRequests && header.Get("Retry-After") != "7" {
				t.Error(header)
			}
			if got := len(b.Snapshot().Messages(sales)) == 1; got != tt.posted {
				t.Errorf("posted: %t", got)
			}
			b.clock.Advance(tt.fault.RetryAfter)
			if out := b.call("chat.postMessage", m{"channel": sales, "text": "y"}); out["ok"] != true {
				t.Error("the fault went on:", out)
			}
		})
	}
}

func TestHangEndsWithTheClient(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stop := b.Fail("auth.test", slacksim.Fault{Kind: slacksim.FaultHang})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.APIURL()+"auth.test", nil)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := http.DefaultTransport.RoundTrip(req); err == nil {
		_ = res.Body.Close()
		t.Error("an answer came")
	}
	stop()
	b.must("auth.test", nil)
}

func TestWhichCallsFail(t *testing.T) {
	t.Parallel()
	b := setup(t)
	fatal := slacksim.Fault{Kind: slacksim.FaultError, Error: "fatal_error"}
	b.Fail("chat.postMessage", fatal, slacksim.AfterCalls(1), slacksim.Times(1))
	b.Fail("chat.postMessage", fatal, slacksim.When(func(c slacksim.Call) bool { return c.Param("thread_ts") != "" }))
	ts := b.must("chat.postMessage", m{"channel": sales, "text": "1"})["ts"]
	b.wantError("fatal_error", "chat.postMessage", m{"channel": sales, "text": "2"})
	b.must("chat.postMessage", m{"channel": sales, "text": "3"})
	b.wantError("fatal_error", "chat.postMessage", m{"channel": sales, "text": "4", "thread_ts": ts})
	calls := b.Calls("chat.postMessage")
	if len(calls) != 4 || calls[1].ErrorCode() != "fatal_error" || calls[2].Param("text") != "3" {
		t.Error(calls)
	}
}

// A call of the kind that was limited is refused until Retry-After is over, and a
// violation; others are as always.
func TestCallWithinRetryAfter(t *testing.T) {
	t.Parallel()
	b := setup(t)
	post := func(channel string) int {
		status, _, _ := b.request("chat.postMessage", formType, b.BotToken(), url.Values{"channel": {channel}, "text": {"x"}}.Encode())
		return status
	}
	b.Fail("chat.postMessage", slacksim.Fault{Kind: slacksim.FaultRateLimit, RetryAfter: 2 * time.Second},
		slacksim.ToChannel(sales), slacksim.Times(1))
	if got := []int{post(sales), post(bob)}; !slices.Equal(got, []int{429, 200}) {
		t.Fatalf("answers %v, want a limit for one channel alone", got)
	}
	b.must("conversations.info", m{"channel": sales})
	if v := b.Violations(); len(v) != 0 {
		t.Fatalf("violations before there was one: %q", v)
	}
	b.clock.Advance(1900 * time.Millisecond)
	for len(b.Violations()) == 0 { // the first ones may have been on their way
		if got := post(sales); got != http.StatusTooManyRequests {
			t.Fatalf("answer %d within the time", got)
		}
	}
	if v := b.Violations()[0]; !strings.Contains(v, "chat.postMessage to "+sales) {
		t.Errorf("violation %q", v)
	}
	before := len(b.Violations())
	b.clock.Advance(100 * time.Millisecond)
	if got := post(sales); got != http.StatusOK || len(b.Violations()) != before {
		t.Errorf("after the time: %d, violations %q", got, b.Violations())
	}
}

// A new process of the app is not blamed for what the last one was told.
func TestRetryAfterOfAnotherProcess(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Fail("auth.test", slacksim.Fault{Kind: slacksim.FaultRateLimit, RetryAfter: time.Minute}, slacksim.Times(1))
	call := func() int {
		status, _, _ := b.request("auth.test", formType, b.BotToken(), "")
		return status
	}
	told := time.Now()
	for call(); time.Since(told) < 200*time.Millisecond; {
		b.Restarted()
		if status := call(); status != http.StatusTooManyRequests || len(b.Violations()) != 0 {
			t.Fatalf("%d, violations %q", status, b.Violations())
		}
	}
}
