package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
	"golang.org/x/time/rate"
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

// gentle spaces the calls of apps.connections.open: after some disconnects slack-go
// asks for the next connection without any delay.
type gentle struct {
	next  *http.Client
	opens *rate.Limiter
}

// Do makes gentle an HTTP client for slack-go.
func (g *gentle) Do(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/apps.connections.open") {
		if err := g.opens.Wait(r.Context()); err != nil {
			return nil, err
		}
	}
	return g.next.Do(r)
}

// connection is one of the process's sockets.
type connection struct {
	bot  *Bot
	up   *atomic.Int32 // counts the sockets that said hello
	live bool
	log  *slog.Logger
}

// keep holds one socket open until ctx ends. It returns an error only when people must
// mend something.
func (c *connection) keep(ctx context.Context) error {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = time.Second, 5*time.Minute
	for ctx.Err() == nil {
		began := time.Now()
		err := c.run(ctx)
		c.down()
		if ctx.Err() != nil {
			break
		}
		if fatalSlack(err) {
			return fmt.Errorf("slack refuses the connection (%w): check SLACK_APP_TOKEN and that Socket Mode is on", err)
		}
		if time.Since(began) > time.Minute {
			pause.Reset()
		}
		wait := pause.NextBackOff()
		c.log.Warn("the connection to Slack ended", "error", err, "again_in", wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
	return nil //nolint:nilerr // what ended the connection then was the bot's own end
}

// run opens one connection and handles what comes over it until it fails for good.
func (c *connection) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	sm := socketmode.New(c.bot.api)
	var failure error
	ended := make(chan struct{})
	go func() { failure = sm.RunContext(ctx); close(ended) }()
	defer func() {
		cancel()
		// Whoever stops reading Events while the client still sends blocks it for ever.
		for {
			select {
			case <-sm.Events:
			case <-ended:
				return
			}
		}
	}()
	for {
		select {
		case <-ended:
			return failure
		case e := <-sm.Events:
			if err := c.event(ctx, sm, e); err != nil {
				return err
			}
		}
	}
}

func (c *connection) event(ctx context.Context, sm *socketmode.Client, e socketmode.Event) error {
	switch d := e.Data.(type) {
	case slack.SlashCommand:
		c.handle(sm, e, func(ctx context.Context, env *envelope) { c.bot.slash(ctx, d, env) })
	case slack.InteractionCallback:
		c.handle(sm, e, func(ctx context.Context, env *envelope) { c.bot.interaction(ctx, d, env) })
	case slackevents.EventsAPIEvent:
		c.handle(sm, e, func(ctx context.Context, env *envelope) {
			env.ack(nil)
			c.bot.event(ctx, d)
		})
	case *slack.ConnectionErrorEvent:
		c.down()
		if fatalSlack(d.ErrorObj) {
			return d.ErrorObj
		}
		c.log.Warn("no connection to Slack yet", "attempt", d.Attempt, "again_in", d.Backoff, "error", d.ErrorObj)
	case *slack.ConnectingEvent:
		c.down()
	case *socketmode.ErrorBadMessage:
		c.unreadable(sm, d.Message, d.Cause)
	case *socketmode.ErrorWriteFailed:
		c.log.Error("a frame could not be sent to Slack", "error", d.Cause)
	case *slack.IncomingEventError:
		if ctx.Err() == nil {
			c.log.Warn("the connection to Slack broke off", "error", d.ErrorObj)
		}
	default:
		switch {
		case e.Type == socketmode.EventTypeHello:
			c.hello(e)
		case e.Request != nil && e.Request.EnvelopeID != "":
			c.log.Warn("an envelope of an unknown kind was acked unread", "type", e.Type)
			newEnvelope(sm, e.Request.EnvelopeID, c.log).ack(nil)
		}
	}
	return nil
}

func (c *connection) hello(e socketmode.Event) {
	if !c.live {
		c.live = true
		c.up.Add(1)
		c.bot.connected()
	}
	if e.Request != nil && e.Request.NumConnections > sockets {
		c.log.Warn("Slack counts more connections than this process has: another process with the same tokens gets part of the clicks",
			"slack_counts", e.Request.NumConnections, "ours", sockets)
	}
}

func (c *connection) down() {
	if c.live {
		c.live = false
		c.up.Add(-1)
	}
}

// unreadable acks an envelope that slack-go could not decode, so that nobody waits
// for it; what was in it is lost, so it is an error.
func (c *connection) unreadable(sm *socketmode.Client, raw json.RawMessage, cause error) {
	var head struct {
		ID   string `json:"envelope_id"`
		Type string `json:"type"`
	}
	if json.Unmarshal(raw, &head) == nil && head.ID != "" {
		newEnvelope(sm, head.ID, c.log).ack(nil)
	}
	c.log.Error("an envelope could not be read", "type", head.Type, "error", cause)
}

// handle runs f for one envelope beside the reading loop, which must never wait. The
// envelope is acked in time whatever f does.
func (c *connection) handle(sm *socketmode.Client, e socketmode.Event, f func(context.Context, *envelope)) {
	if e.Request == nil {
		return
	}
	env := newEnvelope(sm, e.Request.EnvelopeID, c.log)
	// Clicks in flight are finished even when the connection goes away: their context
	// ends with the bot, not with the socket.
	started := c.bot.handlers.start(func(ctx context.Context) {
		late := time.AfterFunc(ackBudget, func() { env.ack(nil) })
		defer late.Stop()
		defer func() {
			if p := recover(); p != nil {
				c.log.Error("a handler panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
			env.ack(nil)
		}()
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if err := c.bot.slots.Acquire(ctx, 1); err != nil {
			return
		}
		defer c.bot.slots.Release(1)
		f(ctx, env)
	})
	if !started {
		env.ack(nil)
	}
}
