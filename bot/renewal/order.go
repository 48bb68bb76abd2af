package renewal

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"time"

	"renewbot/yeastar"
)

// How often and when an attempt that certainly placed nothing is followed by another
// one without asking people.
const (
	maxUnasked      = 5                // attempts since somebody approved or said "try again"
	notSentDelay    = 10 * time.Second // times the number of attempts
	rateLimitDelay  = 30 * time.Second // when the vendor names no time
	maxVendorDelay  = 10 * time.Minute // a longer wait is asked of people instead
	firstPoll       = time.Minute
	firstReconcile  = 30 * time.Second
	maxPollInterval = time.Hour
)

func (c *changing) begin(e Begin) error {
	if err := c.expect(Approved); err != nil {
		return err
	}
	if err := c.tooEarly(); err != nil {
		return err
	}
	if last, ok := c.Attempt(); ok && last.Outcome != NotPlaced {
		return fmt.Errorf("renewal: %s: attempt %d is not known to have failed", c.Reference(), last.Number)
	}
	if fingerprint(c.Body, c.Offer, c.Doubts) != c.Fingerprint {
		return fmt.Errorf("renewal: %s: the order is not the one that was approved", c.Reference())
	}
	a := Attempt{
		Number: len(c.Attempts) + 1, StartedAt: c.now, Deadline: c.now.Add(e.Budget),
		Fingerprint: c.Fingerprint, Body: bytes.Clone(c.Body), Ends: c.Offer.CurrentExpiry,
	}
	c.Attempts = append(c.Attempts, a)
	c.Status, c.Problem, c.SettledBy, c.SettledFor = Ordering, nil, "", ""
	c.record(CodeOrdering, System, map[string]string{
		DetailAttempt: strconv.Itoa(a.Number), DetailFingerprint: c.Fingerprint,
	})
	c.job(ReconcileOrder, a.Deadline)
	return nil
}

// open finds an attempt that may still get an outcome.
func (c *changing) open(number int) (*Attempt, error) {
	if refusal := c.openAttempt(number); refusal != nil {
		return nil, refusal
	}
	return &c.Attempts[number-1], nil
}

// answered takes the vendor's answer, however late it comes.
func (c *changing) answered(e Answered) error {
	return c.adopt(e.Attempt, e.Order, System, "")
}

func (c *changing) found(e Found) error {
	return c.adopt(e.Attempt, e.Order, System, "")
}

// adopt takes an order as the outcome of an attempt, or raises the alarm when people
// or a definite answer have called that attempt not placed.
func (c *changing) adopt(number int, order yeastar.OrderResult, actor string, code Code) error {
	a, err := c.open(number)
	if err != nil {
		return c.late(number, order, err)
	}
	if order.OrderNo == "" {
		return fmt.Errorf("renewal: %s: an order without a number was taken for an answer", c.Reference())
	}
	a.Outcome, a.EndedAt, a.Order = Placed, c.now, &order
	c.take(order)
	if code == "" {
		code = codeOf(c.Status)
	}
	c.record(code, actor, orderDetail(number, order))
	return nil
}

// late records an order for an attempt that was called not placed. While no other
// attempt is under way the order becomes the request's own, so that nobody and no
// waiting job sends another one; otherwise it is an alarm for people.
func (c *changing) late(number int, order yeastar.OrderResult, refusal error) error {
	if number < 1 || number > len(c.Attempts) {
		return refusal
	}
	a := &c.Attempts[number-1]
	if a.Outcome != NotPlaced || a.Order != nil {
		return refusal
	}
	a.Order = &order
	if c.Status == Approved || c.Status == Refused || c.Status == Pending || c.Status == Returned {
		a.Outcome = Placed
		c.take(order)
	}
	c.record(CodeLate, System, orderDetail(number, order))
	return nil
}

// ownLate makes an order that turned up while the present attempt was under way the
// request's own, now that the present attempt has certainly placed nothing.
func (c *changing) ownLate(detail map[string]string) bool {
	i := slices.IndexFunc(c.Attempts, func(a Attempt) bool {
		return a.Outcome == NotPlaced && a.Order != nil && !EndedUnplaced(a.Order.OrderStatus)
	})
	if i < 0 {
		return false
	}
	a := &c.Attempts[i]
	a.Outcome = Placed
	c.take(*a.Order)
	c.record(codeOf(c.Status), System, detail)
	for k, v := range orderDetail(a.Number, *a.Order) {
		c.note(k, v)
	}
	return true
}

// EndedUnplaced says whether the vendor's status means that there is no order any more.
func EndedUnplaced(status string) bool {
	switch status {
	case yeastar.OrderFailed, yeastar.OrderInvalid, yeastar.OrderCancelled, yeastar.OrderRefunded:
		return true
	}
	return false
}

// take sets the request's state by the vendor's status of its order.
func (c *changing) take(order yeastar.OrderResult) {
	c.Order, c.Problem = &order, nil
	ended := EndedUnplaced(order.OrderStatus)
	for i := range c.Attempts {
		if a := &c.Attempts[i]; a.Outcome == Placed {
			a.Order = &order
			if ended {
				a.Outcome = NotPlaced
			}
		}
	}
	switch {
	case order.OrderStatus == yeastar.OrderSucceed:
		c.Status = Ordered
	case ended:
		c.Status = Refused
		c.Problem = &Problem{
			Class: yeastar.ClassRefused, Code: order.OrderStatus, RequestID: order.RequestID,
			Detail: fmt.Sprintf("order %s ended as %q", order.OrderNo, order.OrderStatus),
		}
	default:
		c.Status = Processing
		c.job(PollOrder, c.now.Add(firstPoll))
	}
}

func codeOf(s Status) Code {
	switch s {
	case Ordered:
		return CodeOrdered
	case Refused:
		return CodeRefused
	}
	return CodeProcessing
}

func orderDetail(attempt int, o yeastar.OrderResult) map[string]string {
	return map[string]string{
		DetailAttempt: strconv.Itoa(attempt), DetailOrderNo: o.OrderNo, DetailTransactionNo: o.TransactionNo,
		DetailVendorStatus: o.OrderStatus, DetailVendorRequest: o.RequestID,
	}
}

// failed takes an attempt's end without an order number, by what it says about the order.
func (c *changing) failed(e Failed) error {
	a, err := c.open(e.Attempt)
	if err != nil {
		return err
	}
	if c.Status != Ordering {
		return c.expect(Ordering)
	}
	a.EndedAt, a.Problem = c.now, &e.Problem
	c.Problem = &e.Problem
	detail := problemDetail(e.Attempt, e.Problem)
	if delay, again := c.unasked(e.Problem); again {
		a.Outcome, c.Status = NotPlaced, Approved
		if c.ownLate(detail) {
			return nil
		}
		at := c.now.Add(delay)
		a.RetryAt = at
		c.job(PlaceOrder, at)
		c.record(CodePostponed, System, detail)
		c.note(DetailRetryAt, at.UTC().Format(time.RFC3339))
		return nil
	}
	switch e.Problem.Class {
	case yeastar.ClassNotSent, yeastar.ClassAuth, yeastar.ClassRateLimited, yeastar.ClassRefused:
		a.Outcome, c.Status = NotPlaced, Refused
		if c.ownLate(detail) {
			return nil
		}
		c.record(CodeRefused, System, detail)
	default:
		c.lose(a)
		c.record(CodeUnknown, System, detail)
		c.note(DetailCandidates, e.Problem.Order)
	}
	return nil
}

// unasked says when another attempt may be made without asking people. The one before
// must certainly have placed nothing.
func (c *changing) unasked(p Problem) (time.Duration, bool) {
	made := c.sinceAsked()
	if made >= maxUnasked {
		return 0, false
	}
	switch p.Class {
	case yeastar.ClassNotSent:
		return time.Duration(made) * notSentDelay, true
	case yeastar.ClassAuth:
		return 0, !c.refusedLogin()
	case yeastar.ClassRateLimited:
		if p.RetryAfter > maxVendorDelay {
			return 0, false
		}
		if p.RetryAfter <= 0 {
			return rateLimitDelay, true
		}
		return p.RetryAfter, true
	}
	return 0, false
}

// sinceAsked counts the attempts since people last said yes.
func (r Request) sinceAsked() int {
	return len(r.Attempts) - r.AttemptsAsked
}

// refusedLogin says whether an attempt before the present one, since people last said
// yes, ended because the vendor refused the token: a new one is tried once.
func (c *changing) refusedLogin() bool {
	before := c.Attempts[c.AttemptsAsked : len(c.Attempts)-1]
	return slices.ContainsFunc(before, func(a Attempt) bool {
		return a.Problem != nil && a.Problem.Class == yeastar.ClassAuth
	})
}

func problemDetail(attempt int, p Problem) map[string]string {
	return map[string]string{
		DetailAttempt: strconv.Itoa(attempt), DetailVendorCode: p.Code, DetailVendorDetail: p.Detail,
		DetailVendorRequest: p.RequestID,
	}
}

func (c *changing) lose(a *Attempt) {
	a.Outcome, c.Status = Lost, Unknown
	c.job(ReconcileOrder, c.now.Add(firstReconcile))
}

func (c *changing) deadlinePassed(e DeadlinePassed) error {
	if err := c.expect(Ordering); err != nil {
		return err
	}
	a, err := c.open(e.Attempt)
	if err != nil {
		return err
	}
	if c.now.Before(a.Deadline) {
		return refuse(RefusedTooEarly, "%s: the attempt still has time.", c.Reference())
	}
	p := Problem{Class: yeastar.ClassUnknown, Detail: "no answer was recorded before the attempt's time was up"}
	a.EndedAt, a.Problem, c.Problem = c.now, &p, &p
	c.lose(a)
	c.record(CodeUnknown, System, problemDetail(e.Attempt, p))
	return nil
}

func (c *changing) polled(e Polled) error {
	if err := c.expect(Processing); err != nil {
		return err
	}
	if c.Order == nil || e.Order.OrderNo != c.Order.OrderNo {
		return fmt.Errorf("renewal: %s: polled another order than its own", c.Reference())
	}
	order := *c.Order
	order.OrderStatus = e.Order.OrderStatus
	if e.Order.TransactionNo != "" {
		order.TransactionNo = e.Order.TransactionNo
	}
	c.take(order)
	if c.Status == Processing {
		return refuse(RefusedTooEarly, "%s: the vendor has not finished the order yet.", c.Reference())
	}
	c.record(codeOf(c.Status), System, orderDetail(len(c.Attempts), order))
	return nil
}

// NextPoll is when the vendor is asked again about an order that it has not finished:
// ever later, the longer it takes.
func (r Request) NextPoll(now time.Time) time.Time {
	a, _ := r.Attempt()
	return now.Add(min(max(now.Sub(a.StartedAt)/4, firstPoll), maxPollInterval))
}

func (c *changing) gone(e Gone) error {
	if err := c.expect(Approved); err != nil {
		return err
	}
	c.Status = Refused
	c.Problem = &Problem{Class: yeastar.ClassNotSent, Code: "gone", Detail: e.Detail}
	c.record(CodeRefused, System, map[string]string{DetailVendorCode: "gone", DetailVendorDetail: e.Detail})
	return nil
}

// The problems of a request whose order waits, and of which people were told.
const (
	codeWaiting = "waiting" // the check before ordering cannot be made
	codeBehind  = "behind"  // another order of the same holder and product is under way
	codeDryRun  = "dry_run" // a dry run holds what was approved in a real one
)

// Waits says whether the order waits for look-ups that fail, and people were told so.
func (r Request) Waits() bool {
	return r.Status == Approved && r.Problem != nil && r.Problem.Code == codeWaiting
}

// WaitsBehind names the request for whose order this one's waits, if people
// were told so.
func (r Request) WaitsBehind() string {
	if r.Status != Approved || r.Problem == nil || r.Problem.Code != codeBehind {
		return ""
	}
	return r.Problem.Detail
}

func (c *changing) waiting(e Waiting) error {
	if err := c.expect(Approved); err != nil {
		return err
	}
	switch {
	case e.DryRun:
		return c.waitDryRun()
	case e.Paused.Holds():
		return c.waitPaused(e.Paused)
	case e.Behind != 0:
		if e.Private {
			return c.waitBehind("a request in a private channel")
		}
		return c.waitBehind(Reference(e.Behind))
	}
	if c.Waits() {
		return refuse(RefusedTooEarly, "%s: people know already that the order waits.", c.Reference())
	}
	c.Problem = &Problem{Class: yeastar.ClassNotSent, Code: codeWaiting, Detail: e.Detail}
	c.record(CodeWaiting, System, map[string]string{
		DetailVendorDetail: e.Detail, DetailUntil: e.Until.UTC().Format(time.RFC3339),
	})
	return nil
}

func (c *changing) waitBehind(other string) error {
	if c.WaitsBehind() == other {
		return refuse(RefusedTooEarly, "%s: people know already that it waits for %s.", c.Reference(), other)
	}
	c.Problem = &Problem{Class: yeastar.ClassNotSent, Code: codeBehind, Detail: other}
	c.record(CodeWaiting, System, map[string]string{DetailBehind: other})
	return nil
}

// WaitsDryRun says whether the order waits because a dry run holds it, and people were told so.
func (r Request) WaitsDryRun() bool {
	return r.Status == Approved && r.Problem != nil && r.Problem.Code == codeDryRun
}

func (c *changing) waitDryRun() error {
	if c.WaitsDryRun() {
		return refuse(RefusedTooEarly, "%s: people know already that a dry run holds it.", c.Reference())
	}
	c.Problem = &Problem{Class: yeastar.ClassNotSent, Code: codeDryRun}
	c.record(CodeWaiting, System, map[string]string{DetailDry: "true"})
	return nil
}

// waitsNoMore forgets why the order waited: it was not refused.
func (c *changing) waitsNoMore() {
	if c.Waits() || c.WaitsBehind() != "" || c.WaitsPaused() || c.WaitsDryRun() {
		c.Problem = nil
	}
}

// dryRunDone ends a request of a dry run. A real one is held by it, and never closed.
func (c *changing) dryRunDone() error {
	if err := c.expect(Approved); err != nil {
		return err
	}
	if !c.DryRun {
		return refuse(RefusedStatus, "%s is no dry run.", c.Reference())
	}
	c.waitsNoMore()
	c.Status, c.ClosedBy = Cancelled, System
	c.record(CodeDryRun, System, map[string]string{DetailFingerprint: c.Fingerprint})
	return nil
}
