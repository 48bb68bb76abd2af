package renewal

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// divided refuses what is decided for all lines of a batch at once, or not of a line at all.
func (r Request) divided(in Intent) *Refusal {
	if r.Batch == 0 {
		return nil
	}
	switch in.Action {
	case ActionAmend, ActionReturn:
		return refuse(RefusedBatch, "%s is line %d of %s, which is not changed by itself: it can be left out there, and asked for anew. Nothing was ordered by this.",
			r.Reference(), r.Line, BatchReference(r.Batch))
	case ActionApprove, ActionReject, ActionHandOver:
		if r.Undivided() && in.batch == "" {
			return refuse(RefusedBatch, "%s is line %d of %s and is decided with its other lines, on the card of the batch. Nothing was ordered by this.",
				r.Reference(), r.Line, BatchReference(r.Batch))
		}
	}
	return nil
}

// MayDecide says why a person may not decide on the lines that are undecided, or nil.
func (b Batch) MayDecide(a Actor, lines []Request, now time.Time, p Policy) *Refusal {
	for _, r := range b.Undecided(lines) {
		in := Intent{Action: ActionReject, By: a, Shown: r.Shown(), batch: b.Reference()}
		if refusal := r.May(in, now, p); refusal != nil {
			return b.ofAll(refusal, r)
		}
	}
	return nil
}

// Asked says whether somebody asked for the lines that are undecided: what they leave out they withdraw.
func (b Batch) Asked(a Actor, lines []Request) bool {
	open := b.Undecided(lines)
	return len(open) > 0 && a.is(open[0].Requester)
}

// MayLeaveOut says why a person may not take lines out that are undecided, or nil.
func (b Batch) MayLeaveOut(a Actor, lines []Request, now time.Time, p Policy) *Refusal {
	if b.Asked(a, lines) {
		return b.Undecided(lines)[0].May(Cancel{By: a}.intent(), now, p)
	}
	return b.MayDecide(a, lines, now, p)
}

// ofAll is what was refused of a line that is decided with the others, told of the batch: nobody has
// spoken of that line.
func (b Batch) ofAll(refusal *Refusal, r Request) *Refusal {
	all := &Refusal{Code: refusal.Code}
	for _, p := range refusal.Sentence {
		if text, ok := p.(Text); ok {
			p = Text(strings.ReplaceAll(string(text), r.Reference(), b.Reference()))
		}
		all.Sentence = append(all.Sentence, p)
	}
	return all
}

// BatchCan is what a person may do with a batch.
type BatchCan struct{ Approve, Reject, LeaveOut, Stop, GoOn, AskAgain bool }

// Can says what a person may do with a batch now.
func (b Batch) Can(a Actor, lines []Request, now time.Time, p Policy) BatchCan {
	var can BatchCan
	if open := b.Undecided(lines); len(open) > 0 {
		can.Approve = b.takes(open[0], a, now, p)
		can.Reject = b.MayDecide(a, lines, now, p) == nil
		can.LeaveOut = b.MayLeaveOut(a, lines, now, p) == nil
	}
	can.GoOn = b.Held != nil && b.WaitsFor(a, lines, now, p)
	for _, r := range lines {
		if e := (StopBatch{By: a}).of(r); e != nil && r.May(e.intent(), now, p) == nil {
			can.Stop = true
		}
	}
	return can
}

// WaitsFor says whether a batch waits for what this person decides: on its lines, or on whether it
// goes on.
func (b Batch) WaitsFor(a Actor, lines []Request, now time.Time, p Policy) bool {
	r, waits := b.Awaiting(lines)
	return waits && (b.Held != nil || !r.represented(a, now, p)) && b.takes(r, a, now, p)
}

// takes says whether a person may approve the lines of a batch, one of which is r, or let it go on.
func (b Batch) takes(r Request, a Actor, now time.Time, p Policy) bool {
	in := Intent{Action: ActionApprove, By: a, Shown: r.Shown(), batch: b.Reference()}
	if b.Held != nil {
		in.Action = ActionGoOn
	}
	return r.May(in, now, p) == nil
}

// Reaches says whether some people can together approve the lines of a batch that are undecided, as they are now.
func (b Batch) Reaches(people []Actor, lines []Request, now time.Time, p Policy) bool {
	open := b.Undecided(lines)
	if len(open) == 0 {
		return true
	}
	r := open[0]
	r.Together = Together(open, p)
	return r.Reaches(people, now, p)
}

// Awaiting is a line by which it is known for whom the batch waits, and since when; false: for
// nobody.
func (b Batch) Awaiting(lines []Request) (Request, bool) {
	open := b.Undecided(lines)
	if len(open) == 0 && b.Held != nil {
		open = slices.DeleteFunc(slices.Clone(lines), func(r Request) bool { return r.Status != Approved })
	}
	if len(open) == 0 {
		return Request{}, false
	}
	r := open[0]
	r.Reminded = b.Reminded
	if b.Held != nil {
		r.AskedAt, r.WaitsSince = b.Held.At, b.Held.At
	}
	return r, true
}

// remind notes who is reminded now; whoever found that out may have looked a moment ago.
func (c *batching) remind(e RemindBatch) error {
	r, waits := c.Awaiting(c.lines)
	timed := c.Held == nil
	switch {
	case !waits, timed && !c.now.Before(r.ExpiresAt):
		return refuse(RefusedStatus, "%s waits for nobody.", c.Reference())
	case e.Last && (!timed || c.LastCalled || c.now.Before(r.LastCallAt(c.policy))):
		return refuse(RefusedStatus, "%s: there is no last call to make.", c.Reference())
	}
	who := slices.DeleteFunc(slices.Clone(e.Who), func(id string) bool { return !e.Last && c.now.Before(r.ReminderDue(id, c.policy)) })
	if len(who) == 0 && !e.Last {
		return refuse(RefusedTooEarly, "%s: nobody is to be reminded yet.", c.Reference())
	}
	c.Reminded = maps.Clone(c.Reminded)
	if c.Reminded == nil {
		c.Reminded = map[string][]time.Time{}
	}
	for _, id := range who {
		c.Reminded[id] = append(slices.Clone(c.Reminded[id]), c.now)
	}
	c.entry.Code = CodeBatchReminded
	if e.Last {
		c.entry.Code, c.LastCalled = CodeBatchLastCall, true
	}
	c.note(DetailWho, strings.Join(who, ","))
	if c.Held != nil {
		c.note(DetailHeld, string(c.Held.Code))
	}
	if e.Next.After(c.now) {
		c.jobs = append(c.jobs, Job{Kind: Remind, RequestID: c.Subject(), At: e.Next})
	}
	return nil
}

// Everybody is a request by which all are known who had to do with the lines of a batch, and who
// may decide on them: to look them up by.
func (b Batch) Everybody(lines []Request) Request {
	var all Request
	for _, r := range lines {
		if all.ID == 0 || r.Status == Pending {
			votes, ways := all.Votes, all.Ways
			all = r
			all.Votes, all.Ways = votes, append(slices.Clone(ways), r.Ways...)
		}
		for _, v := range r.Votes {
			if !slices.ContainsFunc(all.Votes, func(o Vote) bool { return o.By == v.By && o.For == v.For }) {
				all.Votes = append(all.Votes, v)
			}
		}
	}
	return all
}

// DecidedBy says whether somebody has decided on the batch or a line of it, or a deputy in their place.
func (b Batch) DecidedBy(id string, lines []Request) bool {
	return b.StoppedBy == id || b.StoppedFor == id ||
		slices.ContainsFunc(b.Approvals, func(a BatchApproval) bool { return a.By == id || a.For == id }) ||
		slices.ContainsFunc(lines, func(r Request) bool { return r.DecidedBy(id) })
}
