package riverdb

// Statements on River's tables. River has no way to say that a process is dead: it gives
// a job to somebody else only when it has run for longer than any job may, and waits for
// the leader's term to end.
const (
	// ReleaseAll makes every job available that was running. On SQLite the file is locked,
	// so whoever ran them is dead.
	ReleaseAll = `UPDATE river_job SET state = 'available' WHERE state = 'running'`
	// DeposeAll makes room for another process to lead the jobs.
	DeposeAll = `DELETE FROM river_leader`
	// ReleaseDead makes the jobs available of processes that are not in the table
	// processes, on PostgreSQL.
	ReleaseDead = `UPDATE river_job SET state = 'available' WHERE state = 'running'
		AND attempted_by[array_upper(attempted_by, 1)] NOT IN (SELECT id FROM processes)`
	// DeposeDead makes room for another process to lead the jobs when the leader is not
	// in the table processes.
	DeposeDead = `DELETE FROM river_leader WHERE leader_id NOT IN (SELECT id FROM processes)`
)

// Waiting is a query of the jobs that are not finished: their id and kind, the request of their arguments as
// text, their queue, their state and, in microseconds since 1970, since when they run or for when they are planned. River's
// client lists jobs one by one, and the figures need a count.
func (d *DB[Tx]) Waiting() string {
	at := `CASE state WHEN 'running' THEN coalesce(attempted_at, scheduled_at) ELSE scheduled_at END`
	if d.driver.DatabaseName() == "sqlite" {
		// River writes times as text there: UTC with milliseconds.
		at = `CAST(round(1000 * unixepoch(` + at + `, 'subsec')) AS INTEGER) * 1000`
	} else {
		at = `CAST(extract(epoch FROM ` + at + `) * 1000000 AS BIGINT)`
	}
	return `SELECT id, kind, CAST(args->>'request_id' AS TEXT) AS request, queue, state, ` + at + ` AS at FROM river_job WHERE state IN ('available', 'running', 'retryable', 'scheduled')`
}
