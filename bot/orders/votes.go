package orders

import (
	"context"

	"renewbot/bot/renewal"
)

// unaskedError says that what a voter may do could not be found out.
type unaskedError struct{ cause error }

// Error is for logs.
func (e *unaskedError) Error() string { return "whether its votes still count: " + e.cause.Error() }

// Unwrap is why.
func (e *unaskedError) Unwrap() error { return e.cause }

// recount looks everybody up who approved, just before ordering. It returns the event that
// puts the request before people again, if its approval does not stand any more.
func (o *Orders) recount(ctx context.Context, r renewal.Request) (renewal.Event, error) {
	var voters []renewal.Actor
	for _, v := range r.Votes {
		a, err := o.entitled(ctx, v.By, r)
		if err != nil {
			return nil, &unaskedError{err}
		}
		voters = append(voters, a)
	}
	var lapses renewal.Event
	if !r.Stands(voters, o.ledger.Now(ctx), o.policy) {
		lapses = renewal.Recount{Voters: voters}
	}
	return lapses, nil
}

// capped puts the request before people again when its order would exceed a cap of the policy
// by now.
func (o *Orders) capped(ctx context.Context, r renewal.Request) (renewal.Event, error) {
	refusal, err := o.ledger.Over(ctx, r)
	if refusal == nil || err != nil {
		return nil, err
	}
	return renewal.Capped{Why: refusal.Sentence.String()}, nil
}
