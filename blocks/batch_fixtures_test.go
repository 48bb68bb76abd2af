package blocks_test

import (
	"fmt"

	"github.com/shopspring/decimal"

	"renewbot/blocks"
	"renewbot/bot/renewal"
)

// batchOf is a batch whose lines are in these states, one after the other.
func batchOf(statuses ...renewal.Status) blocks.BatchData {
	d := blocks.BatchData{Batch: renewal.Batch{
		ID: 7, Version: 3, Requester: alice, Channel: "C0RENEW", Lines: len(statuses), Note: "All of the second quarter.", CreatedAt: now, UpdatedAt: now,
	}}
	for i, s := range statuses {
		r := request(s)
		r.ID, r.Batch, r.Line, r.Note = int64(200+i), 7, i+1, d.Batch.Note
		r.Offer.Holder.Name = fmt.Sprintf("Example Telecom %d", i+1)
		if i%3 != 2 {
			r.Offer.Price = &renewal.Price{Amount: decimal.RequireFromString("480"), Currency: "EUR"}
		}
		if s != renewal.Pending {
			d.Batch.Approvals = []renewal.BatchApproval{{By: bob, At: now, Fingerprint: "0123456789abcdef0123456789abcdef", Lines: len(statuses)}}
		}
		d.Lines = append(d.Lines, r)
	}
	return d
}

func times(s renewal.Status, n int) []renewal.Status {
	all := make([]renewal.Status, n)
	for i := range all {
		all[i] = s
	}
	return all
}

func doubted(d blocks.BatchData) blocks.BatchData {
	d.Lines[1].Doubts, d.Lines[1].DoubtReason = doubts()[:2], "Agreed by phone."
	return d
}

// allDoubted is a batch of which every line has doubts, more than a card tells.
func allDoubted(n int) blocks.BatchData {
	d := batchOf(times(renewal.Pending, n)...)
	for i := range d.Lines {
		r := &d.Lines[i]
		r.Doubts, r.DoubtReason = doubts(), "Agreed by phone."
		if i%2 == 1 {
			r.DoubtReason = "Their *third* PBX."
		}
		r.Doubts = append(r.Doubts, renewal.Doubt{Kind: renewal.DoubtOpenRequest, Serious: true, Request: int64(1000 + i)})
	}
	return d
}

func held(code renewal.HoldCode) blocks.BatchData {
	d := batchOf(append(times(renewal.Ordered, 3), renewal.Unknown, renewal.Approved, renewal.Approved)...)
	d.Batch.Held = &renewal.BatchHold{Code: code, Request: 203, At: now}
	return d
}
