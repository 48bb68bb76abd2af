package blocks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

const homeListed = 12 // batches and requests per list: with three lists below 100 blocks

// HomeData is what a person's Home tab is drawn from.
type HomeData struct {
	Command string                     // the slash command
	Waiting []renewal.Request          // wait for this person's decision, the most urgent first
	Open    []renewal.Request          // asked for by this person and not finished
	Recent  []renewal.Request          // finished
	Can     map[int64][]renewal.Action // what this person may do, by request

	WaitingBatches, OpenBatches, RecentBatches []BatchData // stand before the requests of their list, but not before orders of unknown fate
	DecidedBatches                             []BatchData // of others, that this person decided on and that go on

	Links  Links
	Pause  renewal.Pause
	DryRun bool
	Due    []slack.Block // what DueSection draws, for who may see it
}

// Home shows what waits for a person first, then what they asked for, then the rest.
func Home(h HomeData) slack.HomeTabViewRequest {
	open := slack.NewButtonBlockElement(ActionOpenForm, "home", plain("Renew a subscription", limitButton)).WithStyle(slack.StylePrimary)
	blocks := []slack.Block{header("title", "Renewals"), slack.NewActionBlock("actions", open)}
	if h.DryRun {
		blocks = append(blocks, contextLine("dry_run", "🧪 Dry run: no order is ever sent."))
	}
	if h.Pause.Holds() {
		blocks = append(blocks, section("paused", "⏸️ "+told(h.Pause.Sentence())))
	}
	blocks = append(blocks, h.list("waiting", "Waiting for my decision", "Nothing waits for you.", h.WaitingBatches, h.Waiting, homeListed)...)
	blocks = append(blocks, h.list("open", "My open requests", "You have no open requests.", h.OpenBatches, h.Open, homeListed)...)
	decided, room := h.list("decided", "Decided by me, not finished", "", h.DecidedBatches, nil, homeListed), homeListed
	if len(decided) > 0 { // its heading and what is left out take room, too
		room -= min(len(h.DecidedBatches), batchesListed) + 1
	}
	blocks = append(blocks, decided...)
	blocks = append(blocks, h.Due...)
	blocks = append(blocks, h.list("recent", "Recently finished", "", h.RecentBatches, h.Recent, room)...)
	blocks = append(blocks, divider("end"), contextLine("help",
		fmt.Sprintf("Type *%s* in any channel to renew a subscription, *%s help* for more. Nothing is ordered until an approver has agreed.",
			outside(h.Command, 32), outside(h.Command, 32))))
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, CallbackID: CallbackHome, Blocks: slack.Blocks{BlockSet: blocks}}
}

// HomeDigest is a hash of what a Home tab shows.
func HomeDigest(v slack.HomeTabViewRequest) string {
	return Message{Blocks: v.Blocks.BlockSet}.Digest()
}

func (h HomeData) list(id, heading, none string, batches []BatchData, requests []renewal.Request, room int) []slack.Block {
	all := len(batches) + len(requests)
	if all == 0 && none == "" {
		return nil
	}
	if all > 1 {
		heading += fmt.Sprintf(" (%d)", all)
	}
	blocks := []slack.Block{header(id, heading)}
	if all == 0 {
		return append(blocks, contextLine(id+".none", none))
	}
	urgent, requests := urgentFirst(requests)
	urgent = urgent[:min(len(urgent), room)]
	batches = batches[:min(len(batches), batchesListed, room-len(urgent))]
	requests = requests[:min(len(requests), room-len(urgent)-len(batches))]
	for i, r := range urgent {
		blocks = append(blocks, h.row(fmt.Sprintf("%s.%d", id, i), r)...)
	}
	for i, d := range batches {
		blocks = append(blocks, h.batchRow(fmt.Sprintf("%s.batch.%d", id, i), d)...)
	}
	for i, r := range requests {
		blocks = append(blocks, h.row(fmt.Sprintf("%s.%d", id, len(urgent)+i), r)...)
	}
	if more := all - len(urgent) - len(batches) - len(requests); more > 0 {
		rest := fmt.Sprintf("and %d more", more)
		if listTitles[id] == "" {
			return append(blocks, contextLine(id+".more", rest))
		}
		blocks = append(blocks, withAll(section(id+".more", rest), id, all, all-more))
	}
	return blocks
}

// row is a request in a list, with what the person can do with it.
func (h HomeData) row(id string, r renewal.Request) []slack.Block {
	return append([]slack.Block{section(id, h.item(r))}, h.buttons(fmt.Sprintf("%s.%d.%d.%s", id, r.ID, r.Revision, r.Status), r)...)
}

// batchRow is the same of a batch.
func (h HomeData) batchRow(id string, d BatchData) []slack.Block {
	d.Pause = h.Pause
	return append([]slack.Block{section(id, d.listItem(h.Links))}, d.buttonRow(id, h.Links)...)
}

// urgentFirst divides requests into those of which nobody knows whether they were ordered, and others.
func urgentFirst(requests []renewal.Request) (urgent, others []renewal.Request) {
	for _, r := range requests {
		if r.Status == renewal.Unknown {
			urgent = append(urgent, r)
		} else {
			others = append(others, r)
		}
	}
	return urgent, others
}

func (h HomeData) item(r renewal.Request) string {
	r.Offer = r.AsOrdered()
	s := stateOf(r)
	facts := []string{price(r.Offer, outside), estimated(r.Ruling)}
	if e := expiryDays(r.Offer, r.AskedAt); e != "" {
		facts = append(facts, "expires "+e)
	}
	facts = append(facts, awaitedDay(r))
	about := []string{fmt.Sprintf("*%s* · %s", h.Links.reference(r), s.short()+orderItem(r)), what(r.Offer, outside), joinWith(" · ", facts...)}
	switch {
	case r.Status == renewal.Returned:
		about = append(about, s.more)
	case !r.Status.Final() && len(r.Doubts) > 0:
		about = append(about, briefDoubts(r.Doubts))
	}
	end := ""
	if slices.Contains(renewal.Timed(), r.Status) {
		end = "times out " + moment(r.ExpiresAt)
	}
	return strings.Join(append(about, joinWith(" · ", requested(r), revision(r), end, dryRun(r))), "\n")
}

// buttons are what the person can do with a request, and the way to its card.
func (h HomeData) buttons(id string, r renewal.Request) []slack.Block {
	row := actionRow(id, r, h.Can[r.ID], h.Pause)
	open := h.Links.openButton(r)
	switch {
	case len(open) == 0:
		return row
	case len(row) == 0:
		return []slack.Block{slack.NewActionBlock(id, open...)}
	}
	elements := row[0].(*slack.ActionBlock).Elements
	elements.ElementSet = append(elements.ElementSet, open...)
	return row
}

// briefDoubts are the doubts in a few words each.
func briefDoubts(doubts []renewal.Doubt) string {
	var words []string
	for i, d := range doubts {
		if i == 4 {
			words = append(words, fmt.Sprintf("%d more", len(doubts)-i))
			break
		}
		words = append(words, outside(d.Brief(), nameLimit))
	}
	return lookAt(len(doubts)) + ": " + strings.Join(words, "; ")
}
