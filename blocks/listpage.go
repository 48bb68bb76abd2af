package blocks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// The buttons that show the rest of a list, and turn its pages.
const (
	ActionListAll  = "list_all"
	ActionListBack = "list_back"
	ActionListNext = "list_next"
)

// Which list is meant.
const (
	ListWaiting = "waiting"
	ListMine    = "open"
	ListDecided = "decided"
	ListBatches = "batches"
)

// listPaged is how many a page has, each with a block.
const listPaged = 10

// IsList says whether an action is of a list's pages.
func IsList(id string) bool { return strings.HasPrefix(id, "list_") }

// ReadList reads which list, and which page of it, a button is for.
func ReadList(a *slack.BlockAction) (list string, page int) {
	list, number, _ := strings.Cut(a.Value, " ")
	page, err := strconv.Atoi(number)
	if err != nil {
		return list, 0
	}
	return list, max(page, 0)
}

var listTitles = map[string]string{
	ListWaiting: "Waiting for me", ListMine: "My open requests", ListDecided: "Decided by me", ListBatches: "Batches",
}

// ListPage is a page of all that a list has, in the order and words of Home, each with the way to its card,
// which has the buttons: a page of so many rows has no room for them.
func ListPage(list string, batches []BatchData, requests []renewal.Request, page int, links Links) slack.ModalViewRequest {
	urgent, requests := urgentFirst(requests)
	rows := slices.Concat(urgent, make([]renewal.Request, len(batches)), requests) // in between stand the batches
	all, home := len(rows), HomeData{Links: links}
	pages := max((all+listPaged-1)/listPaged, 1)
	page = min(page, pages-1)
	var blocks []slack.Block
	for i := page * listPaged; i < min((page+1)*listPaged, all); i++ {
		id := fmt.Sprintf("list.%d", i)
		if k := i - len(urgent); k >= 0 && k < len(batches) {
			d := batches[k]
			blocks = append(blocks, withButton(section(id, d.listItem(links)), links.openButton(renewal.Request{ID: d.Batch.Subject()})...))
			continue
		}
		r := rows[i]
		blocks = append(blocks, withButton(section(id, home.item(r)), links.openButton(r)...))
	}
	var turn []slack.BlockElement
	if page > 0 {
		turn = append(turn, slack.NewButtonBlockElement(ActionListBack, listValue(list, page-1), plain("◀ Before", limitButton)))
	}
	if page < pages-1 {
		turn = append(turn, slack.NewButtonBlockElement(ActionListNext, listValue(list, page+1), plain("More ▶", limitButton)))
	}
	if len(turn) > 0 {
		blocks = append(blocks, slack.NewActionBlock("list.pages", turn...))
	}
	end := fmt.Sprintf("%s. Page %d of %d. Nothing was changed or ordered.", count(all, "entry", "entries"), page+1, pages)
	return modal(CallbackNotice, listTitles[list], append(blocks, contextLine("list.end", end))...)
}

func listValue(list string, page int) string { return list + " " + strconv.Itoa(page) }

// withAll is a section of a list with a button for all of it, if it does not have all.
func withAll(b slack.Block, list string, all, shown int) slack.Block {
	if all <= shown {
		return b
	}
	button := slack.NewButtonBlockElement(ActionListAll, listValue(list, 0), plain("Show all…", limitButton))
	button.AccessibilityLabel = line("Show all: "+listTitles[list], limitButton)
	return withButton(b, button)
}

// withButton is a section with a button at its side.
func withButton(b slack.Block, buttons ...slack.BlockElement) slack.Block {
	if s, ok := b.(*slack.SectionBlock); ok && len(buttons) > 0 {
		s.Accessory = slack.NewAccessory(buttons[0])
	}
	return b
}
