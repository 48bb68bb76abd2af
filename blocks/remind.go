package blocks

import (
	"fmt"

	"renewbot/bot/renewal"
)

// Nudge is what an approver alone is told when a request waits for them. It changes
// when they or others have decided, so that nobody runs after a finished one.
func Nudge(r renewal.Request, e renewal.Entry, approver string) Message {
	news := "🔔 *" + r.Reference() + "* waits for your decision in its thread in " + mention(r.Channel) + "."
	if e.Code == renewal.CodeLastCall {
		news = "⏰ *" + r.Reference() + "* times out " + moment(r.ExpiresAt) + " if it is not approved by then: please decide in its thread in " + mention(r.Channel) + "."
	}
	switch {
	case r.Status != renewal.Pending:
		news = told(renewal.Sentence{renewal.State{Request: r}})
	case r.VotedBy(approver):
		news = join("👍 You approved *"+r.Reference()+"*.", votes(r))
	}
	about := what(r.Offer, outside)
	return oneLineMessage(fmt.Sprintf("nudge.%d.%d", r.ID, e.Seq), join(news, about+".", nudgeEnd(r)))
}

func nudgeEnd(r renewal.Request) string {
	if r.Status == renewal.Pending {
		return nothingYet
	}
	return ""
}
