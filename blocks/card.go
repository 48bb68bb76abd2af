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
// decide: a new card tells them, and a change of it nobody. p is whether orders are paused.
func Card(r renewal.Request, asked Asked, p renewal.Pause) Message {
	s := stateOf(r)
	id := blockIDs("card", r)
	r.Offer = r.AsOrdered()
	blocks := []slack.Block{
		section(id("what"), fmt.Sprintf("*%s%s*\n%s\n%s", r.Reference(), title(r), what(r.Offer, outside), cardFacts(r))),
		section(id("state"), s.bold()),
	}
	if slices.Contains(renewal.Held(), r.Status) && !r.WaitsPaused() {
		blocks = append(blocks, pauseLine(id("paused"), p)...)
	}
	if !r.Status.Final() {
		blocks = append(blocks, doubtBlocks(id, r)...)
		blocks = append(blocks, changeBlocks(id("changes"), r)...)
	}
	blocks = append(blocks, actionRow(id("actions"), r, approverActions[r.Status], p)...)
	if r.Status == renewal.Pending {
		blocks = append(blocks, askedOn(id("asked"), asked)...)
	}
	if note := outside(r.Note, reasonLimit); note != "" && slices.Contains(renewal.Timed(), r.Status) {
		blocks = append(blocks, section(id("note"), "*Note from "+mention(r.Requester)+"*\n"+note))
	}
	blocks = append(blocks, contextLine(id("invoice"), invoiceFacts(r.Offer)),
		contextLine(id("by"), joinWith(" · ", requested(r), again(r), revision(r), decided(r), dryRun(r))))
	blocks = append(blocks, actionRow(id("requester"), r, requesterActions[r.Status], p)...)
	return Message{
		Text: cutMarkup(join(
			fmt.Sprintf("%s for %s: %s (%s).", r.Reference(), mention(r.Requester), what(r.Offer, outside), price(r.Offer, outside)),
			doubtCount(r), dryRun(r), s.plain(), decided(r)), limitMessageText),
		Blocks: blocks,
	}
}

// pauseLine says that orders are paused, while they are.
func pauseLine(id string, p renewal.Pause) []slack.Block {
	if !p.Holds() {
		return nil
	}
	return []slack.Block{contextLine(id, join("⏸️ Orders are paused by "+mention(p.By)+" since "+moment(p.At)+reason(p.Reason), "Nothing is ordered until an approver resumes."))}
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
	return joinWith(" · ", told, estimated(r.Ruling), expires, awaitedDay(r))
}

// invoiceFacts say who gets the invoice, with the mail as a whole, and the PO number.
func invoiceFacts(o renewal.Offer) string {
	name, mail := outside(o.Contact.Name, nameLimit), copyable(o.Contact.Email, mailLimit)
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
