package deploy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"renewbot/bot/freeaddr"
	"renewbot/bot/sandbox"
)

// mayBeEmpty are panels of what did not happen: their series come with the first event.
var mayBeEmpty = []string{"Web API failures", "Starts"}

// TestPrometheusAnswersTheDashboard lets a Prometheus server read a bot at work, and asks
// it every question of the dashboard.
func TestPrometheusAnswersTheDashboard(t *testing.T) {
	t.Parallel()
	server, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("prometheus is missing; it is Debian's package of that name")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	w, err := sandbox.Start(ctx, sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	figures := httptest.NewServer(w.Metrics.Handler())
	defer figures.Close()
	api := prometheus(ctx, t, server, strings.TrimPrefix(figures.URL, "http://"))

	api.until(`renewbot_build_info`) // what is counted from now on is an increase
	if err := w.Demo(ctx, io.Discard); err != nil {
		t.Fatal(err)
	}
	api.until(`increase(renewbot_orders_total{outcome="placed"}[1h]) > 0`)
	api.until(`rate(renewbot_job_duration_seconds_count{kind="sync_slack",outcome="done"}[10s])`)
	for title, list := range queries(t) {
		for _, query := range list {
			n, err := api.ask(query)
			if err != nil {
				t.Errorf("panel %s: %v", title, err)
			}
			if n == 0 && !strings.Contains(strings.Join(mayBeEmpty, "|"), title) {
				t.Errorf("panel %s shows nothing: %s", title, query)
			}
		}
	}
	if n, err := api.ask(`ALERTS{alertstate="firing"}`); n != 0 || err != nil {
		t.Errorf("%d alerts fire for a healthy bot, %v", n, err)
	}
}

// promAPI asks a Prometheus server.
type promAPI struct {
	ctx  context.Context
	t    *testing.T
	base string
}

// prometheus starts a server that reads the figures at an address every second, with the
// alerts.
func prometheus(ctx context.Context, t *testing.T, server, target string) promAPI {
	t.Helper()
	dir := t.TempDir()
	rules, err := filepath.Abs("prometheus/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	settings := fmt.Sprintf(`{global: {scrape_interval: 1s, evaluation_interval: 1s}, rule_files: [%q],
		scrape_configs: [{job_name: renewbot, static_configs: [{targets: [%q]}]}]}`, rules, target)
	file := filepath.Join(dir, "prometheus.yaml")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	addr := freeaddr.New(t)
	ctx, stop := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, server, "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+addr)
	var log strings.Builder
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait() // it was killed
		if t.Failed() {
			t.Logf("the log of Prometheus:\n%s", log.String())
		}
	})
	return promAPI{ctx, t, "http://" + addr}
}

// ask returns how many series answer a query.
func (p promAPI) ask(query string) (int, error) {
	r, err := http.NewRequestWithContext(p.ctx, http.MethodGet, p.base+"/api/v1/query?query="+url.QueryEscape(query), http.NoBody)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	var a struct {
		Status, Error string
		Data          struct{ Result []any }
	}
	if err := json.NewDecoder(answer.Body).Decode(&a); err != nil {
		return 0, fmt.Errorf("%s: %w", answer.Status, err)
	}
	if a.Status != "success" {
		return 0, fmt.Errorf("%s: %s", query, a.Error)
	}
	return len(a.Data.Result), nil
}

// until asks until there is an answer.
func (p promAPI) until(query string) {
	p.t.Helper()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		n, err := p.ask(query)
		if n > 0 {
			return
		}
		select {
		case <-again.C:
		case <-p.ctx.Done():
			p.t.Fatalf("no answer to %s: %v", query, err)
		}
	}
}
