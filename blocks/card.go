package blocks

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// Card is the approval message in the thread of the summary: what is asked for, what to look
// at and the approvers' buttons first, so that a phone shows them together; then the rest,
// with what the requester can do. asked are the user and user-group ids that are asked to
// decide: a new card tells them, and a change of it nobody.
func Card(r renewal.Request, asked []string) Message {
	s := stateOf(r)
	id := blockIDs("card", r)
	blocks := []slack.Block{
		section(id("what"), fmt.Sprintf("*%s%s*\n%s\n%s", r.Reference(), title(r), what(r.Offer, outside), cardFacts(r))),
		section(id("state"), s.bold()),
	}
	if !r.Status.Final() {
		blocks = append(blocks, doubtBlocks(id, r)...)
		blocks = append(blocks, changeBlocks(id("changes"), r)...)
	}
	blocks = append(blocks, actionRow(id("actions"), r, approverActions[r.Status])...)
	if r.Status == renewal.Pending && len(asked) > 0 {
		blocks = append(blocks, contextLine(id("asked"), mentions(asked, 20)+": please decide."))
	}
	if note := outside(r.Note, reasonLimit); note != "" && slices.Contains(renewal.Timed(), r.Status) {
		blocks = append(blocks, section(id("note"), "*Note from "+mention(r.Requester)+"*\n"+note))
	}
	blocks = append(blocks, contextLine(id("invoice"), invoiceFacts(r.Offer)),
		contextLine(id("by"), joinWith(" · ", requested(r), again(r), revision(r), decided(r), dryRun(r))))
	blocks = append(blocks, actionRow(id("requester"), r, requesterActions[r.Status])...)
	return Message{
		Text: cutMarkup(join(
			fmt.Sprintf("%s for %s: %s (%s).", r.Reference(), mention(r.Requester), what(r.Offer, outside), price(r.Offer, outside)),
			doubtCount(r), dryRun(r), s.plain(), decided(r)), limitMessageText),
		Blocks: blocks,
	}
}

// cardFacts are the price, until when it is renewed and when it is ordered, in one line.
func cardFacts(r renewal.Request) string {
	told := price(r.Offer, outside)
	if r.Offer.Price != nil {
		told = "price " + told
	}
	expires := expiryDays(r.Offer, r.AskedAt)
	if expires != "" {
		expires = "expires " + expires
	}
	return joinWith(" · ", told, expires, awaitedDay(r))
}

// invoiceFacts say who gets the invoice, with the mail as a whole, and the PO number.
func invoiceFacts(o renewal.Offer) string {
	name, mail := outside(o.Contact.Name, nameLimit), copyable(o.Contact.Email, nameLimit)
	if clean(o.Contact.Name) == clean(o.Contact.Email) {
		name = ""
	}
	facts := "Invoice to " + cmp.Or(joinWith(" · ", name, mail), outside(string(o.Contact.ID), shortLimit))
	if po := copyable(o.PONumber, shortLimit); po != "" {
		facts += " · PO " + po
	}
	return facts
}

// again names the request that is asked for again.
func again(r renewal.Request) string {
	if r.Again == 0 {
		return ""
	}
	return "asks again for " + renewal.Reference(r.Again)
}

// decided says who decided and when.
func decided(r renewal.Request) string {
	switch r.Status {
	case renewal.Pending:
		return ""
	case renewal.Rejected, renewal.Cancelled, renewal.Expired:
		return stateOf(r).label + " " + moment(r.UpdatedAt)
	}
	if len(r.Votes) == 0 {
		return ""
	}
	var by []string
	for i, v := range r.Votes {
		if i == 5 {
			by = append(by, fmt.Sprintf("%d more", len(r.Votes)-i))
			break
		}
		by = append(by, voter(v)+" "+moment(v.At))
	}
	return "Approved by " + joinWith(", ", by...)
}

func confirmApprove(r renewal.Request) *slack.ConfirmationBlockObject {
	ask := what(r.Offer, line) + " (" + price(r.Offer, line) + ")."
	title, yes := "Approve "+r.Reference()+"?", "Approve"
	if !r.DryRun && r.Required-len(r.Votes) <= 1 && r.Offer.OrderOn == (renewal.OrderDay{}) {
		title, yes = "Approve and order "+r.Reference()+"?", "Approve and order"
	}
	return confirm(title, ask, r.Doubts, approveConsequence(r), yes, "Not yet", slack.StylePrimary)
}

// approveConsequence is what an approval does.
func approveConsequence(r renewal.Request) string {
	switch {
	case r.DryRun:
		return "Dry run: no order will be sent."
	case r.Required-len(r.Votes) > 1 && r.Offer.OrderOn != (renewal.OrderDay{}):
		return fmt.Sprintf("This is approval %d of %d. With the last one: ", len(r.Votes)+1, r.Required) + placesOrder(r.Offer)
	case r.Required-len(r.Votes) > 1:
		return fmt.Sprintf("This is approval %d of %d. The last one places a real order at once; it cannot be undone.", len(r.Votes)+1, r.Required)
	}
	return placesOrder(r.Offer)
}

func confirmRetry(r renewal.Request) *slack.ConfirmationBlockObject {
	ask := what(r.Offer, line) + " (" + price(r.Offer, line) + ")."
	if r.Unexplained {
		return confirm("Try "+r.Reference()+" again?", ask, r.Doubts,
			"Nobody has said why it should be ordered all the same, so the approvers are asked anew. Nothing is ordered by this.", "Try again", "Not yet", slack.StylePrimary)
	}
	if r.DryRun {
		return confirm("Try "+r.Reference()+" again?", ask, r.Doubts, "Dry run: no order will be sent.", "Try again", "Not yet", slack.StylePrimary)
	}
	if r.Required > 1 {
		return confirm("Try "+r.Reference()+" again?", ask, r.Doubts,
			fmt.Sprintf("This is approval 1 of %d. The last one places a real order at once; it cannot be undone.", r.Required),
			"Try again", "Not yet", slack.StylePrimary)
	}
	return confirm("Order "+r.Reference()+" again?", ask, r.Doubts,
		"This places a real order with Yeastar at once. It cannot be undone.", "Order again", "Not yet", slack.StylePrimary)
}

// confirm is a dialog whose last sentence always fits, and before it the doubts.
func confirm(title, about string, doubts []renewal.Doubt, consequence, yes, no string, style slack.Style) *slack.ConfirmationBlockObject {
	if len(doubts) > 0 {
		consequence = dialogDoubts(doubts, limitConfirmText-width(consequence)-limitAbout) + " " + consequence
	}
	about = cut(about, limitConfirmText-width(consequence)-1)
	return slack.NewConfirmationBlockObject(
		plain(title, 100), plain(about+" "+consequence, limitConfirmText), plain(yes, 30), plain(no, 30)).WithStyle(style)
}
