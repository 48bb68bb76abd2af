package bot

import (
	"context"
	"time"

	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// remind reminds the approvers who have not decided, each at their own growing
// intervals and in their working hours, and everybody once more before the request
// times out.
func (b *Bot) remind(ctx context.Context, job renewal.Job) error {
	r, err := b.ledger.Get(ctx, job.RequestID)
	if err != nil || r.Status != renewal.Pending {
		return err
	}
	now := b.ledger.Now(ctx)
	waiting, err := b.undecided(ctx, r, now)
	if err != nil {
		return err
	}
	lastCall := r.LastCallAt(b.policy)
	if !r.LastCalled && !now.Before(lastCall) {
		return b.move(ctx, r.ID, renewal.Reminder{Who: ids(waiting), Last: true})
	}
	var due []string
	next := r.ExpiresAt
	if !r.LastCalled {
		next = lastCall
	}
	for _, p := range waiting {
		at := r.ReminderDue(p.ID, b.policy)
		if at.Before(now) {
			at = now // it was missed; but nobody is called in the night for that
		}
		if at = renewal.WorkingTime(at, p.Zone); !at.After(now) {
			due = append(due, p.ID)
			at = renewal.WorkingTime(now.Add(b.policy.RemindAfter), p.Zone)
		}
		if at.Before(next) {
			next = at
		}
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

// undecided lists the approvers for whose decision a request waits.
func (b *Bot) undecided(ctx context.Context, r renewal.Request, now time.Time) ([]directory.Person, error) {
	named, err := b.directory.Members(ctx, b.directory.Approvers())
	if err != nil {
		return nil, err
	}
	var waiting []directory.Person
	for _, id := range named {
		if !r.WaitsFor(renewal.Actor{UserID: id, MayApprove: true}, now, b.policy) {
			continue
		}
		p, ok, err := b.directory.Person(ctx, id)
		if err != nil {
			return nil, err
		}
		if ok {
			waiting = append(waiting, p)
		}
	}
	return waiting, nil
}

// expire ends a request that nobody decided.
func (b *Bot) expire(ctx context.Context, job renewal.Job) error {
	r, err := b.ledger.Get(ctx, job.RequestID)
	if err != nil || r.Status != renewal.Pending {
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
