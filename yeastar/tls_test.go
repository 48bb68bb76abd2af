package yeastar

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// tlsVendor is a vendor behind TLS with a certificate that nobody has vouched for. It
// counts the requests that it could read.
func tlsVendor(t *testing.T, change func(*tls.Config)) (c *Client, trusted *x509.CertPool, read *atomic.Int64) {
	t.Helper()
	read = &atomic.Int64{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+tokenPath, func(w http.ResponseWriter, _ *http.Request) {
		read.Add(1)
		fmt.Fprint(w, success(`{"token":"t","expiresIn":1799}`))
	})
	mux.HandleFunc("POST "+orderPath, func(w http.ResponseWriter, _ *http.Request) {
		read.Add(1)
		fmt.Fprint(w, tutorialAnswer)
	})
	server := httptest.NewUnstartedServer(mux)
	server.TLS = &tls.Config{}
	if change != nil {
		change(server.TLS)
	}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // of each handshake that fails
	server.StartTLS()
	t.Cleanup(server.Close)
	c, err := New(Config{
		BaseURL: server.URL, ClientID: "id", ClientSecret: "very-secret", RetryInterval: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	trusted = x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	return c, trusted, read
}

// TestUnverifiedVendorGetsNothing has somebody between us and the vendor: neither the
// credentials nor an order is sent to who can't prove to be the vendor.
func TestUnverifiedVendorGetsNothing(t *testing.T) {
	t.Parallel()
	c, trusted, read := tlsVendor(t, nil)
	var certificate *tls.CertificateVerificationError
	if err := c.Login(t.Context()); !errors.As(err, &certificate) {
		t.Errorf("Login = %v, want a refused certificate", err)
	}
	if _, err := c.PlaceOrder(t.Context(), []byte(tutorialOrder)); ClassOf(err) != ClassNotSent {
		t.Errorf("PlaceOrder = %v, want that nothing was sent", err)
	}
	if n := read.Load(); n != 0 {
		t.Fatalf("%d requests were sent", n)
	}
	// The token is got from a vendor that proves who it is; the order still is not sent
	// to another one.
	c.transport.TLSClientConfig.RootCAs = trusted
	if err := c.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.CloseIdleConnections()
	c.transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	if _, err := c.PlaceOrder(t.Context(), []byte(tutorialOrder)); ClassOf(err) != ClassNotSent || !errors.As(err, &certificate) {
		t.Errorf("PlaceOrder = %v, want that nothing was sent", err)
	}
	if n := read.Load(); n != 1 {
		t.Errorf("%d requests were sent, want that for the token", n)
	}
	c.transport.TLSClientConfig.RootCAs = trusted
	if _, err := c.PlaceOrder(t.Context(), []byte(tutorialOrder)); err != nil {
		t.Errorf("the vendor itself gets no order: %v", err)
	}
}

// TestOldTLSIsRefused has a vendor that proves who it is and speaks only TLS 1.1.
func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	for version, ok := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			t.Parallel()
			c, trusted, read := tlsVendor(t, func(cfg *tls.Config) { cfg.MinVersion, cfg.MaxVersion = tls.VersionTLS10, version })
			c.transport.TLSClientConfig.RootCAs = trusted
			err := c.Login(t.Context())
			if (err == nil) != ok || (!ok && (read.Load() > 0 || !strings.Contains(err.Error(), "protocol version"))) {
				t.Errorf("Login = %v; %d requests were sent", err, read.Load())
			}
		})
	}
}

// TestTransportOfTheClient pins what no server can show.
func TestTransportOfTheClient(t *testing.T) {
	t.Parallel()
	for name, tr := range map[string]*http.Transport{"look-ups": defaultTransport(), "orders": (&Client{transport: defaultTransport()}).orderTransport()} {
		switch {
		case tr.TLSClientConfig == nil || tr.TLSClientConfig.InsecureSkipVerify || tr.TLSClientConfig.MinVersion != tls.VersionTLS12:
			t.Errorf("%s: TLS %+v", name, tr.TLSClientConfig)
		case reflect.ValueOf(tr.Proxy).Pointer() != reflect.ValueOf(http.ProxyFromEnvironment).Pointer():
			t.Errorf("%s: the proxy is not that of the environment", name)
		case tr.MaxResponseHeaderBytes != maxAnswerHeader || tr.TLSHandshakeTimeout <= 0:
			t.Errorf("%s: headers up to %d, handshake %v", name, tr.MaxResponseHeaderBytes, tr.TLSHandshakeTimeout)
		}
	}
}

// TestOrderIsNotRedirected has an answer to an order that points elsewhere, in each of
// the ways that HTTP has. Neither the order nor its token goes there.
func TestOrderIsNotRedirected(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				t.Errorf("followed: %s with %q", r.Method, r.Header.Get("Authorization"))
			}))
			defer other.Close()
			s := setup(t)
			var sent atomic.Int64
			s.mux.HandleFunc(orderPath, func(w http.ResponseWriter, _ *http.Request) {
				sent.Add(1)
				w.Header().Set("Location", other.URL+orderPath)
				w.WriteHeader(status)
			})
			if _, err := s.PlaceOrder(t.Context(), []byte(tutorialOrder)); ClassOf(err) != ClassUnknown {
				t.Errorf("PlaceOrder = %v, want unknown", err)
			}
			if n := sent.Load(); n != 1 {
				t.Errorf("sent %d times", n)
			}
		})
	}
}

// TestAnswerHeaderIsBounded has an answer whose header does not end for a long time.
func TestAnswerHeaderIsBounded(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.mux.HandleFunc(orderPath, func(w http.ResponseWriter, _ *http.Request) {
		for i := range 1 + maxAnswerHeader/1000 {
			w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 1000))
		}
		fmt.Fprint(w, tutorialAnswer)
	})
	if _, err := s.PlaceOrder(t.Context(), []byte(tutorialOrder)); ClassOf(err) != ClassUnknown || !strings.Contains(err.Error(), "header") {
		t.Errorf("PlaceOrder = %v", err)
	}
}
