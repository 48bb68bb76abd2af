package orders

import (
	"cmp"
	"context"
	"slices"
	"time"

	"renewbot/bot/ledger"
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
			o.log.WarnContext(ctx, "the vendor's orders could not be searched", "attempt", a.Number, "error", err)
		} else if err := o.conclude(ctx, r, a, found, now); err != nil {
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
		return lostOnce(a) && a.Order == nil && now.Sub(a.StartedAt) < lateWatch
	}
	return false
}

// lostOnce says whether an attempt ended without telling what became of its order.
func lostOnce(a renewal.Attempt) bool {
	return a.Problem != nil && a.Problem.Class == yeastar.ClassUnknown
}

// finding is what the vendor's list has for an attempt.
type finding struct {
	proven   []yeastar.OrderDetail // they have the request's reference
	certain  []yeastar.OrderDetail // nothing contradicts, and everything agrees
	possible []yeastar.OrderDetail // nothing contradicts
}

// one is the order that must be the attempt's, if there is one.
func (f finding) one(a renewal.Attempt) (yeastar.OrderDetail, bool) {
	switch {
	case len(f.proven) == 1,
		// Whichever attempt it was that people called not placed: there is an order.
		len(f.proven) > 1 && a.Outcome == renewal.NotPlaced:
		return f.proven[0], true
	case len(f.proven) == 0 && len(f.certain) == 1 && len(f.possible) == 0:
		return f.certain[0], true
	}
	return yeastar.OrderDetail{}, false
}

// conclude takes the one certain order as the attempt's, or tells people what was found.
func (o *Orders) conclude(ctx context.Context, r renewal.Request, a renewal.Attempt, f finding, now time.Time) error {
	if found, ok := f.one(a); ok {
		return o.move(ctx, r.ID, renewal.Found{Attempt: a.Number, Order: resultOf(found)})
	}
	all := slices.Concat(f.proven, f.certain, f.possible)
	sure := len(f.proven) > 0 || len(f.certain) > 0
	if a.Outcome != renewal.Lost || (!sure && now.Sub(a.StartedAt) < searchPatience) {
		return nil
	}
	var numbers []string
	for _, order := range all {
		numbers = append(numbers, cmp.Or(order.OrderNo, string(order.ID)))
	}
	return o.move(ctx, r.ID, renewal.Searched{Attempt: a.Number, Candidates: numbers})
}

func resultOf(o yeastar.OrderDetail) yeastar.OrderResult {
	return yeastar.OrderResult{
		OrderID: o.ID, OrderNo: o.OrderNo, OrderStatus: o.OrderStatus, TransactionNo: o.TransactionNo,
		ProductNo: yeastar.ID(o.ProductNo),
	}
}

// searchOrder looks through the vendor's order list for the order of an attempt.
func (o *Orders) searchOrder(ctx context.Context, r renewal.Request, a renewal.Attempt) (finding, error) {
	var f finding
	want, err := sentWith(r, a)
	if err != nil {
		return f, err
	}
	listed, err := o.ordersSince(ctx, a.StartedAt.Add(-zoneSkew))
	if err != nil {
		return f, err
	}
	rivals, err := o.rivals(ctx, r, a)
	if err != nil {
		return f, err
	}
	echoed := slices.ContainsFunc(listed, func(s yeastar.OrderSummary) bool { return s.PONumber != "" })
	for _, s := range listed {
		owned, err := o.owned(ctx, r, s)
		if err != nil {
			return f, err
		}
		if owned || want.compare(completed(yeastar.OrderDetail{}, s)) == matchNone {
			continue
		}
		detail, err := o.client.Order(ctx, cmp.Or(s.OrderNo, string(s.ID)))
		if err != nil && yeastar.ClassOf(err) != yeastar.ClassRefused {
			return f, err
		}
		detail = completed(detail, s) // one order without details does not hide the others
		m := want.compare(detail)
		if m == matchCertain && (rivals || (echoed && detail.PONumber == "" && want.PONumber != "")) {
			m = matchPossible
		}
		switch m {
		case matchProven:
			f.proven = append(f.proven, detail)
		case matchCertain:
			f.certain = append(f.certain, detail)
		case matchPossible:
			f.possible = append(f.possible, detail)
		}
	}
	return f, nil
}

// owned says whether an order is known to be another request's, or another attempt's of
// the same one.
func (o *Orders) owned(ctx context.Context, r renewal.Request, s yeastar.OrderSummary) (bool, error) {
	if _, known, err := o.ledger.OrderOwner(ctx, s.OrderNo); known || err != nil {
		return known, err
	}
	return attemptWith(r, s.OrderNo) != 0, nil
}

// attemptWith is the number of the attempt that has an order, or 0.
func attemptWith(r renewal.Request, orderNo string) int {
	for _, a := range r.Attempts {
		if a.Order != nil && orderNo != "" && a.Order.OrderNo == orderNo {
			return a.Number
		}
	}
	return 0
}

// rivals says whether another request asks for the same at the same time and may have an
// order that we do not know of, either: then only a reference tells the two orders apart.
func (o *Orders) rivals(ctx context.Context, r renewal.Request, a renewal.Attempt) (bool, error) {
	others, err := o.ledger.List(ctx, ledger.Filter{Product: r.Offer.Product, HolderKey: r.Offer.Holder.Key()})
	return slices.ContainsFunc(others, func(rival renewal.Request) bool {
		return rival.ID != r.ID && slices.ContainsFunc(rival.Attempts, func(other renewal.Attempt) bool {
			open := other.Order == nil && (other.Outcome != renewal.NotPlaced || lostOnce(other))
			return open && other.StartedAt.Before(a.Deadline.Add(2*orderSkew)) && a.StartedAt.Before(other.Deadline.Add(2*orderSkew))
		})
	}), err
}

// completed fills what an order's details do not tell from its line in the list.
func completed(o yeastar.OrderDetail, s yeastar.OrderSummary) yeastar.OrderDetail {
	o.ID = cmp.Or(o.ID, s.ID)
	o.OrderNo = cmp.Or(o.OrderNo, s.OrderNo)
	o.OrderStatus = cmp.Or(o.OrderStatus, s.OrderStatus)
	o.PONumber = cmp.Or(o.PONumber, s.PONumber)
	o.CustomReferenceNo = cmp.Or(o.CustomReferenceNo, s.CustomReferenceNo)
	if o.CreateTime.IsZero() {
		o.CreateTime = s.CreateTime
	}
	return o
}
