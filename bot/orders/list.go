package orders

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"renewbot/yeastar"
)

const (
	// The order list is read in the largest pages that are believed to be allowed, and
	// never without an end. A portal may allow 25, and sort as it likes: then all is read.
	orderPageSize = 100
	maxOrderPages = 1000
)

// ordersSince is Since, and shows all orders on the pages that it reads, older ones too. By them it
// hears whether PO numbers are told.
func (o *Orders) ordersSince(ctx context.Context, since time.Time, show func(yeastar.OrderSummary)) ([]yeastar.OrderSummary, error) {
	return readSince(ctx, o.client, since, func(s yeastar.OrderSummary) {
		o.heardPONumber(s.PONumber)
		show(s)
	})
}

// Since reads the vendor's order list back to a time. The newest are asked for first, but
// that is not documented: unless the list proves to be in that order it is read to its end.
func Since(ctx context.Context, client *yeastar.Client, since time.Time) ([]yeastar.OrderSummary, error) {
	return readSince(ctx, client, since, unseen)
}

func unseen(yeastar.OrderSummary) {}

// readSince is Since, and shows every order on the way.
func readSince(ctx context.Context, client *yeastar.Client, since time.Time, show func(yeastar.OrderSummary)) ([]yeastar.OrderSummary, error) {
	var found []yeastar.OrderSummary
	seen := map[string]bool{}
	ascends, descends := false, false
	var before time.Time // of the order that came last
	for page := 1; page <= maxOrderPages; page++ {
		p, err := client.NewestOrders(ctx, page, orderPageSize)
		if err != nil {
			return nil, err
		}
		known, older := len(seen), false
		for _, o := range p.Orders {
			show(o)
			at := o.CreateTime
			ascends = ascends || at.IsZero() || (!before.IsZero() && at.After(before))
			descends = descends || (!at.IsZero() && at.Before(before))
			before, older = at, !at.IsZero() && at.Before(since)
			key := cmp.Or(o.OrderNo, string(o.ID))
			if !older && !seen[key] {
				found = append(found, o)
			}
			seen[key] = true
		}
		switch {
		case len(seen) == known, // an empty page, or one that came before
			p.TotalPages > 0 && page >= p.TotalPages,
			older && descends && !ascends:
			return found, nil
		}
	}
	return nil, fmt.Errorf("the order list has more than %d pages", maxOrderPages)
}
