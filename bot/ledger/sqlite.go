package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"renewbot/bot/ledger/riverdb"
)

// sqliteParams are set on every connection, in this order.
var sqliteParams = []struct{ key, value string }{
	// First: the pragmas after it already need the database's lock.
	{"_pragma", "busy_timeout(10000)"},
	// Readers go on while somebody writes, and a commit is one sequential write.
	{"_pragma", "journal_mode(WAL)"},
	// A commit is on the disk before it is reported: in WAL mode NORMAL would lose
	// commits, and with them orders, when the power fails.
	{"_pragma", "synchronous(FULL)"},
	// Off by default in SQLite.
	{"_pragma", "foreign_keys(1)"},
	// A transaction takes the write lock at its start, where waiting works. One that
	// reads first and then wants to write would fail at once when somebody else wrote.
	{"_txlock", "immediate"},
	// Statements cannot damage the file.
	{"_defensive", "1"},
}

// sqliteEngine is a database in a file of this process alone.
type sqliteEngine struct {
	sqliteQuerier // reads, on their own connections
	readers       *sql.DB
	// writer has one connection: SQLite has one writer at a time, and waiting for a
	// connection is fair where waiting for SQLite's lock is not. River uses it too; changes
	// wait for their turn before they wait for it.
	writer   *sql.DB
	turns    turns
	river    *riverdb.DB[*sql.Tx]
	inserter *river.Client[*sql.Tx]
	release  func()    // gives up the file's lock
	remove   string    // directory to remove at close; empty: none
	seen     time.Time // what makeDue was last told
	options  Options
}

// openSQLite opens the database that the rest of a "sqlite:" URL names.
func openSQLite(rest string, o Options) (*sqliteEngine, error) {
	e := &sqliteEngine{options: o, release: func() {}}
	path, err := sqlitePath(rest)
	if err != nil {
		return nil, err
	}
	if path == "" {
		if o.ReadOnly || o.Beside {
			return nil, errors.New("a database in memory cannot be opened beside its process")
		}
		if path, err = e.memoryFile(); err != nil {
			return nil, errors.Join(err, e.close())
		}
	}
	if err := e.open(path); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

func (e *sqliteEngine) open(path string) error {
	mode := "rwc"
	if e.options.ReadOnly || e.options.Beside {
		mode = "rw" // the log of a WAL database is shared memory, which readers write
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("no database: %w", err)
		}
	} else {
		if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
			return fmt.Errorf("%s is not a directory: make it first", filepath.Dir(path))
		}
		release, err := lockFile(path + ".lock")
		if err != nil {
			return err
		}
		e.release = release
		// SQLite would make a file that everybody on the machine can read.
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return fmt.Errorf("make the database file: %w", err)
		}
		_ = f.Close()
	}
	read, err := newPreparing(sqliteName(path, mode, true))
	if err != nil {
		return fmt.Errorf("open for reading: %w", err)
	}
	e.readers = sql.OpenDB(read)
	readers := max(4, runtime.GOMAXPROCS(0))
	e.readers.SetMaxOpenConns(readers)
	e.readers.SetMaxIdleConns(readers)
	e.sqliteQuerier = sqliteQuerier{e.readers}
	if e.options.ReadOnly {
		return nil
	}
	name := sqliteName(path, mode, false)
	if e.remove != "" { // what is removed at the end need not outlive a loss of power
		name += "&_pragma=" + url.QueryEscape("synchronous(OFF)")
	}
	write, err := newPreparing(name)
	if err != nil {
		return fmt.Errorf("open for writing: %w", err)
	}
	e.writer = sql.OpenDB(write)
	e.writer.SetMaxOpenConns(1)
	e.river = riverdb.NewSQLite(e.writer)
	e.inserter, err = e.river.Client(riverConfig(e.options))
	if err != nil {
		return fmt.Errorf("set up the jobs: %w", err)
	}
	return nil
}

// sqlitePath is the file that the rest of a "sqlite:" URL names; empty: in memory.
func sqlitePath(rest string) (string, error) {
	if rest == ":memory:" {
		return "", nil
	}
	path := rest
	if after, ok := strings.CutPrefix(rest, "//"); ok {
		if !strings.HasPrefix(after, "/") {
			return "", errors.New(`a sqlite URL is "sqlite:relative/file.db" or "sqlite:///absolute/file.db"`)
		}
		path = after
	}
	switch {
	case path == "" || strings.HasSuffix(path, "/"):
		return "", errors.New("the sqlite URL names no file")
	case strings.ContainsAny(path, "?#\x00"):
		return "", errors.New("a sqlite URL has no parameters")
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find the database file: %w", err)
	}
	return absolute, nil
}

// sqliteName is the data source name of a file.
func sqliteName(path, mode string, readOnly bool) string {
	var b strings.Builder
	b.WriteString("file:" + (&url.URL{Path: path}).EscapedPath() + "?mode=" + mode)
	for _, p := range sqliteParams {
		if readOnly && p.value == "journal_mode(WAL)" {
			continue // the mode is kept in the file, and setting it may write
		}
		b.WriteString("&" + p.key + "=" + url.QueryEscape(p.value))
	}
	if readOnly {
		b.WriteString("&_pragma=" + url.QueryEscape("query_only(1)"))
	}
	return b.String()
}

func (e *sqliteEngine) change(ctx context.Context, f func(tx) error) error {
	if e.writer == nil {
		return ErrReadOnly
	}
	if err := e.turns.take(ctx); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer e.turns.give()
	t, err := e.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	inside := &sqliteTx{sqliteQuerier: sqliteQuerier{t}, tx: t, inserter: e.inserter}
	if err := f(inside); err != nil {
		if undo := t.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) {
			return errors.Join(err, fmt.Errorf("roll back: %w", undo))
		}
		return err
	}
	if err := t.Commit(); err != nil {
		return &commitError{err}
	}
	e.river.Notify(inside.queues...)
	return nil
}

// cleanUp makes jobs available that were running: the file is locked, so whoever ran
// them is dead. The same goes for leases and for the one who led the jobs.
func (e *sqliteEngine) cleanUp(ctx context.Context) error {
	return e.change(ctx, func(t tx) error {
		for _, statement := range []string{
			riverdb.ReleaseAll,
			riverdb.DeposeAll,
			`DELETE FROM view_leases`,
			`DELETE FROM waiting_syncs`,
		} {
			if _, err := t.exec(ctx, statement); err != nil {
				return fmt.Errorf("clean up after the last process: %w", err)
			}
		}
		return nil
	})
}

func (e *sqliteEngine) worker(c *river.Config) (worker, error) {
	if e.options.Now != nil { // makeDue tells the workers when that clock has moved
		c.FetchPollInterval = max(c.FetchPollInterval, defaultPollInterval)
	}
	client, err := e.river.Client(c)
	if err != nil {
		return nil, err
	}
	return client, nil
}

// makeDue has the workers look when the clock has moved: River keeps a job that is to be
// tried again within seconds where they find it by themselves.
func (e *sqliteEngine) makeDue(ctx context.Context, now time.Time) error {
	if !now.Equal(e.seen) {
		e.seen = now
		e.river.Notify(slices.Collect(maps.Keys(queueWorkers))...)
	}
	return e.river.MakeDue(ctx, now)
}

func (e *sqliteEngine) waitingJobs() string { return e.river.Waiting() }

func (e *sqliteEngine) close() error {
	var errs []error
	for _, db := range []*sql.DB{e.readers, e.writer} { // the writer last: it folds the log into the file
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	e.release()
	if e.remove != "" {
		errs = append(errs, os.RemoveAll(e.remove))
	}
	return errors.Join(errs...)
}

// sqliteTx is a transaction on SQLite.
type sqliteTx struct {
	sqliteQuerier
	tx       *sql.Tx
	inserter *river.Client[*sql.Tx]
	queues   []string // that got jobs
}

func (t *sqliteTx) insert(ctx context.Context, jobs []river.InsertManyParams) error {
	t.queues = withQueues(t.queues, jobs)
	_, err := t.inserter.InsertManyFastTx(ctx, t.tx, jobs)
	return err
}

// sqliteQuerier runs statements on a connection pool or in a transaction.
type sqliteQuerier struct {
	on interface {
		ExecContext(context.Context, string, ...any) (sql.Result, error)
		QueryContext(context.Context, string, ...any) (*sql.Rows, error)
		QueryRowContext(context.Context, string, ...any) *sql.Row
	}
}

func (q sqliteQuerier) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	result, err := q.on.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (q sqliteQuerier) each(ctx context.Context, f func(row) error, statement string, args ...any) error {
	rows, err := q.on.QueryContext(ctx, statement, args...)
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

func (q sqliteQuerier) one(ctx context.Context, statement string, args ...any) row {
	return q.on.QueryRowContext(ctx, statement, args...)
}

// now is this process's time: SQLite runs inside of it.
func (sqliteQuerier) now(context.Context) (time.Time, error) { return time.Now(), nil }
