package orders

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// CheckNumber asks the vendor about an order number that somebody typed, for the order
// of unknown fate of a request. The problem is a sentence for the person, and empty
// when the number may be taken.
func (o *Orders) CheckNumber(ctx context.Context, request int64, attempt int, number string) (order yeastar.OrderResult, problem string) {
	number = strings.TrimSpace(number)
	if number == "" {
		return order, "Type the order number from the Partner Portal, such as XS3401174502129270784."
	}
	r, err := o.ledger.Get(ctx, request)
	if err != nil || attempt < 1 || attempt > len(r.Attempts) {
		return order, "Sorry, the request could not be read. Nothing was changed; please try again in a moment."
	}
	want, err := sentWith(r, r.Attempts[attempt-1])
	if err != nil {
		o.log.ErrorContext(ctx, "an attempt could not be read", "error", err)
		return order, "Sorry, what was sent could not be read. Nothing was changed."
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	found, err := o.client.Order(ctx, number)
	switch {
	case err != nil && yeastar.ClassOf(err) == yeastar.ClassRefused:
		return order, "The Partner Portal knows no order with this number. Nothing was changed."
	case err != nil:
		return order, "The Partner Portal did not answer, so the number could not be checked. Nothing was changed; please try again in a moment."
	}
	found.OrderNo = cmp.Or(found.OrderNo, number)
	if differs := want.contradiction(found); differs != "" {
		return order, fmt.Sprintf("That order is not this one: %s. Nothing was changed.", differs)
	}
	if n := attemptWith(r, found.OrderNo); n != 0 {
		return order, fmt.Sprintf("That order was found already, for attempt %d. If this attempt placed none, choose “It was not placed”. Nothing was changed.", n)
	}
	if problem := o.taken(ctx, found.OrderNo, request); problem != "" {
		return order, problem
	}
	return resultOf(found), ""
}

// taken says whether an order is another request's already.
func (o *Orders) taken(ctx context.Context, orderNo string, request int64) string {
	owner, known, err := o.ledger.OrderOwner(ctx, orderNo)
	switch {
	case err != nil && !errors.Is(err, ledger.ErrNotFound):
		return "Sorry, the ledger could not be read. Nothing was changed; please try again in a moment."
	case known && owner != request:
		return fmt.Sprintf("That order belongs to %s. Nothing was changed.", renewal.Reference(owner))
	}
	return ""
}
