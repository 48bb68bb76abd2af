package slackview

import (
	"context"

	"renewbot/blocks"
	"renewbot/bot/renewal"
)

// batches are those of which a line waits for something.
func (v *View) batches(ctx context.Context) ([]blocks.BatchData, error) {
	open, err := v.ledger.OpenBatches(ctx, renewal.Pending, renewal.Approved, renewal.Ordering)
	if err != nil {
		return nil, err
	}
	var list []blocks.BatchData
	for _, b := range open {
		_, lines, err := v.ledger.Batch(ctx, b.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, blocks.BatchData{Batch: b, Lines: renewal.Under(lines, v.policy)})
	}
	return list, nil
}

// ofBatch says whether a batch tells of a request, so that no list needs to.
func ofBatch(r renewal.Request) bool {
	return r.Undivided() && r.Status != renewal.Unknown && r.Status != renewal.Refused
}

// Subjects stand for batches where links are looked for.
func Subjects(batches []blocks.BatchData) []renewal.Request {
	var all []renewal.Request
	for _, d := range batches {
		all = append(all, renewal.Request{ID: d.Batch.Subject()})
	}
	return all
}
