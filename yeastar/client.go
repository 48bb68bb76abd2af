package yeastar

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Config says where the Partner API is and who calls it.
type Config struct {
	// BaseURL is the root of the API. It must be https, or http on a loopback
	// address; a path is kept in front of every endpoint.
	BaseURL string
	// ClientID and ClientSecret are the portal's API credentials. Both must be set.
	ClientID, ClientSecret string
	// UserAgent is sent with every call, which the vendor requires. The default is
	// OpenAPI, the value of the vendor's samples.
	UserAgent string
	// HTTPClient gives the transport, nothing else. Its Transport must be nil or a
	// *http.Transport without a DialTLSContext: only of that one is it known when a
	// request has left.
	HTTPClient *http.Client
	// Now is the clock for the life of tokens. The default is time.Now.
	Now func() time.Time
	// Logger gets one debug line for each HTTP request, without personal data. The
	// default is to log nothing.
	Logger *slog.Logger
	// Observe is called after each call with its name, "ok" or the Class of its
	// error, and its duration with all repeats. It may be nil.
	Observe func(call string, outcome string, took time.Duration)
	// ReadTimeout bounds one look-up (one page of a list) with all its repeats, and
	// one request for a token. The default is 10 seconds.
	ReadTimeout time.Duration
	// OrderTimeout bounds PlaceOrder from its start, the token included. The default
	// is 60 seconds.
	OrderTimeout time.Duration
	// RetryInterval is the pause before a look-up's first repeat; later ones grow.
	// The default is 250 milliseconds.
	RetryInterval time.Duration
	// Rate and Burst limit the HTTP requests. The defaults, 5 per second and 15 at
	// once, let the look-ups of one form pass without queueing.
	Rate  rate.Limit
	Burst int
}

// String names the configuration without its secret.
func (c Config) String() string {
	return fmt.Sprintf("yeastar.Config{BaseURL: %q}", redactURL(c.BaseURL))
}

// GoString is String, so that %#v does not print the secret either.
func (c Config) GoString() string { return c.String() }

// Client calls the Partner API. It is safe for concurrent use.
type Client struct {
	base         string // without a slash at the end
	agent        string
	now          func() time.Time
	log          *slog.Logger
	observe      func(call, outcome string, took time.Duration)
	readTimeout  time.Duration
	orderTimeout time.Duration
	retryAfter   time.Duration
	limiter      *rate.Limiter
	paging       chan struct{}   // has one for each page of a list that is asked for
	transport    *http.Transport // for look-ups and tokens; orders clone it
	tokens       *tokens
}

// New checks the configuration and makes a client. It makes no request.
func New(cfg Config) (*Client, error) {
	base, err := checkBaseURL(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	if cfg.ClientID == "" || cfg.ClientSecret == "" {
		return nil, errors.New("yeastar: the client id and the client secret must be set")
	}
	transport, err := transportOf(cfg.HTTPClient)
	if err != nil {
		return nil, err
	}
	c := &Client{
		base:         base,
		agent:        cfg.UserAgent,
		now:          cfg.Now,
		log:          cfg.Logger,
		observe:      cfg.Observe,
		readTimeout:  orDefault(cfg.ReadTimeout, 10*time.Second),
		orderTimeout: orDefault(cfg.OrderTimeout, time.Minute),
		retryAfter:   orDefault(cfg.RetryInterval, 250*time.Millisecond),
		limiter:      rate.NewLimiter(orDefault(cfg.Rate, 5), orDefault(cfg.Burst, 15)),
		paging:       make(chan struct{}, pagesAtOnce),
		transport:    transport,
	}
	if c.agent == "" {
		c.agent = "OpenAPI"
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.observe == nil {
		c.observe = func(string, string, time.Duration) {}
	}
	id, secret := cfg.ClientID, cfg.ClientSecret
	c.tokens = &tokens{
		now: c.now,
		ask: func() (token, error) { return c.askForToken(id, secret) },
	}
	return c, nil
}

// Login gets a token now, if there is none that is still good: to check the
// credentials, and to have the token ready.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/request-access-token.html
func (c *Client) Login(ctx context.Context) error {
	_, err := c.tokens.get(ctx, 0)
	return err
}

// CloseIdleConnections closes the connections that wait for the next look-up.
func (c *Client) CloseIdleConnections() { c.transport.CloseIdleConnections() }

func orDefault[T int | time.Duration | rate.Limit](v, byDefault T) T {
	if v <= 0 {
		return byDefault
	}
	return v
}

func transportOf(client *http.Client) (*http.Transport, error) {
	if client == nil || client.Transport == nil {
		return defaultTransport(), nil
	}
	t, ok := client.Transport.(*http.Transport)
	if !ok {
		return nil, fmt.Errorf("yeastar: the HTTP client's transport is a %T, but must be a *http.Transport", client.Transport)
	}
	if t.DialTLSContext != nil {
		return nil, errors.New("yeastar: the HTTP client's transport must not have a DialTLSContext")
	}
	return t, nil
}

// maxAnswerHeader bounds the header of an answer, in bytes.
const maxAnswerHeader = 256 << 10

// keptConnections is how many connections are kept for the next calls: Go's own 2 would have most
// of those that are made at once dial anew.
const keptConnections = 16

// defaultTransport verifies certificates against the system's authorities, speaks nothing
// older than TLS 1.2, and uses the proxy of the environment (HTTPS_PROXY, NO_PROXY).
func defaultTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = http.ProxyFromEnvironment
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	t.MaxResponseHeaderBytes = maxAnswerHeader
	t.MaxIdleConnsPerHost = keptConnections
	return t
}

func checkBaseURL(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		// url.Parse repeats the whole text, which may hold a password.
		return "", errors.New("yeastar: the base URL is not a URL")
	}
	switch {
	case u.Host == "" || u.Opaque != "":
		return "", errors.New("yeastar: the base URL needs a scheme and a host")
	case u.User != nil:
		return "", errors.New("yeastar: the base URL must not contain a user or a password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("yeastar: the base URL must not have a query or a fragment")
	case u.Scheme == "https":
	case u.Scheme == "http" && isLoopback(u.Hostname()):
	default:
		return "", errors.New("yeastar: the base URL must be https, or http on a loopback address")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func redactURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "not a URL"
	}
	return u.Scheme + "://" + u.Host + u.Path
}
