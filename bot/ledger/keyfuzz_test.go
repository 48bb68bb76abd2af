package ledger

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"renewbot/bot/renewal"
)

// FuzzOutsideKeys uses anything as what comes from outside: the key of a submission, who
// made it, where, and the note. One key is one request, however often it is delivered;
// another key is another one; what was said is kept; the trail stays whole.
func FuzzOutsideKeys(f *testing.F) {
	for _, s := range []string{
		"V1", "V1 ", "v1", "\x00", "V1\x00", "\xff", "\xfe", "\uFFFD", "'; DROP TABLE requests; --", "%", "_", strings.Repeat("k", 499), strings.Repeat("k", 501),
		strings.Repeat("k", 600) + "l", "é", "e\u0301", "$1", `\`, `"}`,
	} {
		f.Add("V1", s, s, s, "a note")
		f.Add(s, s+"x", "U1", "C1", s)
	}
	l, err := Open(f.Context(), "sqlite::memory:", Options{Policy: renewal.Policy{Required: 1, PONumber: renewal.PONumberReference, ExpireAfter: 1e15}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = l.Close() })
	rounds := 0
	f.Fuzz(func(t *testing.T, first, second, user, channel, note string) {
		if first == "" || second == "" || len(first)+len(second)+len(note) > 20_000 {
			return
		}
		rounds++
		prefix := strings.Repeat("·", rounds%3) + string(rune('A'+rounds%26)) + strings.Repeat("#", rounds/78%50)
		submit := func(key string) (renewal.Request, bool) {
			t.Helper()
			s := submission(prefix+key, 1)
			s.By.UserID, s.Channel, s.Note = user, channel, note
			r, created, err := l.Submit(t.Context(), s)
			var refusal *renewal.Refusal
			if errors.As(err, &refusal) {
				if channel != "" && utf8.RuneCountInString(note) <= renewal.MaxNote {
					t.Fatalf("%q is refused: %v", key, err)
				}
				return renewal.Request{}, false
			}
			if err != nil {
				t.Fatalf("submit %q: %v", key, err)
			}
			return r, created
		}
		a, _ := submit(first)
		if a.ID == 0 {
			return
		}
		if again, created := submit(first); created || again.ID != a.ID {
			t.Errorf("%q delivered twice is %d and %d", first, a.ID, again.ID)
		}
		if b, _ := submit(second); (b.ID == a.ID) != (keptAs(first) == keptAs(second)) {
			t.Errorf("%q is request %d, %q is %d", first, a.ID, second, b.ID)
		}
		stored, err := l.Get(t.Context(), a.ID)
		if err != nil || !bytes.Equal(stored.Body, a.Body) || len(a.Body) == 0 {
			t.Errorf("request %d was not kept: %v", a.ID, err)
		}
		if utf8.ValidString(note+user) && rounds == int(a.ID) && stored.Note != note {
			t.Errorf("the note %q was kept as %q", note, stored.Note)
		}
		if err := l.Deny(t.Context(), a.ID, user, second, &renewal.Refusal{Code: renewal.RefusedNotAllowed, Sentence: renewal.Say(note)}); err != nil {
			t.Errorf("deny: %v", err)
		}
		if rounds%50 == 1 {
			if err := l.Verify(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

// keptAs is a text as every database can keep it.
func keptAs(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// FuzzDatabaseAddress opens anything as a database of PostgreSQL; no error shows the
// password.
func FuzzDatabaseAddress(f *testing.F) {
	const password = "pw-canary-77"
	for _, s := range []string{"@127.0.0.1:1/d", "@[::1/d", "@host:port/d", "@/d?sslmode=maybe", "@h/d?x=%zz", "@h/d?connect_timeout=x", "@h\x00/d", "@h/d?sslrootcert=/none", " @h/d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, rest string) {
		for _, address := range []string{"postgres://renewbot:" + password + rest, "postgresql://h/d?password=" + password + rest} {
			e, err := openPostgres(over(t), address, Options{})
			if err == nil {
				_ = e.close()
				continue
			}
			if strings.Contains(err.Error(), password) {
				t.Errorf("%q: %v", address, err)
			}
		}
	})
}

// over is a context that has ended: nothing is dialled.
func over(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
