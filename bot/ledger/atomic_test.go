package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"renewbot/bot/renewal"
)

// errInjected is the failure that tests put between statements.
var errInjected = errors.New("injected")

// faultyEngine lets tests come between the statements of a transaction.
type faultyEngine struct {
	engine
	before func(n int, statement string, t tx) error // n counts from 1
}

func (e *faultyEngine) change(ctx context.Context, f func(tx) error) error {
	n := 0
	return e.engine.change(ctx, func(t tx) error { return f(&faultyTx{t, e, &n}) })
}

type faultyTx struct {
	tx
	engine *faultyEngine
	n      *int
}

func (t *faultyTx) fault(statement string) error {
	*t.n++
	return t.engine.before(*t.n, statement, t.tx)
}

func (t *faultyTx) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	if err := t.fault(statement); err != nil {
		return 0, err
	}
	return t.tx.exec(ctx, statement, args...)
}

func (t *faultyTx) one(ctx context.Context, statement string, args ...any) row {
	if err := t.fault(statement); err != nil {
		return errRow{err}
	}
	return t.tx.one(ctx, statement, args...)
}

func (t *faultyTx) insert(ctx context.Context, jobs []river.InsertManyParams) error {
	if err := t.fault("jobs"); err != nil {
		return err
	}
	return t.tx.insert(ctx, jobs)
}

type errRow struct{ err error }

func (r errRow) Scan(...any) error { return r.err }

// dump is everything that the ledger holds, as text.
func dump(t testing.TB, l *Ledger) string {
	t.Helper()
	var b strings.Builder
	for _, statement := range []string{
		`SELECT 'counter', name, value FROM counters ORDER BY name`,
		`SELECT 'request', document, last_entry FROM requests ORDER BY id`,
		`SELECT 'attempt', number, outcome FROM attempts ORDER BY request_id, number`,
		`SELECT 'entry', seq, hash FROM entries ORDER BY seq`,
		`SELECT 'trail', seq, hash FROM trail`,
		`SELECT 'sync', request_id, wanted FROM waiting_syncs ORDER BY request_id`,
		`SELECT 'job', id, kind FROM river_job ORDER BY id`,
	} {
		err := l.engine.each(t.Context(), func(r row) error {
			var what string
			var x, y any
			if err := r.Scan(&what, &x, &y); err != nil {
				return err
			}
			fmt.Fprintln(&b, what, x, y)
			return nil
		}, statement)
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func testAtomic(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "first")
	real := l.engine
	steps := []struct {
		name string
		do   func() error
	}{
		{"submit", func() error { _, _, err := l.Submit(t.Context(), submission("second", 2)); return err }},
		{"approve", func() error {
			_, err := l.Apply(t.Context(), r.ID, approve(r, "U2"))
			return err
		}},
		{"begin", func() error {
			_, err := l.Apply(t.Context(), r.ID, renewal.Begin{Budget: time.Minute})
			return err
		}},
		{"answered", func() error {
			_, err := l.Apply(t.Context(), r.ID, renewal.Answered{Attempt: 1, Order: placed("XS1")})
			return err
		}},
		{"denied", func() error {
			return l.Deny(t.Context(), r.ID, "U9", "approve", &renewal.Refusal{Code: renewal.RefusedNotAllowed})
		}},
	}
	for _, step := range steps {
		before := dump(t, l)
		failures := 0
		for at := 1; ; at++ {
			l.engine = &faultyEngine{real, func(n int, _ string, _ tx) error {
				if n == at {
					return errInjected
				}
				return nil
			}}
			err := step.do()
			l.engine = real
			if err == nil {
				break
			}
			if !errors.Is(err, errInjected) {
				t.Fatalf("%s, failure before statement %d: %v", step.name, at, err)
			}
			failures++
			same(t, before, dump(t, l), fmt.Sprintf("%s, failure before statement %d", step.name, at))
		}
		if failures < 4 {
			t.Errorf("%s: only %d statements could fail", step.name, failures)
		}
		if before == dump(t, l) {
			t.Errorf("%s changed nothing", step.name)
		}
		verify(t, l)
	}
}

func testConflict(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "k")
	real := l.engine
	conflicts := 0
	l.engine = &faultyEngine{real, func(_ int, statement string, in tx) error {
		if strings.HasPrefix(statement, "UPDATE requests SET version") && conflicts < 3 {
			conflicts++
			_, err := in.exec(t.Context(), `UPDATE requests SET version = version + 1 WHERE id = $1`, r.ID)
			return err
		}
		return nil
	}}
	r = apply(t, l, r.ID, approve(r, "U2"))
	l.engine = real
	if conflicts != 3 || r.Version != 2 || len(r.Votes) != 1 {
		t.Errorf("%d conflicts, version %d, %d votes", conflicts, r.Version, len(r.Votes))
	}
	same(t, []renewal.Code{renewal.CodeSubmitted, renewal.CodeApproved}, codes(t, l, r.ID), "entries")
}
