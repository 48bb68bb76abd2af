package renewal

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// mayDecide refuses everybody who does not count as approver of this request.
func (c *changing) mayDecide(a Actor, what string) error {
	if !a.MayApprove {
		return &Refusal{RefusedNotAllowed, deniedSentence(a, "Only approvers can "+what+" "+c.Reference()+".")}
	}
	if c.ownRequest(a) && !c.policy.SelfApproval {
		return &Refusal{RefusedSelfApproval, fmt.Sprintf(
			"You asked for %s yourself, so somebody else has to %s it. Nothing was ordered.", c.Reference(), what)}
	}
	return nil
}

func (c *changing) ownRequest(a Actor) bool {
	return a.UserID == c.Requester || a.UserID == c.AmendedBy
}

func (c *changing) approve(e Approve) error {
	if err := c.expect(Pending); err != nil {
		return err
	}
	if err := c.mayDecide(e.By, "approve"); err != nil {
		return err
	}
	if err := c.sees(e.Shown); err != nil {
		return err
	}
	if !c.now.Before(c.ExpiresAt) {
		return &Refusal{RefusedStatus, c.Reference() + " has timed out. Nothing was ordered. Please ask for a new request."}
	}
	if c.VotedBy(e.By.UserID) {
		return &Refusal{RefusedVotedBefore, fmt.Sprintf(
			"You have approved %s already; %d of %d approvals are in. Nothing has been ordered yet.",
			c.Reference(), len(c.Votes), c.Required)}
	}
	c.Votes = append(c.Votes, Vote{By: e.By.UserID, At: c.now})
	code := CodeVoted
	if len(c.Votes) >= c.Required {
		code = CodeApproved
		c.Status, c.Problem = Approved, nil
		c.job(PlaceOrder, c.now)
	}
	c.record(code, e.By.UserID, map[string]string{
		DetailFingerprint: c.Fingerprint, DetailVotes: fmt.Sprintf("%d of %d", len(c.Votes), c.Required),
	})
	c.noteSelfApproval(e.By)
	return nil
}

func (c *changing) noteSelfApproval(a Actor) {
	if c.ownRequest(a) {
		c.note(DetailSelfApproval, "true")
	}
}

func (c *changing) reject(e Reject) error {
	if err := c.expect(Pending); err != nil {
		return err
	}
	if !e.By.MayApprove {
		return &Refusal{RefusedNotAllowed, deniedSentence(e.By, "Only approvers can reject "+c.Reference()+".")}
	}
	if c.ownRequest(e.By) && !c.policy.SelfApproval {
		return &Refusal{RefusedSelfApproval, fmt.Sprintf(
			"You asked for %s yourself: cancel it instead of rejecting it. Nothing was ordered.", c.Reference())}
	}
	if err := c.sees(e.Shown); err != nil {
		return err
	}
	reason, err := checkReason(e.Reason)
	if err != nil {
		return err
	}
	c.Status, c.ClosedBy, c.Reason = Rejected, e.By.UserID, reason
	c.record(CodeRejected, e.By.UserID, map[string]string{DetailReason: reason})
	return nil
}

func checkReason(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", &Refusal{RefusedNoReason, "Please give a reason: it is kept with the request."}
	case utf8.RuneCountInString(s) > MaxReason:
		return "", &Refusal{RefusedNoReason, fmt.Sprintf("The reason may have at most %d characters.", MaxReason)}
	}
	return s, nil
}

func (c *changing) cancel(e Cancel) error {
	if err := c.expect(Pending); err != nil {
		return err
	}
	if e.By.UserID != c.Requester {
		return &Refusal{RefusedNotAllowed, fmt.Sprintf(
			"Only <@%s>, who asked for it, can cancel %s. Nothing was ordered.", c.Requester, c.Reference())}
	}
	c.Status, c.ClosedBy = Cancelled, e.By.UserID
	c.record(CodeCancelled, e.By.UserID, nil)
	return nil
}
