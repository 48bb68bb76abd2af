package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

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
		m.registry.MustRegister(newFigures(read, time.Now))
	}
}

// figures collects what is in the ledger.
type figures struct {
	read func(context.Context) (ledger.Figures, error)
	now  func() time.Time

	up, requests, requestsOldest, dated       *prometheus.Desc
	due, dueOldest, running, oldestRun, later *prometheus.Desc
	unposted, unpostedOldest, paused          *prometheus.Desc
	outbox, outboxOldest, givenUp, stopped    *prometheus.Desc

	mu   sync.Mutex
	at   time.Time // of last and err
	last ledger.Figures
	err  error
}

func newFigures(read func(context.Context) (ledger.Figures, error), now func() time.Time) *figures {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(namespace+"_"+name, help, labels, nil)
	}
	return &figures{
		read: read, now: now,
		up:             desc("ledger_up", "1 when the ledger could be read for the figures of requests and jobs, 0 when not; then they are missing."),
		requests:       desc("requests", "Requests by state.", "state"),
		requestsOldest: desc("requests_oldest_seconds", "For how long the request that is longest in a state has been in it, or since the day on which it is to be ordered; 0 for final states.", "state"),
		dated:          desc("requests_dated", "Approved requests that wait for the day on which they are to be ordered."),
		due:            desc("jobs_due", "Jobs that could run now and wait for a worker.", "queue"),
		dueOldest:      desc("jobs_due_oldest_seconds", "For how long the oldest of them has waited.", "queue"),
		running:        desc("jobs_running", "Jobs that run.", "queue"),
		oldestRun:      desc("jobs_running_oldest_seconds", "For how long the oldest of them has run.", "queue"),
		later:          desc("jobs_scheduled", "Jobs whose time has not come, or that failed and are tried again later.", "queue"),
		unposted:       desc("audit_lines_missing", "Audit entries without a line in the audit channel, among the newest 500."),
		paused:         desc("orders_paused", "1 when people, or too many orders of unknown fate, keep every order from being sent, 0 when not."),
		unpostedOldest: desc("audit_lines_missing_oldest_seconds", "Age of the oldest of them."),
		outbox:         desc("events_waiting", "Events that are to be sent, or to be sent again."),
		outboxOldest:   desc("events_waiting_oldest_seconds", "For how long the oldest of them has waited."),
		givenUp:        desc("events_given_up", "Events that are not sent any more, unless somebody asks for it."),
		stopped:        desc("events_stopped", "1 when the receiver of events has answered that it wants no more, 0 when not."),
	}
}

// Describe implements prometheus.Collector.
func (f *figures) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		f.up, f.requests, f.requestsOldest, f.dated, f.due, f.dueOldest, f.running, f.oldestRun, f.later, f.unposted, f.unpostedOldest, f.paused,
		f.outbox, f.outboxOldest, f.givenUp, f.stopped,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (f *figures) Collect(ch chan<- prometheus.Metric) {
	show := func(d *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	now, err := f.current()
	if err != nil {
		show(f.up, 0)
		return
	}
	show(f.up, 1)
	for _, status := range renewal.Statuses() {
		s := now.Requests[status]
		show(f.requests, float64(s.Count), string(status))
		show(f.requestsOldest, s.Oldest.Seconds(), string(status))
	}
	show(f.dated, float64(now.Dated))
	for queue, q := range now.Queues {
		show(f.due, float64(q.Due.Count), queue)
		show(f.dueOldest, q.Due.Oldest.Seconds(), queue)
		show(f.running, float64(q.Running.Count), queue)
		show(f.oldestRun, q.Running.Oldest.Seconds(), queue)
		show(f.later, float64(q.Later), queue)
	}
	paused := 0.0
	if now.Paused {
		paused = 1
	}
	show(f.paused, paused)
	show(f.unposted, float64(now.Unposted.Count))
	show(f.unpostedOldest, now.Unposted.Oldest.Seconds())
	show(f.outbox, float64(now.Outbox.Count))
	show(f.outboxOldest, now.Outbox.Oldest.Seconds())
	show(f.givenUp, float64(now.GivenUp))
	show(f.stopped, float64(now.OutboxStopped))
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
