package bot_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	"pgregory.net/rapid"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// modelPeople is all of Slack that the bot asks here: users.info, with who has left.
type modelPeople struct {
	server *httptest.Server
	mu     sync.Mutex
	left   map[string]bool
}

func newModelPeople() *modelPeople {
	p := &modelPeople{left: map[string]bool{}}
	p.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		id := r.FormValue("user")
		rw.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(rw, `{"ok":true,"user":{"id":%q,"deleted":%t}}`, id, p.gone(id))
	}))
	return p
}

func (p *modelPeople) gone(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.left[id]
}

// actor is somebody with what they may do now.
func (m *model) actor() renewal.Actor {
	return m.now(rapid.SampledFrom(modelActors).Draw(m.t, "who"))
}

func (m *model) now(a renewal.Actor) renewal.Actor {
	if m.people.gone(a.UserID) {
		return renewal.Actor{UserID: a.UserID, Denied: "Deactivated."}
	}
	if a.Denied == "" {
		a.DeputyOf = m.deputyOf(a.UserID)
	}
	return a
}

// voters are those who have voted for a request, as they are now.
func (m *model) voters(r *modelled) []renewal.Actor {
	var list []renewal.Actor
	for _, id := range r.votes {
		list = append(list, m.now(modelActor(id)))
	}
	return list
}

// leave lets an approver leave or come back. What the bot knows of people is older than it
// uses by then.
func (m *model) leave() {
	id := rapid.SampledFrom([]string{"UA1", "UA2", "UA3"}).Draw(m.t, "approver")
	m.people.mu.Lock()
	m.people.left[id] = !m.people.left[id]
	m.people.mu.Unlock()
	m.clock.Advance(2 * time.Minute)
}

// falls lets the votes fall away of who has left, and of whom approved it before oldest.
func (m *model) falls(r *modelled, oldest time.Time) {
	var votes, places []string
	var voted []time.Time
	for i, id := range r.votes {
		if m.stillIn(id, r.places[i]) && !r.voted[i].Before(oldest) {
			votes, places, voted = append(votes, id), append(places, r.places[i]), append(voted, r.voted[i])
		}
	}
	r.votes, r.places, r.voted = votes, places, voted
}

// asked is what becomes of a request that goes back to its approvers as it is.
func (m *model) askedAnew(r *modelled) {
	last := r.shown[len(r.shown)-1]
	r.shown = append(r.shown, renewal.Shown{Revision: last.Revision + 1, Fingerprint: last.Fingerprint})
	r.status, r.expires, r.apart = renewal.Pending, m.clock.Now().Add(m.policy.ExpireAfter), r.batch != 0
}

// old says whether the approval of a request is too old to be used.
func (m *model) old(r *modelled) bool { return m.clock.Now().Sub(r.approved) > m.policy.ExpireAfter }

// yes is a request that people have approved just now.
func (m *model) yes(r *modelled) {
	r.status, r.approved, r.asked = renewal.Approved, m.clock.Now(), len(r.attempts)
}

// seen is what somebody clicks on: mostly the present card.
func (m *model) seen(r *modelled) (s renewal.Shown, stale bool) {
	i := len(r.shown) - 1
	if i > 0 && rapid.IntRange(0, 3).Draw(m.t, "stale") == 0 {
		return r.shown[rapid.IntRange(0, i-1).Draw(m.t, "which")], true
	}
	return r.shown[i], false
}

// mostRequests is how many requests a history has at most, all of one holder and product.
const mostRequests = 8

// modelDoubts are the other requests of the history, which everybody knows of.
func modelDoubts() []renewal.Doubt {
	var doubts []renewal.Doubt
	for id := range int64(mostRequests) {
		doubts = append(doubts, renewal.Doubt{Kind: renewal.DoubtOpenRequest, Serious: true, Request: id + 1})
	}
	return append(doubts, renewal.Doubt{Kind: renewal.DoubtAutoRenewalUnknown}, renewal.Doubt{Kind: renewal.DoubtExpiryUnknown})
}

func modelOffer(quantity int) renewal.Offer {
	o := tutorialOffer()
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
	if len(m.requests) >= mostRequests && twice == nil {
		return
	}
	r, created, err := m.ledger.Submit(m.ctx, renewal.Submission{
		Key: key, By: by, Channel: "C1", Offer: modelOffer(m.quantity()), Doubts: modelDoubts(), DoubtReason: "a model",
	})
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
		m.asked(r, key, by)
	}
}

// asked is a new request.
func (m *model) asked(r renewal.Request, key string, by renewal.Actor) {
	m.requests = append(m.requests, &modelled{
		id: r.ID, key: key, requester: by.UserID, status: renewal.Pending, expires: m.clock.Now().Add(m.policy.ExpireAfter),
		shown: []renewal.Shown{{Revision: r.Revision, Fingerprint: r.Fingerprint}},
	})
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
	e := renewal.Amend{By: by, Shown: s, Offer: modelOffer(m.quantity()), Doubts: modelDoubts(), DoubtReason: "a model"}
	if after, ok := m.apply(r, e, (r.status == renewal.Pending || r.status == renewal.Returned) && by.MayRequest && by.UserID == r.requester && !stale && r.batch == 0); ok {
		if r.status == renewal.Returned {
			r.status, r.expires = renewal.Pending, m.clock.Now().Add(m.policy.ExpireAfter)
		}
		r.votes, r.places, r.voted, r.untold = nil, nil, nil, false
		r.shown = append(r.shown, renewal.Shown{Revision: after.Revision, Fingerprint: after.Fingerprint})
	}
}

// decides says whether somebody may decide on a request, and in whose place.
func (m *model) decides(by renewal.Actor, r *modelled) (place string, ok bool) {
	if by.MayApprove {
		return by.UserID, m.policy.SelfApproval || by.UserID != r.requester
	}
	place, ok = m.inPlaceOf(by, r, func(string) bool { return true })
	return place, ok
}

func (m *model) approve(r *modelled) {
	by := m.actor()
	s, stale := m.seen(r)
	oldest := m.clock.Now().Add(-m.policy.ExpireAfter)
	place, may := m.decides(by, r)
	if may && (place != by.UserID || !m.atStep(r, place, by.UserID, oldest)) {
		place, may = m.inPlaceOf(by, r, func(of string) bool {
			return !m.used(r, of, oldest) && m.atStep(r, of, by.UserID, oldest) && !m.needed(r, by.UserID, oldest)
		})
	}
	allowed := r.status == renewal.Pending && may && !stale && m.clock.Now().Before(r.expires)
	if i := slices.Index(r.votes, by.UserID); i >= 0 && !r.voted[i].Before(oldest) {
		allowed = false
	}
	words := ""
	if r.untold && rapid.Bool().Draw(m.t, "says why") {
		words = "They really have two."
	}
	if ok := m.decide(r, renewal.Approve{By: by, Shown: s, Voters: m.voters(r), Comment: words}, allowed && (!r.untold || words != "")); ok {
		r.untold = false
		m.falls(r, oldest)
		m.inPerson(r, by.UserID)
		r.votes, r.places, r.voted = append(r.votes, by.UserID), append(r.places, place), append(r.voted, m.clock.Now())
		if len(r.votes) >= m.policy.Required {
			m.yes(r)
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
	place, may := m.decides(by, r)
	if may && !m.atStep(r, place, "", time.Time{}) {
		_, may = m.inPlaceOf(by, r, func(of string) bool { return m.atStep(r, of, "", time.Time{}) })
	}
	if ok := m.decide(r, renewal.Reject{By: by, Shown: s, Reason: reason}, r.status == renewal.Pending && may && !stale && reason != ""); ok {
		r.status = renewal.Rejected
	}
}

func (m *model) cancel(r *modelled) {
	by := m.actor()
	allowed := (r.status == renewal.Pending || r.status == renewal.Returned) && by.UserID == r.requester ||
		r.status == renewal.Approved && (m.stops(by, r) || by.UserID == r.requester)
	if _, ok := m.apply(r, renewal.Cancel{By: by}, allowed); ok {
		r.status = renewal.Cancelled
	}
}

func (m *model) retry(r *modelled) {
	by := m.actor()
	s, stale := m.seen(r)
	// Who settled alone does not retry alone, neither by themselves nor by their place.
	fresh := func(id string) bool { return m.policy.Required < 2 || (id != r.settled && id != r.settledFor) }
	place, may := m.decides(by, r)
	if may && place != by.UserID {
		place, may = m.inPlaceOf(by, r, fresh)
	}
	if _, ok := m.apply(r, renewal.Retry{By: by, Shown: s}, r.status == renewal.Refused && may && !stale && fresh(by.UserID)); !ok {
		return
	}
	r.votes, r.places, r.voted = []string{by.UserID}, []string{place}, []time.Time{m.clock.Now()}
	switch {
	case m.old(r):
		r.votes, r.places, r.voted = nil, nil, nil
		m.askedAnew(r)
	case m.policy.Required > 1:
		m.askedAnew(r)
	default:
		m.yes(r)
	}
}

func (m *model) closeRefused(r *modelled) {
	by := m.actor()
	if _, ok := m.apply(r, renewal.Close{By: by}, r.status == renewal.Refused && (m.stops(by, r) || by.UserID == r.requester)); ok {
		r.status = renewal.Cancelled
	}
}

// settle lets somebody say what became of an attempt, by what the portal shows. Of older
// attempts nobody can say anything.
func (m *model) settle(r *modelled) {
	by := m.actor()
	number := max(len(r.attempts)-rapid.IntRange(0, 1).Draw(m.t, "older"), 1)
	allowed := r.status == renewal.Unknown && m.stops(by, r) && number == len(r.attempts)
	if len(r.attempts) == 0 || !r.attempts[number-1].effect {
		if _, ok := m.apply(r, renewal.SettleNotPlaced{By: by, Attempt: number, Reason: "looked"}, allowed); ok {
			r.status, r.settled, r.settledFor = renewal.Refused, by.UserID, ""
			if !by.MayApprove {
				r.settledFor, _ = m.inPlaceOf(by, r, func(string) bool { return true })
			}
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
