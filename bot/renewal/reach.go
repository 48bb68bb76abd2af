package renewal

import (
	"slices"
	"strings"
	"time"
)

// Reaches says whether some people can together approve a pending request, as they are now: each
// votes once, and rather for themselves than as a deputy. What was approved by who is not among them does not count.
func (r Request) Reaches(people []Actor, now time.Time, p Policy) bool {
	people = slices.Clone(people)
	r.Votes, _ = r.count(people, now.Add(-p.ExpireAfter), now, p)
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

// needed says whether somebody can't vote as a deputy because their own approval is needed at a later step: without it
// too few of those are left who are named there. A group of which it is not known who is in it is taken to suffice.
func (r Request) needed(a, of Actor, votes []Vote, p Policy) bool {
	deputy := Vote{By: a.UserID, For: of.UserID, Named: of.names()}
	inPerson := []Vote{{By: a.UserID, Named: a.names()}, {By: of.UserID, Named: of.names()}}
	for _, w := range r.ways(p) {
		at := w.Present(votes)
		later := at < len(w.Steps) && slices.ContainsFunc(w.Steps[at+1:], func(s Step) bool { return s.takes(a.names()) })
		others := slices.Concat(votes, r.others(w, votes, p, a, of))
		if later && w.Present(append(slices.Clone(others), deputy)) < len(w.Steps) && w.Present(slices.Concat(others, inPerson)) == len(w.Steps) {
			return true
		}
	}
	return false
}

// others are the votes that can still come for a way, of all but two people.
func (r Request) others(w Way, votes []Vote, p Policy, a, of Actor) []Vote {
	var more []Vote
	add := func(id, name string) {
		other := Actor{UserID: id}
		i := slices.IndexFunc(more, func(v Vote) bool { return v.By == id })
		switch {
		case a.mayBe(id), of.mayBe(id), r.askedBy(other) && !r.selfCounts(p), slices.ContainsFunc(votes, other.counted):
		case i < 0:
			more = append(more, Vote{By: id, Named: []string{name}})
		default:
			more[i].Named = append(more[i].Named, name)
		}
	}
	for _, name := range idsOf(w.Steps) {
		members, known := a.Members[name]
		switch {
		case !unnamed(name):
			add(name, name)
		case known:
			for _, id := range members {
				add(id, name)
			}
		default: // as many as are needed
			for range w.Needs() {
				more = append(more, Vote{Named: []string{name}})
			}
		}
	}
	return more
}

// mayStandFor says whether a name of a step may be that of somebody else, as far as is known beside this person.
func (a Actor) mayStandFor(name, id string) bool {
	members, known := a.Members[name]
	return name == id || (unnamed(name) && (!known || slices.Contains(members, id)))
}

// unnamed says whether a name of a step is that of people who are not known here.
func unnamed(id string) bool { return id == Variables || strings.HasPrefix(id, "S") }
