package ledger

import (
	"testing"
	"time"

	"renewbot/bot/renewal"
)

func testDeputies(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	now := l.Now(t.Context())
	deputies := func(want ...renewal.Deputy) {
		t.Helper()
		got, err := l.Deputies(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		same(t, want, got, "deputies")
	}
	name := func(of, id string, until time.Time) {
		t.Helper()
		for range 2 { // delivered twice
			if err := l.Deputise(t.Context(), approver(of), requester(id), until); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := l.Deputise(t.Context(), requester("U1"), requester("U5"), now.Add(time.Hour)); refusalCode(err) != renewal.RefusedNotAllowed {
		t.Errorf("by somebody who is no approver: %v", err)
	}
	deputies()
	name("U2", "U5", now.Add(2*time.Hour))
	name("U3", "U5", now.Add(time.Hour))
	deputies(renewal.Deputy{Of: "U3", ID: "U5", Until: now.Add(time.Hour)}, renewal.Deputy{Of: "U2", ID: "U5", Until: now.Add(2 * time.Hour)})
	name("U3", "U6", now.Add(time.Hour)) // instead of the one from before
	clock.advance(time.Hour)
	deputies(renewal.Deputy{Of: "U2", ID: "U5", Until: now.Add(2 * time.Hour)})
	for _, id := range []string{"U2", "U2", "U3", "U4"} { // twice, over already, never named
		if err := l.EndDeputy(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	deputies()
	same(t, []renewal.Code{renewal.CodeDeputy, renewal.CodeDeputy, renewal.CodeDeputy, renewal.CodeDeputyEnded}, codes(t, l, 0), "entries")
	verify(t, l)
}
