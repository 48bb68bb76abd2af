package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
)

// Digest is a digest that is to be told to somebody, or was.
type Digest struct {
	Occurrence string // due.Occurrence.Name: the time of the channel's, the morning of an owner's
	Recipient  string // a channel's id, or a person's
	At         time.Time
	Refused    bool // Slack has refused it, which the audit trail tells
}

// PlanDigest plans a digest and the job that tells it, once for ever: whoever plans it again,
// in this process or another, changes nothing. Nor is it planned beside one of the same occurrence
// for somebody in also, which are other ids of the recipient.
func (l *Ledger) PlanDigest(ctx context.Context, d Digest, also ...string) error {
	err := l.change(ctx, "plan digest", func(t tx) error {
		var planned int64
		args, list := listed([]any{indexed(d.Occurrence)}, also)
		if err := t.one(ctx, `SELECT count(*) FROM digests WHERE occurrence = $1 AND recipient IN (`+list+`)`, args...).Scan(&planned); err != nil || planned > 0 {
			return err
		}
		n, err := t.exec(ctx, `INSERT INTO digests (occurrence, recipient, at) VALUES ($1, $2, $3)
			ON CONFLICT (occurrence, recipient) DO NOTHING`, indexed(d.Occurrence), indexed(d.Recipient), micros(d.At))
		if err != nil || n == 0 {
			return err
		}
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		return l.enqueue(ctx, t, now, []renewal.Job{{Kind: renewal.TellDigest, At: d.At}})
	})
	if err != nil {
		return fmt.Errorf("plan a digest: %w", err)
	}
	return nil
}

// listed adds recipients to the arguments of a statement, and names them in a list of it.
func listed(args []any, recipients []string) (all []any, list string) {
	names := []string{"NULL"} // an empty list is no list
	for _, r := range recipients {
		args = append(args, indexed(r))
		names = append(names, fmt.Sprintf("$%d", len(args)))
	}
	return args, strings.Join(names, ", ")
}

// WaitingDigests lists the digests whose time has come and that have not ended, the oldest
// first; one that was refused is there again when it is to be tried again.
func (l *Ledger) WaitingDigests(ctx context.Context, now time.Time) ([]Digest, error) {
	var waiting []Digest
	err := l.engine.each(ctx, func(row row) error {
		var d Digest
		var at int64
		var document string
		err := row.Scan(&d.Occurrence, &d.Recipient, &at, &document)
		d.At, d.Refused = fromMicros(at), document == untold
		waiting = append(waiting, d)
		return err
	}, `SELECT occurrence, recipient, at, told FROM digests WHERE ended_at IS NULL AND at <= $1 AND again_at <= $1 ORDER BY at, recipient`, micros(now))
	if err != nil {
		return nil, fmt.Errorf("read the digests: %w", err)
	}
	return waiting, nil
}

// EndDigest says that a digest was told, with the rows that are known by now and an audit entry, or
// that it has nothing to tell when the entry has no code. Known is nil when nobody was told.
// Ending it again changes nothing.
func (l *Ledger) EndDigest(ctx context.Context, d Digest, known []due.Key, e renewal.Entry) error {
	document, err := json.Marshal(known)
	if err == nil {
		err = l.changeDigest(ctx, "end digest", e, func(t tx, now time.Time) (int64, error) {
			return t.exec(ctx, `UPDATE digests SET ended_at = $1, told = $2 WHERE occurrence = $3 AND recipient = $4 AND ended_at IS NULL`,
				micros(now), clean(string(document)), indexed(d.Occurrence), indexed(d.Recipient))
		})
	}
	if err != nil {
		return fmt.Errorf("end a digest: %w", err)
	}
	return nil
}

// RefuseDigest says that Slack has refused a digest, with an audit entry the first time: it goes on
// waiting. All that were refused are tried again together, by one job, pause after the first of them.
func (l *Ledger) RefuseDigest(ctx context.Context, d Digest, pause time.Duration, e renewal.Entry) error {
	err := l.changeDigest(ctx, "refuse digest", e, func(t tx, now time.Time) (int64, error) {
		n, err := t.exec(ctx, `UPDATE digests SET told = $1 WHERE occurrence = $2 AND recipient = $3 AND ended_at IS NULL AND told <> $1`,
			untold, indexed(d.Occurrence), indexed(d.Recipient))
		if err != nil {
			return 0, err
		}
		return n, l.tellAgain(ctx, t, now, d, pause)
	})
	if err != nil {
		return fmt.Errorf("note that a digest was refused: %w", err)
	}
	return nil
}

// tellAgain lets a refused digest wait for the next round of them. Who opens a round plans its job.
func (l *Ledger) tellAgain(ctx context.Context, t tx, now time.Time, d Digest, pause time.Duration) error {
	var round int64
	err := t.one(ctx, `SELECT coalesce(min(again_at), 0) FROM digests WHERE ended_at IS NULL AND again_at > $1`, micros(now)).Scan(&round)
	if err != nil {
		return err
	}
	opens := round == 0
	if opens {
		round = micros(now.Add(pause))
	}
	n, err := t.exec(ctx, `UPDATE digests SET again_at = $1 WHERE occurrence = $2 AND recipient = $3 AND ended_at IS NULL AND again_at <= $4`,
		round, indexed(d.Occurrence), indexed(d.Recipient), micros(now))
	if err != nil || n == 0 || !opens {
		return err
	}
	return l.enqueue(ctx, t, now, []renewal.Job{{Kind: renewal.TellDigest, At: fromMicros(round)}})
}

// changeDigest changes a digest, with an audit entry unless that changes nothing or the entry has no code.
func (l *Ledger) changeDigest(ctx context.Context, name string, e renewal.Entry, update func(t tx, now time.Time) (int64, error)) error {
	return l.change(ctx, name, func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		n, err := update(t, now)
		if err != nil || n == 0 || e.Code == "" {
			return err
		}
		e := e
		e.At = now
		if err := appendEntry(ctx, t, &e); err != nil {
			return err
		}
		return l.enqueue(ctx, t, now, []renewal.Job{{Kind: renewal.SyncSlack, At: now}})
	})
}

// NewestDigest is the time of the last digest that was ever planned for a recipient, by all of its ids, or zero.
func (l *Ledger) NewestDigest(ctx context.Context, ids ...string) (time.Time, error) {
	var at sql.NullInt64
	args, list := listed(nil, ids)
	err := l.engine.one(ctx, `SELECT MAX(at) FROM digests WHERE recipient IN (`+list+`)`, args...).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the newest digest: %w", err)
	}
	if !at.Valid {
		return time.Time{}, nil
	}
	return fromMicros(at.Int64), nil
}

// untold is the document of a digest that nobody was told, and of one that was refused and waits.
const untold = "null"

// LastTold are the rows that a recipient, by all of its ids, knew by the last digest that they were
// told, or that had nothing to tell.
func (l *Ledger) LastTold(ctx context.Context, ids ...string) ([]due.Key, error) {
	var document string
	args, list := listed([]any{untold}, ids)
	err := l.engine.one(ctx, `SELECT told FROM digests WHERE recipient IN (`+list+`) AND ended_at IS NOT NULL AND told <> $1 ORDER BY at DESC LIMIT 1`,
		args...).Scan(&document)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	var told []due.Key
	if err == nil {
		err = json.Unmarshal([]byte(document), &told)
	}
	if err != nil {
		return nil, fmt.Errorf("read the last digest: %w", err)
	}
	return told, nil
}

// Post reads one post; it has no state when there is none.
func (l *Ledger) Post(ctx context.Context, requestID int64, key string) (Post, error) {
	p := Post{RequestID: requestID, Key: key}
	var at int64
	err := l.engine.one(ctx, `SELECT channel, ts, digest, state, tries, problem, cursor, updated_at FROM posts WHERE request_id = $1 AND key = $2`,
		requestID, clean(key)).Scan(&p.Channel, &p.TS, &p.Digest, &p.State, &p.Tries, &p.Problem, &p.Cursor, &at)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return p, fmt.Errorf("read a post: %w", err)
	}
	if err == nil {
		p.UpdatedAt = fromMicros(at)
	}
	return p, nil
}
