package monitor

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestServerIsBounded has somebody at HTTP_ADDR who sends too much or nothing.
func TestServerIsBounded(t *testing.T) {
	t.Parallel()
	read := make(chan error, 1)
	server := newServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		read <- err
		w.WriteHeader(http.StatusNoContent)
	}))
	if server.ReadHeaderTimeout <= 0 || server.ReadTimeout <= 0 || server.WriteTimeout <= 0 || server.IdleTimeout <= 0 {
		t.Errorf("time-outs %v %v %v %v", server.ReadHeaderTimeout, server.ReadTimeout, server.WriteTimeout, server.IdleTimeout)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	ask := func(header string, body io.Reader) int {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String()+"/healthz", body)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Long", header)
		answer, err := (&http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	if status := ask("x", http.NoBody); status != http.StatusNoContent || <-read != nil {
		t.Errorf("an ordinary request: %d", status)
	}
	if status := ask(strings.Repeat("x", 64<<10), http.NoBody); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("a long header: %d", status)
	}
	ask("x", strings.NewReader(strings.Repeat("x", 64<<10)))
	var long *http.MaxBytesError
	if err := <-read; !errors.As(err, &long) {
		t.Errorf("a long body: %v", err)
	}
}
