package ledger

import (
	"context"
	"fmt"

	"renewbot/bot/renewal"
)

// SetNotify keeps which direct messages somebody wants.
func (l *Ledger) SetNotify(ctx context.Context, userID string, n renewal.Notify) error {
	err := l.change(ctx, "set notify", func(t tx) error {
		_, err := t.exec(ctx, `INSERT INTO notify (user_id, wants) VALUES ($1, $2) ON CONFLICT (user_id) DO UPDATE SET wants = excluded.wants`,
			indexed(userID), string(n))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep which messages somebody wants: %w", unclear(err))
	}
	return nil
}

// Notify is which direct messages somebody wants, or otherwise when they have not said.
func (l *Ledger) Notify(ctx context.Context, userID string, otherwise renewal.Notify) (renewal.Notify, error) {
	err := l.engine.each(ctx, func(row row) error {
		return row.Scan(&otherwise)
	}, `SELECT wants FROM notify WHERE user_id = $1`, indexed(userID))
	if err != nil {
		return "", fmt.Errorf("read which messages somebody wants: %w", err)
	}
	return otherwise, nil
}
