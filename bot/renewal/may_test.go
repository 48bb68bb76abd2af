package renewal_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	. "renewbot/bot/renewal"
)

// acts are the events of people with what they intend.
var acts = []struct {
	intent Intent
	event  func(Actor, Request) Event
}{
	{Intent{Action: ActionAmend}, amendBy},
	{Intent{Action: ActionApprove}, approveBy},
	{Intent{Action: ActionReject}, rejectBy},
	{Intent{Action: ActionCancel}, cancelBy},
	{Intent{Action: ActionRetry}, retryBy},
	{Intent{Action: ActionClose}, closeBy},
	{Intent{Action: ActionSettlePlaced, Attempt: 1}, placedBy},
	{Intent{Action: ActionSettleNotPlaced, Attempt: 1}, notPlacedBy},
}

// people are the requester and others, with everything that they may be allowed.
func people() []Actor {
	var all []Actor
	for _, id := range []string{"U1", "U2", "U3"} {
		all = append(all, Actor{UserID: id}, requester(id), approver(id), Actor{UserID: id, MayApprove: true})
	}
	return append(all, Actor{UserID: "U4", Denied: "Guests may not."}, Actor{UserID: "U1", Denied: "Guests may not."})
}

// A button that asks first and the event itself never disagree, nor do their words.
func TestMayIsWhatTheEventsAsk(t *testing.T) {
	t.Parallel()
	for _, self := range []bool{false, true} {
		p := policy()
		p.SelfApproval, p.Required = self, 2
		requests := []Request{must(t, newRequest(t, p), later, p, approveBy(approver("U2"), newRequest(t, p)))}
		for _, s := range Statuses() {
			requests = append(requests, in(t, s, policy()))
		}
		for _, r := range requests {
			for _, by := range people() {
				for _, act := range acts {
					for _, stale := range []bool{false, true} {
						for _, now := range []time.Time{later, r.ExpiresAt} {
							compareMay(t, r, by, act.intent, act.event, stale, now, p)
						}
					}
				}
			}
		}
	}
}

func compareMay(t *testing.T, r Request, by Actor, in Intent, event func(Actor, Request) Event, stale bool, now time.Time, p Policy) {
	t.Helper()
	seen := r
	if stale {
		seen.Revision++
	}
	in.By, in.Shown = by, seen.Shown()
	told := r.May(in, now, p)
	_, err := r.Apply(event(by, seen), now, p)
	var refusal *Refusal
	errors.As(err, &refusal)
	if reflect.DeepEqual(refusal, told) {
		return // cmp takes its time, and this is asked thousands of times
	}
	same(t, refusal, told, fmt.Sprintf("%s by %+v in %s, stale %t", in.Action, by, r.Status, stale))
}

func TestNobodyMayDoWhatIsNoAction(t *testing.T) {
	t.Parallel()
	r := newRequest(t, policy())
	if r.May(Intent{Action: "order", By: approver("U2"), Shown: r.Shown()}, later, policy()) == nil {
		t.Error("an action that does not exist is allowed")
	}
}

func TestWaitsFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   Status
		by   Actor
		self bool
		want bool
	}{
		{"pending, for an approver", Pending, approver("U3"), false, true},
		{"pending, for nobody else", Pending, requester("U3"), false, false},
		{"pending, not for who asked", Pending, approver("U1"), false, false},
		{"pending, for who asked where that counts", Pending, approver("U1"), true, true},
		{"refused, for who approved it before", Refused, approver("U2"), false, true},
		{"refused, not for who asked", Refused, approver("U1"), false, false},
		{"unknown, for who approved it", Unknown, approver("U2"), false, true},
		{"unknown, for an approver who asked", Unknown, approver("U1"), false, true},
		{"unknown, for nobody else", Unknown, requester("U1"), false, false},
		{"approved, for nobody", Approved, approver("U3"), false, false},
		{"being ordered, for nobody", Ordering, approver("U3"), false, false},
		{"finished, for nobody", Ordered, approver("U3"), false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := policy()
			p.SelfApproval = c.self
			if got := in(t, c.in, p).WaitsFor(c.by, later, p); got != c.want {
				t.Errorf("waits: %t, want %t", got, c.want)
			}
		})
	}
	p := policy()
	p.Required = 2
	r := newRequest(t, p)
	voted := must(t, r, later, p, approveBy(approver("U2"), r))
	if voted.WaitsFor(approver("U2"), later, p) || !voted.WaitsFor(approver("U3"), later, p) {
		t.Error("who has voted is waited for, or who has not is not")
	}
	if r.WaitsFor(approver("U2"), r.ExpiresAt, p) {
		t.Error("a request waits for somebody after its time")
	}
	for _, s := range Statuses() {
		waits := in(t, s, policy()).WaitsFor(approver("U3"), later, policy())
		if want := s == Pending || s == Refused || s == Unknown; waits != want {
			t.Errorf("%s waits for an approver: %t", s, waits)
		}
	}
}
