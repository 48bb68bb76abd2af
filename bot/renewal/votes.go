package renewal

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// freshVote is for how long a vote needs no second look at who gave it.
const freshVote = time.Minute

// Why a vote does not count any more; each follows the voter's id.
const (
	lostNotEntitled = "is no approver any more"
	lostSelf        = "asked for it"
	lostTwice       = "is the same person as another approver"
	lostOld         = "approved it too long ago"
	lostUnchecked   = "was not looked up"
	lostDeputy      = "is no deputy any more"
	lostPrincipal   = "is deputy of somebody who is no approver any more"
	lostDeputySelf  = "asked for it, or is deputy of who did"
	lostInPerson    = "approved as deputy of somebody who has decided themselves"
)

// is says whether an id is this person's.
func (a Actor) is(id string) bool { return id == a.UserID || a.Same[id] }

// mayBe says whether it cannot be ruled out that an id is this person's.
func (a Actor) mayBe(id string) bool {
	if a.is(id) || a.Same == nil {
		return a.is(id)
	}
	_, told := a.Same[id]
	return id != "" && !told
}

// Needs is how many approvals a request needs: the stricter of when it was asked for and
// of now.
func (r Request) Needs(p Policy) int {
	n := 0
	for _, w := range r.ways(p) {
		n = max(n, w.Needs())
	}
	return n
}

// selfCounts says whether the requester's own approval counts, by the stricter of when it
// was asked for and of now.
func (r Request) selfCounts(p Policy) bool { return p.SelfApproval && !r.FourEyes }

// People are the ids of all who have asked for the request, approved it or settled it.
func (r Request) People() []string {
	ids := []string{r.Requester, r.AmendedBy, r.SettledBy, r.SettledFor}
	for _, v := range r.Votes {
		ids = append(ids, v.By, v.For)
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return id == "" })
	slices.Sort(ids)
	return slices.Compact(ids)
}

// DecidedBy says whether a person has approved or ended the request, or a deputy for them.
func (r Request) DecidedBy(id string) bool {
	return r.ClosedBy == id || slices.ContainsFunc(r.Votes, func(v Vote) bool { return v.By == id || v.For == id })
}

// LostVote is a vote that does not count any more. Why follows the id of who gave it.
type LostVote struct{ By, Why string }

// count tells the votes that count from those that do not any more. voters are those who
// gave them, as they are now; who is missing was not looked up. A vote from before oldest
// is too old.
func (r Request) count(voters []Actor, oldest, now time.Time, p Policy) (counting []Vote, lost []LostVote) {
	for _, v := range r.Votes {
		if why := r.lostFor(v, counting, voters, oldest, now, p); why != "" {
			lost = append(lost, LostVote{v.By, why})
			continue
		}
		if i := slices.IndexFunc(voters, func(a Actor) bool { return a.UserID == v.By }); i >= 0 {
			if place, _ := r.placeOf(v, voters[i], counting, p); v.Named != nil || len(place.Named) > 0 {
				v.Named = place.names()
			}
		}
		counting = append(counting, v)
	}
	return counting, lost
}

// lostFor says why a vote does not count beside others; it is empty when it does.
func (r Request) lostFor(v Vote, beside []Vote, voters []Actor, oldest, now time.Time, p Policy) string {
	if v.At.Before(oldest) {
		return lostOld
	}
	i := slices.IndexFunc(voters, func(a Actor) bool { return a.UserID == v.By })
	if i < 0 {
		if now.Sub(v.At) < freshVote {
			return ""
		}
		return lostUnchecked
	}
	a, lost := r.placeOf(v, voters[i], beside, p)
	switch {
	case lost != "":
		return lost
	case !r.named(a, p):
		return lostNotEntitled
	case r.askedBy(a) && !r.selfCounts(p):
		return lostSelf
	case slices.ContainsFunc(beside, func(o Vote) bool { return a.mayBe(o.By) }):
		return lostTwice
	}
	return ""
}

// lostDetail tells lost votes in the trail: "U0BOB is no approver any more; …".
func lostDetail(lost []LostVote) string {
	var all []string
	for _, l := range lost {
		all = append(all, l.By+" "+l.Why)
	}
	return strings.Join(all, "; ")
}

// approvalIsOld says whether the yes of people was not used for so long that they are asked
// anew.
func (r Request) approvalIsOld(now time.Time, p Policy) bool {
	return now.Sub(r.DueAt()) > p.ExpireAfter
}

// approvedAt is when people last said yes.
func (r Request) approvedAt() time.Time {
	at := r.ApprovedAt
	if at.IsZero() { // stored before that time was kept
		for _, v := range r.Votes {
			at = later(at, v.At)
		}
	}
	return at
}

// Stands says whether an approved request may be ordered: enough votes count now, they are not
// too old, and everything serious was explained.
func (r Request) Stands(voters []Actor, now time.Time, p Policy) bool {
	counting, _ := r.recount(voters, now, p)
	return !r.Unexplained && arrived(r.ways(p), counting)
}

func (r Request) recount(voters []Actor, now time.Time, p Policy) (counting []Vote, lost []LostVote) {
	if r.approvalIsOld(now, p) {
		return r.count(voters, now, now, p)
	}
	return r.count(voters, time.Time{}, now, p)
}

// recounted puts an approved request before the approvers again when its votes do not
// suffice any more.
func (c *changing) recounted(e Recount) error {
	if err := c.expect(Approved); err != nil {
		return err
	}
	counting, lost := c.recount(e.Voters, c.now, c.policy)
	if c.Stands(e.Voters, c.now, c.policy) {
		return refuse(RefusedTooEarly, "%s: its approval stands.", c.Reference())
	}
	why := nowMoreApprovals
	switch {
	case c.approvalIsOld(c.now, c.policy):
		why = oldApproval
	case len(lost) > 0:
		why = lostApproval
	case c.Unexplained:
		why, counting = wordsAreMissing, nil
	}
	c.askAnew(why, counting)
	c.record(CodeLapsed, System, map[string]string{
		DetailFingerprint: c.Fingerprint, DetailChanges: why, DetailLost: lostDetail(lost), DetailVotes: c.VotesIn(),
	})
	return nil
}

// What approvers read on the card of a request that they are asked about anew.
const (
	oldApproval      = "Nothing, but its approval had become too old"
	lostApproval     = "Nothing, but an approval does not count any more"
	nowMoreApprovals = "Nothing, but more approvals are needed by now"
	wordsAreMissing  = "Nothing, but nobody has said why something serious that turned up should be ordered all the same"
	retryByOne       = "Nothing, but one person alone does not order it again"
)

// askAnew puts the request as it is before the approvers again, as a new revision:
// buttons from before do nothing.
func (c *changing) askAnew(why string, votes []Vote) {
	c.Apart = c.Batch != 0
	c.Revision++
	c.Doubts = c.WithCandidates(c.Doubts)
	c.Fingerprint = fingerprint(c.Body, c.Offer, c.Doubts)
	c.Changes, c.Problem, c.ApprovedAt = []string{why}, nil, time.Time{}
	c.Votes, c.Reminded, c.LastCalled = votes, nil, false
	c.ReturnedBy, c.ReturnedFor, c.ReturnReason = "", "", ""
	c.Status, c.AskedAt, c.ExpiresAt = Pending, c.now, c.now.Add(c.policy.ExpireAfter)
	c.timers()
}

// yes makes the request approved by the votes that it has.
func (c *changing) yes() {
	c.Status, c.Problem, c.ApprovedAt = Approved, nil, c.now
	c.AttemptsAsked = len(c.Attempts)
	if c.Batch == 0 { // else it has to wait for its turn, see Batch.Follow
		c.job(PlaceOrder, c.DueAt())
	}
}

// VotesIn is how many approvals are in, and of how many where one number tells that.
func (r Request) VotesIn() string {
	if len(r.Ways) > 1 {
		return fmt.Sprintf("%d so far", len(r.Votes))
	}
	return fmt.Sprintf("%d of %d", len(r.Votes), r.Required)
}

// Missing is how many more approvals it takes, at least and at most: one may count in several
// ways.
func (r Request) Missing() (least, most int) {
	if r.Ways == nil {
		n := max(r.Required-len(r.Votes), 0)
		return n, n
	}
	for _, w := range r.Ways {
		n := w.Needs()
		for _, filled := range w.Filled(r.Votes) {
			n -= filled
		}
		least, most = max(least, n), most+n
	}
	return least, most
}

// takesVote refuses a vote after the request's time and a second one.
func (r Request) takesVote(a Actor, now time.Time, p Policy) *Refusal {
	if !now.Before(r.ExpiresAt) {
		return refuse(RefusedStatus, "%s has timed out. Nothing was ordered. Please ask for a new request.", r.Reference())
	}
	votes := r.fresh(now, p)
	if slices.ContainsFunc(votes, func(v Vote) bool { return a.mayBe(v.By) }) {
		if len(r.ways(p)) > 1 {
			return refuse(RefusedVotedBefore, "You have approved %s already; the approval of others is needed, too. Nothing has been ordered yet.", r.Reference())
		}
		return refuse(RefusedVotedBefore,
			"You have approved %s already; %d of %d approvals are in. Nothing has been ordered yet.",
			r.Reference(), len(r.Votes), r.Needs(p))
	}
	votes, _ = inPerson(votes, a)
	return r.atStep(a, votes, p)
}

// settledAlone refuses who has found that the order was not placed, where one person
// alone is not enough.
func (r Request) settledAlone(a Actor, p Policy) *Refusal {
	if r.Needs(p) < 2 || !(a.mayBe(r.SettledBy) || (r.SettledFor != "" && a.mayBe(r.SettledFor))) {
		return nil
	}
	return refuse(RefusedSettled,
		"You found that the order of %s was not placed, so somebody else has to try it again. Nothing was ordered.", r.Reference())
}

// maxClicks is how many clicks are remembered: Slack delivers one again within minutes.
const maxClicks = 20

// Took says whether this very click has changed the request already: Slack delivers some
// twice.
func (r Request) Took(click string) bool { return click != "" && slices.Contains(r.Clicks, click) }

// remember keeps a click that took effect.
func (c *changing) remember(click string) {
	if click == "" {
		return
	}
	kept := c.Clicks[max(len(c.Clicks)-maxClicks+1, 0):]
	c.Clicks = append(slices.Clone(kept), click)
}

// ReadLost reads a DetailLost.
func ReadLost(detail string) (lost []LostVote) {
	for part := range strings.SplitSeq(detail, "; ") {
		if id, why, ok := strings.Cut(part, " "); ok {
			lost = append(lost, LostVote{id, why})
		}
	}
	return lost
}
