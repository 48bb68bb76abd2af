package monitor_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"renewbot/bot/monitor"
)

func options(parts ...monitor.Part) (monitor.Options, *strings.Builder) {
	var log strings.Builder
	level := new(slog.LevelVar)
	return monitor.Options{
		Ready: func(context.Context) []monitor.Part { return parts }, Metrics: http.NotFoundHandler(),
		Level: level, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level})),
	}, &log
}

func ask(o monitor.Options, method, path, body string, change func(*http.Request)) (status int, text string) {
	r := httptest.NewRequest(method, "http://localhost:9090"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:1234"
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	monitor.Handler(o).ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestReady(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		parts  []monitor.Part
		status int
		text   string
	}{
		"all well": {
			[]monitor.Part{{"slack", monitor.OK, "2 of 2"}, {"vendor", monitor.OK, "fine"}}, 200, "slack: ok, 2 of 2\nvendor: ok, fine\n",
		},
		"trouble is told and is no reason": {
			[]monitor.Part{{"slack", monitor.OK, "2 of 2"}, {"vendor", monitor.Trouble, "slow"}}, 200, "vendor: trouble, slow\nslack: ok, 2 of 2\n",
		},
		"the worst comes first": {
			[]monitor.Part{{"slack", monitor.Trouble, "1 of 2"}, {"database", monitor.OK, "fine"}, {"vendor", monitor.Down, "no"}},
			503, "vendor: down, no\nslack: trouble, 1 of 2\ndatabase: ok, fine\n",
		},
		"one is down": {
			[]monitor.Part{{"slack", monitor.Down, "0 of 2"}, {"vendor", monitor.OK, "fine"}}, 503, "slack: down, 0 of 2\nvendor: ok, fine\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, _ := options(tc.parts...)
			if status, text := ask(o, http.MethodGet, "/readyz", "", nil); status != tc.status || text != tc.text {
				t.Errorf("%d %q, want %d %q", status, text, tc.status, tc.text)
			}
		})
	}
}

func TestLogLevelChanges(t *testing.T) {
	t.Parallel()
	o, log := options()
	for _, step := range []struct{ method, body, want string }{
		{http.MethodGet, "", "info\n"},
		{http.MethodPut, "debug", "debug\n"},
		{http.MethodGet, "", "debug\n"},
		{http.MethodPut, " ERROR\n", "error\n"},
		{http.MethodPut, "warn", "warn\n"},
	} {
		if status, text := ask(o, step.method, "/loglevel", step.body, nil); status != 200 || text != step.want {
			t.Errorf("%s %q: %d %q, want %q", step.method, step.body, status, text, step.want)
		}
	}
	if lines := strings.Count(log.String(), "the log level was changed"); lines != 3 {
		t.Errorf("%d lines tell of 3 changes:\n%s", lines, log)
	}
}

func TestLogLevelIsRefused(t *testing.T) {
	t.Parallel()
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, tc := range map[string]struct {
		method, body string
		change       func(*http.Request)
		status       int
	}{
		"no level":              {http.MethodPut, "loud", nil, 400},
		"empty":                 {http.MethodPut, "", nil, 400},
		"another method":        {http.MethodPost, "debug", nil, 405},
		"another machine":       {http.MethodPut, "debug", func(r *http.Request) { r.RemoteAddr = "10.0.0.7:1234" }, 403},
		"another name":          {http.MethodPut, "debug", func(r *http.Request) { r.Host = "rebound.example:9090" }, 403},
		"a web page":            {http.MethodPut, "debug", header("Origin", "https://example.com"), 403},
		"a web page of no name": {http.MethodPut, "debug", header("Origin", "null"), 403},
		"a browser":             {http.MethodPut, "debug", header("Sec-Fetch-Site", "cross-site"), 403},
		"a proxy":               {http.MethodPut, "debug", header("X-Forwarded-For", "10.0.0.7"), 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, log := options()
			if status, _ := ask(o, tc.method, "/loglevel", tc.body, tc.change); status != tc.status {
				t.Errorf("status %d, want %d", status, tc.status)
			}
			if o.Level.Level() != slog.LevelInfo || log.String() != "" {
				t.Errorf("the level is %v, and the log says %q", o.Level.Level(), log)
			}
		})
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := taken.Addr().String()
	o, _ := options()
	if err := monitor.Serve(t.Context(), addr, o); err == nil || !strings.Contains(err.Error(), "HTTP_ADDR") {
		t.Errorf("an address in use: %v", err)
	}
	if err := monitor.Serve(t.Context(), "", o); err != nil {
		t.Errorf("no address: %v", err)
	}
	_ = taken.Close()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- monitor.Serve(ctx, addr, o) }()
	client := &http.Client{Timeout: time.Minute}
	defer client.CloseIdleConnections()
	var answer *http.Response
	for answer == nil {
		select {
		case err := <-ended:
			t.Fatalf("ended: %v", err)
		default:
			answer, _ = client.Get("http://" + addr + "/healthz")
		}
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil || answer.StatusCode != 200 || string(body) != "ok\n" {
		t.Errorf("/healthz: %d %q %v", answer.StatusCode, body, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("stopped: %v", err)
	}
}
