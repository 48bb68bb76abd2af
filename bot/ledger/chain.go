package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"renewbot/bot/renewal"
)

// hashVersion begins every hashed text. Another encoding gets another version.
const hashVersion = "renewbot-audit-1"

// hashTime is how times are hashed: UTC with six decimals, always.
const hashTime = "2006-01-02T15:04:05.000000Z"

// Hash is the hash that binds an entry to all before it: the lower-case hexadecimal
// SHA-256 of these fields, each written as a netstring, that is its length in bytes as
// a decimal number, ":", its bytes as UTF-8, and ",":
//
//	"renewbot-audit-1", prev_hash ("" for the first entry), seq, request_id,
//	at (2006-01-02T15:04:05.000000Z), code, actor, revision, from, to,
//	the number of details, and then key and value of each detail, sorted by the keys' bytes
//
// Numbers are decimal without leading zeros. Whoever has an export of the trail can
// compute it again without this program.
func Hash(e renewal.Entry) string {
	h := sha256.New()
	for _, s := range []string{
		hashVersion, e.PrevHash, strconv.FormatInt(e.Seq, 10), strconv.FormatInt(e.RequestID, 10),
		e.At.UTC().Format(hashTime), string(e.Code), e.Actor, strconv.Itoa(e.Revision),
		string(e.From), string(e.To), strconv.Itoa(len(e.Detail)),
	} {
		netstring(h, s)
	}
	for _, k := range slices.Sorted(maps.Keys(e.Detail)) {
		netstring(h, k)
		netstring(h, e.Detail[k])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func netstring(w io.Writer, s string) {
	_, _ = io.WriteString(w, strconv.Itoa(len(s))+":"+s+",") // a hash never fails
}

// ChainError is the first place where the audit trail is not what was written.
type ChainError struct {
	Seq     int64 // the entry
	Problem string
}

func (e *ChainError) Error() string {
	return fmt.Sprintf("audit trail broken at entry %d: %s", e.Seq, e.Problem)
}

// Verify computes the chain of hashes again. Its error is a *ChainError when entries
// were changed, removed, inserted or cut off at the end. A trail that was cut off and
// whose every other trace was changed to fit can only be told by an older export.
func (l *Ledger) Verify(ctx context.Context) error {
	if err := l.verify(ctx); err != nil {
		return fmt.Errorf("verify the audit trail: %w", err)
	}
	return nil
}

func (l *Ledger) verify(ctx context.Context) error {
	// Entries may be appended meanwhile, so the end is read before and after.
	before, err := l.trailEnd(ctx)
	if err != nil {
		return err
	}
	var c chain
	err = l.engine.each(ctx, func(row row) error {
		e, err := scanEntry(row)
		if err != nil {
			return &ChainError{c.last.Seq + 1, err.Error()}
		}
		if err := c.next(e); err != nil {
			return err
		}
		if e.Seq == before.Seq && e.Hash != before.Hash {
			return &ChainError{e.Seq, "it is not the entry that the trail ended with"}
		}
		return nil
	}, selectEntries+` ORDER BY seq`)
	if err != nil {
		return err
	}
	after, err := l.trailEnd(ctx)
	switch {
	case err != nil:
		return err
	case c.last.Seq < before.Seq:
		return &ChainError{c.last.Seq + 1, fmt.Sprintf("it is missing: the trail was cut off after entry %d", c.last.Seq)}
	case c.last.Seq > after.Seq:
		return &ChainError{after.Seq + 1, fmt.Sprintf("it was added: the trail ends at entry %d", after.Seq)}
	}
	return l.verifyRequests(ctx)
}

// trailEnd is what the ledger says is the last entry.
func (l *Ledger) trailEnd(ctx context.Context) (renewal.Entry, error) {
	var end renewal.Entry
	err := l.engine.one(ctx, `SELECT seq, hash FROM trail WHERE id = 1`).Scan(&end.Seq, &end.Hash)
	return end, err
}

// verifyRequests looks for requests whose newest entry is gone.
func (l *Ledger) verifyRequests(ctx context.Context) error {
	return l.engine.each(ctx, func(row row) error {
		var id, last int64
		if err := row.Scan(&id, &last); err != nil {
			return err
		}
		return &ChainError{last, fmt.Sprintf("it is missing: %s had it", renewal.Reference(id))}
	}, `SELECT r.id, r.last_entry FROM requests r LEFT JOIN entries e ON e.seq = r.last_entry AND e.request_id = r.id
		WHERE e.seq IS NULL ORDER BY r.last_entry LIMIT 1`)
}

// chain is a trail that is being verified.
type chain struct{ last renewal.Entry }

func (c *chain) next(e renewal.Entry) error {
	if err := Follows(c.last, e); err != nil {
		return err
	}
	c.last = e
	return nil
}

// Follows checks that an entry is as it was written and comes right after another one;
// the first of all follows the zero Entry. Its error is a *ChainError.
func Follows(before, e renewal.Entry) error {
	want := before.Seq + 1
	switch {
	case e.Seq != want:
		return &ChainError{want, fmt.Sprintf("it is missing: entry %d comes next", e.Seq)}
	case e.PrevHash != before.Hash:
		return &ChainError{e.Seq, "it does not follow the entry before it"}
	case e.Hash != Hash(e):
		return &ChainError{e.Seq, "it was changed"}
	}
	return nil
}
