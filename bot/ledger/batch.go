package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"renewbot/bot/renewal"
)

// Batch reads a batch and its lines, in their order, or returns ErrNotFound.
func (l *Ledger) Batch(ctx context.Context, id int64) (renewal.Batch, []renewal.Request, error) {
	b, err := batchOf(ctx, l.engine, id)
	if err != nil {
		return b, nil, fmt.Errorf("get %s: %w", renewal.BatchReference(id), err)
	}
	lines, err := linesOf(ctx, l.engine, id)
	if err != nil {
		return b, nil, fmt.Errorf("get the lines of %s: %w", b.Reference(), err)
	}
	return b, lines, nil
}

func batchOf(ctx context.Context, q querier, id int64) (renewal.Batch, error) {
	return scanBatch(q.one(ctx, `SELECT document FROM batches WHERE id = $1`, id))
}

func scanBatch(row row) (renewal.Batch, error) {
	var b renewal.Batch
	var document string
	if err := row.Scan(&document); err != nil {
		return b, notFound(err)
	}
	if err := json.Unmarshal([]byte(document), &b); err != nil {
		return b, fmt.Errorf("decode a batch: %w", err)
	}
	return b, nil
}

func linesOf(ctx context.Context, q querier, id int64) ([]renewal.Request, error) {
	var lines []renewal.Request
	err := q.each(ctx, func(row row) error {
		r, err := scanRequest(row)
		lines = append(lines, r)
		return err
	}, `SELECT document FROM requests WHERE batch_id = $1 ORDER BY batch_line`, id)
	return lines, err
}

func statesOf(ctx context.Context, q querier, id int64) ([]renewal.LineState, error) {
	var lines []renewal.LineState
	err := q.each(ctx, func(row row) error {
		var s renewal.LineState
		err := row.Scan(&s.ID, &s.Status)
		lines = append(lines, s)
		return err
	}, `SELECT id, status FROM requests WHERE batch_id = $1 ORDER BY batch_line`, id)
	return lines, err
}

// OpenBatches lists the batches of which a line is in one of some states, the oldest first.
func (l *Ledger) OpenBatches(ctx context.Context, statuses ...renewal.Status) ([]renewal.Batch, error) {
	marks, args := make([]string, len(statuses)), make([]any, len(statuses))
	for i, s := range statuses {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), string(s)
	}
	var found []renewal.Batch
	err := l.engine.each(ctx, func(row row) error {
		b, err := scanBatch(row)
		found = append(found, b)
		return err
	}, `SELECT document FROM batches WHERE id IN (SELECT batch_id FROM requests WHERE batch_id IS NOT NULL AND status IN (`+
		strings.Join(marks, ", ")+`)) ORDER BY id`, args...)
	if err != nil {
		return nil, fmt.Errorf("list batches: %w", err)
	}
	return found, nil
}

// EndedBatches lists the batches that somebody asked for, or Anybody, and of which no line is in one
// of some states, the newest first.
func (l *Ledger) EndedBatches(ctx context.Context, requester string, limit int, open ...renewal.Status) ([]renewal.Batch, error) {
	marks, args := make([]string, len(open)), []any{limit}
	for i, s := range open {
		marks[i], args = fmt.Sprintf("$%d", i+2), append(args, string(s))
	}
	statement := `SELECT document FROM batches WHERE NOT EXISTS (SELECT 1 FROM requests WHERE batch_id = batches.id AND status IN (` +
		strings.Join(marks, ", ") + `))`
	if requester != Anybody {
		args = append(args, indexed(requester))
		statement += fmt.Sprintf(" AND requester = $%d", len(args))
	}
	var found []renewal.Batch
	err := l.engine.each(ctx, func(row row) error {
		b, err := scanBatch(row)
		found = append(found, b)
		return err
	}, statement+` ORDER BY id DESC LIMIT $1`, args...)
	if err != nil {
		return nil, fmt.Errorf("list ended batches: %w", err)
	}
	return found, nil
}

// Anybody stands for all requesters.
const Anybody = ""

// SubmitBatch makes a batch of a submission with all its requests, or nothing of it. A second
// delivery, told by its Key, gives the batch of the first one. The error may be a *renewal.Refusal.
// With ErrUnclear it may have become one; after any other error it has not.
func (l *Ledger) SubmitBatch(ctx context.Context, s renewal.BatchSubmission) (b renewal.Batch, created bool, err error) {
	if s.Key == "" {
		return b, false, errors.New("submit a batch: a submission needs a key")
	}
	var refusal *renewal.Refusal
	var saved []renewal.Change
	err = l.change(ctx, "submit batch", func(t tx) error {
		var err error
		refusal = nil
		b, saved, err = l.submitBatch(ctx, t, s)
		return err
	})
	if errors.As(err, &refusal) {
		now, err := l.now(ctx, l.engine)
		if err == nil {
			denied := renewal.Request{}.Denied(s.By.UserID, actionSubmit, refusal, now)
			denied.Click = s.By.Click
			err = l.deny(ctx, denied)
		}
		if err != nil && !errors.Is(err, renewal.ErrRepeated) {
			return renewal.Batch{}, false, fmt.Errorf("submit a batch: %w", err)
		}
		return renewal.Batch{}, false, refusal
	}
	if len(saved) > 0 {
		err = l.known(ctx, saved[len(saved)-1].Entry, err)
	}
	if err != nil {
		return renewal.Batch{}, false, fmt.Errorf("submit a batch: %w", err)
	}
	for _, c := range saved {
		l.tell(ctx, c)
	}
	return b, len(saved) > 0, nil
}

func (l *Ledger) submitBatch(ctx context.Context, t tx, s renewal.BatchSubmission) (renewal.Batch, []renewal.Change, error) {
	var none renewal.Batch
	// The number of requests is taken first, as whoever submits one does: both wait for each other.
	if _, err := t.exec(ctx, `UPDATE counters SET value = value WHERE name = 'request'`); err != nil {
		return none, nil, fmt.Errorf("wait for other submissions: %w", err)
	}
	first, err := scanBatch(t.one(ctx, `SELECT document FROM batches WHERE submission_key = $1`, indexed(s.Key)))
	if !errors.Is(err, ErrNotFound) {
		return first, nil, err
	}
	var id int64
	if err := t.one(ctx, `UPDATE counters SET value = value + 1 WHERE name = 'batch' RETURNING value`).Scan(&id); err != nil {
		return none, nil, fmt.Errorf("number the batch: %w", err)
	}
	now, err := l.now(ctx, t)
	if err != nil {
		return none, nil, err
	}
	b, lines, err := renewal.NewBatch(id, s, now, l.options.Policy)
	if err != nil {
		return none, nil, err
	}
	var saved []renewal.Change
	var requests []renewal.Request
	for _, line := range lines {
		r, change, refusal, err := l.submit(ctx, t, line)
		switch {
		case refusal != nil:
			return none, nil, renewal.OfLine(line.Number(), refusal) // all of it is rolled back
		case err != nil:
			return none, nil, err
		case change == nil:
			return none, nil, fmt.Errorf("%s was submitted before, and its batch was not", r.Reference())
		}
		saved, requests = append(saved, *change), append(requests, r)
	}
	c := renewal.Change{Entry: renewal.BatchEntry(b, requests), Jobs: []renewal.Job{
		{Kind: renewal.SyncSlack, RequestID: b.Subject(), At: now}, {Kind: renewal.SyncSlack, At: now}, {Kind: renewal.Remind, RequestID: b.Subject(), At: now},
	}}
	if err := l.record(ctx, t, &c); err != nil {
		return none, nil, err
	}
	document, err := json.Marshal(b)
	if err != nil {
		return none, nil, err
	}
	_, err = t.exec(ctx, `INSERT INTO batches (id, version, submission_key, requester, created_at, updated_at, document) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		b.ID, b.Version, indexed(s.Key), indexed(b.Requester), micros(b.CreatedAt), micros(b.UpdatedAt), clean(string(document)))
	if err != nil {
		return none, nil, fmt.Errorf("save %s: %w", b.Reference(), err)
	}
	return b, append(saved, c), nil
}

// ApplyBatch lets an event happen to a batch and its lines, all or none. The error is a
// *renewal.Refusal when it may not; a click that is delivered twice changes nothing the second
// time, and a refusal is renewal.ErrRepeated then, too. With ErrUnclear it may have happened; after any other error it has not.
func (l *Ledger) ApplyBatch(ctx context.Context, id int64, e renewal.BatchEvent) (renewal.Batch, error) {
	for range maxConflicts {
		b, err := l.applyBatch(ctx, id, e)
		switch refusal := (*renewal.Refusal)(nil); {
		case errors.Is(err, errConflict):
			continue
		case errors.As(err, &refusal) && errors.Is(err, renewal.ErrRepeated):
			return b, fmt.Errorf("%w: %w", renewal.ErrRepeated, refusal)
		case errors.As(err, &refusal):
			return b, refusal
		case err != nil:
			return b, fmt.Errorf("apply %s to %s: %w", e.Action(), renewal.BatchReference(id), err)
		}
		return b, nil
	}
	return renewal.Batch{}, fmt.Errorf("apply %s to %s: %w", e.Action(), renewal.BatchReference(id), errConflict)
}

func (l *Ledger) applyBatch(ctx context.Context, id int64, e renewal.BatchEvent) (b renewal.Batch, err error) {
	var saved []renewal.Change
	var denied *renewal.Change
	err = l.change(ctx, "apply "+e.Action(), func(t tx) error {
		saved, denied = nil, nil
		if b, err = batchOf(ctx, t, id); err != nil {
			return err
		}
		lines, err := linesOf(ctx, t, id)
		if err != nil {
			return err
		}
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		change, err := b.Apply(e, lines, now, l.options.Policy)
		var refusal *renewal.Refusal
		switch {
		case errors.Is(err, renewal.ErrRepeated):
			return nil
		case errors.As(err, &refusal):
			c := b.DeniedBatch(e, refusal, now)
			denied = &c
			return refusal
		case err != nil:
			return err
		}
		saved, err = l.saveBatch(ctx, t, &b, lines, change)
		return err
	})
	if denied != nil {
		return b, errors.Join(l.deny(ctx, *denied), err)
	}
	if len(saved) > 0 {
		err = l.known(ctx, saved[len(saved)-1].Entry, err)
	}
	if err == nil {
		for _, c := range saved {
			l.tell(ctx, c)
		}
	}
	return b, err
}

// saveBatch saves the lines first, all of them, and then what locks the trail, as every other
// change does.
func (l *Ledger) saveBatch(ctx context.Context, t tx, b *renewal.Batch, before []renewal.Request, change renewal.BatchChange) ([]renewal.Change, error) {
	var saved []renewal.Change
	changes := slices.Clone(change.Lines)
	sort.Slice(changes, func(i, k int) bool { return changes[i].Request.ID < changes[k].Request.ID })
	for i, c := range changes {
		was := before[slices.IndexFunc(before, func(r renewal.Request) bool { return r.ID == c.Request.ID })]
		r, err := save(ctx, t, was, c.Request, false)
		if err != nil {
			return nil, err
		}
		changes[i].Request.Version = r.Version
	}
	for _, c := range changes {
		if err := l.record(ctx, t, &c); err != nil {
			return nil, err
		}
		saved = append(saved, c)
	}
	own := renewal.Change{Entry: change.Entry, Jobs: change.Jobs}
	if err := l.record(ctx, t, &own); err != nil {
		return nil, err
	}
	after, err := writeBatch(ctx, t, change.Batch)
	if err != nil {
		return nil, err
	}
	*b = after
	return append(saved, own), nil
}

// writeBatch writes a batch's next version.
func writeBatch(ctx context.Context, t tx, b renewal.Batch) (renewal.Batch, error) {
	was := b.Version
	b.Version++
	document, err := json.Marshal(b)
	if err != nil {
		return b, err
	}
	n, err := t.exec(ctx, `UPDATE batches SET version = $1, updated_at = $2, document = $3 WHERE id = $4 AND version = $5`,
		b.Version, micros(b.UpdatedAt), clean(string(document)), b.ID, was)
	switch {
	case err != nil:
		return b, fmt.Errorf("save %s: %w", b.Reference(), err)
	case n != 1:
		return b, errConflict
	}
	return b, nil
}

// follow is what becomes of a batch when one of its lines has changed, in the same transaction.
// The trail is locked by now, as it is by whoever changes the batch. It returns the entry of a
// pause, or nil.
func (l *Ledger) follow(ctx context.Context, t tx, before renewal.Status, c renewal.Change) (*renewal.Entry, error) {
	if c.Request.Batch == 0 {
		return nil, nil //nolint:nilnil // nothing follows
	}
	b, err := batchOf(ctx, t, c.Request.Batch)
	if err != nil {
		return nil, fmt.Errorf("read the batch of %s: %w", c.Request.Reference(), err)
	}
	lines, err := statesOf(ctx, t, b.ID)
	if err != nil {
		return nil, fmt.Errorf("read the lines of %s: %w", b.Reference(), err)
	}
	after, entry, jobs := b.Follow(before, c, lines, c.Entry.At)
	if after.Refusals != b.Refusals || entry.Code != "" {
		after.UpdatedAt = c.Entry.At
		if _, err := writeBatch(ctx, t, after); err != nil {
			return nil, err
		}
	}
	if entry.Code == "" {
		return nil, l.enqueue(ctx, t, c.Entry.At, jobs)
	}
	own := renewal.Change{Entry: entry, Jobs: jobs}
	err = l.record(ctx, t, &own)
	return &own.Entry, err
}

// outOfTurn refuses the attempt of a line of a batch while it is not its turn.
func outOfTurn(ctx context.Context, q querier, r renewal.Request) (*renewal.Refusal, error) {
	if r.Batch == 0 {
		return nil, nil //nolint:nilnil // nothing speaks against it
	}
	b, err := batchOf(ctx, q, r.Batch)
	if err != nil {
		return nil, fmt.Errorf("read the batch of %s: %w", r.Reference(), err)
	}
	lines, err := statesOf(ctx, q, b.ID)
	if err != nil {
		return nil, fmt.Errorf("read the lines of %s: %w", b.Reference(), err)
	}
	for i := range lines {
		if lines[i].ID == r.ID {
			lines[i].Status = r.Status // as it was before the attempt that may have been written already
		}
	}
	return r.OutOfTurn(b, lines), nil
}

// OutOfTurn says whether the order of a request has to wait for its turn in its batch. Whoever
// gives it its turn starts its job.
func (l *Ledger) OutOfTurn(ctx context.Context, r renewal.Request) (bool, error) {
	refusal, err := outOfTurn(ctx, l.engine, r)
	return refusal != nil, err
}

// SaveBatchDraft keeps what somebody is putting together, and forgets what nobody has touched for
// a day.
func (l *Ledger) SaveBatchDraft(ctx context.Context, key string, draft any) error {
	document, err := json.Marshal(draft)
	if err != nil {
		return fmt.Errorf("encode a draft: %w", err)
	}
	err = l.change(ctx, "save batch draft", func(t tx) error {
		now, err := l.now(ctx, t)
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM batch_drafts WHERE updated_at < $1`, micros(now.AddDate(0, 0, -1))); err != nil {
			return err
		}
		_, err = t.exec(ctx, `INSERT INTO batch_drafts (key, document, updated_at) VALUES ($1, $2, $3)
			ON CONFLICT (key) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at`,
			indexed(key), clean(string(document)), micros(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep a draft: %w", err)
	}
	return nil
}

// BatchDraft reads what somebody is putting together, or returns ErrNotFound.
func (l *Ledger) BatchDraft(ctx context.Context, key string, into any) error {
	var document string
	err := l.engine.one(ctx, `SELECT document FROM batch_drafts WHERE key = $1`, indexed(key)).Scan(&document)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrNotFound
	case err != nil:
		return fmt.Errorf("read a draft: %w", err)
	}
	return json.Unmarshal([]byte(document), into)
}
