package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"renewbot/bot/renewal"
)

// indexUnderWay lets at most one request of a holder and product have under_way set. Two
// attempts at the same moment cannot both be written, whatever either of them has read.
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

// underWay refuses an attempt while another order of the holder and product is under way,
// also one that is so beside the index; nil: there is none.
func underWay(ctx context.Context, t tx, r renewal.Request) (*renewal.Refusal, error) {
	other, err := scanRequest(t.one(ctx, `SELECT document FROM requests WHERE holder_key = $1 AND product = $2 AND id <> $3
		AND status IN `+statusesUnderWay+` ORDER BY id LIMIT 1`,
		indexed(r.Offer.Holder.Key()), indexed(r.Offer.Product), r.ID))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil //nolint:nilnil // none is the usual case
	case err != nil:
		return nil, fmt.Errorf("look for orders under way: %w", err)
	}
	return r.BlockedBy(other), nil
}
