package ledger

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"renewbot/bot/renewal"
)

// dated is policy with days.
func dated() renewal.Policy {
	p := policy(1)
	p.OrderAhead = 90 * 24 * time.Hour
	return p
}

// approvedOn makes an approved request of a customer's that is to be ordered on a day.
func approvedOn(t *testing.T, l *Ledger, key string, customer int, date string) renewal.Request {
	t.Helper()
	s := submission(key, customer)
	var err error
	if s.Offer.OrderOn, err = renewal.OrderOn(date, time.UTC); err != nil {
		t.Fatal(err)
	}
	r, _, err := l.Submit(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return apply(t, l, r.ID, approve(r, "U2"))
}

// testDated asks for attempts before a day and on it, by the ledger's own time.
func testDated(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: dated(), Now: clock.Now, PollInterval: 10 * time.Millisecond})
	r := approvedOn(t, l, "1", 1, "2026-03-11")
	attempts := func() (begun int64) {
		var n atomic.Int64
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				switch _, err := l.Apply(t.Context(), r.ID, begin); {
				case err == nil:
					n.Add(1)
				case refusalCode(err) != renewal.RefusedTooEarly && refusalCode(err) != renewal.RefusedStatus:
					t.Errorf("an attempt: %v", err)
				}
			})
		}
		all.Wait()
		return n.Load()
	}
	waits := func(want time.Duration) {
		t.Helper()
		f, err := l.Figures(t.Context(), "audit:")
		if got := f.Requests[renewal.Approved]; err != nil || got != (Backlog{1, want}) || (f.Dated == 1) != (want == 0) {
			t.Errorf("approved: %+v, %d for a day, %v; want one for %v", got, f.Dated, err, want)
		}
	}
	clock.advance(5 * 24 * time.Hour)
	if err := l.Pause(t.Context(), approver("U2"), "stocktaking"); err != nil { // whoever resumes starts its job
		t.Fatal(err)
	}
	if err := l.Resume(t.Context(), approver("U2")); err != nil {
		t.Fatal(err)
	}
	waits(0)
	if n := attempts(); n != 0 {
		t.Errorf("%d attempts were begun before its day", n)
	}
	clock.advance(r.Offer.OrderOn.From.Add(-time.Microsecond).Sub(clock.Now()))
	if n := attempts(); n != 0 {
		t.Errorf("%d attempts were begun a moment before its day", n)
	}
	clock.advance(time.Hour)
	waits(time.Hour - time.Microsecond)
	if n := attempts(); n != 1 {
		t.Errorf("%d attempts were begun on its day, want 1", n)
	}
	verify(t, l)
}

// testDatedRestore restores a ledger in which one request waits for its day, and the day of
// another one has come: only the second can have been ordered as it stands.
func testDatedRestore(t *testing.T, s store) {
	clock := newClock()
	o := Options{Policy: dated(), Now: clock.Now}
	l := s.open(t, o)
	waits, due := approvedOn(t, l, "1", 1, "2026-03-11"), approvedOn(t, l, "2", 2, "2026-03-02")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	clock.advance(2 * 24 * time.Hour)
	got, err := AfterRestore(t.Context(), urlOf(s), o)
	if err != nil {
		t.Fatal(err)
	}
	same(t, []int64{due.ID}, got.Held, "held")
	same(t, []int64{waits.ID}, got.Undecided, "undecided")
	l = s.open(t, o)
	for id, want := range map[int64]renewal.Status{waits.ID: renewal.Pending, due.ID: renewal.Unknown} {
		if r, err := l.Get(t.Context(), id); err != nil || r.Status != want {
			t.Errorf("%s is %s (%v), want %s", r.Reference(), r.Status, err, want)
		}
	}
	verify(t, l)
}
