package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	// orderMargin is how much later than the end of the POST others may judge it.
	orderMargin = 15 * time.Second
	// checkPatience is for how long an approved order waits for look-ups that fail,
	// before people are asked.
	checkPatience = 10 * time.Minute
	// underWayPause is how long an order waits between two looks at another one of the
	// same holder and product that is under way.
	underWayPause = 10 * time.Second
	// checkQuiet is for how long people hear nothing of it.
	checkQuiet = 10 * time.Second
)

// handlers are the jobs that the ledger lets the bot do.
func (b *Bot) jobHandlers() map[renewal.JobKind]ledger.Handler {
	return map[renewal.JobKind]ledger.Handler{
		renewal.SyncSlack:      b.syncSlack,
		renewal.PlaceOrder:     b.placeOrder,
		renewal.ReconcileOrder: b.reconcileOrder,
		renewal.PollOrder:      b.pollOrder,
		renewal.Remind:         b.remind,
		renewal.Expire:         b.expire,
	}
}

// placeOrder makes the one attempt that an approval stands for. It sends nothing
// unless the attempt was saved by this very call.
func (b *Bot) placeOrder(ctx context.Context, job renewal.Job) error {
	r, err := b.ledger.Get(ctx, job.RequestID)
	if err != nil || r.Status != renewal.Approved {
		return err // another worker was here, or people have decided otherwise
	}
	if r.DryRun || b.policy.DryRun {
		return b.move(ctx, r.ID, renewal.DryRunDone{})
	}
	e, err := b.recheck(ctx, r)
	switch {
	case err != nil && b.ledger.Now(ctx).Sub(r.UpdatedAt) < checkPatience:
		b.tellWaiting(ctx, r, err)
		return fmt.Errorf("check %s once more before ordering: %w", r.Reference(), err)
	case err != nil:
		e = renewal.Gone{Detail: "what was approved could not be checked: " + trouble(err)}
	}
	if e != nil {
		return b.move(ctx, r.ID, e)
	}
	r, err = b.ledger.Apply(ctx, r.ID, renewal.Begin{Budget: b.orderTimeout + b.orderMargin})
	if refusedFor(err, renewal.RefusedUnderWay) {
		return ledger.Snooze(underWayPause)
	}
	if err != nil {
		return ignoreRefusal(err)
	}
	attempt, _ := r.Attempt()
	return b.send(ctx, r, attempt)
}

// tellWaiting tells people once that an approved order waits for look-ups that have
// failed for a while.
func (b *Bot) tellWaiting(ctx context.Context, r renewal.Request, why error) {
	now := b.ledger.Now(ctx)
	if r.Waits() || now.Sub(r.UpdatedAt) < checkQuiet {
		return
	}
	if err := b.move(ctx, r.ID, renewal.Waiting{Detail: trouble(why), Until: now.Add(checkPatience)}); err != nil {
		b.log.WarnContext(ctx, "it was not saved that an order waits", "error", err)
	}
}

// send makes the attempt's one POST and saves what came of it. Whatever happens to ctx,
// an outcome that is known is saved.
func (b *Bot) send(ctx context.Context, r renewal.Request, a renewal.Attempt) error {
	posting, cancel := context.WithTimeout(ctx, b.orderTimeout)
	defer cancel()
	result, err := b.vendor.client.PlaceOrder(posting, a.Body)
	var outcome renewal.Event = renewal.Answered{Attempt: a.Number, Order: result}
	if err != nil {
		outcome = renewal.Failed{Attempt: a.Number, Problem: problemOf(err)}
	}
	saving, stop := context.WithTimeout(context.WithoutCancel(ctx), b.orderMargin)
	defer stop()
	for {
		_, err := b.ledger.Apply(saving, r.ID, outcome)
		if err = ignoreRefusal(err); err == nil {
			return nil
		}
		b.log.ErrorContext(ctx, "the outcome of an order was not saved yet", "attempt", a.Number, "error", err)
		select {
		case <-saving.Done():
			// The attempt stays without an outcome; when its deadline has passed it is
			// called unknown and people are asked.
			return nil
		case <-time.After(500 * time.Millisecond):
		}
	}
}

func problemOf(err error) renewal.Problem {
	p := renewal.Problem{Class: yeastar.ClassOf(err), Detail: "the answer was lost"}
	var e *yeastar.Error
	if errors.As(err, &e) {
		p.Code, p.RequestID, p.RetryAfter = e.Code, e.RequestID, e.RetryAfter
		switch {
		case e.Detail != "":
			p.Detail = e.Detail
		case p.Class == yeastar.ClassNotSent:
			p.Detail = "the vendor could not be reached"
		case e.HTTPStatus != 0:
			p.Detail = fmt.Sprintf("the vendor answered with HTTP status %d", e.HTTPStatus)
		}
	}
	return p
}

// recheck looks everything that was approved up anew, just before ordering. It returns
// the event that stops the order, if something does.
func (b *Bot) recheck(ctx context.Context, r renewal.Request) (renewal.Event, error) {
	p := r.Product()
	ofCustomer := r.Offer.Holder.PartnerID != ""
	var catalogue yeastar.Catalogue
	var contacts []yeastar.BillingContact
	var customers customerIndex
	var looking errgroup.Group
	looking.Go(func() (err error) { catalogue, err = b.vendor.catalogues.fresh(ctx, p.Key); return err })
	looking.Go(func() (err error) { contacts, err = b.vendor.contacts.fresh(ctx, all); return err })
	if ofCustomer {
		looking.Go(func() (err error) { customers, err = b.vendor.customers.fresh(ctx, all); return err })
	}
	if err := looking.Wait(); err != nil {
		return nil, err
	}
	for _, l := range r.Offer.Lines {
		_, plan := catalogue.Plan(l.ID)
		_, service := catalogue.Service(l.ID)
		if (l.Type == yeastar.LinePlan && !plan) || (l.Type == yeastar.LineService && !service) {
			return renewal.Gone{Detail: fmt.Sprintf("%s is not on offer any more", l.Name)}, nil
		}
	}
	if !hasContact(contacts, r.Offer.Contact.ID) {
		return renewal.Gone{Detail: fmt.Sprintf("the billing contact %s is not in the portal any more", r.Offer.Contact.Name)}, nil
	}
	if _, ok := customers.get(r.Offer.Holder.PartnerID); ofCustomer && !ok {
		return renewal.Gone{Detail: fmt.Sprintf("the customer %s is not in the portal any more", r.Offer.Holder.Name)}, nil
	}
	return b.compare(ctx, r, catalogue), nil
}

func hasContact(contacts []yeastar.BillingContact, id yeastar.ID) bool {
	for _, c := range contacts {
		if c.ID == id {
			return true
		}
	}
	return false
}

// compare puts the request before people again when the vendor now tells another price
// or number of extensions than it did.
func (b *Bot) compare(ctx context.Context, r renewal.Request, c yeastar.Catalogue) renewal.Event {
	now := r.Offer
	now.Lines = append([]renewal.Line(nil), r.Offer.Lines...)
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	b.enrich(ctx, &now, c, time.Nanosecond)
	changed := false
	if now.Price != nil && now.Price.String() != r.Offer.Price.String() {
		changed = true
	} else {
		now.Price = r.Offer.Price
	}
	if now.KnownQuantity != 0 && r.Offer.KnownQuantity != 0 && now.KnownQuantity != r.Offer.KnownQuantity {
		changed = true
		for i := range now.Lines {
			if now.Lines[i].Type == yeastar.LinePlan {
				now.Lines[i].Quantity = now.KnownQuantity
			}
		}
		now.QuantitySource = "changed in the Partner Portal since it was approved"
	}
	if !changed {
		return nil
	}
	return renewal.Changed{Offer: now}
}

// move applies an event of a job; a refusal means that it is not needed any more.
func (b *Bot) move(ctx context.Context, id int64, e renewal.Event) error {
	_, err := b.ledger.Apply(ctx, id, e)
	return ignoreRefusal(err)
}

func ignoreRefusal(err error) error {
	var refusal *renewal.Refusal
	if errors.As(err, &refusal) {
		return nil
	}
	return err
}

func refusedFor(err error, code string) bool {
	var refusal *renewal.Refusal
	return errors.As(err, &refusal) && refusal.Code == code
}

// pollOrder asks the vendor about an order that it had not finished.
func (b *Bot) pollOrder(ctx context.Context, job renewal.Job) error {
	r, err := b.ledger.Get(ctx, job.RequestID)
	if err != nil || r.Status != renewal.Processing {
		return err
	}
	now := b.ledger.Now(ctx)
	later := ledger.SnoozeUntil(r.NextPoll(now))
	found, err := b.vendor.client.Order(ctx, r.Order.OrderNo)
	if err != nil {
		b.log.WarnContext(ctx, "an order could not be looked at", "error", err)
		return later
	}
	if found.OrderStatus == "" {
		return later // the answer does not tell
	}
	order := yeastar.OrderResult{OrderNo: r.Order.OrderNo, OrderStatus: found.OrderStatus, TransactionNo: found.TransactionNo}
	_, err = b.ledger.Apply(ctx, r.ID, renewal.Polled{Order: order})
	if refusedFor(err, renewal.RefusedTooEarly) {
		return later
	}
	return ignoreRefusal(err)
}

// expire ends a request that nobody decided.
func (b *Bot) expire(ctx context.Context, job renewal.Job) error {
	r, err := b.ledger.Get(ctx, job.RequestID)
	if err != nil || r.Status != renewal.Pending {
		return err
	}
	if b.ledger.Now(ctx).Before(r.ExpiresAt) {
		return ledger.SnoozeUntil(r.ExpiresAt)
	}
	return b.move(ctx, r.ID, renewal.Expiry{})
}
