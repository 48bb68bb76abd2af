package metrics

import (
	"time"

	vm "github.com/VictoriaMetrics/metrics"

	"renewbot/yeastar"
)

type vendorMetrics struct {
	vendorCalls *vec[vm.PrometheusHistogram]
	lookups     *vec[vm.Counter]
}

func newVendorMetrics(r *registry) vendorMetrics {
	ms := time.Millisecond
	v := vendorMetrics{
		vendorCalls: r.histograms("vendor_call_duration_seconds",
			"Duration of calls of the Partner API with all their repeats, by call and outcome: ok, or what is known after the failure.",
			seconds(50*ms, 100*ms, 200*ms, 400*ms, 800*ms, 1500*ms, 3000*ms, 6000*ms, 10000*ms, 20000*ms, 60000*ms), "call", "outcome"),
		lookups: r.counters("lookups_total",
			"Look-ups in the cache by outcome: hit, stale (served while it is refreshed), miss (asked for), or failed (a failure of a moment ago).",
			"lookup", "outcome"),
	}
	// The first refused login is an increase.
	for _, refused := range []yeastar.Class{yeastar.ClassAuth, yeastar.ClassRefused} {
		v.vendorCalls.with("token", string(refused))
	}
	return v
}

// VendorCall times a call of the Partner API. It fits yeastar.Config.Observe.
func (m *Metrics) VendorCall(call, outcome string, took time.Duration) {
	if m != nil {
		m.vendorCalls.with(call, outcome).Update(took.Seconds())
	}
}

// Lookup counts what becomes of one kind of look-up in the cache. Its methods may be
// called on nil.
type Lookup struct{ hit, stale, miss, failed *vm.Counter }

// Lookup makes the counters of one kind of look-up, by a name of the program's.
func (m *Metrics) Lookup(name string) *Lookup {
	if m == nil {
		return nil
	}
	of := func(outcome string) *vm.Counter { return m.lookups.with(name, outcome) }
	return &Lookup{hit: of("hit"), stale: of("stale"), miss: of("miss"), failed: of("failed")}
}

// Hit counts a value that was there.
func (l *Lookup) Hit() {
	if l != nil {
		l.hit.Inc()
	}
}

// Stale counts a value that was there and past its time.
func (l *Lookup) Stale() {
	if l != nil {
		l.stale.Inc()
	}
}

// Miss counts a value that had to be asked for.
func (l *Lookup) Miss() {
	if l != nil {
		l.miss.Inc()
	}
}

// Failed counts a value that was not asked for, as that had failed a moment before.
func (l *Lookup) Failed() {
	if l != nil {
		l.failed.Inc()
	}
}
