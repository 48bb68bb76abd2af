package ledger

import (
	"context"
	"errors"
	"fmt"

	"renewbot/bot/renewal"
)

// saveAttempts keeps the attempts' own table in step with the request. It fails when
// an attempt exists that the request does not know of.
func saveAttempts(ctx context.Context, t tx, before, after renewal.Request) error {
	if len(after.Attempts) < len(before.Attempts) {
		return errors.New("an attempt was dropped from the request")
	}
	for i, a := range after.Attempts {
		var err error
		switch {
		case i >= len(before.Attempts):
			err = insertAttempt(ctx, t, after.ID, a)
		case endOf(a) != endOf(before.Attempts[i]):
			err = endAttempt(ctx, t, after.ID, a)
		}
		if err != nil {
			return fmt.Errorf("save attempt %d: %w", a.Number, err)
		}
	}
	return nil
}

func insertAttempt(ctx context.Context, t tx, requestID int64, a renewal.Attempt) error {
	end := endOf(a)
	_, err := t.exec(ctx, `INSERT INTO attempts (request_id, number, started_at, deadline, fingerprint, body,
		outcome, ended_at, order_no, problem) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		requestID, a.Number, micros(a.StartedAt), micros(a.Deadline), a.Fingerprint, []byte(a.Body),
		end.outcome, orNull(a.EndedAt), end.orderNo, end.problem)
	return err
}

func endAttempt(ctx context.Context, t tx, requestID int64, a renewal.Attempt) error {
	end := endOf(a)
	n, err := t.exec(ctx, `UPDATE attempts SET outcome = $1, ended_at = $2, order_no = $3, problem = $4
		WHERE request_id = $5 AND number = $6`,
		end.outcome, orNull(a.EndedAt), end.orderNo, end.problem, requestID, a.Number)
	if err == nil && n != 1 {
		err = errors.New("it was never written down")
	}
	return err
}

// attemptEnd is what can change about an attempt.
type attemptEnd struct {
	outcome, orderNo, problem string
	endedAt                   int64
}

func endOf(a renewal.Attempt) attemptEnd {
	e := attemptEnd{outcome: string(a.Outcome), endedAt: micros(a.EndedAt)}
	if a.Order != nil {
		e.orderNo = clean(a.Order.OrderNo)
	}
	if a.Problem != nil {
		e.problem = clean(fmt.Sprintf("%s %s", a.Problem.Class, a.Problem.Code))
	}
	return e
}
