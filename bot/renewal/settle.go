package renewal

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"renewbot/yeastar"
)

func (c *changing) retry(e Retry) error {
	c.ruleOut()
	c.Order, c.Search = nil, nil
	vote, why := []Vote{c.voteOf(c.acting)}, ""
	switch {
	case c.approvalIsOld(c.now, c.policy):
		why = oldApproval
		c.askAnew(why, nil)
	case c.Unexplained:
		why = wordsAreMissing
		c.askAnew(why, nil)
	case !arrived(c.ways(c.policy), vote):
		why = retryByOne
		c.askAnew(why, vote)
	default:
		c.Votes = vote
		c.yes()
	}
	c.record(CodeRetried, e.By.UserID, map[string]string{
		DetailFingerprint: c.Fingerprint, DetailChanges: why, DetailVotes: c.VotesIn(),
	})
	if c.WaitsForDay() {
		c.note(DetailOrderOn, c.Offer.OrderOn.Date)
	}
	c.noteSelfApproval(e.By)
	return nil
}

func (c *changing) closeRefused(e Close) error {
	c.Status, c.ClosedBy, c.ClosedFor = Cancelled, e.By.UserID, c.acting.For
	c.record(CodeClosed, e.By.UserID, nil)
	return nil
}

// ruleOut notes which orders people saw when they decided that none of them belongs to an
// attempt whose answer was lost.
func (c *changing) ruleOut() {
	for i := range c.Attempts {
		a := &c.Attempts[i]
		if !a.Doubtful() {
			continue
		}
		seen := slices.Clone(a.RuledOut)
		if c.Search != nil {
			seen = append(seen, c.Search.Candidates...)
		}
		if a.Problem.Order != "" {
			seen = append(seen, a.Problem.Order)
		}
		slices.Sort(seen)
		a.RuledOut = slices.Compact(seen)
	}
}

// WithCandidates adds to doubts the orders that people ruled out: whoever else agrees to another
// attempt has to see them, too.
func (r Request) WithCandidates(doubts []Doubt) []Doubt {
	for _, a := range r.Attempts {
		if !a.Doubtful() {
			continue
		}
		for _, number := range a.RuledOut {
			d := Doubt{Kind: DoubtCandidate, Serious: true, OrderNo: number}
			if !slices.ContainsFunc(doubts, d.same) {
				doubts = append(slices.Clone(doubts), d)
			}
		}
	}
	return doubts
}

// searched records that the vendor's order list did not settle what became of a lost
// attempt. The same finding is recorded once. Before another attempt it is people again
// who decide.
func (c *changing) searched(e Searched) error {
	candidates := slices.Sorted(slices.Values(e.Candidates))
	found := map[string]string{DetailAttempt: strconv.Itoa(e.Attempt), DetailCandidates: strings.Join(candidates, ",")}
	if c.Status == Approved && len(candidates) > 0 {
		c.Search = &Search{At: c.now, Candidates: candidates}
		c.Status = Refused
		c.Problem = &Problem{
			Class: yeastar.ClassNotSent, Code: codeCandidates,
			Detail: fmt.Sprintf("attempt %d may have placed an order after all: the order list has %s", e.Attempt, strings.Join(candidates, ", ")),
		}
		c.record(CodeSearched, System, found)
		return nil
	}
	if err := c.expect(Unknown); err != nil {
		return err
	}
	if _, err := c.open(e.Attempt); err != nil {
		return err
	}
	if c.Search != nil && c.Search.Unreadable == "" && slices.Equal(c.Search.Candidates, candidates) {
		return refuse(RefusedTooEarly, "%s: nothing new was found.", c.Reference())
	}
	c.Search = &Search{At: c.now, Candidates: candidates}
	c.record(CodeSearched, System, found)
	return nil
}

// codeCandidates is the problem of a request that was not tried again, because the vendor's
// list shows orders that could be its own.
const codeCandidates = "candidates"

// unsearched records that the vendor's order list cannot be read, once until it can again.
func (c *changing) unsearched(e Unsearched) error {
	if err := c.expect(Unknown); err != nil {
		return err
	}
	if _, err := c.open(e.Attempt); err != nil {
		return err
	}
	var s Search
	if c.Search != nil {
		s = *c.Search
	}
	if s.Unreadable != "" {
		return refuse(RefusedTooEarly, "%s: people know already that the order list cannot be read.", c.Reference())
	}
	s.At, s.Unreadable = c.now, e.Detail
	c.Search = &s
	c.record(CodeUnsearched, System, map[string]string{DetailAttempt: strconv.Itoa(e.Attempt), DetailVendorDetail: e.Detail})
	return nil
}

func (c *changing) settlePlaced(e SettlePlaced) error {
	if err := c.adopt(e.Attempt, e.Order, e.By.UserID, CodeSettledPlaced); err != nil {
		return err
	}
	c.note(DetailChanges, strings.Join(e.Differs, "; "))
	return nil
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
	c.ruleOut()
	c.Status, c.SettledBy, c.SettledFor = Refused, e.By.UserID, c.acting.For
	if c.ownLate(nil) {
		c.record(CodeSettledNot, e.By.UserID, map[string]string{DetailReason: reason})
		return nil
	}
	c.Problem = &Problem{Class: yeastar.ClassRefused, Code: "settled", Detail: "settled by hand as not placed: " + reason}
	c.record(CodeSettledNot, e.By.UserID, problemDetail(e.Attempt, Problem{}))
	c.note(DetailReason, reason)
	return nil
}
