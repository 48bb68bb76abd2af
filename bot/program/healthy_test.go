package program

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"renewbot/bot/freeaddr"
)

func TestAskReady(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status  int
		answer  string
		problem string // part of the error; empty: none
	}{
		"ready":              {http.StatusOK, "ok\n", ""},
		"does not hear":      {http.StatusServiceUnavailable, "no connection to Slack\n", "not ready: no connection to Slack"},
		"is another program": {http.StatusNotFound, "404 page not found\n", "not ready: 404 page not found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/readyz" {
					t.Errorf("asked for %s", r.URL.Path)
				}
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.answer))
			}))
			t.Cleanup(server.Close)
			_, port, err := net.SplitHostPort(server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			for _, addr := range []string{"127.0.0.1:" + port, ":" + port, "0.0.0.0:" + port, "[::]:" + port} {
				wantProblem(t, addr, askReady(t.Context(), addr), tt.problem)
			}
		})
	}
}

func TestAskReadyWhereNobodyListens(t *testing.T) {
	t.Parallel()
	nobody := freeaddr.New(t)
	for addr, problem := range map[string]string{
		"":     "HTTP_ADDR is empty",
		nobody: "ask the bot: ",
	} {
		wantProblem(t, addr, askReady(t.Context(), addr), problem)
	}
}

func wantProblem(t *testing.T, addr string, err error, problem string) {
	t.Helper()
	switch {
	case problem == "" && err != nil:
		t.Errorf("askReady(%q) = %v", addr, err)
	case problem != "" && (err == nil || !strings.Contains(err.Error(), problem)):
		t.Errorf("askReady(%q) = %v, want %q in it", addr, err, problem)
	}
}
