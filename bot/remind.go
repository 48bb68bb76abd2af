package bot

import (
	"context"
	"slices"
	"time"

	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// remind reminds those for whom a request waits, each at their own growing intervals and
// in their working hours, and of one that times out everybody once more before it
// times out.
func (b *Bot) remind(ctx context.Context, job renewal.Job) error {
	r, err := b.ledger.Get(ctx, job.RequestID)
	if err != nil || !slices.Contains(renewal.Reminded(), r.Status) {
		return err
	}
	now := b.ledger.Now(ctx)
	waiting, err := b.awaited(ctx, r, now)
	if err != nil {
		return err
	}
	who, escalates := r.Escalates(now)
	if len(who) > 0 {
		if err := b.move(ctx, r.ID, renewal.Escalate{}); err != nil {
			return err
		}
	}
	next := now.Add(nobodyPause)
	if slices.Contains(renewal.Timed(), r.Status) {
		lastCall := r.LastCallAt(b.policy)
		if next = r.ExpiresAt; !r.LastCalled {
			if !now.Before(lastCall) {
				return b.move(ctx, r.ID, renewal.Reminder{Who: ids(waiting), Last: true})
			}
			next = lastCall
		}
	} else if len(waiting) > 0 {
		next = now.Add(renewal.LongestReminder)
	}
	var due []string
	for _, p := range waiting {
		at := r.ReminderDue(p.ID, b.policy)
		if at.Before(now) {
			at = now // it was missed; but nobody is called in the night for that
		}
		if at = renewal.WorkingTime(at, p.Zone, p.Weekend); !at.After(now) {
			due = append(due, p.ID)
			at = renewal.WorkingTime(now.Add(b.policy.RemindAfter), p.Zone, p.Weekend)
		}
		if at.Before(next) {
			next = at
		}
	}
	if !escalates.IsZero() && escalates.Before(next) {
		next = escalates
	}
	if len(due) == 0 {
		return ledger.SnoozeUntil(later(next, now.Add(time.Second)))
	}
	return b.move(ctx, r.ID, renewal.Reminder{Who: due, Next: next})
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

// awaited lists the people for whom a request waits: the deputy instead of the approver, and
// nobody who is away while others are there.
func (b *Bot) awaited(ctx context.Context, r renewal.Request, now time.Time) ([]directory.Person, error) {
	actors, err := b.directory.Awaited(ctx, r)
	if err != nil {
		return nil, err
	}
	theirs := r.Status == renewal.Processing || r.Status == renewal.Returned
	if theirs && !slices.ContainsFunc(actors, func(a renewal.Actor) bool { return a.UserID == r.Requester }) {
		actors = append(actors, renewal.Actor{UserID: r.Requester})
	}
	var waiting []directory.Person
	represented := map[string]bool{} // whose deputy is asked instead
	for _, a := range actors {
		a.MayRequest = true // whether they still may is found out when they act
		if !r.Awaits(a, now, b.policy) {
			continue
		}
		for _, of := range a.DeputyOf {
			represented[of.UserID] = true
		}
		p, ok, err := b.directory.Person(ctx, a.UserID)
		if err != nil {
			return nil, err
		}
		if ok {
			waiting = append(waiting, p)
		}
	}
	waiting = slices.DeleteFunc(waiting, func(p directory.Person) bool { return represented[p.ID] })
	here := slices.DeleteFunc(slices.Clone(waiting), func(p directory.Person) bool { return p.Away })
	if len(here) > 0 { // else somebody has to
		waiting = here
	}
	return waiting, nil
}

// expire ends a request that nobody decided or changed.
func (b *Bot) expire(ctx context.Context, job renewal.Job) error {
	r, err := b.ledger.Get(ctx, job.RequestID)
	if err != nil || !slices.Contains(renewal.Timed(), r.Status) {
		return err
	}
	if b.ledger.Now(ctx).Before(r.ExpiresAt) {
		return ledger.SnoozeUntil(r.ExpiresAt)
	}
	return b.move(ctx, r.ID, renewal.Expiry{})
}

// move applies an event of a job; a refusal means that it is not needed any more.
func (b *Bot) move(ctx context.Context, id int64, e renewal.Event) error {
	_, err := b.ledger.Apply(ctx, id, e)
	return renewal.IgnoreRefusal(err)
}
