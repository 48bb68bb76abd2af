package socket

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"renewbot/bot/metrics"
)

// pacer keeps the calls to one workspace within Slack's limits. When Slack asks to wait,
// nobody in the process makes such a call before the time is over; and jobs keep to what
// Slack documents without being told. People are held up by Slack's word alone.
// https://docs.slack.dev/apis/web-api/rate-limits
type pacer struct {
	now     func() time.Time
	unpaced bool // only Slack's own word counts
	metrics *metrics.Metrics

	mu    sync.Mutex
	lanes map[string]*lane
}

// lane is what Slack counts together: the calls of a method, and of posts those to one
// channel.
type lane struct {
	stopped time.Time     // Slack takes nothing before
	room    *rate.Limiter // nil: any number
	people  int           // who wait for their turn
	turn    map[urgency]time.Time
	awaited time.Time // until then a turn is kept for urgent calls that were put off
}

const (
	// urgentGrace is how long after their time urgent calls that were put off are awaited
	// before others get a turn: jobs look every second whether theirs has come.
	urgentGrace = 2 * time.Second
	// callTime is what a call takes at least: one with less time left is not begun.
	callTime = 250 * time.Millisecond
	// unnamedWait is how long to wait when Slack does not say.
	unnamedWait = 30 * time.Second
)

// limits are Slack's for the methods that jobs call: so many calls at once, and then one
// in each interval, which together stay below the tier's number in any minute.
var limits = map[string]struct {
	every time.Duration
	burst int
}{
	methodPost:              {time.Second, 20}, // for each channel; short bursts pass
	"chat.update":           {1500 * time.Millisecond, 10},
	"chat.delete":           {1500 * time.Millisecond, 10},
	"conversations.open":    {1500 * time.Millisecond, 10},
	"conversations.history": {1500 * time.Millisecond, 10},
	"conversations.replies": {1500 * time.Millisecond, 10},
	"users.conversations":   {1500 * time.Millisecond, 10},

	"files.info":                   {700 * time.Millisecond, 10},
	"files.getUploadURLExternal":   {700 * time.Millisecond, 10},
	"files.completeUploadExternal": {700 * time.Millisecond, 10},
}

// methodPost is the method whose limit is one for each channel.
const methodPost = "chat.postMessage"

func newPacer(now func() time.Time, unpaced bool, m *metrics.Metrics) *pacer {
	if now == nil {
		now = time.Now
	}
	return &pacer{now: now, unpaced: unpaced, metrics: m, lanes: map[string]*lane{}}
}

// counted is how Slack counts a call.
type counted struct {
	method string
	lane   string
}

func countedAs(r *http.Request) counted {
	c := counted{method: path.Base(r.URL.Path)}
	c.lane = c.method
	if c.method != methodPost || r.GetBody == nil {
		return c
	}
	body, err := r.GetBody()
	if err != nil {
		return c
	}
	defer body.Close()
	if raw, err := io.ReadAll(body); err == nil {
		if form, err := url.ParseQuery(string(raw)); err == nil {
			c.lane += " " + form.Get("channel")
		}
	}
	return c
}

// wait returns when a call may be made. It fails at once with slack.RateLimitedError, and
// the call must not be made, when that takes longer than the caller can wait.
func (p *pacer) wait(ctx context.Context, c counted) error {
	m := mannersOf(ctx)
	began := time.Now()
	end := began.Add(m.patience)
	if deadline, ok := ctx.Deadline(); ok && deadline.Add(-callTime).Before(end) {
		end = deadline.Add(-callTime)
	}
	for {
		rest := p.admit(c, m.urgency)
		if rest <= 0 {
			if took := time.Since(began); took > time.Millisecond {
				p.metrics.SlackWait(c.method, metrics.WaitEnded, took)
			}
			return nil
		}
		if time.Now().Add(rest).After(end) {
			rest = p.putOff(c, m.urgency, rest)
			p.metrics.SlackWait(c.method, metrics.WaitPutOff, rest)
			return &slack.RateLimitedError{RetryAfter: rest}
		}
		if err := p.sleep(ctx, c, m.urgency, rest); err != nil {
			return err
		}
	}
}

// sleep waits for rest. Jobs leave the next turn to a person who does.
func (p *pacer) sleep(ctx context.Context, c counted, u urgency, rest time.Duration) error {
	if u == person {
		count := func(n int) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.lane(c).people += n
		}
		count(1)
		defer count(-1)
	}
	select {
	case <-time.After(rest):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// admit takes a turn, or says how long it is until one may come.
func (p *pacer) admit(c counted, u urgency) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, l := p.now(), p.lane(c)
	free := l.stopped
	if u == later {
		free = latest(free, l.awaited)
	}
	if rest := free.Sub(now); rest > 0 {
		return rest
	}
	if u != person && l.people > 0 {
		return callTime
	}
	if l.room == nil {
		return 0
	}
	r := l.room.ReserveN(now, 1)
	rest := r.DelayFrom(now)
	if u == person || rest == 0 {
		return 0
	}
	r.CancelAt(now)
	return rest
}

// putOff says when a call whose turn comes after rest at the earliest should be tried
// again, another time for each, so that they do not all come at once.
func (p *pacer) putOff(c counted, u urgency, rest time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, l := p.now(), p.lane(c)
	turn := now.Add(rest)
	if u != person && l.room != nil {
		turn = latest(turn, l.turn[u].Add(limits[c.method].every))
		l.turn[u] = turn
	}
	if u == urgent {
		l.awaited = turn.Add(urgentGrace)
	}
	return turn.Sub(now)
}

// stop keeps everybody from making such a call for as long as Slack asks.
func (p *pacer) stop(c counted, u urgency, after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.lane(c)
	l.stopped = latest(l.stopped, p.now().Add(after))
	if u == urgent {
		l.awaited = latest(l.awaited, l.stopped.Add(urgentGrace))
	}
}

// lane is the lane of a call. The lock is held.
func (p *pacer) lane(c counted) *lane {
	l := p.lanes[c.lane]
	if l == nil {
		l = &lane{turn: map[urgency]time.Time{}}
		if limit, ok := limits[c.method]; ok && !p.unpaced {
			l.room = rate.NewLimiter(rate.Every(limit.every), limit.burst)
		}
		p.lanes[c.lane] = l
	}
	return l
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// retryAfter is how long an answer asks to wait.
// https://docs.slack.dev/apis/web-api/rate-limits
func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if err != nil {
		return unnamedWait
	}
	return min(max(time.Duration(seconds)*time.Second, time.Second), maxWait)
}
