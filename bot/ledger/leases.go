package ledger

import (
	"context"
	"fmt"
	"time"
)

// AcquireView makes owner the one who draws a request in Slack, for ttl. It is false
// while somebody else is. An owner that asks again gets more time.
func (l *Ledger) AcquireView(ctx context.Context, requestID int64, owner string, ttl time.Duration) (bool, error) {
	var got bool
	err := l.change(ctx, "acquire view", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		n, err := t.exec(ctx, `INSERT INTO view_leases (request_id, owner, until) VALUES ($1, $2, $3)
			ON CONFLICT (request_id) DO UPDATE SET owner = excluded.owner, until = excluded.until
			WHERE view_leases.until <= $4 OR view_leases.owner = excluded.owner`,
			requestID, clean(owner), micros(now.Add(ttl)), micros(now))
		got = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("acquire a view: %w", err)
	}
	return got, nil
}

// ReleaseView ends the lease of owner, if it still has it.
func (l *Ledger) ReleaseView(ctx context.Context, requestID int64, owner string) error {
	err := l.change(ctx, "release view", func(t tx) error {
		_, err := t.exec(ctx, `DELETE FROM view_leases WHERE request_id = $1 AND owner = $2`, requestID, clean(owner))
		return err
	})
	if err != nil {
		return fmt.Errorf("release a view: %w", err)
	}
	return nil
}
