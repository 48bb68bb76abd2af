package socket

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/logs"
	"renewbot/bot/metrics"
)

const (
	// AckBudget is how long after its arrival an envelope is acked at the latest.
	// Slack gives up 3 s after sending it.
	AckBudget = 2500 * time.Millisecond
	// forAck is the part of its budget, in fifths, that is for an ack that says what became
	// of an envelope: nothing is saved because of it in that time.
	forAck = 1
	// sendTimeout bounds the sending of an ack.
	sendTimeout = 2 * time.Second
)

// Envelope is one delivery of Slack's that must be acked once.
// https://docs.slack.dev/apis/events-api/using-socket-mode
type Envelope struct {
	id      string
	send    func(ctx context.Context, id string, payload any) error
	log     *slog.Logger
	acked   atomic.Bool
	metrics *metrics.Metrics
	typ     atomic.Pointer[string] // Slack's type of the envelope, or of the interaction in it
	request atomic.Int64           // that it concerns, for the log; 0: none, or not known yet
	arrived time.Time
	budget  time.Duration
}

func newEnvelope(send func(context.Context, string, any) error, id string, budget time.Duration, log *slog.Logger) *Envelope {
	e := &Envelope{id: id, send: send, log: log, arrived: time.Now(), budget: budget}
	e.setType("")
	return e
}

// setType says more exactly what came in the envelope.
func (e *Envelope) setType(typ string) { e.typ.Store(&typ) }

// Concerns says which request the envelope is about, for the log.
func (e *Envelope) Concerns(ctx context.Context, request int64) context.Context {
	e.request.Store(request)
	return logs.Request(ctx, request)
}

// InTime is a context that ends while the envelope's ack can still say what was done:
// nothing is saved behind the back of somebody who was told otherwise, or nothing.
func (e *Envelope) InTime(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithDeadline(ctx, e.arrived.Add(e.budget*(5-forAck)/5))
}

// counted lets figures be kept of the envelope.
func (e *Envelope) counted(m *metrics.Metrics, typ string) {
	e.metrics = m
	e.setType(typ)
	m.Envelope(typ)
}

// Ack answers the envelope. Only the first call sends anything; it says whether this
// one did.
func (e *Envelope) Ack(payload any) bool { return e.answer(payload, metrics.AckSent) }

// late acks the envelope when nobody else has done so in time.
func (e *Envelope) late() { e.answer(e.nothing(), metrics.AckAutomatic) }

// done acks the envelope when its handler has not done so.
func (e *Envelope) done() { e.Ack(e.nothing()) }

// noOptions is a list of choices without any.
// https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
type noOptions struct {
	Options [0]struct{} `json:"options"`
}

// nothing is the payload of an ack that says nothing. A menu that waits for its choices
// takes no ack without any: it gets an empty list.
func (e *Envelope) nothing() any {
	if *e.typ.Load() == string(slack.InteractionTypeBlockSuggestion) {
		return noOptions{}
	}
	return nil
}

func (e *Envelope) answer(payload any, outcome string) bool {
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
