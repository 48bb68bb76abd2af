package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
)

// A process that dies is noticed by its session: the server ends it as soon as the
// connection breaks, which the kernel sees to however the process ended, and with it the
// advisory lock that the session held. A lock can be asked for by anybody, costs no write,
// and cannot outlive its session; names in pg_stat_activity may be hidden from others.
// Heartbeats remain for what breaks no connection, a frozen process for example, and for
// connection poolers, whose sessions are not those of processes.
const (
	// watchInterval is how often a process looks for others whose session broke.
	watchInterval = 400 * time.Millisecond
	// sessionGrace is for how long a session must be seen to be gone: a living process
	// opens another one sooner.
	sessionGrace = 1500 * time.Millisecond
	// sessionPatience is how long the server may take to answer before the session counts
	// as broken.
	sessionPatience = 5 * time.Second
)

// sessionSettings let the server find out within seconds that a host is gone without a
// word.
var sessionSettings = map[string]string{"tcp_keepalives_idle": "1", "tcp_keepalives_interval": "1", "tcp_keepalives_count": "2"}

// sessionKey is the key of a process's advisory lock.
func sessionKey(process string) int64 {
	sum := sha256.Sum256([]byte("renewbot session " + process))
	return int64(binary.BigEndian.Uint64(sum[:8])>>1) | 1 // 63 bits, never 0
}

// enter opens the first session. Without it a process that dies at once would be missed
// only by its heartbeats.
func (e *postgresEngine) enter(ctx context.Context, process string) error {
	if !e.config.pooler {
		conn, err := e.openSession(ctx, process)
		if err != nil {
			return err
		}
		e.entered = conn
	}
	return e.heartbeat(ctx, process)
}

// watch opens the session anew whenever it breaks.
func (e *postgresEngine) watch(ctx context.Context, process string, tookOver func(jobs int64)) {
	if e.config.pooler {
		return
	}
	conn := e.entered
	e.entered = nil
	for {
		err := e.watchFrom(ctx, conn, process, tookOver)
		e.session.Store(0)
		_ = conn.Close(context.WithoutCancel(ctx)) // the lock goes with it, however it ends
		if ctx.Err() != nil {
			return
		}
		e.options.Logger.WarnContext(ctx, "the session that shows that this process lives broke, and is opened anew", "error", err)
		// Nobody is to take this process for dead meanwhile. If it cannot be said, the
		// database is away for others as well, or this process is as good as dead.
		e.sayAlive(ctx, process)
		if conn = e.reopenSession(ctx, process); conn == nil {
			return
		}
		e.sayAlive(ctx, process)
	}
}

// sayAlive is a heartbeat between the planned ones, which make up for one that fails.
func (e *postgresEngine) sayAlive(ctx context.Context, process string) {
	ctx, cancel := context.WithTimeout(ctx, sessionPatience)
	defer cancel()
	if err := e.heartbeat(ctx, process); err != nil {
		e.options.Logger.DebugContext(ctx, "the other processes could not be told of the session", "error", err)
	}
}

// reopenSession tries until it has a session, or ctx ends: nil.
func (e *postgresEngine) reopenSession(ctx context.Context, process string) *pgx.Conn {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(watchInterval / 4):
		}
		if conn, err := e.openSession(ctx, process); err == nil {
			return conn
		}
	}
}

// watchFrom watches the others from the session that shows that this process lives: a
// process that has lost contact to the database itself takes nobody for dead.
func (e *postgresEngine) watchFrom(ctx context.Context, conn *pgx.Conn, process string, tookOver func(jobs int64)) (err error) {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	missing := map[string]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		if missing, err = lookForMissing(ctx, conn, process, missing); err != nil {
			return err
		}
		for id, since := range missing {
			if time.Since(since) < sessionGrace {
				continue
			}
			jobs, err := e.takeOverFrom(ctx, id)
			if err != nil {
				return fmt.Errorf("take over from a dead process: %w", err)
			}
			tookOver(jobs)
		}
	}
}

// openSession connects and takes this process's lock.
func (e *postgresEngine) openSession(ctx context.Context, process string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, sessionPatience)
	defer cancel()
	config := e.config.pool.ConnConfig.Copy()
	maps.Copy(config.RuntimeParams, sessionSettings)
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	tellPlainTypes(conn)
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, sessionKey(process)); err != nil {
		_ = conn.Close(context.WithoutCancel(ctx)) // the error is what matters
		return nil, fmt.Errorf("take the lock of this process: %w", err)
	}
	e.session.Store(sessionKey(process))
	return conn, nil
}

// lookForMissing finds the processes without the lock that they should hold, and since
// when they have been seen without it.
func lookForMissing(ctx context.Context, conn *pgx.Conn, process string, before map[string]time.Time) (map[string]time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, sessionPatience)
	defer cancel()
	// The shared lock is gone when the statement ends, and keeps nobody else from asking.
	rows, err := conn.Query(ctx, `SELECT id FROM processes
		WHERE id <> $1 AND session IS NOT NULL AND pg_try_advisory_xact_lock_shared(session)`, process)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	missing := map[string]time.Time{}
	for _, id := range ids {
		missing[id] = time.Now()
		if since, ok := before[id]; ok {
			missing[id] = since
		}
	}
	return missing, nil
}

// takeOverFrom takes the work over of a process whose session is gone, unless it has
// another one by now.
func (e *postgresEngine) takeOverFrom(ctx context.Context, process string) (jobs int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, sessionPatience)
	defer cancel()
	err = e.change(ctx, func(t tx) error {
		n, err := t.exec(ctx, `DELETE FROM processes WHERE id = $1 AND session IS NOT NULL AND pg_try_advisory_xact_lock_shared(session)`, process)
		if err != nil || n == 0 {
			return err
		}
		jobs, err = releaseDead(ctx, t)
		return err
	})
	if err != nil || e.options.Now != nil {
		return jobs, err
	}
	// The dead one may have led the jobs, and nobody has looked at the clock since.
	now, err := e.now(ctx)
	if err == nil {
		err = e.makeDue(ctx, now)
	}
	return jobs, err
}
