package yeastar

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// stub is a vendor that says what a test wants, below a base path.
type stub struct {
	*Client
	mux    *http.ServeMux
	server *httptest.Server
	tokens atomic.Int64 // tokens given out
}

const basePath = "/partner/api"

func setup(t *testing.T, change ...func(*Config)) *stub {
	t.Helper()
	return newStub(t, change...)
}

func newStub(t testing.TB, change ...func(*Config)) *stub {
	t.Helper()
	s := &stub{mux: http.NewServeMux()}
	root := http.NewServeMux()
	root.Handle(basePath+"/", http.StripPrefix(basePath, s.mux))
	s.server = httptest.NewServer(root)
	t.Cleanup(s.server.Close)
	s.givesTokens()
	s.connect(t, s.server.URL+basePath+"/", change...)
	return s
}

func (s *stub) givesTokens() {
	s.mux.HandleFunc("POST /auth/openapi/v1/oauth/token", func(w http.ResponseWriter, _ *http.Request) {
		n := s.tokens.Add(1)
		fmt.Fprint(w, success(fmt.Sprintf(`{"token":"token-%d","tokenHead":"Bearer ","expiresIn":"1799","refreshToken":"r"}`, n)))
	})
}

// connect makes the client.
func (s *stub) connect(t testing.TB, base string, change ...func(*Config)) {
	t.Helper()
	cfg := Config{
		BaseURL: base, ClientID: "id", ClientSecret: "very-secret",
		RetryInterval: time.Millisecond, Rate: 1e6, Burst: 1e6,
	}
	for _, c := range change {
		c(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	s.Client = c
}

// inBubble runs a test on a clock that goes on only while everybody waits. The vendor is at
// the other end of pipes, not of a network.
func inBubble(t *testing.T, test func(*testing.T, *stub), change ...func(*Config)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		vendor := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		transport := defaultTransport()
		transport.DialContext = vendor.dial
		s := &stub{mux: http.NewServeMux()}
		s.givesTokens()
		server := &http.Server{Handler: s.mux}
		ended := make(chan error, 1)
		go func() { ended <- server.Serve(vendor) }()
		t.Cleanup(func() { _ = server.Close(); <-ended })
		s.connect(t, "http://127.0.0.1", append([]func(*Config){func(c *Config) { c.HTTPClient = &http.Client{Transport: transport} }}, change...)...)
		test(t, s)
	})
}

// pipes are connections within the process.
type pipes struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Addr implements net.Listener.
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

const requestID = "94ef8ff15c1432f6a01283c945569e43"

func success(result string) string {
	return `{"code":"success","detailMessage":"","requestId":"` + requestID + `","result":` + result + `,"status":200}`
}

func refusalBody(code, detail string, status int) string {
	return fmt.Sprintf(`{"code":%q,"detailMessage":%q,"requestId":%q,"result":{"field":"quantity"},"status":%d}`, code, detail, requestID, status)
}

// answers serves a body at a method and path.
func (s *stub) answers(pattern, body string) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) })
}
