package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

// tellTimeout bounds the telling of somebody.
const tellTimeout = 2 * time.Second

// person is somebody who did something, and the ways to answer them alone.
type person struct {
	id          string
	channel     string // where they did it; may be a direct message or empty
	thread      string // the thread in it, if any
	responseURL string
	env         *socket.Envelope
	// command says that an ack may carry the answer.
	command bool
}

// ephemeral is an answer to a command, in the ack or over its response_url.
type ephemeral struct {
	ResponseType string        `json:"response_type"`
	Text         string        `json:"text"`
	Blocks       []slack.Block `json:"blocks,omitempty"`
}

// tell shows a message to a person alone. It tries the ways there are until one works;
// losing it is logged, as such messages never carry anything that is not kept elsewhere.
func (b *Bot) tell(ctx context.Context, p person, m blocks.Message) {
	if p.command && p.env.Ack(ephemeral{"ephemeral", m.Text, m.Blocks}) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellTimeout)
	defer cancel()
	errs := []error{errors.New("nowhere to answer")}
	if p.channel != "" && !p.command {
		options := []slack.MsgOption{slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...)}
		if p.thread != "" {
			options = append(options, slack.MsgOptionTS(p.thread))
		}
		_, err := b.api.PostEphemeralContext(ctx, p.channel, p.id, options...)
		if err == nil {
			return
		}
		errs = append(errs, err)
	}
	if p.responseURL != "" {
		err := b.api.Respond(ctx, p.responseURL, &slack.WebhookMessage{
			Text: m.Text, Blocks: &slack.Blocks{BlockSet: m.Blocks}, ResponseType: slack.ResponseTypeEphemeral,
		})
		if err == nil {
			return
		}
		errs = append(errs, err)
	}
	_, _, err := b.api.PostMessageContext(ctx, p.id, slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...))
	if err != nil {
		b.log.ErrorContext(ctx, "could not answer a person", "user", p.id, "error", errors.Join(append(errs, err)...))
	}
}

// say is tell with one sentence.
func (b *Bot) say(ctx context.Context, p person, sentence string) {
	b.tell(ctx, p, blocks.Answer(renewal.Say(sentence)))
}

// sorry tells a person that something of ours failed, and what that means for orders.
func (b *Bot) sorry(ctx context.Context, p person, what string, err error) {
	b.log.ErrorContext(ctx, "could not "+what, "error", err)
	b.say(ctx, p, fmt.Sprintf("Sorry, I could not %s just now. Nothing was changed and nothing was ordered by this. Please try again in a moment.", what))
}
