package orders

import (
	"context"
	"slices"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	// searchEvery is how often the vendor's order list is read for a lost order at first.
	searchEvery = 30 * time.Second
	// searchPatience is how long a lost order is looked for before people are told that
	// it was not found. The list may show an order late.
	searchPatience = 10 * time.Minute
	// lateWatch is for how long an order may still turn up that people called not placed.
	lateWatch = 24 * time.Hour
)

// reconcile looks after attempts whose outcome is not known: it calls one unknown
// when its time is up, looks for its order in the vendor's list, and goes on looking for
// a day when people have called it not placed.
func (o *Orders) reconcile(ctx context.Context, job renewal.Job) error {
	r, err := o.ledger.Get(ctx, job.RequestID)
	if err != nil {
		return err
	}
	now := o.ledger.Now(ctx)
	if r.Status == renewal.Ordering {
		a, _ := r.Attempt()
		if now.Before(a.Deadline) {
			return ledger.SnoozeUntil(a.Deadline)
		}
		return o.move(ctx, r.ID, renewal.DeadlinePassed{Attempt: a.Number}) // which plans the search
	}
	again := time.Duration(0)
	// The newest first: an order that fits several attempts is its, as long as nothing
	// shows that there is another one.
	for i := len(r.Attempts) - 1; i >= 0; i-- {
		a := r.Attempts[i]
		if !searchable(a, now) {
			continue
		}
		found, err := o.searchOrder(ctx, r, a)
		if err != nil {
			err = o.unsearched(ctx, r, a, err)
		} else {
			err = o.conclude(ctx, r, a, found, now)
		}
		if err != nil {
			return err
		}
		if again == 0 {
			again = max(searchEvery, min(now.Sub(a.StartedAt)/4, time.Hour))
		}
		if r, err = o.ledger.Get(ctx, job.RequestID); err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(r.Attempts, func(a renewal.Attempt) bool { return searchable(a, now) }) {
		return nil
	}
	return ledger.SnoozeUntil(now.Add(again))
}

// searchable says whether an attempt's order may be in the vendor's list without our
// knowing.
func searchable(a renewal.Attempt, now time.Time) bool {
	switch a.Outcome {
	case renewal.Lost:
		return true
	case renewal.NotPlaced:
		return a.LostOnce() && a.Order == nil && now.Sub(a.StartedAt) < lateWatch
	}
	return false
}

// conclude takes the one certain order as the attempt's, or tells people what was found.
func (o *Orders) conclude(ctx context.Context, r renewal.Request, a renewal.Attempt, f finding, now time.Time) error {
	if found, ok := f.one(a, now); ok {
		return o.move(ctx, r.ID, renewal.Found{Attempt: a.Number, Order: resultOf(found)})
	}
	unread := r.Search != nil && r.Search.Unreadable != "" // which people were told
	if a.Outcome != renewal.Lost || !(f.urgent() || unread || patienceOver(a, now)) {
		return nil
	}
	return o.move(ctx, r.ID, renewal.Searched{Attempt: a.Number, Candidates: f.candidates()})
}

// unsearched tells people once that the list cannot be read in which a lost order would be.
func (o *Orders) unsearched(ctx context.Context, r renewal.Request, a renewal.Attempt, why error) error {
	o.log.WarnContext(ctx, "the vendor's orders could not be searched", "attempt", a.Number, "error", why)
	if a.Outcome != renewal.Lost {
		return nil
	}
	return o.move(ctx, r.ID, renewal.Unsearched{Attempt: a.Number, Detail: portal.Explain(why)})
}

func resultOf(o yeastar.OrderDetail) yeastar.OrderResult {
	return yeastar.OrderResult{
		OrderID: o.ID, OrderNo: o.OrderNo, OrderStatus: o.OrderStatus, TransactionNo: o.TransactionNo,
		ProductNo: yeastar.ID(o.ProductNo),
	}
}
