package bot_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// report gives the median and the 99th percentile of what was measured.
func report(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	at := func(q float64) float64 {
		return float64(took[min(int(q*float64(len(took))), len(took)-1)].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.50), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// viewsOpened is when the nth views.open since the start was answered.
func (b *bundle) viewsOpened(n int) time.Time {
	calls := b.Slack.Calls("views.open")
	if len(calls) != n {
		b.t.Fatalf("%d calls of views.open, want %d", len(calls), n)
	}
	return calls[n-1].Time
}

// BenchmarkRenewToViewsOpen is the way from /renew to views.open with warm look-ups. The
// target is a median below 2 ms and a 99th percentile below 10 ms.
func BenchmarkRenewToViewsOpen(b *testing.B) {
	w := quiet(b)
	alice := w.as(sandbox.Alice)
	open := func() {
		alice.command(sandbox.Renewals, "/renew acme telecom")
		alice.view("Plan")
	}
	closeAll := func() {
		if _, err := alice.p.CloseView(w.ctx, true); err != nil {
			b.Fatal(err)
		}
	}
	for range 20 { // warms the look-ups and the connections
		open()
		closeAll()
	}
	before := len(w.Slack.Calls("views.open"))
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		alice.command(sandbox.Renewals, "/renew acme telecom")
		took = append(took, w.viewsOpened(before+len(took)+1).Sub(began))
		b.StopTimer()
		closeAll()
		b.StartTimer()
	}
	report(b, took)
}

// BenchmarkSubmitReview is the way from "Request approval" to its answer, with the write
// to an SQLite file before it.
func BenchmarkSubmitReview(b *testing.B) {
	file := filepath.Join(b.TempDir(), "bench.db")
	w := quiet(b, func(o *sandbox.Options) { o.DatabaseURL = "sqlite://" + file })
	alice := w.as(sandbox.Alice)
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		alice.fill(tutorial)
		alice.submitOK()
		alice.titled("Please check")
		b.StartTimer()
		began := time.Now()
		alice.submitOK()
		took = append(took, time.Since(began))
		b.StopTimer()
		alice.titled("Request saved")
		if _, err := alice.p.CloseView(w.ctx, true); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	report(b, took)
}

// quiet is a sandbox without logs.
func quiet(b *testing.B, change ...func(*sandbox.Options)) *bundle {
	b.Helper()
	return setup(b, append(change, func(o *sandbox.Options) { o.Log = nil }, func(o *sandbox.Options) {
		o.Slack = append(o.Slack, slacksim.WithPings(time.Hour, time.Hour))
	})...)
}
