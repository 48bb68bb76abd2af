package ledger

import (
	"context"
	"fmt"
	"time"

	"renewbot/bot/renewal"
)

// homeLife is for how long a Home tab is drawn again after it was opened last: longer than
// a weekend. Opening it draws it anyway.
const homeLife = 4 * 24 * time.Hour

// Home is a Home tab that somebody opened lately.
type Home struct {
	UserID string
	Digest string // of what it shows; empty: it is to be drawn
}

// HomeOpened notes that somebody opened their Home tab, and starts the job that draws it.
func (l *Ledger) HomeOpened(ctx context.Context, userID string) error {
	err := l.change(ctx, "home opened", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM homes WHERE opened_at < $1`, micros(now.Add(-homeLife))); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `INSERT INTO homes (user_id, opened_at, digest) VALUES ($1, $2, '')
			ON CONFLICT (user_id) DO UPDATE SET opened_at = excluded.opened_at, digest = ''`, indexed(userID), micros(now)); err != nil {
			return err
		}
		return l.enqueue(ctx, t, now, []renewal.Job{drawHomes(now)})
	})
	if err != nil {
		return fmt.Errorf("note an opened Home tab: %w", err)
	}
	return nil
}

// HomeDrawn notes what a Home tab shows.
func (l *Ledger) HomeDrawn(ctx context.Context, h Home) error {
	err := l.change(ctx, "home drawn", func(t tx) error {
		_, err := t.exec(ctx, `UPDATE homes SET digest = $1 WHERE user_id = $2`, clean(h.Digest), indexed(h.UserID))
		return err
	})
	if err != nil {
		return fmt.Errorf("note a drawn Home tab: %w", err)
	}
	return nil
}

// OpenHomes lists the Home tabs that were opened lately, those first that are to be drawn
// because somebody has just opened them.
func (l *Ledger) OpenHomes(ctx context.Context) ([]Home, error) {
	now, err := l.now(ctx, l.engine)
	if err != nil {
		return nil, err
	}
	var homes []Home
	err = l.engine.each(ctx, func(row row) error {
		var h Home
		err := row.Scan(&h.UserID, &h.Digest)
		homes = append(homes, h)
		return err
	}, `SELECT user_id, digest FROM homes WHERE opened_at > $1 ORDER BY CASE WHEN digest = '' THEN 0 ELSE 1 END, opened_at DESC, user_id`,
		micros(now.Add(-homeLife)))
	if err != nil {
		return nil, fmt.Errorf("list Home tabs: %w", err)
	}
	return homes, nil
}

// RedrawHomes starts the job that draws Home tabs, after a change that no request shows, and others
// later, after each of some times.
func (l *Ledger) RedrawHomes(ctx context.Context, later ...time.Duration) error {
	err := l.change(ctx, "redraw homes", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		jobs, err := l.withHomes(ctx, t, now, nil)
		if err != nil || len(jobs) == 0 {
			return err
		}
		for _, after := range later {
			jobs = append(jobs, drawHomes(now.Add(after)))
		}
		return l.enqueue(ctx, t, now, jobs)
	})
	if err != nil {
		return fmt.Errorf("draw Home tabs again: %w", err)
	}
	return nil
}

func drawHomes(at time.Time) renewal.Job {
	return renewal.Job{Kind: renewal.DrawHomes, RequestID: renewal.Homes, At: at}
}

// withHomes adds the job that draws Home tabs again, if there are any.
func (l *Ledger) withHomes(ctx context.Context, t tx, now time.Time, jobs []renewal.Job) ([]renewal.Job, error) {
	var homes int64
	if err := t.one(ctx, `SELECT count(*) FROM homes WHERE opened_at > $1`, micros(now.Add(-homeLife))).Scan(&homes); err != nil {
		return nil, fmt.Errorf("look for Home tabs: %w", err)
	}
	if homes > 0 {
		jobs = append(jobs, drawHomes(now))
	}
	return jobs, nil
}
