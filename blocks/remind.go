package blocks

import (
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// Nudge is what somebody alone is told when a request waits for them. It changes
// when they or others have decided, so that nobody runs after a finished one.
func Nudge(r renewal.Request, e renewal.Entry, approver string) Message {
	place := " in its thread in " + mention(r.Channel) + "."
	news := "🔔 *" + r.Reference() + "* waits for your decision" + place
	switch {
	case e.Code == renewal.CodeEscalated:
		news = "⏫ Nobody has decided on *" + r.Reference() + "* in time: please see to it that somebody does" + place
	case e.Code == renewal.CodeHandedOver:
		news = "👉 " + actor(e) + " asks you to decide on *" + r.Reference() + "*" + reason(e.Detail[renewal.DetailReason]) + " It waits" + place
	case e.Code == renewal.CodeLastCall && e.To == renewal.Returned:
		news = "⏰ *" + r.Reference() + "* times out " + moment(r.ExpiresAt) + " if you do not change it by then" + reason(r.ReturnReason)
	case e.Code == renewal.CodeLastCall:
		news = "⏰ *" + r.Reference() + "* times out " + moment(r.ExpiresAt) + " if it is not approved by then: please decide" + place
	case e.To == renewal.Returned:
		news = "🔔 *" + r.Reference() + "* waits for your changes" + reason(r.ReturnReason)
	case e.To == renewal.Unknown:
		news = join("🔔 It is still not known whether *"+r.Reference()+"* was ordered.", unsure, "Please settle it here or"+place)
	case e.To == renewal.Refused:
		news = "🔔 *" + r.Reference() + "* was not ordered: please try again or close it" + place
	case e.To == renewal.Processing:
		news = join("🔔 Yeastar has the order of *"+r.Reference()+"* and has still not finished it.", orderWords(r), "It may need paying in the Partner Portal.")
	}
	end := nudgeEnd(r)
	switch {
	case r.Status != e.To: // which says that already
		end = ""
		news = told(renewal.Sentence{renewal.State{Request: r}})
	case r.Status == renewal.Pending && r.VotedBy(approver):
		news = join("👍 You approved *"+r.Reference()+"*.", votes(r))
	}
	about := what(r.Offer, outside)
	m := oneLineMessage(fmt.Sprintf("nudge.%d.%d", r.ID, e.Seq), join(news, about+".", end))
	if r.Status == e.To {
		row := fmt.Sprintf("nudge.%d.%d.actions", r.ID, e.Seq)
		m.Blocks = append(m.Blocks, settleBlocks(row, r)...)
		if r.Status == renewal.Returned {
			m.Blocks = append(m.Blocks, actionRow(row, r, requesterActions[r.Status], renewal.Pause{})...)
		}
	}
	return m
}

// NudgeOver takes the place of a Nudge when its reader can't decide any more; others say whether there are some who can.
func NudgeOver(r renewal.Request, e renewal.Entry, others bool) Message {
	s := "🔔 *" + r.Reference() + "* does not wait for you any more."
	if others {
		s = "🔔 *" + r.Reference() + "* does not wait for you any more: others decide on it now."
	}
	return oneLineMessage(fmt.Sprintf("nudge.%d.%d", r.ID, e.Seq), join(s, what(r.Offer, outside)+".", nudgeEnd(r)))
}

// EscalatedUnseen is what somebody reads whom the policy tells that nobody has decided, and who can't read the private
// channel: neither what it is nor whose. asked are those who can decide.
func EscalatedUnseen(number int64, waits bool, asked Asked) Message {
	s := "A request in a private channel that you are not in does not wait for a decision any more. Who can read that channel sees what became of it, and whether anything was ordered."
	if waits {
		whom := "its members"
		if len(asked.IDs) > 0 {
			whom = mentions(asked.IDs, 20) + " or its members"
		}
		s = "⏫ A request in a private channel that you are not in waits for a decision for too long: please see to it that somebody decides, by asking " + whom + ". " + nothingYet
	}
	return oneLineMessage(fmt.Sprintf("escalatedunseen.%d", number), s)
}

// settleBlocks are the buttons that settle an order of unknown fate, for places other than
// its card: the card's channel may be gone.
func settleBlocks(id string, r renewal.Request) []slack.Block {
	if r.Status != renewal.Unknown {
		return nil
	}
	return actionRow(id, r, approverActions[r.Status], renewal.Pause{})
}

// remindedOf is what the thread says when people are reminded.
func remindedOf(r renewal.Request, e renewal.Entry) string {
	switch e.To {
	case renewal.Unknown:
		return join("🔔 It is still not known whether this was ordered.", unsure)
	case renewal.Returned:
		return join("🔔 Still waiting for changes by "+mention(r.Requester)+".", nothingYet)
	case renewal.Refused:
		return join("🔔 Still not ordered.", onTheCard)
	case renewal.Processing:
		return "🔔 Yeastar has the order and has still not finished it. It may need paying in the Partner Portal."
	}
	return join("🔔 Still waiting for approval.", votes(r), nothingYet)
}

func nudgeEnd(r renewal.Request) string {
	if slices.Contains(renewal.Timed(), r.Status) {
		return nothingYet
	}
	return ""
}
