package bot

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/logs"
	"renewbot/bot/metrics"
	"renewbot/bot/renewal"
	"renewbot/bot/secure"
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
	id      string
	send    func(ctx context.Context, id string, payload any) error
	log     *slog.Logger
	acked   atomic.Bool
	metrics *metrics.Metrics
	typ     atomic.Pointer[string] // Slack's type of the envelope, or of the interaction in it
	request atomic.Int64           // that it concerns, for the log; 0: none, or not known yet
	arrived time.Time
}

func newEnvelope(send func(context.Context, string, any) error, id string, log *slog.Logger) *envelope {
	e := &envelope{id: id, send: send, log: log, arrived: time.Now()}
	e.is("")
	return e
}

// is says more exactly what came in the envelope.
func (e *envelope) is(typ string) { e.typ.Store(&typ) }

// concerns says which request the envelope is about.
func (e *envelope) concerns(ctx context.Context, request int64) context.Context {
	e.request.Store(request)
	return logs.Request(ctx, request)
}

// counted lets figures be kept of the envelope.
func (e *envelope) counted(m *metrics.Metrics, typ string) {
	e.metrics = m
	e.is(typ)
	m.Envelope(typ)
}

// ack answers the envelope. Only the first call sends anything; it says whether this
// one did.
func (e *envelope) ack(payload any) bool { return e.answer(payload, metrics.AckSent) }

// late acks the envelope when nobody else has done so in time.
func (e *envelope) late() { e.answer(e.nothing(), metrics.AckAutomatic) }

// done acks the envelope when its handler has not done so.
func (e *envelope) done() { e.ack(e.nothing()) }

// nothing is the payload of an ack that says nothing. A menu that waits for its choices
// takes no ack without any: it gets an empty list.
func (e *envelope) nothing() any {
	if *e.typ.Load() == string(slack.InteractionTypeBlockSuggestion) {
		return blocks.ContactOptions(nil)
	}
	return nil
}

func (e *envelope) answer(payload any, outcome string) bool {
	if !e.acked.CompareAndSwap(false, true) {
		return false
	}
	// Not the handler's context: an ack is due whatever became of the handler.
	ctx, cancel := context.WithTimeout(context.Background(), sendTimeout)
	defer cancel()
	err := e.send(ctx, e.id, payload)
	if err != nil {
		outcome = metrics.AckFailed
		e.log.ErrorContext(logs.Request(ctx, e.request.Load()), "an ack was not sent", "error", err)
	}
	e.metrics.Ack(*e.typ.Load(), outcome, time.Since(e.arrived))
	return err == nil
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
	if p.responseURL != "" && secure.Address(p.responseURL, "https") == nil {
		began, outcome := time.Now(), metrics.SlackOK
		err := slack.PostWebhookCustomHTTPContext(ctx, p.responseURL, b.http, &slack.WebhookMessage{
			Text: m.Text, Blocks: &slack.Blocks{BlockSet: m.Blocks}, ResponseType: slack.ResponseTypeEphemeral,
		})
		if err != nil {
			outcome = metrics.SlackRefused
		}
		b.metrics.SlackCall("response_url", outcome, time.Since(began))
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
	b.tell(ctx, p, blocks.Answer(renewal.Say(sentence)))
}
