package ledger

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childEnv); url != "" {
		child(url)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(pgtest.Exit))
}

// store makes and opens ledgers on one database of an engine.
type store interface {
	open(t testing.TB, o Options) *Ledger
	// another is an empty database of the same engine; on PostgreSQL it has no tables yet.
	another(t testing.TB) store
	// disarm removes the triggers that protect the audit trail.
	disarm(t testing.TB, l *Ledger)
}

type sqliteStore struct{ url string }

func newSQLiteStore(t testing.TB) store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, setUp(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return sqliteStore{"sqlite://" + path}
}

// setUp is the file of a database that was set up, which takes longer than most tests.
func setUp(t testing.TB) []byte {
	t.Helper()
	if blank.Load() == nil {
		l, err := Open(t.Context(), "sqlite::memory:", Options{})
		if err != nil {
			t.Fatal(err)
		}
		_ = l.Close()
	}
	return *blank.Load()
}

func (sqliteStore) another(t testing.TB) store { return newSQLiteStore(t) }

func (sqliteStore) disarm(t testing.TB, l *Ledger) {
	tamper(t, l, `DROP TRIGGER entries_no_update`, `DROP TRIGGER entries_no_delete`)
}

func (s sqliteStore) open(t testing.TB, o Options) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), s.url, o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return l
}

// testClock is a clock that tests move.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *testClock {
	return &testClock{now: time.Date(2026, 3, 1, 9, 0, 0, 123456789, time.FixedZone("CET", 3600))}
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func policy(required int) renewal.Policy {
	return renewal.Policy{
		Required: required, PONumber: renewal.PONumberReference,
		RemindAfter: 4 * time.Hour, ExpireAfter: 72 * time.Hour,
	}
}

func requester(id string) renewal.Actor { return renewal.Actor{UserID: id, MayRequest: true} }

func approver(id string) renewal.Actor {
	return renewal.Actor{UserID: id, MayRequest: true, MayApprove: true}
}

func offer(customer int) renewal.Offer {
	return renewal.Offer{
		Product: "p-series-turnkey",
		Holder:  renewal.Holder{PartnerID: yeastar.ID(fmt.Sprint(3_000_000_000_000_000_000 + customer)), Name: fmt.Sprintf("Customer %d", customer)},
		Lines:   []renewal.Line{{Type: yeastar.LinePlan, ID: "3048941892189077504", Name: "Ultimate Plan", Quantity: 100}},
		Contact: renewal.Contact{ID: "3197218168379846218", Name: "Billing"},
	}
}

func submission(key string, customer int) renewal.Submission {
	return renewal.Submission{Key: key, By: requester("U1"), Channel: "C1", Offer: offer(customer)}
}

func submit(t testing.TB, l *Ledger, key string) renewal.Request {
	t.Helper()
	r, created, err := l.Submit(t.Context(), submission(key, 1))
	if err != nil || !created {
		t.Fatalf("submit: created %v, error %v", created, err)
	}
	return r
}

func apply(t testing.TB, l *Ledger, id int64, e renewal.Event) renewal.Request {
	t.Helper()
	r, err := l.Apply(t.Context(), id, e)
	if err != nil {
		t.Fatalf("apply %T: %v", e, err)
	}
	return r
}

func shown(r renewal.Request) renewal.Shown {
	return renewal.Shown{Revision: r.Revision, Fingerprint: r.Fingerprint}
}

func approve(r renewal.Request, by string) renewal.Approve {
	return renewal.Approve{By: approver(by), Shown: shown(r)}
}

// patience bounds everything that a test waits for, so that nothing hangs.
const patience = 2 * time.Minute

// wait fails the test when nothing comes.
func wait[T any](t testing.TB, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("waited in vain for %s", what)
		panic("unreachable")
	}
}

// start works jobs and sends what ran to the channel that it returns.
func start(t testing.TB, l *Ledger) <-chan renewal.Job {
	t.Helper()
	ran := make(chan renewal.Job, 1000)
	handlers := map[renewal.JobKind]Handler{}
	for kind := range kinds {
		handlers[kind] = func(_ context.Context, j renewal.Job) error {
			ran <- j
			return nil
		}
	}
	if err := l.Start(t.Context(), handlers); err != nil {
		t.Fatalf("start: %v", err)
	}
	return ran
}
