package program

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"renewbot/bot/freeaddr"
	"renewbot/bot/logs"
	"renewbot/bot/sandbox"
	"renewbot/bot/wiring"
)

// TestMonitor runs the program beside simulators and asks it as an operator does.
func TestMonitor(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), sitePatience)
	defer cancel()
	w, err := sandbox.Start(ctx, sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.StopBot(); err != nil {
		t.Fatal(err)
	}
	c := w.Config
	c.HTTPAddr = freeaddr.New(t)
	c.Renew.LookupTTL = 300 * time.Millisecond // each look-up is a detail in the log
	var out writer
	var level slog.LevelVar
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- serve(running, c, logs.New(&out, false, &level), &level, wiring.Options{}) }()

	client := &http.Client{Timeout: sitePatience}
	defer client.CloseIdleConnections()
	ask := func(method, path, body string) (status int, text string) {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, method, "http://"+c.HTTPAddr+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err != nil {
			return 0, ""
		}
		defer answer.Body.Close()
		raw, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(raw)
	}
	until := func(what string, done func() bool) {
		t.Helper()
		look := time.NewTicker(10 * time.Millisecond)
		defer look.Stop()
		for !done() {
			select {
			case err := <-ended:
				t.Fatalf("it ended: %v", err)
			case <-ctx.Done():
				t.Fatalf("never %s", what)
			case <-look.C:
			}
		}
	}
	until("ready", func() bool { status, _ := ask(http.MethodGet, "/readyz", ""); return status == http.StatusOK })
	if status, text := ask(http.MethodGet, "/metrics", ""); status != http.StatusOK || !strings.Contains(text, `renewbot_requests{state="pending"} 0`) {
		t.Errorf("/metrics: %d\n%s", status, text)
	}
	if strings.Contains(out.String(), `"level":"DEBUG"`) {
		t.Error("details are logged before anybody asked for them")
	}
	if status, text := ask(http.MethodPut, "/loglevel", "debug"); status != http.StatusOK || text != "debug\n" {
		t.Errorf("PUT /loglevel: %d %s", status, text)
	}
	until("details in the log", func() bool { return strings.Contains(out.String(), `"msg":"yeastar call"`) })
	stop()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}
