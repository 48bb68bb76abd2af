package metrics

import (
	"context"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

const (
	// figuresAge is for how long what was read from the ledger is good for scrapes,
	// however many there are.
	figuresAge = 10 * time.Second
	// figuresTimeout bounds the reading.
	figuresTimeout = 2 * time.Second
)

// Watch shows what a ledger counts: read at a scrape, at most every ten seconds. It is
// called once.
func (m *Metrics) Watch(read func(context.Context) (ledger.Figures, error)) {
	if m != nil {
		newFigures(m.registry, read, time.Now)
	}
}

// figures shows what is in the ledger.
type figures struct {
	read   func(context.Context) (ledger.Figures, error)
	now    func() time.Time
	up     string   // the family that says whether there are figures
	gauges []*gauge // what is shown when there are

	mu   sync.Mutex
	at   time.Time // of last and err
	last ledger.Figures
	err  error
}

// gauge is a metric that is read from the ledger's figures.
type gauge struct {
	family string
	labels []string
	read   func(ledger.Figures) []reading
}

func newFigures(r *registry, read func(context.Context) (ledger.Figures, error), now func() time.Time) *figures {
	f := &figures{
		read: read, now: now,
		up: r.family("ledger_up", "1 when the ledger could be read for the figures of requests and jobs, 0 when not; then they are missing."),
	}
	f.byState(r)
	f.byQueue(r)
	one := func(name, help string, value func(ledger.Figures) float64) {
		f.gauges = append(f.gauges, &gauge{r.family(name, help), nil, func(now ledger.Figures) []reading {
			return []reading{{nil, value(now)}}
		}})
	}
	one("orders_paused", "1 when people, or too many orders of unknown fate, keep every order from being sent, 0 when not.",
		func(f ledger.Figures) float64 { return truth(f.Paused) })
	one("requests_dated", "Approved requests that wait for the day on which they are to be ordered.",
		func(f ledger.Figures) float64 { return float64(f.Dated) })
	one("audit_lines_missing", "Audit entries without a line in the audit channel, among the newest 500.",
		func(f ledger.Figures) float64 { return float64(f.Unposted.Count) })
	one("audit_lines_missing_oldest_seconds", "Age of the oldest of them.",
		func(f ledger.Figures) float64 { return f.Unposted.Oldest.Seconds() })
	one("events_waiting", "Events that are to be sent, or to be sent again.",
		func(f ledger.Figures) float64 { return float64(f.Outbox.Count) })
	one("events_waiting_oldest_seconds", "For how long the oldest of them has waited.",
		func(f ledger.Figures) float64 { return f.Outbox.Oldest.Seconds() })
	one("events_given_up", "Events that are not sent any more, unless somebody asks for it.",
		func(f ledger.Figures) float64 { return float64(f.GivenUp) })
	one("events_stopped", "1 when the receiver of events has answered that it wants no more, 0 when not.",
		func(f ledger.Figures) float64 { return float64(f.OutboxStopped) })
	r.set.RegisterMetricsWriter(f.write)
	return f
}

func (f *figures) byState(r *registry) {
	each := func(name, help string, value func(ledger.Backlog) float64) {
		f.gauges = append(f.gauges, &gauge{r.family(name, help), []string{"state"}, func(now ledger.Figures) (list []reading) {
			for _, status := range renewal.Statuses() {
				list = append(list, reading{[]string{string(status)}, value(now.Requests[status])})
			}
			return list
		}})
	}
	each("requests", "Requests by state.", func(b ledger.Backlog) float64 { return float64(b.Count) })
	each("requests_oldest_seconds", "For how long the request that is longest in a state has been in it, or since the day on which it is to be ordered; 0 for final states.",
		func(b ledger.Backlog) float64 { return b.Oldest.Seconds() })
}

func (f *figures) byQueue(r *registry) {
	each := func(name, help string, value func(ledger.Queue) float64) {
		f.gauges = append(f.gauges, &gauge{r.family(name, help), []string{"queue"}, func(now ledger.Figures) (list []reading) {
			for _, queue := range slices.Sorted(maps.Keys(now.Queues)) {
				list = append(list, reading{[]string{queue}, value(now.Queues[queue])})
			}
			return list
		}})
	}
	each("jobs_due", "Jobs that could run now and wait for a worker.", func(q ledger.Queue) float64 { return float64(q.Due.Count) })
	each("jobs_due_oldest_seconds", "For how long the oldest of them has waited.", func(q ledger.Queue) float64 { return q.Due.Oldest.Seconds() })
	each("jobs_running", "Jobs that run.", func(q ledger.Queue) float64 { return float64(q.Running.Count) })
	each("jobs_running_oldest_seconds", "For how long the oldest of them has run.", func(q ledger.Queue) float64 { return q.Running.Oldest.Seconds() })
	each("jobs_scheduled", "Jobs whose time has not come, or that failed and are tried again later.", func(q ledger.Queue) float64 { return float64(q.Later) })
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// write shows the figures of now.
func (f *figures) write(w io.Writer) {
	now, err := f.current()
	shown{f.up, nil, []reading{{nil, truth(err == nil)}}}.write(w)
	if err != nil {
		return
	}
	for _, g := range f.gauges {
		shown{g.family, g.labels, g.read(now)}.write(w)
	}
}

// current reads the ledger when what was read last is too old. A failure is kept for as
// long, so that scrapes do not press a database that suffers.
func (f *figures) current() (ledger.Figures, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.at.IsZero() && f.now().Sub(f.at) < figuresAge {
		return f.last, f.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), figuresTimeout)
	defer cancel()
	f.last, f.err = f.read(ctx)
	f.at = f.now()
	return f.last, f.err
}
