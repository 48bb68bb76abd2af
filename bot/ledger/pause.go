package ledger

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"renewbot/bot/renewal"
)

// errHeld says that an attempt was not written because orders are paused, or another order comes
// first.
var errHeld = errors.New("the order is held")

// lockTrail makes whoever changes anything wait until the transaction ends.
const lockTrail = `UPDATE trail SET seq = seq WHERE id = 1`

// Paused reads whether orders are paused, and why, or held by a dry run of this process.
func (l *Ledger) Paused(ctx context.Context) (renewal.Pause, error) {
	p, err := pauseOf(ctx, l.engine)
	if err != nil {
		return p, fmt.Errorf("read whether orders are paused: %w", err)
	}
	p.DryRun = l.options.Policy.DryRun
	return p, nil
}

func pauseOf(ctx context.Context, q querier) (renewal.Pause, error) {
	var p renewal.Pause
	var at int64
	err := q.one(ctx, `SELECT held_by, reason, at FROM pause WHERE id = 1`).Scan(&p.By, &p.Reason, &at)
	if at != 0 {
		p.At = fromMicros(at)
	}
	return p, err
}

// Pause keeps every process on this ledger from writing an attempt down, from the moment on
// in which it is saved. Its error may be a *renewal.Refusal; the same pause twice is one.
func (l *Ledger) Pause(ctx context.Context, by renewal.Actor, reason string) error {
	return l.setPause(ctx, "pause orders", func(p renewal.Pause, now time.Time) (renewal.Pause, renewal.Entry, error) {
		return p.Begin(by, reason, now)
	})
}

// Resume ends a pause, and starts the jobs of the orders that waited. Its error may be a
// *renewal.Refusal. When nothing is paused it does nothing.
func (l *Ledger) Resume(ctx context.Context, by renewal.Actor) error {
	return l.setPause(ctx, "resume orders", func(p renewal.Pause, now time.Time) (renewal.Pause, renewal.Entry, error) {
		return p.End(by, now)
	})
}

// setPause changes whether orders are paused.
func (l *Ledger) setPause(ctx context.Context, name string, next func(renewal.Pause, time.Time) (renewal.Pause, renewal.Entry, error)) error {
	return l.ofNoRequest(ctx, name, func(t tx, now time.Time) (*renewal.Entry, error) {
		p, err := pauseOf(ctx, t)
		if err != nil {
			return nil, err
		}
		p, e, err := next(p, now)
		if err != nil {
			return nil, err
		}
		return &e, l.savePause(ctx, t, p, &e)
	})
}

// savePause writes a pause, or its end, with its entry. The jobs of approved requests are
// started: they send the order, or say on the card that it waits. The other cards are drawn again.
func (l *Ledger) savePause(ctx context.Context, t tx, p renewal.Pause, e *renewal.Entry) error {
	_, err := t.exec(ctx, `UPDATE pause SET held_by = $1, reason = $2, at = $3 WHERE id = 1`, clean(p.By), clean(p.Reason), micros(p.At))
	if err != nil {
		return fmt.Errorf("save a pause: %w", err)
	}
	c := renewal.Change{Entry: *e, Jobs: []renewal.Job{{Kind: renewal.SyncSlack, At: e.At}}}
	due, dated := 0, 0
	err = t.each(ctx, func(row row) error {
		r, err := scanRequest(row)
		c.Jobs = append(c.Jobs, redraws(r, e.At)...)
		if r.Status != renewal.Approved {
			return err
		}
		if r.TooEarly(e.At) {
			dated++
		} else {
			due++
		}
		c.Jobs = append(c.Jobs, renewal.Job{Kind: renewal.PlaceOrder, RequestID: r.ID, At: e.At})
		return err
	}, `SELECT document FROM requests WHERE status IN ($1, $2, $3, $4) ORDER BY id`,
		string(renewal.Approved), string(renewal.Pending), string(renewal.Returned), string(renewal.Refused))
	if err != nil {
		return fmt.Errorf("find what waits: %w", err)
	}
	if e.Code == renewal.CodeResumed {
		c.Entry.Detail[renewal.DetailCount], c.Entry.Detail[renewal.DetailDated] = strconv.Itoa(due), strconv.Itoa(dated)
	}
	err = l.record(ctx, t, &c)
	*e = c.Entry
	return err
}

// redraws are the jobs that draw the cards on which a request stands.
func redraws(r renewal.Request, now time.Time) (jobs []renewal.Job) {
	if r.Batch != 0 {
		jobs = append(jobs, renewal.Job{Kind: renewal.SyncSlack, RequestID: -r.Batch, At: now})
	}
	if r.Batch == 0 || r.Apart || r.Status == renewal.Refused {
		jobs = append(jobs, renewal.Job{Kind: renewal.SyncSlack, RequestID: r.ID, At: now})
	}
	return jobs
}

// mayBegin is errHeld with the refusal while orders are paused, while it is not the turn of a line
// of a batch, and when another order was begun, or begun and placed, since behind was asked. The
// trail is locked by now, as it is by whoever changes anything, so that what it reads holds until
// the attempt is committed.
func (l *Ledger) mayBegin(ctx context.Context, t tx, r renewal.Request, now time.Time) (*renewal.Refusal, error) {
	p, err := pauseOf(ctx, t)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read whether orders are paused: %w", err)
	case p.Holds():
		return r.Paused(), errHeld
	}
	refusal, err := outOfTurn(ctx, t, r)
	if err == nil && refusal == nil {
		refusal, err = l.behind(ctx, t, r, now)
	}
	if refusal != nil {
		return refusal, errHeld
	}
	return nil, err
}

// alarm pauses orders when too many of them have ended lately without anybody knowing
// whether they were placed. It returns the entry of the pause, or nil.
func (l *Ledger) alarm(ctx context.Context, t tx, e renewal.Entry) (pause *renewal.Entry, err error) {
	if e.Code != renewal.CodeUnknown {
		return pause, nil
	}
	p, err := pauseOf(ctx, t)
	if err != nil || p.Holds() {
		return nil, err
	}
	since := e.At.Add(-renewal.AlarmWithin)
	if p.At.After(since) { // those before somebody resumed are settled for them
		since = p.At
	}
	var lost []int64
	err = t.each(ctx, func(row row) error {
		var id int64
		err := row.Scan(&id)
		lost = append(lost, id)
		return err
	}, `SELECT request_id FROM entries WHERE code = 'order.unknown' AND at > $1 ORDER BY seq`, micros(since))
	if err != nil {
		return nil, fmt.Errorf("count orders of unknown fate: %w", err)
	}
	if len(lost) < renewal.AlarmingUnknowns {
		return pause, nil
	}
	p, held, err := renewal.Alarm(lost, e.At)
	if err != nil {
		return nil, err
	}
	return &held, l.savePause(ctx, t, p, &held)
}
