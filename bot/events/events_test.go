package events

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

func TestAnEventIsACloudEventWithAStandardSignature(t *testing.T) {
	t.Parallel()
	r := newAnswering(t)
	p := newPlace(t, r.URL).open().start(nil)
	p.submit("k")
	got := p.arrives(r, "RNW-000001 renewbot.requested")[0]
	var event map[string]any
	if err := json.Unmarshal(got.body, &event); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"specversion": "1.0", "id": got.ID, "source": "/renewbot", "type": "renewbot.requested", "subject": "RNW-000001",
		"time": "2026-03-01T09:00:00Z", "datacontenttype": "application/json",
		"data": map[string]any{
			"request": "RNW-000001", "version": 1.0, "revision": 1.0, "state": "pending", "product": "p-series-turnkey",
			"term_months": 12.0, "quantity": 50.0, "holder": "3100000000000000001", "actor": "U0ALICE", "requester": "U0ALICE",
			"requested_at": "2026-03-01T09:00:00Z",
		},
	}
	if diff := cmp.Diff(want, event); diff != "" {
		t.Errorf("the event (-want +got):\n%s", diff)
	}
	// As https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md has it.
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(got.header.Get("Webhook-Id") + "." + got.header.Get("Webhook-Timestamp") + "." + string(got.body)))
	header := map[string]string{
		"Webhook-Id": got.ID, "Webhook-Timestamp": "1772355600", "Content-Type": "application/cloudevents+json; charset=utf-8",
		"Webhook-Signature": "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	}
	for name, value := range header {
		if got.header.Get(name) != value {
			t.Errorf("%s is %q, want %q", name, got.header.Get(name), value)
		}
	}
	p.states(ledger.NoticeSent)
}

// The example of the specification's own libraries.
func TestSign(t *testing.T) {
	t.Parallel()
	c := config.Events{URL: config.NewSecret("https://example.com"), Secret: config.NewSecret(secret)}
	r, err := NewReceiver(c, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := sign(r.key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

// Whatever the receiver does, every event arrives, and those of one request in their order.
func TestEventsArriveInTheirOrderWhateverTheReceiverDoes(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a redirect was followed")
	}))
	t.Cleanup(elsewhere.Close) // after the last of what follows
	for name, answer := range map[string]http.HandlerFunc{
		"500": status(http.StatusInternalServerError),
		"400": status(http.StatusBadRequest),
		"redirect": func(w http.ResponseWriter, q *http.Request) {
			http.Redirect(w, q, elsewhere.URL, http.StatusTemporaryRedirect)
		},
		"moved": func(w http.ResponseWriter, q *http.Request) {
			http.Redirect(w, q, elsewhere.URL, http.StatusMovedPermanently)
		},
		"cut off": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"garbage": func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_, err = c.Write([]byte("hello\r\n\r\n"))
				_ = c.Close()
			}
			if err != nil {
				t.Error(err)
			}
		},
		"an endless refusal": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			for err := error(nil); err == nil; {
				_, err = w.Write(make([]byte, 1<<10))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newAnswering(t)
			r.answers(answer)
			p := newPlace(t, r.URL).open().start(nil)
			request := p.submit("k")
			p.approve(request)
			first := p.arrives(r, "RNW-000001 renewbot.requested")[0]
			p.after(notTaken, firstPause)
			again := p.arrives(r, "RNW-000001 renewbot.requested")[0]
			if again.ID != first.ID || string(again.body) != string(first.body) {
				t.Errorf("the same event is another one when it is sent again: %s, then %s", first.body, again.body)
			}
			r.answers(status(http.StatusOK))
			p.after(notTaken, firstPause)
			p.arrives(r, "RNW-000001 renewbot.requested", "RNW-000001 renewbot.approved")
			p.states(ledger.NoticeSent, ledger.NoticeSent)
			if p.counted("failed") != 2 || p.counted("sent") != 2 {
				t.Errorf("%v failed and %v sent are counted", p.counted("failed"), p.counted("sent"))
			}
		})
	}
}

// One that hangs is given up on, and nothing else waits for it.
func TestAReceiverThatHangsHoldsUpNoOrder(t *testing.T) {
	t.Parallel()
	r := newAnswering(t)
	released := make(chan struct{})
	r.answers(func(http.ResponseWriter, *http.Request) { <-released })
	ordered := make(chan int64, 100)
	p := newPlace(t, r.URL).open().start(map[renewal.JobKind]ledger.Handler{
		renewal.PlaceOrder: func(_ context.Context, j renewal.Job) error {
			ordered <- j.RequestID
			return nil
		},
	})
	var requests []renewal.Request
	for key := range strings.FieldsSeq("a b c d e f g h") { // more than there are workers
		requests = append(requests, p.submit(key))
	}
	for range 4 {
		wait(t, r.got, "an event that hangs")
	}
	p.approve(requests[0])
	if id := wait(t, ordered, "the order"); id != requests[0].ID {
		t.Errorf("request %d was ordered", id)
	}
	close(released)
	for range len(requests) + 1 - 4 {
		wait(t, r.got, "the others")
	}
}

func TestASlowReceiverIsGivenItsTimeAndNoMore(t *testing.T) {
	t.Parallel()
	r := newAnswering(t)
	r.answers(func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() })
	p := newPlace(t, r.URL)
	p.timeout = time.Second
	p.open().start(nil).submit("k")
	p.arrives(r, "RNW-000001 renewbot.requested")
	r.answers(status(http.StatusOK))
	p.after(notTaken, firstPause)
	p.timeout = 0 // the one that answers may be slow here
	p.restart()
	p.arrives(r, "RNW-000001 renewbot.requested")
	p.states(ledger.NoticeSent)
}

func TestAReceiverThatIsDownGetsEverythingLater(t *testing.T) {
	t.Parallel()
	r := newAnswering(t)
	addr := r.Listener.Addr().String()
	r.Close()
	p := newPlace(t, "http://"+addr).open().start(nil)
	request := p.submit("k")
	for wait(t, p.logged.got, notTaken) != notTaken {
		continue
	}
	p.approve(request)
	p.restart() // and the bot as well
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Skip("somebody else has the port by now: ", err)
	}
	up := httptest.NewUnstartedServer(r.Config.Handler)
	_ = up.Listener.Close()
	up.Listener = l
	up.Start()
	defer up.Close()
	p.clock.advance(time.Hour)
	p.arrives(r, "RNW-000001 renewbot.requested", "RNW-000001 renewbot.approved")
}

// What was saved by a process that died before it could send anything is sent.
func TestCrashBetweenTheChangeAndTheSending(t *testing.T) {
	t.Parallel()
	r := newAnswering(t)
	p := newPlace(t, r.URL).open()
	p.approve(p.submit("k"))
	p.restart()
	p.arrives(r, "RNW-000001 renewbot.requested", "RNW-000001 renewbot.approved")
}

// An event whose answer was never saved is sent once more, as the same one.
func TestCrashBeforeTheAnswerIsSaved(t *testing.T) {
	t.Parallel()
	r := newAnswering(t)
	r.answers(func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() })
	p := newPlace(t, r.URL).open().start(nil)
	p.approve(p.submit("k"))
	first := p.arrives(r, "RNW-000001 renewbot.requested")[0]
	r.answers(status(http.StatusOK))
	p.restart()
	p.clock.advance(timeLimit + holdMargin)
	again := p.arrives(r, "RNW-000001 renewbot.requested", "RNW-000001 renewbot.approved")[0]
	if again.ID != first.ID {
		t.Errorf("it is event %s, and was %s", again.ID, first.ID)
	}
}

// A day without success is enough: the next event has its turn, and people may send the
// first one again.
func TestAnEventIsGivenUpAfterADay(t *testing.T) {
	t.Parallel()
	r := newAnswering(t)
	r.answers(status(http.StatusInternalServerError))
	p := newPlace(t, r.URL).open().start(nil)
	request := p.submit("k")
	tries := 0
	for begin := p.clock.Now(); p.clock.Now().Sub(begin) < patience; tries++ {
		p.arrives(r, "RNW-000001 renewbot.requested")
		p.after(notTaken, lastPause)
	}
	if tries != 24 {
		t.Errorf("%d tries in a day", tries)
	}
	p.approve(request)
	p.arrives(r, "RNW-000001 renewbot.requested")
	p.after(`an event was given up after a day; "renewbot events resend" sends it once more`, 0)
	p.arrives(r, "RNW-000001 renewbot.approved")
	r.answers(status(http.StatusOK))
	p.after(notTaken, lastPause)
	p.arrives(r, "RNW-000001 renewbot.approved")
	p.states(ledger.NoticeGivenUp, ledger.NoticeSent)
	if p.counted("given_up") != 1 {
		t.Errorf("%v are counted as given up", p.counted("given_up"))
	}
	if n, err := p.Resend(t.Context(), ledger.NoticeFilter{State: ledger.NoticeGivenUp}); n != 1 || err != nil {
		t.Errorf("%d are sent once more, error %v", n, err)
	}
	p.arrives(r, "RNW-000001 renewbot.requested")
	p.states(ledger.NoticeSent, ledger.NoticeSent)
}

// The day is one of trying: while the bot is down, an earlier event is tried, or the receiver wants nothing, it does not pass.
func TestNoEventIsGivenUpForTimeInWhichNobodyTried(t *testing.T) {
	t.Parallel()
	r := newAnswering(t)
	r.answers(status(http.StatusInternalServerError))
	p := newPlace(t, r.URL).open().start(nil)
	request := p.submit("k")
	p.approve(request)
	p.arrives(r, "RNW-000001 renewbot.requested")
	p.after(notTaken, 0)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p.clock.advance(3 * patience) // a weekend
	p.open().start(nil)
	p.arrives(r, "RNW-000001 renewbot.requested")
	p.after(notTaken, 0)
	r.answers(status(http.StatusOK))
	p.clock.advance(lastPause)
	p.arrives(r, "RNW-000001 renewbot.requested", "RNW-000001 renewbot.approved")
	p.states(ledger.NoticeSent, ledger.NoticeSent)

	next := p.submit("another")
	p.arrives(r, "RNW-000002 renewbot.requested")
	r.answers(status(http.StatusGone))
	p.approve(next)
	p.arrives(r, "RNW-000002 renewbot.approved")
	p.after("host="+strings.TrimPrefix(r.URL, "http://"), 0)
	p.clock.advance(2 * patience)
	r.answers(status(http.StatusServiceUnavailable))
	p.config.URL = config.NewSecret(r.URL + "/" + hidden + "?another")
	p.restart()
	p.arrives(r, "RNW-000002 renewbot.approved")
	p.after(notTaken, 0)
	r.answers(status(http.StatusOK))
	p.clock.advance(firstPause)
	p.arrives(r, "RNW-000002 renewbot.approved")
}

func TestAReceiverThatIsGoneGetsNothingMore(t *testing.T) {
	t.Parallel()
	r := newAnswering(t)
	r.answers(status(http.StatusGone))
	p := newPlace(t, r.URL).open().start(nil)
	request := p.submit("k")
	first := p.arrives(r, "RNW-000001 renewbot.requested")[0]
	p.after("host="+strings.TrimPrefix(r.URL, "http://"), 0) // of the sender's start
	p.after("host="+strings.TrimPrefix(r.URL, "http://"), 0) // of the 410
	p.approve(request)
	p.restart()
	p.clock.advance(patience + time.Hour)
	p.states(ledger.NoticeWaiting, ledger.NoticeWaiting)
	r.answers(status(http.StatusOK))
	if since, err := p.OutboxStopped(t.Context()); since.IsZero() || err != nil {
		t.Errorf("stopped since %v, error %v", since, err)
	}
	if len(r.got) != 0 || p.counted("gone") != 1 {
		t.Errorf("%d events arrived after that, and %v answers are counted", len(r.got), p.counted("gone"))
	}
	if _, err := p.Resend(t.Context(), ledger.NoticeFilter{ID: first.ID}); err != nil {
		t.Fatal(err)
	}
	p.arrives(r, "RNW-000001 renewbot.requested", "RNW-000001 renewbot.approved")
}

func TestAReceiverMayAskToWait(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct{ waited, asked, want time.Duration }{
		{0, 0, firstPause}, {time.Minute, 0, time.Minute}, {5 * time.Hour, 0, lastPause}, {0, 5 * time.Minute, 5 * time.Minute},
		{0, 9 * time.Hour, lastPause}, {patience - 1, 0, lastPause},
	} {
		now := since.Add(c.waited)
		if got := next(since, now, c.asked).Sub(now); got != c.want {
			t.Errorf("after %s, asked for %s: %s, want %s", c.waited, c.asked, got, c.want)
		}
	}
	if got := next(since, since.Add(patience), time.Hour); !got.IsZero() {
		t.Errorf("after a day it is tried again at %s", got)
	}
	for text, want := range map[string]time.Duration{"120": 2 * time.Minute, "": 0, "-1": 0, "soon": 0, "99999999999": 0} {
		if got := retryAfter(http.Header{"Retry-After": {text}}); got != want {
			t.Errorf("Retry-After %q is %s, want %s", text, got, want)
		}
	}
}

// Nobody is reached at a private address, by its number or by a name that leads there.
func TestNoEventGoesToAPrivateAddress(t *testing.T) {
	t.Parallel()
	reached := make(chan string, 100)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ConnState = func(c net.Conn, _ http.ConnState) { reached <- c.RemoteAddr().String() }
	s.StartTLS()
	defer s.Close()
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "[::1]", "169.254.169.254", "10.0.0.1"} {
		c := config.Events{URL: config.NewSecret("https://" + host + ":" + port + "/" + hidden), Secret: config.NewSecret(secret)}
		r, err := NewReceiver(c, 0)
		if err != nil {
			t.Fatal(err)
		}
		err = r.Post(t.Context(), ledger.Outgoing{ID: "1", Data: json.RawMessage("{}")}, time.Now())
		if err == nil || !strings.Contains(err.Error(), "private") || strings.Contains(err.Error(), hidden) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if len(reached) != 0 {
		t.Errorf("%s was there", <-reached)
	}
}

// Neither log nor outbox show the address or the key.
func TestNothingShowsTheAddress(t *testing.T) {
	t.Parallel()
	r := newAnswering(t)
	r.Close()
	p := newPlace(t, r.URL).open().start(nil)
	p.submit("k")
	var all strings.Builder
	for line := ""; !strings.HasPrefix(line, "again_at="); {
		line = wait(t, p.logged.got, "a line of the log")
		all.WriteString(line + "\n")
	}
	list, err := p.Notices(t.Context(), ledger.NoticeFilter{})
	if err != nil {
		t.Fatal(err)
	}
	trail, err := p.Entries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal(map[string]any{"log": all.String(), "outbox": list, "trail": trail})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{hidden, secret, strings.TrimPrefix(secret, "whsec_"), "@"} {
		if strings.Contains(string(shown), text) {
			t.Errorf("%q is in %s", text, shown)
		}
	}
}
