package page

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options say what a page serves.
type Options struct {
	// Addr is the host:port of loopback to listen on; empty: DefaultAddr, or a free port
	// when that is taken.
	Addr string
	// Data is the file in which everything is kept, with the ledger beside it; empty:
	// everything is gone at the end.
	Data string
	// Customers is how many customers the portal has; zero: the usual dozen. What was
	// kept in Data goes before it.
	Customers int
	// Begin is what time it is at the start, and after a reset; zero: the real time. It
	// is for tests: people are reminded in their working hours.
	Begin time.Time
	// Patience is how long the page waits for its bot, in place of the shorter times that
	// suit people (act.go, session.go). It is for tests: a busy machine breaks nothing.
	Patience time.Duration
	// Log hears of what should not happen. Nil: nobody does.
	Log *slog.Logger
}

// shift is by how much the clock differs from the real time.
func (o Options) shift() time.Duration {
	if o.Begin.IsZero() {
		return 0
	}
	return time.Until(o.Begin)
}

// patience is Patience, or the usual time where it is not set.
func (o Options) patience(usual time.Duration) time.Duration { return cmp.Or(o.Patience, usual) }

// Server is a sandbox with its page.
type Server struct {
	options Options
	url     string
	files   map[string]file
	http    *http.Server
	served  chan struct{}
	ctx     context.Context // ends with the server; streams end with it
	cancel  context.CancelFunc
	ledger  string // the ledger's file
	remove  string // the directory to remove at the end; empty: none
	control chan struct{}
	keeping sync.WaitGroup
	file    sync.Mutex // the data file: written or removed by one at a time

	mu      sync.Mutex
	current *session      // nil for a moment, between two
	turned  chan struct{} // closed and replaced when current changes
}

// Start starts a sandbox and serves its page until Close.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{options: o, served: make(chan struct{}), control: make(chan struct{}, 1), turned: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	var err error
	if s.files, err = readAssets(); err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	listener, err := listen(ctx, o.Addr)
	if err != nil {
		return nil, fmt.Errorf("serve the page: %w", err)
	}
	if err := s.begin(ctx); err != nil {
		return nil, errors.Join(err, listener.Close(), s.sweep())
	}
	s.serve(listener)
	s.keeping.Go(s.keepAll)
	return s, nil
}

// DefaultAddr is where the page is when nobody says otherwise.
const DefaultAddr = "127.0.0.1:8088"

func listen(ctx context.Context, addr string) (net.Listener, error) {
	lc := &net.ListenConfig{}
	if addr == "" {
		l, err := lc.Listen(ctx, "tcp", DefaultAddr)
		if err != nil {
			l, err = lc.Listen(ctx, "tcp", "127.0.0.1:0")
		}
		return l, err
	}
	if err := loopback(addr); err != nil {
		return nil, err
	}
	return lc.Listen(ctx, "tcp", addr)
}

// begin starts the first session.
func (s *Server) begin(ctx context.Context) error {
	var kept *keepsake
	if s.options.Data == "" {
		dir, err := os.MkdirTemp("", "renewbot-sandbox-")
		if err != nil {
			return fmt.Errorf("make a temporary directory: %w", err)
		}
		s.remove, s.ledger = dir, filepath.Join(dir, "ledger.db")
	} else {
		data, err := filepath.Abs(s.options.Data)
		if err != nil {
			return fmt.Errorf("find the data file: %w", err)
		}
		s.options.Data, s.ledger = data, ledgerBeside(data)
		if kept, err = readKeepsake(data); err != nil {
			return err
		}
	}
	first, err := startSession(ctx, s.options, s.ledger, kept)
	if err != nil {
		return err
	}
	s.turn(first)
	return nil
}

func (s *Server) serve(l net.Listener) {
	host, port, _ := net.SplitHostPort(l.Addr().String()) // it was just made
	s.url = "http://" + net.JoinHostPort(host, port) + "/"
	s.http = &http.Server{
		Handler: guard(port, s.routes()), ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 64 << 10,
		BaseContext: func(net.Listener) context.Context { return s.ctx },
		ErrorLog:    slog.NewLogLogger(s.options.Log.Handler(), slog.LevelDebug),
	}
	go func() {
		defer close(s.served)
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.options.Log.Error("the page is not served any more", "error", err)
		}
	}()
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /", serveAssets(s.files))
	mux.HandleFunc("GET /api/stream", s.stream)
	mux.HandleFunc("GET /api/customers", s.customers)
	mux.HandleFunc("GET /api/files/{id}", s.download)
	mux.HandleFunc("POST /api/act", s.act)
	return mux
}

// download gives a file of the workspace to the browser.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	now := s.now()
	if now == nil {
		refuse(w, errBusy.status, errBusy.code, errBusy.text)
		return
	}
	f, ok := now.world.Slack.File(r.PathValue("id"))
	if !ok {
		refuse(w, http.StatusNotFound, codeNotFound, "There is no such file.")
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	_, _ = w.Write(f.Content) // a page that went away is its own business
}

// URL is where the page is, with a slash at its end.
func (s *Server) URL() string { return s.url }

// Close ends the streams, lets actions that are under way end, keeps what is to be kept
// and stops the bot and both simulators.
func (s *Server) Close() error {
	s.cancel()
	grace, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	err := s.http.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.http.Close()
	}
	<-s.served
	s.keeping.Wait()
	if last := s.now(); last != nil {
		last.feed.end()
		last.stopBot()
		err = errors.Join(err, s.keepNow(last))
		last.close()
	}
	return errors.Join(err, s.sweep())
}

// closeGrace is how long actions that are under way may take to end.
const closeGrace = 2 * time.Second

// sweep removes what nobody needs after the end.
func (s *Server) sweep() error {
	if s.remove == "" {
		return nil
	}
	return os.RemoveAll(s.remove)
}

// now is the session that goes on; nil in the moment between two.
func (s *Server) now() *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

// turn puts a session in the place of another; nil: there is none for a moment.
func (s *Server) turn(next *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil {
		close(s.current.ended)
	}
	s.current = next
	close(s.turned)
	s.turned = make(chan struct{})
}

// wait returns the session that goes on, once there is one; nil when ctx ends first.
func (s *Server) wait(ctx context.Context) *session {
	for {
		s.mu.Lock()
		current, turned := s.current, s.turned
		s.mu.Unlock()
		if current != nil {
			return current
		}
		select {
		case <-turned:
		case <-ctx.Done():
			return nil
		}
	}
}

// keepEvery is how often what changed is written to the data file.
const keepEvery = 3 * time.Second

// forget removes what was kept.
func (s *Server) forget() error {
	s.file.Lock()
	defer s.file.Unlock()
	if err := removeLedger(s.ledger); err != nil {
		return fmt.Errorf("remove the ledger: %w", err)
	}
	if s.options.Data == "" {
		return nil
	}
	if err := os.Remove(s.options.Data); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove what was kept: %w", err)
	}
	return nil
}

// keepAll keeps what changes until the server ends.
func (s *Server) keepAll() {
	if s.options.Data == "" {
		return
	}
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
		}
		if now := s.now(); now != nil && now.feed.unkept.Swap(false) {
			if err := s.keepNow(now); err != nil {
				now.feed.unkept.Store(true)
				s.options.Log.Error("the sandbox could not be kept", "error", err)
			}
		}
	}
}

// keepNow writes a session to the data file, unless another took its place meanwhile.
func (s *Server) keepNow(now *session) error {
	s.file.Lock()
	defer s.file.Unlock()
	if s.options.Data == "" || s.now() != now {
		return nil
	}
	if err := now.keep(s.options.Data); err != nil {
		return fmt.Errorf("keep the sandbox: %w", err)
	}
	return nil
}
