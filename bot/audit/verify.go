package audit

import (
	"errors"
	"fmt"
	"io"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// Checked is what was verified.
type Checked struct {
	Entries     int64
	First, Last renewal.Entry
	// Gaps are the places where entries are left out, as they are in an export of one
	// request. Each entry is as it was written all the same.
	Gaps int64
}

// VerifyExport computes the hashes of an export again, with nothing but the export. Its
// error is a *ledger.ChainError at the first entry that was changed, moved or left out.
// An export of one request may leave out the entries of others. What was cut off at the
// beginning or at the end can only be told by the ledger.
func VerifyExport(r io.Reader) (Checked, error) {
	var c Checked
	in, err := NewReader(r)
	if err != nil {
		return c, err
	}
	var gap error // the first one
	for {
		e, err := in.Next()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return c, err
		}
		before := c.Last
		if c.Entries == 0 {
			c.First = e
			before = ahead(e)
		} else if e.Seq > before.Seq+1 {
			if gap == nil {
				gap = ledger.Follows(before, e)
			}
			c.Gaps++
			before = ahead(e)
		} else if e.Seq <= before.Seq {
			return c, &ledger.ChainError{Seq: e.Seq, Problem: fmt.Sprintf("it comes after entry %d", before.Seq)}
		}
		if gap != nil && (e.RequestID == 0 || e.RequestID != c.First.RequestID) {
			return c, gap // only an export of one request has gaps
		}
		if err := ledger.Follows(before, e); err != nil {
			return c, err
		}
		c.Last = e
		c.Entries++
	}
}

// ahead is what an entry says is before it.
func ahead(e renewal.Entry) renewal.Entry {
	return renewal.Entry{Seq: e.Seq - 1, Hash: e.PrevHash}
}
