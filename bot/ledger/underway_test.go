package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

var begin = renewal.Begin{Budget: time.Minute}

// approvedFor makes an approved request of a customer.
func approvedFor(t testing.TB, l *Ledger, key string, customer int) renewal.Request {
	t.Helper()
	r, _, err := l.Submit(t.Context(), submission(key, customer))
	if err != nil {
		t.Fatal(err)
	}
	return apply(t, l, r.ID, approve(r, "U2"))
}

func testOneUnderWay(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	first, second, other := approvedFor(t, l, "1", 1), approvedFor(t, l, "2", 1), approvedFor(t, l, "3", 2)
	apply(t, l, first.ID, begin)
	waits := func(status renewal.Status) {
		t.Helper()
		r, err := l.Apply(t.Context(), second.ID, begin)
		var refusal *renewal.Refusal
		if !errors.As(err, &refusal) || refusal.Code != renewal.RefusedUnderWay {
			t.Fatalf("a second order was begun: %v", err)
		}
		if want := fmt.Sprintf("the order of %s, for the same package, is %s", first.Reference(), status); !strings.Contains(refusal.Sentence.String(), want) {
			t.Errorf("%q does not say %q", refusal.Sentence, want)
		}
		if r.Status != renewal.Approved || len(r.Attempts) != 0 || r.Version != second.Version {
			t.Errorf("the refused attempt has changed the request: %+v", r)
		}
	}
	waits(renewal.Ordering)
	apply(t, l, other.ID, begin) // another holder's does not wait
	apply(t, l, first.ID, renewal.Failed{Attempt: 1, Problem: renewal.Problem{Class: yeastar.ClassUnknown}})
	waits(renewal.Unknown)
	apply(t, l, first.ID, renewal.Found{Attempt: 1, Order: yeastar.OrderResult{OrderNo: "XS1", OrderStatus: yeastar.OrderPending}})
	waits(renewal.Processing)
	apply(t, l, first.ID, renewal.Polled{Order: placed("XS1")})
	if r := apply(t, l, second.ID, begin); r.Status != renewal.Ordering {
		t.Errorf("is %s when nothing is under way any more", r.Status)
	}
	same(t, 3, len(codes(t, l, second.ID)), "entries of a request that has waited")
	verify(t, l)
}

// testBeginRace begins at the same moment, as two processes do.
func testBeginRace(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	for round := range 10 {
		var requests []renewal.Request
		for i := range 4 {
			requests = append(requests, approvedFor(t, l, fmt.Sprint(round, i), round))
		}
		ended := make([]error, len(requests))
		var all sync.WaitGroup
		for i, r := range requests {
			all.Go(func() { _, ended[i] = l.Apply(t.Context(), r.ID, begin) })
		}
		all.Wait()
		begun := 0
		for i, err := range ended {
			if err == nil {
				begun++
			} else if refusalCode(err) != renewal.RefusedUnderWay {
				t.Errorf("%s: %v", requests[i].Reference(), err)
			}
		}
		if begun != 1 {
			t.Fatalf("%d orders of one holder and product were begun", begun)
		}
	}
	verify(t, l)

	// And it is the database that holds it, not what somebody has read before.
	err := l.engine.change(t.Context(), func(q tx) error {
		_, err := q.exec(t.Context(), `UPDATE requests SET status = 'ordering', under_way = 1`)
		return err
	})
	if err == nil {
		t.Error("the database lets two orders of a holder and product be under way")
	}
}

// What has happened is saved, and keeps others from beginning an order as well.
func testLateBesideAnother(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	late, another, third := approvedFor(t, l, "1", 1), approvedFor(t, l, "2", 1), approvedFor(t, l, "3", 1)
	apply(t, l, late.ID, begin)
	apply(t, l, late.ID, renewal.Failed{Attempt: 1, Problem: renewal.Problem{Class: yeastar.ClassRefused, Code: "no"}})
	apply(t, l, another.ID, begin)
	r := apply(t, l, late.ID, renewal.Found{Attempt: 1, Order: yeastar.OrderResult{OrderNo: "XS1", OrderStatus: yeastar.OrderPending}})
	same(t, renewal.Processing, r.Status, "status of the order that turned up")
	apply(t, l, another.ID, renewal.Answered{Attempt: 1, Order: placed("XS2")})
	if _, err := l.Apply(t.Context(), third.ID, begin); refusalCode(err) != renewal.RefusedUnderWay {
		t.Errorf("begun beside an order that turned up late: %v", err)
	}
	apply(t, l, late.ID, renewal.Polled{Order: placed("XS1")})
	apply(t, l, third.ID, begin)
	verify(t, l)
}

// undoFrom undoes a migration and all after it.
func undoFrom(t *testing.T, l *Ledger, name string) {
	t.Helper()
	undo := func(p *goose.Provider, directory string) error {
		files, err := fs.Glob(migrations, "migrations/"+directory+"/*_"+name+".sql")
		if err != nil || len(files) != 1 {
			return fmt.Errorf("the migrations of that name are %q: %w", files, err)
		}
		version, err := goose.NumericComponent(files[0])
		if err != nil {
			return err
		}
		_, err = p.DownTo(t.Context(), version-1)
		return err
	}
	var err error
	switch e := l.engine.(type) {
	case *sqliteEngine:
		var p *goose.Provider
		if p, err = gooseProvider(goose.DialectSQLite3, e.writer, "sqlite"); err == nil {
			err = undo(p, "sqlite")
		}
	case *postgresEngine:
		err = withGoose(e.pool, func(p *goose.Provider) error { return undo(p, "postgres") })
	}
	if err != nil {
		t.Fatal(err)
	}
}

// testMigrateUnderWay opens a ledger from before the rule, with requests that break it.
func testMigrateUnderWay(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	first, second, third := approvedFor(t, l, "1", 1), approvedFor(t, l, "2", 1), approvedFor(t, l, "3", 1)
	for _, r := range []renewal.Request{first, second} {
		if _, err := l.applyEvent(t.Context(), r.ID, begin, false); err != nil {
			t.Fatal(err)
		}
	}
	undoFrom(t, l, "under_way")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = s.open(t, Options{Policy: policy(1)})
	for i, r := range []renewal.Request{first, second} {
		if _, err := l.Apply(t.Context(), third.ID, begin); refusalCode(err) != renewal.RefusedUnderWay {
			t.Errorf("begun beside %d orders from before the rule: %v", 2-i, err)
		}
		apply(t, l, r.ID, renewal.Answered{Attempt: 1, Order: placed(fmt.Sprint("XS", i))})
	}
	apply(t, l, third.ID, begin)
	verify(t, l)
}

// After a restore nobody knows which of a holder's approved requests were ordered.
func TestRestoreHoldsAllOfAHolder(t *testing.T) {
	t.Parallel()
	s := newSQLiteStore(t)
	l := s.open(t, Options{Policy: policy(1)})
	a, b := approvedFor(t, l, "1", 1), approvedFor(t, l, "2", 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := AfterRestore(t.Context(), urlOf(s), Options{Policy: policy(1)})
	if err != nil {
		t.Fatal(err)
	}
	same(t, []int64{b.ID, a.ID}, got.Held, "held")
}
