package blocks

import (
	"fmt"

	"github.com/slack-go/slack"

	"renewbot/bot/due"
)

// DueKnown is what is known of the renewals due while the portal is still being read. It can only be
// looked at: the whole list, which can be worked with, follows. Unread are the products whose packages
// are not there yet.
func DueKnown(d DueData) Message {
	d.early = true
	names := make([]string, len(d.List.Unread))
	for i, name := range d.List.Unread {
		names[i] = outside(name, shortLimit)
	}
	head := "⏳ *Not the whole list yet: the Partner Portal is still being read.* "
	if len(names) > 0 {
		head += "Of " + joinWith(", ", names...) + " only what our own orders and imported lists tell is here; their other packages are missing. "
	}
	known := due.List{Now: d.List.Now, Rows: d.List.Rows}
	counts := "So far: " + dueCounts(known) + "."
	blocks := []slack.Block{
		header("due", dueTitle(d.Filter, line)), section("due.reading", head+"The whole list follows here by itself."), section("due.counts", counts),
	}
	rows, _, _ := known.Page(0, dueListed)
	for i, r := range rows {
		blocks = append(blocks, section(fmt.Sprintf("due.row.%d", i), d.row(r)))
	}
	end := "Dates are told with their source, and what the portal says may differ. Nothing is ordered by looking at this."
	if more := len(known.Rows) - len(rows); more > 0 {
		end = fmt.Sprintf("and %d more so far. ", more) + end
	}
	text := dueTitle(d.Filter, outside) + ": the Partner Portal is still being read; the whole list follows. " + counts + " " + end
	return Message{Text: cutMarkup(text, limitMessageText), Blocks: append(blocks, contextLine("due.end", end))}
}
