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

// interaction decodes as slack-go decodes interactions, but for what was drawn: of the message in which
// somebody clicked nothing is needed, and of a view's blocks their kinds and names. To make them takes
// longer than everything that is done about a click. Of a menu that asks for choices nothing
// is needed of its view but what stands beside blocks and inputs.
type interaction slack.InteractionCallback

// asksForChoices stands in the payload of a menu that asks for choices.
const asksForChoices = `"type":"block_suggestion"`

// UnmarshalJSON implements json.Unmarshaler.
func (i *interaction) UnmarshalJSON(raw []byte) error {
	if !bytes.Contains(raw, []byte(asksForChoices)) {
		return i.read(raw)
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
		return i.read(raw)
	}
	*i = interaction{
		Type: asked.Type, User: asked.User, Container: asked.Container,
		ActionID: asked.ActionID, BlockID: asked.BlockID, Value: asked.Value,
		View: slack.View{ID: asked.View.ID, CallbackID: asked.View.CallbackID, PrivateMetadata: asked.View.PrivateMetadata},
	}
	return nil
}

// read is UnmarshalJSON for everything but choices.
func (i *interaction) read(raw []byte) error {
	type whole slack.InteractionCallback // which decodes no messages and views, as those below come first
	seen := struct {
		Type slack.InteractionType `json:"type"`
		*whole
		Message         unread `json:"message"`
		OriginalMessage unread `json:"original_message"`
		View            struct {
			slack.View
			Blocks json.RawMessage `json:"blocks"`
		} `json:"view"`
	}{whole: (*whole)(i)}
	if err := json.Unmarshal(raw, &seen); err != nil {
		return err
	}
	i.Type, i.View = seen.Type, seen.View.View
	var blocks []outline
	if drawn := seen.View.Blocks; len(drawn) > 0 && string(drawn) != "{}" {
		if err := json.Unmarshal(drawn, &blocks); err != nil {
			return err
		}
	}
	for _, b := range blocks {
		i.View.Blocks.BlockSet = append(i.View.Blocks.BlockSet, b)
	}
	if i.Type == slack.InteractionTypeBlockActions && len(i.RawState) > 0 {
		return json.Unmarshal(i.RawState, &i.BlockActionState)
	}
	return nil
}

// unread is a value that is not looked at.
type unread struct{}

// UnmarshalJSON takes any value.
func (*unread) UnmarshalJSON([]byte) error { return nil }

// outline is of what kind a block is, and its name.
type outline struct {
	Kind slack.MessageBlockType `json:"type"`
	Name string                 `json:"block_id"`
}

// BlockType implements slack.Block.
func (o outline) BlockType() slack.MessageBlockType { return o.Kind }

// ID implements slack.Block.
func (o outline) ID() string { return o.Name }

// anyEvent decodes as slack-go decodes events.
type anyEvent slackevents.EventsAPIEvent

// UnmarshalJSON implements json.Unmarshaler.
func (e *anyEvent) UnmarshalJSON(raw []byte) error {
	// The connection is authenticated, so the deprecated token in it is not looked at.
	parsed, err := slackevents.ParseEvent(raw, slackevents.OptionNoVerifyToken())
	*e = anyEvent(parsed)
	return err
}

// decode decodes a part of a frame. It is valid JSON, as the frame was, and what decodes itself need not
// have it checked once more.
func decode(raw []byte, into any) error {
	if itself, ok := into.(json.Unmarshaler); ok {
		return itself.UnmarshalJSON(raw)
	}
	return json.Unmarshal(raw, into)
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
		if err := decode(f.Payload, &d); err != nil {
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
