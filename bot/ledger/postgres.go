package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river"

	"renewbot/bot/ledger/riverdb"
)

// postgresEngine is a PostgreSQL database that several processes may share.
type postgresEngine struct {
	postgresQuerier
	pool     *pgxpool.Pool
	river    *riverdb.DB[pgx.Tx]
	inserter *river.Client[pgx.Tx]
	options  Options
}

func openPostgres(ctx context.Context, databaseURL string, o Options) (*postgresEngine, error) {
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, errors.New("DATABASE_URL is not a valid PostgreSQL URL") // the cause may repeat the URL
	}
	if o.ReadOnly {
		config.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("set up the connections: %w", err)
	}
	e := &postgresEngine{postgresQuerier: postgresQuerier{pool}, pool: pool, river: riverdb.NewPostgres(pool), options: o}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect: %w", err)
	}
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
		committing := false
		err := pgx.BeginFunc(ctx, e.pool, func(t pgx.Tx) error {
			err := f(&postgresTx{postgresQuerier{t}, t, e.inserter})
			committing = err == nil
			return err
		})
		if committing && err != nil {
			err = &commitError{err}
		}
		if run == maxReruns || !undone(err) {
			return err
		}
	}
}

// undone says whether PostgreSQL gave a transaction up because of another one.
func undone(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	return pg.Code == "40001" || pg.Code == "40P01" // serialization_failure, deadlock_detected
}

// migrationLock is the advisory lock of whoever sets up the tables.
const migrationLock = 0x72656e657762 // "renewb"

func (e *postgresEngine) migrate(ctx context.Context) error {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return fmt.Errorf("wait for other processes that set up the tables: %w", err)
	}
	err = e.migrateLocked(ctx)
	if _, unlock := conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrationLock)); unlock != nil {
		err = errors.Join(err, fmt.Errorf("let other processes set up the tables: %w", unlock))
	}
	return err
}

func (e *postgresEngine) migrateLocked(ctx context.Context) error {
	if err := e.river.Migrate(ctx); err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(e.pool)
	p, err := gooseProvider(goose.DialectPostgres, db, "postgres")
	if err != nil {
		return errors.Join(fmt.Errorf("read the migrations: %w", err), db.Close())
	}
	return errors.Join(migrateGoose(ctx, p), db.Close())
}

func (e *postgresEngine) checkMigrated(ctx context.Context) error {
	db := stdlib.OpenDBFromPool(e.pool)
	p, err := gooseProvider(goose.DialectPostgres, db, "postgres")
	if err != nil {
		return errors.Join(fmt.Errorf("read the migrations: %w", err), db.Close())
	}
	return errors.Join(checkVersion(ctx, e, p), db.Close())
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
	return nil
}

// postgresTx is a transaction on PostgreSQL.
type postgresTx struct {
	postgresQuerier
	tx       pgx.Tx
	inserter *river.Client[pgx.Tx]
}

func (t *postgresTx) insert(ctx context.Context, jobs []river.InsertManyParams) error {
	_, err := t.inserter.InsertManyFastTx(ctx, t.tx, jobs)
	return err
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
