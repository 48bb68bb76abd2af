package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/renewal"
)

func record(t *testing.T, l *Ledger) error {
	t.Helper()
	return l.Record(t.Context(), renewal.Entry{Code: "x", Actor: renewal.System})
}

// A process that is frozen in the middle of a transaction keeps the others waiting until
// the server ends its session, and then they go on.
func TestPostgresFrozenProcess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		url  func(t *testing.T) string
	}{
		{"direct", func(t *testing.T) string { t.Helper(); return pgtest.Database(t) }},
		{"pooler", func(t *testing.T) string { t.Helper(); return pgtest.Pooler(t, pgtest.Database(t), "transaction") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := sqliteStore{c.url(t)}
			frozen, other := s.open(t, Options{Policy: policy(1)}), s.open(t, Options{Policy: policy(1)})
			e := frozen.engine.(*postgresEngine)
			locked, thaw, thawed := make(chan struct{}), make(chan struct{}), make(chan error, 1)
			go func() {
				thawed <- e.change(t.Context(), func(q tx) error {
					_, err := q.exec(t.Context(), lockTrail)
					close(locked)
					<-thaw
					return err
				})
			}()
			<-locked
			began := time.Now()
			if err := record(t, other); err != nil {
				t.Errorf("another process cannot write: %v", err)
			}
			if waited := time.Since(began); waited < idleTimeout/2 {
				t.Errorf("waited only %v: the row was not locked", waited)
			}
			close(thaw)
			if err := wait(t, thawed, "the frozen transaction"); err == nil {
				t.Error("the frozen process believes that it has committed")
			}
			if err := record(t, frozen); err != nil {
				t.Errorf("the process that was frozen cannot write: %v", err)
			}
		})
	}
}

// A session that is not ours may hang for ever. Then a change fails, and is not lost in
// waiting.
func TestPostgresHungSession(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	l := sqliteStore{url + "&lock_timeout=200ms"}.open(t, Options{Policy: policy(1)})
	for _, statement := range []string{"BEGIN", lockTrail} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	const lockNotAvailable = "55P03"
	if err := record(t, l); sqlState(err) != lockNotAvailable {
		t.Errorf("error %v", err)
	}
	if _, err := conn.Exec(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := record(t, l); err != nil {
		t.Error(err)
	}
}

// Every session has all time-outs, whoever uses it.
func TestPostgresTimeouts(t *testing.T) {
	t.Parallel()
	l := newPostgresStore(t).open(t, Options{})
	for name, want := range map[string]time.Duration{
		"idle_in_transaction_session_timeout": idleTimeout, "lock_timeout": lockTimeout, "statement_timeout": statementTimeout,
	} {
		var got string
		if err := l.engine.one(t.Context(), `SELECT setting FROM pg_settings WHERE name = $1`, name).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if d, err := time.ParseDuration(got + "ms"); err != nil || d != want {
			t.Errorf("%s is %s ms, want %v", name, got, want)
		}
	}
}

// After a failover the old primary may go on as a standby, without ending the sessions on
// it. They are dropped, those that only read as well: what they show grows old.
func TestPostgresSessionTurnsReadOnly(t *testing.T) {
	t.Parallel()
	l := newPostgresStore(t).open(t, Options{Policy: policy(1)})
	e := l.engine.(*postgresEngine)
	before := map[uint32]bool{}
	for _, conn := range e.pool.AcquireAllIdle(t.Context()) {
		before[conn.Conn().PgConn().PID()] = true
		if _, err := conn.Exec(t.Context(), "SET default_transaction_read_only = on"); err != nil {
			t.Fatal(err)
		}
		conn.Release()
	}
	if len(before) == 0 {
		t.Fatal("there is no idle connection")
	}
	if err := record(t, l); sqlState(err) != codeReadOnly {
		t.Fatalf("error %v", err)
	}
	if err := record(t, l); err != nil {
		t.Errorf("the connection was used again: %v", err)
	}
	var pid uint32
	if err := l.engine.one(t.Context(), `SELECT pg_backend_pid()`).Scan(&pid); err != nil || before[pid] {
		t.Errorf("an old connection is still used (%v)", err)
	}
}

// sqlState is PostgreSQL's code of an error; empty: it is no error of PostgreSQL's.
func sqlState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}
