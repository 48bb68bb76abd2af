package orders

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// roundTrip is what the benchmarks' vendor takes for each answer.
const roundTrip = 50 * time.Millisecond

// benched is a program that has run for a while, with 5,000 customers and idle workers, and
// people with look-ups of their own, so that asking for a renewal takes none of its calls.
func benched(b *testing.B, config yeastar.Config) (program, people *world) {
	b.Helper()
	w := setupPaced(b, config, yeastarsim.WithCustomers(5000))
	people = worldOn(b, w.sim, w.ledger, w.policy, yeastar.Config{Rate: 1e6, Burst: 1e6})
	if err := w.portal.Prepare(b.Context(), turnkey); err != nil {
		b.Fatal(err)
	}
	buyer := renewal.Holder{PartnerID: yeastar.ID(w.buyers(1)[0])}
	if _, err := w.portal.Package(b.Context(), turnkey, buyer, "", lookup.AnyAge); err != nil {
		b.Fatal(err)
	}
	w.sim.Fault(yeastarsim.AnyEndpoint, yeastarsim.Latency(roundTrip))
	if err := w.ledger.Start(b.Context(), w.Handlers()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = w.ledger.Close() })
	return w, people
}

// spent is the processor time of everything, the simulated vendor's included.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkApproveToPost is the way from an approval to the arrival of its order's POST, with
// a vendor that takes 50 ms for each answer. The target is one round trip and 20 ms.
func BenchmarkApproveToPost(b *testing.B) {
	row, _ := yeastar.ProductByKey(turnkey)
	w, people := benched(b, yeastar.Config{Rate: 1e6, Burst: 1e6})
	customers := w.buyers(1000)
	var took []time.Duration
	var cpu time.Duration
	calls := 0
	for b.Loop() {
		b.StopTimer()
		r := people.asked(turnkey, customers[len(took)], row.Terms[0])
		mark, before := len(w.sim.Journal()), spent(b)
		b.StartTimer()
		began := time.Now()
		w.approve(r)
		if err := w.sim.WaitCalls(b.Context(), yeastarsim.OrderSave, len(took)+1); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		took = append(took, w.sim.OrderRequests()[len(took)].At.Sub(began))
		w.ordered(b, r)
		calls += len(w.sim.Journal()) - mark
		cpu += spent(b) - before
		b.StartTimer()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(calls)/float64(len(took)), "calls/order")
	b.ReportMetric(float64(cpu.Milliseconds())/float64(len(took)), "cpu-ms/order")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkApproveFortyToPost approves forty orders at once, with a client that makes five
// calls a second and 15 at once, as the product's does. The target is 20 s.
func BenchmarkApproveFortyToPost(b *testing.B) {
	const n = 40
	row, _ := yeastar.ProductByKey(turnkey)
	w, people := benched(b, yeastar.Config{})
	customers := w.buyers(1000)
	placed, calls := 0, 0
	var last, cpu time.Duration
	for b.Loop() {
		b.StopTimer()
		var asked []renewal.Request
		for _, customer := range customers[:n] {
			asked = append(asked, people.asked(turnkey, customer, row.Terms[0]))
		}
		<-time.After(5 * time.Second) // whatever was asked for is old, and 15 calls are free
		mark, before := len(w.sim.Journal()), spent(b)
		b.StartTimer()
		began := time.Now()
		for _, r := range asked {
			w.approve(r)
		}
		placed += n
		if err := w.sim.WaitCalls(b.Context(), yeastarsim.OrderSave, placed); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		last += w.sim.OrderRequests()[placed-1].At.Sub(began)
		for _, r := range asked {
			w.ordered(b, r)
		}
		calls += len(w.sim.Journal()) - mark
		cpu += spent(b) - before
		customers = customers[n:]
		b.StartTimer()
	}
	rounds := float64(placed) / n
	b.ReportMetric(last.Seconds()/rounds, "s/forty")
	b.ReportMetric(float64(calls)/rounds, "calls/forty")
	b.ReportMetric(cpu.Seconds()/rounds, "cpu-s/forty")
	b.ReportMetric(0, "ns/op")
}

// ordered waits until a request's order is saved.
func (w *world) ordered(b *testing.B, r renewal.Request) {
	b.Helper()
	for r.Status != renewal.Ordered {
		if r.Status != renewal.Approved && r.Status != renewal.Ordering && r.Status != renewal.Pending {
			b.Fatalf("%s is %s: %+v", r.Reference(), r.Status, r.Problem)
		}
		<-time.After(time.Millisecond)
		var err error
		if r, err = w.ledger.Get(b.Context(), r.ID); err != nil {
			b.Fatal(err)
		}
	}
}
