package slackview

import (
	"context"
	"sort"
	"time"

	"renewbot/blocks"
	"renewbot/bot/renewal"
)

// Batches are those that a person has to do with.
type Batches struct {
	Waiting []blocks.BatchData // for what they decide
	Mine    []blocks.BatchData // that they asked for, unless it waits for them
	Decided []blocks.BatchData // of others, that they decided on and that go on
	Ended   []blocks.BatchData // that they asked for or decided on, the newest first
}

// Subjects stand for the batches where links are looked for.
func (b Batches) Subjects() []renewal.Request {
	var all []renewal.Request
	for _, list := range [][]blocks.BatchData{b.Waiting, b.Mine, b.Decided, b.Ended} {
		for _, d := range list {
			all = append(all, renewal.Request{ID: d.Batch.Subject()})
		}
	}
	return all
}

// goesOn are the states of lines whose batch has not ended: all that are open, but Refused, which
// stands for itself in every list.
var goesOn = []renewal.Status{renewal.Pending, renewal.Approved, renewal.Ordering, renewal.Processing, renewal.Unknown}

// batches are those that have not ended.
func (v *View) batches(ctx context.Context) ([]blocks.BatchData, error) {
	open, err := v.ledger.OpenBatches(ctx, goesOn...)
	if err != nil {
		return nil, err
	}
	return v.withLines(ctx, open)
}

func (v *View) withLines(ctx context.Context, batches []renewal.Batch) ([]blocks.BatchData, error) {
	var list []blocks.BatchData
	for _, b := range batches {
		_, lines, err := v.ledger.Batch(ctx, b.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, blocks.BatchData{Batch: b, Lines: b.Under(lines, v.policy)})
	}
	return list, nil
}

// batchesFor are the batches of a person, with what they may do.
func (v *View) batchesFor(ctx context.Context, a renewal.Actor, c common, beside func(renewal.Request) renewal.Actor, now time.Time) (b Batches, err error) {
	for _, d := range c.batches {
		as := beside(d.Batch.Everybody(d.Lines))
		d.Can = d.Batch.Can(as, d.Lines, now, v.policy)
		switch {
		case d.Batch.WaitsFor(as, d.Lines, now, v.policy):
			b.Waiting = append(b.Waiting, d)
		case d.Batch.Requester == a.UserID:
			b.Mine = append(b.Mine, d)
		case d.Batch.DecidedBy(a.UserID, d.Lines):
			b.Decided = append(b.Decided, d)
		}
	}
	own, err := v.ledger.EndedBatches(ctx, a.UserID, recentBatches, goesOn...)
	if err != nil {
		return b, err
	}
	if b.Ended, err = v.withLines(ctx, own); err != nil {
		return b, err
	}
	for _, d := range c.endedBatches {
		if d.Batch.Requester != a.UserID && d.Batch.DecidedBy(a.UserID, d.Lines) {
			b.Ended = append(b.Ended, d)
		}
	}
	sort.Slice(b.Ended, func(i, k int) bool { return b.Ended[i].Batch.ID > b.Ended[k].Batch.ID })
	b.Ended = b.Ended[:min(len(b.Ended), recentBatches)]
	return b, nil
}
