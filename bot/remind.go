package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// The hours of a working day, in the time zone that Slack has for a person.
const (
	dayBegins = 9
	dayEnds   = 17
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
		at := r.ReminderDue(p.id, b.policy)
		if at.Before(now) {
			at = now // it was missed; but nobody is called in the night for that
		}
		if at = workingTime(at, p.zone); !at.After(now) {
			due = append(due, p.id)
			at = workingTime(now.Add(b.policy.RemindAfter), p.zone)
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

// approver is somebody who can be reminded.
type approver struct {
	id   string
	zone *time.Location
}

func ids(people []approver) []string {
	var list []string
	for _, p := range people {
		list = append(list, p.id)
	}
	return list
}

// undecided lists the approvers for whose decision a request waits.
func (b *Bot) undecided(ctx context.Context, r renewal.Request, now time.Time) ([]approver, error) {
	var all []string
	for _, id := range b.people.approvers {
		if !strings.HasPrefix(id, "S") {
			all = append(all, id)
			continue
		}
		members, err := b.people.groups.get(ctx, id, decisionAge)
		if err = b.unknowable(ctx, id, err); err != nil {
			return nil, err
		}
		all = append(all, members...)
	}
	slices.Sort(all)
	var waiting []approver
	for _, id := range slices.Compact(all) {
		if !r.WaitsFor(renewal.Actor{UserID: id, MayApprove: true}, now, b.policy) {
			continue
		}
		u, err := b.people.users.get(ctx, id, requestAge)
		if err := b.unknowable(ctx, id, err); err != nil {
			return nil, err
		}
		if err != nil || b.people.stranger(u) != "" {
			continue
		}
		waiting = append(waiting, approver{id, zoneOf(u.TZ)})
	}
	return waiting, nil
}

// unknowable is err unless Slack says that it will never tell who somebody is: that must
// not keep the others from being reminded.
func (b *Bot) unknowable(ctx context.Context, id string, err error) error {
	if _, kind := classify(err); err == nil || kind != slackNo {
		return err
	}
	b.log.WarnContext(ctx, "an approver can't be reminded", "id", id, "error", err)
	return nil
}

// zoneOf is a time zone by its name; an unknown one counts as UTC.
func zoneOf(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return time.UTC
}

// workingTime is t, or when the next working day begins if t is not in working hours.
func workingTime(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	begin := time.Date(local.Year(), local.Month(), local.Day(), dayBegins, 0, 0, 0, zone)
	switch {
	case local.Before(begin): // the day begins later today
	case local.Hour() < dayEnds:
		begin = local
	default:
		begin = begin.AddDate(0, 0, 1)
	}
	for begin.Weekday() == time.Saturday || begin.Weekday() == time.Sunday {
		begin = time.Date(begin.Year(), begin.Month(), begin.Day()+1, dayBegins, 0, 0, 0, zone)
	}
	return begin
}
