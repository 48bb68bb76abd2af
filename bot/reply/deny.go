package reply

import (
	"context"

	"renewbot/blocks"
	"renewbot/bot/renewal"
)

// NotSaved is said of what was certainly not saved.
const NotSaved = "Sorry, this could not be saved. Nothing was changed and nothing was ordered by this. Please try again in a moment."

// Trail is where refusals are written down.
type Trail interface {
	// RefusedBefore says whether a click has been refused already: Slack delivered it twice.
	RefusedBefore(click string) bool
	// Deny writes down what a person tried and may not.
	Deny(ctx context.Context, request int64, userID, action string, r *renewal.Refusal) error
}

// Deny tells a person that they may not, and writes it down: once for a click that Slack
// delivers twice. The ack of a command carries the answer each time.
func (r *Replies) Deny(ctx context.Context, p Person, trail Trail, request int64, action string, refusal *renewal.Refusal) {
	again := trail.RefusedBefore(p.Trigger)
	if !again || p.Command {
		r.Tell(ctx, p, blocks.Answer(refusal.Sentence))
	}
	if !again {
		r.Denied(ctx, p.ID, trail, request, action, refusal)
	}
}

// Denied writes down what a person tried and may not, which they were told.
func (r *Replies) Denied(ctx context.Context, userID string, trail Trail, request int64, action string, refusal *renewal.Refusal) {
	if err := trail.Deny(ctx, request, userID, action, refusal); err != nil {
		r.log.ErrorContext(ctx, "a refusal was not written down", "action", action, "error", err)
	}
}
