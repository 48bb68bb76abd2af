package renewal_test

import (
	"testing"
	"time"

	. "renewbot/bot/renewal"
)

func TestWhatWaitsForAPerson(t *testing.T) {
	t.Parallel()
	now := start.Add(70 * time.Hour)
	at := func(id int64, s Status, asked time.Duration) Request {
		r := in(t, s, policy())
		r.ID, r.AskedAt, r.WaitsSince, r.ExpiresAt = id, start.Add(asked), start.Add(asked), start.Add(asked+72*time.Hour)
		return r
	}
	requests := []Request{
		at(1, Refused, 2*time.Hour), at(2, Pending, 10*time.Hour), at(3, Pending, time.Hour), at(4, Unknown, 60*time.Hour),
		at(5, Ordered, 0), at(6, Returned, 0), at(7, Pending, 9*time.Hour),
	}
	ids := func(a Actor) (list []int64) {
		for _, r := range WaitingFor(requests, func(Request) Actor { return a }, now, policy()) {
			list = append(list, r.ID)
		}
		return list
	}
	same(t, []int64{4, 3, 1, 7, 2}, ids(approver("U2")), "what waits for an approver")
	same(t, []int64{4, 6}, ids(approver("U1")), "what waits for an approver who asked for all of it")
	same(t, []int64(nil), ids(requester("U9")), "what waits for somebody else")
}

func TestWhatAPersonCanDo(t *testing.T) {
	t.Parallel()
	can := func(s Status, a Actor) []Action { return in(t, s, policy()).Can(a, later, policy()) }
	same(t, []Action{ActionApprove, ActionReturn, ActionReject, ActionHandOver}, can(Pending, approver("U2")), "an approver with what waits")
	same(t, []Action{ActionAmend, ActionCancel}, can(Pending, approver("U1")), "a requester who approves others'")
	same(t, []Action{ActionAmend, ActionCancel}, can(Returned, requester("U1")), "a requester with what came back")
	same(t, []Action(nil), can(Returned, approver("U2")), "an approver with what was returned")
	same(t, []Action{ActionAskAgain}, can(Expired, requester("U9")), "anybody with what has timed out")
	same(t, []Action(nil), can(Pending, Actor{UserID: "U8"}), "a guest")
}

// An order that waited and was stopped, or was one of a dry run, was never refused.
func TestWhatWaitedWasNotRefused(t *testing.T) {
	t.Parallel()
	p, dry := policy(), policy()
	dry.DryRun = true
	for name, waits := range map[string]Waiting{
		"look-ups": {Detail: "the portal is down", Until: later}, "another order": {Behind: 7}, "a pause": {Paused: Pause{By: "U2", Reason: "Stocktaking"}}, "a dry run": {DryRun: true},
	} {
		if r := must(t, in(t, Approved, p), later, p, waits, Cancel{requester("U1")}); r.Problem != nil || r.WasRefused() {
			t.Errorf("it waited for %s and was stopped: %+v", name, r.Problem)
		}
		if r := must(t, in(t, Approved, dry), later, dry, waits, DryRunDone{}); r.Problem != nil || r.WasRefused() {
			t.Errorf("it waited for %s in a dry run: %+v", name, r.Problem)
		}
	}
}
