package orders

import (
	"context"
	"errors"

	"renewbot/bot/portal"
	"renewbot/bot/renewal"
)

// unaskedError says that what a voter may do could not be found out.
type unaskedError struct{ cause error }

func (e *unaskedError) Error() string { return "whether its votes still count: " + e.cause.Error() }
func (e *unaskedError) Unwrap() error { return e.cause }

// recount looks everybody up who approved, just before ordering. It returns the event that
// puts the request before people again, if its approval does not stand any more.
func (o *Orders) recount(ctx context.Context, r renewal.Request) (renewal.Event, error) {
	var voters []renewal.Actor
	for _, v := range r.Votes {
		a, err := o.entitled(ctx, v.By, r.People())
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

// explain says in a sentence why what was approved could not be checked.
func explain(err error) string {
	var unasked *unaskedError
	if errors.As(err, &unasked) {
		return "Slack did not tell whether everybody who approved may still approve."
	}
	return portal.Explain(err)
}
