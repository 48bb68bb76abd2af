package renewal

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// ErrRepeated is the error of a click that has changed the request already, or was refused.
var ErrRepeated = errors.New("renewal: this very click was delivered before")

// Apply is the one way in which a request changes. Its error is a *Refusal, and then
// the Change holds the unchanged request and the entry that records the refusal, or
// ErrRepeated or a programming error, and then nothing is to be saved.
func (r Request) Apply(e Event, now time.Time, p Policy) (Change, error) {
	r.Votes = slices.Clone(r.Votes)
	r.Attempts = slices.Clone(r.Attempts)
	r.Reminded = maps.Clone(r.Reminded)
	click := clickOf(e)
	if r.Took(click) {
		return Change{}, ErrRepeated
	}
	c := &changing{before: r, Request: r, now: now, policy: p}
	err := c.may(e)
	if err == nil {
		if !r.Status.Final() {
			c.rewayed()
		}
		err = c.apply(e)
	}
	var refusal *Refusal
	switch {
	case errors.As(err, &refusal):
		denied := r.Denied(actorOf(e), e.action(), refusal, now)
		denied.Click = click
		return denied, refusal
	case err != nil:
		return Change{}, err
	}
	c.remember(click)
	c.settleHandOver()
	c.steps()
	c.enter()
	c.afterOrder()
	c.Request.UpdatedAt = now
	c.entry.At = now
	c.entry.RequestID = r.ID
	c.entry.Revision = c.Request.Revision
	c.entry.From, c.entry.To = r.Status, c.Request.Status
	c.note(DetailDeputyOf, c.acting.For)
	c.job(SyncSlack, now)
	return Change{Request: c.Request, Entry: c.entry, Jobs: c.jobs}, nil
}

// Denied is the change that only records a refused action.
func (r Request) Denied(actor, action string, refusal *Refusal, now time.Time) Change {
	return Change{
		Request: r,
		Entry: Entry{
			RequestID: r.ID, At: now, Code: CodeDenied, Actor: actor, Revision: r.Revision,
			From: r.Status, To: r.Status,
			Detail: map[string]string{DetailAction: action, DetailRefusal: refusal.Code},
		},
		Jobs: []Job{{Kind: SyncSlack, RequestID: r.ID, At: now}},
	}
}

// changing is a change in the making.
type changing struct {
	Request
	before Request
	acting Actor // who causes the event, in the place in which they may
	now    time.Time
	policy Policy
	entry  Entry
	jobs   []Job
}

func (c *changing) apply(e Event) error {
	switch e := e.(type) {
	case ofBatch:
		err := c.apply(e.personal)
		c.note(DetailWhole, e.shown)
		return err
	case Amend:
		return c.amend(e)
	case Approve:
		return c.approve(e)
	case Reject:
		return c.reject(e)
	case Return:
		return c.giveBack(e)
	case HandOver:
		return c.handOver(e)
	case Cancel:
		return c.cancel(e)
	case Retry:
		return c.retry(e)
	case Close:
		return c.closeRefused(e)
	case SettlePlaced:
		return c.settlePlaced(e)
	case SettleNotPlaced:
		return c.settleNotPlaced(e)
	case Expiry:
		return c.expire()
	case Reminder:
		return c.remind(e)
	case Escalate:
		return c.escalate(e)
	case Changed:
		return c.changed(e)
	case Recount:
		return c.recounted(e)
	case Capped:
		return c.capped(e)
	case Restored:
		return c.restored()
	case Gone:
		return c.gone(e)
	case Waiting:
		return c.waiting(e)
	case Moved:
		return c.moved(e)
	case DryRunDone:
		return c.dryRunDone()
	case Begin:
		return c.begin(e)
	case Answered:
		return c.answered(e)
	case Failed:
		return c.failed(e)
	case DeadlinePassed:
		return c.deadlinePassed(e)
	case Found:
		return c.found(e)
	case Searched:
		return c.searched(e)
	case Unsearched:
		return c.unsearched(e)
	case Polled:
		return c.polled(e)
	case DateRead:
		return c.dateRead(e)
	}
	return fmt.Errorf("renewal: event %T cannot be applied to a request", e)
}

// may refuses what a person causes and may not.
func (c *changing) may(e Event) error {
	if by, ok := e.(personal); ok {
		acting, refusal := c.capacity(by.intent(), c.now, c.policy)
		if refusal != nil {
			return refusal
		}
		c.acting = acting
	}
	return nil
}

func clickOf(e Event) string {
	if by, ok := e.(personal); ok {
		return by.intent().By.Click
	}
	return ""
}

func actorOf(e Event) string {
	if by, ok := e.(personal); ok {
		return by.intent().By.UserID
	}
	return System
}

// record sets the entry of the change.
func (c *changing) record(code Code, actor string, detail map[string]string) {
	c.entry.Code, c.entry.Actor = code, actor
	for k, v := range detail {
		c.note(k, v)
	}
}

// note adds a detail to the entry; empty ones are left out.
func (c *changing) note(key, value string) {
	if value == "" {
		return
	}
	if c.entry.Detail == nil {
		c.entry.Detail = map[string]string{}
	}
	c.entry.Detail[key] = value
}

func (c *changing) job(kind JobKind, at time.Time) {
	c.jobs = append(c.jobs, Job{Kind: kind, RequestID: c.ID, At: at})
}

// moved follows a channel whose id Slack has changed.
func (c *changing) moved(e Moved) error {
	if c.Channel != e.From || e.To == "" {
		return refuse(RefusedStatus, "%s is not in that channel.", c.Reference())
	}
	c.Channel = e.To
	c.record(CodeMoved, System, map[string]string{DetailChannel: e.To})
	return nil
}

// expect refuses when the request is in none of the wanted states.
func (c *changing) expect(wanted ...Status) error {
	if refusal := c.Request.expect(wanted...); refusal != nil {
		return refusal
	}
	return nil
}

// WasRefused says whether a closed request had been sent to the vendor, or could not be,
// before it was closed; otherwise it was cancelled while it waited for approval.
func (r Request) WasRefused() bool { return len(r.Attempts) > 0 || r.Problem != nil }
