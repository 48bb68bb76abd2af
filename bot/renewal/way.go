package renewal

import "slices"

// Variables names, among the people of a step, those of RENEW_APPROVERS.
const Variables = "RENEW_APPROVERS"

// Step is one step on the way to an approval: so many of these people.
type Step struct {
	Name     string   `json:"name,omitempty"` // of the people, for people; empty: their ids
	Who      []string `json:"who"`            // ids of people and user groups, or Variables
	Required int      `json:"required"`       // distinct people
	// Escalate is who is told when nobody has decided for some time; nil: nobody.
	Escalate *Escalation `json:"escalate,omitempty"`
}

// Way is what one rule of the policy wants: its steps, one after the other. Nobody counts in
// two of them.
type Way struct {
	Rule  string `json:"rule,omitempty"`  // empty: the variables, or the rule of another line of the batch
	Other string `json:"other,omitempty"` // that rule of another line, for people
	Steps []Step `json:"steps"`
}

// byVariables is the way of RENEW_APPROVERS and RENEW_APPROVALS_REQUIRED.
func byVariables(required int) Way {
	return Way{Steps: []Step{{Who: []string{Variables}, Required: max(required, 1)}}}
}

// Needs is how many people the way takes.
func (w Way) Needs() int {
	n := 0
	for _, s := range w.Steps {
		n += s.Required
	}
	return n
}

// takes says whether somebody with these names is one of the step's people.
func (s Step) takes(names []string) bool {
	return slices.ContainsFunc(s.Who, func(id string) bool { return slices.Contains(names, id) })
}

// names are those under which a step may know a person.
func (a Actor) names() []string {
	if a.MayApprove {
		return append(slices.Clone(a.Named), Variables)
	}
	return a.Named
}

// names are those under which a step may know who gave the vote, as they were then.
func (v Vote) names() []string {
	if v.Named == nil { // given while there was no policy file
		return []string{Variables}
	}
	return v.Named
}

// voteOf is a person's vote. Without a policy file it needs no names.
func (c *changing) voteOf(a Actor) Vote {
	v := Vote{By: a.UserID, At: c.now, For: a.For}
	if len(a.Named) > 0 {
		v.Named = a.names()
	}
	return v
}

// Voter is who gave a vote, as they were then.
func (v Vote) Voter() Actor {
	a := Actor{UserID: v.By, MayApprove: slices.Contains(v.names(), Variables), Named: v.Named}
	if v.For == "" {
		return a
	}
	a.UserID = v.For
	return Actor{UserID: v.By, DeputyOf: []Actor{a}}
}

// Filled says of each step how many of its places the votes fill. Each vote fills one place,
// and the earlier steps are filled first.
func (w Way) Filled(votes []Vote) []int {
	filled := make([]int, len(w.Steps))
	place := make([]int, len(votes)) // the step that a vote counts in, from 1
	// seat finds a vote for a step, and other places for votes that can change theirs.
	var seat func(step int, tried []bool) bool
	seat = func(step int, tried []bool) bool {
		for i, v := range votes {
			if tried[i] || !w.Steps[step].takes(v.names()) {
				continue
			}
			tried[i] = true
			if place[i] == 0 || seat(place[i]-1, tried) {
				place[i] = step + 1
				return true
			}
		}
		return false
	}
	for i, s := range w.Steps {
		for filled[i] < s.Required && seat(i, make([]bool, len(votes))) {
			filled[i]++
		}
	}
	return filled
}

// Present is the number of the step, from 0, at which the way is with these votes; the number
// of its steps when it has come to its end.
func (w Way) Present(votes []Vote) int {
	for i, n := range w.Filled(votes) {
		if n < w.Steps[i].Required {
			return i
		}
	}
	return len(w.Steps)
}

// helps says whether the vote of somebody with these names brings the way nearer to its end: in its
// present step, or in an earlier one whose vote counts in the present step then.
func (w Way) helps(votes []Vote, names []string) bool {
	at := w.Present(votes)
	if at == len(w.Steps) || len(names) == 0 {
		return false
	}
	more := append(slices.Clone(votes), Vote{Named: names})
	return w.Filled(more)[at] > w.Filled(votes)[at]
}

// arrived says whether the votes suffice for all ways.
func arrived(ways []Way, votes []Vote) bool {
	return !slices.ContainsFunc(ways, func(w Way) bool { return w.Present(votes) < len(w.Steps) })
}

// deciders are the steps at which ways are: those whose people decide now.
func deciders(ways []Way, votes []Vote) []Step {
	var now []Step
	for _, w := range ways {
		if i := w.Present(votes); i < len(w.Steps) {
			now = append(now, w.Steps[i])
		}
	}
	return now
}

// Strictest leaves out the ways that follow from another one: whoever has gone that one to
// its end has gone them, too. Who is told when one of their steps waits is told of that one's step.
func Strictest(ways []Way) []Way {
	var kept []Way
	for i, w := range ways {
		follows := false
		for j, other := range ways {
			// Of two that follow from each other the first one is kept.
			follows = follows || (i != j && w.followsFrom(other) && (j < i || !other.followsFrom(w)))
		}
		if !follows {
			kept = append(kept, w)
		}
	}
	for i, k := range kept {
		for _, w := range ways {
			k = k.escalatingAs(w)
		}
		kept[i] = k
	}
	return kept
}

// escalatingAs is the way with the escalations of one that follows from it.
func (w Way) escalatingAs(other Way) Way {
	pairs, follows := other.pairs(w)
	if !follows {
		return w
	}
	w.Steps = slices.Clone(w.Steps)
	for i, s := range other.Steps {
		at := &w.Steps[pairs[i]]
		at.Escalate = at.Escalate.sooner(s.Escalate)
	}
	return w
}

// followsFrom says whether each step has one of its own in the other way, in the same order,
// with at least as many people, none of whom the step would not take.
func (w Way) followsFrom(other Way) bool {
	_, follows := w.pairs(other)
	return follows
}

// pairs are the numbers of those steps of the other way, if the way follows from it.
func (w Way) pairs(other Way) (pairs []int, follows bool) {
	next := 0
	for _, s := range w.Steps {
		for next < len(other.Steps) && !s.followsFrom(other.Steps[next]) {
			next++
		}
		if next == len(other.Steps) {
			return nil, false
		}
		pairs = append(pairs, next)
		next++
	}
	return pairs, true
}

func (s Step) followsFrom(other Step) bool {
	return other.Required >= s.Required &&
		!slices.ContainsFunc(other.Who, func(id string) bool { return !slices.Contains(s.Who, id) })
}

// idsOf are the names of the people of several steps, each once.
func idsOf(steps []Step) []string {
	var ids []string
	for _, s := range steps {
		for _, id := range s.Who {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// Deciders names who decides on a pending request now: ids of people and user groups, and
// Variables. It is nil when all approvers do.
func (r Request) Deciders() []string {
	if r.Ways == nil {
		return nil
	}
	return idsOf(deciders(r.Ways, r.Votes))
}

// Names are the ids of all people and user groups of the request's steps.
func (r Request) Names() []string {
	var steps []Step
	for _, w := range slices.Concat(r.Ruling.Ways, r.Ways) {
		steps = append(steps, w.Steps...)
	}
	return slices.DeleteFunc(idsOf(steps), func(id string) bool { return id == Variables })
}

// atStep refuses whoever is not among the people who decide now: those of the present step, and
// those of an earlier one where somebody has approved whom the present step takes as well.
func (r Request) atStep(a Actor, votes []Vote, p Policy) *Refusal {
	ways := r.ways(p)
	now := deciders(ways, votes)
	if len(now) == 0 || slices.ContainsFunc(ways, func(w Way) bool { return w.helps(votes, a.names()) }) {
		return nil
	}
	told := Say("By the policy others decide on " + r.Reference() + " now: ")
	for i, s := range now {
		if i > 0 {
			told = append(told, Text(", and "))
		}
		told = append(told, s.Told()...)
	}
	return &Refusal{RefusedStep, append(told, Text(". Nothing was ordered by this."))}
}

// ofSteps refuses whoever is in no step of the request.
func (r Request) ofSteps(a Actor, verb string, p Policy) *Refusal {
	if r.named(a, p) {
		return nil
	}
	return refuse(RefusedStep, "By the policy only the people of its steps can %s %s. Nothing was ordered.", verb, r.Reference())
}

// everyone are all names of the people in the request's steps.
func (r Request) everyone(p Policy) []string {
	var steps []Step
	for _, w := range r.ways(p) {
		steps = append(steps, w.Steps...)
	}
	return idsOf(steps)
}

// named says whether somebody is in a step of the request.
func (r Request) named(a Actor, p Policy) bool {
	for _, w := range r.ways(p) {
		if slices.ContainsFunc(w.Steps, func(s Step) bool { return s.takes(a.names()) }) {
			return true
		}
	}
	return false
}
