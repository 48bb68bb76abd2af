package renewal

import (
	"slices"
	"time"
)

// LongestDeputy is for how long somebody can be named as deputy at most: 92 days, and until the end
// of the last one, however the clocks are changed meanwhile.
const LongestDeputy = 93*24*time.Hour + time.Hour

// Deputy decides for an approver for a time, within what the approver may.
type Deputy struct {
	Of    string // the approver's Slack user id
	ID    string // the deputy's
	Until time.Time
}

// Deputise names an approver's deputy until then, instead of the one from before; the entry
// says so. The ids of both must have been compared. Its error is a *Refusal, or ErrRepeated
// when exactly this was done before.
func Deputise(before Deputy, approver, deputy Actor, until, now time.Time, p Policy) (Deputy, Entry, error) {
	d := Deputy{approver.UserID, deputy.UserID, until}
	refusal := func(code, why string) (Deputy, Entry, error) {
		return before, Entry{}, before.still(refuse(code, "%s Nothing was changed or ordered.", why))
	}
	switch {
	case !p.own(approver):
		if len(approver.DeputyOf) > 0 {
			return refusal(RefusedNotAllowed, "What you may as a deputy you can't hand on: only approvers can name one.")
		}
		return before, Entry{}, before.still(NotAllowed(approver, Text("Only approvers can have a deputy.")))
	case approver.mayBe(deputy.UserID) || deputy.mayBe(approver.UserID):
		return refusal(RefusedDeputy, "You can't be your own deputy.")
	case deputy.Denied != "":
		return refusal(RefusedDeputy, "Your deputy has to be a full member of this workspace, whom Slack lets me look up.")
	case !until.After(now):
		return refusal(RefusedDeputy, "That time is over already.")
	case until.Sub(now) > LongestDeputy:
		return refusal(RefusedDeputy, "A deputy can be named for 92 days at most.")
	case before.ID == d.ID && before.Until.Equal(until):
		return before, Entry{}, ErrRepeated
	}
	e := Entry{At: now, Code: CodeDeputy, Actor: approver.UserID, Detail: map[string]string{
		DetailWho: deputy.UserID, DetailUntil: until.UTC().Format(time.RFC3339),
	}}
	if before.ID != "" && before.ID != d.ID {
		e.Detail[DetailInstead] = before.ID
	}
	return d, e, nil
}

// still is a refusal that also says who the deputy is, as before.
func (d Deputy) still(r *Refusal) *Refusal {
	return &Refusal{r.Code, append(append(slices.Clone(r.Sentence), Text(" ")), d.Sentence()...)}
}

// Sentence tells an approver of their deputy; the zero Deputy: of none.
func (d Deputy) Sentence() Sentence {
	if d.ID == "" {
		return Say("You have no deputy.")
	}
	return Sentence{Text("Your deputy is "), ID(d.ID), Text(d.Until.UTC().Format(" until 2 Jan 2006 15:04 UTC."))}
}

// End takes a deputy's rights back; the entry says so. Its error is ErrRepeated when there is
// no deputy.
func (d Deputy) End(now time.Time) (Entry, error) {
	if d.ID == "" {
		return Entry{}, ErrRepeated
	}
	return Entry{At: now, Code: CodeDeputyEnded, Actor: d.Of, Detail: map[string]string{DetailWho: d.ID}}, nil
}

// Approves says whether somebody is an approver of any request, by themselves or as a deputy.
func (p Policy) Approves(a Actor) bool {
	return p.own(a) || slices.ContainsFunc(a.DeputyOf, p.own)
}

// own says whether somebody is an approver of any request by themselves.
func (p Policy) own(a Actor) bool {
	if a.MayApprove || p.Rules == nil {
		return a.MayApprove
	}
	return slices.ContainsFunc(p.Rules.Approvers(), func(id string) bool { return slices.Contains(a.Named, id) })
}

// as is a person in the place of somebody whose deputy they are: under their own name, with
// what the other may decide, and nothing else.
func (a Actor) as(of Actor) Actor {
	return Actor{UserID: a.UserID, MayApprove: of.MayApprove, Named: of.Named, Same: a.Same, Click: a.Click, For: of.UserID}
}

// capacity says as whom somebody may do what they want to: as themselves, or else as the
// deputy of one of those whose deputy they are. The refusal is that of themselves, unless
// they are entitled as a deputy alone.
func (r Request) capacity(in Intent, now time.Time, p Policy) (Actor, *Refusal) {
	refusal := r.may(in, now, p)
	if refusal == nil || (refusal.Code != RefusedNotAllowed && refusal.Code != RefusedStep) {
		return in.By, refusal
	}
	entitled := r.named(in.By, p)
	for _, of := range in.By.DeputyOf {
		why := r.mayFor(in, of, now, p)
		if why == nil {
			return in.By.as(of), nil
		}
		if why.Code == RefusedNeeded || (!entitled && r.named(of, p)) {
			refusal, entitled = why, true
		}
	}
	return in.By, refusal
}

// mayFor says why a person may not do something as somebody's deputy, or nil. It is never for
// what either of them has asked for, and nothing counts twice that the other may do once.
func (r Request) mayFor(in Intent, of Actor, now time.Time, p Policy) *Refusal {
	self := in.By
	in.By = self.as(of)
	switch {
	case self.mayBe(of.UserID) || of.mayBe(self.UserID):
		return refuse(RefusedDeputy, "Nobody is their own deputy. Nothing was ordered.")
	case r.askedBy(self):
		return refuse(RefusedSelfApproval, "You asked for %s yourself, so you can't decide on it as a deputy. Nothing was ordered.", r.Reference())
	case r.askedBy(of):
		return &Refusal{RefusedSelfApproval, Sentence{
			ID(of.UserID), Text(" asked for " + r.Reference() + ", so their deputy can't decide on it for them. Nothing was ordered."),
		}}
	}
	if refusal := r.may(in, now, p); refusal != nil {
		return refusal
	}
	used := false
	switch in.Action {
	case ActionApprove:
		votes := r.fresh(now, p)
		used = slices.ContainsFunc(votes, of.counted)
		if !used && r.needed(self, of, votes, p) {
			return &Refusal{RefusedNeeded, Sentence{
				Text("Your own approval of " + r.Reference() + " is needed at a later step, where nobody else is left, so you can't give that of "), ID(of.UserID),
				Text(" as their deputy: they or somebody else of this step have to. Nothing was ordered by this."),
			}}
		}
	case ActionRetry:
		if refusal := r.settledAlone(of, p); refusal != nil {
			return &Refusal{RefusedSettled, Sentence{ID(of.UserID), Text(", whose deputy you are, found that the order of " + r.Reference() +
				" was not placed, so somebody else has to try it again. Nothing was ordered.")}}
		}
	}
	if used {
		return &Refusal{RefusedVotedBefore, Sentence{
			ID(of.UserID), Text(" has approved " + r.Reference() + " already, or a deputy has for them: it counts once. Nothing was ordered by this."),
		}}
	}
	return nil
}

// counted says whether a vote is this person's, or given in their place.
func (a Actor) counted(v Vote) bool { return a.mayBe(v.By) || (v.For != "" && a.mayBe(v.For)) }

// represented says whether a deputy has approved for somebody, who still may themselves and need not. They need to
// where the deputy may be one of those who decide by themselves now, and can't vote twice.
func (r Request) represented(a Actor, now time.Time, p Policy) bool {
	votes := r.fresh(now, p)
	kept, lost := inPerson(votes, a)
	for _, w := range r.ways(p) {
		at := w.Present(votes)
		if at == len(w.Steps) || at == w.Present(kept) { // it is no step of the deputy's own, or they had voted for themselves
			continue
		}
		for _, l := range lost {
			if slices.ContainsFunc(w.Steps[at].Who, func(name string) bool { return a.mayStandFor(name, l.By) }) {
				return false
			}
		}
	}
	return len(lost) > 0
}

// fresh are the votes that are not too old to count.
func (r Request) fresh(now time.Time, p Policy) []Vote {
	oldest := now.Add(-p.ExpireAfter)
	return slices.DeleteFunc(slices.Clone(r.Votes), func(v Vote) bool { return v.At.Before(oldest) })
}

// inPerson leaves out the votes that deputies have given for somebody who decides now.
func inPerson(votes []Vote, a Actor) (kept []Vote, lost []LostVote) {
	for _, v := range votes {
		if v.For != "" && a.mayBe(v.For) {
			lost = append(lost, LostVote{v.By, lostInPerson})
			continue
		}
		kept = append(kept, v)
	}
	return kept, lost
}

// placeOf is a voter as they are now in the place in which they gave a vote. It says why
// there is no such place any more.
func (r Request) placeOf(v Vote, voter Actor, beside []Vote, p Policy) (place Actor, lost string) {
	if v.For == "" {
		return voter, ""
	}
	i := slices.IndexFunc(voter.DeputyOf, func(of Actor) bool { return of.UserID == v.For })
	if i < 0 {
		return voter, lostDeputy
	}
	of := voter.DeputyOf[i]
	switch {
	case !r.named(of, p):
		return voter, lostPrincipal
	case r.askedBy(voter), r.askedBy(of):
		return voter, lostDeputySelf
	case voter.mayBe(of.UserID), of.mayBe(voter.UserID):
		return voter, lostTwice
	case slices.ContainsFunc(beside, of.counted), slices.ContainsFunc(r.Votes, func(o Vote) bool { return of.mayBe(o.By) }):
		return voter, lostInPerson
	}
	return voter.as(of), ""
}
