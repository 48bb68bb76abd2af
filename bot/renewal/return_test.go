package renewal_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	. "renewbot/bot/renewal"
)

func TestReturnAndChange(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Required = 2
	r := newRequest(t, p)
	old := shown(r)
	r = must(t, r, later, p, approveBy(approver("U2"), r))
	at := start.Add(70 * time.Hour)
	for _, reason := range blank {
		refused(t, r, Return{approver("U3"), shown(r), reason}, at, p, RefusedNoReason)
		refused(t, r, Reject{approver("U3"), shown(r), reason}, at, p, RefusedNoReason)
	}
	refused(t, r, Return{approver("U1"), shown(r), "mine"}, at, p, RefusedSelfApproval)
	refused(t, r, Return{requester("U4"), shown(r), "no approver"}, at, p, RefusedNotAllowed)
	c, err := r.Apply(Return{approver("U3"), shown(r), " The PO number is 4711. "}, at, p)
	if err != nil {
		t.Fatal(err)
	}
	back := c.Request
	if back.Status != Returned || back.ID != r.ID || back.ReturnedBy != "U3" || back.ReturnReason != "The PO number is 4711." || len(back.Votes) != 0 {
		t.Errorf("returned as %+v", back)
	}
	if !back.ExpiresAt.Equal(at.Add(p.ExpireAfter)) {
		t.Errorf("its requester has until %s", back.ExpiresAt)
	}
	for _, e := range []Event{
		Approve{By: approver("U2"), Shown: old}, Reject{approver("U2"), old, "no"}, Return{approver("U2"), old, "again"}, Begin{time.Minute}, Retry{approver("U2"), old},
	} {
		refused(t, back, e, at, p, RefusedStatus)
	}
	other := offer()
	other.PONumber = "4711"
	refused(t, back, Amend{By: requester("U4"), Shown: shown(back), Offer: other}, at, p, RefusedNotAllowed)
	changed := must(t, back, at.Add(time.Hour), p, Amend{By: requester("U1"), Shown: shown(back), Offer: other})
	if changed.Status != Pending || changed.Revision != 2 || changed.ReturnedBy != "" || changed.ReturnReason != "" || len(changed.Changes) == 0 {
		t.Errorf("changed as %+v", changed)
	}
	if !changed.ExpiresAt.Equal(at.Add(time.Hour + p.ExpireAfter)) {
		t.Errorf("the approvers have until %s", changed.ExpiresAt)
	}
	refused(t, changed, Approve{By: approver("U2"), Shown: old}, at.Add(time.Hour), p, RefusedStale)
	refused(t, changed, Approve{By: approver("U1"), Shown: shown(changed)}, at.Add(time.Hour), p, RefusedSelfApproval)
}

func TestReturnedWaitsForItsRequesterAlone(t *testing.T) {
	t.Parallel()
	r := in(t, Returned, policy())
	for who, want := range map[*Actor]bool{
		{UserID: "U1", MayRequest: true}: true, {UserID: "U1", MayApprove: true}: false,
		{UserID: "U2", MayRequest: true, MayApprove: true}: false,
	} {
		if got := r.Awaits(*who, later, policy()); got != want {
			t.Errorf("waits for %+v: %v", *who, got)
		}
	}
}

func TestCommentOnApproving(t *testing.T) {
	t.Parallel()
	r := newRequest(t, policy())
	c, err := r.Apply(Approve{By: approver("U2"), Shown: shown(r), Comment: " as agreed on the phone "}, later, policy())
	if err != nil || c.Request.Votes[0].Comment != "as agreed on the phone" || c.Entry.Detail[DetailComment] != "as agreed on the phone" {
		t.Errorf("%v %+v %+v", err, c.Request.Votes, c.Entry)
	}
	refused(t, r, Approve{By: approver("U2"), Shown: shown(r), Comment: strings.Repeat("x", MaxReason+1)}, later, policy(), RefusedNoReason)
}

func TestAskAgain(t *testing.T) {
	t.Parallel()
	possible := map[Status]bool{Rejected: true, Cancelled: true, Expired: true}
	for _, s := range Statuses() {
		r := in(t, s, policy())
		if got := r.May(Intent{Action: ActionAskAgain, By: requester("U9")}, later, policy()); (got == nil) != possible[s] {
			t.Errorf("%s is asked for again: %v", s, got)
		}
		if r.May(Intent{Action: ActionAskAgain, By: Actor{UserID: "U1", MayApprove: true}}, later, policy()) == nil {
			t.Errorf("%s is asked for again by somebody who may not request", s)
		}
	}
	s := submission()
	s.Again = 7
	c, err := New(8, s, start, policy())
	if err != nil || c.Request.Again != 7 || c.Entry.Detail[DetailAgain] != Reference(7) {
		t.Errorf("%v: %+v", err, c.Entry)
	}
}

func TestPause(t *testing.T) {
	t.Parallel()
	var none Pause
	if _, _, err := none.Begin(requester("U1"), "stop", start); !RefusedFor(err, RefusedNotAllowed) {
		t.Errorf("a requester pauses: %v", err)
	}
	if _, _, err := none.Begin(approver("U2"), " ", start); !RefusedFor(err, RefusedNoReason) {
		t.Errorf("no reason: %v", err)
	}
	p, e, err := none.Begin(approver("U2"), " stocktaking ", start)
	if err != nil || !p.Holds() || e.Code != CodePaused || e.Actor != "U2" || e.Detail[DetailReason] != "stocktaking" {
		t.Fatalf("%+v %+v %v", p, e, err)
	}
	if _, _, err := p.Begin(approver("U2"), "stocktaking", later); !errors.Is(err, ErrRepeated) {
		t.Errorf("delivered twice: %v", err)
	}
	if _, _, err := p.Begin(approver("U3"), "me too", later); !RefusedFor(err, RefusedStatus) {
		t.Errorf("paused by somebody else: %v", err)
	}
	if _, _, err := p.End(requester("U1"), later); !RefusedFor(err, RefusedNotAllowed) {
		t.Errorf("a requester resumes: %v", err)
	}
	resumed, e, err := p.End(approver("U3"), later)
	if err != nil || resumed.Holds() || !resumed.At.Equal(later) || e.Code != CodeResumed {
		t.Errorf("%+v %+v %v", resumed, e, err)
	}
	if _, _, err := resumed.End(approver("U3"), later); !errors.Is(err, ErrRepeated) {
		t.Errorf("resumed twice: %v", err)
	}
	r := in(t, Approved, policy())
	waits := must(t, r, later, policy(), Waiting{Paused: p})
	if !waits.WaitsPaused() {
		t.Errorf("%+v", waits.Problem)
	}
	refused(t, waits, Waiting{Paused: p}, later, policy(), RefusedTooEarly)
	if got := must(t, waits, later, policy(), Begin{time.Minute}); got.Problem != nil {
		t.Errorf("it is ordered with the problem %+v", got.Problem)
	}
}
