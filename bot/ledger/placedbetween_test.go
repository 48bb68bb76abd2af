package ledger

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/renewal"
)

// An order that is begun and placed while another process writes its attempt down for the same
// package is one that nobody knew of who agreed to that attempt.
func TestPostgresOrderPlacedWhileAnotherBegins(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	s := sqliteStore{url}
	slow, quick := s.open(t, Options{Policy: policy(1)}), s.open(t, Options{Policy: policy(1)})
	first, second := approvedFor(t, slow, "1", 1), approvedFor(t, slow, "2", 1)

	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	lock := func(statement string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	lock("BEGIN")
	lock(`SELECT 1 FROM requests WHERE id = $1 FOR UPDATE`, second.ID)
	ended := make(chan error, 1)
	go func() {
		_, err := slow.Apply(t.Context(), second.ID, begin)
		ended <- err
	}()
	untilLocked(t, quick)
	apply(t, quick, first.ID, begin)
	apply(t, quick, first.ID, renewal.Answered{Attempt: 1, Order: placed("XS1")})
	lock("COMMIT")
	if err := wait(t, ended, "the slow process"); refusalCode(err) != renewal.RefusedUnderWay {
		t.Errorf("the order of the same package was begun: %v", err)
	}
	if r, err := quick.Get(t.Context(), second.ID); err != nil || r.Status != renewal.Approved {
		t.Errorf("the one that came second is %s (%v)", r.Status, err)
	}
	verify(t, quick)
}

// untilLocked waits until a statement on the ledger's database waits for a lock.
func untilLocked(t *testing.T, l *Ledger) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		var waiting int
		err := l.engine.one(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		switch {
		case err != nil:
			t.Fatal(err)
		case waiting > 0:
			return
		case time.Now().After(deadline):
			t.Fatal("nobody waits for the lock")
		}
	}
}
