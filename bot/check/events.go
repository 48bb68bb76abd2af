package check

import (
	"context"
	"errors"
	"fmt"
	"time"

	"renewbot/bot/events"
	"renewbot/bot/ledger"
	"renewbot/bot/secure"
)

// checkEvents looks whether whoever gets events can be reached, and what became of those
// that were to be sent. Without RENEW_EVENTS_URL there is nothing to say.
func (c *checker) checkEvents(ctx context.Context) lines {
	var l lines
	if !c.Config.Events.On() {
		if c.Events {
			l.add("events", Problem, "RENEW_EVENTS_URL is empty, so there is nowhere to send a test event", "Set it, and RENEW_EVENTS_SECRET.")
		}
		return l
	}
	receiver, err := events.NewReceiver(c.Config.Events, c.CallTimeout)
	if err != nil { // the settings were validated before
		l.add("events", Problem, "events can't be sent: "+err.Error(), "")
		return l
	}
	if c.Config.Events.Private {
		l.add("events", Note, "RENEW_EVENTS_PRIVATE is true: events may go to a private address, by a proxy, and by http", "")
	}
	c.reachReceiver(ctx, &l, receiver)
	c.checkOutbox(ctx, &l)
	return l
}

func (c *checker) reachReceiver(ctx context.Context, l *lines, r *events.Receiver) {
	do, done := r.Reach, "can be reached; nothing was sent (-events sends a test event)"
	if c.Events {
		do, done = func(ctx context.Context) error { return r.Test(ctx, c.Now()) }, "has taken a test event"
	}
	err := do(ctx)
	var refused *events.Refusal
	switch {
	case err == nil:
		l.ok("events", "%s %s", r.Host(), done)
	case errors.Is(err, secure.ErrPrivate):
		l.add("events", Problem, r.Host()+" is at an address that is not public, where no events are sent",
			"Correct RENEW_EVENTS_URL, or set RENEW_EVENTS_PRIVATE=true if the receiver is meant to be in your network.")
	case errors.As(err, &refused):
		l.add("events", Problem, fmt.Sprintf("%s: %v", r.Host(), err), "Look at the receiver: it must answer with 2xx. A signature that it refuses comes from another RENEW_EVENTS_SECRET, or from its clock.")
	default:
		found, next, known := unreached(err, r.Host())
		if !known {
			found, next = r.Host()+" can't be reached: "+firstLine(withoutURL(err).Error()), "Check RENEW_EVENTS_URL."
		}
		l.add("events", Problem, found, next)
	}
}

// checkOutbox tells of events that do not get through. That the ledger can't be read is told
// with the database.
func (c *checker) checkOutbox(ctx context.Context, l *lines) {
	book, err := ledger.Open(ctx, c.Config.DatabaseURL.Reveal(), ledger.Options{ReadOnly: true})
	if err != nil {
		return
	}
	defer func() { _ = book.Close() }() // it was only read
	stopped, err := book.OutboxStopped(ctx)
	if err != nil {
		return
	}
	if !stopped.IsZero() {
		l.add("events", Warning, "the receiver has wanted no more events since "+stopped.Format(time.RFC3339)+" (410 Gone), so they wait",
			`Give RENEW_EVENTS_URL another value, or ask it again with "renewbot events resend".`)
	}
	lost, err := book.Notices(ctx, ledger.NoticeFilter{State: ledger.NoticeGivenUp})
	if err == nil && len(lost) > 0 {
		l.add("events", Warning, counted(len(lost), "event")+" could not be sent for a day and "+map[bool]string{true: "was", false: "were"}[len(lost) == 1]+" given up",
			`See "renewbot events list -state given_up"; "renewbot events resend -state given_up" sends them once more.`)
	}
}
