package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"renewbot/bot/renewal"
)

// Deputies lists the deputies whose time is not over, by the ledger's clock.
func (l *Ledger) Deputies(ctx context.Context) ([]renewal.Deputy, error) {
	now, err := l.now(ctx, l.engine)
	if err != nil {
		return nil, err
	}
	var all []renewal.Deputy
	err = l.engine.each(ctx, func(row row) error {
		d, err := scanDeputy(row)
		all = append(all, d)
		return err
	}, `SELECT approver, deputy, until FROM deputies WHERE until > $1 ORDER BY until, approver`, micros(now))
	if err != nil {
		return nil, fmt.Errorf("list deputies: %w", err)
	}
	return all, nil
}

func scanDeputy(row row) (renewal.Deputy, error) {
	var d renewal.Deputy
	var until int64
	err := row.Scan(&d.Of, &d.ID, &until)
	d.Until = fromMicros(until)
	return d, err
}

// Deputise names an approver's deputy until then, instead of the one from before. Its error may
// be a *renewal.Refusal; the same twice is one.
func (l *Ledger) Deputise(ctx context.Context, approver, deputy renewal.Actor, until time.Time) error {
	return l.ofNoRequest(ctx, "name a deputy", func(t tx, now time.Time) (*renewal.Entry, error) {
		before, err := deputyOf(ctx, t, approver.UserID, now)
		if err != nil {
			return nil, err
		}
		d, e, err := renewal.Deputise(before, approver, deputy, stamp(until), now, l.options.Policy)
		if err != nil {
			return nil, err
		}
		_, err = t.exec(ctx, `INSERT INTO deputies (approver, deputy, until) VALUES ($1, $2, $3)
			ON CONFLICT (approver) DO UPDATE SET deputy = excluded.deputy, until = excluded.until`, indexed(d.Of), indexed(d.ID), micros(d.Until))
		if err != nil {
			return nil, fmt.Errorf("save a deputy: %w", err)
		}
		if err := l.enqueue(ctx, t, now, []renewal.Job{drawHomes(d.Until)}); err != nil { // the deputy's shows less then
			return nil, err
		}
		return &e, l.recordAlone(ctx, t, &e)
	})
}

// EndDeputy takes the rights of somebody's deputy back. Without a deputy it does nothing.
func (l *Ledger) EndDeputy(ctx context.Context, approver string) error {
	return l.ofNoRequest(ctx, "end a deputy", func(t tx, now time.Time) (*renewal.Entry, error) {
		d, err := deputyOf(ctx, t, approver, now)
		if err != nil {
			return nil, err
		}
		e, err := d.End(now)
		if err != nil {
			return nil, err
		}
		if _, err := t.exec(ctx, `DELETE FROM deputies WHERE approver = $1`, indexed(approver)); err != nil {
			return nil, fmt.Errorf("delete a deputy: %w", err)
		}
		return &e, l.recordAlone(ctx, t, &e)
	})
}

// deputyOf is somebody's deputy whose time is not over, or the zero Deputy.
func deputyOf(ctx context.Context, t tx, approver string, now time.Time) (renewal.Deputy, error) {
	var found renewal.Deputy
	err := t.each(ctx, func(row row) error {
		d, err := scanDeputy(row)
		found = d
		return err
	}, `SELECT approver, deputy, until FROM deputies WHERE approver = $1 AND until > $2`, indexed(approver), micros(now))
	if err != nil {
		return found, fmt.Errorf("read a deputy: %w", err)
	}
	return found, nil
}

// recordAlone appends an entry that belongs to no request.
func (l *Ledger) recordAlone(ctx context.Context, t tx, e *renewal.Entry) error {
	c := renewal.Change{Entry: *e, Jobs: []renewal.Job{{Kind: renewal.SyncSlack, At: e.At}}}
	err := l.record(ctx, t, &c)
	*e = c.Entry
	return err
}

// ofNoRequest makes a change that belongs to no request and writes one entry, as the only one
// who changes anything meanwhile. A second delivery, renewal.ErrRepeated, changes nothing.
func (l *Ledger) ofNoRequest(ctx context.Context, name string, do func(tx, time.Time) (*renewal.Entry, error)) error {
	var saved *renewal.Entry
	err := l.change(ctx, name, func(t tx) error {
		saved = nil
		if _, err := t.exec(ctx, lockTrail); err != nil {
			return fmt.Errorf("lock the trail: %w", err)
		}
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		e, err := do(t, now)
		if errors.Is(err, renewal.ErrRepeated) {
			return nil
		}
		saved = e
		return err
	})
	if saved != nil {
		err = l.known(ctx, *saved, err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if saved != nil {
		l.options.Observer.Saved(renewal.Change{Entry: *saved})
	}
	return nil
}
