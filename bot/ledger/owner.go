package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"renewbot/bot/renewal"
)

// OrderOwner finds the request that has an order of the vendor's, by its number.
func (l *Ledger) OrderOwner(ctx context.Context, orderNo string) (requestID int64, known bool, err error) {
	if orderNo == "" {
		return 0, false, nil
	}
	err = notFound(l.engine.one(ctx, `SELECT request_id FROM attempts WHERE order_no = $1 AND order_no <> ''`, orderNo).Scan(&requestID))
	switch {
	case errors.Is(err, ErrNotFound):
		return 0, false, nil
	case err != nil:
		return 0, false, fmt.Errorf("look for the request of an order: %w", err)
	}
	return requestID, true, nil
}

// Behind finds the requests that may be behind orders of the vendor's, in one query: those that have the
// orders, by the numbers, and those with some ids. It is for at most a few thousand at once.
func (l *Ledger) Behind(ctx context.Context, numbers []string, ids []int64) (having map[string]renewal.Request, named map[int64]renewal.Request, err error) {
	having, named = map[string]renewal.Request{}, map[int64]renewal.Request{}
	if len(numbers)+len(ids) == 0 {
		return having, named, nil
	}
	var args []any
	query := `SELECT a.order_no, r.document FROM attempts a JOIN requests r ON r.id = a.request_id
		WHERE a.order_no <> '' AND a.order_no IN (` + padded(&args, numbers, "") + `)
		UNION ALL SELECT '', document FROM requests WHERE id IN (` + padded(&args, ids, 0) + `)`
	err = l.engine.each(ctx, func(row row) error {
		var number, document string
		if err := row.Scan(&number, &document); err != nil {
			return err
		}
		r, err := decode(document)
		if number != "" {
			having[number] = r
		} else {
			named[r.ID] = r
		}
		return err
	}, query, args...)
	if err != nil {
		return nil, nil, fmt.Errorf("look for the requests of orders: %w", err)
	}
	return having, named, nil
}

// padded adds values to the arguments of a statement, and names them in a list of it. There are few lengths
// of such lists, for statements are kept by their text: the rest of one is none, which no row has.
func padded[T any](args *[]any, values []T, none T) string {
	const least = 16
	size := least
	for size < len(values) {
		size *= 2
	}
	names := make([]string, size)
	for i := range names {
		v := none
		if i < len(values) {
			v = values[i]
		}
		*args = append(*args, v)
		names[i] = fmt.Sprintf("$%d", len(*args))
	}
	return strings.Join(names, ", ")
}

// OrderNumbers are the numbers of all orders of the vendor's that are of requests.
func (l *Ledger) OrderNumbers(ctx context.Context) (map[string]bool, error) {
	numbers := map[string]bool{}
	err := l.engine.each(ctx, func(row row) error {
		var number string
		err := row.Scan(&number)
		numbers[number] = true
		return err
	}, `SELECT order_no FROM attempts WHERE order_no <> ''`)
	if err != nil {
		return nil, fmt.Errorf("list the numbers of orders: %w", err)
	}
	return numbers, nil
}
