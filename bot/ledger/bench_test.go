package ledger

import (
	"fmt"
	"testing"

	"renewbot/bot/renewal"
)

// filled is a ledger with many requests, most of them closed.
func filled(b *testing.B, requests int) *Ledger {
	b.Helper()
	l := newSQLiteStore(b).open(b, Options{Policy: policy(1)})
	tamper(b, l, `PRAGMA foreign_keys`) // opens the connection
	e := l.engine.(*sqliteEngine)
	// Filling is not what is measured.
	if _, err := e.writer.Exec(`PRAGMA synchronous = OFF`); err != nil {
		b.Fatal(err)
	}
	for i := range requests {
		r, _, err := l.Submit(b.Context(), submission(fmt.Sprint("fill", i), i%2000))
		if err != nil {
			b.Fatal(err)
		}
		if i%20 != 0 {
			apply(b, l, r.ID, renewal.Cancel{By: requester("U1")})
		}
	}
	if _, err := e.writer.Exec(`PRAGMA synchronous = FULL`); err != nil {
		b.Fatal(err)
	}
	return l
}

func BenchmarkLedger(b *testing.B) {
	const requests = 20_000
	l := filled(b, requests)
	n := 0
	b.Run("Submit", func(b *testing.B) {
		for b.Loop() {
			n++
			submit(b, l, fmt.Sprint("bench", n))
		}
	})
	b.Run("ApplyApprove", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			n++
			r := submit(b, l, fmt.Sprint("bench", n))
			b.StartTimer()
			apply(b, l, r.ID, approve(r, "U2"))
		}
	})
	b.Run("Get", func(b *testing.B) {
		for b.Loop() {
			if _, err := l.Get(b.Context(), requests/2); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ListPending20", func(b *testing.B) {
		for b.Loop() {
			got, err := l.List(b.Context(), Filter{Statuses: []renewal.Status{renewal.Pending}, Limit: 20})
			if err != nil || len(got) != 20 {
				b.Fatal(len(got), err)
			}
		}
	})
	b.Run("LastRequest", func(b *testing.B) {
		for b.Loop() {
			if _, found, err := l.LastRequest(b.Context(), "p-series-turnkey", offer(7).Holder.Key()); !found || err != nil {
				b.Fatal(found, err)
			}
		}
	})
	b.Run("Verify", func(b *testing.B) {
		for b.Loop() {
			if err := l.Verify(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
