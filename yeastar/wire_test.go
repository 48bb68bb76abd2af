package yeastar

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func wire(t *testing.T, s *stub, handle func(net.Conn)) (dials *atomic.Int64) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go handle(conn)
		}
	}()
	if err := s.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.CloseIdleConnections() // those to the stub
	dials = new(atomic.Int64)
	s.transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		dials.Add(1)
		var d net.Dialer
		return d.DialContext(ctx, network, ln.Addr().String())
	}
	return dials
}

func readRequest(conn net.Conn) {
	buf := make([]byte, 64<<10)
	var got []byte
	for !bytes.Contains(got, []byte(`"multiCycle": 0`)) {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		got = append(got, buf[:n]...)
	}
}

func TestPlaceOrderOverABrokenWire(t *testing.T) {
	t.Parallel()
	reset := func(conn net.Conn) {
		_ = conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
	tests := []struct {
		name   string
		handle func(net.Conn)
	}{
		{"reset at the first byte", func(c net.Conn) { io.ReadFull(c, make([]byte, 1)); reset(c) }},
		{"reset after the request", func(c net.Conn) { readRequest(c); reset(c) }},
		{"closed after the request", func(c net.Conn) { readRequest(c); c.Close() }},
		{"half a status line", func(c net.Conn) { readRequest(c); io.WriteString(c, "HTTP/1.1 20"); c.Close() }},
		{"half an answer", func(c net.Conn) {
			readRequest(c)
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(tutorialAnswer), tutorialAnswer[:100])
			c.Close()
		}},
		{"an answer without its last byte", func(c net.Conn) {
			readRequest(c)
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(tutorialAnswer)+1, tutorialAnswer)
			c.Close()
		}},
		{"half a refusal", func(c net.Conn) {
			readRequest(c)
			fmt.Fprintf(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 1000\r\n\r\n%s", refusalBody("x", "", 400))
			c.Close()
		}},
		{"not HTTP", func(c net.Conn) { readRequest(c); io.WriteString(c, "hello\r\n\r\n"); c.Close() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			dials := wire(t, s, tt.handle)
			_, err := s.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder))
			if err == nil || ClassOf(err) != ClassUnknown {
				t.Errorf("error %v; want class unknown", err)
			}
			if n := dials.Load(); n != 1 {
				t.Errorf("%d connections were made", n)
			}
		})
	}
}

func TestPlaceOrderThatHangs(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	hang := func(conn net.Conn) {
		readRequest(conn)
		close(arrived)
		io.Copy(io.Discard, conn) // until the client leaves
		conn.Close()
	}
	t.Run("until its time-out", func(t *testing.T) {
		t.Parallel()
		inBubble(t, func(t *testing.T, s *stub) {
			s.mux.HandleFunc("POST /order/openapi/order/v1/save", func(_ http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				<-r.Context().Done()
			})
			began := time.Now()
			_, err := s.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder))
			if ClassOf(err) != ClassUnknown || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v; want unknown, deadline exceeded", err)
			}
			if waited := time.Since(began); waited != time.Minute {
				t.Errorf("it waited %v", waited)
			}
		})
	})
	t.Run("until it is cancelled", func(t *testing.T) {
		t.Parallel()
		s := setup(t)
		wire(t, s, hang)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		_, err := s.PlaceOrder(ctx, json.RawMessage(tutorialOrder))
		if ClassOf(err) != ClassUnknown || !errors.Is(err, context.Canceled) {
			t.Errorf("error %v; want unknown, canceled", err)
		}
	})
}

func TestPlaceOrderThatWasNotSent(t *testing.T) {
	t.Parallel()
	login := func(t *testing.T, s *stub) {
		if err := s.Login(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name    string
		prepare func(t *testing.T, s *stub) context.Context
		body    string
	}{
		{"nobody listens", func(t *testing.T, s *stub) context.Context {
			login(t, s)
			s.server.Close()
			return t.Context()
		}, tutorialOrder},
		{"the name is not known", func(t *testing.T, s *stub) context.Context {
			login(t, s)
			s.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}
			}
			return t.Context()
		}, tutorialOrder},
		{"no encryption", func(t *testing.T, s *stub) context.Context {
			login(t, s)
			s.base = strings.Replace(s.base, "http:", "https:", 1) // the stub answers in clear
			return t.Context()
		}, tutorialOrder},
		{"cancelled before", func(t *testing.T, s *stub) context.Context {
			login(t, s)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return ctx
		}, tutorialOrder},
		{"cancelled while dialling", func(t *testing.T, s *stub) context.Context {
			login(t, s)
			ctx, cancel := context.WithCancel(t.Context())
			s.transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
				cancel()
				return nil, errors.New("too late")
			}
			return ctx
		}, tutorialOrder},
		{"the credentials are wrong", func(t *testing.T, s *stub) context.Context {
			s.Client.tokens.ask = func() (token, error) {
				return token{}, &Error{Op: callToken, Class: ClassAuth, HTTPStatus: 401, RequestID: requestID}
			}
			return t.Context()
		}, tutorialOrder},
		{"no answer to the token", func(t *testing.T, s *stub) context.Context {
			s.Client.tokens.ask = func() (token, error) {
				return token{}, &Error{Op: callToken, Class: ClassUnknown, RequestID: requestID}
			}
			return t.Context()
		}, tutorialOrder},
		{"not JSON", func(t *testing.T, _ *stub) context.Context { return t.Context() }, `{"operationType"`},
		{"nothing", func(t *testing.T, _ *stub) context.Context { return t.Context() }, ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			var calls atomic.Int64
			s.mux.HandleFunc("POST /order/openapi/order/v1/save", func(http.ResponseWriter, *http.Request) { calls.Add(1) })
			ctx := tt.prepare(t, s)
			_, err := s.PlaceOrder(ctx, json.RawMessage(tt.body))
			if err == nil || ClassOf(err) != ClassNotSent {
				t.Errorf("error %v; want class not_sent", err)
			}
			if n := calls.Load(); n != 0 {
				t.Errorf("the order was sent %d times", n)
			}
		})
	}
}

func TestPlaceOrderIsNeverRepeatedByNetHTTP(t *testing.T) {
	t.Parallel()
	s := setup(t)
	var requests atomic.Int64
	dials := wire(t, s, func(conn net.Conn) {
		defer conn.Close()
		buf := make([]byte, 64<<10)
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		if bytes.HasPrefix(buf[:n], []byte("POST")) {
			requests.Add(1) // an order, at once or on a fresh connection: cut
			return
		}
		body := success("[]")
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		if n, _ := conn.Read(buf); n > 0 && bytes.HasPrefix(buf[:n], []byte("POST")) {
			requests.Add(1) // an order on the connection that served the look-up
		}
	})
	if _, err := s.Customers(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := s.PlaceOrder(t.Context(), json.RawMessage(tutorialOrder))
	if ClassOf(err) != ClassUnknown {
		t.Errorf("error %v; want class unknown", err)
	}
	if n := requests.Load(); n != 1 {
		t.Errorf("the order was sent %d times", n)
	}
	if n := dials.Load(); n != 2 {
		t.Errorf("%d connections; the order must have one of its own", n)
	}
}

func TestOrderRequestCannotBeReplayed(t *testing.T) {
	t.Parallel()
	s := setup(t)
	req, err := s.orderRequest(t.Context(), []byte(tutorialOrder))
	if err != nil {
		t.Fatal(err)
	}
	if req.GetBody != nil || req.Body == nil || req.ContentLength != int64(len(tutorialOrder)) {
		t.Errorf("GetBody %v, length %d", req.GetBody != nil, req.ContentLength)
	}
	for _, h := range []string{"Idempotency-Key", "X-Idempotency-Key", "Expect"} {
		if req.Header.Values(h) != nil {
			t.Errorf("header %s is set", h)
		}
	}
	s.transport.ForceAttemptHTTP2 = true
	a, b := s.orderTransport(), s.orderTransport()
	if a == b || a == s.transport {
		t.Error("two orders share a transport")
	}
	if p := a.Protocols; p == nil || !p.HTTP1() || p.HTTP2() || p.UnencryptedHTTP2() || a.ForceAttemptHTTP2 {
		t.Errorf("protocols %v", a.Protocols)
	}
}
