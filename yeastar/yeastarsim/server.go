package yeastarsim

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server is one simulated Partner Portal with one account that holds API credentials. All methods may be called at any
// time from any goroutine.
type Server struct {
	clientID, clientSecret string
	basePath               string
	address                string
	now                    func() time.Time
	names                  Names

	http     *http.Server
	listener net.Listener
	served   chan struct{}
	done     chan struct{}
	handlers sync.WaitGroup

	mu          sync.Mutex
	closed      bool
	changed     chan struct{} // closed and replaced at every change
	subscribers map[chan struct{}]struct{}
	switches    Switches
	tokens      map[string]tokenState
	refresh     map[string]time.Time
	account     Account
	customers   []Customer
	contacts    []BillingContact
	products    []Product
	packages    []Package
	orders      []Order
	placed      int
	nextOrder   int64
	statuses    []string
	faults      []*ArmedFault
	calls       map[Endpoint]int
	journal     []Entry
	journalSize int
	requests    []OrderRequest
	forgets     bool // requests, too, are kept only as long as the journal
}

// New makes a server with the default accounts, catalogue, packages and past orders. It serves through Handler at once;
// Start gives it an address.
func New(opts ...Option) *Server {
	set := settings{
		clientID:     "sim-client-4f1c9a",
		clientSecret: "sim-secret-b7d20e6c51",
		address:      "127.0.0.1:0",
		now:          time.Now,
		names:        defaultNames(),
		switches:     defaultSwitches(),
		account:      defaultAccount(),
		customers:    -1,
	}
	for _, opt := range opts {
		opt(&set)
	}
	s := &Server{
		clientID:     set.clientID,
		clientSecret: set.clientSecret,
		basePath:     set.basePath,
		address:      set.address,
		now:          set.now,
		names:        set.names,
		done:         make(chan struct{}),
		changed:      make(chan struct{}),
		subscribers:  make(map[chan struct{}]struct{}),
		switches:     set.switches,
		tokens:       make(map[string]tokenState),
		refresh:      make(map[string]time.Time),
		account:      set.account,
		calls:        make(map[Endpoint]int),
		journalSize:  cmp.Or(set.journal, journalSize),
		forgets:      set.journal > 0,
	}
	s.seed(set.customers, set.pbxs)
	return s
}

// Start listens on the address of WithAddress, by default a free port of the loopback interface.
func (s *Server) Start() error {
	if s.listener != nil {
		return fmt.Errorf("starting the simulated Partner API: already started on %s", s.listener.Addr())
	}
	select {
	case <-s.done:
		return fmt.Errorf("starting the simulated Partner API: %w", errClosed)
	default:
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", s.address)
	if err != nil {
		return fmt.Errorf("starting the simulated Partner API: %w", err)
	}
	s.listener = l
	s.http = &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	s.served = make(chan struct{})
	go func() {
		defer close(s.served)
		_ = s.http.Serve(l) // ends with ErrServerClosed; a listener that breaks shows as refused connections
	}()
	return nil
}

// Close cuts every connection, releases calls that hang, and waits for them to end. A second Close does nothing.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	close(s.done)
	s.mu.Unlock()
	if s.http != nil {
		_ = s.http.Close() // closing cannot be done better on an error
		<-s.served
	}
	s.handlers.Wait()
}

// URL is the base URL for clients, without a trailing slash. It panics before Start.
func (s *Server) URL() string {
	if s.listener == nil {
		panic("yeastarsim: URL before Start")
	}
	return "http://" + s.listener.Addr().String() + s.basePath
}

// Handler serves the API without a listener. Faults that cut the connection panic with http.ErrAbortHandler where the
// connection cannot be taken over, as net/http asks for.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// ClientID is the account's Client ID as the portal's API page shows it.
func (s *Server) ClientID() string { return s.clientID }

// ClientSecret is the account's Client Secret.
func (s *Server) ClientSecret() string { return s.clientSecret }

func cleanBasePath(p string) string {
	p = strings.Trim(p, "/")
	if p == "" {
		return ""
	}
	return "/" + p
}
