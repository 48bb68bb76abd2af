package riverdb

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// DB is River on a database. Tx is the database's transaction.
type DB[Tx any] struct {
	driver   riverdriver.Driver[Tx]
	notifier *notifier // nil: the database itself tells of new jobs
}

// NewPostgres is River on PostgreSQL, which tells all processes of new jobs. Behind a
// connection pooler nobody can listen to it, since that takes a session of one's own: a
// process tells its own workers of new jobs, and those of others find them when they poll.
func NewPostgres(pool *pgxpool.Pool, pooler bool) *DB[pgx.Tx] {
	if pooler {
		return newInMemory(riverpgxv5.New(pool))
	}
	return &DB[pgx.Tx]{driver: riverpgxv5.New(pool)}
}

// NewSQLite is River on SQLite. New jobs are told of in memory, since the only process
// that inserts jobs is the one that works them: the driver's own way, a table that is
// written for every insert and read 20 times a second, costs an idle program more than
// all its work.
func NewSQLite(db *sql.DB) *DB[*sql.Tx] { return newInMemory(riversqlite.New(db)) }

func newInMemory[Tx any](driver riverdriver.Driver[Tx]) *DB[Tx] {
	n := newNotifier()
	return &DB[Tx]{driver: inMemory[Tx]{driver, n}, notifier: n}
}

// Client makes a River client on the database.
func (d *DB[Tx]) Client(c *river.Config) (*river.Client[Tx], error) {
	return river.NewClient(d.driver, c)
}

// Migrate brings River's tables to the state that its version needs.
func (d *DB[Tx]) Migrate(ctx context.Context) error {
	migrator, err := rivermigrate.New(d.driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err == nil {
		_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		return fmt.Errorf("set up the jobs' tables: %w", err)
	}
	return nil
}

// Notify says that jobs of queues were committed. Where the database tells of them
// itself it does nothing.
func (d *DB[Tx]) Notify(queues ...string) {
	if d.notifier != nil {
		d.notifier.notify(queues...)
	}
}

// Tell has a transaction that adds jobs to queues tell all processes of them when it is
// committed, where the database does that. River tells of a queue every few milliseconds at
// most, by the time of the insertion: of jobs that are committed after a worker has looked,
// it may say nothing until the next poll. The same news twice is told once.
func (d *DB[Tx]) Tell(ctx context.Context, tx Tx, queues ...string) error {
	if d.notifier != nil || len(queues) == 0 {
		return nil
	}
	news := &riverdriver.NotifyManyParams{Topic: topicInsert}
	for _, queue := range queues {
		news.Payload = append(news.Payload, insertPayload(queue))
	}
	if err := d.driver.UnwrapExecutor(tx).NotifyMany(ctx, news); err != nil {
		return fmt.Errorf("tell of new jobs: %w", err)
	}
	return nil
}

// dueBatch is how many scheduled jobs are made available at once.
const dueBatch = 1000

// MakeDue makes scheduled jobs available whose time has come. River itself does so every
// five seconds of real time, and only in the process that leads the jobs: too seldom for
// a clock that tests move, and not at all while a dead process leads.
func (d *DB[Tx]) MakeDue(ctx context.Context, now time.Time) error {
	due, err := d.driver.GetExecutor().JobSchedule(ctx, &riverdriver.JobScheduleParams{Max: dueBatch, Now: &now})
	if err != nil {
		return fmt.Errorf("make jobs available that are due: %w", err)
	}
	for _, j := range due {
		d.Notify(j.Job.Queue)
	}
	return nil
}
