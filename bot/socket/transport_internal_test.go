package socket

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"renewbot/bot/secure"
)

// impostor is a server behind TLS with a certificate that nobody has vouched for. It
// counts the requests that it could read.
func impostor(t *testing.T, version uint16) (server *httptest.Server, trusted *x509.CertPool, read *atomic.Int64) {
	t.Helper()
	read = &atomic.Int64{}
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		read.Add(1)
		if !websocket.IsWebSocketUpgrade(r) {
			_, _ = io.WriteString(w, `{"ok":true,"team_id":"T0","user_id":"U0BOT"}`)
			return
		}
		up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
		if ws, err := up.Upgrade(w, r, nil); err == nil {
			_ = ws.Close()
		}
	}))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // of each handshake that fails
	server.StartTLS()
	t.Cleanup(server.Close)
	trusted = x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	return server, trusted, read
}

func apiAt(url string) *WebAPI {
	return NewWebAPI(APIOptions{
		Credentials: Credentials{BotToken: "xoxb-canary", AppToken: "xapp-canary", APIURL: url},
		OpenGap:     time.Second, Log: slog.New(slog.DiscardHandler),
	})
}

// TestImpostorOfSlackGetsNothing has somebody between us and Slack: no token, no ticket
// and no message is sent to who can't prove to be Slack.
func TestImpostorOfSlackGetsNothing(t *testing.T) {
	t.Parallel()
	server, trusted, read := impostor(t, tls.VersionTLS13)
	api := apiAt(server.URL + "/api/")
	wss := "wss" + strings.TrimPrefix(server.URL, "https") + "/link"
	calls := map[string]func() error{
		"Web API": func() error { _, err := api.AuthTestContext(t.Context()); return err },
		"WebSocket": func() error {
			_, err := dial(t.Context(), wss, func(*Link, frame) {})
			return err
		},
		"response_url": func() error {
			return slack.PostWebhookCustomHTTPContext(t.Context(), server.URL+"/hook", api.http, &slack.WebhookMessage{Text: "x"})
		},
	}
	for name, call := range calls {
		var certificate *tls.CertificateVerificationError
		if err := call(); !errors.As(err, &certificate) {
			t.Errorf("%s: %v, want a refused certificate", name, err)
		}
	}
	if n := read.Load(); n != 0 {
		t.Fatalf("%d requests were sent", n)
	}
	// Slack itself gets them.
	api.http.Transport.(bounded).TLSClientConfig.RootCAs = trusted
	for _, name := range []string{"Web API", "response_url"} {
		if err := calls[name](); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOldTLSOfSlackIsRefused has a Slack that proves who it is and speaks only TLS 1.1.
func TestOldTLSOfSlackIsRefused(t *testing.T) {
	t.Parallel()
	for version, ok := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			t.Parallel()
			server, trusted, read := impostor(t, version)
			api := apiAt(server.URL + "/api/")
			api.http.Transport.(bounded).TLSClientConfig.RootCAs = trusted
			_, called := api.AuthTestContext(t.Context())
			d := newDialer()
			d.TLSClientConfig.RootCAs = trusted
			ws, answer, socket := d.DialContext(t.Context(), "wss"+strings.TrimPrefix(server.URL, "https")+"/link", nil)
			if socket == nil {
				_ = answer.Body.Close()
				_ = ws.Close()
			}
			for name, err := range map[string]error{"Web API": called, "WebSocket": socket} {
				if (err == nil) != ok || !ok && !strings.Contains(err.Error(), "protocol version") {
					t.Errorf("%s: %v", name, err)
				}
			}
			if n := read.Load(); (n == 2) != ok {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

// TestTransportOfSlack pins what no server can show in a short time.
func TestTransportOfSlack(t *testing.T) {
	t.Parallel()
	transport, dialer := newTransport(), newDialer()
	environment := reflect.ValueOf(http.ProxyFromEnvironment).Pointer()
	if reflect.ValueOf(transport.Proxy).Pointer() != environment {
		t.Error("the proxy is not that of the environment")
	}
	for name, tc := range map[string]struct {
		tls   *tls.Config
		limit time.Duration
	}{
		"Web API":   {transport.TLSClientConfig, newHTTP(transport).Timeout},
		"WebSocket": {dialer.TLSClientConfig, dialer.HandshakeTimeout},
	} {
		if tc.tls.InsecureSkipVerify || tc.tls.MinVersion != tls.VersionTLS12 || tc.tls.RootCAs != nil {
			t.Errorf("%s: TLS %+v", name, tc.tls)
		}
		if tc.limit <= 0 || tc.limit > 20*time.Second {
			t.Errorf("%s: may take %v", name, tc.limit)
		}
	}
	if transport.TLSHandshakeTimeout <= 0 || transport.MaxResponseHeaderBytes != longestHeader {
		t.Errorf("handshake %v, header %d", transport.TLSHandshakeTimeout, transport.MaxResponseHeaderBytes)
	}
}

// TestRedirectsOfSlackAreNotFollowed has answers that point elsewhere.
func TestRedirectsOfSlackAreNotFollowed(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		t.Errorf("followed: %s %q %q", r.Method, r.Header.Get("Authorization"), body)
	}))
	t.Cleanup(other.Close)
	for _, status := range []int{301, 302, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL, status)
		}))
		api := apiAt(server.URL + "/api/")
		var code slack.StatusCodeError
		if _, err := api.AuthTestContext(t.Context()); !errors.As(err, &code) || code.Code != status {
			t.Errorf("%d: %v", status, err)
		}
		if _, _, err := api.StartSocketModeContext(t.Context()); !errors.As(err, &code) {
			t.Errorf("%d: %v", status, err)
		}
		server.Close()
	}
}

// TestAnswersOfSlackAreBounded has answers that do not end.
func TestAnswersOfSlackAreBounded(t *testing.T) {
	t.Parallel()
	endless := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"ok":true,"x":"`)
		for chunk := bytes.Repeat([]byte("x"), 1<<20); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	wide := func(w http.ResponseWriter, _ *http.Request) {
		for i := range 1 + longestHeader/1000 {
			w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 1000))
		}
		_, _ = io.WriteString(w, `{"ok":true}`)
	}
	for name, tc := range map[string]struct {
		handle http.HandlerFunc
		want   string
	}{"body": {endless, "longer than"}, "header": {wide, "header"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(tc.handle)
			defer server.Close()
			api := apiAt(server.URL + "/api/")
			if _, err := api.AuthTestContext(t.Context()); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("auth.test: %v", err)
			}
			api.http.CloseIdleConnections()
		})
	}
}

func TestBoundedBody(t *testing.T) {
	t.Parallel()
	for size, ok := range map[int64]bool{0: true, 9: true, 10: true, 11: false, 5000: false} {
		body := &boundedBody{ReadCloser: io.NopCloser(strings.NewReader(strings.Repeat("x", int(size)))), left: 10}
		raw, err := io.ReadAll(body)
		if (err == nil) != ok || ok && int64(len(raw)) != size {
			t.Errorf("%d bytes: %d were read, %v", size, len(raw), err)
		}
	}
}

// TestFramesAreBounded has a frame that is longer than Slack's can be: the connection
// ends, and nothing of the frame is handled.
func TestFramesAreBounded(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer func() { _ = ws.Close() }()
		_ = ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello"}`))
		long := fmt.Appendf(nil, `{"type":"interactive","envelope_id":"e","payload":%q}`, strings.Repeat("x", longestFrame))
		_ = ws.WriteMessage(websocket.TextMessage, long)
		_, _, _ = ws.ReadMessage()
	}))
	defer server.Close()
	l, err := dial(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), func(_ *Link, f frame) { t.Errorf("handled %s", f.EnvelopeID) })
	if err != nil {
		t.Fatal(err)
	}
	<-l.ended
	if !errors.Is(l.failure, websocket.ErrReadLimit) {
		t.Errorf("the connection ended with %v", l.failure)
	}
}

func TestAddressesFromSlack(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"wss://wss-primary.slack.com/link/?ticket=canary": true, "ws://127.0.0.1:1/?ticket=canary": true, "ws://[::1]/": true, "ws://localhost/": true,
		"ws://wss-primary.slack.com/?ticket=canary": false, "http://127.0.0.1/": false, "https://slack.com/": false, "": false,
		"wss://": false, "wss:///x": false, "wss://canary@slack.com": false, "wss://a b/canary": false, "wss://slack.com/%zz?canary": false,
		"ws://127.0.0.1.canary.example/": false, "file:///etc/passwd": false,
	} {
		err := secure.Address(address, "wss")
		if (err == nil) != ok || err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", address, err)
		}
		if !ok {
			if _, err := dial(t.Context(), address, nil); !errors.Is(err, secure.ErrAddress) || strings.Contains(err.Error(), "canary") {
				t.Errorf("dial %q: %v", address, err)
			}
		}
	}
}
