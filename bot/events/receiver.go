package events

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/secure"
)

const (
	// DefaultTimeout bounds a try, from the look-up of the name to the end of the answer.
	DefaultTimeout = 10 * time.Second
	// maxAnswer and maxHeader bound what is read of an answer, in bytes. Nothing of it is
	// kept but its status.
	maxAnswer = 64 << 10
	maxHeader = 64 << 10
	userAgent = "Renewbot"
)

// Receiver is whoever gets events. Make it with NewReceiver.
type Receiver struct {
	address *url.URL
	key     []byte
	client  *http.Client
}

// NewReceiver makes a receiver; a zero timeout is DefaultTimeout.
func NewReceiver(c config.Events, timeout time.Duration) (*Receiver, error) {
	address, err := url.Parse(c.URL.Reveal())
	if err != nil {
		return nil, errors.New("RENEW_EVENTS_URL is not a URL") // the cause would show it
	}
	key, err := secure.WebhookKey(c.Secret.Reveal())
	if err != nil {
		return nil, fmt.Errorf("RENEW_EVENTS_SECRET %w", err)
	}
	t := secure.PublicTransport()
	if c.Private {
		t = secure.Transport()
	}
	t.DisableKeepAlives = true // events are few, and each connection is looked at anew
	t.MaxResponseHeaderBytes = maxHeader
	return &Receiver{address: address, key: key, client: &http.Client{
		Transport: t, Timeout: cmp.Or(timeout, DefaultTimeout),
		// It would lead past the rules for addresses, and take a signed event to somebody else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Host is the receiver's host, which is no secret.
func (r *Receiver) Host() string { return r.address.Host }

// Timeout bounds a try.
func (r *Receiver) Timeout() time.Duration { return r.client.Timeout }

// Reach connects to the receiver by the rules for addresses and sends nothing. Behind a
// proxy only the proxy could tell, and nothing is tried.
func (r *Receiver) Reach(ctx context.Context) error {
	t, ok := r.client.Transport.(*http.Transport)
	if !ok || t.Proxy != nil {
		return nil
	}
	port := cmp.Or(r.address.Port(), map[string]string{"http": "80", "https": "443"}[r.address.Scheme])
	ctx, cancel := context.WithTimeout(ctx, r.Timeout())
	defer cancel()
	c, err := t.DialContext(ctx, "tcp", net.JoinHostPort(r.address.Hostname(), port))
	if err != nil {
		return err
	}
	return c.Close()
}

// Test sends an event that tells nothing but that events arrive.
func (r *Receiver) Test(ctx context.Context, now time.Time) error {
	return r.Post(ctx, ledger.Outgoing{ID: rand.Text(), Type: "test", Subject: "test", At: now.UTC(), Data: []byte(`{}`)}, now)
}

// Post sends a notice once. The error is a *Refusal when the receiver answered and does not
// have it for certain; no error shows the address.
func (r *Receiver) Post(ctx context.Context, n ledger.Outgoing, now time.Time) error {
	body, err := encode(n)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.address.String(), bytes.NewReader(body))
	if err != nil {
		return withoutURL(err)
	}
	at := strconv.FormatInt(now.Unix(), 10)
	request.Header = http.Header{
		"Content-Type": {mediaType}, "User-Agent": {userAgent},
		"Webhook-Id": {n.ID}, "Webhook-Timestamp": {at}, "Webhook-Signature": {sign(r.key, n.ID, at, body)},
	}
	answer, err := r.client.Do(request)
	if err != nil {
		return withoutURL(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 == 2 {
		return nil // whatever its body says, or does not
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer)) // some receivers take a closed connection for a failure
	return &Refusal{Status: answer.StatusCode, after: retryAfter(answer.Header)}
}

// sign is the signature of Standard Webhooks, version 1.
func sign(key []byte, id, at string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", id, at, body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Refusal is an answer that is no success.
type Refusal struct {
	Status int
	after  time.Duration
}

func (r *Refusal) Error() string {
	if r.Status/100 == 3 {
		return fmt.Sprintf("the receiver answered with a redirect (%d), which is not followed", r.Status)
	}
	return fmt.Sprintf("the receiver answered %d", r.Status)
}

// Gone says whether the receiver wants no more events.
func (r *Refusal) Gone() bool { return r.Status == http.StatusGone }

// retryAfter is for how long the receiver asks to wait; 0: it asks for nothing.
func (r *Refusal) retryAfter() time.Duration {
	if r == nil {
		return 0
	}
	return r.after
}

func retryAfter(h http.Header) time.Duration {
	n, err := strconv.ParseUint(h.Get("Retry-After"), 10, 31)
	if err != nil {
		return 0 // a date, or nothing: our own pauses serve
	}
	return time.Duration(n) * time.Second
}

// withoutURL drops the address from an error of net/http: it may hold a secret.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return fmt.Errorf("the receiver was not reached: %w", u.Err)
	}
	return errors.New("the receiver was not reached")
}
