package slackview

import (
	"slices"

	"renewbot/bot/renewal"
)

// One clean renewal is one message in the channel, its card, one line that tells the decision
// with the order, one message under which its audit lines are, and one direct message. So a
// line is left out where another message says the same: what was asked for, and that the order
// is on its way, are on the card, and an approval is told with the order number if nothing comes
// between the two. All of it follows from the entries, and what was decided once stays so.

// inThread says whether an entry has a line of its own in the request's thread.
func inThread(entries []renewal.Entry, i int) bool {
	switch e := entries[i]; e.Code {
	case renewal.CodeSubmitted, renewal.CodeOrdering, renewal.CodeUnconfirmed:
		return false // the card says it, and mentions who is asked
	case renewal.CodeConfirmed:
		return warned(entries[:i])
	case renewal.CodeOrdered:
		return !announces(e) // who else found it out is told, too
	case renewal.CodeApproved:
		if e.Detail[renewal.DetailOrderOn] != "" {
			return true // the order comes later
		}
		next, ok := outcome(entries[i+1:])
		return ok && next.Code != renewal.CodeOrdered
	}
	return true
}

// warned says whether people were told that a date is wrong.
func warned(before []renewal.Entry) bool {
	return slices.ContainsFunc(before, func(e renewal.Entry) bool { return e.Code == renewal.CodeStale })
}

// outcome is what became of an approval; false: it is not known yet.
func outcome(after []renewal.Entry) (renewal.Entry, bool) {
	for _, e := range after {
		if e.Code != renewal.CodeOrdering && e.Code != renewal.CodeDenied && e.Code != renewal.CodeMoved {
			return e, true
		}
	}
	return renewal.Entry{}, false
}

// decidedBy is the approval that is told together with an order, or the zero Entry.
func decidedBy(entries []renewal.Entry, ordered int) renewal.Entry {
	if entries[ordered].Code != renewal.CodeOrdered {
		return renewal.Entry{}
	}
	for i := ordered - 1; i >= 0; i-- {
		if entries[i].Code == renewal.CodeApproved {
			if inThread(entries, i) {
				break
			}
			return entries[i]
		}
	}
	return renewal.Entry{}
}

// alarms says whether an audit line is for everybody who reads the audit channel, and not in
// its thread alone: money may have been spent without anybody knowing.
func alarms(e renewal.Entry) bool {
	return e.Code == renewal.CodeUnknown || e.Code == renewal.CodeLate
}
