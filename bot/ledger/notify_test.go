package ledger

import (
	"testing"

	"renewbot/bot/renewal"
)

func testNotify(t *testing.T, s store) {
	l := s.open(t, Options{})
	wants := func(user string, want renewal.Notify) {
		t.Helper()
		if got, err := l.Notify(t.Context(), user, renewal.NotifyResult); err != nil || got != want {
			t.Errorf("%s wants %q, %v, want %q", user, got, err, want)
		}
	}
	wants("U1", renewal.NotifyResult) // who has not said
	for _, n := range []renewal.Notify{renewal.NotifyNone, renewal.NotifyNone, renewal.NotifyAll} {
		if err := l.SetNotify(t.Context(), "U1", n); err != nil {
			t.Fatal(err)
		}
		wants("U1", n)
	}
	wants("U2", renewal.NotifyResult)
	wants("", renewal.NotifyResult)
}
