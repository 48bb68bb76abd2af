package bot_test

import (
	"errors"
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

func (m *model) actor() renewal.Actor { return rapid.SampledFrom(modelActors).Draw(m.t, "who") }

// seen is what somebody clicks on: mostly the present card.
func (m *model) seen(r *modelled) (s renewal.Shown, stale bool) {
	i := len(r.shown) - 1
	if i > 0 && rapid.IntRange(0, 3).Draw(m.t, "stale") == 0 {
		return r.shown[rapid.IntRange(0, i-1).Draw(m.t, "which")], true
	}
	return r.shown[i], false
}

// modelOffer is for the nth customer: of one holder there is one order under way.
func modelOffer(v *yeastarsim.Server, n, quantity int) renewal.Offer {
	o := tutorialOffer()
	p := served(v)[n]
	o.Holder = renewal.Holder{PartnerID: yeastar.ID(p.PartnerID), Name: "A customer"}
	o.Lines[0].ID = yeastar.ID(p.PlanID)
	o.Lines[0].Quantity = quantity
	return o
}

func (m *model) quantity() int { return rapid.SampledFrom([]int{50, 100, 150}).Draw(m.t, "quantity") }

func (m *model) submit() {
	by := m.actor()
	key := fmt.Sprint(len(m.requests))
	var twice *modelled
	if len(m.requests) > 0 && rapid.IntRange(0, 3).Draw(m.t, "delivered twice") == 0 {
		twice = m.requests[rapid.IntRange(0, len(m.requests)-1).Draw(m.t, "again")]
		key = twice.key
	}
	if len(m.requests) >= 8 && twice == nil {
		return
	}
	r, created, err := m.ledger.Submit(m.ctx, renewal.Submission{Key: key, By: by, Channel: "C1", Offer: modelOffer(m.vendor, len(m.requests), m.quantity())})
	switch {
	case twice != nil:
		if err != nil || created || r.ID != twice.id {
			m.t.Fatalf("a second delivery of %s made %s: %v %v", renewal.Reference(twice.id), r.Reference(), created, err)
		}
	case !by.MayRequest:
		m.refused("submit", err)
	case err != nil || !created || r.ID != int64(len(m.requests)+1):
		m.t.Fatalf("submit: %s %v %v", r.Reference(), created, err)
	default:
		m.requests = append(m.requests, &modelled{
			id: r.ID, key: key, requester: by.UserID, status: renewal.Pending, expires: m.clock.Now().Add(m.policy.ExpireAfter),
			shown: []renewal.Shown{{Revision: r.Revision, Fingerprint: r.Fingerprint}},
		})
	}
}

func (m *model) refused(what string, err error) {
	var refusal *renewal.Refusal
	if !errors.As(err, &refusal) {
		m.t.Fatalf("%s: %v, want a refusal", what, err)
	}
}

// apply lets an event happen that should be allowed, or not.
func (m *model) apply(r *modelled, e renewal.Event, allowed bool) (renewal.Request, bool) {
	after, err := m.ledger.Apply(m.ctx, r.id, e)
	if !allowed {
		m.refused(fmt.Sprintf("%T on %s, which is %s", e, renewal.Reference(r.id), r.status), err)
		return after, false
	}
	if err != nil {
		m.t.Fatalf("%T on %s, which is %s: %v", e, renewal.Reference(r.id), r.status, err)
	}
	return after, true
}

func (m *model) amend(r *modelled) {
	by := m.actor()
	s, stale := m.seen(r)
	e := renewal.Amend{By: by, Shown: s, Offer: modelOffer(m.vendor, int(r.id-1), m.quantity())}
	if after, ok := m.apply(r, e, r.status == renewal.Pending && by.MayRequest && by.UserID == r.requester && !stale); ok {
		r.votes = nil
		r.shown = append(r.shown, renewal.Shown{Revision: after.Revision, Fingerprint: after.Fingerprint})
	}
}

// decides says whether somebody may decide on a request.
func (m *model) decides(by renewal.Actor, r *modelled) bool {
	return by.MayApprove && (m.policy.SelfApproval || by.UserID != r.requester)
}

func (m *model) approve(r *modelled) {
	by := m.actor()
	s, stale := m.seen(r)
	allowed := r.status == renewal.Pending && m.decides(by, r) && !stale && m.clock.Now().Before(r.expires) && !slices.Contains(r.votes, by.UserID)
	if _, ok := m.apply(r, renewal.Approve{By: by, Shown: s}, allowed); ok {
		if r.votes = append(r.votes, by.UserID); len(r.votes) >= m.policy.Required {
			r.status = renewal.Approved
		}
	}
}

func (m *model) reject(r *modelled) {
	if rapid.IntRange(0, 3).Draw(m.t, "really") > 0 {
		return // otherwise most requests end here
	}
	by := m.actor()
	s, stale := m.seen(r)
	reason := rapid.SampledFrom([]string{"", "no"}).Draw(m.t, "reason")
	if _, ok := m.apply(r, renewal.Reject{By: by, Shown: s, Reason: reason}, r.status == renewal.Pending && m.decides(by, r) && !stale && reason != ""); ok {
		r.status = renewal.Rejected
	}
}

func (m *model) cancel(r *modelled) {
	by := m.actor()
	if _, ok := m.apply(r, renewal.Cancel{By: by}, r.status == renewal.Pending && by.UserID == r.requester); ok {
		r.status = renewal.Cancelled
	}
}

func (m *model) retry(r *modelled) {
	by := m.actor()
	s, stale := m.seen(r)
	if _, ok := m.apply(r, renewal.Retry{By: by, Shown: s}, r.status == renewal.Refused && m.decides(by, r) && !stale); ok {
		r.status, r.asked = renewal.Approved, len(r.attempts)
	}
}

func (m *model) closeRefused(r *modelled) {
	by := m.actor()
	if _, ok := m.apply(r, renewal.Close{By: by}, r.status == renewal.Refused && (by.MayApprove || by.UserID == r.requester)); ok {
		r.status = renewal.Cancelled
	}
}

// settle lets somebody say what became of an attempt, by what the portal shows. Of older
// attempts nobody can say anything.
func (m *model) settle(r *modelled) {
	by := m.actor()
	number := max(len(r.attempts)-rapid.IntRange(0, 1).Draw(m.t, "older"), 1)
	allowed := r.status == renewal.Unknown && by.MayApprove && number == len(r.attempts)
	if len(r.attempts) == 0 || !r.attempts[number-1].effect {
		if _, ok := m.apply(r, renewal.SettleNotPlaced{By: by, Attempt: number, Reason: "looked"}, allowed); ok {
			r.status = renewal.Refused
			r.attempts[number-1].outcome = renewal.NotPlaced
		}
		return
	}
	orders := m.ordersOf(r)
	o := orders[len(orders)-1]
	e := renewal.SettlePlaced{By: by, Attempt: number, Order: yeastar.OrderResult{OrderNo: o.OrderNo, OrderStatus: o.Status}}
	if _, ok := m.apply(r, e, allowed); ok {
		r.takes(o.Status)
	}
}
