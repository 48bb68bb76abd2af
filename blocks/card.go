package blocks

import (
	"cmp"
	"fmt"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// Card is the approval message in the thread of the summary: the same facts in short,
// and the buttons that the state has.
func Card(r renewal.Request) Message {
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
	if note := outside(r.Note, reasonLimit); note != "" && r.Status == renewal.Pending {
		blocks = append(blocks, section(id("note"), "*Note from "+mention(r.Requester)+"*\n"+note))
	}
	blocks = append(blocks, contextLine(id("by"), joinWith(" · ", requested(r), revision(r), decided(r), dryRun(r))))
	if buttons := cardButtons(r); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock(id("actions"), buttons...))
	}
	return Message{
		Text: cutMarkup(join(
			fmt.Sprintf("%s for %s: %s (%s).", r.Reference(), mention(r.Requester), what(r.Offer, outside), price(r.Offer, outside)),
			doubtCount(r), dryRun(r), s.plain(), decided(r)), limitMessageText),
		Blocks: blocks,
	}
}

// cardFacts are the facts that what does not say, in one line.
func cardFacts(r renewal.Request) string {
	facts := []string{"Invoice to " + cmp.Or(outside(r.Offer.Contact.Name, nameLimit/2), outside(string(r.Offer.Contact.ID), shortLimit))}
	if po := outside(r.Offer.PONumber, shortLimit); po != "" {
		facts = append(facts, "PO "+po)
	}
	if e := expiryDays(r.Offer, r.AskedAt); e != "" {
		facts = append(facts, "expires "+e)
	}
	told := price(r.Offer, outside)
	if r.Offer.Price != nil {
		told = "price " + told
	}
	return joinWith(" · ", append(facts, told)...)
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
		by = append(by, mention(v.By)+" "+moment(v.At))
	}
	return "Approved by " + joinWith(", ", by...)
}

func cardButtons(r renewal.Request) []slack.BlockElement {
	switch r.Status {
	case renewal.Pending:
		return []slack.BlockElement{
			button(r, ActionApprove, "Approve").WithStyle(slack.StylePrimary).WithConfirm(confirmApprove(r)),
			button(r, ActionReject, "Reject…").WithStyle(slack.StyleDanger),
			button(r, ActionChange, "Change… (requester)"),
			button(r, ActionCancel, "Cancel request (requester)").WithConfirm(confirm(
				"Cancel this request?", what(r.Offer, line)+".", nil, "Nothing was ordered, and nothing will be.",
				"Cancel request", "Keep it", slack.StyleDanger)),
		}
	case renewal.Approved:
		if r.DryRun {
			return nil
		}
		return []slack.BlockElement{button(r, ActionCancel, "Stop the order").WithStyle(slack.StyleDanger).WithConfirm(confirm(
			"Stop "+r.Reference()+"?", what(r.Offer, line)+".", nil,
			"It was not sent yet. Its requester and approvers can stop it until it is sent.", "Stop the order", "Let it be ordered", slack.StyleDanger))}
	case renewal.Refused:
		return []slack.BlockElement{
			button(r, ActionRetry, "Try again").WithStyle(slack.StylePrimary).WithConfirm(confirmRetry(r)),
			button(r, ActionClose, "Close"),
		}
	case renewal.Unknown:
		return settleButtons(r)
	}
	return nil
}

func settleButtons(r renewal.Request) []slack.BlockElement {
	return []slack.BlockElement{
		button(r, ActionSettlePlaced, "It was placed…"),
		button(r, ActionSettleNotPlaced, "It was not placed…"),
	}
}

func button(r renewal.Request, action, label string) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(action, TargetOf(r).Encode(), plain(label, limitButton))
	b.AccessibilityLabel = line(label+" "+r.Reference(), limitButton)
	return b
}

func confirmApprove(r renewal.Request) *slack.ConfirmationBlockObject {
	ask := what(r.Offer, line) + " (" + price(r.Offer, line) + ")."
	missing := r.Required - len(r.Votes)
	switch {
	case r.DryRun:
		return confirm("Approve "+r.Reference()+"?", ask, r.Doubts, "Dry run: no order will be sent.", "Approve", "Not yet", slack.StylePrimary)
	case missing > 1:
		return confirm("Approve "+r.Reference()+"?", ask, r.Doubts,
			fmt.Sprintf("This is approval %d of %d. The last one places a real order at once; it cannot be undone.", len(r.Votes)+1, r.Required),
			"Approve", "Not yet", slack.StylePrimary)
	}
	return confirm("Approve and order "+r.Reference()+"?", ask, r.Doubts,
		"This places a real order with Yeastar at once. It cannot be undone.", "Approve and order", "Not yet", slack.StylePrimary)
}

func confirmRetry(r renewal.Request) *slack.ConfirmationBlockObject {
	ask := what(r.Offer, line) + " (" + price(r.Offer, line) + ")."
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
