package ledger

import (
	"context"
	"encoding/json"
	"fmt"

	"renewbot/bot/renewal"
)

// appendEntry gives an entry its number and its hashes and appends it.
func appendEntry(ctx context.Context, t tx, e *renewal.Entry) error {
	// The update comes first: it locks the end of the trail until the commit.
	err := t.one(ctx, `UPDATE trail SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash`).Scan(&e.Seq, &e.PrevHash)
	if err != nil {
		return fmt.Errorf("number an audit entry: %w", err)
	}
	*e = storable(*e)
	e.Hash = Hash(*e)
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return fmt.Errorf("encode an audit entry: %w", err)
	}
	_, err = t.exec(ctx, `INSERT INTO entries (seq, request_id, at, code, actor, revision, from_status, to_status,
		detail, prev_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		e.Seq, e.RequestID, micros(e.At), string(e.Code), e.Actor, e.Revision, string(e.From), string(e.To),
		string(detail), e.PrevHash, e.Hash)
	if err != nil {
		return fmt.Errorf("append an audit entry: %w", err)
	}
	if _, err := t.exec(ctx, `UPDATE trail SET hash = $1 WHERE id = 1`, e.Hash); err != nil {
		return fmt.Errorf("append an audit entry: %w", err)
	}
	if e.RequestID == 0 {
		return nil
	}
	if _, err := t.exec(ctx, `UPDATE requests SET last_entry = $1 WHERE id = $2`, e.Seq, e.RequestID); err != nil {
		return fmt.Errorf("append an audit entry: %w", err)
	}
	return nil
}

// storable is an entry as it will be read again.
func storable(e renewal.Entry) renewal.Entry {
	e.At = stamp(e.At)
	e.Code, e.Actor = renewal.Code(clean(string(e.Code))), clean(e.Actor)
	e.From, e.To = renewal.Status(clean(string(e.From))), renewal.Status(clean(string(e.To)))
	var detail map[string]string
	for k, v := range e.Detail {
		if detail == nil {
			detail = make(map[string]string, len(e.Detail))
		}
		detail[clean(k)] = clean(v)
	}
	e.Detail = detail
	return e
}

const selectEntries = `SELECT seq, request_id, at, code, actor, revision, from_status, to_status, detail, prev_hash, hash FROM entries`

// Entries is the audit trail of a request, oldest first; requestID 0 is what belongs
// to no request.
func (l *Ledger) Entries(ctx context.Context, requestID int64) ([]renewal.Entry, error) {
	return l.entries(ctx, selectEntries+` WHERE request_id = $1 ORDER BY seq`, requestID)
}

// EntriesAfter is the audit trail after an entry, oldest first. A limit of zero is none.
func (l *Ledger) EntriesAfter(ctx context.Context, seq int64, limit int) ([]renewal.Entry, error) {
	if limit <= 0 {
		return l.entries(ctx, selectEntries+` WHERE seq > $1 ORDER BY seq`, seq)
	}
	return l.entries(ctx, selectEntries+` WHERE seq > $1 ORDER BY seq LIMIT $2`, seq, limit)
}

func (l *Ledger) entries(ctx context.Context, statement string, args ...any) ([]renewal.Entry, error) {
	var found []renewal.Entry
	err := l.engine.each(ctx, func(row row) error {
		e, err := scanEntry(row)
		found = append(found, e)
		return err
	}, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", err)
	}
	return found, nil
}

func scanEntry(row row) (renewal.Entry, error) {
	var e renewal.Entry
	var at int64
	var detail string
	err := row.Scan(&e.Seq, &e.RequestID, &at, &e.Code, &e.Actor, &e.Revision, &e.From, &e.To, &detail, &e.PrevHash, &e.Hash)
	if err != nil {
		return e, err
	}
	e.At = fromMicros(at)
	if err := json.Unmarshal([]byte(detail), &e.Detail); err != nil {
		return e, fmt.Errorf("audit entry %d: detail: %w", e.Seq, err)
	}
	return e, nil
}
