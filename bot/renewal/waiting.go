package renewal

import (
	"cmp"
	"sort"
	"time"
)

// Can lists what a person may do with a request now.
func (r Request) Can(a Actor, now time.Time, p Policy) []Action {
	var possible []Action
	for _, action := range []Action{
		ActionApprove, ActionReturn, ActionReject, ActionHandOver, ActionAmend, ActionCancel, ActionRetry, ActionClose,
		ActionSettlePlaced, ActionSettleNotPlaced, ActionAskAgain,
	} {
		if r.May(Intent{Action: action, By: a, Shown: r.Shown(), Attempt: len(r.Attempts)}, now, p) == nil {
			possible = append(possible, action)
		}
	}
	return possible
}

// WaitingFor are the requests that wait for what a person decides, the most urgent first, and
// then the oldest. as is the person beside those who had to do with a request.
func WaitingFor(requests []Request, as func(Request) Actor, now time.Time, p Policy) []Request {
	var waiting []Request
	for _, r := range requests {
		if r.WaitsFor(as(r), now, p) {
			waiting = append(waiting, r)
		}
	}
	sort.Slice(waiting, func(i, k int) bool {
		a, b := waiting[i], waiting[k]
		return cmp.Or(cmp.Compare(a.urgency(now, p), b.urgency(now, p)), a.waits().Compare(b.waits()), cmp.Compare(a.ID, b.ID)) < 0
	})
	return waiting
}

// urgency ranks what waits: money that may have been spent first, then what times out.
func (r Request) urgency(now time.Time, p Policy) int {
	switch {
	case r.Status == Unknown:
		return 0
	case r.Status == Pending && !now.Before(r.LastCallAt(p)):
		return 1
	}
	return 2
}

// waits is since when a request waits for people.
func (r Request) waits() time.Time {
	if r.Status == Pending || r.WaitsSince.IsZero() {
		return r.AskedAt
	}
	return r.WaitsSince
}
