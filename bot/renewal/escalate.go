package renewal

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Escalation is who is told when a step has waited for too long. It gives them no right, and
// approves nothing.
type Escalation struct {
	After time.Duration `json:"after"` // the request has come to the step
	To    []string      `json:"to"`    // ids of people and user groups
}

func (e Escalation) key() string { return fmt.Sprintf("%s %s", e.After, strings.Join(e.To, ",")) }

// sooner is the earlier of two escalations of one step, which tells those of both.
func (e *Escalation) sooner(other *Escalation) *Escalation {
	switch {
	case other == nil:
		return e
	case e == nil:
		return other
	}
	both := Escalation{After: min(e.After, other.After), To: slices.Clone(e.To)}
	for _, id := range other.To {
		if !slices.Contains(both.To, id) {
			both.To = append(both.To, id)
		}
	}
	return &both
}

// escalations are those of the steps at which a request is.
func (r Request) escalations() []Escalation {
	var all []Escalation
	if r.Status != Pending || r.Undivided() {
		return nil
	}
	for _, s := range deciders(r.Ways, r.Votes) {
		if s.Escalate != nil {
			all = append(all, *s.Escalate)
		}
	}
	return all
}

// Escalates are those who are to be told now that nobody has decided, each once; next is when
// there will be more, or zero.
func (r Request) Escalates(now time.Time) (who []string, next time.Time) {
	untold := slices.DeleteFunc(r.escalations(), func(e Escalation) bool { return slices.Contains(r.Escalated, e.key()) })
	return toldAt(untold, r.stepSince(), now)
}

// stepSince is when the request came to its present steps, also where nothing escalated then.
func (r Request) stepSince() time.Time {
	if !r.StepSince.IsZero() {
		return r.StepSince
	}
	since := r.AskedAt
	for _, v := range r.Votes {
		since = later(since, v.At)
	}
	return since
}

// EscalatesUnplanned is when those are to be told whom only a policy of after the request came to its
// steps names; zero: there are none.
func (r Request) EscalatesUnplanned(p Policy) (at time.Time) {
	if r.StepSince.IsZero() {
		_, at = r.Under(p).Escalates(r.stepSince())
	}
	return at
}

// toldAt are those whom escalations name whose time has come, each once, when their steps began at
// since; next is when there will be more, or zero.
func toldAt(list []Escalation, since, now time.Time) (who []string, next time.Time) {
	for _, e := range list {
		switch at := since.Add(e.After); {
		case !now.Before(at):
			who = append(who, e.To...)
		case next.IsZero() || at.Before(next):
			next = at
		}
	}
	slices.Sort(who)
	return slices.Compact(who), next
}

// toldOf are those of whom an escalation names who can be told: people are who is there of them.
func toldOf(who, people []string) []string {
	if len(people) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(who), func(id string) bool {
		return !strings.HasPrefix(id, "S") && !slices.Contains(people, id)
	})
}

// same says whether two steps are of the same people.
func (s Step) same(other Step) bool {
	return s.String() == other.String() && slices.Equal(s.Who, other.Who)
}

// places are the numbers of the steps at which ways are.
func places(ways []Way, votes []Vote) (at []int) {
	for _, w := range ways {
		at = append(at, w.Present(votes))
	}
	return at
}

// steps plans the escalations of the steps to which a request has come.
func (c *changing) steps() {
	now, before := deciders(c.Ways, c.Votes), deciders(c.before.Ways, c.before.Votes)
	switch {
	case c.Status != Pending:
		c.StepSince, c.Escalated = time.Time{}, nil
		return
	case c.before.Status == Pending && c.Revision == c.before.Revision && slices.EqualFunc(now, before, Step.same) &&
		(len(c.Votes) == len(c.before.Votes) || slices.Equal(places(c.Ways, c.Votes), places(c.before.Ways, c.before.Votes))):
		return
	}
	c.StepSince, c.Escalated = time.Time{}, nil
	for _, e := range c.escalations() {
		c.StepSince = c.now
		c.job(Remind, c.now.Add(e.After))
	}
}

// escalate tells who is next that nobody has decided.
func (c *changing) escalate(e Escalate) error {
	who, _ := c.Escalates(c.now)
	if len(who) == 0 || !c.now.Before(c.ExpiresAt) {
		return refuse(RefusedTooEarly, "%s: nobody is to be told that it waits.", c.Reference())
	}
	for _, due := range c.escalations() {
		if !c.now.Before(c.stepSince().Add(due.After)) && !slices.Contains(c.Escalated, due.key()) {
			c.Escalated = append(slices.Clone(c.Escalated), due.key())
		}
	}
	c.record(CodeEscalated, System, map[string]string{DetailWho: strings.Join(toldOf(who, e.People), ","), DetailPeople: strings.Join(e.People, ",")})
	return nil
}
