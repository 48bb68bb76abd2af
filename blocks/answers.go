package blocks

import (
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	listed = 10 // requests per list in a message
	// listText is how much of each list is in the text beside the blocks, in characters: an answer that is Slack's
	// ack takes 20 KB with both.
	listText = 500
	story    = 15 // events in the story of a request
	// unlistedShown is how many products the help names that cannot be renewed.
	unlistedShown = 20
)

// HelpData is what can be renewed here.
type HelpData struct {
	Offered    []yeastar.Product
	Configured []yeastar.Product // whether the account has them or not
	Unoffered  []yeastar.Product // of the account, and not offered
	Unlisted   []string          // of the account, and no row
}

// forms are the ways to open the form, for the holders that the products have.
func (h HelpData) forms(c string) []string {
	held := func(by yeastar.HolderKind) bool {
		return slices.ContainsFunc(h.Offered, func(p yeastar.Product) bool { return p.Holder == by })
	}
	lines := []string{"*" + c + "* – open the form for a renewal"}
	switch {
	case held(yeastar.ByAccount):
		lines = append(lines, "*"+c+" acme* – the same, with the customer looked up")
	case held(yeastar.BySerial):
		lines = append(lines, "*"+c+" acme* – the same, with the customer's PBX looked up")
	}
	if held(yeastar.BySerial) {
		lines = append(lines, "*"+c+" 3631E0000001* – the same, with the PBX of that serial number")
	}
	if held(yeastar.ByAccount) {
		lines = append(lines, "*"+c+" self* – the same for our own account")
	}
	return lines
}

// missing says what of the account cannot be renewed here.
func (h HelpData) missing() []string {
	var lines []string
	if len(h.Unoffered) > 0 {
		var names []string
		for _, p := range h.Unoffered {
			names = append(names, p.Name)
		}
		lines = append(lines, "The account also has what is not offered here: "+joinWith(", ", names...)+". Whoever runs me can offer all of it with YEASTAR_PRODUCTS="+
			yeastar.Keys(slices.Concat(h.Configured, h.Unoffered)...)+".")
	}
	if len(h.Unlisted) > 0 {
		var names []string
		for _, name := range h.Unlisted[:min(len(h.Unlisted), unlistedShown)] {
			names = append(names, outside(name, shortLimit))
		}
		if more := len(h.Unlisted) - len(names); more > 0 {
			names = append(names, fmt.Sprintf("%d more", more))
		}
		lines = append(lines, "The account also has what I can't renew: "+joinWith(", ", names...)+".")
	}
	return lines
}

// Help says what can be typed after the command, and which products of the account cannot be
// renewed here.
func Help(command string, h HelpData) Message {
	c := outside(command, 32)
	lines := append(h.forms(c),
		"*"+c+" list* – my open requests and what waits for me",
		"*"+c+" status RNW-000123* – where a request stands, and its story; the link of its card will do",
		"*"+c+" status RNW-B0007*, *cancel RNW-B0007* – the same for a batch; *cancel* ends what waits of it",
		"*"+c+" status acme* – the requests for that customer, or for a serial number",
		"*"+c+" due* – renewals that end soon; *due 30* within 30 days, *due acme* of a customer",
		"*"+c+" due import* – approvers: take in a list of dates, from a file or pasted",
		"*"+c+" batch 30* – several renewals at once: as CSV, filled with what is due within 30 days; *batch acme* with a customer's",
		"*"+c+" history acme* – what was asked for and ordered for a customer, “self” or a serial number",
		"*"+c+" cancel RNW-000123* – withdraw my request",
		"*"+c+" pause REASON* – approvers: take and approve requests, and order nothing",
		"*"+c+" resume* – approvers: order what waits because of that",
		"*"+c+" deputy @colleague until Friday* – approvers: let a colleague decide for me; *deputy off* ends it",
		"*"+c+" deputies* – who decides for whom",
		"*"+c+" notify result* – which direct messages I get: *all*, *result* (what became of it, and reminders) or *none* (only what waits for me alone)",
		"*"+c+" help* – this list",
	)
	end := "Nothing is ordered until an approver has agreed to it in the request's thread."
	text := "Renew a customer's Yeastar subscription.\n" + joinWith("\n", lines...)
	blocks := []slack.Block{section("help", text)}
	if missing := joinWith("\n", h.missing()...); missing != "" {
		text += "\n" + missing
		blocks = append(blocks, contextLine("help.unlisted", missing))
	}
	return Message{Text: cutMarkup(text+"\n"+end, limitMessageText), Blocks: append(blocks, contextLine("help.end", end))}
}

// Notify says which direct messages somebody gets.
func Notify(n renewal.Notify) Message {
	say := "You get *all* direct messages: about your requests, and what waits for your decision."
	switch n {
	case renewal.NotifyResult:
		say = "Of direct messages you get the *result*: what became of your requests, reminders, and what waits for you alone."
	case renewal.NotifyNone:
		say = "You get *no* direct messages but those of what waits for you alone: changes asked of you, a request that somebody hands to you, " +
			"and being somebody's deputy. The threads mention you as before."
	}
	return oneLineMessage("notify", say+" Change it with “notify all”, “notify result” or “notify none”. Nothing was changed or ordered in any request.")
}

// List shows what somebody asked for and what waits for their decision, and the batches of both.
func List(mine, waiting []renewal.Request, batches []BatchData, links Links) Message {
	if len(mine)+len(waiting)+len(batches) == 0 {
		return oneLineMessage("list.empty", "You have no open requests, and none waits for your decision. Nothing is being ordered for you.")
	}
	var blocks []slack.Block
	var text []string
	add := func(id, list, heading string, requests []renewal.Request) {
		if len(requests) == 0 {
			return
		}
		var items []string
		for _, r := range requests {
			items = append(items, listItem(r, links))
		}
		s := "*" + heading + "*\n" + bullets(items, listed)
		blocks = append(blocks, withAll(section(id, s), list, len(requests), listed))
		text = append(text, cutMarkup(s, listText))
	}
	if len(batches) > 0 {
		s := listBatches(batches, links)
		blocks, text = append(blocks, withAll(section("list.batches", s), ListBatches, len(batches), batchesListed)), append(text, cutMarkup(s, listText))
	}
	add("list.waiting", ListWaiting, fmt.Sprintf("Waiting for your decision (%d)", len(waiting)), waiting)
	add("list.mine", ListMine, fmt.Sprintf("Your open requests (%d)", len(mine)), mine)
	return Message{Text: cutMarkup(joinWith("\n\n", text...), limitMessageText), Blocks: blocks}
}

// ListFor shows the requests for whom somebody named.
func ListFor(name string, requests []renewal.Request, links Links) Message {
	name = outside(name, shortLimit)
	if len(requests) == 0 {
		return oneLineMessage("list.none", "There is no request for “"+name+"” that you may see. Nothing was changed or ordered.")
	}
	var items []string
	for _, r := range requests {
		items = append(items, listItem(r, links))
	}
	s := fmt.Sprintf("*Requests for “%s” (%d)*\n%s", name, len(requests), bullets(items, listed))
	return Message{Text: cutMarkup(s, limitMessageText), Blocks: []slack.Block{section("list.for", s)}}
}

// listItem is a request in one line, short enough for ten of them in a section.
func listItem(r renewal.Request, links Links) string {
	r.Offer = r.AsOrdered()
	s := stateOf(r)
	return fmt.Sprintf("%s · %s · %s · by %s", links.reference(r), inShort(r.Offer, outside), s.short(), mention(r.Requester)) + orderItem(r) + dayItem(r)
}

func orderItem(r renewal.Request) string {
	if r.Order == nil || r.Order.OrderNo == "" {
		return ""
	}
	return " · " + outside(r.Order.OrderNo, 40)
}

func dayItem(r renewal.Request) string {
	if on := awaitedDay(r); on != "" && !r.WaitsForDay() { // whose state says it
		return " · " + on
	}
	return ""
}

// Settling is a message about a request for somebody who may settle it: with the buttons for
// that while its order's fate is unknown, as its card may be out of reach.
func Settling(m Message, r renewal.Request) Message {
	m.Blocks = append(m.Blocks, settleBlocks(blockIDs("settling", r)("actions"), r)...)
	return m
}

// Detail shows where a request stands and its story.
func Detail(r renewal.Request, entries []renewal.Entry, links Links) Message {
	r.Offer = r.AsOrdered()
	s := stateOf(r)
	id := blockIDs("detail", r)
	blocks := []slack.Block{
		header(id("header"), r.Reference()+title(r)+" · Renewal for "+holder(r.Offer.Holder, line)),
		section(id("state"), s.bold()),
	}
	if open := links.openButton(r); len(open) > 0 {
		blocks = append(blocks, slack.NewActionBlock(id("open"), open...))
	}
	if r.Batch != 0 {
		blocks = append(blocks, contextLine(id("batch"), fmt.Sprintf("Line %d of %s", r.Line, links.reference(renewal.Request{ID: -r.Batch}))))
	}
	blocks = append(blocks, fields(id("facts"), offerFacts(r.Offer, r.AskedAt))...)
	if awaitedDay(r) != "" {
		blocks = append(blocks, whenBlocks(id("when"), r)...)
	}
	if note := outside(r.Note, reasonLimit); note != "" {
		blocks = append(blocks, section(id("note"), "*Note*\n"+note))
	}
	blocks = append(blocks, doubtBlocks(id, r)...)
	blocks = append(blocks, changeBlocks(id("changes"), r)...)
	if len(entries) > 0 {
		blocks = append(blocks, divider(id("divider")))
		if n := len(entries) - story; n > 0 {
			blocks = append(blocks, contextLine(id("earlier"), count(n, "earlier event", "earlier events")+" not shown"))
			entries = entries[n:]
		}
		for i, e := range entries {
			blocks = append(blocks, contextLine(id(fmt.Sprintf("event%d", i)), moment(e.At)+" · "+cutMarkup(eventSentence(r, e), 800)))
		}
	}
	return Message{
		Text: cutMarkup(join(
			fmt.Sprintf("%s: %s asked to renew %s (%s).", r.Reference(), mention(r.Requester), what(r.Offer, outside), price(r.Offer, outside)),
			dryRun(r), s.plain()), limitMessageText),
		Blocks: blocks,
	}
}
