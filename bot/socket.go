package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"golang.org/x/time/rate"

	"renewbot/bot/logs"
	"renewbot/bot/metrics"
)

// sockets is how many connections a process keeps: while Slack replaces one, the other
// one listens.
const sockets = 2

// atOnce bounds how many envelopes are handled at the same time; more wait.
const atOnce = 128

// fatalErrors are the answers of apps.connections.open that no waiting mends.
// https://docs.slack.dev/reference/methods/apps.connections.open
var fatalErrors = []string{
	"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
	"not_allowed_token_type", "missing_scope", "no_permission", "forbidden_team",
}

// fatalSlack says whether err is one of Slack's that people must mend.
func fatalSlack(err error) bool {
	if slices.Contains(fatalErrors, slackError(err)) {
		return true
	}
	// slack-go gives some of them as plain text.
	return err != nil && slices.Contains(fatalErrors, err.Error())
}

// gentle spaces the calls of apps.connections.open: a connection that Slack wants
// replaced is replaced without any delay, so a Slack that ends each one at once must
// not be asked ever faster.
type gentle struct {
	next    *http.Client
	opens   *rate.Limiter
	metrics *metrics.Metrics
}

// Do makes gentle an HTTP client for slack-go.
func (g *gentle) Do(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/apps.connections.open") {
		if err := g.opens.Wait(r.Context()); err != nil {
			return nil, err
		}
	}
	began := time.Now()
	answer, outcome, err := g.do(r)
	g.metrics.SlackCall(path.Base(r.URL.Path), outcome, time.Since(began))
	return answer, err
}

func (g *gentle) do(r *http.Request) (answer *http.Response, outcome string, err error) {
	if answer, err = g.next.Do(r); err != nil {
		return nil, metrics.SlackUnreachable, err
	}
	return named(answer)
}

// connection is one of the process's sockets: a link to Slack, and when Slack replaces
// it or it breaks, another one.
type connection struct {
	bot   *Bot
	up    *atomic.Int32 // counts the links that may get envelopes
	links sync.WaitGroup
	log   *slog.Logger
}

// errSocketModeOff ends the bot: nothing but people mends it.
var errSocketModeOff = errors.New("the app's Socket Mode was switched off in its settings: switch it on and start Renewbot again")

// keep holds one socket open until ctx ends. It returns an error only when people must
// mend something.
func (c *connection) keep(ctx context.Context) error {
	defer c.links.Wait()
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = time.Second, 5*time.Minute
	var old *link // which Slack wants replaced
	for ctx.Err() == nil {
		l, err := c.open(ctx)
		if err != nil {
			if fatalSlack(err) {
				return fmt.Errorf("slack refuses the connection (%w): check SLACK_APP_TOKEN and that Socket Mode is on", err)
			}
			wait := pause.NextBackOff()
			if ctx.Err() == nil {
				c.bot.metrics.Reconnect(metrics.ReconnectNotOpened)
				c.log.Warn("no connection to Slack yet", "error", err, "again_in", wait)
			}
			select {
			case <-time.After(wait):
			case <-ctx.Done():
			}
			continue
		}
		pause.Reset() // how often connections are opened at all is bounded by gentle
		if old != nil {
			old.relieve()
			old = nil
		}
		select {
		case <-l.replace:
			if l.why() == reasonDisabled {
				return errSocketModeOff
			}
			c.bot.metrics.Reconnect(l.why())
			c.log.Debug("Slack replaces a connection", "reason", l.why())
			old = l
		case <-l.ended:
			if ctx.Err() == nil {
				c.bot.metrics.Reconnect(metrics.ReconnectBroken)
				c.log.Warn("the connection to Slack broke off", "error", l.failure)
			}
		case <-ctx.Done():
		}
	}
	return nil
}

// open opens a link that ends by itself, or with ctx.
func (c *connection) open(ctx context.Context) (*link, error) {
	_, url, err := c.bot.api.StartSocketModeContext(ctx)
	if err != nil {
		return nil, err
	}
	l, err := dial(ctx, url, c.envelope)
	if err != nil {
		return nil, err
	}
	ours := c.bot.links.Add(1)
	c.up.Add(1)
	c.links.Go(func() {
		defer c.bot.links.Add(-1)
		defer context.AfterFunc(ctx, l.bye)()
		select {
		case <-l.replace:
		case <-l.ended:
		}
		c.up.Add(-1)
		late := time.AfterFunc(relievedAfter, l.bye)
		defer late.Stop()
		<-l.ended
	})
	c.bot.connected()
	c.bot.metrics.Hello(l.number)
	c.bot.background.start(func(ctx context.Context) { c.compare(ctx, l.number, int(ours)) })
	return l, nil
}

// compare warns when Slack counts more connections than this process has and those that
// it shares the ledger with may have: who else listens gets part of the clicks.
func (c *connection) compare(ctx context.Context, counted, ours int) {
	if counted <= ours {
		c.bot.metrics.Strangers(0)
		return
	}
	processes, err := c.bot.ledger.Processes(ctx)
	if err != nil {
		c.log.WarnContext(ctx, "Slack's count of connections could not be judged", "error", err)
		return
	}
	known := ours + sockets*(processes-1)
	c.bot.metrics.Strangers(max(counted-known, 0))
	if counted > known {
		c.log.WarnContext(ctx, "Slack counts more connections than Renewbot has: another program with the same tokens gets part of the clicks",
			"slack_counts", counted, "ours", ours, "processes", processes)
	}
}

// envelope leads what came over a link to its handler.
func (c *connection) envelope(l *link, f frame) {
	env := newEnvelope(l.ack, f.EnvelopeID, c.log.With("envelope", f.EnvelopeID))
	env.counted(c.bot.metrics, f.Type)
	switch f.Type {
	case "slash_commands":
		handle(c, env, f, func(ctx context.Context, d slack.SlashCommand) { c.bot.slash(ctx, d, env) })
	case "interactive":
		handle(c, env, f, func(ctx context.Context, d slack.InteractionCallback) {
			c.bot.interaction(ctx, d, env)
		})
	case "events_api":
		handle(c, env, f, func(ctx context.Context, d anyEvent) {
			env.ack(nil)
			c.bot.event(ctx, slackevents.EventsAPIEvent(d))
		})
	default:
		env.log.Warn("an envelope of an unknown kind was acked unread", "type", f.Type)
		go env.ack(nil)
	}
}

// anyEvent decodes as slack-go decodes events.
type anyEvent slackevents.EventsAPIEvent

// UnmarshalJSON implements json.Unmarshaler.
func (e *anyEvent) UnmarshalJSON(raw []byte) error {
	// The connection is authenticated, so the deprecated token in it is not looked at.
	parsed, err := slackevents.ParseEvent(raw, slackevents.OptionNoVerifyToken())
	*e = anyEvent(parsed)
	return err
}

// handle runs f for one envelope beside the reading of the link, which must never wait.
// The envelope is acked in time whatever f does.
func handle[T any](c *connection, env *envelope, f frame, do func(context.Context, T)) {
	// Clicks in flight are finished even when the connection goes away: their context
	// ends with the bot, not with the socket.
	started := c.bot.handlers.start(func(ctx context.Context) {
		late := time.AfterFunc(ackBudget, env.late)
		defer late.Stop()
		defer func() {
			if p := recover(); p != nil {
				env.log.ErrorContext(logs.Request(ctx, env.request.Load()), "a handler panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
			env.done()
		}()
		var d T
		if err := json.Unmarshal(f.Payload, &d); err != nil {
			// It is acked, so that nobody waits for it; what was in it is lost.
			env.log.Error("an envelope could not be read", "type", f.Type, "error", err)
			return
		}
		if ic, ok := any(d).(slack.InteractionCallback); ok {
			env.is(string(ic.Type))
		}
		ctx, cancel := context.WithTimeout(logs.With(ctx, slog.String("envelope", env.id)), time.Minute)
		defer cancel()
		if err := c.bot.slots.Acquire(ctx, 1); err != nil {
			return
		}
		defer c.bot.slots.Release(1)
		do(ctx, d)
	})
	if !started {
		go env.ack(nil)
	}
}
