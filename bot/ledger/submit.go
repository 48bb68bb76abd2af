package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"renewbot/bot/renewal"
)

// actionSubmit names a submission in the audit trail.
const actionSubmit = "submit"

// Submit makes a request of a submission. A second delivery of the same submission,
// told by its Key, gives the request of the first one and created is false. A
// submission that may not become a request is audited, and the error is a
// *renewal.Refusal. With ErrUnclear it may have become one; after any other error it has not.
func (l *Ledger) Submit(ctx context.Context, s renewal.Submission) (r renewal.Request, created bool, err error) {
	if s.Key == "" {
		return renewal.Request{}, false, errors.New("submit: a submission needs a key")
	}
	var refusal *renewal.Refusal
	var saved, denied *renewal.Change
	err = l.change(ctx, "submit", func(t tx) error {
		var err error
		r, saved, refusal, err = l.submit(ctx, t, s)
		if denied = nil; refusal != nil {
			saved, denied = nil, saved
		}
		return err
	})
	if saved != nil {
		err = l.known(ctx, saved.Entry, err)
	}
	if err != nil {
		return renewal.Request{}, false, fmt.Errorf("submit: %w", err)
	}
	if saved != nil {
		l.tell(ctx, *saved)
	}
	if refusal != nil {
		denied.Click = s.By.Click
		if err := l.deny(ctx, *denied); err != nil && !errors.Is(err, renewal.ErrRepeated) {
			return renewal.Request{}, false, fmt.Errorf("submit: %w", err)
		}
		return renewal.Request{}, false, refusal
	}
	return r, saved != nil, nil
}

// Submitted finds the request that was made of a submission, by its key.
func (l *Ledger) Submitted(ctx context.Context, key string) (r renewal.Request, found bool, err error) {
	r, err = bySubmission(ctx, l.engine, key)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return r, false, nil
	case err != nil:
		return r, false, fmt.Errorf("look for a submission: %w", err)
	}
	return r, true, nil
}

// submit also returns what it saved, nil if the submission was there already, or with a
// refusal the entry that is to be written down.
func (l *Ledger) submit(ctx context.Context, t tx, s renewal.Submission) (renewal.Request, *renewal.Change, *renewal.Refusal, error) {
	var none renewal.Request
	// Taking the number first makes submissions wait for each other, so that a second
	// delivery at the same moment sees the first one.
	var id int64
	err := t.one(ctx, `UPDATE counters SET value = value + 1 WHERE name = 'request' RETURNING value`).Scan(&id)
	if err != nil {
		return none, nil, nil, fmt.Errorf("number the request: %w", err)
	}
	first, err := bySubmission(ctx, t, s.Key)
	if !errors.Is(err, sql.ErrNoRows) {
		return first, nil, nil, errors.Join(err, giveBack(ctx, t))
	}
	now, err := l.now(ctx, t)
	if err != nil {
		return none, nil, nil, err
	}
	var change renewal.Change
	if err = l.again(ctx, t, s, now); err == nil {
		change, err = renewal.New(id, s, now, l.options.Policy)
	}
	if err == nil {
		err = l.keptWithin(ctx, t, change.Request, now)
	}
	if refusal := (*renewal.Refusal)(nil); errors.As(err, &refusal) {
		denied := none.Denied(s.By.UserID, actionSubmit, refusal, now)
		return none, &denied, refusal, giveBack(ctx, t)
	}
	if err != nil {
		return none, nil, nil, err
	}
	change.Request.Version = 1
	document, r, err := encode(change.Request)
	if err != nil {
		return none, nil, nil, err
	}
	var batch, line any
	if r.Batch != 0 {
		batch, line = r.Batch, r.Line
	}
	_, err = t.exec(ctx, `INSERT INTO requests (id, version, submission_key, status, requester, product, holder_key,
		last_entry, created_at, updated_at, document, batch_id, batch_line) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12)`,
		r.ID, r.Version, indexed(s.Key), string(r.Status), indexed(r.Requester), indexed(r.Offer.Product), indexed(r.Offer.Holder.Key()),
		micros(r.CreatedAt), micros(r.UpdatedAt), document, batch, line)
	if err != nil {
		return none, nil, nil, fmt.Errorf("save %s: %w", r.Reference(), err)
	}
	return r, &change, nil, l.record(ctx, t, &change)
}

// again refuses a submission that asks again for what can't be asked for again.
func (l *Ledger) again(ctx context.Context, t tx, s renewal.Submission, now time.Time) error {
	if s.Again == 0 {
		return nil
	}
	r, err := get(ctx, t, s.Again)
	if err != nil {
		return err
	}
	if refusal := r.May(renewal.Intent{Action: renewal.ActionAskAgain, By: s.By}, now, l.options.Policy); refusal != nil {
		return refusal
	}
	return nil
}

// giveBack returns the number that was taken last.
func giveBack(ctx context.Context, t tx) error {
	_, err := t.exec(ctx, `UPDATE counters SET value = value - 1 WHERE name = 'request'`)
	return err
}

func bySubmission(ctx context.Context, q querier, key string) (renewal.Request, error) {
	return scanRequest(q.one(ctx, `SELECT document FROM requests WHERE submission_key = $1`, indexed(key)))
}
