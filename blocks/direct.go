package blocks

import (
	"fmt"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// Announcement is the final news for the channel itself: the order number of an
// ordered request, with the approval that no line of its own tells; zero: there is one.
func Announcement(r renewal.Request, decision renewal.Entry) Message {
	r.Offer = r.AsOrdered()
	head := "✅ *" + r.Reference() + " is ordered.*"
	if r.Status != renewal.Ordered {
		head = stateOf(r).sign + " *" + r.Reference() + ": " + stateOf(r).label + ".*"
	}
	s := join(head, what(r.Offer, outside)+".", orderWords(r), "Requested by "+mention(r.Requester)+approvedBy(r)+commentWords(decision.Detail)+selfApproval(decision.Detail), lostWords(decision.Detail))
	return oneLineMessage(fmt.Sprintf("announcement.%d", r.ID), s)
}

func approvedBy(r renewal.Request) string {
	if len(r.Votes) == 0 {
		return ""
	}
	return ", approved by " + voters(r)
}

// Direct is what the requester alone is told of an event; false when it is none that
// they must hear of.
func Direct(r renewal.Request, e renewal.Entry) (Message, bool) {
	switch e.Code {
	case renewal.CodeOrdered, renewal.CodeRefused, renewal.CodeRejected, renewal.CodeExpired, renewal.CodeUnknown,
		renewal.CodeProcessing, renewal.CodeReturned, renewal.CodeChanged, renewal.CodeLapsed, renewal.CodeDryRun:
	case renewal.CodeCancelled:
		if e.From != renewal.Approved || e.Actor == r.Requester {
			return Message{}, false
		}
	case renewal.CodeSettledPlaced, renewal.CodeSettledNot, renewal.CodeLate:
		// The order's fate changed after they were told of it.
	default:
		return Message{}, false
	}
	r.Offer = r.AsOrdered()
	head := "*Your request " + r.Reference() + "* for " + holder(r.Offer.Holder, outside)
	about := joinWith(" · ", what(r.Offer, outside), awaitedDay(r), "in "+mention(r.Channel))
	news := eventSentence(r, e)
	m := Message{
		Text: cutMarkup(join("Your request "+r.Reference()+": "+what(r.Offer, outside)+".", news), limitMessageText),
		Blocks: []slack.Block{
			section(fmt.Sprintf("direct.%d.%d", r.ID, e.Seq), head+"\n"+news),
			contextLine(fmt.Sprintf("direct.%d.%d.about", r.ID, e.Seq), about),
		},
	}
	if e.To == renewal.Returned || (e.To.Final() && e.To != renewal.Ordered) {
		// As it was then: when it has moved on, the buttons say so.
		then := r
		then.Status = e.To
		m.Blocks = append(m.Blocks, actionRow(fmt.Sprintf("direct.%d.%d.actions", r.ID, e.Seq), then, requesterActions[e.To], renewal.Pause{})...)
	}
	return m, true
}
