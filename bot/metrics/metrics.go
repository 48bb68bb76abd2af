// Package metrics keeps the figures by which people see how Renewbot is: Prometheus
// metrics in a registry of their own. They count and time; no label ever holds a person,
// a customer, a request, an id or a text that came from outside, so that figures may go
// where the data may not. The package decides nothing and changes nothing.
//
// All methods of Metrics may be called on nil, which keeps no figures.
package metrics

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"time"
)

// Metrics are the figures of one process. Make them with New.
type Metrics struct {
	registry *registry
	slackMetrics
	vendorMetrics
	ledgerMetrics
	eventMetrics
}

// New makes figures that are all zero.
func New() *Metrics {
	r := newRegistry()
	buildInfo(r)
	return &Metrics{
		registry: r, slackMetrics: newSlackMetrics(r), vendorMetrics: newVendorMetrics(r),
		ledgerMetrics: newLedgerMetrics(r), eventMetrics: newEventMetrics(r),
	}
}

// Handler serves the figures in Prometheus' format.
func (m *Metrics) Handler() http.Handler {
	if m == nil {
		return http.NotFoundHandler()
	}
	return m.registry
}

// buildInfo is always 1 and says in its labels which program runs.
func buildInfo(r *registry) {
	version, revision := "unknown", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
	}
	family := r.family("build_info", "Always 1; the labels say which program runs.")
	r.set.NewGauge(series(family, []string{"goversion", "revision", "version"}, []string{runtime.Version(), revision, version}), nil).Set(1)
}

func seconds(buckets ...time.Duration) []float64 {
	list := make([]float64, len(buckets))
	for i, b := range buckets {
		list[i] = b.Seconds()
	}
	return list
}

// other is the label of what is not known.
const other = "other"

// among is value if it is one of the known ones, and other if not: what comes from
// outside must not make labels.
func among(value string, known []string) string {
	if slices.Contains(known, value) {
		return value
	}
	return other
}
