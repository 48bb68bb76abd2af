package ledger

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/renewal"
)

// deniedEntries lists the refused actions of the trail: who, what, why, of which request
// and how many times more.
func deniedEntries(t testing.TB, l *Ledger) []string {
	t.Helper()
	all, err := l.EntriesAfter(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range all {
		if e.Code == renewal.CodeDenied {
			list = append(list, fmt.Sprintf("%s %s %s %d %s", e.Actor, e.Detail[renewal.DetailAction], e.Detail[renewal.DetailRefusal],
				e.RequestID, e.Detail[renewal.DetailCount]))
		}
	}
	return list
}

// testDeniedAgain tries what is not allowed again and again: the first try is in the trail
// at once, the others together later, and nobody can write as many entries as they like.
func testDeniedAgain(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	r := submit(t, l, "k")
	try := func(e renewal.Event) {
		t.Helper()
		var refusal *renewal.Refusal
		if _, err := l.Apply(t.Context(), r.ID, e); !errors.As(err, &refusal) {
			t.Fatalf("%T: %v, want a refusal", e, err)
		}
	}
	for range 20 {
		try(renewal.Cancel{By: requester("U9")})
		try(renewal.Reject{By: requester("U9"), Shown: shown(r), Reason: "x"})
		if _, _, err := l.Submit(t.Context(), renewal.Submission{Key: "n", By: renewal.Actor{UserID: "U9"}, Channel: "C1", Offer: offer(1)}); err == nil {
			t.Fatal("somebody who may not requested something")
		}
	}
	first := []string{"U9 cancel not_allowed 1 ", "U9 reject not_allowed 1 ", "U9 submit not_allowed 0 "}
	if diff := cmp.Diff(first, deniedEntries(t, l)); diff != "" {
		t.Errorf("at once (-want +got):\n%s", diff)
	}
	clock.advance(denialsTogether - time.Second)
	l.writeCounted(t.Context(), false)
	if diff := cmp.Diff(first, deniedEntries(t, l)); diff != "" {
		t.Errorf("before the time is over (-want +got):\n%s", diff)
	}
	clock.advance(time.Second)
	l.writeCounted(t.Context(), false)
	l.writeCounted(t.Context(), false)
	got := deniedEntries(t, l)[3:]
	if len(got) != 3 || !cmp.Equal(map[string]bool{"U9 cancel not_allowed 1 19": true, "U9 reject not_allowed 1 19": true, "U9 submit not_allowed 0 19": true},
		map[string]bool{got[0]: true, got[1]: true, got[2]: true}) {
		t.Errorf("afterwards %v", got)
	}
	try(renewal.Cancel{By: requester("U9")}) // counting begins anew
	if got := deniedEntries(t, l); got[len(got)-1] != "U9 cancel not_allowed 1 " {
		t.Errorf("a try after the time: %v", got)
	}
	verify(t, l)
}

// Somebody who tries many different things fills the trail with no more than a few.
func TestDenialsOfOnePersonAreBounded(t *testing.T) {
	t.Parallel()
	l := newSQLiteStore(t).open(t, Options{Policy: policy(1)})
	refusal := &renewal.Refusal{Code: renewal.RefusedNotAllowed, Sentence: renewal.Say("No.")}
	for i := range 3 * denialsEach {
		if err := l.Deny(t.Context(), 0, "U9", fmt.Sprint("try ", i), refusal); err != nil {
			t.Fatal(err)
		}
		if err := l.Deny(t.Context(), 0, "U8", "status", refusal); err != nil { // others are not held up by it
			t.Fatal(err)
		}
	}
	if n := len(deniedEntries(t, l)); n != denialsEach+1 {
		t.Errorf("%d entries, want %d", n, denialsEach+1)
	}
	l.writeCounted(t.Context(), true)
	got := deniedEntries(t, l)[denialsEach+1:]
	want := map[string]bool{fmt.Sprintf("U9   0 %d", 2*denialsEach): true, fmt.Sprintf("U8 status not_allowed 0 %d", 3*denialsEach-1): true}
	if len(got) != 2 || !cmp.Equal(want, map[string]bool{got[0]: true, got[1]: true}) {
		t.Errorf("afterwards %q, want %v", got, want)
	}
	verify(t, l)
}

// The database's clock counts, by which the first try was written down, and not the process's.
func TestDenialsAreCountedByTheDatabasesClock(t *testing.T) {
	t.Parallel()
	l := newSQLiteStore(t).open(t, Options{Policy: policy(1)})
	r := submit(t, l, "k")
	now := time.Now().Add(-2 * denialsTogether) // by the database's
	l.clock.read(now)
	for range 2 {
		refusal := &renewal.Refusal{Code: renewal.RefusedNotAllowed}
		if err := l.deny(t.Context(), r.Denied("U9", "cancel", refusal, now)); err != nil {
			t.Fatal(err)
		}
	}
	l.clock.read(now)
	l.writeCounted(t.Context(), false)
	same(t, 1, len(deniedEntries(t, l)), "entries while the repetitions are counted")
}
