package bot_test

import (
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
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
// to an SQLite file before it, and with the drawing of the request before under way. The
// target is a median of 2 ms and a 99th percentile of 10 ms.
func BenchmarkSubmitReview(b *testing.B) {
	file := filepath.Join(b.TempDir(), "bench.db")
	w := quiet(b, func(o *sandbox.Options) {
		o.DatabaseURL = "sqlite://" + file
		o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(1000))
	})
	alice := w.as(sandbox.Alice)
	wishes := w.wishes()
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		alice.fill(wishes[len(took)%len(wishes)])
		alice.submitOK()
		alice.titled("Please check")
		alice.explain("Agreed with the customer.")
		b.StartTimer()
		began := time.Now()
		done, err := alice.p.Submit(w.ctx)
		took = append(took, time.Since(began))
		b.StopTimer()
		if err != nil || len(done.Errors) > 0 || done.Trouble != "" {
			b.Fatalf("submit: %v %v %s", err, done.Errors, done.Trouble)
		}
		alice.titled("Request saved")
		if _, err := alice.p.CloseView(w.ctx, true); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	report(b, took)
}

// wishes are what the customers of the portal have, each for another one.
func (b *bundle) wishes() []wish {
	b.t.Helper()
	var all []wish
	called := map[string]bool{}
	for _, p := range b.Vendor.Portal().Packages {
		c, ok := b.Vendor.Customer(p.PartnerID)
		if ok && p.ProductID == yeastarsim.Turnkey && !called[c.Company] && c.Company != "" {
			called[c.Company] = true
			all = append(all, wish{holder: c.Company, plan: p.PlanID, extensions: strconv.Itoa(p.Extensions), contact: "Sandhaven"})
		}
	}
	return all
}

// quiet is a sandbox without logs.
func quiet(b *testing.B, change ...func(*sandbox.Options)) *bundle {
	b.Helper()
	return setup(b, append(change, func(o *sandbox.Options) { o.Log = nil }, func(o *sandbox.Options) {
		o.Slack = append(o.Slack, slacksim.WithPings(time.Hour, time.Hour))
	})...)
}
