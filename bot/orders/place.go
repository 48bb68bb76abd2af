package orders

import (
	"context"
	"errors"
	"fmt"
	"time"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	// checkPatience is for how long an approved order waits for look-ups that fail,
	// before people are asked.
	checkPatience = 10 * time.Minute
	// checkQuiet is for how long people hear nothing of it.
	checkQuiet = 10 * time.Second
)

// place makes the one attempt that an approval stands for. It sends nothing
// unless the attempt was saved by this very call.
func (o *Orders) place(ctx context.Context, job renewal.Job) error {
	r, err := o.ledger.Get(ctx, job.RequestID)
	if err != nil || r.Status != renewal.Approved {
		return err // another worker was here, or people have decided otherwise
	}
	if r.DryRun || o.dryRun {
		return o.move(ctx, r.ID, renewal.DryRunDone{})
	}
	e, err := o.recount(ctx, r)
	if e == nil && err == nil {
		e, err = o.recheck(ctx, r)
	}
	switch {
	case err != nil && o.ledger.Now(ctx).Sub(r.UpdatedAt) < checkPatience:
		o.tellWaiting(ctx, r, err)
		return fmt.Errorf("check %s once more before ordering: %w", r.Reference(), err)
	case err != nil:
		e = renewal.Gone{Detail: "what was approved could not be checked: " + explain(err)}
	}
	if e != nil {
		return o.move(ctx, r.ID, e)
	}
	r, err = o.ledger.Apply(ctx, r.ID, renewal.Begin{Budget: o.timeout + o.margin})
	if err != nil {
		return renewal.IgnoreRefusal(err)
	}
	attempt, _ := r.Attempt()
	return o.send(ctx, r, attempt)
}

// tellWaiting tells people once that an approved order waits for look-ups that have
// failed for a while.
func (o *Orders) tellWaiting(ctx context.Context, r renewal.Request, why error) {
	now := o.ledger.Now(ctx)
	if r.Waits() || now.Sub(r.UpdatedAt) < checkQuiet {
		return
	}
	if err := o.move(ctx, r.ID, renewal.Waiting{Detail: explain(why), Until: now.Add(checkPatience)}); err != nil {
		o.log.WarnContext(ctx, "it was not saved that an order waits", "error", err)
	}
}

// send makes the attempt's one POST and saves what came of it. Whatever happens to ctx,
// an outcome that is known is saved.
func (o *Orders) send(ctx context.Context, r renewal.Request, a renewal.Attempt) error {
	posting, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	result, err := o.client.PlaceOrder(posting, a.Body)
	var outcome renewal.Event = renewal.Answered{Attempt: a.Number, Order: result}
	if err != nil {
		outcome = renewal.Failed{Attempt: a.Number, Problem: problemOf(err)}
	}
	saving, stop := context.WithTimeout(context.WithoutCancel(ctx), o.margin)
	defer stop()
	for {
		_, err := o.ledger.Apply(saving, r.ID, outcome)
		if err = renewal.IgnoreRefusal(err); err == nil {
			return nil
		}
		o.log.ErrorContext(ctx, "the outcome of an order was not saved yet", "attempt", a.Number, "error", err)
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
