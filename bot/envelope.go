package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
)

const (
	// ackBudget is how long after its arrival an envelope is acked at the latest.
	// Slack gives up 3 s after sending it.
	ackBudget = 2500 * time.Millisecond
	// sendTimeout bounds the sending of an ack.
	sendTimeout = 2 * time.Second
)

// envelope is one delivery of Slack's that must be acked once.
type envelope struct {
	id    string
	send  func(ctx context.Context, id string, payload any) error
	log   *slog.Logger
	acked atomic.Bool
}

func newEnvelope(send func(context.Context, string, any) error, id string, log *slog.Logger) *envelope {
	return &envelope{id: id, send: send, log: log}
}

// ack answers the envelope. Only the first call sends anything; it says whether this
// one did.
func (e *envelope) ack(payload any) bool {
	if !e.acked.CompareAndSwap(false, true) {
		return false
	}
	// Not the handler's context: an ack is due whatever became of the handler.
	ctx, cancel := context.WithTimeout(context.Background(), sendTimeout)
	defer cancel()
	if err := e.send(ctx, e.id, payload); err != nil {
		e.log.Error("an ack was not sent", "error", err)
		return false
	}
	return true
}

// person is somebody who did something, and the ways to answer them alone.
type person struct {
	id          string
	channel     string // where they did it; may be a direct message or empty
	thread      string // the thread in it, if any
	responseURL string
	env         *envelope
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
	if p.command && p.env.ack(ephemeral{"ephemeral", m.Text, m.Blocks}) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTimeout)
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
	if p.responseURL != "" && checkAddress(p.responseURL, "https") == nil {
		err := slack.PostWebhookCustomHTTPContext(ctx, p.responseURL, b.http, &slack.WebhookMessage{
			Text: m.Text, Blocks: &slack.Blocks{BlockSet: m.Blocks}, ResponseType: slack.ResponseTypeEphemeral,
		})
		if err == nil {
			return
		}
		errs = append(errs, errors.New("the response_url was refused")) // the address is a secret
	}
	_, _, err := b.api.PostMessageContext(ctx, p.id, slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks...))
	if err != nil {
		b.log.ErrorContext(ctx, "could not answer a person", "user", p.id, "error", errors.Join(append(errs, err)...))
	}
}

// say is tell with one sentence.
func (b *Bot) say(ctx context.Context, p person, sentence string) {
	b.tell(ctx, p, blocks.Plain(sentence))
}
