// Package reminders decides whom a request waits for, reminds them in their working hours,
// and ends requests whose time is up. It posts nothing: what is said is in the ledger's entry.
package reminders

import (
	"context"
	"slices"
	"time"

	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// Reminders are the jobs by which a request that waits for people does not wait in silence.
type Reminders struct {
	ledger    *ledger.Ledger
	directory *directory.Directory
	policy    renewal.Policy
}

// New returns the reminders of the requests in a ledger.
func New(l *ledger.Ledger, d *directory.Directory, p renewal.Policy) *Reminders {
	return &Reminders{ledger: l, directory: d, policy: p}
}

// Handlers are the jobs of this room.
func (rs *Reminders) Handlers() map[renewal.JobKind]ledger.Handler {
	return map[renewal.JobKind]ledger.Handler{renewal.Remind: rs.remind, renewal.Expire: rs.expire}
}

// remind reminds those for whom a request waits, each at their own growing intervals and
// in their working hours, and of one that times out everybody once more before it
// times out.
func (rs *Reminders) remind(ctx context.Context, job renewal.Job) error {
	if batch, ok := renewal.BatchOf(job.RequestID); ok {
		return rs.remindOfBatch(ctx, batch)
	}
	r, err := rs.ledger.Get(ctx, job.RequestID)
	if err != nil || !slices.Contains(renewal.Reminded(), r.Status) {
		return err
	}
	r = r.Under(rs.policy)
	now := rs.ledger.Now(ctx)
	actors, err := rs.directory.Awaited(ctx, r, directory.DecisionAge)
	if err != nil {
		return err
	}
	waiting, err := rs.awaited(ctx, r, actors, now)
	if err != nil {
		return err
	}
	left := rs.handedLeft(ctx, r, actors, now)
	away := handedAway(r, waiting)
	if left != "" || away != "" {
		r.Handed = nil
	}
	who, escalates := r.Escalates(now)
	if len(who) > 0 {
		people, err := rs.people(ctx, who, r.Requester, r.AmendedBy)
		if err == nil {
			err = rs.move(ctx, r.ID, renewal.Escalate{People: people})
		}
		if err != nil {
			return err
		}
	}
	next := now.Add(nobodyPause)
	if slices.Contains(renewal.Timed(), r.Status) {
		lastCall := r.LastCallAt(rs.policy)
		if next = r.ExpiresAt; !r.LastCalled {
			if !now.Before(lastCall) {
				return rs.move(ctx, r.ID, renewal.Reminder{Who: ids(waiting), Last: true, HandedLeft: left})
			}
			next = lastCall
		}
	} else if len(waiting) > 0 {
		next = now.Add(renewal.LongestReminder)
	}
	var due []string
	due, next = rs.due(r, waiting, now, next)
	if !escalates.IsZero() && escalates.Before(next) {
		next = escalates
	}
	if len(due) == 0 {
		return ledger.SnoozeUntil(later(next, now.Add(time.Second)))
	}
	return rs.move(ctx, r.ID, renewal.Reminder{Who: due, Next: next, HandedLeft: left, HandedAway: away})
}

// handedLeft is whom an approver has asked to decide, if they can't any more. Where Slack does not tell all of them now,
// such as who is in a disabled group, what is known of actors decides: nobody's reminder waits for that.
func (rs *Reminders) handedLeft(ctx context.Context, r renewal.Request, actors []renewal.Actor, now time.Time) string {
	if r.Handed == nil || r.Status != renewal.Pending {
		return ""
	}
	to := r.Handed.To
	if a, err := rs.directory.Entitled(ctx, to, r); err == nil {
		actors = []renewal.Actor{a}
	}
	if slices.ContainsFunc(actors, func(a renewal.Actor) bool { return a.UserID == to && r.WaitsFor(a, now, rs.policy) }) {
		return ""
	}
	return to
}

// handedAway is whom an approver has asked to decide, if they are away or a deputy is asked instead: the others
// are not held back for them.
func handedAway(r renewal.Request, waiting []directory.Person) string {
	if r.Handed == nil || r.Status != renewal.Pending || slices.Contains(ids(waiting), r.Handed.To) {
		return ""
	}
	return r.Handed.To
}

// due are those of whom it is time to remind, in their working hours, and when it is for the next one:
// by the reminders of a request, at next at the latest.
func (rs *Reminders) due(r renewal.Request, waiting []directory.Person, now, next time.Time) ([]string, time.Time) {
	var due []string
	for _, p := range waiting {
		at := later(r.ReminderDue(p.ID, rs.policy), now) // it may have been missed; but nobody is called in the night for that
		if at = renewal.WorkingTime(at, p.Zone, p.Weekend); !at.After(now) {
			due = append(due, p.ID)
			at = renewal.WorkingTime(now.Add(rs.policy.RemindAfter), p.Zone, p.Weekend)
		}
		if at.Before(next) {
			next = at
		}
	}
	return due, next
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func ids(people []directory.Person) []string {
	var list []string
	for _, p := range people {
		list = append(list, p.ID)
	}
	return list
}

// nobodyPause is how long to wait before somebody is looked for again for whom a request
// could wait.
const nobodyPause = 24 * time.Hour

// awaited lists the people among actors for whom a request waits: a deputy who is there instead of the
// approver, and nobody who is away while others are there.
func (rs *Reminders) awaited(ctx context.Context, r renewal.Request, actors []renewal.Actor, now time.Time) ([]directory.Person, error) {
	theirs := r.Status == renewal.Processing || r.Status == renewal.Returned
	if theirs && !slices.ContainsFunc(actors, func(a renewal.Actor) bool { return a.UserID == r.Requester }) {
		actors = append(actors, renewal.Actor{UserID: r.Requester})
	}
	return rs.those(ctx, actors, func(a renewal.Actor) bool { return r.Awaits(a, now, rs.policy) })
}

// those are the people among some who are waited for.
func (rs *Reminders) those(ctx context.Context, actors []renewal.Actor, awaited func(renewal.Actor) bool) ([]directory.Person, error) {
	var waiting []directory.Person
	represented, deputies := map[string]bool{}, map[string]bool{} // whose deputy is asked instead, and who that is
	for _, a := range actors {
		a.MayRequest = true // whether they still may is found out when they act
		if !awaited(a) {
			continue
		}
		p, ok, err := rs.directory.Person(ctx, a.UserID)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		waiting = append(waiting, p)
		for _, of := range a.DeputyOf {
			if !p.Away && awaited(renewal.Actor{UserID: a.UserID, MayRequest: true, DeputyOf: []renewal.Actor{of}}) {
				represented[of.UserID], deputies[a.UserID] = true, true
			}
		}
	}
	waiting = slices.DeleteFunc(waiting, func(p directory.Person) bool { return represented[p.ID] && !deputies[p.ID] })
	here := slices.DeleteFunc(slices.Clone(waiting), func(p directory.Person) bool { return p.Away })
	if len(here) > 0 { // else somebody has to
		waiting = here
	}
	return waiting, nil
}

// people are those of some people and user groups who may have to do with renewals, without those who asked.
func (rs *Reminders) people(ctx context.Context, named []string, asked ...string) ([]string, error) {
	all, err := rs.directory.Members(ctx, named, directory.DecisionAge)
	if err != nil {
		return nil, err
	}
	var people []string
	for _, id := range slices.DeleteFunc(all, func(id string) bool { return slices.Contains(asked, id) }) {
		_, ok, err := rs.directory.Person(ctx, id)
		if err != nil {
			return nil, err
		}
		if ok {
			people = append(people, id)
		}
	}
	return people, nil
}

// expire ends a request that nobody decided or changed.
func (rs *Reminders) expire(ctx context.Context, job renewal.Job) error {
	r, err := rs.ledger.Get(ctx, job.RequestID)
	if err != nil || !slices.Contains(renewal.Timed(), r.Status) {
		return err
	}
	if rs.ledger.Now(ctx).Before(r.ExpiresAt) {
		return ledger.SnoozeUntil(r.ExpiresAt)
	}
	return rs.move(ctx, r.ID, renewal.Expiry{})
}

// move applies an event of a job; a refusal means that it is not needed any more.
func (rs *Reminders) move(ctx context.Context, id int64, e renewal.Event) error {
	_, err := rs.ledger.Apply(ctx, id, e)
	return renewal.IgnoreRefusal(err)
}
