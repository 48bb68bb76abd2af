package orders

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// numberTimeout is how long a person waits for the check of a number: their form waits, too.
const numberTimeout = 2 * time.Second

// Checked is what the vendor tells of an order number that somebody typed.
type Checked struct {
	Order yeastar.OrderResult
	// Differs is what differs from what was sent, in words: the person who names the order
	// has to see it. It is empty when nothing does.
	Differs []string
	// Problem is a sentence for the person, and empty when the number may be taken.
	Problem string
}

// CheckNumber asks the vendor about an order number that somebody typed, for the order
// of unknown fate of a request.
func (o *Orders) CheckNumber(ctx context.Context, request int64, attempt int, number string) Checked {
	number = strings.TrimSpace(number)
	if number == "" {
		return Checked{Problem: "Type the order number from the Partner Portal, such as XS3401174502129270784."}
	}
	r, err := o.ledger.Get(ctx, request)
	if err != nil || attempt < 1 || attempt > len(r.Attempts) {
		return Checked{Problem: "Sorry, the request could not be read. Nothing was changed; please try again in a moment."}
	}
	want, err := sentWith(r, r.Attempts[attempt-1])
	if err != nil {
		o.log.ErrorContext(ctx, "an attempt could not be read", "error", err)
		return Checked{Problem: "Sorry, what was sent could not be read. Nothing was changed."}
	}
	found, without, err := o.named(ctx, r.Attempts[attempt-1], number)
	switch {
	case errors.Is(err, errUnlisted):
		return Checked{Problem: "The Partner Portal's order list does not show this order among those since the request was sent. " +
			"Type its order number, or try again in a moment. Nothing was changed."}
	case err != nil && yeastar.ClassOf(err) == yeastar.ClassRefused:
		return Checked{Problem: "The Partner Portal knows no order with this number. Nothing was changed."}
	case err != nil:
		return Checked{Problem: "The Partner Portal did not answer, so the number could not be checked. Nothing was changed; please try again in a moment."}
	}
	if why := want.refusal(found); why != "" {
		return Checked{Problem: fmt.Sprintf("That order is not this one: %s. Nothing was changed.", why)}
	}
	switch n := attemptWith(r, found.OrderNo); n {
	case 0:
	case attempt:
		return Checked{Problem: "That order was found meanwhile, and the card shows it. There is nothing left to settle: close this form. Nothing was changed."}
	default:
		return Checked{Problem: fmt.Sprintf("That order was found already, for attempt %d. If this attempt placed none, choose “It was not placed”. Nothing was changed.", n)}
	}
	if problem := o.taken(ctx, found.OrderNo, request); problem != "" {
		return Checked{Problem: problem}
	}
	differs := want.doubtful(found, without == "" && o.echoed.Load())
	if without != "" && !want.referenced(found) {
		differs = append(differs, without)
	}
	return Checked{Order: resultOf(found), Differs: differs}
}

// errUnlisted says of an order that nothing tells its number: what was typed may be its id, by which
// it would never be found again.
var errUnlisted = errors.New("the order list does not show the order, and its details no number")

// named reads an order that somebody names by its number or id: its details, and its line in the
// list, of which more is documented. without says, in words, how far the line is missing. An error
// says that the number cannot be checked.
func (o *Orders) named(ctx context.Context, a renewal.Attempt, number string) (found yeastar.OrderDetail, without string, err error) {
	ctx, cancel := context.WithTimeout(ctx, numberTimeout)
	defer cancel()
	var line yeastar.OrderSummary
	var listed bool
	var unread error
	var looking sync.WaitGroup
	looking.Go(func() { line, listed, unread = o.line(ctx, a.StartedAt.Add(-zoneSkew), number) })
	found, err = o.client.Order(ctx, number)
	if err != nil {
		cancel()
	}
	looking.Wait()
	if err != nil {
		return found, "", err
	}
	o.heardPONumber(found.PONumber)
	if listed {
		found = completed(found, line)
	}
	switch {
	case listed && found.OrderNo != "":
		return found, "", nil
	case found.OrderNo == "": // it may be another request's, too
		return found, "", cmp.Or(unread, errUnlisted)
	case unread != nil:
		without = "the portal's order list could not be read, so not all of it was checked"
	default:
		without = "the portal's order list does not show it among the orders since this request was sent"
	}
	return found, without, nil
}

// line finds an order in the vendor's list by its number or id. Without an error the list was read
// back to a time, or the order was found.
func (o *Orders) line(ctx context.Context, since time.Time, number string) (line yeastar.OrderSummary, listed bool, err error) {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	_, err = o.ordersSince(ctx, since, func(s yeastar.OrderSummary) {
		if s.OrderNo == number || string(s.ID) == number {
			line, listed = s, true
			enough() // no more pages
		}
	})
	if listed {
		err = nil
	}
	return line, listed, err
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
