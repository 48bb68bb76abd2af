package metrics

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	vm "github.com/VictoriaMetrics/metrics"
)

// namespace begins the names of all metrics that are ours.
const namespace = "renewbot_"

// scrapesAtOnce is more than a Prometheus server and a curious person need.
const scrapesAtOnce = 4

// ofRuntime is the help of metrics that are not ours: their names say what they are.
const ofRuntime = "Of the Go runtime or the operating system."

// registry keeps metrics and their help texts, and shows them.
type registry struct {
	set  *vm.Set
	help map[string]string // by family; written before anything is shown
	busy chan struct{}     // one for each scrape that is under way
}

func newRegistry() *registry {
	vm.ExposeMetadata(true)
	return &registry{set: vm.NewSet(), help: map[string]string{}, busy: make(chan struct{}, scrapesAtOnce)}
}

// family names a metric of ours and notes its help.
func (r *registry) family(name, help string) string {
	r.help[namespace+name] = help
	return namespace + name
}

func (r *registry) gauge(name, help string) *vm.Gauge {
	return r.set.NewGauge(r.family(name, help), nil)
}

func (r *registry) gaugeFunc(name, help string, f func() float64) {
	r.set.NewGauge(r.family(name, help), f)
}

func (r *registry) counter(name, help string) *vm.Counter {
	return r.set.NewCounter(r.family(name, help))
}

func (r *registry) histogram(name, help string, buckets []float64) *vm.PrometheusHistogram {
	return r.set.NewPrometheusHistogramExt(r.family(name, help), buckets)
}

func (r *registry) counters(name, help string, labels ...string) *vec[vm.Counter] {
	return newVec(r.family(name, help), labels, r.set.GetOrCreateCounter)
}

func (r *registry) histograms(name, help string, buckets []float64, labels ...string) *vec[vm.PrometheusHistogram] {
	return newVec(r.family(name, help), labels, func(series string) *vm.PrometheusHistogram {
		return r.set.GetOrCreatePrometheusHistogramExt(series, buckets)
	})
}

// vec is a metric with one or two labels.
type vec[T any] struct {
	family string
	labels []string
	make   func(series string) *T

	mu  sync.RWMutex
	all map[[2]string]*T
}

func newVec[T any](family string, labels []string, mk func(string) *T) *vec[T] {
	return &vec[T]{family: family, labels: labels, make: mk, all: map[[2]string]*T{}}
}

// with is the metric with these values of the labels. From then on it is shown.
func (v *vec[T]) with(values ...string) *T {
	var key [2]string
	copy(key[:], values)
	v.mu.RLock()
	m := v.all[key]
	v.mu.RUnlock()
	if m != nil {
		return m
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	m = v.make(series(v.family, v.labels, values))
	v.all[key] = m
	return m
}

// series is the name of a metric with its labels.
func series(family string, labels, values []string) string {
	if len(labels) == 0 {
		return family
	}
	var pairs []string
	for i, label := range labels {
		pairs = append(pairs, label+"="+strconv.Quote(values[i]))
	}
	return family + "{" + strings.Join(pairs, ",") + "}"
}

// ServeHTTP shows all metrics in Prometheus' text format.
// https://prometheus.io/docs/instrumenting/exposition_formats/
func (r *registry) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	select {
	case r.busy <- struct{}{}:
		defer func() { <-r.busy }()
	default:
		http.Error(w, "too many scrapes at once; try again", http.StatusServiceUnavailable)
		return
	}
	var all bytes.Buffer
	r.set.WritePrometheus(&all)
	vm.WriteGoMetrics(&all)
	vm.WriteProcMetrics(&all)
	vm.WriteFDMetrics(&all)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(r.helped(all.String())) // whoever asks may have gone
}

// helped puts the help texts where the library leaves them empty, and leaves out what the
// library names otherwise than Prometheus' conventions want.
// https://prometheus.io/docs/practices/naming/
func (r *registry) helped(text string) []byte {
	var out bytes.Buffer
	misnamed := false
	for line := range strings.Lines(text) {
		family, begins := strings.CutPrefix(strings.TrimSpace(line), "# HELP ")
		if begins {
			misnamed = strings.HasSuffix(family, "_count") || strings.HasPrefix(family, "process_io_")
		}
		if misnamed {
			continue
		}
		if begins {
			help := r.help[family]
			if help == "" {
				help = ofRuntime
			}
			line = "# HELP " + family + " " + help + "\n"
		}
		out.WriteString(line)
	}
	return out.Bytes()
}

// shown is a gauge that is written while somebody asks for it.
type shown struct {
	family string
	labels []string
	values []reading
}

type reading struct {
	labels []string
	value  float64
}

func (s shown) write(w io.Writer) {
	vm.WriteMetadataIfNeeded(w, s.family, "gauge")
	for _, r := range s.values {
		fmt.Fprintf(w, "%s %g\n", series(s.family, s.labels, r.labels), r.value)
	}
}
