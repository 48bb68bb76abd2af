package deploy_test

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"renewbot/bot/sandbox"
)

// observed is what /metrics of a bot says that has just placed an order.
type observed struct {
	text   string
	labels map[string]map[string]bool // by metric: the names of its labels
	typ    map[string]string          // by family
	help   map[string]string
	world  sandbox.Place
}

var (
	sample = regexp.MustCompile(`^([a-z_0-9]+)(?:\{(.*)\})? `)
	label  = regexp.MustCompile(`([a-z_]+)="((?:[^"\\]|\\.)*)"`)
	head   = regexp.MustCompile(`^# (HELP|TYPE) (\S+) (.*)`)
)

// observe runs a bot through three renewals, once for all tests.
var observe = sync.OnceValues(func() (observed, error) {
	o := observed{labels: map[string]map[string]bool{}, typ: map[string]string{}, help: map[string]string{}}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	w, err := sandbox.Start(ctx, sandbox.Options{})
	if err != nil {
		return o, err
	}
	defer w.Close()
	if err := w.Demo(ctx, io.Discard); err != nil {
		return o, err
	}
	r := httptest.NewRecorder()
	w.Metrics.Handler().ServeHTTP(r, httptest.NewRequestWithContext(ctx, http.MethodGet, "/metrics", http.NoBody))
	o.text, o.world = r.Body.String(), w.Place()
	for line := range strings.Lines(o.text) {
		if m := head.FindStringSubmatch(line); m != nil {
			map[string]map[string]string{"HELP": o.help, "TYPE": o.typ}[m[1]][m[2]] = m[3]
		}
		if m := sample.FindStringSubmatch(line); m != nil {
			if o.labels[m[1]] == nil {
				o.labels[m[1]] = map[string]bool{}
			}
			for _, l := range label.FindAllStringSubmatch(m[2], -1) {
				o.labels[m[1]][l[1]] = true
			}
		}
	}
	return o, nil
})

func observation(t *testing.T) observed {
	t.Helper()
	o, err := observe()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestMetricsAreDocumented: each metric has a help text, and its name follows Prometheus'
// conventions.
func TestMetricsAreDocumented(t *testing.T) {
	t.Parallel()
	o := observation(t)
	ours := 0
	for family, typ := range o.typ {
		if len(o.help[family]) < 10 {
			t.Errorf("%s has the help %q", family, o.help[family])
		}
		if !strings.HasPrefix(family, "renewbot_") {
			if !strings.HasPrefix(family, "go_") && !strings.HasPrefix(family, "process_") {
				t.Errorf("%s is nobody's", family)
			}
			continue
		}
		ours++
		if (typ == "counter") != strings.HasSuffix(family, "_total") {
			t.Errorf("%s is a %s", family, typ)
		}
		if typ == "histogram" && !strings.HasSuffix(family, "_seconds") {
			t.Errorf("%s has no unit", family)
		}
	}
	if ours < 25 {
		t.Errorf("only %d metrics are Renewbot's", ours)
	}
}

// TestMetricsHoldNoData: the labels are words of the program's, and nothing of the people,
// customers and secrets of the run is anywhere.
func TestMetricsHoldNoData(t *testing.T) {
	t.Parallel()
	o := observation(t)
	word := regexp.MustCompile(`^[a-zA-Z_.]*$`)
	for line := range strings.Lines(o.text) {
		m := sample.FindStringSubmatch(line)
		if m == nil || !strings.HasPrefix(m[1], "renewbot_") || m[1] == "renewbot_build_info" {
			continue
		}
		for _, l := range label.FindAllStringSubmatch(m[2], -1) {
			if l[1] != "le" && !word.MatchString(l[2]) {
				t.Errorf("a label is no word: %s", line)
			}
		}
	}
	for what, secret := range map[string]string{
		"token of the bot": o.world.BotToken, "token of the app": o.world.AppToken, "client id": o.world.ClientID,
		"client secret": o.world.ClientSecret, "alice": sandbox.Alice, "bob": sandbox.Bob, "channel": sandbox.Renewals,
		"name": "alice", "another name": "Archer", "company": "Acme", "e-mail": "@", "reference": "RNW-", "order number": "XS34",
	} {
		if secret == "" || strings.Contains(strings.ToLower(o.text), strings.ToLower(secret)) {
			t.Errorf("the %s is in the figures", what)
		}
	}
}

type rule struct {
	Alert       string
	Expr        string
	Labels      map[string]string
	Annotations map[string]string
}

func alerts(t *testing.T) []rule {
	t.Helper()
	var file struct{ Groups []struct{ Rules []rule } }
	read(t, "prometheus/alerts.yaml", yaml.Unmarshal, &file)
	var rules []rule
	for _, g := range file.Groups {
		rules = append(rules, g.Rules...)
	}
	if len(rules) < 10 {
		t.Fatalf("only %d alerts were read", len(rules))
	}
	return rules
}

func read(t *testing.T, path string, decode func([]byte, any) error, to any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err == nil {
		err = decode(raw, to)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

type panel struct {
	Title   string
	Type    string
	Targets []struct{ Expr string }
}

func panels(t *testing.T) []panel {
	t.Helper()
	var dashboard struct {
		Panels      []panel
		Annotations struct {
			List []struct{ Name, Expr string }
		}
	}
	read(t, "grafana/dashboard.json", json.Unmarshal, &dashboard)
	list := dashboard.Panels
	for _, a := range dashboard.Annotations.List {
		list = append(list, panel{Title: a.Name, Targets: []struct{ Expr string }{{a.Expr}}})
	}
	return list
}

// queries are all queries of the dashboard, as Grafana would ask them, by panel.
func queries(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, p := range panels(t) {
		for _, target := range p.Targets {
			expr := strings.NewReplacer("$job", ".*", "$__rate_interval", "10s").Replace(target.Expr)
			if strings.Contains(expr, "$") || expr == "" {
				t.Errorf("panel %q asks %q", p.Title, target.Expr)
			}
			found[p.Title] = append(found[p.Title], expr)
		}
	}
	if len(found) < 25 {
		t.Errorf("the dashboard has only %d panels", len(found))
	}
	return found
}

var (
	metric   = regexp.MustCompile(`\b((?:renewbot|process|go)_[a-z0-9_]+)(?:\{([^}]*)\})?`)
	selector = regexp.MustCompile(`([a-z_]+)\s*(?:=~|!~|!=|=)`)
)

// TestMetricsOfAlertsAndDashboardExist holds every query against a bot that runs.
func TestMetricsOfAlertsAndDashboardExist(t *testing.T) {
	t.Parallel()
	o := observation(t)
	check := func(where, expr string) {
		for _, m := range metric.FindAllStringSubmatch(expr, -1) {
			labels, ok := o.labels[m[1]]
			if !ok {
				t.Errorf("%s asks for %s, which does not exist", where, m[1])
			}
			for _, l := range selector.FindAllStringSubmatch(m[2], -1) {
				if !labels[l[1]] && l[1] != "job" && l[1] != "instance" {
					t.Errorf("%s asks for the label %s of %s, which does not exist", where, l[1], m[1])
				}
			}
		}
	}
	for _, r := range alerts(t) {
		check("alert "+r.Alert, r.Expr)
	}
	used := map[string]bool{}
	for title, list := range queries(t) {
		for _, expr := range list {
			check("panel "+title, expr)
			for _, m := range metric.FindAllStringSubmatch(expr, -1) {
				used[m[1]] = true
			}
		}
	}
	for family, typ := range o.typ {
		shown := used[family] || typ == "histogram" && (used[family+"_bucket"] || used[family+"_count"])
		if strings.HasPrefix(family, "renewbot_") && !shown {
			t.Errorf("no panel shows %s", family)
		}
	}
}

// TestEveryAlertHasItsPage: a severity, sentences, a section in the run-book, and a unit
// test in which it fires.
func TestEveryAlertHasItsPage(t *testing.T) {
	t.Parallel()
	book, err := os.ReadFile("runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^## (\w+)$`).FindAllStringSubmatch(string(book), -1) {
		sections[m[1]] = true
	}
	var tests struct {
		Tests []struct {
			Alerts []struct {
				Alert string `yaml:"alertname"`
				Fires []any  `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}
	read(t, "prometheus/alerts_test.yaml", yaml.Unmarshal, &tests)
	fires, quiet := map[string]bool{}, map[string]bool{}
	for _, g := range tests.Tests {
		for _, a := range g.Alerts {
			if len(a.Fires) > 0 {
				fires[a.Alert] = true
			} else {
				quiet[a.Alert] = true
			}
		}
	}
	names := map[string]bool{}
	for _, r := range alerts(t) {
		names[r.Alert] = true
		if s := r.Labels["severity"]; s != "critical" && s != "warning" {
			t.Errorf("%s has the severity %q", r.Alert, s)
		}
		if r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			t.Errorf("%s does not say what it means", r.Alert)
		}
		if want := "deploy/runbook.md#" + strings.ToLower(r.Alert); r.Annotations["runbook_url"] != want {
			t.Errorf("%s leads to %q, want %q", r.Alert, r.Annotations["runbook_url"], want)
		}
		if !fires[r.Alert] || !quiet[r.Alert] {
			t.Errorf("%s has no unit test in which it fires, or none in which it does not", r.Alert)
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(names)), slices.Sorted(maps.Keys(sections))); diff != "" {
		t.Errorf("sections of the run-book (-alerts +sections):\n%s", diff)
	}
}

// promtool runs Prometheus' own tool.
func promtool(t *testing.T, stdin string, args ...string) {
	t.Helper()
	tool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is missing; it is in Debian's package prometheus")
	}
	cmd := exec.CommandContext(t.Context(), tool, args...)
	cmd.Stdin = strings.NewReader(stdin)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestPromtool(t *testing.T) {
	t.Parallel()
	o := observation(t)
	promtool(t, "", "check", "rules", "prometheus/alerts.yaml")
	promtool(t, "", "test", "rules", "prometheus/alerts_test.yaml")
	promtool(t, o.text, "check", "metrics")

	// The dashboard's queries are checked as if they were rules.
	type recording struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	var list []recording
	for _, exprs := range queries(t) {
		for _, expr := range exprs {
			list = append(list, recording{"query", expr})
		}
	}
	raw, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboard", "rules": list}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "dashboard.yaml")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "", "check", "rules", "--lint=none", file)
}
