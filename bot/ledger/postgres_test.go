package ledger

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"renewbot/bot/renewal"
)

// postgresEnv names a PostgreSQL server for tests, as a URL of a user that may make
// databases.
const postgresEnv = "TEST_POSTGRES_URL"

var databases atomic.Int64

// postgresStore is an empty database on the server.
type postgresStore struct {
	sqliteStore // opens by URL, as SQLite does
}

func newPostgresStore(t testing.TB) store {
	t.Helper()
	server := os.Getenv(postgresEnv)
	name := fmt.Sprintf("ledger_%d_%d", os.Getpid(), databases.Add(1))
	admin := func(statement string) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), server)
		if err != nil {
			t.Fatal(err)
		}
		_, err = conn.Exec(t.Context(), statement)
		if err := errors.Join(err, conn.Close(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	admin("CREATE DATABASE " + name)
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = name
	return postgresStore{sqliteStore{u.String()}}
}

func (postgresStore) another(t testing.TB) store { return newPostgresStore(t) }

func (postgresStore) disarm(t testing.TB, l *Ledger) {
	tamper(t, l, `DROP TRIGGER entries_no_update ON entries`, `DROP TRIGGER entries_no_delete ON entries`)
}

func needPostgres(t testing.TB) {
	if os.Getenv(postgresEnv) == "" {
		t.Skip("set " + postgresEnv + " to test on PostgreSQL")
	}
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	needPostgres(t)
	runConformance(t, newPostgresStore)
}

func TestPostgresReplicas(t *testing.T) {
	t.Parallel()
	needPostgres(t)
	s := newPostgresStore(t)
	a := s.open(t, Options{Policy: policy(2)})
	b := s.open(t, Options{Policy: policy(2)})
	r := submit(t, a, "k")
	apply(t, a, r.ID, approve(r, "U2"))
	if got := apply(t, b, r.ID, approve(r, "U3")); got.Status != renewal.Approved {
		t.Errorf("is %s", got.Status)
	}
	reader := s.open(t, Options{ReadOnly: true})
	verify(t, reader)
	if err := reader.Record(t.Context(), renewal.Entry{Code: "x"}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("record: %v", err)
	}
	if _, err := reader.engine.exec(t.Context(), `DELETE FROM posts`); err == nil {
		t.Error("a reader's connection can write")
	}
}
