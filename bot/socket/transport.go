package socket

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/websocket"

	"renewbot/bot/secure"
)

const (
	// callTimeout bounds one call of the Web API.
	callTimeout = 15 * time.Second
	// longestAnswer bounds an answer of Slack's, in bytes: a page of 200 messages with
	// all their blocks is a few MiB.
	longestAnswer = 16 << 20
	// longestHeader bounds the header of an answer, in bytes.
	longestHeader = 256 << 10
)

// newTransport keeps enough connections to Slack open for a busy minute. The proxy of
// the environment (HTTPS_PROXY, NO_PROXY) is used, as by the WebSockets.
func newTransport() *http.Transport {
	t := secure.Transport()
	t.MaxIdleConnsPerHost = 32
	t.MaxResponseHeaderBytes = longestHeader
	return t
}

// newHTTP is the client for Slack's Web API and for response_urls. It follows no
// redirect: the request, with its token, would go wherever that leads.
func newHTTP(t *http.Transport) *http.Client {
	return &http.Client{
		Timeout: callTimeout, Transport: bounded{t},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// bounded lets nobody read more of an answer than longestAnswer.
type bounded struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &boundedBody{ReadCloser: answer.Body, left: longestAnswer}
	return answer, nil
}

// boundedBody fails at the first byte too many, so that half an answer is not taken for
// a whole one.
type boundedBody struct {
	io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (b *boundedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("the answer is longer than %d bytes", longestAnswer)
	}
	return n, err
}

// newDialer makes a dialer for one connection. It writes every frame in one piece: Slack
// takes no fragments, and a frame as long as the buffer would become several.
func newDialer() *websocket.Dialer {
	p := &proxied{of: http.ProxyFromEnvironment}
	return &websocket.Dialer{
		Proxy: p.proxy, NetDialContext: p.dial, TLSClientConfig: secure.TLS(),
		HandshakeTimeout: handshakeTimeout, WriteBufferSize: 32 << 10,
	}
}

// proxied leads one WebSocket through the proxies that net/http knows, so that it goes the
// same way as the calls. The WebSocket library knows http:// and socks5:// alone.
// https://pkg.go.dev/net/http#ProxyFromEnvironment
type proxied struct {
	of      func(*http.Request) (*url.URL, error)
	overTLS string // host:port of a proxy that is spoken to with TLS; empty: none
}

// proxy gives the library a proxy in words that it knows: socks5h is what it does for
// socks5, and of a proxy behind TLS it learns nothing.
func (p *proxied) proxy(r *http.Request) (*url.URL, error) {
	u, err := p.of(r)
	if err != nil || u == nil {
		return nil, err
	}
	known := *u
	if port, ok := proxyPorts[u.Scheme]; ok && u.Port() == "" {
		known.Host = net.JoinHostPort(u.Hostname(), port)
	}
	switch u.Scheme {
	case "socks5h":
		known.Scheme = "socks5"
	case "https":
		known.Scheme = "http"
		p.overTLS = known.Host
	}
	return &known, nil
}

// proxyPorts are where proxies listen when nobody says.
var proxyPorts = map[string]string{"https": "443", "socks5": "1080", "socks5h": "1080"}

// dial connects to Slack or to the proxy before it.
func (p *proxied) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil || address != p.overTLS {
		return conn, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	settings := secure.TLS()
	settings.ServerName = host
	encrypted := tls.Client(conn, settings)
	if err := encrypted.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("the proxy of HTTPS_PROXY: %w", err), conn.Close())
	}
	return encrypted, nil
}
