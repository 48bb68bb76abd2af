package ledger

import (
	"context"
	"fmt"
	"time"

	"renewbot/bot/renewal"
)

// indexUnderWay lets at most one request of a holder and product have under_way set: two
// attempts that have no outcome yet cannot both be written, whatever either of them has read.
// Of one that has ended by then mayBegin knows.
const indexUnderWay = "requests_under_way"

// statusesUnderWay are those of renewal.Status.UnderWay, as the index has them.
const statusesUnderWay = `('ordering', 'unknown', 'processing')`

// takesUnderWay is under_way of a request that is saved, in terms of save's statement. An
// order that must be alone ($10) takes it and leaves the rest to the index, since another
// transaction may have committed in between. What has happened already is saved even if
// another request has it.
const takesUnderWay = `CASE WHEN $2 IN ` + statusesUnderWay + ` AND ($10 OR NOT EXISTS (SELECT 1 FROM requests AS other
	WHERE other.product = $3 AND other.holder_key = $4 AND other.id <> $8
		AND other.under_way = 1 AND other.status IN ` + statusesUnderWay + `)) THEN 1 ELSE 0 END`

// begins says whether a change writes an attempt down.
func begins(before, after renewal.Request) bool {
	return before.Status == renewal.Approved && after.Status == renewal.Ordering
}

// behind refuses an attempt while another order of the holder and product is under way,
// also one that is so beside the index, and when one was placed that nobody has seen who
// agreed to this one; nil: there is none. PostgreSQL shows it what was committed before its
// statement began, so that it holds only while the trail is locked.
func (l *Ledger) behind(ctx context.Context, t tx, r renewal.Request, now time.Time) (*renewal.Refusal, error) {
	var refusal *renewal.Refusal
	err := t.each(ctx, func(row row) error {
		other, err := scanRequest(row)
		if err != nil || refusal != nil {
			return err
		}
		repeats := renewal.RepeatDoubts([]renewal.Request{other}, now, l.options.Policy)
		if other.Status.UnderWay() || (other.Status == renewal.Ordered && len(r.NewDoubts(repeats)) > 0) {
			refusal = r.Behind(other)
		}
		return nil
	}, `SELECT document FROM requests WHERE holder_key = $1 AND product = $2 AND id <> $3
		AND (status IN `+statusesUnderWay+` OR ordered_at IS NOT NULL) ORDER BY id`,
		indexed(r.Offer.Holder.Key()), indexed(r.Offer.Product), r.ID)
	if err != nil {
		return nil, fmt.Errorf("look for other orders of the same holder: %w", err)
	}
	return refusal, nil
}
