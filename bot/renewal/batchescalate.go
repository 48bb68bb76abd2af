package renewal

import (
	"slices"
	"strings"
	"time"
)

// EscalateBatch says that a batch has waited at a step for too long.
type EscalateBatch struct {
	People []string // those who are told, the members of groups among them
}

// Action is that of BatchEvent.
func (EscalateBatch) Action() string { return "escalate_batch" }
func (EscalateBatch) by() Actor      { return Actor{UserID: System} }

// BatchEscalation is that others were told that nobody has decided on a batch.
type BatchEscalation struct {
	At  time.Time `json:"at"`
	Who []string  `json:"who"` // ids of people and user groups
	// People are the ids of those who are told by direct message.
	People []string `json:"people,omitempty"`
	Keys   []string `json:"keys"` // of the escalations that were due
}

// steps are those at which the undecided lines are.
func (b Batch) steps(lines []Request) []Step {
	var steps []Step
	for _, r := range b.Undecided(lines) {
		steps = append(steps, deciders(r.Ways, r.Votes)...)
	}
	return steps
}

// places are the numbers of those steps.
func (b Batch) places(lines []Request) (at []int) {
	for _, r := range b.Undecided(lines) {
		at = append(at, places(r.Ways, r.Votes)...)
	}
	return at
}

// untold are the escalations of those steps that are not told yet; since is when the batch came
// to them.
func (b Batch) untold(lines []Request) (list []Escalation, since time.Time) {
	if since = b.StepSince; since.IsZero() {
		since = b.CreatedAt
	}
	for _, s := range b.steps(lines) {
		e := s.Escalate
		if e == nil || slices.ContainsFunc(list, func(o Escalation) bool { return o.key() == e.key() }) {
			continue
		}
		told := func(t BatchEscalation) bool { return !t.At.Before(since) && slices.Contains(t.Keys, e.key()) }
		if !slices.ContainsFunc(b.Escalated, told) {
			list = append(list, *e)
		}
	}
	return list, since
}

// Escalates are those who are to be told now that nobody has decided, each once; next is when
// there will be more, or zero.
func (b Batch) Escalates(lines []Request, now time.Time) (who []string, next time.Time) {
	list, since := b.untold(lines)
	return toldAt(list, since, now)
}

// escalate tells who is next that nobody has decided.
func (c *batching) escalate(e EscalateBatch) error {
	who, _ := c.Escalates(c.lines, c.now)
	if len(who) == 0 || !c.now.Before(c.Undecided(c.lines)[0].ExpiresAt) {
		return refuse(RefusedTooEarly, "%s: nobody is to be told that it waits.", c.Reference())
	}
	told := BatchEscalation{At: c.now, Who: toldOf(who, e.People), People: e.People}
	list, since := c.untold(c.lines)
	for _, due := range list {
		if !c.now.Before(since.Add(due.After)) {
			told.Keys = append(told.Keys, due.key())
		}
	}
	c.Escalated = append(slices.Clone(c.Escalated), told)
	c.entry.Code = CodeBatchEscalated
	c.note(DetailWho, strings.Join(told.Who, ","))
	c.note(DetailPeople, strings.Join(e.People, ","))
	return nil
}

// stepped notes that a vote has led the batch to other steps, and plans their escalations.
func (c *batching) stepped() {
	before, after := c.steps(c.lines), c.after()
	if slices.EqualFunc(before, c.steps(after), Step.same) && slices.Equal(c.places(c.lines), c.places(after)) {
		return
	}
	c.StepSince = c.now
	if _, next := c.Escalates(after, c.now); !next.IsZero() {
		c.jobs = append(c.jobs, Job{Kind: Remind, RequestID: c.Subject(), At: next})
	}
}
