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
	// orderSkew is by how much the vendor's clock and ours may differ.
	orderSkew = 10 * time.Minute
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
		if wait := a.Deadline.Sub(now); wait > 0 {
			return ledger.Snooze(wait)
		}
		return b.move(ctx, r.ID, renewal.DeadlinePassed{Attempt: a.Number}) // which plans the search
	}
	again := time.Duration(0)
	for _, a := range r.Attempts {
		if !searchable(a, now) {
			continue
		}
		found, err := b.searchOrder(ctx, r, a)
		if err != nil {
			b.log.WarnContext(ctx, "the vendor's orders could not be searched", "request", r.Reference(), "attempt", a.Number, "error", err)
		} else if err := b.conclude(ctx, r, a, found, now); err != nil {
			return err
		}
		again = max(searchEvery, min(now.Sub(a.StartedAt)/4, time.Hour))
	}
	if again == 0 {
		return nil
	}
	if r, err = b.ledger.Get(ctx, job.RequestID); err != nil {
		return err
	}
	if !slices.ContainsFunc(r.Attempts, func(a renewal.Attempt) bool { return searchable(a, now) }) {
		return nil
	}
	return ledger.Snooze(again)
}

// searchable says whether an attempt's order may be in the vendor's list without our
// knowing.
func searchable(a renewal.Attempt, now time.Time) bool {
	lost := a.Problem != nil && a.Problem.Class == yeastar.ClassUnknown
	switch a.Outcome {
	case renewal.Lost:
		return true
	case renewal.NotPlaced:
		return lost && a.Order == nil && now.Sub(a.StartedAt) < lateWatch
	}
	return false
}

// finding is what the vendor's list has for an attempt.
type finding struct {
	certain  []yeastar.OrderDetail // nothing contradicts, and something proves it
	possible []yeastar.OrderDetail // nothing contradicts
}

// conclude takes the one certain order as the attempt's, or tells people what was found.
func (b *Bot) conclude(ctx context.Context, r renewal.Request, a renewal.Attempt, f finding, now time.Time) error {
	if len(f.certain) == 1 && len(f.possible) == 0 {
		o := f.certain[0]
		return b.move(ctx, r.ID, renewal.Found{Attempt: a.Number, Order: resultOf(o)})
	}
	all := slices.Concat(f.certain, f.possible)
	if a.Outcome != renewal.Lost || (len(f.certain) == 0 && now.Sub(a.StartedAt) < searchPatience) {
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
	listed, err := b.ordersSince(ctx, a.StartedAt.Add(-orderSkew))
	if err != nil {
		return f, err
	}
	for _, s := range listed {
		owner, known, err := b.ledger.OrderOwner(ctx, s.OrderNo)
		if err != nil {
			return f, err
		}
		if known && owner != r.ID {
			continue
		}
		o, err := b.vendor.client.Order(ctx, cmp.Or(s.OrderNo, string(s.ID)))
		if err != nil {
			return f, err
		}
		o = completed(o, s)
		switch judge(r, a, o) {
		case matchCertain:
			f.certain = append(f.certain, o)
		case matchPossible:
			f.possible = append(f.possible, o)
		}
	}
	return f, nil
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
	sorted := true
	var before time.Time // of the order that came last
	for page := 1; page <= maxOrderPages; page++ {
		p, err := b.vendor.client.NewestOrders(ctx, page, orderPageSize)
		if err != nil {
			return nil, err
		}
		older := false
		for _, o := range p.Orders {
			sorted = sorted && !o.CreateTime.IsZero() && (before.IsZero() || !o.CreateTime.After(before))
			before = o.CreateTime
			older = o.CreateTime.Before(since)
			key := cmp.Or(o.OrderNo, string(o.ID))
			if (o.CreateTime.IsZero() || !older) && !seen[key] {
				seen[key] = true
				found = append(found, o)
			}
		}
		if len(p.Orders) == 0 || page >= p.TotalPages || (sorted && older) {
			return found, nil
		}
	}
	return nil, fmt.Errorf("the order list has more than %d pages", maxOrderPages)
}

// match says how well an order of the vendor's fits an attempt.
type match int

const (
	matchNone match = iota
	matchPossible
	matchCertain
)

// judge compares an order of the vendor's with an attempt. What the vendor does not
// tell proves nothing and contradicts nothing.
func judge(r renewal.Request, a renewal.Attempt, o yeastar.OrderDetail) match {
	if o.OrderNo == "" || foreign(r, a, o) != "" {
		return matchNone
	}
	sent := r.PONumberSent()
	if sent != "" && strings.Contains(sent, r.Reference()) {
		switch {
		case o.PONumber == sent || o.CustomReferenceNo == sent:
			return matchCertain // the reference is in no other order
		case o.PONumber != "":
			return matchNone
		}
	}
	if o.PONumber != "" && o.PONumber != sent {
		return matchNone
	}
	told := o.ProductID != "" && o.BillingID != "" && linesTold(o) && holderTold(r, o)
	if told {
		return matchCertain
	}
	return matchPossible
}

func holderTold(r renewal.Request, o yeastar.OrderDetail) bool {
	h := r.Offer.Holder
	return (h.PartnerID != "" && o.PartnerID == h.PartnerID) || (h.SerialNumber != "" && o.ProductNo == h.SerialNumber)
}

func linesTold(o yeastar.OrderDetail) bool {
	if len(o.Lines) == 0 {
		return false
	}
	for _, l := range o.Lines {
		if l.ServiceID == "" || l.Quantity == nil {
			return false
		}
	}
	return true
}

// foreign says what shows that an order is not the one of an attempt; it is empty when
// nothing does.
func foreign(r renewal.Request, a renewal.Attempt, o yeastar.OrderDetail) string {
	plan, hasPlan := r.Offer.Plan()
	switch {
	case o.ProductID != "" && string(o.ProductID) != fmt.Sprint(r.Product().ID):
		return "it is for another product"
	case o.PartnerID != "" && o.PartnerID != r.Offer.Holder.PartnerID:
		return "it is for another customer"
	case o.BillingID != "" && o.BillingID != r.Offer.Contact.ID:
		return "it has another billing contact"
	case hasPlan && o.Quantity != nil && *o.Quantity != plan.Quantity:
		return fmt.Sprintf("it is for %d extensions", *o.Quantity)
	case linesTold(o) && !sameLines(r.Offer.Lines, o.Lines):
		return "it has other plans or services"
	case !o.CreateTime.IsZero() && o.CreateTime.Before(a.StartedAt.Add(-orderSkew)):
		return "it was placed before this request was sent"
	case !o.CreateTime.IsZero() && !a.Deadline.IsZero() && o.CreateTime.After(a.Deadline.Add(orderSkew)):
		return "it was placed long after this request was sent"
	}
	return ""
}

func sameLines(want []renewal.Line, got []yeastar.OrderDetailLine) bool {
	if len(want) != len(got) {
		return false
	}
	for _, w := range want {
		if !slices.ContainsFunc(got, func(g yeastar.OrderDetailLine) bool {
			return g.ServiceID == w.ID && *g.Quantity == w.Quantity
		}) {
			return false
		}
	}
	return true
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
	if differs := foreign(r, r.Attempts[attempt-1], found); differs != "" {
		return order, fmt.Sprintf("That order is not this one: %s. Nothing was changed.", differs)
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
