package blocks

import (
	"fmt"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// about says what a dialog is about, in as many words as there is room for, or in its fewest. With
// the least that tells all of it it may go beyond the room, to the most that there is.
type about func(room, most int) string

func confirmApprove(r renewal.Request, p renewal.Pause) *slack.ConfirmationBlockObject {
	ask := aboutOffer(r.Offer, " ("+price(r.Offer, line)+").")
	title, yes := "Approve "+r.Reference()+"?", "Approve"
	if !r.DryRun && !p.DryRun && !p.Holds() && notTheLast(r) == "" && r.Offer.OrderOn == (renewal.OrderDay{}) {
		title, yes = "Approve and order "+r.Reference()+"?", "Approve and order"
	}
	return confirm(title, ask, r.Doubts, approveConsequence(r, p), yes, "Not yet", slack.StylePrimary)
}

// approveConsequence is what an approval does.
func approveConsequence(r renewal.Request, p renewal.Pause) string {
	more := notTheLast(r)
	switch {
	case r.DryRun:
		return "Dry run: no order will be sent."
	case p.DryRun:
		return join(more, heldOrder)
	case p.Holds() && more == "" && !ahead(r):
		return "Orders are paused: " + pausedOrder
	case p.Holds():
		return pausedNow + approveConsequence(r, renewal.Pause{})
	case more != "" && ahead(r):
		return more + " The last one places a real order on " + dateWords(r.Offer.OrderOn.Date) + ", or at once if that has come; it can be stopped until it is sent."
	case more != "":
		return more + " The last one places a real order " + atOnce + "; it cannot be undone."
	}
	return placesOrder(r)
}

// notTheLast says of an approval that others follow, or may have to; empty: it is the last one.
func notTheLast(r renewal.Request) string {
	switch least, most := r.Missing(); {
	case most <= 1:
		return ""
	case least == most:
		return fmt.Sprintf("This is approval %d of %d.", len(r.Votes)+1, len(r.Votes)+most)
	case least > 1:
		return "More approvals are needed after this one."
	}
	return "By the policy more approvals may be needed after this one."
}

// confirmRetry says also what the card cannot know when it is drawn: how old the approval will be.
func confirmRetry(r renewal.Request, p renewal.Pause) *slack.ConfirmationBlockObject {
	r.Votes = nil // trying again is the first one
	more := notTheLast(r)
	title, yes := "Try "+r.Reference()+" again?", "Try again"
	consequence := placesOrder(renewal.Request{}) + " " + oldApproval
	if r.Batch != 0 {
		consequence = "This places a real order when it is its turn in " + renewal.BatchReference(r.Batch) + ", and not while that is paused; it cannot be undone. " + oldApproval
	}
	switch {
	case r.Unexplained:
		consequence = "Nobody has said why it should be ordered all the same, so the approvers are asked anew. Nothing is ordered by this."
	case r.DryRun:
		consequence = "Dry run: no order will be sent."
	case p.DryRun:
		consequence = join(more, heldOrder, oldApproval)
	case more != "":
		consequence = more + " The last one places a real order " + atOnce + "; it cannot be undone. " + oldApproval
	case p.Holds() && r.Batch != 0: // a resume lets it wait for its turn
		consequence = pausedNow + consequence
	case p.Holds():
		consequence = "Orders are paused: " + pausedOrder + " " + oldApproval
	default:
		title, yes = "Order "+r.Reference()+" again?", "Order again"
	}
	ask := aboutOffer(r.Offer, " ("+price(r.Offer, line)+").")
	return confirm(title, ask, r.Doubts, consequence, yes, "Not yet", slack.StylePrimary)
}

const (
	pausedNow   = "Orders are paused until an approver resumes. "
	heldOrder   = "Renewbot makes a dry run, which holds the real order: when the dry run is over it is placed, or asked about anew. It cannot be undone then."
	heldOrders  = "Renewbot makes a dry run, which holds the real orders: when the dry run is over they are placed, or asked about anew. They cannot be undone then."
	pausedOrder = "its real order is placed when an approver resumes. It cannot be undone then."
)

const oldApproval = "An old approval is asked for anew."

// aboutOffer says what is ordered, with an end that always follows. Where there is less room it
// leaves out whole things, the first line never, and cuts no number.
func aboutOffer(o renewal.Offer, end string) about {
	return func(room, most int) string {
		for _, shape := range []struct {
			head string
			w    writer
			room int
		}{{inShort(o, line), line, room}, {inShort(o, short), short, most}, {forWhom(o, line), line, most}} {
			for lines := 4; lines > 0; lines-- {
				if s := itemized(o, shape.head, lines, shape.w) + end; width(s) <= room || (lines == 1 && width(s) <= shape.room) {
					return s
				}
			}
		}
		if s := itemized(o, forWhom(o, short), 1, short) + end; width(s) <= most {
			return s
		}
		return itemized(o, "", 1, short) + end
	}
}

// forWhom says for whom something is ordered, and for how long.
func forWhom(o renewal.Offer, w writer) string {
	return joinWith(", ", holder(o.Holder, w), w(o.TermAsked().String(), shortLimit))
}

// short is line for names in little room.
func short(s string, limit int) string { return line(s, min(limit, briefLimit)) }

// sentence is what a dialog is about that has no shorter words.
func sentence(s string) about { return func(int, int) string { return s } }

// confirm is a dialog whose last sentence always fits, and before it the doubts.
func confirm(title string, what about, doubts []renewal.Doubt, consequence, yes, no string, style slack.Style) *slack.ConfirmationBlockObject {
	if len(doubts) > 0 {
		room := limitConfirmText - width(consequence) - 2
		consequence = dialogDoubts(doubts, room-width(what(min(limitAbout, room-doubtsCounted), room-doubtsCounted))) + " " + consequence
	}
	room := limitConfirmText - width(consequence) - 1
	text := what(room, room)
	if width(text) > room {
		text = cut("The card says what it is, and for how much.", room)
	}
	return slack.NewConfirmationBlockObject(
		plain(title, 100), plain(text+" "+consequence, limitConfirmText), plain(yes, 30), plain(no, 30)).WithStyle(style)
}
