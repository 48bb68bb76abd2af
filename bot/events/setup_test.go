package events

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/metrics"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// timeLimit bounds everything that a test waits for, so that nothing hangs.
const timeLimit = time.Minute

const (
	secret   = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	hidden   = "hook-7f3a9c" // the part of the address that nobody may see
	notTaken = "an event was not taken and will be sent again"
)

// arrival is what a receiver got.
type arrival struct {
	ID, Type, Subject string
	Data              renewal.NoticeData
	header            http.Header
	body              []byte
}

func (a arrival) String() string { return a.Subject + " " + a.Type }

// answering is a receiver over HTTP whose answers a test chooses.
type answering struct {
	*httptest.Server
	got chan arrival

	mu     sync.Mutex
	answer http.HandlerFunc
}

func newAnswering(t *testing.T) *answering {
	t.Helper()
	r := &answering{got: make(chan arrival, 100), answer: status(http.StatusNoContent)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		a := arrival{header: q.Header, body: body}
		if err == nil {
			err = json.Unmarshal(body, &a)
		}
		if err != nil || q.URL.Path != "/"+hidden {
			t.Errorf("got %s with %q: %v", q.URL, body, err)
		}
		r.mu.Lock()
		answer := r.answer
		r.mu.Unlock()
		r.got <- a
		answer(w, q)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *answering) answers(with http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = with
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// place is a ledger with a sender, which is stopped and started again.
type place struct {
	t       *testing.T
	clock   *clock
	file    string
	config  config.Events
	logged  lines
	timeout time.Duration

	*ledger.Ledger
	metrics *metrics.Metrics
}

func newPlace(t *testing.T, url string) *place {
	t.Helper()
	return &place{
		t: t, clock: &clock{now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}, file: filepath.Join(t.TempDir(), "ledger.db"),
		config: config.Events{URL: config.NewSecret(url + "/" + hidden), Secret: config.NewSecret(secret), Private: true},
		logged: lines{make(chan string, 1000)}, timeout: timeLimit, metrics: metrics.New(),
	}
}

// open opens the ledger and starts nothing.
func (p *place) open() *place {
	p.t.Helper()
	l, err := ledger.Open(p.t.Context(), "sqlite://"+p.file, ledger.Options{
		Policy: renewal.Policy{Required: 1, ExpireAfter: 72 * time.Hour, RemindAfter: 4 * time.Hour},
		Now:    p.clock.Now, PollInterval: 5 * time.Millisecond, Outbox: true,
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.Ledger = l
	p.t.Cleanup(func() { _ = l.Close() })
	return p
}

// start starts the sender, and with others the jobs of others.
func (p *place) start(others map[renewal.JobKind]ledger.Handler) *place {
	p.t.Helper()
	s, err := Open(p.t.Context(), Options{Config: p.config, Ledger: p.Ledger, Log: slog.New(p.logged), Metrics: p.metrics, Timeout: p.timeout})
	if err != nil {
		p.t.Fatal(err)
	}
	p.Handle(s.Handlers())
	if err := p.Start(p.t.Context(), others); err != nil {
		p.t.Fatal(err)
	}
	return p
}

// restart stops the sender as a process does that ends, and starts it again.
func (p *place) restart() {
	p.t.Helper()
	if err := p.Close(); err != nil {
		p.t.Fatal(err)
	}
	p.open().start(nil)
}

// submit makes a request.
func (p *place) submit(key string) renewal.Request {
	p.t.Helper()
	r, _, err := p.Submit(p.t.Context(), renewal.Submission{
		Key: key, By: renewal.Actor{UserID: "U0ALICE", MayRequest: true}, Channel: "C1",
		Offer: renewal.Offer{
			Product: "p-series-turnkey", Holder: renewal.Holder{PartnerID: "3100000000000000001", Name: "Acme", Email: "it@acme.example"},
			Lines:   []renewal.Line{{Type: yeastar.LinePlan, ID: "3048941892189077504", Name: "Ultimate Plan", Quantity: 50}},
			Contact: renewal.Contact{ID: "3197218168379846218", Name: "Billing", Email: "billing@acme.example"},
		},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

func (p *place) approve(r renewal.Request) {
	p.t.Helper()
	_, err := p.Apply(p.t.Context(), r.ID, renewal.Approve{
		By: renewal.Actor{UserID: "U0BOB", MayApprove: true}, Shown: renewal.Shown{Revision: r.Revision, Fingerprint: r.Fingerprint},
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// after waits for a line of the log, and until nothing is sent, and moves the clock: a job that is
// put off at that very moment would be put off by the time that has passed already.
func (p *place) after(line string, d time.Duration) {
	p.t.Helper()
	for wait(p.t, p.logged.got, line) != line {
		continue
	}
	p.becomes("the jobs rest", func() bool {
		f, err := p.Figures(p.t.Context(), "")
		if err != nil {
			p.t.Fatal(err)
		}
		q := f.Queues["events"]
		return q.Running.Count+q.Due.Count == 0
	})
	p.clock.advance(d)
}

// states waits until the outbox has notices in these states.
func (p *place) states(want ...ledger.NoticeState) {
	p.t.Helper()
	p.becomes(fmt.Sprintf("the outbox has %v", want), func() bool {
		list, err := p.Notices(p.t.Context(), ledger.NoticeFilter{})
		if err != nil {
			p.t.Fatal(err)
		}
		var got []ledger.NoticeState
		for _, n := range list {
			got = append(got, n.State)
		}
		return slices.Equal(got, want)
	})
}

// becomes waits until something is so of which nobody tells.
func (p *place) becomes(what string, is func() bool) {
	p.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(timeLimit)
	for !is() {
		select {
		case <-tick.C:
		case <-limit:
			p.t.Fatalf("waited in vain until %s", what)
		}
	}
}

// counted is how often tries ended so.
func (p *place) counted(outcome string) float64 {
	p.t.Helper()
	w := httptest.NewRecorder()
	p.metrics.Handler().ServeHTTP(w, httptest.NewRequestWithContext(p.t.Context(), http.MethodGet, "/metrics", http.NoBody))
	for line := range strings.Lines(w.Body.String()) {
		value, found := strings.CutPrefix(strings.TrimSpace(line), `renewbot_event_sends_total{outcome="`+outcome+`"} `)
		if n, err := strconv.ParseFloat(value, 64); found && err == nil {
			return n
		}
	}
	p.t.Fatalf("%s is not counted", outcome)
	return 0
}

func wait[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(timeLimit):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

// arrival is what arrives next. A job that is put off at the very moment in which the clock is moved
// is put off from the time after that: the clock then moves on.
func (p *place) arrival(r *answering, what string) arrival {
	p.t.Helper()
	limit := time.After(timeLimit)
	late := time.NewTicker(timeLimit / 6)
	defer late.Stop()
	for {
		select {
		case a := <-r.got:
			return a
		case <-late.C:
			p.clock.advance(firstPause)
		case <-limit:
			p.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// arrives waits for events.
func (p *place) arrives(r *answering, want ...string) []arrival {
	p.t.Helper()
	var list []arrival
	for _, w := range want {
		a := p.arrival(r, w)
		if a.String() != w {
			p.t.Fatalf("%s arrived, want %s", a, w)
		}
		list = append(list, a)
	}
	return list
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// lines passes on what is logged.
type lines struct{ got chan string }

func (lines) Enabled(context.Context, slog.Level) bool { return true }

func (l lines) Handle(_ context.Context, r slog.Record) error {
	l.got <- r.Message
	r.Attrs(func(a slog.Attr) bool {
		l.got <- a.String()
		return true
	})
	return nil
}

func (l lines) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l lines) WithGroup(string) slog.Handler      { return l }
