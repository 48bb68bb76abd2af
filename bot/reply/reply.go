// Package reply answers one person alone, in whichever way is open: in the ack, beside what they
// did, or by a direct message, and in views that they open. What it says is not kept: it never
// carries anything that stands nowhere else.
package reply

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

// tellTimeout bounds the telling of somebody.
const tellTimeout = 2 * time.Second

// Person is somebody who did something, and the ways to answer them alone.
type Person struct {
	ID          string
	Channel     string // where they did it; may be a direct message or empty
	Thread      string // the thread in it, if any
	ResponseURL string
	Trigger     string // lets a view be opened within three seconds, and is another one for each click
	Env         *socket.Envelope
	// Command says that an ack may carry the answer.
	Command bool
	// Under is the private metadata of the modal in which they clicked; a view that they open lies upon it.
	// Empty: they did it elsewhere.
	Under string
}

// Clicked is who clicked in a message or a view.
func Clicked(ic slack.InteractionCallback, env *socket.Envelope) Person {
	p := Person{
		ID: ic.User.ID, Channel: ic.Container.ChannelID, Thread: ic.Container.ThreadTs, ResponseURL: ic.ResponseURL,
		Trigger: ic.TriggerID, Env: env,
	}
	if ic.Type == slack.InteractionTypeBlockActions && ic.View.CallbackID == blocks.CallbackList {
		p.Under = ic.View.PrivateMetadata
	}
	return p
}

// Replies answer people. Make them with New.
type Replies struct {
	api    *socket.WebAPI
	log    *slog.Logger
	within time.Duration
	opened func(click string)
}

// Within is how long after a click or a command a view is opened, and it is answered, at the latest.
func (r *Replies) Within() time.Duration { return r.within }

// New returns replies over Slack's Web API; a view is opened within the given time, and opened hears of
// the click that has opened it.
func New(api *socket.WebAPI, log *slog.Logger, within time.Duration, opened func(click string)) *Replies {
	return &Replies{api: api, log: log, within: within, opened: opened}
}

// ephemeral is an answer to a command, in the ack or over its response_url.
type ephemeral struct {
	ResponseType string        `json:"response_type"`
	Text         string        `json:"text"`
	Blocks       []slack.Block `json:"blocks,omitempty"`
}

// Tell shows a message to a person alone. It tries the ways there are until one works;
// losing it is logged, as such messages never carry anything that is not kept elsewhere.
func (r *Replies) Tell(ctx context.Context, p Person, m blocks.Message) {
	if p.Command && p.Env.Ack(ephemeral{"ephemeral", m.Text, m.Blocks}) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellTimeout)
	defer cancel()
	errs := []error{errors.New("nowhere to answer")}
	if p.Channel != "" && !p.Command {
		options := []slack.MsgOption{slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...)}
		if p.Thread != "" {
			options = append(options, slack.MsgOptionTS(p.Thread))
		}
		_, err := r.api.PostEphemeralContext(ctx, p.Channel, p.ID, options...)
		if err == nil {
			return
		}
		errs = append(errs, err)
	}
	if p.ResponseURL != "" {
		err := r.api.Respond(ctx, p.ResponseURL, &slack.WebhookMessage{
			Text: m.Text, Blocks: &slack.Blocks{BlockSet: m.Blocks}, ResponseType: slack.ResponseTypeEphemeral,
		})
		if err == nil {
			return
		}
		errs = append(errs, err)
	}
	_, _, err := r.api.PostMessageContext(ctx, p.ID, slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...))
	if err != nil {
		r.log.ErrorContext(ctx, "could not answer a person", "user", p.ID, "error", errors.Join(append(errs, err)...))
	}
}

// Say is Tell with one sentence.
func (r *Replies) Say(ctx context.Context, p Person, sentence string) {
	r.Tell(ctx, p, blocks.Answer(renewal.Say(sentence)))
}

// Sorry tells a person that something of ours failed, and what that means for orders.
func (r *Replies) Sorry(ctx context.Context, p Person, what string, err error) {
	r.log.ErrorContext(ctx, "could not "+what, "error", err)
	r.Say(ctx, p, fmt.Sprintf("Sorry, I could not %s just now. Nothing was changed and nothing was ordered by this. Please try again in a moment.", what))
}

// Replace shows a message where the person's response_url points to, in place of the one that
// they clicked in or as a new one.
func (r *Replies) Replace(ctx context.Context, p Person, m blocks.Message, original bool) {
	err := r.api.Respond(ctx, p.ResponseURL, &slack.WebhookMessage{
		Text: m.Text, Blocks: &slack.Blocks{BlockSet: m.Blocks}, ResponseType: slack.ResponseTypeEphemeral, ReplaceOriginal: original,
	})
	if err != nil {
		r.Tell(ctx, p, m)
	}
}
