package bot_test

import (
	"context"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// modelPause is whether orders are paused, as the model has it.
type modelPause struct {
	by   string      // who paused; empty: orders are sent
	at   time.Time   // when that changed last
	lost []time.Time // when orders came to be of unknown fate
}

// loses counts an order of unknown fate: too many pause the rest.
func (m *model) loses() {
	now := m.clock.Now()
	m.pause.lost = append(m.pause.lost, now)
	recent := 0
	for _, at := range m.pause.lost {
		if at.After(now.Add(-renewal.AlarmWithin)) && at.After(m.pause.at) {
			recent++
		}
	}
	if m.pause.by == "" && recent >= renewal.AlarmingUnknowns {
		m.pause.by, m.pause.at = renewal.System, now
	}
}

// pauses lets somebody pause orders, or resume them.
func (m *model) pauses() {
	by := m.actor()
	if m.pause.by == "" && rapid.IntRange(0, 3).Draw(m.t, "really") > 0 {
		return // otherwise most of the time nothing is sent
	}
	if rapid.Bool().Draw(m.t, "pause") && m.pause.by == "" {
		err := m.ledger.Pause(m.ctx, by, "a model")
		switch {
		case !m.approver(by):
			m.refused("pause", err)
		case err != nil:
			m.t.Fatal(err)
		default:
			m.pause.by, m.pause.at = by.UserID, m.clock.Now()
		}
		return
	}
	err := m.ledger.Resume(m.ctx, by)
	switch {
	case !m.approver(by):
		m.refused("resume", err)
	case err != nil:
		m.t.Fatal(err)
	case m.pause.by != "":
		m.pause.by, m.pause.at = "", m.clock.Now()
	}
}

// comparePause compares the ledger's pause with the model's.
func (m *model) comparePause() {
	p, err := m.ledger.Paused(m.ctx)
	if err != nil || p.By != m.pause.by {
		m.t.Fatalf("paused by %q, want %q: %v", p.By, m.pause.by, err)
	}
	if problem := orderedWhilePaused(m.ctx, m.ledger); problem != "" {
		m.t.Fatal(problem)
	}
}

// orderedWhilePaused says which attempt was begun while orders were paused; it is empty when
// none was.
func orderedWhilePaused(ctx context.Context, l *ledger.Ledger) (problem string) {
	paused := false
	err := l.EachEntry(ctx, ledger.EntryFilter{}, func(e renewal.Entry) error {
		switch e.Code {
		case renewal.CodePaused:
			paused = true
		case renewal.CodeResumed:
			paused = false
		case renewal.CodeOrdering:
			if paused {
				problem = fmt.Sprintf("entry %d begins an order of %s while orders are paused", e.Seq, renewal.Reference(e.RequestID))
			}
		}
		return nil
	})
	if err != nil {
		return err.Error()
	}
	return problem
}

// gives lets somebody return a request for changes.
func (m *model) gives(r *modelled) {
	by := m.actor()
	s, stale := m.seen(r)
	reason := rapid.SampledFrom([]string{"", "another number"}).Draw(m.t, "reason")
	place, may := m.decides(by, r)
	if may && !m.atStep(r, place, "", time.Time{}) {
		_, may = m.inPlaceOf(by, r, func(of string) bool { return m.atStep(r, of, "", time.Time{}) })
	}
	e := renewal.Return{By: by, Shown: s, Reason: reason}
	if _, ok := m.apply(r, e, r.status == renewal.Pending && may && !stale && reason != "" && r.batch == 0); ok {
		r.status, r.votes, r.places, r.voted, r.expires = renewal.Returned, nil, nil, nil, m.clock.Now().Add(m.policy.ExpireAfter)
	}
}

// asksAgain lets somebody ask again for a request, of whatever state.
func (m *model) asksAgain(r *modelled) {
	by := m.actor()
	if len(m.requests) >= mostRequests {
		return
	}
	allowed := by.MayRequest && (r.status == renewal.Rejected || r.status == renewal.Cancelled || r.status == renewal.Expired)
	key := fmt.Sprint(len(m.requests))
	after, _, err := m.ledger.Submit(m.ctx, renewal.Submission{
		Key: key, By: by, Channel: "C1", Offer: modelOffer(m.quantity()), Doubts: modelDoubts(), DoubtReason: "a model", Again: r.id,
	})
	switch {
	case !allowed:
		m.refused("ask again for "+renewal.Reference(r.id), err)
	case err != nil || after.Again != r.id || after.ID != int64(len(m.requests)+1):
		m.t.Fatalf("ask again for %s: %+v %v", renewal.Reference(r.id), after, err)
	default:
		m.asked(after, key, by)
	}
}
