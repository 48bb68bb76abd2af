package bot_test

import (
	"fmt"
	"slices"
	"time"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
)

// orderedTwice goes on until some holder has got a second order, so that checkRepeats has looked at one.
func (w *whole) orderedTwice() {
	w.t.Helper()
	for tries := 0; w.repeats == 0; tries++ {
		if tries == 20 {
			w.t.Fatal("no holder ever got a second order")
		}
		w.holders++
		for range 2 {
			w.requests++
			o := w.offerFor(w.holders)
			o.Lines[0].Quantity = 50
			r, _, err := w.Ledger.Submit(w.ctx, renewal.Submission{
				Key: fmt.Sprint("model ", w.requests), By: renewal.Actor{UserID: sandbox.Alice, MayRequest: true}, Channel: sandbox.Renewals, Offer: o,
			})
			if err != nil {
				w.t.Fatal(err)
			}
			if !w.carried(r.ID) {
				break
			}
		}
		w.calm()
	}
}

// carried approves a request as often as it comes back, and says whether it was ordered.
func (w *whole) carried(id int64) (ordered bool) {
	w.until("the end of a request", func() bool {
		w.clock.Advance(10 * time.Second)
		w.resume()
		r, err := w.Ledger.Get(w.ctx, id)
		if err != nil {
			w.t.Fatal(err)
		}
		var e renewal.Event
		switch r.Status {
		case renewal.Pending:
			e = renewal.Approve{By: carol, Shown: r.Shown(), Comment: "They really have two."}
		case renewal.Refused:
			e = renewal.Retry{By: carol, Shown: r.Shown()}
		case renewal.Approved, renewal.Ordering:
			return false
		default:
			ordered = r.Status == renewal.Ordered
			return true
		}
		if _, err := w.Ledger.Apply(w.ctx, id, e); renewal.IgnoreRefusal(err) != nil {
			w.t.Fatal(err)
		}
		return false
	})
	return ordered
}

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

// turnsUp says whether another request was ordered of which nobody was told who approved this one.
func (m *model) turnsUp(r *modelled) bool {
	told := m.get(r).Doubts
	return slices.ContainsFunc(m.requests, func(other *modelled) bool {
		return other != r && other.status == renewal.Ordered && !slices.ContainsFunc(told, func(d renewal.Doubt) bool {
			return d.Kind == renewal.DoubtOrderedBefore && d.Request == other.id
		})
	})
}

// repeats wants no second order of a holder and product, all being of one, unless people were told of each
// of those before and somebody has said why in words. It counts them.
func (m *model) repeats() (second int) {
	all := m.all()
	for _, r := range all {
		sent, ok := r.Attempt()
		if !ok || r.Status != renewal.Ordered {
			continue
		}
		for _, other := range all {
			first, ok := other.Attempt()
			if !ok || other.ID == r.ID || other.Status != renewal.Ordered || !first.StartedAt.Before(sent.StartedAt) {
				continue
			}
			second++
			told := slices.ContainsFunc(r.Doubts, func(d renewal.Doubt) bool { return d.Kind == renewal.DoubtOrderedBefore && d.Request == other.ID })
			if !told || r.Unexplained || r.Explained == nil || r.Explained.At.Before(first.StartedAt) {
				m.t.Fatalf("%s was ordered after %s: told %t, in words %+v", r.Reference(), other.Reference(), told, r.Explained)
			}
		}
	}
	return second
}

// carries brings requests on until one was ordered after another one, or for a while: left to chance alone
// that is seldom.
func (m *model) carries() {
	for range 40 {
		open := slices.DeleteFunc(slices.Clone(m.requests), func(r *modelled) bool { return r.status.Final() })
		for _, r := range open[:min(len(open), 3)] {
			switch r.status {
			case renewal.Pending:
				m.approve(r)
			case renewal.Approved:
				m.place(r)
			case renewal.Refused:
				m.retry(r)
			case renewal.Processing:
				m.portal(r)
				m.poll(r)
			case renewal.Unknown:
				m.settle(r)
			case renewal.Ordering:
				m.clock.Advance(modelDeadline)
				m.reconcile(r)
			}
			m.compare()
		}
		if len(open) == 0 {
			m.submit()
		}
		if m.pause.by != "" {
			m.pauses()
		}
		if m.repeats() > 0 {
			return
		}
	}
}
