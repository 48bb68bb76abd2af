package year_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/ledger/year"
	"renewbot/bot/renewal"
)

func TestMain(m *testing.M) { pgtest.Exit(m.Run()) }

var end = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func TestAYearIsALedger(t *testing.T) {
	t.Parallel()
	for _, engine := range []struct {
		name string
		url  func(t *testing.T) string
	}{
		{"sqlite", func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "year.db") }},
		{"postgres", func(t *testing.T) string { return pgtest.Database(t) }},
	} {
		t.Run(engine.name, func(t *testing.T) {
			t.Parallel()
			url := engine.url(t)
			size := year.Size{Requests: 200, PerRequest: 20, Open: 12}
			if err := year.Fill(t.Context(), url, size, end); err != nil {
				t.Fatal(err)
			}
			l, err := ledger.Open(t.Context(), url, ledger.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			if err := l.Verify(t.Context()); err != nil {
				t.Error(err)
			}
			last, err := l.TrailEnd(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if last.Seq != int64(size.Requests*size.PerRequest) {
				t.Errorf("there are %d entries", last.Seq)
			}
			pending, err := l.List(t.Context(), ledger.Filter{Statuses: []renewal.Status{renewal.Pending}})
			if err != nil {
				t.Fatal(err)
			}
			if len(pending) == 0 || len(pending) >= size.Open {
				t.Errorf("%d requests are pending", len(pending))
			}
		})
	}
}

// year makes a full year, which takes about half a minute.
func full(b *testing.B, url string) *ledger.Ledger {
	b.Helper()
	if testing.Short() {
		b.Skip("a year takes its time")
	}
	if err := year.Fill(b.Context(), url, year.Full, end); err != nil {
		b.Fatal(err)
	}
	l, err := ledger.Open(b.Context(), url, ledger.Options{ReadOnly: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	return l
}

// BenchmarkYear is what the ledger does behind the commands of Slack and of the command
// line, with 20,000 requests and 400,000 audit entries.
func BenchmarkYear(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) {
		path := filepath.Join(b.TempDir(), "year.db")
		began := time.Now()
		l := full(b, "sqlite://"+path)
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("a year is made in %v and takes %d MiB", time.Since(began).Round(time.Second), info.Size()>>20)
		questions(b, l)
		b.Run("backup", func(b *testing.B) {
			n := 0
			for b.Loop() {
				n++
				if _, err := ledger.Backup(b.Context(), "sqlite://"+path, filepath.Join(b.TempDir(), "copy.db")); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		pgtest.Available(b)
		questions(b, full(b, pgtest.Database(b)))
	})
}

func questions(b *testing.B, l *ledger.Ledger) {
	b.Helper()
	var open []renewal.Status
	for _, s := range renewal.Statuses() {
		if !s.Final() {
			open = append(open, s)
		}
	}
	list := func(f ledger.Filter) func(b *testing.B) (int, error) {
		return func(b *testing.B) (int, error) { b.Helper(); r, err := l.List(b.Context(), f); return len(r), err }
	}
	each := func(f ledger.EntryFilter) func(b *testing.B) (int, error) {
		return func(b *testing.B) (int, error) {
			b.Helper()
			n := 0
			return n, l.EachEntry(b.Context(), f, func(renewal.Entry) error { n++; return nil })
		}
	}
	for _, q := range []struct {
		name string
		ask  func(b *testing.B) (n int, err error)
	}{
		{"list: my open requests", list(ledger.Filter{Statuses: open, Requester: year.Alice, Limit: 50})},
		{"list: what waits", list(ledger.Filter{Statuses: []renewal.Status{renewal.Pending, renewal.Refused, renewal.Unknown}, Limit: 50})},
		{"list: finished", list(ledger.Filter{Statuses: []renewal.Status{renewal.Ordered, renewal.Rejected, renewal.Cancelled, renewal.Expired}, Requester: year.Alice, Limit: 10})},
		{"status: entries of a request", func(b *testing.B) (int, error) {
			b.Helper()
			e, err := l.Entries(b.Context(), 10_000)
			return len(e), err
		}},
		{"sync: posts of a request", func(b *testing.B) (int, error) {
			b.Helper()
			p, err := l.Posts(b.Context(), 10_000)
			return len(p), err
		}},
		{"sync: entries of no request after a restart", func(b *testing.B) (int, error) {
			b.Helper()
			unposted, _, err := l.Unposted(b.Context(), 0)
			return len(unposted) + 1, err
		}},
		{"sync: entries of no request", func(b *testing.B) (int, error) {
			b.Helper()
			unposted, _, err := l.Unposted(b.Context(), int64(year.Full.Requests*year.Full.PerRequest-100))
			return len(unposted) + 1, err
		}},
		{"form: the last order", func(b *testing.B) (int, error) {
			b.Helper()
			r, found, err := l.LastOrdered(b.Context(), "p-series-turnkey", "3000000000000000017")
			if err == nil && !found {
				b.Fatal("there is none")
			}
			return int(r.ID), err
		}},
		{"export: all entries", each(ledger.EntryFilter{})},
		{"export: the last week", each(ledger.EntryFilter{Since: end.AddDate(0, 0, -7)})},
		{"export: a request", each(ledger.EntryFilter{RequestID: 10_000})},
		{"verify", func(b *testing.B) (int, error) { b.Helper(); return 1, l.Verify(b.Context()) }},
		{"channel: a page of the comparison", func(b *testing.B) (int, error) {
			b.Helper()
			w, err := l.Witnesses(b.Context(), 200_001, 201_000)
			return len(w), err
		}},
	} {
		b.Run(q.name, func(b *testing.B) {
			rows := 0
			for b.Loop() {
				var err error
				if rows, err = q.ask(b); err != nil || rows == 0 {
					b.Fatal(rows, err)
				}
			}
			b.ReportMetric(float64(rows), "rows")
		})
	}
}
