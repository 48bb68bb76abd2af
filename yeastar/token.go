package yeastar

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"
)

const (
	tokenPath = "/auth/openapi/v1/oauth/token"
	callToken = "token"

	// A token is renewed this long before its end.
	tokenMargin = time.Minute
	// However short a token lives, it serves this long, so that an odd answer does
	// not make every call ask for one.
	tokenFloor = 10 * time.Second
	// The life of a token whose answer does not say it; the documented one is 30
	// minutes.
	tokenLifeUnsaid = 5 * time.Minute
	// An order is posted with a token that has at least this long to live.
	orderTokenLife = 3 * time.Minute
)

// token is an access token and the times by our clock.
type token struct {
	oauth2.Token           // Expiry is the vendor's end of it
	renew        time.Time // from here on it is not used any more
}

// tokens is the one access token of the process. It asks for one at a time, and
// whoever waits for it shares the answer.
type tokens struct {
	now func() time.Time
	ask func() (token, error) // bounded in time by itself

	flight  singleflight.Group
	mu      sync.Mutex
	current *token
}

// get is a token that has at least the given time left, if the vendor grants any
// that long. A context that ends makes its own caller leave and nobody else: the
// request goes on for the others.
func (s *tokens) get(ctx context.Context, left time.Duration) (*oauth2.Token, error) {
	if err := ctx.Err(); err != nil {
		return nil, &Error{Op: callToken, Class: ClassNotSent, Err: err}
	}
	if t := s.cached(left); t != nil {
		return t, nil
	}
	ch := s.flight.DoChan("", func() (any, error) {
		// Another flight may have landed between the look above and this one.
		if t := s.cached(left); t != nil {
			return t, nil
		}
		t, err := s.ask()
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		s.current = &t
		s.mu.Unlock()
		return &t.Token, nil
	})
	select {
	case <-ctx.Done():
		return nil, &Error{Op: callToken, Class: ClassUnknown, Err: ctx.Err()}
	case r := <-ch:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*oauth2.Token), nil
	}
}

func (s *tokens) cached(left time.Duration) *oauth2.Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if s.current == nil || !now.Before(s.current.renew) || (left > 0 && s.current.Expiry.Sub(now) < left) {
		return nil
	}
	return &s.current.Token
}

// drop forgets a token that was refused, unless it was replaced meanwhile.
func (s *tokens) drop(t *oauth2.Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && t != nil && s.current.AccessToken == t.AccessToken {
		s.current = nil
	}
}

// source is the token source of one request. The token is got before the request
// is begun, so that a failure to get it cannot be mistaken for one of the request.
func source(t *oauth2.Token) oauth2.TokenSource { return oauth2.StaticTokenSource(t) }

// askForToken asks for a token by the vendor's own grant.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/request-access-token.html
func (c *Client) askForToken(id, secret string) (t token, err error) {
	began := time.Now()
	defer func() { c.observed(callToken, err, began) }()
	form := url.Values{"client_id": {id}, "client_secret": {secret}, "grant_type": {"pp_credentials"}}.Encode()
	ctx, cancel := context.WithTimeout(context.Background(), c.readTimeout)
	defer cancel()

	var asked time.Time
	env, err := c.repeated(ctx, callToken, func() (envelope, error) {
		asked = c.now()
		req, err := c.request(ctx, http.MethodPost, tokenPath, strings.NewReader(form))
		if err != nil {
			return envelope{}, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return c.exchange(req, callToken, c.transport, new(firstByte))
	})
	if err != nil {
		return token{}, err
	}
	t, err = readToken(env, asked)
	if err != nil {
		return token{}, misread(callToken, env, err)
	}
	return t, nil
}

func readToken(env envelope, asked time.Time) (token, error) {
	o, ok := asObject(env.Result)
	if !ok {
		return token{}, errors.New("the answer has no token")
	}
	value := o.text("token")
	if value == "" || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return token{}, errors.New("the answer has no usable token")
	}
	head := o.text("tokenHead")
	if head == "" || strings.ContainsFunc(head, func(r rune) bool { return r <= ' ' || r > '~' }) {
		head = "Bearer"
	}
	life := tokenLifeUnsaid
	if n, err := strconv.ParseInt(o.text("expiresIn"), 10, 32); err == nil && n >= 0 {
		life = time.Duration(n) * time.Second
	}
	return token{
		Token: oauth2.Token{AccessToken: value, TokenType: head, Expiry: asked.Add(life)},
		renew: asked.Add(max(life-tokenMargin, tokenFloor)),
	}, nil
}
