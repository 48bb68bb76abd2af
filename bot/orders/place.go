package orders

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	// checkPatience is for how long an approved order waits for look-ups that fail,
	// before people are asked.
	checkPatience = 10 * time.Minute
	// checkQuiet is for how long people hear nothing of it.
	checkQuiet = 10 * time.Second
	// checkTimeout bounds one check before ordering.
	checkTimeout = time.Minute
	// ledgerPart of it is left for the ledger, whatever the portal does.
	ledgerPart = 10 * time.Second
	// stoppingPause is when a job is looked at again that this process does not take any
	// more, because it ends.
	stoppingPause = time.Second
	// leastPart of its time must be left for an order to be sent: an answer that comes
	// after the end leaves the order's fate unknown.
	leastPart = 4
	// The pauses between tries to save what came of an order.
	firstSavePause = 500 * time.Millisecond
	lastSavePause  = 15 * time.Second
)

// place makes the one attempt that an approval stands for. It sends nothing
// unless the attempt was saved by this very call.
func (o *Orders) place(ctx context.Context, job renewal.Job) error {
	if o.gate.isClosed() {
		return ledger.Snooze(stoppingPause)
	}
	r, err := o.ledger.Get(ctx, job.RequestID)
	if err != nil || r.Status != renewal.Approved {
		return err // another worker was here, or people have decided otherwise
	}
	if r.TooEarly(o.ledger.Now(ctx)) {
		return ledger.SnoozeUntil(r.Offer.OrderOn.From)
	}
	if waits, err := o.ledger.OutOfTurn(ctx, r); err != nil || waits {
		return err // whoever gives it its turn starts another job
	}
	if last, ok := r.Attempt(); ok && o.ledger.Now(ctx).Before(last.RetryAt) {
		return ledger.SnoozeUntil(last.RetryAt) // whatever has woken the job, such as another line of its batch
	}
	if o.dryRun && !r.DryRun {
		return o.held(ctx, r)
	}
	if waits, err := o.paused(ctx, r); err != nil {
		return err
	} else if waits {
		return ledger.Snooze(pausedPause)
	}
	if waits, err := o.behind(ctx, r); err != nil {
		return err
	} else if waits {
		return ledger.Snooze(behindPause)
	}
	e, err := o.checked(ctx, r)
	switch {
	case err != nil && o.patient(ctx, r):
		o.tellWaiting(ctx, r, err)
		return fmt.Errorf("check %s once more before ordering: %w", r.Reference(), err)
	case err != nil:
		e = renewal.Gone{Detail: "what was approved could not be checked: " + explain(err)}
	}
	if e == nil && r.DryRun {
		e = renewal.DryRunDone{}
	}
	if e != nil {
		return o.move(ctx, r.ID, e)
	}
	if !o.gate.enter() {
		return ledger.Snooze(stoppingPause)
	}
	defer o.gate.leave()
	// By the monotonic clock, from before the attempt's deadline was set: whatever holds
	// this process up from here on, its POST ends before others may judge the attempt.
	began := time.Now()
	r, err = o.ledger.Apply(ctx, r.ID, renewal.Begin{Budget: o.timeout + o.margin})
	if renewal.RefusedFor(err, renewal.RefusedUnderWay) || renewal.RefusedFor(err, renewal.RefusedPaused) {
		return ledger.Snooze(behindPause) // another one began, or was placed, or all were paused, just now
	}
	if renewal.RefusedFor(err, renewal.RefusedTurn) {
		return nil // as above
	}
	if renewal.RefusedFor(err, renewal.RefusedTooEarly) {
		return ledger.SnoozeUntil(r.Offer.OrderOn.From) // the clock was set back just now
	}
	if err != nil {
		return renewal.IgnoreRefusal(err)
	}
	attempt, _ := r.Attempt()
	return o.save(ctx, r, attempt, o.send(ctx, attempt, began.Add(o.timeout)))
}

// patient says whether an approved order still waits for look-ups that fail: until people were
// told so, and for some time from then on. What held it before, such as its batch, does not count.
func (o *Orders) patient(ctx context.Context, r renewal.Request) bool {
	return !r.Waits() || o.ledger.Now(ctx).Sub(o.since(ctx, r)) < checkPatience
}

// checked finds the event that stops an approved order, if something does: the votes first,
// then what came of earlier attempts, then what the portal tells, and the caps last. What is
// asked for is asked for at once.
func (o *Orders) checked(ctx context.Context, r renewal.Request) (renewal.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	checks := []func(context.Context, renewal.Request) (renewal.Event, error){o.recount, o.lookAgain, o.recheck}
	events, errs := make([]renewal.Event, len(checks)), make([]error, len(checks))
	var checking sync.WaitGroup
	for i, check := range checks {
		checking.Go(func() { events[i], errs[i] = check(ctx, r) })
	}
	checking.Wait()
	for i := range checks {
		if events[i] != nil || errs[i] != nil {
			return events[i], errs[i]
		}
	}
	return o.capped(ctx, r)
}

// tellWaiting tells people once that an approved order waits for look-ups that have
// failed for a while.
func (o *Orders) tellWaiting(ctx context.Context, r renewal.Request, why error) {
	now := o.ledger.Now(ctx)
	if r.Waits() || now.Sub(o.since(ctx, r)) < checkQuiet {
		return
	}
	if err := o.move(ctx, r.ID, renewal.Waiting{Detail: explain(why), Until: now.Add(checkPatience)}); err != nil {
		o.log.WarnContext(ctx, "it was not saved that an order waits", "error", err)
	}
}

// left is the time to an end. A machine that sleeps stops the monotonic clock and not the other one,
// and one that is set stops or hurries the other one alone: what is less counts.
func left(end time.Time) time.Duration {
	now := time.Now()
	return min(end.Sub(now), end.Round(0).Sub(now.Round(0)))
}

// send makes the attempt's one POST, which ends at a time, and says what came of it. When
// too little time is left nothing is sent.
func (o *Orders) send(ctx context.Context, a renewal.Attempt, end time.Time) renewal.Event {
	if left := left(end); left < o.timeout/leastPart {
		o.log.WarnContext(ctx, "an order was not sent: its time was nearly over before it could be", "attempt", a.Number, "left", left)
		return renewal.Failed{Attempt: a.Number, Problem: renewal.Problem{
			Class: yeastar.ClassNotSent, Detail: "the time for sending the order was over before it could be sent",
		}}
	}
	ctx, cancel := context.WithDeadline(ctx, end)
	defer cancel()
	result, err := o.client.PlaceOrder(ctx, a.Body)
	if err != nil {
		p := problemOf(err)
		level := slog.LevelInfo
		if p.Class == yeastar.ClassUnknown {
			level = slog.LevelWarn
		}
		o.log.Log(ctx, level, "the vendor did not say that it has the order", "attempt", a.Number, "error", err)
		return renewal.Failed{Attempt: a.Number, Problem: p}
	}
	o.log.InfoContext(ctx, "the vendor has taken the order", "attempt", a.Number,
		"order_no", result.OrderNo, "order_status", result.OrderStatus, "transaction_no", result.TransactionNo)
	return renewal.Answered{Attempt: a.Number, Order: result}
}

// save saves what came of an attempt, for as long as that takes: only the end of the
// process ends it, and then what is known stands in the log.
func (o *Orders) save(ctx context.Context, r renewal.Request, a renewal.Attempt, outcome renewal.Event) error {
	known := []any{"attempt", a.Number}
	if answered, ok := outcome.(renewal.Answered); ok {
		known = append(known, "order_no", answered.Order.OrderNo)
	}
	for pause := firstSavePause; ; pause = min(2*pause, lastSavePause) {
		err := o.saveOnce(ctx, r.ID, outcome)
		if err == nil {
			return nil
		}
		o.log.ErrorContext(ctx, "the outcome of an order was not saved yet", append(known, "error", err)...)
		select {
		case <-ctx.Done():
			// The attempt stays without an outcome; when its deadline has passed it is
			// called unknown and people are asked.
			o.log.ErrorContext(ctx, "the process ends and the outcome of an order is not saved", known...)
			return nil
		case <-time.After(pause):
		}
	}
}

// saveOnce goes on when the job is cancelled: there is one try at least.
func (o *Orders) saveOnce(ctx context.Context, id int64, outcome renewal.Event) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.margin)
	defer cancel()
	return o.move(ctx, id, outcome)
}

func problemOf(err error) renewal.Problem {
	p := renewal.Problem{Class: yeastar.ClassOf(err), Detail: "the answer was lost"}
	var e *yeastar.Error
	if errors.As(err, &e) {
		p.Code, p.RequestID, p.RetryAfter, p.Order = e.Code, e.RequestID, e.RetryAfter, e.Order
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
