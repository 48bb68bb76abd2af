package ledger

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"renewbot/bot/renewal"
)

func testTrailPages(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	for i := range 7 {
		submit(t, l, fmt.Sprint(i))
	}
	var seqs []int64
	var all []renewal.Entry
	for after := int64(0); ; {
		page, err := l.EntriesAfter(t.Context(), after, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			seqs = append(seqs, e.Seq)
		}
		all = append(all, page...)
		after = page[len(page)-1].Seq
	}
	same(t, []int64{1, 2, 3, 4, 5, 6, 7}, seqs, "seqs")
	whole, err := l.EntriesAfter(t.Context(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	same(t, whole, all, "pages and whole")
}

func testAppendOnly(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	ordering(t, l, "k")
	for _, statement := range []string{
		`UPDATE entries SET actor = 'U9' WHERE seq = 1`,
		`DELETE FROM entries WHERE seq = 1`,
		`DELETE FROM attempts`,
		`UPDATE attempts SET number = 2`,
		`UPDATE attempts SET body = ''`,
	} {
		err := l.engine.change(t.Context(), func(in tx) error {
			_, err := in.exec(t.Context(), statement)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "never") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	verify(t, l)
}

// tamper changes the database behind the ledger's back.
func tamper(t testing.TB, l *Ledger, statements ...string) {
	t.Helper()
	err := l.engine.change(t.Context(), func(in tx) error {
		for _, statement := range statements {
			if _, err := in.exec(t.Context(), statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// broken is where the trail is broken; 0 when it is not.
func broken(t testing.TB, l *Ledger) int64 {
	t.Helper()
	err := l.Verify(t.Context())
	var chain *ChainError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &chain):
		t.Fatal(err)
	}
	return chain.Seq
}

func testTamper(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "k")
	apply(t, l, r.ID, renewal.Reject{By: approver("U2"), Shown: shown(r), Reason: "too dear"})
	submit(t, l, "other")
	s.disarm(t, l)
	for _, c := range []struct{ column, value string }{
		{"request_id", "2"}, {"at", "at + 1"}, {"code", "'request.approved'"}, {"actor", "'U3'"}, {"revision", "2"},
		{"from_status", "'approved'"}, {"to_status", "'approved'"}, {"detail", `'{"reason":"cheap"}'`},
		{"detail", `'{}'`}, {"detail", `'not JSON'`}, {"hash", "'00'"}, {"prev_hash", "'00'"},
	} {
		keep := `CREATE TABLE kept AS SELECT * FROM entries WHERE seq = 2`
		tamper(t, l, keep, fmt.Sprintf(`UPDATE entries SET %s = %s WHERE seq = 2`, c.column, c.value))
		if got := broken(t, l); got != 2 {
			t.Errorf("%s changed to %s: broken at %d, want 2", c.column, c.value, got)
		}
		tamper(t, l, `DELETE FROM entries WHERE seq = 2`, `INSERT INTO entries SELECT * FROM kept`, `DROP TABLE kept`)
		verify(t, l)
	}
}

func testMissing(t *testing.T, s store) {
	for _, c := range []struct {
		name       string
		statements []string
		want       int64
	}{
		{"in the middle", []string{`DELETE FROM entries WHERE seq = 2`}, 2},
		{"the first", []string{`DELETE FROM entries WHERE seq = 1`}, 1},
		{"the last", []string{`DELETE FROM entries WHERE seq = 4`}, 4},
		{"all", []string{`DELETE FROM entries`}, 1},
		{"the last, and the end moved", []string{
			`DELETE FROM entries WHERE seq = 4`,
			`UPDATE trail SET seq = 3, hash = (SELECT hash FROM entries WHERE seq = 3)`,
		}, 4},
		{"one added", []string{
			`INSERT INTO entries SELECT 5, request_id, at, code, actor, revision, from_status, to_status, detail, prev_hash, hash FROM entries WHERE seq = 4`,
		}, 5},
		{"another end", []string{`UPDATE trail SET hash = 'ff'`}, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := s.another(t).open(t, Options{Policy: policy(1)})
			for i := range 4 {
				submit(t, l, fmt.Sprint(i))
			}
			verify(t, l)
			s.disarm(t, l)
			tamper(t, l, c.statements...)
			if got := broken(t, l); got != c.want {
				t.Errorf("broken at %d, want %d", got, c.want)
			}
		})
	}
}

// Somebody who knows how hashes are made writes entries that are right by themselves.
func testForged(t *testing.T, s store) {
	for _, c := range []struct {
		name  string
		forge func([]renewal.Entry) (forged renewal.Entry, statements []string)
		want  int64
	}{
		{"a changed entry with its own hash", func(e []renewal.Entry) (renewal.Entry, []string) {
			e[1].Actor = "U9"
			return e[1], []string{`DELETE FROM entries WHERE seq = 2`}
		}, 3},
		{"the last entry changed with its own hash", func(e []renewal.Entry) (renewal.Entry, []string) {
			e[3].Actor = "U9"
			return e[3], []string{`DELETE FROM entries WHERE seq = 4`}
		}, 4},
		{"an entry added at the end", func(e []renewal.Entry) (renewal.Entry, []string) {
			added := e[3]
			added.Seq, added.PrevHash = 5, e[3].Hash
			return added, nil
		}, 5},
		{"the last two made one", func(e []renewal.Entry) (renewal.Entry, []string) {
			return e[2], []string{`DELETE FROM entries WHERE seq >= 3`}
		}, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := s.another(t).open(t, Options{Policy: policy(1)})
			for range 4 { // of no request: nothing but the trail tells of them
				if err := l.Record(t.Context(), renewal.Entry{Code: "x", Actor: "U1"}); err != nil {
					t.Fatal(err)
				}
			}
			verify(t, l)
			entries, err := l.Entries(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			forged, statements := c.forge(entries)
			s.disarm(t, l)
			tamper(t, l, append(statements, fmt.Sprintf(`INSERT INTO entries VALUES (%d, 0, %d, 'x', '%s', 0, '', '', 'null', '%s', '%s')`,
				forged.Seq, micros(forged.At), forged.Actor, forged.PrevHash, Hash(forged)))...)
			if got := broken(t, l); got != c.want {
				t.Errorf("broken at %d, want %d", got, c.want)
			}
		})
	}
}

func testRecord(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	if err := l.Record(t.Context(), renewal.Entry{Code: "bot.started", Actor: renewal.System, Detail: map[string]string{"version": "1"}}); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 6789, time.FixedZone("x", -7200))
	if err := l.Record(t.Context(), renewal.Entry{Seq: 77, Code: "bot.stopped", Actor: renewal.System, At: at, Hash: "x", PrevHash: "y"}); err != nil {
		t.Fatal(err)
	}
	entries, err := l.Entries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	want := []renewal.Entry{
		{Seq: 1, At: l.Now(t.Context()), Code: "bot.started", Actor: renewal.System, Detail: map[string]string{"version": "1"}},
		{Seq: 2, At: at.UTC().Truncate(time.Microsecond), Code: "bot.stopped", Actor: renewal.System},
	}
	want[0].Hash = Hash(want[0])
	want[1].PrevHash = want[0].Hash
	want[1].Hash = Hash(want[1])
	same(t, want, entries, "entries")
	verify(t, l)
}

// The hashes were computed by another program from the description of Hash.
func TestHash(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		entry renewal.Entry
		want  string
	}{
		{"everything", renewal.Entry{
			Seq: 7, RequestID: 3, At: time.Date(2026, 3, 1, 9, 0, 0, 120_000_000, time.FixedZone("CET", 3600)),
			Code: renewal.CodeRejected, Actor: "U2", Revision: 2, From: renewal.Pending, To: renewal.Rejected, PrevHash: "abc",
			Detail: map[string]string{"reason": "zu teuer: 5 € \u2028<!channel>\n", "fingerprint": "ff"}, Hash: "is not hashed",
		}, "87320d54efc6f1a8c42cabb186965a04e717e809d9c3e606b222977f00841fa6"},
		{"nothing", renewal.Entry{Seq: 1, At: time.Unix(0, 0)}, "b53a9d0e0cdcc05918aaf4bffde04e8a4b0a89d0eed7e72e9fe5f9c85d4eedf5"},
	} {
		if got := Hash(c.entry); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
