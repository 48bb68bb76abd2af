package renewal

import (
	"slices"
	"strings"
	"time"
)

// Reaches says whether some people can together approve a pending request, as they are now: each
// votes once, and rather for themselves than as a deputy.
func (r Request) Reaches(people []Actor, now time.Time, p Policy) bool {
	people = slices.Clone(people)
	r.ExpiresAt, r.Apart = now.Add(time.Hour), true // it is about people alone
	for !arrived(r.ways(p), r.Votes) {
		i, acting := r.nextVoter(people, now, p)
		if i < 0 {
			return false
		}
		votes, _ := inPerson(r.Votes, acting)
		r.Votes = append(slices.Clone(votes), Vote{By: acting.UserID, For: acting.For, At: now, Named: acting.names()})
		people = slices.Delete(people, i, i+1)
	}
	return true
}

// nextVoter is one of some people who can approve a request, and as whom; -1: nobody can.
func (r Request) nextVoter(people []Actor, now time.Time, p Policy) (found int, acting Actor) {
	found = -1
	for i, a := range people {
		as, refusal := r.capacity(Intent{Action: ActionApprove, By: a, Shown: r.Shown()}, now, p)
		switch {
		case refusal != nil:
		case as.For == "":
			return i, as
		case found < 0:
			found, acting = i, as
		}
	}
	return found, acting
}

// needed says whether the own approval of somebody is needed at a later step, as far as ids tell:
// too few of the others who are named there are left.
func (r Request) needed(a Actor, votes []Vote, p Policy) bool {
	for _, w := range r.ways(p) {
		at, filled := w.Present(votes), w.Filled(votes)
		for i := at + 1; i < len(w.Steps); i++ {
			s := w.Steps[i]
			if s.takes(a.names()) && !r.enough(s, s.Required-filled[i], a, votes, p) {
				return true
			}
		}
	}
	return false
}

// enough says whether so many others than somebody can still approve at a step. Who is in a group
// is not known here.
func (r Request) enough(s Step, wanted int, but Actor, votes []Vote, p Policy) bool {
	left := 0
	for _, id := range s.Who {
		other := Actor{UserID: id}
		switch {
		case unnamed(id):
			return true
		case but.mayBe(id), r.askedBy(other) && !r.selfCounts(p), slices.ContainsFunc(votes, func(v Vote) bool { return v.By == id }):
		default:
			left++
		}
	}
	return left >= wanted
}

// unnamed says whether a name of a step is that of people who are not known here.
func unnamed(id string) bool { return id == Variables || strings.HasPrefix(id, "S") }
