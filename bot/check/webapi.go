package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"renewbot/bot/secure"
)

// maxAnswer bounds an answer of Slack's, in bytes.
const maxAnswer = 8 << 20

// webAPI asks Slack. It is not slack-go's client because the headers of the answers are
// wanted: they tell the scopes and the time.
type webAPI struct {
	root    string // ends with a slash
	client  *http.Client
	timeout time.Duration // of one call, with its repeats
	now     func() time.Time
}

func newWebAPI(root string, timeout time.Duration, now func() time.Time) *webAPI {
	return &webAPI{root: root, timeout: timeout, now: now, client: &http.Client{
		Transport:     secure.Transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (a *webAPI) close() { a.client.CloseIdleConnections() }

// host is Slack's name in what people read.
func (a *webAPI) host() string { return hostOf(a.root) }

// refusal is an answer that says no.
// https://docs.slack.dev/apis/web-api/#responses
type refusal struct {
	method, code, needed string
}

// Error implements error.
func (r *refusal) Error() string {
	if r.needed != "" {
		return fmt.Sprintf("Slack answers %s with %s (%s)", r.method, r.code, r.needed)
	}
	return fmt.Sprintf("Slack answers %s with %s", r.method, r.code)
}

// codeOf is Slack's error code in err, or "".
func codeOf(err error) string {
	var r *refusal
	if errors.As(err, &r) {
		return r.code
	}
	return ""
}

// head is what every call learns beside its answer.
type head struct {
	http.Header
	asked, answered time.Time // by our clock
}

// call makes one call of the Web API, reads its answer into v, and waits when Slack asks
// for patience.
func (a *webAPI) call(ctx context.Context, token, method string, args url.Values, v any) (head, error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	for {
		h, wait, err := a.once(ctx, token, method, args, v)
		if wait == 0 {
			return h, err
		}
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
			return h, err
		}
		patience := time.NewTimer(wait)
		select {
		case <-patience.C:
		case <-ctx.Done():
			patience.Stop()
			return h, err
		}
	}
}

// once makes one request. A wait above zero says when to ask again.
func (a *webAPI) once(ctx context.Context, token, method string, args url.Values, v any) (h head, wait time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.root+method, strings.NewReader(args.Encode()))
	if err != nil {
		return h, 0, fmt.Errorf("make the request: %w", withoutURL(err))
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	h.asked = a.now()
	answer, err := a.client.Do(req)
	if err != nil {
		return h, 0, fmt.Errorf("ask Slack: %w", withoutURL(err))
	}
	defer answer.Body.Close()
	h.answered, h.Header = a.now(), answer.Header
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return h, 0, fmt.Errorf("read Slack's answer: %w", err)
	}
	switch {
	case answer.StatusCode == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
		return h, max(time.Duration(seconds)*time.Second, time.Second), &refusal{method: method, code: "ratelimited"}
	case answer.StatusCode != http.StatusOK:
		return h, 0, fmt.Errorf("Slack answers %s with HTTP status %d", method, answer.StatusCode) //nolint:staticcheck // ST1005: Slack is a name
	}
	return h, 0, read(raw, method, v)
}

// read reads an answer into v.
func read(raw []byte, method string, v any) error {
	var said struct {
		OK     bool   `json:"ok"`
		Error  string `json:"error"`
		Needed string `json:"needed"` // scopes
	}
	if err := json.Unmarshal(raw, &said); err != nil {
		return fmt.Errorf("what answers %s is not Slack: the answer is not JSON", method)
	}
	if !said.OK {
		if said.Error == "" {
			said.Error = "no reason"
		}
		return &refusal{method, said.Error, said.Needed}
	}
	if v == nil {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("read the answer of %s: %w", method, err)
	}
	return nil
}
