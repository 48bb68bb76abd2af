package orders

import (
	"context"
	"errors"
	"fmt"

	"renewbot/bot/portal"
	"renewbot/bot/renewal"
)

// lookAgain reads the vendor's order list once more for the orders of attempts whose answer
// was lost and which people called not placed, and of those that the vendor refused: another
// one is made only when all of the list was read and shows none. Of a refused one only what
// carries its PO number counts. It returns what stops the order, if something does.
func (o *Orders) lookAgain(ctx context.Context, r renewal.Request) (renewal.Event, error) {
	for _, a := range r.Attempts {
		if !a.Doubtful() && !a.Refused() {
			continue
		}
		f, err := o.searchOrder(ctx, r, a)
		if err != nil {
			return nil, &unreadableError{a.Number, err}
		}
		if a.Refused() {
			f = f.marked()
		}
		if found, ok := f.one(a, o.ledger.Now(ctx)); ok {
			return renewal.Found{Attempt: a.Number, Order: resultOf(found)}, nil
		}
		if numbers := f.candidates(); len(numbers) > 0 {
			return renewal.Searched{Attempt: a.Number, Candidates: numbers}, nil
		}
	}
	return nil, nil //nolint:nilnil // nothing stops the order
}

// unreadableError says that the order list could not be read, in which the order of an
// attempt would be.
type unreadableError struct {
	attempt int
	cause   error
}

// Error is for logs.
func (e *unreadableError) Error() string {
	return fmt.Sprintf("look for the order of attempt %d in the vendor's list: %v", e.attempt, e.cause)
}

// Unwrap is why.
func (e *unreadableError) Unwrap() error { return e.cause }

// explain says in words for people why the check before an order failed.
func explain(err error) string {
	if e, ok := errors.AsType[*unreadableError](err); ok {
		return fmt.Sprintf("attempt %d may have placed an order after all, so the order list is read first. %s", e.attempt, portal.Explain(err))
	}
	if _, ok := errors.AsType[*unaskedError](err); ok {
		return "Slack did not tell whether everybody who approved may still approve."
	}
	return portal.Explain(err)
}
