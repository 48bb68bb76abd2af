package metrics

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// TestNoFigures calls everything on figures that nobody keeps.
func TestNoFigures(t *testing.T) {
	t.Parallel()
	var m *Metrics
	m.Envelope("interactive")
	m.Ack("interactive", AckSent, time.Second)
	m.Sockets(nil, nil, 2)
	m.Hello(2)
	m.Strangers(0)
	m.Reconnect(ReconnectWarning)
	m.SlackCall("chat.update", SlackOK, time.Second)
	m.VendorCall("token", "ok", time.Second)
	m.Watch(nil)
	l := m.Lookup("customers")
	l.Hit()
	l.Stale()
	l.Miss()
	l.Failed()
	if o := m.Observer(); o != nil {
		t.Errorf("the observer is %v", o)
	}
	m.EventSent(EventFailed)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 404 {
		t.Errorf("/metrics: %d", w.Code)
	}
}

func text(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("/metrics: %d", w.Code)
	}
	return w.Body.String()
}

// TestLabelsFromOutside: what Slack may say makes no label of its own.
func TestLabelsFromOutside(t *testing.T) {
	t.Parallel()
	m := New()
	m.Envelope("canary")
	m.Ack("canary", AckSent, time.Second)
	m.Reconnect("canary")
	got := text(t, m)
	if strings.Contains(got, "canary") {
		t.Error("a label came from outside")
	}
	for _, want := range []string{
		`renewbot_envelopes_total{type="other"} 1`, `renewbot_ack_duration_seconds_count{type="other"} 1`,
		`renewbot_ack_left_seconds_sum{type="other"} 2`, `renewbot_slack_reconnects_total{reason="other"} 1`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

// TestEveryCodeBeginsAtZero: a counter that comes with its first event tells no increase.
func TestEveryCodeBeginsAtZero(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../renewal/entry.go")
	if err != nil {
		t.Fatal(err)
	}
	got := text(t, New())
	found := regexp.MustCompile(`Code = "([a-z_.]+)"|Code\w+\s+Code\s*= "([a-z_.]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(found) != len(codes) {
		t.Errorf("%d codes, and %d are counted", len(found), len(codes))
	}
	for _, m := range found {
		if want := `renewbot_events_total{code="` + m[1] + m[2] + `"} 0`; !strings.Contains(got, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

// TestFiguresAreReadSeldom: many scrapes, and failures, press the database once in a while.
func TestFiguresAreReadSeldom(t *testing.T) {
	t.Parallel()
	now := time.Now()
	reads, failure := 0, error(nil)
	m := New()
	newFigures(m.registry, func(ctx context.Context) (ledger.Figures, error) {
		reads++
		if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > figuresTimeout {
			t.Error("the reading has no bound")
		}
		return ledger.Figures{Requests: map[renewal.Status]ledger.Backlog{
			renewal.Unknown: {Count: int64(reads), Oldest: time.Minute},
		}}, failure
	}, func() time.Time { return now })
	for _, step := range []struct {
		pass  time.Duration
		fails error
		reads int
		want  string
	}{
		{0, nil, 1, `renewbot_requests{state="unknown"} 1`},
		{figuresAge - time.Second, nil, 1, `renewbot_requests_oldest_seconds{state="unknown"} 60`},
		{time.Second, nil, 2, `renewbot_requests{state="unknown"} 2`},
		{figuresAge, errors.New("away"), 3, `renewbot_ledger_up 0`},
		{time.Second, nil, 3, `renewbot_ledger_up 0`},
		{figuresAge, nil, 4, `renewbot_ledger_up 1`},
	} {
		now, failure = now.Add(step.pass), step.fails
		got := text(t, m)
		if reads != step.reads || !strings.Contains(got, step.want) {
			t.Errorf("read %d times, want %d; /metrics lacks %s", reads, step.reads, step.want)
		}
		if strings.Contains(got, "renewbot_ledger_up 0") && strings.Contains(got, "renewbot_requests{") {
			t.Error("requests are shown though they could not be read")
		}
	}
}

func TestObserver(t *testing.T) {
	t.Parallel()
	m := New()
	o := m.Observer()
	asked := time.Now()
	r := renewal.Request{AskedAt: asked}
	saved := func(code renewal.Code, from, to renewal.Status, after time.Duration) {
		o.Saved(renewal.Change{Request: r, Entry: renewal.Entry{Code: code, From: from, To: to, At: asked.Add(after)}})
	}
	saved(renewal.CodeSubmitted, "", renewal.Pending, 0)
	saved(renewal.CodeVoted, renewal.Pending, renewal.Pending, time.Minute)
	saved(renewal.CodeDenied, "", "", time.Minute)
	saved(renewal.CodeApproved, renewal.Pending, renewal.Approved, time.Hour)
	saved(renewal.CodeUnknown, renewal.Ordering, renewal.Unknown, time.Hour)
	saved(renewal.CodeSettledPlaced, renewal.Unknown, renewal.Ordered, time.Hour)
	o.Wrote(time.Second, false)
	o.Wrote(time.Second, true)
	o.Ran(renewal.PlaceOrder, ledger.RunFailed, time.Second)
	got := text(t, m)
	for _, want := range []string{
		`renewbot_events_total{code="request.voted"} 1`, `renewbot_events_total{code="request.denied"} 1`,
		`renewbot_approval_wait_seconds_sum{decision="approved"} 3600`, `renewbot_approval_wait_seconds_count{decision="approved"} 1`,
		`renewbot_approval_wait_seconds_count{decision="rejected"} 0`,
		`renewbot_orders_total{outcome="unknown"} 1`, `renewbot_orders_total{outcome="settled_placed"} 1`, `renewbot_orders_total{outcome="placed"} 0`,
		`renewbot_ledger_write_duration_seconds_count 2`, `renewbot_ledger_write_failures_total 1`,
		`renewbot_job_duration_seconds_count{kind="place_order",outcome="failed"} 1`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

func BenchmarkAck(b *testing.B) {
	m := New()
	for b.Loop() {
		m.Envelope("interactive")
		m.Ack("block_actions", AckSent, 3*time.Millisecond)
	}
}

func BenchmarkLookupHit(b *testing.B) {
	l := New().Lookup("customers")
	for b.Loop() {
		l.Hit()
	}
}

func BenchmarkSlackCall(b *testing.B) {
	m := New()
	for b.Loop() {
		m.SlackCall("views.open", SlackOK, 50*time.Millisecond)
	}
}
