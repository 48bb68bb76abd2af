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
	const made = 200
	for i := range made {
		r, _, err := l.Submit(b.Context(), submission(fmt.Sprint("fill", i), i))
		if err != nil {
			b.Fatal(err)
		}
		if i%20 != 0 {
			apply(b, l, r.ID, renewal.Cancel{By: requester("U1")})
		}
	}
	// The others are copies, because making them would take minutes.
	tamper(b, l, fmt.Sprintf(`WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < %d)
		INSERT INTO requests (id, version, submission_key, status, requester, product,
			holder_key, ordered_at, last_entry, created_at, updated_at, document) SELECT id + n * %d, version, submission_key || '-' || n, status, requester, product,
		holder_key || (n %% 10), ordered_at, last_entry, created_at, updated_at, document FROM requests, n`, requests/made-1, made),
		fmt.Sprintf(`UPDATE counters SET value = %d`, requests))
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
	b.Run("Figures", func(b *testing.B) {
		for b.Loop() {
			if _, err := l.Figures(b.Context(), "audit:"); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("LastOrdered", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := l.LastOrdered(b.Context(), "p-series-turnkey", offer(7).Holder.Key()+"3"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
