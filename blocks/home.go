package blocks

import (
	"fmt"
	"regexp"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

const (
	homeListed  = 12 // requests per list; with three lists far below 100 blocks
	listWaiting = "waiting"
)

// HomeData is what a person's Home tab is drawn from.
type HomeData struct {
	Command string            // the slash command
	Waiting []renewal.Request // wait for this person's decision
	Open    []renewal.Request // asked for by this person and not finished
	Recent  []renewal.Request // finished
	Links   map[int64]string  // permalinks of the cards, by request; may be nil
	DryRun  bool
	Due     []slack.Block // what DueSection draws, for who may see it
}

// Home shows what waits for a person first, then what they asked for, then the rest.
func Home(h HomeData) slack.HomeTabViewRequest {
	open := slack.NewButtonBlockElement(ActionOpenForm, "home", plain("Renew a subscription", limitButton)).WithStyle(slack.StylePrimary)
	blocks := []slack.Block{header("title", "Renewals"), slack.NewActionBlock("actions", open)}
	if h.DryRun {
		blocks = append(blocks, contextLine("dry_run", "🧪 Dry run: no order is ever sent."))
	}
	blocks = append(blocks, h.list(listWaiting, "Waiting for my decision", "Nothing waits for you.", h.Waiting)...)
	blocks = append(blocks, h.list("open", "My open requests", "You have no open requests.", h.Open)...)
	blocks = append(blocks, h.Due...)
	blocks = append(blocks, h.list("recent", "Recently finished", "", h.Recent)...)
	blocks = append(blocks, divider("end"), contextLine("help",
		fmt.Sprintf("Type *%s* in any channel to renew a subscription, *%s help* for more. Nothing is ordered until an approver has agreed.",
			outside(h.Command, 32), outside(h.Command, 32))))
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, CallbackID: CallbackHome, Blocks: slack.Blocks{BlockSet: blocks}}
}

func (h HomeData) list(id, heading, none string, requests []renewal.Request) []slack.Block {
	if len(requests) == 0 && none == "" {
		return nil
	}
	blocks := []slack.Block{header(id, heading)}
	if len(requests) == 0 {
		return append(blocks, contextLine(id+".none", none))
	}
	for i, r := range requests {
		if i == homeListed {
			blocks = append(blocks, contextLine(id+".more", fmt.Sprintf("and %d more", len(requests)-i)))
			break
		}
		blocks = append(blocks, section(fmt.Sprintf("%s.%d", id, i), h.item(r)))
		if id == listWaiting {
			blocks = append(blocks, settleBlocks(fmt.Sprintf("%s.%d.settle", id, i), r)...)
		}
	}
	return blocks
}

func (h HomeData) item(r renewal.Request) string {
	s := stateOf(r)
	return fmt.Sprintf("*%s* · %s\n%s\n%s", h.reference(r), s.short()+orderItem(r), what(r.Offer, outside),
		joinWith(" · ", requested(r), revision(r), dryRun(r)))
}

var permalink = regexp.MustCompile(`^https?://[a-zA-Z0-9.:-]+/[^\s<>|"]*$`)

func (h HomeData) reference(r renewal.Request) string {
	if link := h.Links[r.ID]; permalink.MatchString(link) && len(link) < 500 {
		return "<" + link + "|" + r.Reference() + ">"
	}
	return r.Reference()
}
