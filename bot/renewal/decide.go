package renewal

import (
	"slices"
	"strings"
	"unicode/utf8"
)

func (c *changing) approve(e Approve) error {
	comment := Words(e.Comment)
	if utf8.RuneCountInString(comment) > MaxReason {
		return refuse(RefusedNoReason, "The comment may have at most %d characters.", MaxReason)
	}
	words, err := c.explain(e.By, comment)
	if err != nil {
		return err
	}
	counting, lost := c.count(e.Voters, c.now.Add(-c.policy.ExpireAfter), c.now, c.policy)
	waited := c.Deciders()
	counting, inTheirPlace := inPerson(counting, c.acting)
	lost = append(lost, inTheirPlace...)
	vote := c.voteOf(c.acting)
	vote.Comment = comment
	c.Votes = append(counting, vote)
	code := CodeVoted
	if arrived(c.ways(c.policy), c.Votes) {
		code = CodeApproved
		c.yes()
	}
	c.record(code, e.By.UserID, map[string]string{
		DetailFingerprint: c.Fingerprint, DetailVotes: c.VotesIn(), DetailLost: lostDetail(lost), DetailComment: comment,
		DetailDoubtReason: words,
	})
	if c.WaitsForDay() {
		c.note(DetailOrderOn, c.Offer.OrderOn.Date)
	}
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
	c.Status, c.ClosedBy, c.ClosedFor, c.Reason = Rejected, e.By.UserID, c.acting.For, reason
	c.record(CodeRejected, e.By.UserID, map[string]string{DetailReason: reason})
	return nil
}

// giveBack lets the request wait for its requester, for as long as it would for approvers.
func (c *changing) giveBack(e Return) error {
	reason, err := checkReason(e.Reason)
	if err != nil {
		return err
	}
	c.Status, c.ReturnedBy, c.ReturnedFor, c.ReturnReason = Returned, e.By.UserID, c.acting.For, reason
	c.Votes, c.LastCalled, c.ExpiresAt = nil, false, c.now.Add(c.policy.ExpireAfter)
	c.job(Expire, c.ExpiresAt)
	c.record(CodeReturned, e.By.UserID, map[string]string{DetailReason: reason})
	return nil
}

func checkReason(s string) (string, error) {
	s = Words(s)
	switch {
	case s == "":
		return "", refuse(RefusedNoReason, "Please give a reason: it is kept with the request.")
	case utf8.RuneCountInString(s) > MaxReason:
		return "", refuse(RefusedNoReason, "The reason may have at most %d characters.", MaxReason)
	}
	return s, nil
}

func (c *changing) cancel(e Cancel) error {
	c.waitsNoMore()
	c.Status, c.ClosedBy, c.ClosedFor = Cancelled, e.By.UserID, c.acting.For
	c.record(CodeCancelled, e.By.UserID, nil)
	return nil
}
