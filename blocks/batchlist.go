package blocks

import (
	"fmt"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// batchesListed is how many batches a list has.
const batchesListed = 5

// listItem is a batch in a list, in finished mrkdwn.
func (d BatchData) listItem(links Links) string {
	name := links.reference(renewal.Request{ID: d.Batch.Subject()})
	return joinWith("\n", fmt.Sprintf("*%s* · %s of %s · %s", name, d.head(), mention(d.Batch.Requester), d.total()), d.state().bold(), d.progress())
}

func (h HomeData) batches() []slack.Block {
	if len(h.Batches) == 0 {
		return nil
	}
	blocks := []slack.Block{header("batches", fmt.Sprintf("Batches (%d)", len(h.Batches)))}
	for i, d := range h.Batches[:min(len(h.Batches), batchesListed)] {
		blocks = append(blocks, section(fmt.Sprintf("batches.%d", i), d.listItem(h.Links)))
	}
	if more := len(h.Batches) - batchesListed; more > 0 {
		blocks = append(blocks, contextLine("batches.more", fmt.Sprintf("and %d more", more)))
	}
	return blocks
}

// BatchStatus shows where a batch stands, and its lines: those first that need people.
func BatchStatus(d BatchData, links Links) Message {
	m := BatchSummary(d)
	id := func(name string) string { return fmt.Sprintf("batchstatus.%d.%s", d.Batch.ID, name) }
	if open := links.openButton(renewal.Request{ID: d.Batch.Subject()}); len(open) > 0 {
		m.Blocks = append(m.Blocks, slack.NewActionBlock(id("open"), open...))
	}
	if s := d.renewed(); s != "" {
		m.Blocks = append(m.Blocks, contextLine(id("renewed"), s))
	}
	var items []string
	for _, p := range []renewal.BatchPart{renewal.LineUnknown, renewal.LineRefused, renewal.LineWaiting, renewal.LinePlaced, renewal.LineLeftOut} {
		for _, r := range d.Lines {
			if r.Part() == p {
				items = append(items, cutMarkup(fmt.Sprintf("%d. %s · %s · %s %s", r.Line, links.reference(r), holder(r.Offer.Holder, outside),
					batchParts[p][1], batchParts[p][2])+orderItem(r), batchLineText))
			}
		}
	}
	m.Blocks = append(m.Blocks, section(id("lines"), cutMarkup("*Lines*\n"+bullets(items, batchOpen), limitSection)))
	return m
}

// ListBatches adds the batches that somebody has to do with to a list of requests.
func ListBatches(m Message, batches []BatchData, links Links) Message {
	if len(batches) == 0 {
		return m
	}
	var items []string
	for _, d := range batches[:min(len(batches), batchesListed)] {
		items = append(items, d.listItem(links))
	}
	s := cutMarkup("*Batches*\n"+bullets(items, batchesListed), limitSection)
	m.Text = cutMarkup(joinWith("\n\n", s, m.Text), limitMessageText)
	m.Blocks = append([]slack.Block{section("list.batches", s)}, m.Blocks...)
	return m
}
