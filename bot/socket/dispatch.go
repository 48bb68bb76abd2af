package socket

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"renewbot/bot/logs"
)

// dispatch leads what came over a link to its handler.
func (c *Client) dispatch(l *Link, f frame, log *slog.Logger) {
	env := newEnvelope(l.ack, f.EnvelopeID, c.ackWithin, log.With("envelope", f.EnvelopeID))
	env.counted(c.metrics, f.Type)
	switch f.Type {
	case "slash_commands":
		handle(c, env, f, func(ctx context.Context, d slack.SlashCommand) { c.handlers.Command(ctx, d, env) })
	case "interactive":
		handle(c, env, f, func(ctx context.Context, d slack.InteractionCallback) {
			c.handlers.Interaction(ctx, d, env)
		})
	case "events_api":
		handle(c, env, f, func(ctx context.Context, d anyEvent) {
			// Acked when it is dealt with: Slack sends it again to a bot that ended before.
			c.handlers.Event(ctx, slackevents.EventsAPIEvent(d))
		})
	default:
		env.log.Warn("an envelope of an unknown kind was acked unread", "type", f.Type)
		go env.Ack(nil)
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
func handle[T any](c *Client, env *Envelope, f frame, do func(context.Context, T)) {
	// Clicks in flight are finished even when the connection goes away: their context
	// ends with the bot, not with the socket.
	started := c.handling.Start(func(ctx context.Context) {
		late := time.AfterFunc(env.budget, env.late)
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
			env.setType(string(ic.Type))
		}
		ctx, cancel := context.WithTimeout(logs.With(ctx, slog.String("envelope", env.id)), time.Minute)
		defer cancel()
		if err := c.slots.Acquire(ctx, 1); err != nil {
			return
		}
		defer c.slots.Release(1)
		do(ctx, d)
	})
	if !started {
		go env.Ack(nil)
	}
}
