package bot_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"renewbot/bot/renewal"
)

func modelActor(id string) renewal.Actor {
	return modelActors[slices.IndexFunc(modelActors, func(a renewal.Actor) bool { return a.UserID == id })]
}

// deputyOf are those whose deputy somebody is now, as they are now.
func (m *model) deputyOf(id string) []renewal.Actor {
	var all []renewal.Deputy
	for _, d := range m.deputies {
		if d.ID == id && d.Until.After(m.clock.Now()) {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b renewal.Deputy) int {
		if c := a.Until.Compare(b.Until); c != 0 {
			return c
		}
		if a.Of < b.Of {
			return -1
		}
		return 1
	})
	var of []renewal.Actor
	for _, d := range all {
		a := modelActor(d.Of)
		if m.people.gone(d.Of) {
			a = renewal.Actor{UserID: d.Of, Denied: "Deactivated."}
		}
		of = append(of, a)
	}
	return of
}

// approver says whether somebody is one, or the deputy of one.
func (m *model) approver(by renewal.Actor) bool {
	return by.MayApprove || slices.ContainsFunc(by.DeputyOf, func(of renewal.Actor) bool { return of.MayApprove })
}

// inPlaceOf is in whose place a deputy may act on a request, if anybody's.
func (m *model) inPlaceOf(by renewal.Actor, r *modelled, fits func(of string) bool) (string, bool) {
	for _, of := range by.DeputyOf {
		if of.MayApprove && by.UserID != r.requester && of.UserID != r.requester && fits(of.UserID) {
			return of.UserID, true
		}
	}
	return "", false
}

// stops says whether somebody may stop, close or settle a request that others asked for.
func (m *model) stops(by renewal.Actor, r *modelled) bool {
	_, deputy := m.inPlaceOf(by, r, func(string) bool { return true })
	return by.MayApprove || deputy
}

// used says whether an approver's place has a vote, or they have given one.
func (m *model) used(r *modelled, of string, oldest time.Time) bool {
	for i := range r.votes {
		if (r.votes[i] == of || r.places[i] == of) && !r.voted[i].Before(oldest) {
			return true
		}
	}
	return false
}

// stillIn says whether somebody still may act in a place.
func (m *model) stillIn(id, place string) bool {
	if id == place {
		return !m.people.gone(id)
	}
	now := m.now(modelActor(id))
	return slices.ContainsFunc(now.DeputyOf, func(of renewal.Actor) bool { return of.UserID == place && of.MayApprove })
}

// inPerson lets the votes fall away that deputies have given for somebody who votes now.
func (m *model) inPerson(r *modelled, id string) {
	for i := 0; i < len(r.votes); i++ {
		if r.places[i] == id && r.votes[i] != id {
			r.votes, r.places, r.voted = slices.Delete(r.votes, i, i+1), slices.Delete(r.places, i, i+1), slices.Delete(r.voted, i, i+1)
			i--
		}
	}
}

// deputises lets somebody name a deputy, or take the rights back.
func (m *model) deputises() {
	by, deputy := m.actor(), m.actor()
	if rapid.IntRange(0, 3).Draw(m.t, "off") == 0 {
		if err := m.ledger.EndDeputy(m.ctx, by.UserID); err != nil {
			m.t.Fatal(err)
		}
		delete(m.deputies, by.UserID)
		return
	}
	until := m.clock.Now().Add(time.Duration(rapid.IntRange(1, 100).Draw(m.t, "hours")) * time.Hour)
	err := m.ledger.Deputise(m.ctx, by, deputy, until)
	if !by.MayApprove || by.UserID == deputy.UserID || deputy.Denied != "" {
		m.refused("name a deputy", err)
		return
	}
	if err != nil {
		m.t.Fatal(err)
	}
	m.deputies[by.UserID] = renewal.Deputy{Of: by.UserID, ID: deputy.UserID, Until: until}
}

// handsOver lets somebody ask another one: whatever comes of it, who may decide stays the same.
func (m *model) handsOver(r *modelled) {
	by, to := m.actor(), m.actor()
	s, stale := m.seen(r)
	_, may := m.decides(by, r)
	before := m.get(r)
	takes := before.WaitsFor(to, m.clock.Now(), m.policy)
	e := renewal.HandOver{By: by, Shown: s, To: to, Reason: "a model"}
	after, ok := m.apply(r, e, r.status == renewal.Pending && may && !stale && takes && !r.undivided() && by.UserID != to.UserID)
	if !ok {
		return
	}
	for _, a := range modelActors {
		if a = m.now(a); !slices.Equal(before.Can(a, m.clock.Now(), m.policy), after.Can(a, m.clock.Now(), m.policy)) {
			m.t.Fatalf("after a hand-over %s can do something else", a.UserID)
		}
	}
}

// compareFourEyes wants votes of distinct people in distinct places, none of whom asked for the
// request, unless that is allowed to them by themselves.
func (m *model) compareFourEyes(r renewal.Request) {
	seen := map[string]bool{}
	for _, v := range r.Votes {
		place := v.By
		if v.For != "" {
			place = v.For
		}
		if v.For != "" && (v.By == r.Requester || v.For == r.Requester || v.For == v.By) {
			m.t.Fatalf("a deputy's vote on %s: %+v", r.Reference(), v)
		}
		if (v.By == r.Requester && !m.policy.SelfApproval) || seen["by "+v.By] || seen["in "+place] || !slices.Contains([]string{"UA1", "UA2", "UA3"}, place) {
			m.t.Fatalf("%s has the votes %+v", r.Reference(), r.Votes)
		}
		seen["by "+v.By], seen["in "+place] = true, true
	}
}
