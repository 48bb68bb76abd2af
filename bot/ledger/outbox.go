package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
)

// NoticeState is what became of a notice.
type NoticeState string

// The states of a notice.
const (
	NoticeWaiting NoticeState = "waiting" // to be sent, or to be sent again
	NoticeSent    NoticeState = "sent"
	NoticeGivenUp NoticeState = "given_up" // it was tried for long enough
)

// Outgoing is a notice on its way to whoever gets events.
type Outgoing struct {
	Seq       int64
	ID        string // stays the same however often it is sent
	RequestID int64  // 0: belongs to no request
	Type      renewal.NoticeType
	Subject   string
	At        time.Time       // when it happened
	Data      json.RawMessage // renewal.NoticeData
	State     NoticeState
	Since     time.Time // since when it is in that state; while it waits, without the time in which nobody tried
	DueAt     time.Time // not to be sent before
	Tries     int
	Problem   string // of the last try
}

const (
	// sentKept is for how long it is known what was sent.
	sentKept = 30 * 24 * time.Hour
	// stoppedPause is how often it is looked whether a receiver that wanted no more is
	// asked again, or whether it is the present one again.
	stoppedPause = 10 * time.Minute
	// untried is how late the sending of a notice must be for the time to be one in which
	// nobody tried: the bot was down, the receiver stopped, or an earlier notice was tried.
	untried = time.Hour
)

// AnnounceDue tells other systems of packages whose end is known, if anybody is told: once for ever of
// each end of each package, whoever tells of it again.
func (l *Ledger) AnnounceDue(ctx context.Context, rows []due.Row) error {
	if !l.options.Outbox || len(rows) == 0 {
		return nil
	}
	err := l.change(ctx, "announce due", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		var notices []renewal.Notice
		for i := range rows {
			k := rows[i].Key()
			end, _ := rows[i].Ends()
			n, err := t.exec(ctx, `INSERT INTO due_told (product, holder_key, ends_on, told_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (product, holder_key, ends_on) DO NOTHING`,
				indexed(k.Product), indexed(k.Holder), end.UTC().Format(time.DateOnly), micros(now))
			if err != nil {
				return err
			}
			if n == 1 {
				notices = append(notices, rows[i].Notice(now))
			}
		}
		return l.announce(ctx, t, now, notices)
	})
	if err != nil {
		return fmt.Errorf("announce what is due: %w", err)
	}
	return nil
}

// announce puts notices into the outbox in the transaction of what they tell.
func (l *Ledger) announce(ctx context.Context, t tx, now time.Time, notices []renewal.Notice) error {
	if !l.options.Outbox {
		return nil
	}
	var jobs []renewal.Job
	for _, n := range notices {
		data, err := json.Marshal(n.Data)
		if err != nil {
			return fmt.Errorf("encode a notice: %w", err)
		}
		_, err = t.exec(ctx, `INSERT INTO outbox (id, request_id, type, subject, at, data, state, since, due_at, tries, problem)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 0, '')`,
			rand.Text(), n.RequestID, string(n.Type), clean(n.Subject), micros(n.At), clean(string(data)), string(NoticeWaiting), micros(now))
		if err != nil {
			return fmt.Errorf("put a notice into the outbox: %w", err)
		}
		jobs = append(jobs, renewal.Job{Kind: renewal.SendEvents, RequestID: n.RequestID, At: now})
	}
	return l.enqueue(ctx, t, now, jobs)
}

// Taken is what there is to send for a request.
type Taken struct {
	Notice *Outgoing // nil: nothing may be sent now
	Next   time.Time // when there is something; zero: nothing waits
}

// TakeNotice takes the oldest notice of a request that waits, for whoever sends to the
// receiver of that name, if it is the present one (see OpenOutbox). Nobody else gets it, or a later one of the request, while it is
// held; after that time it is taken again, unless NoticeSent or NoticeFailed say what became
// of it. What belongs to no request is taken as it falls due.
func (l *Ledger) TakeNotice(ctx context.Context, name string, requestID int64, hold time.Duration) (Taken, error) {
	for {
		taken, err := l.takeNotice(ctx, name, requestID, hold)
		switch {
		case errors.Is(err, errConflict):
			continue
		case err != nil:
			return Taken{}, fmt.Errorf("take a notice: %w", err)
		}
		return taken, nil
	}
}

func (l *Ledger) takeNotice(ctx context.Context, name string, requestID int64, hold time.Duration) (taken Taken, err error) {
	order := "seq"
	if requestID == 0 {
		order = "due_at, seq"
	}
	err = l.change(ctx, "take notice", func(t tx) error {
		taken = Taken{}
		n, err := scanOutgoing(t.one(ctx, selectOutbox+` WHERE request_id = $1 AND state = $2 ORDER BY `+order+` LIMIT 1`, requestID, string(NoticeWaiting)))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		current, stopped, err := receiver(ctx, t)
		switch {
		case err != nil:
			return err
		case current != name || !stopped.IsZero():
			taken.Next = now.Add(stoppedPause)
			return nil
		case n.DueAt.After(now):
			taken.Next = n.DueAt
			return nil
		}
		if late := now.Sub(n.DueAt); late > untried {
			n.Since = n.Since.Add(late)
		}
		changed, err := t.exec(ctx, `UPDATE outbox SET tries = tries + 1, since = $1, due_at = $2 WHERE seq = $3 AND state = $4 AND tries = $5`,
			micros(n.Since), micros(now.Add(hold)), n.Seq, string(NoticeWaiting), n.Tries)
		if err == nil && changed != 1 {
			err = errConflict // somebody else has taken it
		}
		n.Tries++
		taken.Notice = &n
		return err
	})
	return taken, err
}

// NoticeSent notes that the receiver has a notice.
func (l *Ledger) NoticeSent(ctx context.Context, n Outgoing) error {
	err := l.change(ctx, "notice sent", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE outbox SET state = $1, since = $2, problem = '' WHERE seq = $3`,
			string(NoticeSent), micros(now), n.Seq); err != nil {
			return err
		}
		_, err = t.exec(ctx, `DELETE FROM outbox WHERE state = $1 AND since < $2`, string(NoticeSent), micros(now.Add(-sentKept)))
		return err
	})
	if err != nil {
		return fmt.Errorf("note that a notice was sent: %w", err)
	}
	return nil
}

// NoticeFailed notes that a notice could not be sent, and is tried again then; with a zero
// time it is given up, and the next one of its request follows.
func (l *Ledger) NoticeFailed(ctx context.Context, n Outgoing, problem string, again time.Time) error {
	err := l.change(ctx, "notice failed", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		state, since := NoticeWaiting, n.Since
		if again.IsZero() {
			state, since, again = NoticeGivenUp, now, now
		}
		// Only if nobody else has taken it since.
		_, err = t.exec(ctx, `UPDATE outbox SET state = $1, since = $2, due_at = $3, problem = $4 WHERE seq = $5 AND state = $6 AND tries = $7`,
			string(state), micros(since), micros(again), clean(problem), n.Seq, string(NoticeWaiting), n.Tries)
		return err
	})
	if err != nil {
		return fmt.Errorf("note that a notice was not sent: %w", err)
	}
	return nil
}

const selectOutbox = `SELECT seq, id, request_id, type, subject, at, data, state, since, due_at, tries, problem FROM outbox`

func scanOutgoing(row row) (n Outgoing, err error) {
	var at, since, due int64
	var data string
	err = row.Scan(&n.Seq, &n.ID, &n.RequestID, &n.Type, &n.Subject, &at, &data, &n.State, &since, &due, &n.Tries, &n.Problem)
	n.At, n.Since, n.DueAt, n.Data = fromMicros(at), fromMicros(since), fromMicros(due), json.RawMessage(data)
	return n, err
}

// countOutbox is part of Figures.
func (l *Ledger) countOutbox(ctx context.Context, now time.Time, f *Figures) error {
	err := l.engine.each(ctx, func(row row) error {
		var state NoticeState
		var count, since int64
		err := row.Scan(&state, &count, &since)
		switch state {
		case NoticeWaiting:
			f.Outbox = Backlog{Count: count, Oldest: age(now, since)}
		case NoticeGivenUp:
			f.GivenUp = count
		case NoticeSent:
		}
		return err
	}, `SELECT state, count(*), min(since) FROM outbox WHERE state IN ($1, $2) GROUP BY state`, string(NoticeWaiting), string(NoticeGivenUp))
	if err != nil {
		return err
	}
	return l.engine.one(ctx, `SELECT count(*) FROM outbox_receiver WHERE stopped_at IS NOT NULL`).Scan(&f.OutboxStopped)
}
