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
	list, args := []string{"NULL"}, []any{} // an empty list is no list
	for _, number := range numbers {
		args = append(args, number)
		list = append(list, fmt.Sprintf("$%d", len(args)))
	}
	query := `SELECT a.order_no, r.document FROM attempts a JOIN requests r ON r.id = a.request_id
		WHERE a.order_no <> '' AND a.order_no IN (` + strings.Join(list, ", ") + `)`
	list = list[:1]
	for _, id := range ids {
		args = append(args, id)
		list = append(list, fmt.Sprintf("$%d", len(args)))
	}
	query += ` UNION ALL SELECT '', document FROM requests WHERE id IN (` + strings.Join(list, ", ") + `)`
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
