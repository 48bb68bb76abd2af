package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"renewbot/bot/ledger/riverdb"
)

const (
	// migrationLock is the advisory lock of whoever sets up the tables.
	migrationLock = 0x72656e657762 // "renewb"
	// migrationTime is for how long a process may set up the tables, and others wait.
	migrationTime = 5 * time.Minute
	// migrators is how many connections that takes: one has the lock, others do the work.
	migrators = 4
)

// migrate has connections of its own, on which a statement may take its time. The lock
// belongs to a transaction, and so to no session, which a pooler may give to others.
func (e *postgresEngine) migrate(ctx context.Context) error {
	config := e.config.pool.Copy()
	config.MaxConns = max(config.MaxConns, migrators)
	if !e.config.pooler {
		config.ConnConfig.RuntimeParams["statement_timeout"] = "0"
	}
	pool, err := postgresConfig{pool: config}.connect(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	ms := migrationTime.Milliseconds()
	begin := pgx.TxOptions{BeginQuery: fmt.Sprintf(
		"BEGIN; SET LOCAL lock_timeout = %d; SET LOCAL idle_in_transaction_session_timeout = %d", ms, ms)}
	return pgx.BeginTxFunc(ctx, pool, begin, func(t pgx.Tx) error {
		if _, err := t.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(migrationLock)); err != nil {
			return fmt.Errorf("wait for other processes that set up the tables: %w", err)
		}
		if err := riverdb.NewPostgres(pool, e.config.pooler).Migrate(ctx); err != nil {
			return err
		}
		return withGoose(pool, func(p *goose.Provider) error { return migrateGoose(ctx, p) })
	})
}

func (e *postgresEngine) checkMigrated(ctx context.Context) error {
	return withGoose(e.pool, func(p *goose.Provider) error { return checkVersion(ctx, e, p) })
}

// withGoose gives f our own migrations.
func withGoose(pool *pgxpool.Pool, f func(*goose.Provider) error) error {
	db := stdlib.OpenDBFromPool(pool)
	p, err := gooseProvider(goose.DialectPostgres, db, "postgres")
	if err != nil {
		return errors.Join(fmt.Errorf("read the migrations: %w", err), db.Close())
	}
	return errors.Join(f(p), db.Close())
}
