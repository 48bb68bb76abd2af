package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"renewbot/bot/renewal"
)

// EntryFilter says which audit entries are wanted. Empty fields do not narrow.
type EntryFilter struct {
	RequestID int64
	// Since and Until are from the first entry at or after one time to the last entry
	// before another. What is between them is all wanted: a piece of the trail without
	// gaps can be verified.
	Since, Until time.Time
}

// entryPage is how many entries are read at once: far more than it takes to make a
// query worth while, and a few hundred kilobytes.
const entryPage = 1000

// EachEntry calls f for audit entries, oldest first. It reads them piece by piece, so
// that a trail of any length takes little memory and f may take its time. Entries that
// are appended meanwhile are left out.
func (l *Ledger) EachEntry(ctx context.Context, filter EntryFilter, f func(renewal.Entry) error) error {
	first, last, err := l.entryBounds(ctx, filter)
	if err != nil {
		return fmt.Errorf("read the audit trail: %w", err)
	}
	statement := selectEntries + ` WHERE seq >= $1 AND seq <= $2`
	if filter.RequestID != 0 {
		statement += ` AND request_id = $4`
	}
	statement += ` ORDER BY seq LIMIT $3`
	for first <= last {
		args := []any{first, last, entryPage}
		if filter.RequestID != 0 {
			args = append(args, filter.RequestID)
		}
		page, err := l.entries(ctx, statement, args...)
		if err != nil {
			return err
		}
		for _, e := range page {
			if err := f(e); err != nil {
				return err
			}
		}
		if len(page) < entryPage {
			return nil
		}
		first = page[len(page)-1].Seq + 1
	}
	return nil
}

// entryBounds are the numbers of the first and the last entry between two times. The
// last one is before the first when there is none.
func (l *Ledger) entryBounds(ctx context.Context, filter EntryFilter) (first, last int64, err error) {
	end, err := l.trailEnd(ctx)
	if err != nil {
		return 0, 0, err
	}
	first, last = 1, end.Seq
	if !filter.Since.IsZero() {
		if first, err = l.entrySeq(ctx, `SELECT seq FROM entries WHERE at >= $1 ORDER BY seq LIMIT 1`, filter.Since); err != nil {
			return 0, 0, err
		}
		if first == 0 {
			return 1, 0, nil
		}
	}
	if !filter.Until.IsZero() {
		if last, err = l.entrySeq(ctx, `SELECT seq FROM entries WHERE at < $1 ORDER BY seq DESC LIMIT 1`, filter.Until); err != nil {
			return 0, 0, err
		}
	}
	return first, last, nil
}

// entrySeq is the number of the entry that a query by time finds; 0: there is none.
func (l *Ledger) entrySeq(ctx context.Context, query string, at time.Time) (seq int64, err error) {
	err = l.engine.one(ctx, query, micros(at)).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

// TrailEnd is the number and the hash of the newest audit entry; the zero Entry when
// there is none.
func (l *Ledger) TrailEnd(ctx context.Context) (renewal.Entry, error) {
	end, err := l.trailEnd(ctx)
	if err != nil {
		return end, fmt.Errorf("read the end of the audit trail: %w", err)
	}
	return end, nil
}

// Witness is what Slack's audit channel should show of an entry, and where it was posted.
type Witness struct {
	Seq       int64
	RequestID int64
	At        time.Time
	Code      renewal.Code
	Hash      string
	Channel   string    // by the id that it has now; empty: it was not posted
	State     PostState // empty: nobody has tried to post it
}

// Witnesses are the entries from one number to another, both included, in order. It is
// for at most a few thousand at once.
func (l *Ledger) Witnesses(ctx context.Context, from, to int64) ([]Witness, error) {
	var found []Witness
	ids, err := l.ChannelIDs(ctx)
	if err != nil {
		return nil, err
	}
	err = l.engine.each(ctx, func(row row) error {
		var w Witness
		var at int64
		err := row.Scan(&w.Seq, &w.RequestID, &at, &w.Code, &w.Hash, &w.Channel, &w.State)
		w.At, w.Channel = fromMicros(at), cmp.Or(ids[w.Channel], w.Channel)
		found = append(found, w)
		return err
	}, `SELECT e.seq, e.request_id, e.at, e.code, e.hash, coalesce(p.channel, ''), coalesce(p.state, '')
		FROM entries e LEFT JOIN posts p ON p.request_id = e.request_id AND p.key = 'audit:' || e.seq
		WHERE e.seq >= $1 AND e.seq <= $2 ORDER BY e.seq`, from, to)
	if err != nil {
		return nil, fmt.Errorf("read what the audit channel should show: %w", err)
	}
	return found, nil
}

// EntryHashes are the hashes of audit entries by their numbers; those that do not exist
// are left out. It is for at most a few thousand at once.
func (l *Ledger) EntryHashes(ctx context.Context, seqs []int64) (map[int64]string, error) {
	hashes := make(map[int64]string, len(seqs))
	if len(seqs) == 0 {
		return hashes, nil
	}
	var placeholders []string
	var args []any
	for i, seq := range seqs {
		placeholders, args = append(placeholders, fmt.Sprintf("$%d", i+1)), append(args, seq)
	}
	err := l.engine.each(ctx, func(row row) error {
		var seq int64
		var hash string
		err := row.Scan(&seq, &hash)
		hashes[seq] = hash
		return err
	}, `SELECT seq, hash FROM entries WHERE seq IN (`+strings.Join(placeholders, ", ")+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read the hashes of audit entries: %w", err)
	}
	return hashes, nil
}
