package ledger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// What the server is asked to give up, so that a session that hangs, because its host lost
// power or its process is frozen, stops the others for a few seconds only. What the
// DATABASE_URL says of these holds instead.
const (
	// idleTimeout ends a transaction that waits for its process. A healthy one sends its
	// next statement within milliseconds.
	idleTimeout = 5 * time.Second
	// lockTimeout is longer than idleTimeout: whoever waits for a session that hangs gets
	// the lock when that one is ended.
	lockTimeout = 10 * time.Second
	// statementTimeout is far above what any statement takes, waiting included.
	statementTimeout = 30 * time.Second
)

// timeouts are PostgreSQL's names of the time-outs.
var timeouts = map[string]time.Duration{
	"idle_in_transaction_session_timeout": idleTimeout,
	"lock_timeout":                        lockTimeout,
	"statement_timeout":                   statementTimeout,
}

// postgresConfig is how to connect to a database, and what stands in between.
type postgresConfig struct {
	pool *pgxpool.Config
	// pooler says that there is a connection pooler such as PgBouncer in front of the
	// server. Then nothing may rest on a session: it may serve other clients between two
	// transactions, and no parameters can be given to it at its start.
	pooler bool
	// begin is how a transaction begins.
	begin pgx.TxOptions
}

// newPostgresConfig reads a DATABASE_URL and looks at what answers there.
func newPostgresConfig(ctx context.Context, databaseURL string, readOnly bool) (c postgresConfig, err error) {
	if c.pool, err = pgxpool.ParseConfig(databaseURL); err != nil {
		return c, errors.New("DATABASE_URL is not a valid PostgreSQL URL") // the cause may repeat the URL
	}
	c.pool.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		tellPlainTypes(conn)
		return nil
	}
	settings := map[string]string{}
	if readOnly {
		// A long look at the audit trail is no reason to give up, and locks nobody out.
		settings["default_transaction_read_only"] = "on"
	} else {
		for name, d := range timeouts {
			settings[name] = strconv.FormatInt(d.Milliseconds(), 10)
		}
	}
	if c.pooler, err = hasPooler(ctx, c.pool.ConnConfig); err != nil {
		return c, fmt.Errorf("connect: %w", err)
	}
	if !c.pooler {
		maps.Copy(settings, c.pool.ConnConfig.RuntimeParams)
		c.pool.ConnConfig.RuntimeParams = settings
		return c, nil
	}
	if c.pool.ConnConfig.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement {
		// A prepared statement stays in the session that has it.
		c.pool.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
	}
	if !readOnly {
		c.begin.BeginQuery = "BEGIN"
		for name, ms := range settings {
			c.begin.BeginQuery += "; SET LOCAL " + name + " = " + ms
		}
	}
	return c, nil
}

// hasPooler says whether a connection pooler answers: it names another process at the
// start of the connection than the one that runs the statements.
func hasPooler(ctx context.Context, config *pgx.ConnConfig) (yes bool, err error) {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return false, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it was only read
	var pid uint32
	// The mode is one that every pooler understands.
	if err := conn.QueryRow(ctx, `SELECT pg_backend_pid()`, pgx.QueryExecModeExec).Scan(&pid); err != nil {
		return false, err
	}
	if pid == conn.PgConn().PID() {
		return false, nil
	}
	t, err := conn.Begin(ctx)
	if err == nil {
		err = t.Commit(ctx)
	}
	if err != nil {
		return true, fmt.Errorf("the connection pooler in front of PostgreSQL lets no transactions through; "+
			"let it pool sessions or transactions, not statements: %w", err)
	}
	return true, nil
}

// connect opens the connections. When the server says that it only reads now, because
// another one has become the primary, all of them are closed: what is opened next may
// lead to the new primary, and the old ones would show what is not true any more.
func (c postgresConfig) connect(ctx context.Context) (*pgxpool.Pool, error) {
	config := c.pool.Copy()
	var opened atomic.Pointer[pgxpool.Pool]
	before := config.ConnConfig.OnPgError
	config.ConnConfig.OnPgError = func(conn *pgconn.PgConn, err *pgconn.PgError) bool {
		if err.Code != codeReadOnly {
			return before(conn, err)
		}
		if pool := opened.Load(); pool != nil {
			pool.Reset()
		}
		return false // this one, too
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("set up the connections: %w", err)
	}
	opened.Store(pool)
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("connect: %w", err)
	}
	return pool, nil
}

// The SQLSTATE codes that the ledger knows.
const (
	codeReadOnly      = "25006" // read_only_sql_transaction
	codeSerialization = "40001" // serialization_failure
	codeDeadlock      = "40P01" // deadlock_detected
	codeUnique        = "23505" // unique_violation
)
