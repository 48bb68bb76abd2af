package check

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/ledger/pgtest"
)

func TestMain(m *testing.M) {
	pgtest.Exit(m.Run())
}

// checkDatabaseAt looks at a database, by a clock that may be wrong.
func checkDatabaseAt(t *testing.T, databaseURL string, wrongBy time.Duration) lines {
	t.Helper()
	c := &checker{Options: Options{
		Config: config.Config{DatabaseURL: config.NewSecret(databaseURL)}, CallTimeout: time.Minute,
		Now: func() time.Time { return time.Now().Add(wrongBy) },
	}}
	return c.checkDatabase(t.Context())
}

// has fails unless there is a line with a status and a text.
func (l lines) has(t *testing.T, check string, s Status, text string) {
	t.Helper()
	for _, r := range l {
		if r.Check == check && r.Status == s && strings.Contains(r.Found, text) {
			return
		}
	}
	t.Errorf("nothing says %s %s %q: %+v", s, check, text, l)
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	databaseURL := pgtest.Database(t)
	run := func(statement string) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), databaseURL)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close(t.Context()) }()
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	checkDatabaseAt(t, databaseURL, 0).has(t, "database", Warning, "has no tables of Renewbot's")

	book, err := ledger.Open(t.Context(), databaseURL, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := book.Close(); err != nil {
		t.Fatal(err)
	}
	l := checkDatabaseAt(t, databaseURL, 0)
	l.has(t, "database", OK, "is up to date")
	l.has(t, "database clock", OK, "agrees with the database's")
	l.has(t, "disk", Note, "cannot be checked from here")
	checkDatabaseAt(t, databaseURL, -time.Hour).has(t, "database clock", Problem, "1h0m0s behind the database's")

	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("default_transaction_read_only", "on")
	u.RawQuery = query.Encode()
	checkDatabaseAt(t, u.String(), 0).has(t, "database", Problem, "is read-only")

	run(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	checkDatabaseAt(t, databaseURL, 0).has(t, "database", Problem, "has version 9999 of the tables")
}

func TestTablesOfAnOlderProgramAreNoProblem(t *testing.T) {
	t.Parallel()
	var l lines
	unopened(&l, "renewbot.db", errors.New("open the ledger: the database has version 3 of the tables and this program needs 10"))
	l.has(t, "database", Note, "has version 3 of the tables, and the bot will bring it to 10")
}
