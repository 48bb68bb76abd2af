package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
)

// Marks reads what was said of renewals due.
func (l *Ledger) Marks(ctx context.Context) (map[due.Key]due.Mark, error) {
	marks := map[due.Key]due.Mark{}
	err := l.engine.each(ctx, func(row row) error {
		var k due.Key
		var document string
		if err := row.Scan(&k.Product, &k.Holder, &document); err != nil {
			return err
		}
		var m due.Mark
		if err := json.Unmarshal([]byte(document), &m); err != nil {
			return fmt.Errorf("decode the mark of %s: %w", k.Product, err)
		}
		marks[k] = m
		return nil
	}, `SELECT product, holder_key, document FROM due_marks`)
	if err != nil {
		return nil, fmt.Errorf("read the marks of renewals due: %w", err)
	}
	return marks, nil
}

// NotRenewing is what somebody has marked the package of a holder and product with; nil: nothing.
func (l *Ledger) NotRenewing(ctx context.Context, product, holder string) (*renewal.NotRenewing, error) {
	var m due.Mark
	err := l.engine.each(ctx, func(row row) error {
		var document string
		if err := row.Scan(&document); err != nil {
			return err
		}
		return json.Unmarshal([]byte(document), &m)
	}, `SELECT document FROM due_marks WHERE product = $1 AND holder_key = $2`, indexed(product), indexed(holder))
	if err != nil {
		return nil, fmt.Errorf("read whether a package is not to be renewed: %w", err)
	}
	return m.NotRenewing, nil
}

// DueVersion tells one state of what is due from another: what was ordered, what is open, and
// what was said of rows.
type DueVersion struct {
	entries int64
	end     string
	marks   int64
	marked  int64 // the newest mark, in microseconds
	here    int64 // marks of this process, which may be of the same microsecond
}

// DueVersion is the present one. Who reads it before the rest misses no change.
func (l *Ledger) DueVersion(ctx context.Context) (DueVersion, error) {
	v := DueVersion{here: l.marked.Load()}
	end, err := l.trailEnd(ctx)
	if err == nil {
		v.entries, v.end = end.Seq, end.Hash
		err = l.engine.one(ctx, `SELECT count(*), coalesce(max(updated_at), 0) FROM due_marks`).Scan(&v.marks, &v.marked)
	}
	if err != nil {
		return v, fmt.Errorf("read how far the renewals due are: %w", err)
	}
	return v, nil
}

// MarkChange is a change of what is said of one row.
type MarkChange struct {
	Key    due.Key
	Change func(due.Mark) due.Mark
}

// Mark changes what is said of renewals due, with an audit entry about it, unless nothing
// changes or the entry has no code. It says how many rows are new to it and how many
// have changed. With ErrUnclear they may have; after any other error they have not.
func (l *Ledger) Mark(ctx context.Context, changes []MarkChange, e renewal.Entry) (added, changed int, err error) {
	defer l.marked.Add(1)
	var saved *renewal.Entry
	err = l.change(ctx, "mark due", func(t tx) error {
		added, changed, saved = 0, 0, nil
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		for _, c := range changes {
			before, known, err := markOf(ctx, t, c.Key)
			if err != nil {
				return err
			}
			after := c.Change(before)
			if reflect.DeepEqual(before, after) {
				continue
			}
			if known {
				changed++
			} else {
				added++
			}
			document, err := json.Marshal(after)
			if err != nil {
				return err
			}
			if _, err := t.exec(ctx, `INSERT INTO due_marks (product, holder_key, document, updated_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (product, holder_key) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at`,
				indexed(c.Key.Product), indexed(c.Key.Holder), clean(string(document)), micros(now)); err != nil {
				return err
			}
		}
		if added+changed == 0 || e.Code == "" {
			return nil
		}
		e := e
		e.At = now
		if err := appendEntry(ctx, t, &e); err != nil {
			return err
		}
		saved = &e
		return l.enqueue(ctx, t, now, []renewal.Job{{Kind: renewal.SyncSlack, At: now}})
	})
	if saved != nil {
		err = l.known(ctx, *saved, err)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("mark renewals due: %w", err)
	}
	return added, changed, nil
}

// markOf reads a mark in a transaction. The row is locked by the statement before it, so that
// two changes at once both count.
func markOf(ctx context.Context, t tx, k due.Key) (m due.Mark, known bool, err error) {
	if _, err := t.exec(ctx, `UPDATE due_marks SET updated_at = updated_at WHERE product = $1 AND holder_key = $2`,
		indexed(k.Product), indexed(k.Holder)); err != nil {
		return m, false, err
	}
	var document string
	err = t.one(ctx, `SELECT document FROM due_marks WHERE product = $1 AND holder_key = $2`, indexed(k.Product), indexed(k.Holder)).Scan(&document)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return m, false, nil
	case err != nil:
		return m, false, err
	}
	return m, true, json.Unmarshal([]byte(document), &m)
}

// LastOrders lists our last order of each holder and product, without its offer, among the
// orders that the audit trail tells of after an entry; 0: among all. upTo is the entry from
// which on the next look need not miss any. It is before after when the ledger is another
// one, restored from a backup, and what was read before is worth nothing.
func (l *Ledger) LastOrders(ctx context.Context, after int64) (last map[due.Key]due.Order, upTo int64, err error) {
	end, err := l.trailEnd(ctx) // first: an order that comes now is found again, and not missed
	if err != nil {
		return nil, 0, fmt.Errorf("list what was ordered: %w", err)
	}
	last = map[due.Key]due.Order{}
	query, args := `SELECT product, holder_key, id, ordered_at FROM requests WHERE ordered_at IS NOT NULL`, []any{}
	if after > 0 {
		query += ` AND id IN (SELECT request_id FROM entries WHERE seq > $1 AND to_status = $2)`
		args = []any{after, string(renewal.Ordered)}
	}
	err = l.engine.each(ctx, func(row row) error {
		var k due.Key
		var id, at int64
		if err := row.Scan(&k.Product, &k.Holder, &id, &at); err != nil {
			return err
		}
		last[k] = due.Order{Request: id, At: fromMicros(at)} // the newest comes last
		return nil
	}, query+` ORDER BY ordered_at, id`, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list what was ordered: %w", err)
	}
	return last, end.Seq, nil
}

// EachOrdered calls f for requests that were ordered and have ids from first on, the oldest first.
func (l *Ledger) EachOrdered(ctx context.Context, first int64, f func(renewal.Request) error) error {
	err := l.engine.each(ctx, func(row row) error {
		r, err := scanRequest(row)
		if err != nil {
			return err
		}
		return f(r)
	}, `SELECT document FROM requests WHERE ordered_at IS NOT NULL AND id >= $1 ORDER BY id`, first)
	if err != nil {
		return fmt.Errorf("read what was ordered: %w", err)
	}
	return nil
}
