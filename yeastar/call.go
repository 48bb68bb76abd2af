package yeastar

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/oauth2"
)

// The largest answers that are read. 5,000 customers are about 2 MiB.
const (
	maxReadAnswer  = 16 << 20
	maxOrderAnswer = 1 << 20
)

// maxTries is how often a look-up is tried; more would only keep a person waiting.
const maxTries = 5

// errNotPossible is the cause of an error for arguments that cannot be sent.
var errNotPossible = errors.New("an id is missing or cannot be part of a path")

// segment escapes an id or an e-mail address for a path.
func segment(s string) (string, error) {
	if s == "" || s == "." || s == ".." {
		return "", errNotPossible
	}
	return url.PathEscape(s), nil
}

// request makes a request below the base URL. path is already escaped.
func (c *Client) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, withoutURL(err)
	}
	req.Header.Set("User-Agent", c.agent)
	return req, nil
}

// get makes one look-up and returns the envelope of a success. It is bounded by
// ReadTimeout with all its repeats, and asks for a new token once when the vendor
// refuses the one it had.
func (c *Client) get(ctx context.Context, op, path string, query url.Values) (env envelope, err error) {
	began := time.Now()
	defer func() { c.observed(op, err, began) }()
	ctx, cancel := context.WithTimeout(ctx, c.readTimeout)
	defer cancel()
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	renewed := false
	for {
		tok, err := c.tokens.get(ctx, 0)
		if err != nil {
			return envelope{}, err
		}
		env, err := c.repeated(ctx, op, func() (envelope, error) {
			req, err := c.request(ctx, http.MethodGet, path, nil)
			if err != nil {
				return envelope{}, err
			}
			return c.exchange(req, op, &oauth2.Transport{Source: source(tok), Base: c.transport}, new(firstByte))
		})
		if e, ok := errors.AsType[*Error](err); ok && e.needsToken() && !renewed {
			renewed = true
			c.tokens.drop(tok)
			continue
		}
		return env, err
	}
}

// repeated makes an idempotent request and repeats it, with growing pauses or
// those that the vendor asks for, until it succeeds, is definitely refused, or the
// context is nearly over.
func (c *Client) repeated(ctx context.Context, op string, do func() (envelope, error)) (envelope, error) {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = c.retryAfter
	pause.MaxInterval = 8 * c.retryAfter
	var last error // Retry would return the context's error in its place
	env, err := backoff.Retry(ctx, func() (envelope, error) {
		if err := c.limiter.Wait(ctx); err != nil {
			if last == nil {
				last = &Error{Op: op, Class: ClassNotSent, Err: err}
			}
			return envelope{}, backoff.Permanent(last)
		}
		env, err := do()
		if err == nil {
			return env, nil
		}
		last = err
		e, ok := errors.AsType[*Error](err)
		if !ok || !e.passing() {
			return envelope{}, backoff.Permanent(err)
		}
		if e.RetryAfter > 0 {
			if end, ok := ctx.Deadline(); ok && time.Until(end) <= e.RetryAfter {
				return envelope{}, backoff.Permanent(err)
			}
			return envelope{}, &backoff.RetryAfterError{Duration: e.RetryAfter}
		}
		return envelope{}, err
	}, backoff.WithBackOff(pause), backoff.WithMaxElapsedTime(c.readTimeout), backoff.WithMaxTries(maxTries))
	if err != nil {
		return envelope{}, last
	}
	return env, nil
}

// passing says that a look-up that failed so may work the next time.
func (e *Error) passing() bool {
	switch {
	case errors.Is(e.Err, context.Canceled) || errors.Is(e.Err, context.DeadlineExceeded):
		return false
	case e.HTTPStatus == 0 || e.Class == ClassRateLimited || e.HTTPStatus >= 500 || e.Status >= 500:
		return true
	}
	return errors.Is(e.Err, errCut)
}

// errCut marks an answer whose connection broke before its end.
var errCut = errors.New("the connection broke")

// exchange sends one request once and classifies the answer. It follows no redirect.
// With an error of class NotSent the request certainly never left: first knows, which is told
// when there is a connection, and for orders guards it.
func (c *Client) exchange(req *http.Request, op string, transport http.RoundTripper, first *firstByte) (envelope, error) {
	began := time.Now()
	limit := int64(maxReadAnswer)
	if op == callOrder {
		limit = maxOrderAnswer
	}
	// The transport calls GotConn when a connection is ready – dialled, proxied,
	// encrypted – and given to this request; only then is the first byte of the
	// request written.
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { first.connected() },
	})
	client := http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		e := &Error{Op: op, Class: ClassUnknown, Err: withoutURL(err)}
		if first.keep() {
			e.Class = ClassNotSent
		}
		c.logged(ctx, e, began)
		return envelope{}, e
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	a.body, a.err = io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case a.err != nil && ctx.Err() == nil:
		a.err = fmt.Errorf("%w: %w", errCut, a.err)
	case a.err == nil && int64(len(a.body)) > limit:
		a.err = fmt.Errorf("it is longer than %d bytes", limit)
	}
	env, e := a.classify(op, c.now())
	if e != nil {
		c.logged(ctx, e, began)
		return envelope{}, e
	}
	c.log.LogAttrs(ctx, slog.LevelDebug, "yeastar call", slog.String("call", op), slog.String("outcome", "ok"),
		slog.String("request_id", env.RequestID), slog.Duration("took", time.Since(began)))
	return env, nil
}

func (c *Client) logged(ctx context.Context, e *Error, began time.Time) {
	c.log.LogAttrs(ctx, slog.LevelDebug, "yeastar call", slog.String("call", e.Op), slog.String("outcome", string(e.Class)),
		slog.Int("http_status", e.HTTPStatus), slog.String("code", e.Code),
		slog.String("request_id", e.RequestID), slog.Duration("took", time.Since(began)))
}

func (c *Client) observed(op string, err error, began time.Time) {
	outcome := "ok"
	if err != nil {
		outcome = string(ClassOf(err))
	}
	c.observe(op, outcome, time.Since(began))
}

// misread is the error for a success whose result makes no sense.
func misread(op string, env envelope, err error) error {
	e := &Error{Op: op, Class: ClassUnknown, HTTPStatus: env.HTTP, Status: env.Status, Code: env.Code,
		RequestID: env.RequestID, Result: bounded(env.Result), Err: err}
	if op == callOrder {
		e.Order = namedOrder(env.Result)
	}
	return e
}
