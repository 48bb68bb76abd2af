package ledger

import (
	"errors"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/renewal"
)

// postgresStore is an empty database on a server of the tests.
type postgresStore struct {
	sqliteStore // opens by URL, as SQLite does
}

func newPostgresStore(t testing.TB) store {
	t.Helper()
	return postgresStore{sqliteStore{migrated(t)}}
}

// template is a database that was set up, which takes longer than to copy it.
var template struct {
	once sync.Once
	url  string
}

// migrated is the URL of an empty PostgreSQL ledger.
func migrated(t testing.TB) string {
	t.Helper()
	template.once.Do(func() {
		url := pgtest.Database(t)
		l, err := Open(t.Context(), url, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		template.url = url
	})
	if template.url == "" {
		t.Fatal("no PostgreSQL ledger could be set up")
	}
	return pgtest.Copy(t, template.url)
}

func (postgresStore) another(t testing.TB) store {
	t.Helper()
	return postgresStore{sqliteStore{pgtest.Database(t)}}
}

func (postgresStore) disarm(t testing.TB, l *Ledger) {
	tamper(t, l, `DROP TRIGGER entries_no_update ON entries`, `DROP TRIGGER entries_no_delete ON entries`)
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	runConformance(t, newPostgresStore)
}

func TestPostgresReplicas(t *testing.T) {
	t.Parallel()
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

func TestPostgresReplicasMigrateTogether(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	var replicas errgroup.Group
	for range 6 {
		replicas.Go(func() error {
			l, err := Open(t.Context(), url, Options{Policy: policy(1)})
			if err != nil {
				return err
			}
			return errors.Join(l.Verify(t.Context()), l.Close())
		})
	}
	if err := replicas.Wait(); err != nil {
		t.Error(err)
	}
}
