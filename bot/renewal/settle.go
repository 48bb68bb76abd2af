package renewal

import (
	"slices"
	"strconv"
	"strings"

	"renewbot/yeastar"
)

func (c *changing) retry(e Retry) error {
	c.Order, c.Search = nil, nil
	vote, why := []Vote{{By: e.By.UserID, At: c.now}}, ""
	switch {
	case c.approvalIsOld(c.now, c.policy):
		why = oldApproval
		c.askAnew(why, nil)
	case c.Required > 1:
		why = retryByOne
		c.askAnew(why, vote)
	default:
		c.Votes = vote
		c.yes()
	}
	c.record(CodeRetried, e.By.UserID, map[string]string{
		DetailFingerprint: c.Fingerprint, DetailChanges: why, DetailVotes: c.votesIn(),
	})
	c.noteSelfApproval(e.By)
	return nil
}

func (c *changing) closeRefused(e Close) error {
	c.Status, c.ClosedBy = Cancelled, e.By.UserID
	c.record(CodeClosed, e.By.UserID, nil)
	return nil
}

// searched records that the vendor's order list did not settle what became of a lost
// attempt. The same finding is recorded once.
func (c *changing) searched(e Searched) error {
	if err := c.expect(Unknown); err != nil {
		return err
	}
	if _, err := c.open(e.Attempt); err != nil {
		return err
	}
	candidates := slices.Sorted(slices.Values(e.Candidates))
	if c.Search != nil && slices.Equal(c.Search.Candidates, candidates) {
		return refuse(RefusedTooEarly, "%s: nothing new was found.", c.Reference())
	}
	c.Search = &Search{At: c.now, Candidates: candidates}
	c.record(CodeSearched, System, map[string]string{
		DetailAttempt: strconv.Itoa(e.Attempt), DetailCandidates: strings.Join(candidates, ","),
	})
	return nil
}

func (c *changing) settlePlaced(e SettlePlaced) error {
	return c.adopt(e.Attempt, e.Order, e.By.UserID, CodeSettledPlaced)
}

func (c *changing) settleNotPlaced(e SettleNotPlaced) error {
	a, err := c.open(e.Attempt)
	if err != nil {
		return err
	}
	reason, err := checkReason(e.Reason)
	if err != nil {
		return err
	}
	a.Outcome, a.EndedAt = NotPlaced, c.now
	c.Status, c.SettledBy = Refused, e.By.UserID
	if c.ownLate(nil) {
		c.record(CodeSettledNot, e.By.UserID, map[string]string{DetailReason: reason})
		return nil
	}
	c.Problem = &Problem{Class: yeastar.ClassRefused, Code: "settled", Detail: "settled by hand as not placed: " + reason}
	c.record(CodeSettledNot, e.By.UserID, problemDetail(e.Attempt, Problem{}))
	c.note(DetailReason, reason)
	return nil
}
