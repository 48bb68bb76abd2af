package socket

import (
	"bytes"
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
		handle(c, env, f, func(ctx context.Context, d interaction) {
			c.handlers.Interaction(ctx, slack.InteractionCallback(d), env)
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

// interaction decodes as slack-go decodes interactions, but for a menu that asks for choices: of
// the view that the menu is in, nothing is needed but what stands beside the blocks, and to
// make them takes longer than to find the choices.
type interaction slack.InteractionCallback

// asksForChoices stands in the payload of a menu that asks for choices.
const asksForChoices = `"type":"block_suggestion"`

// UnmarshalJSON implements json.Unmarshaler.
func (i *interaction) UnmarshalJSON(raw []byte) error {
	whole := func() error { return json.Unmarshal(raw, (*slack.InteractionCallback)(i)) }
	if !bytes.Contains(raw, []byte(asksForChoices)) {
		return whole()
	}
	var asked struct {
		Type      slack.InteractionType `json:"type"`
		User      slack.User            `json:"user"`
		Container slack.Container       `json:"container"`
		ActionID  string                `json:"action_id"`
		BlockID   string                `json:"block_id"`
		Value     string                `json:"value"`
		View      struct {
			ID              string `json:"id"`
			CallbackID      string `json:"callback_id"`
			PrivateMetadata string `json:"private_metadata"`
		} `json:"view"`
	}
	if json.Unmarshal(raw, &asked) != nil || asked.Type != slack.InteractionTypeBlockSuggestion {
		return whole()
	}
	*i = interaction{
		Type: asked.Type, User: asked.User, Container: asked.Container,
		ActionID: asked.ActionID, BlockID: asked.BlockID, Value: asked.Value,
		View: slack.View{ID: asked.View.ID, CallbackID: asked.View.CallbackID, PrivateMetadata: asked.View.PrivateMetadata},
	}
	return nil
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
		if ic, ok := any(d).(interaction); ok {
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
