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

// listPaged is how many a page has, each with two blocks.
const listPaged = 10

// IsList says whether an action is of a list's pages.
func IsList(id string) bool { return strings.HasPrefix(id, "list_") }

// ReadList reads which list, and which page of it, a button is for.
func ReadList(a *slack.BlockAction) (list string, page int) {
	return readPage(a.Value)
}

// ListUnder is the page of a list in which somebody has clicked, or over which they have submitted a form, with the id of its
// view; empty: there is none.
func ListUnder(ic slack.InteractionCallback) (id, list string, page int) {
	id, value := ic.View.ID, ic.View.PrivateMetadata
	if ic.Type == slack.InteractionTypeViewSubmission {
		id, value = ic.View.PreviousViewID, ic.View.ExternalID
	} else if ic.View.CallbackID != CallbackList {
		return "", "", 0
	}
	list, page = readPage(value)
	if listTitles[list] == "" {
		return "", "", 0
	}
	return id, list, page
}

func readPage(value string) (list string, page int) {
	list, number, _ := strings.Cut(value, " ")
	number, _, _ = strings.Cut(number, " ") // what follows makes an external id of it
	page, err := strconv.Atoi(number)
	if err != nil {
		return list, 0
	}
	return list, max(page, 0)
}

var listTitles = map[string]string{
	ListWaiting: "Waiting for me", ListMine: "My open requests", ListDecided: "Decided by me", ListBatches: "Batches",
}

// ListPage is a page of all that a list has, in the order, the words and with the buttons of Home, of which h has what
// its reader may do.
func ListPage(h HomeData, list string, batches []BatchData, requests []renewal.Request, page int) slack.ModalViewRequest {
	urgent, requests := urgentFirst(requests)
	rows := slices.Concat(urgent, make([]renewal.Request, len(batches)), requests) // in between stand the batches
	all := len(rows)
	pages := max((all+listPaged-1)/listPaged, 1)
	page = min(page, pages-1)
	var blocks []slack.Block
	for i := page * listPaged; i < min((page+1)*listPaged, all); i++ {
		id := fmt.Sprintf("list.%d", i)
		if k := i - len(urgent); k >= 0 && k < len(batches) {
			blocks = append(blocks, h.batchRow(id, batches[k])...)
		} else {
			blocks = append(blocks, h.row(id, rows[i])...)
		}
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
	end := fmt.Sprintf("%s. Page %d of %d. Looking at them changes and orders nothing.", count(all, "entry", "entries"), page+1, pages)
	v := modal(CallbackList, listTitles[list], append(blocks, contextLine("list.end", end))...)
	v.PrivateMetadata = listValue(list, page)
	return v
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
