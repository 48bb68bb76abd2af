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
	open := d.Batch.Undecided(d.Lines)
	doubts := d.doubtCount(open)
	if doubts != "" && d.Can.Approve {
		doubts += " It is approved on its card, where that stands."
	}
	return joinWith("\n", fmt.Sprintf("*%s* · %s of %s · %s", name, d.head(), mention(d.Batch.Requester), d.total()), d.state().bold(), d.progress(),
		doubts, d.timesOut())
}

// timesOut says until when a batch waits for its approval.
func (d BatchData) timesOut() string {
	open := d.Batch.Undecided(d.Lines)
	if len(open) == 0 {
		return ""
	}
	return "times out " + moment(open[0].ExpiresAt)
}

// buttonRow is what the reader of a list may do with a batch, and the way to its card. What has doubts is
// approved there alone, where all of them stand.
func (d BatchData) buttonRow(id string, links Links) []slack.Block {
	open, can := d.Batch.Undecided(d.Lines), d.Can
	can.Approve = can.Approve && len(doubtful(open)) == 0
	row := append(d.buttons(open, can), links.openButton(renewal.Request{ID: d.Batch.Subject()})...)
	if len(row) == 0 {
		return nil
	}
	return []slack.Block{slack.NewActionBlock(fmt.Sprintf("%s.%d.%d", id, d.Batch.ID, d.Batch.Version), row...)}
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

func listBatches(batches []BatchData, links Links) string {
	var items []string
	for _, d := range batches {
		items = append(items, d.listItem(links))
	}
	return cutMarkup(fmt.Sprintf("*Batches (%d)*\n%s", len(batches), bullets(items, batchesListed)), limitSection)
}
