package riverdb

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"renewbot/bot/ledger/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.Cleanup(pgtest.Exit)) }

// reviewed is the version of River that this package was compared with. Whoever raises it
// reads what has changed in riverdriver and in River's migrations, and then the columns
// below.
const reviewed = "v0.49.0"

// All modules of River are one version, the one that was reviewed.
func TestRiverIsTheVersionThatWasReviewed(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^\s*(github\.com/riverqueue/\S+) (v\S+)`).FindAllStringSubmatch(string(mod), -1)
	if len(found) < 5 {
		t.Errorf("go.mod names %d modules of River", len(found))
	}
	for _, m := range found {
		if m[2] != reviewed {
			t.Errorf("%s is %s, and %s was reviewed", m[1], m[2], reviewed)
		}
	}
}

// schemaVersion is the number of River's newest migration that was reviewed.
const schemaVersion = 8

// columns are those of River's tables that this package names, and their types.
var columns = map[string]map[string]string{
	"PostgreSQL": {
		"river_job.attempted_at": "timestamp with time zone", "river_job.attempted_by": "ARRAY", "river_job.queue": "text",
		"river_job.scheduled_at": "timestamp with time zone", "river_job.state": "USER-DEFINED", "river_leader.leader_id": "text",
	},
	"SQLite": {
		"river_job.attempted_at": "timestamp", "river_job.attempted_by": "BLOB", "river_job.queue": "TEXT",
		"river_job.scheduled_at": "timestamp", "river_job.state": "TEXT", "river_leader.leader_id": "TEXT",
	},
}

func TestRiverTablesAreThoseThatWereReviewed(t *testing.T) {
	t.Parallel()
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		pool := postgres(t)
		migrate(t, NewPostgres(pool, false))
		db := stdlib.OpenDBFromPool(pool)
		defer db.Close()
		checkTables(t, db, `SELECT table_name || '.' || column_name, data_type FROM information_schema.columns WHERE table_name LIKE 'river_%'`)
	})
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		db := sqlite(t)
		migrate(t, NewSQLite(db))
		checkTables(t, db, `SELECT m.name || '.' || c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.name LIKE 'river_%' AND m.type = 'table'`)
	})
}

func checkTables(t *testing.T, db *sql.DB, query string) {
	t.Helper()
	engine := filepath.Base(t.Name())
	var version int
	if err := db.QueryRowContext(t.Context(), `SELECT max(version) FROM river_migration`).Scan(&version); err != nil || version != schemaVersion {
		t.Errorf("River's tables have version %d, and %d was reviewed (%v)", version, schemaVersion, err)
	}
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := map[string]string{}
	for rows.Next() {
		var column, kind string
		if err := rows.Scan(&column, &kind); err != nil {
			t.Fatal(err)
		}
		if _, used := columns[engine][column]; used {
			got[column] = kind
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(columns[engine], got); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
}

// The statements are understood by the tables of the version in use. What they do is
// tested with the ledger.
func TestStatements(t *testing.T) {
	t.Parallel()
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		pool := postgres(t)
		d := NewPostgres(pool, false)
		migrate(t, d)
		for _, statement := range []string{`CREATE TABLE processes (id TEXT PRIMARY KEY)`, ReleaseDead, DeposeDead, d.Waiting()} {
			if _, err := pool.Exec(t.Context(), statement); err != nil {
				t.Errorf("%s: %v", statement, err)
			}
		}
	})
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		db := sqlite(t)
		d := NewSQLite(db)
		migrate(t, d)
		for _, statement := range []string{ReleaseAll, DeposeAll, d.Waiting()} {
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Errorf("%s: %v", statement, err)
			}
		}
	})
}

type trial struct{}

func (trial) Kind() string { return "trial" }

// A job on SQLite starts because its notification is understood: River would not look for
// it for an hour.
func TestNotifierStartsJobs(t *testing.T) {
	t.Parallel()
	d := NewSQLite(sqlite(t))
	migrate(t, d)
	ran := make(chan struct{}, 1)
	workers := river.NewWorkers()
	river.AddWorker(workers, river.WorkFunc(func(context.Context, *river.Job[trial]) error {
		ran <- struct{}{}
		return nil
	}))
	client, err := d.Client(&river.Config{
		FetchPollInterval: time.Hour, Workers: workers, Queues: map[string]river.QueueConfig{"q": {MaxWorkers: 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := client.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	for i := range 3 {
		// River looks at a queue by itself when it starts and when a job has ended. That is
		// over by now; if not, this test proves less, and does not fail.
		<-time.After(300 * time.Millisecond)
		if _, err := client.Insert(t.Context(), trial{}, &river.InsertOpts{Queue: "q"}); err != nil {
			t.Fatal(err)
		}
		d.Notify("q")
		select {
		case <-ran:
		case <-time.After(2 * time.Minute):
			t.Fatalf("job %d did not start", i)
		}
	}
}

func migrate[Tx any](t *testing.T, d *DB[Tx]) {
	t.Helper()
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func postgres(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func sqlite(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", fmt.Sprintf("file:%s?_pragma=busy_timeout(10000)", filepath.Join(t.TempDir(), "jobs.db")))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}
