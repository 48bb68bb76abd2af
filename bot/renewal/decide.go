package renewal

import (
	"slices"
	"strings"
	"unicode/utf8"
)

func (c *changing) approve(e Approve) error {
	counting, lost := c.count(e.Voters, c.now.Add(-c.policy.ExpireAfter), c.now, c.policy)
	waited := c.Deciders()
	c.Votes = append(counting, c.voteOf(e.By))
	code := CodeVoted
	if arrived(c.ways(c.policy), c.Votes) {
		code = CodeApproved
		c.yes()
	}
	c.record(code, e.By.UserID, map[string]string{
		DetailFingerprint: c.Fingerprint, DetailVotes: c.votesIn(), DetailLost: lostDetail(lost),
	})
	if next := c.Deciders(); code == CodeVoted && !slices.Equal(waited, next) {
		c.note(DetailNext, strings.Join(next, ","))
	}
	c.noteSelfApproval(e.By)
	return nil
}

func (c *changing) noteSelfApproval(a Actor) {
	if c.askedBy(a) {
		c.note(DetailSelfApproval, "true")
	}
}

func (c *changing) reject(e Reject) error {
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
		return "", refuse(RefusedNoReason, "Please give a reason: it is kept with the request.")
	case utf8.RuneCountInString(s) > MaxReason:
		return "", refuse(RefusedNoReason, "The reason may have at most %d characters.", MaxReason)
	}
	return s, nil
}

func (c *changing) cancel(e Cancel) error {
	c.Status, c.ClosedBy = Cancelled, e.By.UserID
	c.record(CodeCancelled, e.By.UserID, nil)
	return nil
}
