package renewal

import (
	"slices"
	"strings"
	"time"
)

// timers plans what the clock does with a request that waits for approval.
func (c *changing) timers() {
	c.reminders()
	c.job(Expire, c.ExpiresAt)
	c.onDay()
}

// reminders plans the first reminder of a revision; each plans the next one.
func (c *changing) reminders() {
	if c.Undivided() {
		return // people are reminded of the batch
	}
	c.job(Remind, earlier(c.now.Add(c.policy.RemindAfter), c.LastCallAt(c.policy)))
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func (c *changing) expire() error {
	if err := c.expect(Timed()...); err != nil {
		return err
	}
	if c.now.Before(c.ExpiresAt) {
		return refuse(RefusedTooEarly, "%s still has time.", c.Reference())
	}
	c.Status = Expired
	c.record(CodeExpired, System, nil)
	return nil
}

// Reminded lists the states that people must end, and are reminded of.
func Reminded() []Status { return []Status{Pending, Returned, Unknown, Refused, Processing} }

// Timed lists the states that the clock ends.
func Timed() []Status { return []Status{Pending, Returned} }

// enter begins the reminders of a state in which a request waits otherwise than for approval.
func (c *changing) enter() {
	if c.Status == c.before.Status || c.Status == Pending || !slices.Contains(Reminded(), c.Status) {
		return
	}
	c.Reminded, c.WaitsSince = nil, c.now
	c.job(Remind, c.now.Add(c.policy.RemindAfter))
}

// Awaits says whether a request waits for what this person can do: decide, change or settle it, or
// see to an order that the vendor has not finished, as it may need paying.
func (r Request) Awaits(a Actor, now time.Time, p Policy) bool {
	if r.Status == Processing {
		entitled := func(a Actor) bool { return a.MayApprove || r.named(a, p) }
		return a.UserID == r.Requester || entitled(a) || slices.ContainsFunc(a.DeputyOf, entitled)
	}
	return r.WaitsFor(a, now, p)
}

// LongestReminder is the longest time between two reminders.
const LongestReminder = 7 * 24 * time.Hour

// ReminderDue is when somebody for whom a request waits is to be reminded of it next, apart
// from their working hours: after p.RemindAfter at first, and each time twice as long after
// the one before, up to a week. Whom an approver has asked comes first.
func (r Request) ReminderDue(userID string, p Policy) time.Time {
	since := r.AskedAt
	if r.Status != Pending {
		since = r.WaitsSince
	}
	due := since.Add(p.RemindAfter)
	if past := r.Reminded[userID]; len(past) > 0 {
		wait := p.RemindAfter << min(len(past), 16)
		due = past[len(past)-1].Add(min(wait, max(LongestReminder, p.RemindAfter)))
	}
	return r.handedDue(userID, due, p)
}

// LastCallAt is when everybody who has not decided is told that the request is about to
// time out: a quarter of its time before, four hours at most.
func (r Request) LastCallAt(p Policy) time.Time {
	return r.ExpiresAt.Add(-min(p.ExpireAfter/4, 4*time.Hour))
}

func (c *changing) remind(e Reminder) error {
	if err := c.expect(Reminded()...); err != nil {
		return err
	}
	timed := slices.Contains(Timed(), c.Status)
	switch {
	case timed && !c.now.Before(c.ExpiresAt):
		return refuse(RefusedStatus, "%s: its time is up, and nobody can decide any more.", c.Reference())
	case e.Last && (!timed || c.LastCalled):
		return refuse(RefusedStatus, "%s: there is no last call to make.", c.Reference())
	}
	if c.Handed != nil && c.Handed.To == e.HandedLeft { // else somebody was asked meanwhile
		c.Handed = nil
	}
	waits := c.Request
	if waits.Handed != nil && waits.Handed.To == e.HandedAway {
		waits.Handed = nil
	}
	// Whoever found out who is to be reminded may have looked a moment ago, and two may
	// have looked at once.
	who := slices.DeleteFunc(slices.Clone(e.Who), func(id string) bool {
		awaits := c.Awaits(Actor{UserID: id, MayRequest: true, MayApprove: true, Named: c.everyone(c.policy)}, c.now, c.policy)
		return !awaits || (!e.Last && c.now.Before(waits.ReminderDue(id, c.policy)))
	})
	if len(who) == 0 && !e.Last {
		return refuse(RefusedTooEarly, "%s: nobody is to be reminded yet.", c.Reference())
	}
	if e.Last && c.now.Before(c.LastCallAt(c.policy)) {
		return refuse(RefusedTooEarly, "%s still has time.", c.Reference())
	}
	if c.Reminded == nil {
		c.Reminded = map[string][]time.Time{}
	}
	for _, id := range who {
		c.Reminded[id] = append(slices.Clone(c.Reminded[id]), c.now)
	}
	code := CodeReminded
	if e.Last {
		code, c.LastCalled = CodeLastCall, true
	}
	c.record(code, System, map[string]string{DetailWho: strings.Join(who, ",")})
	if e.Next.After(c.now) && (!timed || e.Next.Before(c.ExpiresAt)) {
		c.job(Remind, e.Next)
	}
	return nil
}
