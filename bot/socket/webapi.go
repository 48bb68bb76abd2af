package socket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"renewbot/bot/metrics"
	"renewbot/bot/secure"
)

// Credentials are what an app needs to call Slack.
type Credentials struct {
	BotToken string // xoxb-…
	AppToken string // xapp-…; empty: no connections are opened
	APIURL   string // root of the Web API
}

// WebAPI is Slack's Web API. It retries nothing: whoever calls knows whether a call may be
// repeated. All its calls keep to Slack's limits together; how long a call waits for its
// turn, and who goes first, is in its context: see Urgent, Later and Patient.
type WebAPI struct {
	*slack.Client
	http    *http.Client
	metrics *metrics.Metrics
}

// APIOptions are what a WebAPI is made of.
type APIOptions struct {
	Credentials Credentials
	// OpenGap is how far apart connections are opened in the long run; Slack allows about
	// 50 in a minute.
	OpenGap time.Duration
	// Now is the clock by which Slack's Retry-After ends. Nil: the real one.
	Now func() time.Time
	// Unpaced keeps to no limit before Slack speaks of it, for a simulated Slack that
	// has none.
	Unpaced bool
	Log     *slog.Logger     // must be set
	Metrics *metrics.Metrics // nil: none
}

// NewWebAPI makes a client.
func NewWebAPI(o APIOptions) *WebAPI {
	client := newHTTP(newTransport())
	return &WebAPI{
		Client: slack.New(o.Credentials.BotToken,
			slack.OptionAppLevelToken(o.Credentials.AppToken),
			slack.OptionAPIURL(o.Credentials.APIURL),
			slack.OptionHTTPClient(&rateLimited{
				next: client, root: o.Credentials.APIURL, opens: rate.NewLimiter(rate.Every(o.OpenGap), 2*Connections),
				pacer: newPacer(o.Now, o.Unpaced, o.Metrics), metrics: o.Metrics,
			}),
			slack.OptionLog(debugLog{o.Log}),
		),
		http: client, metrics: o.Metrics,
	}
}

// Bound lets each call take so long, in place of 15 s. It must be called before any call.
func (a *WebAPI) Bound(d time.Duration) { a.http.Timeout = d }

// Respond sends a message to the response_url of a command or a click. The address is a
// secret and in no error.
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
func (a *WebAPI) Respond(ctx context.Context, responseURL string, m *slack.WebhookMessage) error {
	if secure.Address(responseURL, "https") != nil {
		return errRespond
	}
	began, outcome := time.Now(), metrics.SlackOK
	err := slack.PostWebhookCustomHTTPContext(ctx, responseURL, a.http, m)
	if err != nil {
		outcome, err = metrics.SlackRefused, errRespond
	}
	a.metrics.SlackCall("response_url", outcome, time.Since(began))
	return err
}

var errRespond = errors.New("the response_url was refused")

// CloseIdleConnections lets nothing be left open at the end.
func (a *WebAPI) CloseIdleConnections() { a.http.CloseIdleConnections() }

// debugLog lets slack-go's own lines pass at debug level only: it logs what it retries,
// and the bot tells of the rest itself.
type debugLog struct{ log *slog.Logger }

// Output implements slack-go's logger.
func (l debugLog) Output(_ int, s string) error {
	l.log.Debug("slack-go", "line", s)
	return nil
}

// rateLimited makes calls when Slack's limits have room for them. It also spaces those of
// apps.connections.open: a connection that Slack wants replaced is replaced without any
// delay, so a Slack that ends each one at once must not be asked ever faster.
type rateLimited struct {
	next    *http.Client
	root    string // of the Web API; other addresses are those of files
	opens   *rate.Limiter
	pacer   *pacer
	metrics *metrics.Metrics
}

// Do makes rateLimited an HTTP client for slack-go.
func (c *rateLimited) Do(r *http.Request) (*http.Response, error) {
	call := c.counted(r)
	if call.method == "apps.connections.open" {
		if err := c.opens.Wait(r.Context()); err != nil {
			return nil, err
		}
	}
	if err := c.pacer.wait(r.Context(), call); err != nil {
		return nil, err
	}
	began := time.Now()
	answer, outcome, err := c.do(r, call)
	c.metrics.SlackCall(call.method, outcome, time.Since(began))
	return answer, err
}

// counted is countedAs, with one name for all addresses of files.
func (c *rateLimited) counted(r *http.Request) counted {
	switch {
	case strings.HasPrefix(r.URL.String(), c.root):
		return countedAs(r)
	case r.Method == http.MethodGet:
		return counted{methodDownload, methodDownload}
	}
	return counted{methodUpload, methodUpload}
}

func (c *rateLimited) do(r *http.Request, call counted) (answer *http.Response, outcome string, err error) {
	if answer, err = c.next.Do(r); err != nil {
		return nil, metrics.SlackUnreachable, err
	}
	stop := func() { c.pacer.stop(call, mannersOf(r.Context()).urgency, retryAfter(answer.Header)) }
	if answer.StatusCode == http.StatusTooManyRequests {
		stop() // before anybody can call over the same connection
	}
	if call.method == methodDownload || call.method == methodUpload {
		return answer, ofBytes(answer), nil // a file may look like any answer
	}
	answer, outcome, err = withError(answer, call.method)
	if outcome == metrics.SlackRateLimited && answer.StatusCode == http.StatusOK {
		stop()
	}
	return answer, outcome, err
}

// ofBytes is how the transfer of a file's bytes ended.
func ofBytes(answer *http.Response) string {
	switch answer.StatusCode {
	case http.StatusOK:
		return metrics.SlackOK
	case http.StatusTooManyRequests:
		return metrics.SlackRateLimited
	}
	return metrics.SlackRefused
}

// noReason is what an answer is read as that says neither "ok":true nor an error.
const noReason = `{"ok":false,"error":"internal_error"}`

// withError gives an error to an answer that does not say that it went well, nor why it did
// not: slack-go takes {"ok":false}, {} and null for a success with nothing in it, and a
// message that was not found would be posted a second time. It also says how the call
// ended, for the figures. Of a view it leaves the id and the hash: Slack repeats all of it,
// and to read that takes longer than everything else that is done to open one.
func withError(answer *http.Response, method string) (read *http.Response, outcome string, err error) {
	raw, err := readAll(answer)
	_ = answer.Body.Close()
	if err != nil {
		return nil, metrics.SlackUnreachable, fmt.Errorf("read Slack's answer: %w", err)
	}
	var a shownView
	understood := json.Unmarshal(raw, &a) == nil
	if !understood { // whatever follows, as slack-go does it
		a = shownView{}
		understood = json.NewDecoder(bytes.NewReader(raw)).Decode(&a) == nil
	}
	switch {
	case answer.StatusCode == http.StatusTooManyRequests:
		outcome = metrics.SlackRateLimited
	case answer.StatusCode == http.StatusOK && !a.OK && slices.Contains(waitCodes, a.Error):
		outcome = metrics.SlackRateLimited
	case answer.StatusCode != http.StatusOK || !understood:
		outcome = metrics.SlackFailed
	case a.OK:
		outcome = metrics.SlackOK
	default:
		outcome = metrics.SlackRefused
	}
	// The error may be spaces, which slack-go takes for none.
	if answer.StatusCode == http.StatusOK && understood && !a.OK && strings.TrimSpace(a.Error) == "" {
		raw = []byte(noReason)
	}
	if outcome == metrics.SlackOK && strings.HasPrefix(method, "views.") {
		if raw, err = json.Marshal(a); err != nil {
			return nil, metrics.SlackFailed, fmt.Errorf("shorten Slack's answer: %w", err)
		}
	}
	answer.Body = io.NopCloser(bytes.NewReader(raw))
	return answer, outcome, nil
}

// shownView is what is read of an answer about a view; of others it is whether they went well.
type shownView struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
	View  struct {
		ID   string `json:"id"`
		Hash string `json:"hash"`
	} `json:"view"`
}

// readAll reads an answer into as much memory as it says that it needs.
func readAll(answer *http.Response) ([]byte, error) {
	if answer.ContentLength <= 0 || answer.ContentLength > longestAnswer {
		return io.ReadAll(answer.Body)
	}
	raw := make([]byte, answer.ContentLength)
	n, err := io.ReadFull(answer.Body, raw)
	return raw[:n], err
}
