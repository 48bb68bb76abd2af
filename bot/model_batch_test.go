package bot_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"renewbot/bot/renewal"
)

// Batches of the model have one line each, since all its requests are of one holder: what several
// lines mean for each other is checked in renewal, and by TestBatch and its neighbours.

// undivided says whether the request is decided on the card of its batch, and not by itself.
func (r *modelled) undivided() bool { return r.batch != 0 && !r.apart }

// submitBatch lets somebody ask for a batch, perhaps twice.
func (m *model) submitBatch() {
	if len(m.requests) >= mostRequests {
		return
	}
	by := m.actor()
	key := fmt.Sprint(len(m.requests))
	s := renewal.BatchSubmission{Key: key, By: by, Channel: "C1", Lines: []renewal.Submission{{Offer: modelOffer(m.quantity()), Doubts: modelDoubts(), DoubtReason: "a model"}}}
	b, created, err := m.ledger.SubmitBatch(m.ctx, s)
	if !by.MayRequest {
		m.refused("submit a batch", err)
		return
	}
	if err != nil || !created {
		m.t.Fatalf("submit a batch: %+v %v %v", b, created, err)
	}
	if again, created, err := m.ledger.SubmitBatch(m.ctx, s); err != nil || created || again.ID != b.ID {
		m.t.Fatalf("a second delivery of %s made %s: %v %v", b.Reference(), again.Reference(), created, err)
	}
	_, lines := m.batchOf(b.ID)
	m.asked(lines[0], key+"/1", by)
	m.requests[len(m.requests)-1].batch = b.ID
}

func (m *model) batchOf(id int64) (renewal.Batch, []renewal.Request) {
	b, lines, err := m.ledger.Batch(m.ctx, id)
	if err != nil {
		m.t.Fatal(err)
	}
	return b, lines
}

// decide lets somebody approve or reject a request: by itself, or on the card of its batch or in
// Home, where the buttons are those that Can allows.
func (m *model) decide(r *modelled, e renewal.Event, allowed bool) bool {
	if r.batch == 0 || rapid.IntRange(0, 2).Draw(m.t, "alone") == 0 {
		_, ok := m.apply(r, e, allowed && !r.undivided())
		return ok
	}
	b, lines := m.batchOf(r.batch)
	var event renewal.BatchEvent
	var offered, says bool
	shown, stale := renewal.BatchFingerprint(b.Undecided(lines)), rapid.IntRange(0, 5).Draw(m.t, "stale") == 0
	if stale {
		shown = "older"
	}
	switch e := e.(type) {
	case renewal.Approve:
		event, says = renewal.ApproveBatch{By: e.By, Shown: shown, Voters: e.Voters}, true
		offered = b.Can(e.By, lines, m.clock.Now(), m.policy).Approve
	case renewal.Reject:
		event, says = renewal.RejectBatch{By: e.By, Shown: shown, Reason: e.Reason}, e.Reason != ""
		offered = b.Can(e.By, lines, m.clock.Now(), m.policy).Reject
	}
	if allowed = allowed && r.undivided(); says && offered != allowed {
		m.t.Fatalf("%T of %s: offered %t, allowed %t", event, b.Reference(), offered, allowed)
	}
	return m.applyBatch(r, event, allowed && !stale)
}

// applyBatch lets an event happen to a batch that should be allowed, or not.
func (m *model) applyBatch(r *modelled, e renewal.BatchEvent, allowed bool) bool {
	_, err := m.ledger.ApplyBatch(m.ctx, r.batch, e)
	switch {
	case !allowed:
		m.refused(fmt.Sprintf("%T on %s, whose line is %s", e, renewal.BatchReference(r.batch), r.status), err)
	case err != nil:
		m.t.Fatalf("%T on %s, whose line is %s: %v", e, renewal.BatchReference(r.batch), r.status, err)
	}
	return allowed
}

// rejects says whether somebody may reject a request.
func (m *model) rejects(by renewal.Actor, r *modelled) bool {
	place, may := m.decides(by, r)
	if may && !m.atStep(r, place, "", time.Time{}) {
		_, may = m.inPlaceOf(by, r, func(of string) bool { return m.atStep(r, of, "", time.Time{}) })
	}
	return may
}

// leavesOut lets somebody leave the line of a batch out: whoever asked for it withdraws it.
func (m *model) leavesOut(r *modelled) {
	if r.batch == 0 || rapid.IntRange(0, 2).Draw(m.t, "really") > 0 {
		return
	}
	by := m.actor()
	b, lines := m.batchOf(r.batch)
	e := renewal.LeaveOut{By: by, Shown: renewal.BatchFingerprint(b.Undecided(lines)), Lines: []int64{r.id}, Reason: "a model"}
	own := by.UserID == r.requester
	allowed := r.status == renewal.Pending && r.undivided() && (own || m.rejects(by, r))
	if can := b.Can(by, lines, m.clock.Now(), m.policy); can.LeaveOut != allowed {
		m.t.Fatalf("%s may leave out lines of %s: %t, offered %t", by.UserID, b.Reference(), allowed, can.LeaveOut)
	}
	if m.applyBatch(r, e, allowed) {
		if r.status = renewal.Rejected; own {
			r.status = renewal.Cancelled
		}
	}
}

// stopsBatch lets somebody stop a batch, and tries to go on with it, which it never waits for.
func (m *model) stopsBatch(r *modelled) {
	if r.batch == 0 || r.status == renewal.Pending && rapid.IntRange(0, 2).Draw(m.t, "really") > 0 {
		return
	}
	by := m.actor()
	m.applyBatch(r, renewal.GoOn{By: by}, false)
	own, after := by.UserID == r.requester, renewal.Cancelled
	allowed := r.status == renewal.Pending && own || r.status == renewal.Approved && (own || m.stops(by, r))
	if r.status == renewal.Pending && r.apart && !own {
		allowed, after = m.rejects(by, r), renewal.Rejected
	}
	b, lines := m.batchOf(r.batch)
	if can := b.Can(by, lines, m.clock.Now(), m.policy); can.Stop != allowed {
		m.t.Fatalf("%s may stop %s: %t, offered %t", by.UserID, b.Reference(), allowed, can.Stop)
	}
	if m.applyBatch(r, renewal.StopBatch{By: by}, allowed) {
		r.status = after
	}
}
