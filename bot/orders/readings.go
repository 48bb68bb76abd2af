package orders

import (
	"context"
	"time"

	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
)

// listAge is for how long after its question the list of all packages tells whose a PBX is: its
// many pages take a while, and the lines of a batch come one after the other.
const listAge = time.Minute

// readings says which of the portal's answers an order may be judged by: those that were
// asked for after its request was approved, or moved last, and no longer than lookup.Fresh
// before its check began. Orders that go out together share them.
type readings struct {
	began time.Time
	age   time.Duration // of the oldest, when the check began
	list  time.Duration // the same of the list of all packages
}

func (o *Orders) readings(ctx context.Context, r renewal.Request) readings {
	age := o.ledger.Now(ctx).Sub(r.UpdatedAt)
	// In this order: the question to a database takes a moment, too.
	return readings{time.Now(), min(age, time.Duration(lookup.Fresh)), min(age, listAge)}
}

// maxAge is how old they may be now: it grows while the check goes on, so that it asks for
// nothing twice.
func (rd readings) maxAge() lookup.MaxAge { return rd.grown(rd.age) }

func (rd readings) ages() portal.Ages {
	return portal.Ages{Each: rd.maxAge(), List: rd.grown(rd.list)}
}

func (rd readings) grown(age time.Duration) lookup.MaxAge {
	if age <= 0 {
		return lookup.Anew // by that clock nothing can be told from what was there before
	}
	return lookup.MaxAge(age + time.Since(rd.began))
}
