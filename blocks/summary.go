package blocks

import (
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// Summary is the message in the channel: what is asked for, by whom, and where it
// stands. It has no buttons: they are on the card in its thread.
func Summary(r renewal.Request) Message {
	r.Offer = r.AsOrdered()
	s := stateOf(r)
	id := blockIDs("summary", r)
	blocks := []slack.Block{
		header(id("header"), r.Reference()+title(r)+" · Renewal for "+holder(r.Offer.Holder, line)),
		section(id("state"), s.bold()),
	}
	blocks = append(blocks, fields(id("facts"), offerFacts(r.Offer, r.AskedAt))...)
	if slices.Contains(renewal.Timed(), r.Status) {
		blocks = append(blocks, whenBlocks(id("when"), r)...)
	}
	if note := outside(r.Note, reasonLimit); note != "" {
		blocks = append(blocks, section(id("note"), "*Note*\n"+note))
	}
	blocks = append(blocks, contextLine(id("by"), joinWith(" · ", requested(r), again(r), revision(r), dryRun(r))))
	return Message{
		Text: cutMarkup(join(
			fmt.Sprintf("%s: %s asks to renew %s (%s).", r.Reference(), mention(r.Requester), what(r.Offer, outside), price(r.Offer, outside)),
			waitsFor(awaitedDay(r)), dryRun(r), s.plain()), limitMessageText),
		Blocks: blocks,
	}
}

// blockIDs names the blocks of a message. They are new in each state, because Slack
// wants a new id where a block means something else.
func blockIDs(kind string, r renewal.Request) func(string) string {
	return func(name string) string {
		return fmt.Sprintf("%s.%d.%d.%s.%s", kind, r.ID, r.Revision, r.Status, name)
	}
}

func title(r renewal.Request) string {
	if r.DryRun {
		return " · DRY RUN"
	}
	return ""
}

func dryRun(r renewal.Request) string {
	if r.DryRun {
		return "Dry run: no order is sent."
	}
	return ""
}

func requested(r renewal.Request) string {
	return "Requested by " + mention(r.Requester) + " for " + holder(r.Offer.Holder, outside) + " " + moment(r.CreatedAt)
}

func revision(r renewal.Request) string {
	if r.Revision < 2 {
		return ""
	}
	return fmt.Sprintf("revision %d", r.Revision)
}
