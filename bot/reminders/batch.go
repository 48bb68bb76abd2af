package reminders

import (
	"context"
	"time"

	"renewbot/bot/directory"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// remindOfBatch reminds those for whom a batch waits: to decide on its lines, or on whether it goes
// on. Lines that are decided by themselves have reminders of their own.
func (rs *Reminders) remindOfBatch(ctx context.Context, id int64) error {
	b, lines, err := rs.ledger.Batch(ctx, id)
	if err != nil {
		return err
	}
	lines = b.Under(lines, rs.policy)
	r, waits := b.Awaiting(lines)
	if !waits {
		return nil // whoever pauses it plans the next one
	}
	now := rs.ledger.Now(ctx)
	actors, err := rs.directory.Awaited(ctx, r, directory.DecisionAge)
	if err != nil {
		return err
	}
	waiting, err := rs.those(ctx, actors, func(a renewal.Actor) bool { return b.WaitsFor(a, lines, now, rs.policy) })
	if err != nil {
		return err
	}
	who, escalates := b.Escalates(lines, now)
	if len(who) > 0 {
		people, err := rs.people(ctx, who, b.Requester)
		if err == nil {
			err = rs.moveBatch(ctx, id, renewal.EscalateBatch{People: people})
		}
		if err != nil {
			return err
		}
	}
	next := now.Add(nobodyPause)
	if b.Held == nil {
		if next = r.ExpiresAt; !b.LastCalled {
			if !now.Before(r.LastCallAt(rs.policy)) {
				return rs.moveBatch(ctx, id, renewal.RemindBatch{Who: ids(waiting), Last: true})
			}
			next = r.LastCallAt(rs.policy)
		}
	}
	var due []string
	due, next = rs.due(r, waiting, now, next)
	if !escalates.IsZero() && escalates.Before(next) {
		next = escalates
	}
	if len(due) == 0 {
		return ledger.SnoozeUntil(later(next, now.Add(time.Second)))
	}
	return rs.moveBatch(ctx, id, renewal.RemindBatch{Who: due, Next: next})
}

func (rs *Reminders) moveBatch(ctx context.Context, id int64, e renewal.BatchEvent) error {
	_, err := rs.ledger.ApplyBatch(ctx, id, e)
	return renewal.IgnoreRefusal(err)
}
