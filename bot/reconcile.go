package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	// The order list is read in the largest pages that are believed to be allowed, and
	// never without an end.
	orderPageSize = 100
	maxOrderPages = 100
)

// reconcileOrder looks after attempts whose outcome is not known: it calls one unknown
// when its time is up, looks for its order in the vendor's list, and goes on looking for
// a day when people have called it not placed.
func (b *Bot) reconcileOrder(ctx context.Context, job renewal.Job) error {
	r, err := b.ledger.Get(ctx, job.RequestID)
	if err != nil {
		return err
	}
	now := b.ledger.Now(ctx)
	if r.Status == renewal.Ordering {
		a, _ := r.Attempt()
		if now.Before(a.Deadline) {
			return ledger.SnoozeUntil(a.Deadline)
		}
		return b.move(ctx, r.ID, renewal.DeadlinePassed{Attempt: a.Number}) // which plans the search
	}
	again := time.Duration(0)
	// The newest first: an order that fits several attempts is its, as long as nothing
	// shows that there is another one.
	for i := len(r.Attempts) - 1; i >= 0; i-- {
		a := r.Attempts[i]
		if !searchable(a, now) {
			continue
		}
		found, err := b.searchOrder(ctx, r, a)
		if err != nil {
			b.log.WarnContext(ctx, "the vendor's orders could not be searched", "attempt", a.Number, "error", err)
		} else if err := b.conclude(ctx, r, a, found, now); err != nil {
			return err
		}
		if again == 0 {
			again = max(searchEvery, min(now.Sub(a.StartedAt)/4, time.Hour))
		}
		if r, err = b.ledger.Get(ctx, job.RequestID); err != nil {
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
func (b *Bot) conclude(ctx context.Context, r renewal.Request, a renewal.Attempt, f finding, now time.Time) error {
	if o, ok := f.one(a); ok {
		return b.move(ctx, r.ID, renewal.Found{Attempt: a.Number, Order: resultOf(o)})
	}
	all := slices.Concat(f.proven, f.certain, f.possible)
	sure := len(f.proven) > 0 || len(f.certain) > 0
	if a.Outcome != renewal.Lost || (!sure && now.Sub(a.StartedAt) < searchPatience) {
		return nil
	}
	var numbers []string
	for _, o := range all {
		numbers = append(numbers, cmp.Or(o.OrderNo, string(o.ID)))
	}
	return b.move(ctx, r.ID, renewal.Searched{Attempt: a.Number, Candidates: numbers})
}

func resultOf(o yeastar.OrderDetail) yeastar.OrderResult {
	return yeastar.OrderResult{
		OrderID: o.ID, OrderNo: o.OrderNo, OrderStatus: o.OrderStatus, TransactionNo: o.TransactionNo,
		ProductNo: yeastar.ID(o.ProductNo),
	}
}

// searchOrder looks through the vendor's order list for the order of an attempt.
func (b *Bot) searchOrder(ctx context.Context, r renewal.Request, a renewal.Attempt) (finding, error) {
	var f finding
	want, err := sentWith(r, a)
	if err != nil {
		return f, err
	}
	listed, err := b.ordersSince(ctx, a.StartedAt.Add(-zoneSkew))
	if err != nil {
		return f, err
	}
	rivals, err := b.rivals(ctx, r, a)
	if err != nil {
		return f, err
	}
	echoed := slices.ContainsFunc(listed, func(s yeastar.OrderSummary) bool { return s.PONumber != "" })
	for _, s := range listed {
		owned, err := b.owned(ctx, r, s)
		if err != nil {
			return f, err
		}
		if owned || want.judge(completed(yeastar.OrderDetail{}, s)) == matchNone {
			continue
		}
		o, err := b.vendor.client.Order(ctx, cmp.Or(s.OrderNo, string(s.ID)))
		if err != nil && yeastar.ClassOf(err) != yeastar.ClassRefused {
			return f, err
		}
		o = completed(o, s) // one order without details does not hide the others
		m := want.judge(o)
		if m == matchCertain && (rivals || (echoed && o.PONumber == "" && want.PONumber != "")) {
			m = matchPossible
		}
		switch m {
		case matchProven:
			f.proven = append(f.proven, o)
		case matchCertain:
			f.certain = append(f.certain, o)
		case matchPossible:
			f.possible = append(f.possible, o)
		}
	}
	return f, nil
}

// owned says whether an order is known to be another request's, or another attempt's of
// the same one.
func (b *Bot) owned(ctx context.Context, r renewal.Request, s yeastar.OrderSummary) (bool, error) {
	if _, known, err := b.ledger.OrderOwner(ctx, s.OrderNo); known || err != nil {
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
func (b *Bot) rivals(ctx context.Context, r renewal.Request, a renewal.Attempt) (bool, error) {
	others, err := b.ledger.List(ctx, ledger.Filter{Product: r.Offer.Product, HolderKey: r.Offer.Holder.Key()})
	return slices.ContainsFunc(others, func(o renewal.Request) bool {
		return o.ID != r.ID && slices.ContainsFunc(o.Attempts, func(other renewal.Attempt) bool {
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

// ordersSince reads the vendor's order list back to a time. The newest are asked for
// first, but that is not documented: unless the list proves to be in that order it is
// read to its end.
func (b *Bot) ordersSince(ctx context.Context, since time.Time) ([]yeastar.OrderSummary, error) {
	var found []yeastar.OrderSummary
	seen := map[string]bool{}
	ascends, descends := false, false
	var before time.Time // of the order that came last
	for page := 1; page <= maxOrderPages; page++ {
		p, err := b.vendor.client.NewestOrders(ctx, page, orderPageSize)
		if err != nil {
			return nil, err
		}
		known, older := len(seen), false
		for _, o := range p.Orders {
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

// checkOrder asks the vendor about an order number that somebody typed, for the order
// of unknown fate of a request. The problem is a sentence for the person, and empty
// when the number may be taken.
func (b *Bot) checkOrder(ctx context.Context, request int64, attempt int, number string) (order yeastar.OrderResult, problem string) {
	number = strings.TrimSpace(number)
	if number == "" {
		return order, "Type the order number from the Partner Portal, such as XS3401174502129270784."
	}
	r, err := b.ledger.Get(ctx, request)
	if err != nil || attempt < 1 || attempt > len(r.Attempts) {
		return order, "Sorry, the request could not be read. Nothing was changed; please try again in a moment."
	}
	want, err := sentWith(r, r.Attempts[attempt-1])
	if err != nil {
		b.log.ErrorContext(ctx, "an attempt could not be read", "error", err)
		return order, "Sorry, what was sent could not be read. Nothing was changed."
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	found, err := b.vendor.client.Order(ctx, number)
	switch {
	case err != nil && yeastar.ClassOf(err) == yeastar.ClassRefused:
		return order, "The Partner Portal knows no order with this number. Nothing was changed."
	case err != nil:
		return order, "The Partner Portal did not answer, so the number could not be checked. Nothing was changed; please try again in a moment."
	}
	found.OrderNo = cmp.Or(found.OrderNo, number)
	if differs := want.foreign(found); differs != "" {
		return order, fmt.Sprintf("That order is not this one: %s. Nothing was changed.", differs)
	}
	if n := attemptWith(r, found.OrderNo); n != 0 {
		return order, fmt.Sprintf("That order was found already, for attempt %d. If this attempt placed none, choose “It was not placed”. Nothing was changed.", n)
	}
	if problem := b.taken(ctx, found.OrderNo, request); problem != "" {
		return order, problem
	}
	return resultOf(found), ""
}

// taken says whether an order is another request's already.
func (b *Bot) taken(ctx context.Context, orderNo string, request int64) string {
	owner, known, err := b.ledger.OrderOwner(ctx, orderNo)
	switch {
	case err != nil && !errors.Is(err, ledger.ErrNotFound):
		return "Sorry, the ledger could not be read. Nothing was changed; please try again in a moment."
	case known && owner != request:
		return fmt.Sprintf("That order belongs to %s. Nothing was changed.", renewal.Reference(owner))
	}
	return ""
}
