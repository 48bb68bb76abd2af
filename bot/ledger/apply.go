package ledger

import (
	"context"
	"errors"
	"fmt"

	"renewbot/bot/renewal"
)

// errConflict says that somebody else changed the request in the meantime.
var errConflict = errors.New("the request was changed at the same moment")

// maxConflicts bounds how often a change is tried again from the start: each conflict
// means that another change went through.
const maxConflicts = 100

// Apply lets an event happen to a request and saves what follows from it. When the
// error is a *renewal.Refusal the request is unchanged, and what a person tried is in
// the audit trail, or counted there if they try it again and again. A click that is
// delivered twice changes nothing the second time, and a refusal is renewal.ErrRepeated then, too. An attempt is refused
// with renewal.RefusedUnderWay while the order of another request of the same holder and
// product is under way, and with renewal.RefusedPaused while orders are paused: it may be
// begun later. When too many orders end without a known fate, orders are paused. With ErrUnclear the event may have happened;
// after any other error it has not.
func (l *Ledger) Apply(ctx context.Context, id int64, e renewal.Event) (renewal.Request, error) {
	return l.applyEvent(ctx, id, e, true)
}

// applyEvent refuses an attempt beside another one if it must be alone.
func (l *Ledger) applyEvent(ctx context.Context, id int64, e renewal.Event, alone bool) (renewal.Request, error) {
	for range maxConflicts {
		r, refusal, err := l.apply(ctx, id, e, alone)
		switch {
		case errors.Is(err, errConflict):
			continue
		case refusal != nil && errors.Is(err, renewal.ErrRepeated):
			return r, fmt.Errorf("%w: %w", err, refusal)
		case err != nil:
			return renewal.Request{}, fmt.Errorf("apply %T to %s: %w", e, renewal.Reference(id), err)
		case refusal != nil:
			return r, refusal
		}
		return r, nil
	}
	return renewal.Request{}, fmt.Errorf("apply %T to %s: %w", e, renewal.Reference(id), errConflict)
}

func (l *Ledger) apply(ctx context.Context, id int64, e renewal.Event, alone bool) (r renewal.Request, refusal *renewal.Refusal, err error) {
	var saved, denied *renewal.Change
	var alarm, held *renewal.Entry
	err = l.change(ctx, fmt.Sprintf("apply %T", e), func(t tx) error {
		refusal, saved, denied, alarm, held = nil, nil, nil, nil, nil
		before, err := get(ctx, t, id)
		if err != nil {
			return err
		}
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		change, err := before.Apply(e, now, l.options.Policy)
		if amend, ok := e.(renewal.Amend); ok && err == nil {
			change, err = l.amended(ctx, t, before, amend, change)
		}
		if errors.Is(err, renewal.ErrRepeated) {
			r = before // it was saved at the first delivery
			return nil
		}
		if errors.As(err, &refusal) {
			r = before
			if change.Entry.Actor != renewal.System { // a worker that came too late or too early tried nothing
				denied = &change
			}
			return nil
		}
		if err != nil {
			return err
		}
		first := alone && begins(before, change.Request)
		if first {
			if refusal, err = l.behind(ctx, t, before, now); err != nil || refusal != nil {
				r = before
				return err
			}
		}
		if r, err = save(ctx, t, before, change.Request, first); err != nil {
			return err
		}
		change.Request.Version = r.Version
		if err := l.record(ctx, t, &change); err != nil {
			return err
		}
		if first {
			if refusal, err = l.mayBegin(ctx, t, before, now); err != nil {
				r = before
				return err
			}
		}
		saved = &change
		held, alarm, err = l.pauses(ctx, t, before.Status, change, alone)
		return err
	})
	if saved != nil {
		err = l.known(ctx, saved.Entry, err)
	} else if refusal != nil {
		err = nil // nothing was to be committed
	}
	switch {
	case err == nil && saved != nil:
		l.observed(ctx, *saved, held, alarm)
	case err == nil && denied != nil:
		err = l.deny(ctx, *denied)
	}
	return r, refusal, err
}

// pauses are the entries of pauses that follow from a change: of the batch of which it is a line, and
// of all orders, unless they are not to be.
func (l *Ledger) pauses(ctx context.Context, t tx, before renewal.Status, c renewal.Change, all bool) (held, alarm *renewal.Entry, err error) {
	if held, err = l.follow(ctx, t, before, c); err != nil || !all {
		return held, nil, err
	}
	alarm, err = l.alarm(ctx, t, c.Entry)
	return held, alarm, err
}

// observed tells of a change that was saved, and of the pauses that it led to.
func (l *Ledger) observed(ctx context.Context, saved renewal.Change, held, alarm *renewal.Entry) {
	l.tell(ctx, saved)
	if alarm != nil {
		l.options.Logger.WarnContext(ctx, "orders are paused: too many ended without anybody knowing whether they were placed")
	}
	for _, e := range []*renewal.Entry{held, alarm} {
		if e != nil {
			l.options.Observer.Saved(renewal.Change{Entry: *e})
		}
	}
}

// save writes the request's next version and its attempts. If its order must be alone, the
// database lets it be saved only then.
func save(ctx context.Context, t tx, before, after renewal.Request, alone bool) (renewal.Request, error) {
	after.Version = before.Version + 1
	document, after, err := encode(after)
	if err != nil {
		return after, err
	}
	var ordered any
	if after.Status == renewal.Ordered {
		ordered = micros(after.UpdatedAt)
	}
	n, err := t.exec(ctx, `UPDATE requests SET version = $1, status = $2, product = $3, holder_key = $4,
		ordered_at = coalesce(ordered_at, $5), updated_at = $6, document = $7, under_way = `+takesUnderWay+`
		WHERE id = $8 AND version = $9`,
		after.Version, string(after.Status), indexed(after.Offer.Product), indexed(after.Offer.Holder.Key()),
		ordered, micros(after.UpdatedAt), document, after.ID, before.Version, alone)
	switch {
	case err != nil:
		return after, fmt.Errorf("save: %w", err)
	case n != 1:
		return after, errConflict
	}
	return after, saveAttempts(ctx, t, before, after)
}

// record appends the entry of a change, and adds its jobs and what others are told of it.
func (l *Ledger) record(ctx context.Context, t tx, c *renewal.Change) error {
	if err := appendEntry(ctx, t, &c.Entry); err != nil {
		return err
	}
	if err := l.announce(ctx, t, c.Entry.At, c.Notices()); err != nil {
		return err
	}
	jobs, err := l.withHomes(ctx, t, c.Entry.At, c.Jobs)
	if err != nil {
		return err
	}
	return l.enqueue(ctx, t, c.Entry.At, jobs)
}

// recordDenied records a change that does not touch its request. It locks the request
// first, as every other change does: locks taken in another order could wait for each
// other.
func (l *Ledger) recordDenied(ctx context.Context, t tx, c *renewal.Change) error {
	if _, err := t.exec(ctx, `UPDATE requests SET last_entry = last_entry WHERE id = $1`, c.Request.ID); err != nil {
		return fmt.Errorf("lock the request: %w", err)
	}
	if c.Request.ID != 0 {
		// It may have moved on since it was refused: the trail is in the order of its moves.
		now, err := get(ctx, t, c.Request.ID)
		if err != nil {
			return err
		}
		c.Entry.From, c.Entry.To, c.Entry.Revision = now.Status, now.Status, now.Revision
	}
	return l.record(ctx, t, c)
}

// Deny audits an action that was refused before it could reach a request, or counts it when
// the same person has tried it before. With a requestID the request's posts are drawn again,
// so that an old button goes away.
func (l *Ledger) Deny(ctx context.Context, requestID int64, actor, action string, refusal *renewal.Refusal) error {
	var r renewal.Request
	var err error
	if requestID != 0 {
		if r, err = l.Get(ctx, requestID); err != nil {
			return err
		}
	}
	now, err := l.now(ctx, l.engine)
	if err != nil {
		return err
	}
	return l.deny(ctx, r.Denied(actor, action, refusal, now))
}

// Record appends an entry that belongs to no change. The ledger gives it its number,
// its hashes and, when it has none, its time.
func (l *Ledger) Record(ctx context.Context, e renewal.Entry) error {
	err := l.change(ctx, "record", func(t tx) error {
		if e.At.IsZero() {
			now, err := l.now(ctx, t)
			if err != nil {
				return err
			}
			e.At = now
		}
		return appendEntry(ctx, t, &e)
	})
	if err != nil {
		return fmt.Errorf("record %s: %w", e.Code, err)
	}
	return nil
}
