package blocks

import (
	"fmt"

	"github.com/slack-go/slack"
)

// batchesListed is how many batches a list has.
const batchesListed = 5

// listItem is a batch in a list, in finished mrkdwn.
func (d BatchData) listItem(links Links) string {
	name := d.Batch.Reference()
	if link := links.of(d.Batch.Subject()); link != "" {
		name = "<" + link + "|" + name + ">"
	}
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
