package ledger

import (
	"context"
	"errors"
	"fmt"
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
