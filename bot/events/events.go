// Package events tells another system what becomes of requests: it sends the notices of the
// ledger's outbox as CloudEvents that are signed as Standard Webhooks, each at least once and
// those of one request in their order. It must never hold up anything else, follow where a
// receiver leads it, or show the receiver's address or the key.
package events

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/metrics"
	"renewbot/bot/renewal"
)

const (
	// patience is for how long a notice is tried before it is given up: time in which nobody
	// tries, as while the bot is down, does not count.
	patience = 24 * time.Hour
	// firstPause and lastPause bound the time between two tries, which doubles.
	firstPause = 30 * time.Second
	lastPause  = time.Hour
	// perRun is how many notices a job sends at most before others have their turn: with
	// the time-out of each it stays below that of the job.
	perRun = 4
	// holdMargin is how much longer than a try may take nobody else makes one.
	holdMargin = 20 * time.Second
)

// Options are what a sender needs.
type Options struct {
	Config  config.Events // must be on
	Ledger  *ledger.Ledger
	Log     *slog.Logger
	Metrics *metrics.Metrics // nil: no figures
	// Timeout bounds a try. Zero: 10 s.
	Timeout time.Duration
}

// Sender sends what waits in the outbox. Make it with Open.
type Sender struct {
	receiver *Receiver
	name     string // tells the receiver from others
	ledger   *ledger.Ledger
	log      *slog.Logger
	metrics  *metrics.Metrics
}

// Open makes a sender, and tells the ledger for whom it sends. Its job is the caller's to
// start.
func Open(ctx context.Context, o Options) (*Sender, error) {
	receiver, err := NewReceiver(o.Config, o.Timeout)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(o.Config.URL.Reveal()))
	s := &Sender{receiver: receiver, name: hex.EncodeToString(sum[:]), ledger: o.Ledger, log: o.Log, metrics: o.Metrics}
	if err := s.ledger.OpenOutbox(ctx, s.name, receiver.Host()); err != nil {
		return nil, err
	}
	s.log.InfoContext(ctx, "events are on", "host", receiver.Host())
	return s, nil
}

// Handlers are the jobs that the sender does.
func (s *Sender) Handlers() map[renewal.JobKind]ledger.Handler {
	return map[renewal.JobKind]ledger.Handler{renewal.SendEvents: s.send}
}

// send sends what waits of a request, one after the other.
func (s *Sender) send(ctx context.Context, job renewal.Job) error {
	for range perRun {
		taken, err := s.ledger.TakeNotice(ctx, s.name, job.RequestID, s.receiver.Timeout()+holdMargin)
		switch {
		case err != nil:
			return err
		case taken.Notice == nil && taken.Next.IsZero():
			return nil
		case taken.Notice == nil:
			return ledger.SnoozeUntil(taken.Next)
		}
		if err := s.try(ctx, *taken.Notice); err != nil {
			return err
		}
	}
	return ledger.Snooze(0)
}

// try sends a notice once and saves what came of it.
func (s *Sender) try(ctx context.Context, n ledger.Outgoing) error {
	now := s.ledger.Now(ctx)
	failure := s.receiver.Post(ctx, n, now)
	if ctx.Err() != nil {
		// Whether it arrived is not known. It is sent once more when nobody holds it.
		return fmt.Errorf("send an event: %w", context.Cause(ctx))
	}
	var refused *Refusal
	if errors.As(failure, &refused) && refused.Gone() {
		return s.gone(ctx, n, now)
	}
	if failure == nil {
		s.metrics.EventSent(metrics.EventDelivered)
		return s.ledger.NoticeSent(ctx, n)
	}
	again := next(n.Since, s.ledger.Now(ctx), refused.retryAfter())
	if err := s.ledger.NoticeFailed(ctx, n, failure.Error(), again); err != nil {
		return err
	}
	if again.IsZero() {
		s.metrics.EventSent(metrics.EventGivenUp)
		s.log.ErrorContext(ctx, "an event was given up after a day; \"renewbot events resend\" sends it once more",
			"event", n.ID, "type", n.Type, "problem", failure)
		return nil
	}
	s.metrics.EventSent(metrics.EventFailed)
	s.log.WarnContext(ctx, "an event was not taken and will be sent again",
		"event", n.ID, "type", n.Type, "problem", failure, "again_at", again)
	return nil
}

// gone stops the sending to a receiver that wants no more. The notice waits with the others.
func (s *Sender) gone(ctx context.Context, n ledger.Outgoing, now time.Time) error {
	if err := s.ledger.StopOutbox(ctx, s.name, s.receiver.Host()); err != nil {
		return err
	}
	if err := s.ledger.NoticeFailed(ctx, n, "the receiver wants no more events (410 Gone)", now); err != nil {
		return err
	}
	s.metrics.EventSent(metrics.EventGone)
	s.log.ErrorContext(ctx, "the receiver wants no more events (410 Gone), so they wait: "+
		"give RENEW_EVENTS_URL another value, or ask it again with \"renewbot events resend\"", "host", s.receiver.Host())
	return nil
}

// next is when a notice that has waited since then is tried again: after as long as it has
// waited already, within bounds, and not before the receiver asks for it. Zero: it has
// waited for long enough.
func next(since, now time.Time, asked time.Duration) time.Time {
	waited := now.Sub(since)
	if waited >= patience {
		return time.Time{}
	}
	return now.Add(min(max(waited, firstPause, asked), lastPause))
}
