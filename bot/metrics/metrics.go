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

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// namespace begins the names of all metrics that are ours.
const namespace = "renewbot"

// scrapesAtOnce is more than a Prometheus server and a curious person need.
const scrapesAtOnce = 4

// Metrics are the figures of one process. Make them with New.
type Metrics struct {
	registry *prometheus.Registry
	slackMetrics
	vendorMetrics
	ledgerMetrics
	eventSends *prometheus.CounterVec
}

// New makes figures that are all zero.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(), slackMetrics: newSlackMetrics(), vendorMetrics: newVendorMetrics(),
		ledgerMetrics: newLedgerMetrics(), eventSends: newEventMetrics(),
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo(),
		m.eventSends,
	)
	m.registry.MustRegister(m.slackMetrics.all()...)
	m.registry.MustRegister(m.vendorMetrics.all()...)
	m.registry.MustRegister(m.ledgerMetrics.all()...)
	return m
}

// Handler serves the figures in Prometheus' format.
func (m *Metrics) Handler() http.Handler {
	if m == nil {
		return http.NotFoundHandler()
	}
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: scrapesAtOnce})
}

// Gather is all figures as they are now, for tests and tools.
func (m *Metrics) Gather() prometheus.Gatherer {
	if m == nil {
		return prometheus.NewRegistry()
	}
	return m.registry
}

// buildInfo is always 1 and says in its labels which program runs.
func buildInfo() prometheus.Collector {
	labels := prometheus.Labels{"version": "unknown", "revision": "unknown", "goversion": runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		labels["version"] = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				labels["revision"] = s.Value
			}
		}
	}
	g := gauge("build_info", "Always 1; the labels say which program runs.", labels)
	g.Set(1)
	return g
}

func gauge(name, help string, labels prometheus.Labels) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help, ConstLabels: labels})
}

// counters are pre-set to zero for the values of their only label, so that the first
// event is an increase.
func counters(name, help, label string, values ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, []string{label})
	for _, value := range values {
		v.WithLabelValues(value)
	}
	return v
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
}

func histogram(name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets})
}

func histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: namespace, Name: name, Help: help, Buckets: buckets}, labels)
}

func seconds(buckets ...time.Duration) []float64 {
	list := make([]float64, len(buckets))
	for i, b := range buckets {
		list[i] = b.Seconds()
	}
	return list
}

// among is value if it is one of the known ones, and "other" if not: what comes from
// outside must not make labels.
func among(value string, known []string) string {
	if slices.Contains(known, value) {
		return value
	}
	return "other"
}
