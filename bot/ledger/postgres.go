package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"renewbot/bot/ledger/riverdb"
)

// postgresEngine is a PostgreSQL database that several processes may share.
type postgresEngine struct {
	postgresQuerier
	config   postgresConfig
	pool     *pgxpool.Pool
	river    *riverdb.DB[pgx.Tx]
	inserter *river.Client[pgx.Tx]
	options  Options
	// session is the key of the advisory lock that shows that this process lives; 0: it
	// has none at present.
	session atomic.Int64
	entered *pgx.Conn // the first session, until watch has it
}

func openPostgres(ctx context.Context, databaseURL string, o Options) (*postgresEngine, error) {
	config, err := newPostgresConfig(ctx, databaseURL, o.ReadOnly)
	if err != nil {
		return nil, err
	}
	pool, err := config.connect(ctx)
	if err != nil {
		return nil, err
	}
	e := &postgresEngine{postgresQuerier: postgresQuerier{pool}, config: config, pool: pool, options: o}
	e.river = riverdb.NewPostgres(pool, config.pooler)
	if e.inserter, err = e.river.Client(riverConfig(o)); err != nil {
		pool.Close()
		return nil, fmt.Errorf("set up the jobs: %w", err)
	}
	return e, nil
}

// maxReruns bounds how often a transaction is run again that PostgreSQL undid.
const maxReruns = 10

func (e *postgresEngine) change(ctx context.Context, f func(tx) error) error {
	if e.options.ReadOnly {
		return ErrReadOnly
	}
	for run := 1; ; run++ {
		var queues []string
		committing := false
		err := pgx.BeginTxFunc(ctx, e.pool, e.config.begin, func(t pgx.Tx) error {
			inside := &postgresTx{postgresQuerier: postgresQuerier{t}, tx: t, inserter: e.inserter, river: e.river}
			err := f(inside)
			queues, committing = inside.queues, err == nil
			return err
		})
		switch {
		case err == nil:
			e.river.Notify(queues...)
		case committing:
			err = &commitError{err}
		}
		if run == maxReruns || !undone(err) {
			return err
		}
	}
}

// undone says whether PostgreSQL gave a transaction up because of another one, which is
// over by now. Run again, it sees what the other one did.
func undone(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	switch pg.Code {
	case codeSerialization, codeDeadlock:
		return true
	case codeUnique:
		return pg.ConstraintName == indexUnderWay
	}
	return false
}

// cleanUp only forgets which sync jobs wait, at the price of a few jobs too many: other
// processes may be alive, and heartbeats show who is not.
func (e *postgresEngine) cleanUp(ctx context.Context) error {
	_, err := e.exec(ctx, `DELETE FROM waiting_syncs`)
	return err
}

func (e *postgresEngine) worker(c *river.Config) (worker, error) {
	client, err := e.river.Client(c)
	if err != nil {
		return nil, err
	}
	return client, nil
}

func (e *postgresEngine) makeDue(ctx context.Context, now time.Time) error {
	return e.river.MakeDue(ctx, now)
}

func (e *postgresEngine) waitingJobs() string { return e.river.Waiting() }

func (e *postgresEngine) close() error {
	e.pool.Close()
	if e.entered != nil {
		return e.entered.Close(context.Background())
	}
	return nil
}

// postgresTx is a transaction on PostgreSQL.
type postgresTx struct {
	postgresQuerier
	tx       pgx.Tx
	inserter *river.Client[pgx.Tx]
	river    *riverdb.DB[pgx.Tx]
	queues   []string // that got jobs
}

func (t *postgresTx) insert(ctx context.Context, jobs []river.InsertManyParams) error {
	t.queues = withQueues(t.queues, jobs)
	if _, err := t.inserter.InsertManyFastTx(ctx, t.tx, jobs); err != nil {
		return err
	}
	return t.river.Tell(ctx, t.tx, withQueues(nil, jobs)...)
}

// postgresQuerier runs statements on the connection pool or in a transaction.
type postgresQuerier struct {
	on interface {
		Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
		Query(context.Context, string, ...any) (pgx.Rows, error)
		QueryRow(context.Context, string, ...any) pgx.Row
	}
}

func (q postgresQuerier) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	tag, err := q.on.Exec(ctx, statement, args...)
	return tag.RowsAffected(), err
}

func (q postgresQuerier) each(ctx context.Context, f func(row) error, statement string, args ...any) error {
	rows, err := q.on.Query(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (q postgresQuerier) one(ctx context.Context, statement string, args ...any) row {
	return q.on.QueryRow(ctx, statement, args...)
}

// now is the server's clock: the processes' own clocks may differ.
func (q postgresQuerier) now(ctx context.Context) (time.Time, error) {
	var now time.Time
	err := q.one(ctx, `SELECT clock_timestamp()`).Scan(&now)
	return now, err
}
