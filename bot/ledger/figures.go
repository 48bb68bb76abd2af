package ledger

import (
	"context"
	"fmt"
	"time"

	"renewbot/bot/renewal"
)

// Figures say how much there is of everything, and how old it is.
type Figures struct {
	Requests map[renewal.Status]Backlog
	Queues   map[string]Queue
	// Unposted are the audit entries among the newest of the trail whose line is not in
	// the audit channel.
	Unposted Backlog
	Paused   bool // no order is sent
	// Dated are the approved requests that wait for their day.
	Dated int64
	// Outbox are the notices that wait to be sent, GivenUp how many are not sent any more,
	// and OutboxStopped is 1 when their receiver wants none.
	Outbox        Backlog
	GivenUp       int64
	OutboxStopped int64
}

// Backlog is how many there are and for how long the oldest has been so.
type Backlog struct {
	Count  int64
	Oldest time.Duration // zero when there is none, or when it does not matter any more
}

// Queue is what waits in a queue of jobs.
type Queue struct {
	Due     Backlog // could run now and waits for a worker
	Running Backlog
	Later   int64 // its time has not come, or it failed and is tried again later
}

// audited is among how many of the newest audit entries those without a line in the
// audit channel are looked for: more than a busy day has.
const audited = 500

// Figures counts. What it reads grows with the open requests and jobs, and for requests
// that are finished it reads an index alone, so that it can be asked every few seconds.
// auditKey is what begins the key of the post that shows an audit entry.
func (l *Ledger) Figures(ctx context.Context, auditKey string) (Figures, error) {
	f := Figures{Requests: map[renewal.Status]Backlog{}, Queues: map[string]Queue{}}
	now, err := l.now(ctx, l.engine)
	for _, count := range []func(context.Context, time.Time, *Figures) error{
		l.countRequests, l.ageRequests, l.countJobs, l.readPause, l.countOutbox,
		func(ctx context.Context, now time.Time, f *Figures) error {
			return l.countUnposted(ctx, now, auditKey, f)
		},
	} {
		if err == nil {
			err = count(ctx, now, &f)
		}
	}
	if err != nil {
		return Figures{}, fmt.Errorf("count requests and jobs: %w", err)
	}
	return f, nil
}

func (l *Ledger) countRequests(ctx context.Context, _ time.Time, f *Figures) error {
	return l.engine.each(ctx, func(row row) error {
		var status renewal.Status
		var s Backlog
		err := row.Scan(&status, &s.Count)
		f.Requests[status] = s
		return err
	}, `SELECT status, count(*) FROM requests GROUP BY status`)
}

// ageRequests finds out since when open requests are in their state: since the newest
// audit entry that brought them there, or the day on which one is to be ordered.
func (l *Ledger) ageRequests(ctx context.Context, now time.Time, f *Figures) error {
	days := map[int64]time.Time{}
	approved, err := l.List(ctx, Filter{Statuses: []renewal.Status{renewal.Approved}})
	if err != nil {
		return err
	}
	for _, r := range approved {
		days[r.ID] = r.Offer.OrderOn.From
		if r.TooEarly(now) {
			f.Dated++
		}
	}
	return l.engine.each(ctx, func(row row) error {
		var status renewal.Status
		var id, since int64
		err := row.Scan(&status, &id, &since)
		s := f.Requests[status]
		if day := days[id]; day.After(fromMicros(since)) {
			since = micros(day)
		}
		s.Oldest = max(s.Oldest, age(now, since))
		f.Requests[status] = s
		return err
	}, `SELECT r.status, r.id, coalesce((SELECT max(e.at) FROM entries e
			WHERE e.request_id = r.id AND e.to_status = r.status AND e.from_status <> e.to_status), r.created_at)
		FROM requests r WHERE r.status IN ('pending', 'returned', 'approved', 'ordering', 'processing', 'unknown', 'refused')`)
}

func (l *Ledger) countJobs(ctx context.Context, now time.Time, f *Figures) error {
	for queue := range queueWorkers {
		f.Queues[queue] = Queue{}
	}
	return l.engine.each(ctx, func(row row) error {
		var queue, state string
		var at, count int64
		if err := row.Scan(&queue, &state, &at, &count); err != nil {
			return err
		}
		q := f.Queues[queue]
		switch {
		case state == "running":
			q.Running.add(count, age(now, at))
		case at > micros(now):
			q.Later += count
		default:
			q.Due.add(count, age(now, at))
		}
		f.Queues[queue] = q
		return nil
	}, `SELECT queue, state, at, count(*) FROM (`+l.engine.waitingJobs()+`) AS waiting GROUP BY queue, state, at`)
}

func (l *Ledger) readPause(ctx context.Context, _ time.Time, f *Figures) error {
	p, err := pauseOf(ctx, l.engine)
	f.Paused = p.Holds()
	return err
}

func (l *Ledger) countUnposted(ctx context.Context, now time.Time, auditKey string, f *Figures) error {
	var since *int64
	err := l.engine.one(ctx, `SELECT count(*), min(e.at) FROM (SELECT seq, request_id, at FROM entries ORDER BY seq DESC LIMIT $1) AS e
		LEFT JOIN posts p ON p.request_id = e.request_id AND p.key = $2 || CAST(e.seq AS TEXT) AND p.state = $3
		WHERE p.key IS NULL`, audited, auditKey, string(PostShown)).Scan(&f.Unposted.Count, &since)
	if err == nil && since != nil {
		f.Unposted.Oldest = age(now, *since)
	}
	return err
}

func (s *Backlog) add(count int64, age time.Duration) {
	s.Count += count
	s.Oldest = max(s.Oldest, age)
}

// age is how long ago a time of a column was; never negative, as clocks may be set.
func age(now time.Time, at int64) time.Duration { return max(now.Sub(fromMicros(at)), 0) }
