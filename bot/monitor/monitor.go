// Package monitor is the HTTP side for operators: whether the process lives and can work,
// its figures, and the level of its log. It must show no secrets and no personal data, and
// change nothing but the log level: who can reach it need not be anybody in particular.
package monitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sort"
	"time"
)

// State is how a part of the program is.
type State string

// The states of a part.
const (
	OK      State = "ok"
	Trouble State = "trouble" // it passes, or the rest of the program works without it
	Down    State = "down"    // the program can't do its work
)

var urgency = map[State]int{Trouble: 1, Down: 2}

// Part is a part of the program and how it is.
type Part struct {
	Name   string
	State  State
	Detail string // a sentence without secrets and personal data
}

// Options are what a server shows.
type Options struct {
	// Ready tells how every part is. It must answer within a few seconds.
	Ready func(ctx context.Context) []Part
	// Metrics serves the figures.
	Metrics http.Handler
	// Level is the level of the log.
	Level *slog.LevelVar
	Log   *slog.Logger
}

// Serve answers on addr until ctx ends. An empty addr serves nothing.
func Serve(ctx context.Context, addr string, o Options) error {
	if addr == "" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listen on HTTP_ADDR: %w", err)
	}
	server := newServer(Handler(o))
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP_ADDR: %w", err)
	}
	return nil
}

// newServer lets nobody who can reach it hold connections or memory for long.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: http.MaxBytesHandler(h, 1<<10), MaxHeaderBytes: 16 << 10,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
	}
}

// Handler answers /healthz, /readyz, /metrics and /loglevel.
func Handler(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", o.ready)
	mux.Handle("GET /metrics", o.Metrics)
	mux.HandleFunc("GET /loglevel", o.showLevel)
	mux.HandleFunc("PUT /loglevel", o.setLevel)
	return mux
}

// ready has one line for each part, first what is wrong. It is 503 when a part is down.
func (o Options) ready(w http.ResponseWriter, r *http.Request) {
	status, text := http.StatusOK, ""
	parts := o.Ready(r.Context())
	sort.SliceStable(parts, func(i, k int) bool { return urgency[parts[i].State] > urgency[parts[k].State] })
	for _, p := range parts {
		text += fmt.Sprintf("%s: %s, %s\n", p.Name, p.State, p.Detail)
		if p.State == Down {
			status = http.StatusServiceUnavailable
		}
	}
	say(w, status, text)
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, text)
}
