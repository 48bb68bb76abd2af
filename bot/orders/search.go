package orders

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// finding is what the vendor's list has for an attempt.
type finding map[match][]yeastar.OrderDetail

// one is the order that must be the attempt's, if there is one.
func (f finding) one(a renewal.Attempt, now time.Time) (yeastar.OrderDetail, bool) {
	marked := slices.Concat(f[matchProven], f[matchReferenced])
	switch {
	case len(f[matchProven]) == 1:
		return f[matchProven][0], true
	case len(marked) > 0 && a.Outcome == renewal.NotPlaced:
		// Whichever attempt it was that people called not placed, and whatever differs:
		// there is an order.
		return marked[0], true
	case len(marked) == 0 && len(f[matchCertain]) == 1 && len(f[matchPossible]) == 0 && patienceOver(a, now):
		return f[matchCertain][0], true
	}
	return yeastar.OrderDetail{}, false
}

// marked are those of the orders that carry the attempt's PO number.
func (f finding) marked() finding {
	return finding{matchProven: f[matchProven], matchReferenced: f[matchReferenced]}
}

// patienceOver says whether the list has had its time to show an attempt's order.
func patienceOver(a renewal.Attempt, now time.Time) bool {
	return now.Sub(a.StartedAt) >= searchPatience
}

// urgent says whether people should hear of the finding without waiting for more.
func (f finding) urgent() bool {
	return len(f[matchProven]) > 0 || len(f[matchReferenced]) > 0 || len(f[matchCertain]) > 1
}

// candidates are the orders that could be the attempt's, the likeliest first.
func (f finding) candidates() []string {
	var numbers []string
	for m := matchProven; m > matchNone; m-- {
		for _, order := range f[m] {
			numbers = append(numbers, numberOf(order))
		}
	}
	return numbers
}

func numberOf(o yeastar.OrderDetail) string { return cmp.Or(o.OrderNo, string(o.ID)) }

// searchOrder looks through the vendor's order list for the order of an attempt. Without an
// error the list was read to its end.
func (o *Orders) searchOrder(ctx context.Context, r renewal.Request, a renewal.Attempt) (finding, error) {
	want, err := sentWith(r, a)
	if err != nil {
		return nil, err
	}
	begin, earlier := a.StartedAt.Add(-zoneSkew), ""
	listed, err := o.ordersSince(ctx, begin, func(s yeastar.OrderSummary) {
		if earlier == "" && !s.CreateTime.IsZero() && s.CreateTime.Before(begin) {
			earlier = cmp.Or(s.OrderNo, string(s.ID))
		}
	})
	if err != nil {
		return nil, err
	}
	read, err := o.details(ctx, r, a, want, listed)
	if err != nil {
		return nil, err
	}
	rivals, err := o.rivals(ctx, r, a)
	if err != nil {
		return nil, err
	}
	certain, err := o.tellsPONumbers(ctx, want, read, earlier)
	if err != nil {
		return nil, err
	}
	f := finding{}
	for _, order := range read {
		m := want.compare(order.OrderDetail)
		switch {
		case order.read && want.unmarked(order.OrderDetail, o.echoed.Load()):
			m = matchNone // whatever agrees: ours would have its PO number
		case m == matchCertain && (rivals || (!certain && want.unmarked(order.OrderDetail, true))):
			m = matchPossible
		}
		if m == matchNone && names(a, order.OrderDetail) && want.foreign(order.OrderDetail) == "" {
			m = matchPossible
		}
		if m != matchNone && (m >= matchReferenced || !slices.Contains(a.RuledOut, numberOf(order.OrderDetail))) {
			f[m] = append(f[m], order.OrderDetail)
		}
	}
	return f, nil
}

// looked is an order with what its line in the list tells, and its details if they could be
// read.
type looked struct {
	yeastar.OrderDetail
	read bool
}

// details reads the orders of the list that may be the attempt's, and the one that its
// answer named. One whose details cannot be read hides no other.
func (o *Orders) details(ctx context.Context, r renewal.Request, a renewal.Attempt, want sent, listed []yeastar.OrderSummary) ([]looked, error) {
	var all []looked
	named := a.Problem == nil || a.Problem.Order == ""
	for _, s := range listed {
		line := completed(yeastar.OrderDetail{}, s)
		isNamed := names(a, line)
		named = named || isNamed
		owned, err := o.owned(ctx, r, s.OrderNo)
		if err != nil {
			return nil, err
		}
		if owned || (!isNamed && want.compare(line) == matchNone) {
			continue
		}
		detail, read, err := o.detail(ctx, numberOf(line))
		if err != nil {
			return nil, err
		}
		all = append(all, looked{completed(detail, s), read})
	}
	if named {
		return all, nil
	}
	owned, err := o.owned(ctx, r, a.Problem.Order)
	if owned || err != nil {
		return all, err
	}
	detail, read, err := o.detail(ctx, a.Problem.Order)
	detail.OrderNo = cmp.Or(detail.OrderNo, a.Problem.Order)
	return append(all, looked{detail, read}), err
}

// names says whether the answer of an attempt named an order that was no success.
func names(a renewal.Attempt, o yeastar.OrderDetail) bool {
	return a.Problem != nil && a.Problem.Order != "" && (a.Problem.Order == o.OrderNo || a.Problem.Order == string(o.ID))
}

// detail reads one order's details, if they can be read. The error says that there is no
// time for any.
func (o *Orders) detail(ctx context.Context, number string) (detail yeastar.OrderDetail, read bool, err error) {
	detail, err = o.client.Order(ctx, number)
	switch {
	case err == nil:
		o.heardPONumber(detail.PONumber)
		return detail, true, nil
	case ctx.Err() != nil:
		return detail, false, fmt.Errorf("read the details of order %s: %w", number, err)
	}
	o.log.WarnContext(ctx, "the details of an order could not be read", "order_no", number, "error", err)
	return yeastar.OrderDetail{}, false, nil
}

// mostOwn is how many of the newest requests are looked at for an order that was sent with a PO number.
const mostOwn = 20

// tellsPONumbers finds out whether the vendor tells PO numbers in the details alone, when it matters:
// an order that could be ours has none. It looks at an order of ours that was sent with one, or else
// at an earlier one of the list, and is not certain when that cannot be read.
func (o *Orders) tellsPONumbers(ctx context.Context, want sent, read []looked, earlier string) (certain bool, err error) {
	matters := slices.ContainsFunc(read, func(l looked) bool {
		return want.unmarked(l.OrderDetail, true) && want.compare(l.OrderDetail) != matchNone
	})
	if !matters || o.echoed.Load() {
		return true, nil
	}
	ours, err := o.ledger.List(ctx, ledger.Filter{Statuses: []renewal.Status{renewal.Ordered}, Limit: mostOwn})
	if err != nil {
		return false, err
	}
	if i := slices.IndexFunc(ours, func(r renewal.Request) bool { return r.Order != nil && r.PONumberSent() != "" }); i >= 0 {
		earlier = ours[i].Order.OrderNo
	}
	if earlier == "" {
		return true, nil
	}
	_, certain, err = o.detail(ctx, earlier)
	return certain, err
}

// heardPONumber remembers that the vendor tells PO numbers.
func (o *Orders) heardPONumber(po string) {
	if po != "" {
		o.echoed.Store(true)
	}
}

// owned says whether an order is known to be another request's, or another attempt's of
// the same one.
func (o *Orders) owned(ctx context.Context, r renewal.Request, orderNo string) (bool, error) {
	if _, known, err := o.ledger.OrderOwner(ctx, orderNo); known || err != nil {
		return known, err
	}
	return attemptWith(r, orderNo) != 0, nil
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
			open := other.Order == nil && (other.Outcome != renewal.NotPlaced || other.LostOnce())
			return open && other.StartedAt.Before(a.Deadline.Add(2*orderSkew)) && a.StartedAt.Before(other.Deadline.Add(2*orderSkew))
		})
	}), err
}

// completed puts an order's details and its line in the list together. The names of the
// line's fields are documented and those of the details are guessed, so the line is
// believed first.
func completed(o yeastar.OrderDetail, s yeastar.OrderSummary) yeastar.OrderDetail {
	o.ID = cmp.Or(s.ID, o.ID)
	o.OrderNo = cmp.Or(s.OrderNo, o.OrderNo)
	o.OrderStatus = cmp.Or(s.OrderStatus, o.OrderStatus)
	o.PONumber = cmp.Or(s.PONumber, o.PONumber)
	o.CustomReferenceNo = cmp.Or(s.CustomReferenceNo, o.CustomReferenceNo)
	o.PartnerID = cmp.Or(o.PartnerID, s.PartnerID) // guessed for both
	if !s.CreateTime.IsZero() {
		o.CreateTime = s.CreateTime
	}
	return o
}
