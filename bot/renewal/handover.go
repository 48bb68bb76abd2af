package renewal

import (
	"slices"
	"time"
)

// Handed is that an approver has asked somebody else to decide. It gives nobody a right and
// takes none: it says who is asked first.
type Handed struct {
	By  string    `json:"by"`
	For string    `json:"for,omitempty"` // as whose deputy
	To  string    `json:"to"`
	Why string    `json:"why"`
	At  time.Time `json:"at"`
}

// handOver asks somebody else, who may decide now.
func (c *changing) handOver(e HandOver) error {
	reason, err := checkReason(e.Reason)
	if err != nil {
		return err
	}
	if e.To.is(e.By.UserID) {
		return refuse(RefusedHandOver, "That is you: choose somebody else. Nothing was changed or ordered.")
	}
	if refusal := c.May(Intent{Action: ActionApprove, By: e.To, Shown: c.Shown()}, c.now, c.policy); refusal != nil {
		return &Refusal{RefusedHandOver, Sentence{
			ID(e.To.UserID), Text(" can't decide on " + c.Reference() + " now: choose somebody who can. Nothing was changed or ordered."),
		}}
	}
	if c.represented(e.To, c.now, c.policy) {
		_, theirs := inPerson(c.fresh(c.now, c.policy), e.To)
		return &Refusal{RefusedHandOver, Sentence{
			ID(theirs[0].By), Text(" has approved " + c.Reference() + " already as the deputy of "), ID(e.To.UserID),
			Text(", so it does not wait for them: choose somebody else. Nothing was changed or ordered."),
		}}
	}
	c.Handed = &Handed{By: e.By.UserID, For: c.acting.For, To: e.To.UserID, Why: reason, At: c.now}
	c.job(Remind, c.now.Add(c.policy.RemindAfter))
	c.record(CodeHandedOver, e.By.UserID, map[string]string{DetailWho: e.To.UserID, DetailReason: reason})
	return nil
}

// settleHandOver ends a hand-over when who was asked has voted, or a deputy has for them, or there is nothing to vote on
// any more.
func (c *changing) settleHandOver() {
	if c.Handed == nil {
		return
	}
	voted := slices.ContainsFunc(c.Votes, func(v Vote) bool {
		return v.By == c.Handed.To || v.For == c.Handed.To && v.At.After(c.Handed.At)
	})
	if voted || c.Status != Pending || c.Revision != c.before.Revision {
		c.Handed = nil
	}
}

// handedDue is when somebody is to be reminded of a request for which an approver has asked
// somebody: that one first, and the others a while later. due is when it would be otherwise.
func (r Request) handedDue(userID string, due time.Time, p Policy) time.Time {
	if r.Handed == nil || r.Status != Pending {
		return due
	}
	first := r.Handed.At.Add(p.RemindAfter)
	past := r.Reminded[userID]
	switch {
	case userID != r.Handed.To:
		if second := first.Add(p.RemindAfter); due.Before(second) {
			return second
		}
	case len(past) == 0 || past[len(past)-1].Before(r.Handed.At):
		return first
	}
	return due
}
