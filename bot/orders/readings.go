package orders

import (
	"context"
	"time"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
)

// readings says which of the portal's answers an order may be judged by: those that were
// asked for after its request was approved, or moved last, and no longer than lookup.Fresh
// before its check began. Orders that go out together share them.
type readings struct {
	began time.Time
	age   time.Duration // of the oldest, when the check began
}

func (o *Orders) readings(ctx context.Context, r renewal.Request) readings {
	age := min(o.ledger.Now(ctx).Sub(r.UpdatedAt), time.Duration(lookup.Fresh))
	return readings{time.Now(), age} // in this order: the question to a database takes a moment, too
}

// maxAge is how old they may be now: it grows while the check goes on, so that it asks for
// nothing twice.
func (rd readings) maxAge() lookup.MaxAge {
	if rd.age <= 0 {
		return lookup.Anew // by that clock nothing can be told from what was there before
	}
	return lookup.MaxAge(rd.age + time.Since(rd.began))
}
