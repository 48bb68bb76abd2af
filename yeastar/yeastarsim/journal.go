package yeastarsim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// journalSize is how many entries are kept; load tests make many.
const journalSize = 20000

// Entry is one call as the server saw it. Secrets are not in it: no Authorization value, no body of a token call.
type Entry struct {
	Seq      int         `json:"seq"` // from 1
	At       time.Time   `json:"at"`
	Endpoint Endpoint    `json:"endpoint"`
	Method   string      `json:"method"`
	Path     string      `json:"path"` // escaped, base path included
	Query    string      `json:"query"`
	Header   http.Header `json:"header"`
	Body     []byte      `json:"-"`
	Faults   []string    `json:"faults,omitempty"`
	Done     bool        `json:"done"`
	Status   int         `json:"status"` // HTTP; zero when the call is open or was cut
	Code     string      `json:"code"`   // of the envelope; empty without one
	OrderNo  string      `json:"orderNo,omitempty"`
}

// OrderRequest is one call of the order endpoint, refused and spoiled ones included.
type OrderRequest struct {
	Seq     int // of the journal
	At      time.Time
	Method  string
	Path    string // escaped, base path included
	Query   string
	Header  http.Header // the token is replaced by [token]
	Body    []byte      // byte for byte
	OrderNo string      // of the order it made; empty if it made none
	Status  int         // HTTP; zero when the call is open or was cut
	Code    string      // of the envelope
}

// OrderRequests returns every request to the order endpoint in the order of arrival.
func (s *Server) OrderRequests() []OrderRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.requests)
	for i := range out {
		out[i].Header, out[i].Body = out[i].Header.Clone(), slices.Clone(out[i].Body)
	}
	return out
}

// Journal returns the last calls, oldest first.
func (s *Server) Journal() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.journal)
	for i := range out {
		out[i].Header, out[i].Body = out[i].Header.Clone(), slices.Clone(out[i].Body)
	}
	return out
}

// Calls is how many calls of an endpoint have arrived; AnyEndpoint counts all.
func (s *Server) Calls(e Endpoint) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[e]
}

// WaitOrders waits until at least n orders have been placed through the API and returns them, oldest first, or the
// context's error.
func (s *Server) WaitOrders(ctx context.Context, n int) ([]Order, error) {
	if err := s.waitFor(ctx, fmt.Sprintf("%d orders", n), func() bool { return s.placed >= n }); err != nil {
		return nil, err
	}
	return s.Placed(), nil
}

// WaitCalls waits until at least n calls of an endpoint have arrived; they may not be answered yet.
func (s *Server) WaitCalls(ctx context.Context, e Endpoint, n int) error {
	return s.waitFor(ctx, fmt.Sprintf("%d calls of %s", n, e), func() bool { return s.calls[e] >= n })
}

// errClosed ends every wait on a closed server.
var errClosed = errors.New("the simulated Partner API is closed")

func (s *Server) waitFor(ctx context.Context, what string, reached func() bool) error {
	for {
		s.mu.Lock()
		ok, changed := reached(), s.changed
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-s.done:
			return fmt.Errorf("waiting for %s: %w", what, errClosed)
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		}
	}
}

func (s *Server) arrive(e Endpoint, c *call) (seq int, before, after []Fault) {
	header := c.Header.Clone()
	if auth := header.Get("Authorization"); auth != "" {
		redacted := "[token]"
		if head, _, ok := strings.Cut(auth, " "); ok {
			redacted = head + " [token]"
		}
		header.Set("Authorization", redacted)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[e]++
	s.calls[AnyEndpoint]++
	before, after = s.takeFaults(e)
	entry := Entry{
		Seq: s.calls[AnyEndpoint], At: s.now(), Endpoint: e, Method: c.Method,
		Path: c.URL.EscapedPath(), Query: c.URL.RawQuery, Header: header,
	}
	if e == Token {
		entry.Query = "" // a client that puts its secret there is refused, and still not told on
	} else {
		entry.Body = c.body
	}
	for _, f := range slices.Concat(before, after) {
		entry.Faults = append(entry.Faults, f.name)
	}
	if len(s.journal) == s.journalSize {
		s.journal = slices.Delete(s.journal, 0, s.journalSize/4)
	}
	s.journal = append(s.journal, entry)
	if e == OrderSave {
		if s.forgets && len(s.requests) == s.journalSize {
			s.requests = slices.Delete(s.requests, 0, s.journalSize/4)
		}
		s.requests = append(s.requests, OrderRequest{
			Seq: entry.Seq, At: entry.At, Method: entry.Method, Path: entry.Path, Query: entry.Query, Header: header, Body: c.body,
		})
	}
	s.notify()
	return entry.Seq, before, after
}

// leave notes how a call ended; a nil answer is a connection that was cut.
func (s *Server) leave(seq int, c *call, a *answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	status, code := 0, ""
	if a != nil {
		status, code = a.status, a.code
	}
	if i, ok := slices.BinarySearchFunc(s.journal, seq, func(e Entry, seq int) int { return e.Seq - seq }); ok {
		e := &s.journal[i]
		e.Done, e.Status, e.Code, e.OrderNo = true, status, code, c.orderNo
	}
	if i, ok := slices.BinarySearchFunc(s.requests, seq, func(r OrderRequest, seq int) int { return r.Seq - seq }); ok {
		r := &s.requests[i]
		r.Status, r.Code, r.OrderNo = status, code, c.orderNo
	}
	s.notify()
}
