package ledger

import (
	"context"
	"time"

	"renewbot/bot/ledger/riverdb"
)

// heartbeat goes by the server's clock. Jobs that are due do not wait until River has
// found out that the one who led the jobs is dead.
func (e *postgresEngine) heartbeat(ctx context.Context, process string) error {
	now, err := e.now(ctx)
	if err != nil {
		return err
	}
	if _, err := e.exec(ctx, `INSERT INTO processes (id, seen_at, session) VALUES ($1, $2, nullif(CAST($3 AS BIGINT), 0))
		ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, session = excluded.session`,
		process, micros(now), e.session.Load()); err != nil {
		return err
	}
	if e.options.Now != nil {
		return nil // the jobs follow that clock
	}
	return e.makeDue(ctx, now)
}

// takeOver goes by heartbeats.
func (e *postgresEngine) takeOver(ctx context.Context, timeout time.Duration) (taken int64, err error) {
	err = e.change(ctx, func(t tx) error {
		now, err := t.now(ctx)
		if err != nil {
			return err
		}
		if _, err = t.exec(ctx, `DELETE FROM processes WHERE seen_at <= $1`, micros(now.Add(-timeout))); err != nil {
			return err
		}
		taken, err = releaseDead(ctx, t)
		return err
	})
	return taken, err
}

// releaseDead gives the work of processes that were forgotten to others.
func releaseDead(ctx context.Context, t tx) (jobs int64, err error) {
	if jobs, err = t.exec(ctx, riverdb.ReleaseDead); err != nil {
		return 0, err
	}
	_, err = t.exec(ctx, riverdb.DeposeDead)
	return jobs, err
}

func (e *postgresEngine) leave(ctx context.Context, process string) error {
	_, err := e.exec(ctx, `DELETE FROM processes WHERE id = $1`, process)
	return err
}

func (e *postgresEngine) processes(ctx context.Context, timeout time.Duration) (n int, err error) {
	now, err := e.now(ctx)
	if err == nil {
		err = e.one(ctx, `SELECT count(*) FROM processes WHERE seen_at > $1`, micros(now.Add(-timeout))).Scan(&n)
	}
	return n, err
}
