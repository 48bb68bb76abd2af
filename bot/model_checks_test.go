package bot_test

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// checkRepeats wants no second order of a holder unless people were told of the first and somebody
// has said, since then, why there should be a second one.
func (w *whole) checkRepeats(r renewal.Request, all []renewal.Request) {
	w.t.Helper()
	sent, ok := r.Attempt()
	if !ok || sent.Outcome != renewal.Placed {
		return
	}
	for _, other := range all {
		first, ok := other.Attempt()
		if !ok || other.ID == r.ID || first.Outcome != renewal.Placed || other.Offer.Holder.Key() != r.Offer.Holder.Key() ||
			!first.StartedAt.Before(sent.StartedAt) {
			continue
		}
		if !slices.ContainsFunc(r.Doubts, func(d renewal.Doubt) bool { return d.Kind == renewal.DoubtOrderedBefore && d.Request == other.ID }) {
			w.t.Errorf("%s was ordered after %s, and nobody was told: %+v", r.Reference(), other.Reference(), r.Doubts)
		}
		if r.Unexplained || (r.DoubtReason == "" && r.Explained == nil) {
			w.t.Errorf("%s was ordered after %s, and nobody has said why: %q %+v", r.Reference(), other.Reference(), r.DoubtReason, r.Explained)
		}
		w.repeats++
	}
}

// moving says whether an order goes out by itself: one that waits for another of the same
// holder and product does not, for as long as people or the vendor have not settled that one.
func (w *whole) moving() bool {
	w.t.Helper()
	open, err := w.Ledger.List(w.ctx, ledger.Filter{
		Statuses: []renewal.Status{renewal.Approved, renewal.Ordering, renewal.Unknown, renewal.Processing},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	unsettled := map[string]bool{}
	for _, r := range open {
		if r.Status == renewal.Unknown || r.Status == renewal.Processing {
			unsettled[r.Offer.Product+r.Offer.Holder.Key()] = true
		}
	}
	return slices.ContainsFunc(open, func(r renewal.Request) bool {
		return r.Status == renewal.Ordering || r.Status == renewal.Approved && !unsettled[r.Offer.Product+r.Offer.Holder.Key()]
	})
}

func (w *whole) check(r renewal.Request) {
	w.t.Helper()
	if problem := replay(r, w.entries(r.Reference())); problem != "" {
		w.t.Fatalf("%s: %s", r.Reference(), problem)
	}
	settled := 0
	for i, a := range r.Attempts {
		// An earlier one may have been of a revision before this one.
		if last := i == len(r.Attempts)-1; last && r.Revision == 1 && (string(a.Body) != string(r.Body) || a.Fingerprint != r.Fingerprint) {
			w.t.Errorf("%s: attempt %d is not what was approved", r.Reference(), a.Number)
		}
		if a.Order != nil {
			settled++
		}
		if i < len(r.Attempts)-1 && a.Outcome != renewal.NotPlaced {
			w.t.Errorf("%s: attempt %d is %s, and another one followed", r.Reference(), a.Number, a.Outcome)
		}
	}
	orders := 0
	for _, o := range w.Vendor.Placed() {
		if strings.HasSuffix(o.PONumber, r.Reference()) {
			orders++
		}
	}
	if orders != settled && (r.Status != renewal.Unknown || orders != settled+1) {
		w.t.Errorf("%s is %s with %d orders of its attempts, and the vendor has %d", r.Reference(), r.Status, settled, orders)
	}
	if !r.Status.Final() {
		return
	}
	r.Version, r.DateTold, r.RenewedUntil, r.UpdatedAt = 0, "", time.Time{}, time.Time{} // what the portal tells of the package comes later
	now, err := json.Marshal(r)
	if err != nil {
		w.t.Fatal(err)
	}
	if before, ok := w.finals[r.ID]; ok && before != string(now) {
		w.t.Errorf("%s was final and changed from %s to %s", r.Reference(), before, now)
	}
	w.finals[r.ID] = string(now)
}

// calm waits until nothing is under way, and checks everything.
func (w *whole) calm() {
	w.t.Helper()
	lagging := int64(1) // what was not shown the last time is looked at first
	w.until("calm", func() bool {
		w.clock.Advance(10 * time.Second) // for what is to be tried again
		w.resume()
		if w.requests > 0 && !w.posted(lagging) {
			return false
		}
		moving := w.moving()
		for id := int64(1); id <= w.requests && !moving; id++ {
			if !w.posted(id) {
				lagging = id
				return false
			}
		}
		return !moving
	})
	if err := w.Ledger.Verify(w.ctx); err != nil {
		w.t.Fatal(err)
	}
	if problem := orderedWhilePaused(w.ctx, w.Ledger); problem != "" {
		w.t.Fatal(problem)
	}
	stored, err := w.Ledger.List(w.ctx, ledger.Filter{})
	if err != nil || int64(len(stored)) != w.requests {
		w.t.Fatalf("%d requests, want %d: %v", len(stored), w.requests, err)
	}
	for _, r := range stored {
		w.check(r)
		w.checkRepeats(r, stored)
	}
	for k, messages := range w.shown() {
		if len(messages) != 1 {
			w.t.Errorf("%d messages show %v", len(messages), k)
		}
	}
}
