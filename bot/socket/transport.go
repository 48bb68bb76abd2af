package socket

import (
	"fmt"
	"io"
	"net/http"
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

// newDialer makes a dialer that writes every frame in one piece: Slack takes no
// fragments, and a frame as long as the buffer would become several.
func newDialer() *websocket.Dialer {
	return &websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: secure.TLS(),
		HandshakeTimeout: handshakeTimeout, WriteBufferSize: 32 << 10,
	}
}
