package ledger

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// engine is a database. Everything that is not the same in all of them is here.
// Statements use $1, $2… and only what all engines understand.
type engine interface {
	querier // reads outside of a transaction

	// change runs f in a read-write transaction, and commits when f returns nil. It
	// may run f again only when the database says that nothing was committed.
	change(ctx context.Context, f func(tx) error) error
	// migrate brings the tables, ours and River's, to the state this program needs.
	migrate(ctx context.Context) error
	// checkMigrated fails when migrate would have something to do.
	checkMigrated(ctx context.Context) error
	// cleanUp clears what a process that died has left behind. An engine that other
	// processes may be using leaves their jobs alone.
	cleanUp(ctx context.Context) error
	// worker makes a River client that works jobs.
	worker(c *river.Config) (worker, error)
	// makeDue makes scheduled jobs available whose time has come.
	makeDue(ctx context.Context, now time.Time) error
	// waitingJobs is a query of the queue, the state and the time (in microseconds since
	// 1970, as "at") of the jobs that are not finished.
	waitingJobs() string
	// heartbeat says that a process lives.
	heartbeat(ctx context.Context, process string) error
	// takeOver makes the jobs available of processes whose last heartbeat is older than
	// timeout, and returns how many.
	takeOver(ctx context.Context, timeout time.Duration) (int64, error)
	// enter shows other processes that this one lives, by a heartbeat and by a session that
	// breaks when it dies. It comes before the first job.
	enter(ctx context.Context, process string) error
	// watch keeps that session and takes over from those whose session broke, until ctx
	// ends. It tells how many jobs it took over. An engine without such sessions returns at
	// once.
	watch(ctx context.Context, process string, tookOver func(jobs int64))
	// leave says that a process works no jobs any more.
	leave(ctx context.Context, process string) error
	// processes counts those whose last heartbeat is not older than timeout.
	processes(ctx context.Context, timeout time.Duration) (int, error)
	// close releases everything. The engine cannot be used afterwards.
	close() error
}

// querier runs statements. A row that does not exist is sql.ErrNoRows.
type querier interface {
	// exec returns how many rows were changed.
	exec(ctx context.Context, statement string, args ...any) (int64, error)
	// each calls f for every row.
	each(ctx context.Context, f func(row) error, statement string, args ...any) error
	one(ctx context.Context, statement string, args ...any) row
	// now is the database's time.
	now(ctx context.Context) (time.Time, error)
}

// tx is a transaction.
type tx interface {
	querier
	// insert adds jobs that exist if the transaction is committed.
	insert(ctx context.Context, jobs []river.InsertManyParams) error
}

// row is a row of a result.
type row interface{ Scan(dest ...any) error }

// worker is a River client, whatever its transactions are.
type worker interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
	StopAndCancel(ctx context.Context) error
}
