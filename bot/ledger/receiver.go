package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"renewbot/bot/renewal"
)

// OpenOutbox says where notices are sent from now on: to a receiver by a name that tells it
// from others and does not show its address, on a host; with an empty name nowhere. A change
// is audited, and what waits is sent to the new one at once and then for a day, also if the old one wanted no more.
func (l *Ledger) OpenOutbox(ctx context.Context, name, host string) error {
	err := l.change(ctx, "open outbox", func(t tx) error {
		before, _, err := receiver(ctx, t)
		if err != nil || before == name {
			return err
		}
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		if name == "" {
			if _, err := t.exec(ctx, `DELETE FROM outbox_receiver`); err != nil {
				return err
			}
			return l.recordOutbox(ctx, t, renewal.CodeEventsOff, now, nil)
		}
		_, err = t.exec(ctx, `INSERT INTO outbox_receiver (id, name) VALUES (1, $1)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, stopped_at = NULL`, name)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE outbox SET since = $1, due_at = $1 WHERE state = $2`, micros(now), string(NoticeWaiting)); err != nil {
			return err
		}
		if err := l.wakeOutbox(ctx, t, now); err != nil {
			return err
		}
		return l.recordOutbox(ctx, t, renewal.CodeEventsOn, now, map[string]string{renewal.DetailHost: host})
	})
	if err != nil {
		return fmt.Errorf("open the outbox: %w", err)
	}
	return nil
}

// StopOutbox notes that a receiver wants no more notices, and audits it. They wait until
// Resend, or until there is another receiver.
func (l *Ledger) StopOutbox(ctx context.Context, name, host string) error {
	err := l.change(ctx, "stop outbox", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		n, err := t.exec(ctx, `UPDATE outbox_receiver SET stopped_at = $1 WHERE name = $2 AND stopped_at IS NULL`, micros(now), name)
		if err != nil || n == 0 {
			return err // it is known already
		}
		return l.recordOutbox(ctx, t, renewal.CodeEventsStopped, now, map[string]string{renewal.DetailHost: host})
	})
	if err != nil {
		return fmt.Errorf("stop the outbox: %w", err)
	}
	return nil
}

// OutboxStopped is since when the receiver wants no more notices; zero: it does want them,
// or there is none.
func (l *Ledger) OutboxStopped(ctx context.Context) (time.Time, error) {
	_, stopped, err := receiver(ctx, l.engine)
	return stopped, err
}

// receiver is where notices are sent now, and since when it wants none.
func receiver(ctx context.Context, q querier) (name string, stopped time.Time, err error) {
	var at *int64
	err = q.one(ctx, `SELECT name, stopped_at FROM outbox_receiver WHERE id = 1`).Scan(&name, &at)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", time.Time{}, nil
	case err != nil:
		return "", time.Time{}, fmt.Errorf("read who gets notices: %w", err)
	case at != nil:
		stopped = fromMicros(*at)
	}
	return name, stopped, nil
}

func (l *Ledger) recordOutbox(ctx context.Context, t tx, code renewal.Code, now time.Time, detail map[string]string) error {
	return l.record(ctx, t, &renewal.Change{
		Entry: renewal.Entry{At: now, Code: code, Actor: renewal.System, Detail: detail},
		Jobs:  []renewal.Job{{Kind: renewal.SyncSlack, At: now}},
	})
}

// wakeOutbox lets everything be sent that waits.
func (l *Ledger) wakeOutbox(ctx context.Context, t tx, now time.Time) error {
	var jobs []renewal.Job
	err := t.each(ctx, func(row row) error {
		j := renewal.Job{Kind: renewal.SendEvents, At: now}
		err := row.Scan(&j.RequestID)
		jobs = append(jobs, j)
		return err
	}, `SELECT DISTINCT request_id FROM outbox WHERE state = $1`, string(NoticeWaiting))
	if err != nil {
		return err
	}
	return l.enqueue(ctx, t, now, jobs)
}

// NoticeFilter says which notices are wanted. Empty fields do not narrow.
type NoticeFilter struct {
	ID        string
	State     NoticeState
	RequestID int64
}

func (f NoticeFilter) where() (string, []any) {
	where, args := []string{"1 = 1"}, []any(nil)
	add := func(column string, value any) {
		args = append(args, value)
		where = append(where, fmt.Sprintf("%s = $%d", column, len(args)))
	}
	if f.ID != "" {
		add("id", f.ID)
	}
	if f.State != "" {
		add("state", string(f.State))
	}
	if f.RequestID != 0 {
		add("request_id", f.RequestID)
	}
	return " WHERE " + strings.Join(where, " AND "), args
}

// Notices are the notices that wait, those that were given up, and what was sent in the
// last 30 days, oldest first.
func (l *Ledger) Notices(ctx context.Context, f NoticeFilter) ([]Outgoing, error) {
	where, args := f.where()
	var list []Outgoing
	err := l.engine.each(ctx, func(row row) error {
		n, err := scanOutgoing(row)
		list = append(list, n)
		return err
	}, selectOutbox+where+` ORDER BY seq`, args...)
	if err != nil {
		return nil, fmt.Errorf("list the notices: %w", err)
	}
	return list, nil
}

// Resend lets notices be sent once more, at once and then for another day, whatever became
// of them; a receiver that wanted no more is asked again. It returns how many there are.
func (l *Ledger) Resend(ctx context.Context, f NoticeFilter) (int64, error) {
	var n int64
	err := l.change(ctx, "resend", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		where, args := f.where()
		at := fmt.Sprintf("$%d", len(args)+1)
		state := fmt.Sprintf("$%d", len(args)+2)
		n, err = t.exec(ctx, `UPDATE outbox SET state = `+state+`, since = `+at+`, due_at = `+at+`, problem = ''`+where,
			append(args, micros(now), string(NoticeWaiting))...)
		if err != nil || n == 0 {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE outbox_receiver SET stopped_at = NULL`); err != nil {
			return err
		}
		return l.wakeOutbox(ctx, t, now)
	})
	if err != nil {
		return 0, fmt.Errorf("send notices once more: %w", err)
	}
	return n, nil
}
