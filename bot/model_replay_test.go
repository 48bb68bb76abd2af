package bot_test

import (
	"fmt"
	"slices"
	"strings"

	"renewbot/bot/renewal"
)

// moves are the states of CONTRIBUTING.md: what may lead from where to where.
var moves = map[renewal.Code]map[renewal.Status][]renewal.Status{
	renewal.CodeSubmitted:  {"": {renewal.Pending}},
	renewal.CodeAmended:    {renewal.Pending: {renewal.Pending}, renewal.Returned: {renewal.Pending}},
	renewal.CodeReturned:   {renewal.Pending: {renewal.Returned}},
	renewal.CodeVoted:      {renewal.Pending: {renewal.Pending}},
	renewal.CodeEscalated:  {renewal.Pending: {renewal.Pending}},
	renewal.CodeHandedOver: {renewal.Pending: {renewal.Pending}},
	renewal.CodeReminded: {
		renewal.Pending: {renewal.Pending}, renewal.Returned: {renewal.Returned}, renewal.Refused: {renewal.Refused},
		renewal.Unknown: {renewal.Unknown}, renewal.Processing: {renewal.Processing},
	},
	renewal.CodeLastCall:  {renewal.Pending: {renewal.Pending}, renewal.Returned: {renewal.Returned}},
	renewal.CodeApproved:  {renewal.Pending: {renewal.Approved}},
	renewal.CodeRejected:  {renewal.Pending: {renewal.Rejected}},
	renewal.CodeCancelled: {renewal.Pending: {renewal.Cancelled}, renewal.Returned: {renewal.Cancelled}, renewal.Approved: {renewal.Cancelled}},
	renewal.CodeLapsed:    {renewal.Approved: {renewal.Pending}},
	renewal.CodeExpired:   {renewal.Pending: {renewal.Expired}, renewal.Returned: {renewal.Expired}},
	renewal.CodeChanged:   {renewal.Approved: {renewal.Pending}},
	renewal.CodeOrdering:  {renewal.Approved: {renewal.Ordering}},
	renewal.CodePostponed: {renewal.Ordering: {renewal.Approved}},
	renewal.CodeWaiting:   {renewal.Approved: {renewal.Approved}},
	renewal.CodeOrdered:   {renewal.Ordering: {renewal.Ordered}, renewal.Unknown: {renewal.Ordered}, renewal.Processing: {renewal.Ordered}},
	renewal.CodeProcessing: {
		renewal.Ordering: {renewal.Processing}, renewal.Unknown: {renewal.Processing},
	},
	renewal.CodeRefused: {
		renewal.Approved: {renewal.Refused}, renewal.Ordering: {renewal.Refused},
		renewal.Unknown: {renewal.Refused}, renewal.Processing: {renewal.Refused},
	},
	renewal.CodeUnknown:       {renewal.Ordering: {renewal.Unknown}},
	renewal.CodeSearched:      {renewal.Unknown: {renewal.Unknown}},
	renewal.CodeSettledPlaced: {renewal.Unknown: {renewal.Ordered, renewal.Processing, renewal.Refused}},
	renewal.CodeSettledNot:    {renewal.Unknown: {renewal.Refused}},
	renewal.CodeRetried:       {renewal.Refused: {renewal.Approved, renewal.Pending}},
	renewal.CodeClosed:        {renewal.Refused: {renewal.Cancelled}},
	renewal.CodeConfirmed:     {renewal.Ordered: {renewal.Ordered}},
	renewal.CodeUnconfirmed:   {renewal.Ordered: {renewal.Ordered}},
	renewal.CodeStale:         {renewal.Ordered: {renewal.Ordered}},
}

// replay goes through the trail of a request, and says where it is not what CONTRIBUTING.md
// allows or not how the request stands; it is empty when all is well.
func replay(r renewal.Request, entries []renewal.Entry) string {
	at := renewal.Status("")
	attempts, fingerprint, revision := 0, "", 0
	var votes []string
	for _, e := range entries {
		if e.From != at {
			return fmt.Sprintf("entry %d leaves %q, and it was %q", e.Seq, e.From, at)
		}
		if e.Code == renewal.CodeDenied {
			if e.To != e.From {
				return fmt.Sprintf("entry %d was denied and led to %s", e.Seq, e.To)
			}
			continue
		}
		if !slices.Contains(moves[e.Code][e.From], e.To) {
			return fmt.Sprintf("%s led from %q to %s", e.Code, e.From, e.To)
		}
		at = e.To
		switch e.Code {
		case renewal.CodeSubmitted, renewal.CodeAmended, renewal.CodeChanged:
			votes, fingerprint = nil, e.Detail[renewal.DetailFingerprint]
			revision++
		case renewal.CodeReturned:
			votes = nil
		case renewal.CodeLapsed:
			votes = without(votes, e)
			revision++
		case renewal.CodeRetried:
			votes = []string{e.Actor}
			if e.To == renewal.Pending {
				revision++
			}
			if strings.HasPrefix(e.Detail[renewal.DetailVotes], "0 ") {
				votes = nil
			}
		case renewal.CodeVoted, renewal.CodeApproved:
			votes = without(votes, e)
			if slices.Contains(votes, e.Actor) {
				return e.Actor + " voted twice"
			}
			votes = append(votes, e.Actor)
		case renewal.CodeOrdering:
			attempts++
		}
		if f, ok := e.Detail[renewal.DetailFingerprint]; ok && f != fingerprint {
			return fmt.Sprintf("%s is about %s, and %s was shown", e.Code, f, fingerprint)
		}
		if e.Revision != revision {
			return fmt.Sprintf("%s is about revision %d of %d", e.Code, e.Revision, revision)
		}
		if (e.Code == renewal.CodeApproved) != (len(votes) >= r.Required && at == renewal.Approved && e.From == renewal.Pending) {
			return fmt.Sprintf("%s with %d votes of %d", e.Code, len(votes), r.Required)
		}
	}
	return compareReplay(r, at, attempts, fingerprint, revision, votes)
}

// without are the votes without those that an entry tells as lost.
func without(votes []string, e renewal.Entry) []string {
	lost := renewal.ReadLost(e.Detail[renewal.DetailLost])
	return slices.DeleteFunc(slices.Clone(votes), func(id string) bool {
		return slices.ContainsFunc(lost, func(l renewal.LostVote) bool { return l.By == id })
	})
}

// compareReplay says where a request is not what its trail tells.
func compareReplay(r renewal.Request, at renewal.Status, attempts int, fingerprint string, revision int, votes []string) string {
	var have []string
	for _, v := range r.Votes {
		have = append(have, v.By)
	}
	if at != r.Status || attempts != len(r.Attempts) || fingerprint != r.Fingerprint || revision != r.Revision || !slices.Equal(have, votes) {
		return fmt.Sprintf("it is %s with %d attempts and the votes %q of revision %d; the trail tells of %s, %d, %q and %d",
			r.Status, len(r.Attempts), have, r.Revision, at, attempts, votes, revision)
	}
	return ""
}
