package blocks

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// The actions of a history, and what a key of a holder begins with.
const (
	ActionHistoryWho  = "history_who"
	ActionHistoryBack = "history_back"
	ActionHistoryNext = "history_next"

	HistoryPBX     = "sn:"
	HistoryAccount = "id:"
)

// HistoryAsked is how many orders the portal is asked about one by one to find those of a PBX.
const HistoryAsked = 20

// IsHistory says whether an action is of a history.
func IsHistory(id string) bool { return strings.HasPrefix(id, "history_") }

// HistoryKey names a holder so that the history of none else is found by it.
func HistoryKey(h renewal.Holder) string {
	if h.SerialNumber != "" {
		return HistoryPBX + line(h.SerialNumber, limitOption-10)
	}
	return HistoryAccount + line(h.Key(), limitOption-10)
}

// ReadHistory reads a click in a history: whose, and which page.
func ReadHistory(a *slack.BlockAction) (key string, page int) {
	if a.ActionID == ActionHistoryWho {
		return a.SelectedOption.Value, 0
	}
	number, key, _ := strings.Cut(a.Value, " ")
	page, err := strconv.Atoi(number)
	if err != nil {
		return "", 0
	}
	return key, max(page, 0)
}

// HistoryEntry is a request of ours, or an order that the portal lists and that is none of ours.
type HistoryEntry struct {
	At       time.Time
	Request  *renewal.Request // nil: not ours
	InPortal bool             // the portal lists its order, too

	OrderNo, Status, PO string
	Product, Amount     string // empty: the portal does not tell
	Currency            string
}

// HistoryData is what a history is drawn from.
type HistoryData struct {
	Holder      renewal.Holder
	Entries     []HistoryEntry // of the page
	Total, Ours int
	Page, Pages int
	Hidden      int       // requests that the reader may not see
	Since       time.Time // as far as the portal's list was read
	Unread      bool      // the portal's list could not be read
	Untold      bool      // the list does not tell whose orders are whose
	PBX         HistoryPBXOrders
	Links       Links
}

// HistoryPBXOrders says how the portal's orders of a PBX were found: by asking about orders one by one.
type HistoryPBXOrders struct {
	Gone     bool // the portal does not list the PBX any more, so that none were
	Unasked  int  // older orders of its account, which were not asked about
	Unsolved int  // newer ones of which the portal did not tell in time
}

// History shows what was asked for and ordered for a holder, the newest first.
func History(d HistoryData) Message {
	counts := count(d.Ours, "request of ours", "requests of ours") + " · " + count(d.Total-d.Ours, "other order in the portal", "other orders in the portal")
	if d.Total == 0 {
		counts = "Nothing was asked for or ordered here that you may see."
	}
	blocks := []slack.Block{header("history", "History of "+holder(d.Holder, line)), section("history.counts", counts)}
	items := make([]string, 0, len(d.Entries))
	for i, e := range d.Entries {
		items = append(items, d.entry(e))
		blocks = append(blocks, section(fmt.Sprintf("history.%d", i), items[i]))
	}
	if buttons := historyPages(d); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("history.pages", buttons...))
	}
	notes := d.notes()
	return Message{
		Text:   cutMarkup(joinWith("\n", "History of "+holder(d.Holder, outside)+": "+counts, joinWith("\n", items...), notes), limitMessageText),
		Blocks: append(blocks, contextLine("history.end", notes)),
	}
}

// notes say what is missing, and that nothing was done.
func (d HistoryData) notes() string {
	var notes []string
	if d.Pages > 1 {
		notes = append(notes, fmt.Sprintf("Page %d of %d.", d.Page+1, d.Pages))
	}
	switch {
	case d.Unread:
		notes = append(notes, "⚠️ The portal's order list can't be read just now: orders that are not ours are missing.")
	case d.Untold && d.Holder.SerialNumber != "":
		notes = append(notes, fmt.Sprintf("The portal's order list does not tell whose orders are whose: of its newest %d those of this PBX are here.", HistoryAsked))
	case d.PBX.Gone:
		notes = append(notes, "The portal does not list this PBX any more: only ours are here.")
	case d.PBX.Unasked > 0:
		notes = append(notes, fmt.Sprintf("Of the newest %d orders of its account those of this PBX are here; %s not looked at.",
			HistoryAsked, count(d.PBX.Unasked, "older one was", "older ones were")))
	case d.Untold:
		notes = append(notes, "The portal's order list does not tell whose orders are whose: only ours are here.")
	default:
		notes = append(notes, "The portal's orders are listed since "+d.Since.UTC().Format("Jan 2006")+".")
	}
	if d.PBX.Unsolved > 0 {
		notes = append(notes, "⚠️ Of "+count(d.PBX.Unsolved, "more order", "more orders")+" the portal did not tell in time whether they are of this PBX: please look again in a moment.")
	}
	if d.Hidden > 0 {
		notes = append(notes, count(d.Hidden, "request is", "requests are")+" of private channels that you are not in.")
	}
	return joinWith(" ", append(notes, "Nothing was changed or ordered.")...)
}

func (d HistoryData) entry(e HistoryEntry) string {
	if e.Request == nil {
		return joinWith(" · ", "▫️ *"+outside(e.OrderNo, 40)+"*", outside(e.Product, shortLimit), outside(cmp.Or(e.Status, "status not told"), 30), historyTime(e.At),
			outside(cmp.Or(e.Amount, e.Currency), shortLimit), "not ordered by me"+afterPO(e.PO))
	}
	r := *e.Request
	s := "🤖 *" + d.Links.reference(r) + "* · " + inShort(r.AsOrdered(), outside) + " · " + stateOf(r).short()
	if r.Order != nil && r.Order.OrderNo != "" {
		s += " · " + outside(r.Order.OrderNo, 40)
		if e.InPortal {
			s += " (also in the portal's list)"
		}
	}
	people := "asked for by " + mention(r.Requester) + " " + day(r.AskedAt)
	if len(r.Votes) > 0 {
		people += ", approved by " + voters(r)
	}
	if at := r.OrderedTime(); !at.IsZero() {
		people += ", ordered " + day(at)
	}
	return joinWith("\n", s, people+" · "+price(r.AsOrdered(), outside))
}

func historyTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return day(at)
}

func afterPO(po string) string {
	if po = outside(po, 40); po == "" {
		return ""
	}
	return " · PO " + po
}

func historyPages(d HistoryData) []slack.BlockElement {
	key := HistoryKey(d.Holder)
	var buttons []slack.BlockElement
	if d.Page > 0 {
		buttons = append(buttons, slack.NewButtonBlockElement(ActionHistoryBack, strconv.Itoa(d.Page-1)+" "+key, plain("◀ Newer", limitButton)))
	}
	if d.Page < d.Pages-1 {
		buttons = append(buttons, slack.NewButtonBlockElement(ActionHistoryNext, strconv.Itoa(d.Page+1)+" "+key, plain("Older ▶", limitButton)))
	}
	return buttons
}

// HistoryChoice asks whose history is meant.
func HistoryChoice(query string, holders []renewal.Holder, more int) Message {
	s := fmt.Sprintf("“%s” fits %s. Whose history do you mean?", outside(query, shortLimit), count(len(holders)+more, "customer", "customers"))
	if more > 0 {
		s += fmt.Sprintf(" These are the %d that are likeliest; more of the name finds the others.", len(holders))
	}
	var list []Choice
	for _, h := range holders {
		about := h.Name
		if h.Email != "" && h.Email != h.Name {
			about += " (" + h.Email + ")"
		}
		list = append(list, Choice{ID: HistoryKey(h), Label: about})
	}
	menu := dueMenu(ActionHistoryWho, "Whose", list, "")
	end := "Nothing was changed or ordered."
	return Message{
		Text:   cutMarkup(s+" "+end, limitMessageText),
		Blocks: []slack.Block{section("history.which", s), slack.NewActionBlock("history.who", menu), contextLine("history.end", end)},
	}
}
