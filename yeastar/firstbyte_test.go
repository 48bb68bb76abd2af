package yeastar

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// frozen is a context with a deadline whose timer never goes off, as that of a process that was
// frozen and has not come to its timers yet.
type frozen struct {
	context.Context
	at time.Time
}

func (f frozen) Deadline() (time.Time, bool) { return f.at, true }

// clearProxy tunnels to wherever it is asked to.
func clearProxy(t *testing.T) *url.URL {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to, err := new(net.Dialer).DialContext(r.Context(), "tcp", r.Host)
		if err != nil {
			t.Error(err)
			return
		}
		from, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(from, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
		_, _ = io.Copy(from, to)
		_ = from.Close()
	}))
	t.Cleanup(server.Close)
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// The deadline passes while the connection is made, up to its last moment, and no timer says so.
func TestNoByteOfAnOrderLeavesAfterItsDeadline(t *testing.T) {
	t.Parallel()
	const handshake, ready = "while TLS shakes hands", "when the connection is ready"
	for _, way := range []string{"straight", "through a proxy"} {
		for _, at := range []string{handshake, ready} {
			t.Run(way+", "+at, func(t *testing.T) {
				t.Parallel()
				var deadline atomic.Pointer[time.Time] // of the order, once there is one
				pass := func(now string) {
					if d := deadline.Load(); d != nil && now == at {
						<-time.After(time.Until(*d))
					}
				}
				c, trusted, read := tlsVendor(t, func(cfg *tls.Config) {
					cfg.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
						pass(handshake)
						return nil, nil //nolint:nilnil // the settings stay
					}
				})
				c.transport.TLSClientConfig.RootCAs = trusted
				if way == "through a proxy" {
					c.transport.Proxy = http.ProxyURL(clearProxy(t))
				}
				if err := c.Login(t.Context()); err != nil {
					t.Fatal(err)
				}
				ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
					GotConn: func(httptrace.GotConnInfo) { pass(ready) },
				})
				end := time.Now().Add(300 * time.Millisecond)
				deadline.Store(&end)
				_, err := c.PlaceOrder(frozen{ctx, end}, []byte(tutorialOrder))
				if ClassOf(err) != ClassNotSent || !errors.Is(err, errTooLate) {
					t.Errorf("error %v; want not sent, too late", err)
				}
				if n := read.Load(); n != 1 {
					t.Errorf("%d requests were read, want that for the token", n)
				}
			})
		}
	}
}

// What has left in time goes on past the deadline until a timer ends it.
func TestAnOrderUnderWayIsNotCutByTheClock(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, s *stub) {
		body := []byte(tutorialOrder + strings.Repeat(" ", 64<<10)) // in many pieces
		s.mux.HandleFunc(orderPath, func(w http.ResponseWriter, r *http.Request) {
			<-time.After(2 * time.Second)
			if got, err := io.ReadAll(r.Body); err != nil || !bytes.Equal(got, body) {
				t.Errorf("%d bytes arrived: %v", len(got), err)
			}
			_, _ = io.WriteString(w, tutorialAnswer)
		})
		if _, err := s.PlaceOrder(frozen{t.Context(), time.Now().Add(time.Second)}, body); err != nil {
			t.Error(err)
		}
	})
}

// An order that is given up before its first byte has left does not leave later.
func TestAnOrderThatIsGivenUpNeverLeaves(t *testing.T) {
	t.Parallel()
	first := firstByte{guards: true}
	first.connected()
	if !first.keep() || !errors.Is(first.mayLeave(), errTooLate) {
		t.Error("it may leave")
	}
	first = firstByte{guards: true}
	first.connected()
	if err := first.mayLeave(); err != nil || first.keep() {
		t.Errorf("%v, or it is called kept after it may have left", err)
	}
}
