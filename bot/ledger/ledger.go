package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"renewbot/bot/renewal"
)

// Errors of the ledger.
var (
	ErrNotFound = errors.New("there is no such request")
	ErrReadOnly = errors.New("the ledger was opened read-only")
	ErrInUse    = errors.New("the database is in use by another process: SQLite serves one at a time")
)

// Options say how a ledger works.
type Options struct {
	// Policy is applied to every change.
	Policy renewal.Policy
	// Now is the clock of requests and jobs, for tests and the sandbox. Nil: the
	// database's clock.
	Now func() time.Time
	// Logger gets what the jobs have to say. Nil: nothing is logged.
	Logger *slog.Logger
	// PollInterval is how often the database is asked for jobs whose time has come; new
	// ones start at once. Zero: 500 ms, or 50 ms with Now, whose jobs it makes due.
	PollInterval time.Duration
	// TakeOverAfter is for how long a process that shares the database may be silent
	// before its jobs are given to others. Zero: 30 s. SQLite has one process and takes
	// over when it is opened.
	TakeOverAfter time.Duration
	// Trace is told of every change of the ledger, by its name, when its transaction
	// begins and when it has ended, for example to measure it. It must be quick and may
	// be called from several goroutines. Nil: nobody is told.
	Trace func(change string, ended bool)
	// Observer is told what the ledger does. Nil: nobody is.
	Observer Observer
	// Outbox keeps what other systems are told of changes until it is sent (see TakeNotice).
	Outbox bool
	// ReadOnly opens a ledger that another process may be using, for reading alone:
	// no lock, no migrations, no jobs.
	ReadOnly bool
	// Beside opens a ledger that another process may be using, for small changes: no lock,
	// no migrations, no jobs.
	Beside bool
}

const (
	defaultPollInterval = 500 * time.Millisecond
	// clockPollInterval is quick, because somebody is waiting for the clock's effect.
	clockPollInterval = 50 * time.Millisecond
)

// Ledger is an open ledger. Its methods may be called from several goroutines.
type Ledger struct {
	engine  engine
	options Options
	process string // names this process to others on the same database
	clock   databaseClock
	looking time.Duration // see lookTimeout
	denials denials
	marked  atomic.Int64 // counts the changes of marks by this process

	mu       sync.Mutex
	handlers map[renewal.JobKind]Handler // given to Handle
	running  *running                    // nil: jobs are not worked
	closed   bool
}

// Open opens the ledger that a DATABASE_URL names and brings its tables up to date:
// "sqlite:relative/file.db", "sqlite:///absolute/file.db", "sqlite::memory:", which is
// gone when it is closed, or "postgres://…", which several processes may share. It
// returns ErrInUse when another process has the SQLite file.
func Open(ctx context.Context, databaseURL string, o Options) (*Ledger, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Observer == nil {
		o.Observer = unobserved{}
	}
	if o.PollInterval <= 0 {
		o.PollInterval = defaultPollInterval
		if o.Now != nil {
			o.PollInterval = clockPollInterval
		}
	}
	if o.TakeOverAfter <= 0 {
		o.TakeOverAfter = defaultTakeOver
	}
	e, err := openEngine(ctx, databaseURL, o)
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	l := &Ledger{engine: e, options: o, process: newProcess(), looking: lookTimeout}
	if err := l.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the ledger: %w", err), e.close())
	}
	return l, nil
}

func openEngine(ctx context.Context, databaseURL string, o Options) (engine, error) {
	scheme, rest, ok := strings.Cut(databaseURL, ":")
	switch {
	case ok && scheme == "sqlite":
		return openSQLite(rest, o)
	case ok && (scheme == "postgres" || scheme == "postgresql"):
		return openPostgres(ctx, databaseURL, o)
	}
	// The URL may carry a password, so it is not repeated.
	return nil, errors.New(`DATABASE_URL must be "sqlite:file.db", "sqlite:///absolute/file.db" or "postgres://…"`)
}

func (l *Ledger) prepare(ctx context.Context) error {
	if _, err := l.now(ctx, l.engine); err != nil {
		return err
	}
	if l.options.ReadOnly || l.options.Beside {
		return l.engine.checkMigrated(ctx)
	}
	if err := l.engine.migrate(ctx); err != nil {
		return err
	}
	return l.engine.cleanUp(ctx)
}

// Close stops the jobs, cancelling those that run, and closes the database.
func (l *Ledger) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	l.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // no time for running jobs
	return errors.Join(l.stop(ctx), l.engine.close())
}

// clean makes any text fit every database: valid UTF-8 without NUL.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// maxIndexed is how long a text in an index may be, in bytes; PostgreSQL has a limit.
const maxIndexed = 500

// indexed makes any text fit an index: what is longer is told apart by its hash.
func indexed(s string) string {
	s = clean(s)
	if len(s) <= maxIndexed {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}
