package socket

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"renewbot/yeastar"
)

const proxyChildEnv = "PROXY_TEST_CHILD"

// relay is a proxy that leads every connection to one server, and notes where it should
// have gone.
type relay struct {
	to    string
	mu    sync.Mutex
	hosts []string
}

func (p *relay) connect(from io.ReadWriteCloser, host, hello string) {
	defer from.Close()
	p.mu.Lock()
	p.hosts = append(p.hosts, host)
	p.mu.Unlock()
	to, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", p.to)
	if err != nil {
		return
	}
	defer to.Close()
	_, _ = io.WriteString(from, hello)
	go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
	_, _ = io.Copy(from, to)
}

// ServeHTTP is the proxy's HTTP side.
func (p *relay) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
		return
	}
	from, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	p.connect(from, r.Host, "HTTP/1.1 200 OK\r\n\r\n")
}

// socks is the proxy's SOCKS side. It takes names only, no addresses.
// https://www.rfc-editor.org/rfc/rfc1928
func (p *relay) socks(t *testing.T) (address string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go p.socksConnect(conn)
		}
	}()
	return l.Addr().String()
}

func (p *relay) socksConnect(conn net.Conn) {
	in := bufio.NewReader(conn)
	read := func(n int) []byte {
		b := make([]byte, n)
		_, _ = io.ReadFull(in, b)
		return b
	}
	methods := read(2)
	read(int(methods[1]))
	_, _ = conn.Write([]byte{5, 0})
	request := read(5)
	if request[1] != 1 || request[3] != 3 {
		_ = conn.Close()
		return
	}
	name, port := string(read(int(request[4]))), read(2)
	host := net.JoinHostPort(name, strconv.Itoa(int(port[0])<<8+int(port[1])))
	p.connect(struct {
		io.Reader
		io.WriteCloser
	}{in, conn}, host, "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
}

// TestProxyOfTheEnvironment starts this test in another process with HTTPS_PROXY set, to a
// proxy of each kind that there is. Everything goes through the proxy, and the proxy, which
// pretends to be Slack and the vendor, is not believed.
func TestProxyOfTheEnvironment(t *testing.T) {
	if os.Getenv(proxyChildEnv) != "" {
		behindProxy(t)
		return
	}
	t.Parallel()
	for _, scheme := range []string{"http", "https", "socks5", "socks5h"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			fake, _, read := impostor(t, tls.VersionTLS13)
			proxy := &relay{to: fake.Listener.Addr().String()}
			authority := filepath.Join(t.TempDir(), "authority.pem")
			var address string
			switch scheme {
			case "http":
				server := httptest.NewServer(proxy)
				t.Cleanup(server.Close)
				address = server.Listener.Addr().String()
			case "https":
				server := httptest.NewTLSServer(proxy)
				t.Cleanup(server.Close)
				address = server.Listener.Addr().String()
				certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
				if err := os.WriteFile(authority, certificate, 0o600); err != nil {
					t.Fatal(err)
				}
			default:
				address = proxy.socks(t)
			}
			binary, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			child := exec.CommandContext(t.Context(), binary, "-test.run=^TestProxyOfTheEnvironment$")
			child.Env = append(os.Environ(), proxyChildEnv+"=1", "HTTPS_PROXY="+scheme+"://"+address, "https_proxy=", "NO_PROXY=", "no_proxy=")
			if scheme == "https" {
				child.Env = append(child.Env, "SSL_CERT_FILE="+authority) // for the proxy, which is known here
			}
			if out, err := child.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			proxy.mu.Lock()
			defer proxy.mu.Unlock()
			slices.Sort(proxy.hosts)
			want := []string{"openapi.example:443", "slack.example:443", "wss.slack.example:443"}
			if got := slices.Compact(proxy.hosts); !slices.Equal(got, want) {
				t.Errorf("through the proxy went %q, want %q", got, want)
			}
			if n := read.Load(); n != 0 {
				t.Errorf("the proxy could read %d requests", n)
			}
		})
	}
}

// behindProxy is the other process.
func behindProxy(t *testing.T) {
	t.Helper()
	_, api := apiAt("https://slack.example/api/").AuthTestContext(t.Context())
	_, socket := dial(t.Context(), "wss://wss.slack.example/link?ticket=canary", nil)
	vendor, err := yeastar.New(yeastar.Config{BaseURL: "https://openapi.example", ClientID: "id", ClientSecret: "canary", ReadTimeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for name, err := range map[string]error{"Web API": api, "WebSocket": socket, "vendor": vendor.Login(ctx)} {
		var certificate *tls.CertificateVerificationError
		if !errors.As(err, &certificate) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v, want a refused certificate", name, err)
		}
	}
}
