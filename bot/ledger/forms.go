package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// formLife is for how long an open form is remembered: nobody looks at one for longer.
const formLife = 24 * time.Hour

// Form is what the processes know of an open form in Slack.
type Form struct {
	Newest string // Slack's timestamp of the newest choice in it; empty: none was made
	Drawn  string // the timestamp of the choice for which it was drawn last
	Hash   string // of the view as it was drawn then, by whoever; empty: it was not drawn since it was opened
}

// FormChosen notes that a choice was made in a form. stamp is Slack's timestamp of it.
func (l *Ledger) FormChosen(ctx context.Context, viewID, stamp string) error {
	err := l.change(ctx, "form chosen", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM forms WHERE at < $1`, micros(now.Add(-formLife))); err != nil {
			return err
		}
		_, err = t.exec(ctx, `INSERT INTO forms (view_id, newest, drawn, hash, at) VALUES ($1, $2, '', '', $3)
			ON CONFLICT (view_id) DO UPDATE SET newest = excluded.newest, at = excluded.at WHERE forms.newest < excluded.newest`,
			clean(viewID), clean(stamp), micros(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("note a choice: %w", err)
	}
	return nil
}

// FormDrawn notes the hash of a form that was drawn for the choice of stamp, unless it has
// been drawn for a newer one.
func (l *Ledger) FormDrawn(ctx context.Context, viewID, stamp, hash string) error {
	err := l.change(ctx, "form drawn", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		_, err = t.exec(ctx, `INSERT INTO forms (view_id, newest, drawn, hash, at) VALUES ($1, $2, $2, $3, $4)
			ON CONFLICT (view_id) DO UPDATE SET drawn = excluded.drawn, hash = excluded.hash, at = excluded.at
			WHERE forms.drawn <= excluded.drawn`,
			clean(viewID), clean(stamp), clean(hash), micros(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("note a drawing: %w", err)
	}
	return nil
}

// Form reads what is known of a form; of one that nobody knows that is nothing.
func (l *Ledger) Form(ctx context.Context, viewID string) (Form, error) {
	var f Form
	err := l.engine.one(ctx, `SELECT newest, drawn, hash FROM forms WHERE view_id = $1`, clean(viewID)).Scan(&f.Newest, &f.Drawn, &f.Hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Form{}, fmt.Errorf("read a form: %w", err)
	}
	return f, nil
}
