package blocks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	dueListed = 7 // rows on a page of the list
	dueHome   = 5 // rows in the section of Home
	dueTold   = 12
)

// DueData is what a list of renewals due is drawn from.
type DueData struct {
	List     due.List   // all rows that fit the filter
	Filter   due.Filter // as it was asked for
	Reader   string     // Slack user id
	Products []yeastar.Product
	// Request says whether the reader may see a request, and its permalink, if there is one. Nil: they
	// may see none.
	Request func(id int64) (link string, may bool)
	Ticked  []due.Row // the rows that are ticked, on whichever page; see due.List.Chosen
	Lost    int       // how many more were ticked

	ticks bool // rows can be ticked
	early bool // not all was read that says who may see which request
}

// named is a request with its link; empty: it is not for the reader's eyes.
func (d DueData) named(id int64) string {
	if d.Request == nil {
		return ""
	}
	link, may := d.Request(id)
	if !may {
		return ""
	}
	return Links{id: link}.reference(renewal.Request{ID: id})
}

// Due is the list of renewals due, a page of it, with its filter.
func Due(d DueData) Message {
	rows, page, pages := d.List.Page(d.Filter.Page, dueListed)
	d = d.capped()
	d.Filter.Page = page
	several, ticks := d.several()
	d.ticks = ticks
	text := dueCounts(d.List)
	if len(d.List.Rows)+len(d.List.Unread) == 0 && d.Filter.Text != "" {
		text = "No package that ends fits this."
	}
	blocks := []slack.Block{header("due", dueTitle(d.Filter, line)), section("due.counts", text)}
	blocks = append(blocks, dueFilter(d, several)...)
	besides := dueBesides(d.List.Besides)
	if besides != "" {
		blocks = append(blocks, section("due.besides", besides))
	}
	if len(rows) == 0 && (besides == "" || d.Filter.Text != "") {
		none := "Nothing here ends."
		if d.Filter.Text != "" { // which may have been meant for something else
			none = "“" + outside(d.Filter.Text, shortLimit) + "” was looked for in the names and numbers of customers and PBXs."
		}
		blocks = append(blocks, section("due.none", none+" Nothing was changed or ordered."))
	}
	blocks = append(blocks, d.rows("due", rows)...)
	blocks = append(blocks, d.elsewhere(rows, page)...)
	if buttons := duePages(page, pages); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock("due.pages."+DueState(d.Filter), buttons...))
	}
	hint := ""
	if ticks {
		hint = " The button above takes the rows that are ticked, or all when none is."
	}
	end := fmt.Sprintf("Page %d of %d."+hint+" Dates are told with their source. Nothing is ordered by looking at this.", page+1, pages)
	return Message{
		Text:   cutMarkup(dueTitle(d.Filter, outside)+": "+strings.ReplaceAll(text, "\n", " ")+" "+end, limitMessageText),
		Blocks: append(blocks, contextLine("due.end", end)),
	}
}

// DueSection is what Home shows of renewals due: a person's own first, then what nobody looks
// after. List has all rows; none of it is shown when nothing is due.
func DueSection(d DueData, userID string) []slack.Block {
	everything := d.List
	d.List.Rows = nil
	var several []slack.Block // one for each, since their action is the same
	for _, own := range []due.Filter{{Owner: userID}, {Owner: due.Nobody}} {
		theirs := everything.Only(own, func(string) func(renewal.Holder) bool { return nil })
		theirs.Rows = slices.DeleteFunc(theirs.Rows, func(r due.Row) bool { return !r.Band(everything.Now).Due() })
		d.List.Rows = append(d.List.Rows, theirs.Rows...)
		id, label := "due.several.mine", "Renew my %d…"
		if own.Owner == due.Nobody {
			id, label = "due.several.nobody", "Renew the %d without an owner…"
		}
		if button := dueSeveral(theirs, own, label); len(button) > 0 {
			several = append(several, slack.NewActionBlock(id, button...))
		}
	}
	if len(d.List.Rows) == 0 && len(everything.Unread) == 0 {
		return nil
	}
	blocks := []slack.Block{header("due", "Renewals due"), section("due.counts", dueCounts(everything))}
	blocks = append(blocks, several...)
	rows := d.List.Rows[:min(len(d.List.Rows), dueHome)]
	blocks = append(blocks, d.rows("due", rows)...)
	if more := len(d.List.Rows) - len(rows); more > 0 {
		blocks = append(blocks, contextLine("due.more", fmt.Sprintf("and %d more of yours or of nobody's: “/renew due”", more)))
	}
	return blocks
}

func dueTitle(f due.Filter, w writer) string {
	title := "Renewals due"
	if f.Within > 0 {
		title += fmt.Sprintf(" within %s", count(f.Within, "day", "days"))
	}
	if f.Text != "" {
		title += " for “" + w(f.Text, shortLimit) + "”"
	}
	return title
}

// bandWords are the bands for people, with their signs.
var bandWords = map[due.Band][2]string{
	due.Overdue: {"🔴", "overdue"}, due.Within14: {"🟠", "within 14 days"}, due.Within30: {"🟡", "within 30 days"},
	due.Within60: {"🔵", "within 60 days"}, due.Within90: {"⚪", "within 90 days"}, due.Later: {"▫️", "later"},
	due.Unknown: {"❔", "date unknown"}, due.Automatic: {"🔄", "renews by itself"}, due.Snoozed: {"💤", "snoozed"}, due.Ending: {"🏁", "not renewing"},
}

func dueCounts(l due.List) string {
	counted := dueBands(l.Count())
	nothing := "Nothing is due."
	switch {
	case len(l.Besides) > 0:
		nothing = "Nothing is known to be due."
	case len(l.Unread) > 0:
		nothing = "Nothing is due of what could be read."
	}
	lines := append([]string{cmp.Or(counted, nothing)}, dueUnread(l.Unread)...)
	return cutMarkup(strings.Join(lines, "\n"), limitSection)
}

func dueBands(counts map[due.Band]int) string {
	var parts []string
	for _, b := range due.Bands() {
		if n := counts[b]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d %s", bandWords[b][0], n, bandWords[b][1]))
		}
	}
	return joinWith(" · ", parts...)
}

// dueBesides says what a number of days leaves out and yet may end within them.
func dueBesides(counts map[due.Band]int) string {
	left := dueBands(counts)
	if left == "" {
		return ""
	}
	return "Not listed by a number of days: " + left + ". “/renew due” without one lists them. Nothing was changed or ordered."
}

// dueUnread warns of the products whose packages are missing.
func dueUnread(names []string) []string {
	var lines []string
	for _, name := range names {
		lines = append(lines, "⚠️ The portal does not list the packages of "+outside(name, shortLimit)+" just now, so they are missing here.")
	}
	return lines
}

// dueFilter are the menus that narrow the list.
func dueFilter(d DueData, several []slack.BlockElement) []slack.Block {
	owners := []Choice{{ID: "everybody", Label: "Everybody's"}, {ID: "mine", Label: "Mine"}, {ID: due.Nobody, Label: "Nobody's"}}
	owner := dueMenu(ActionDueOwners, "Whose", owners, d.ownerChosen())
	somebody := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plain("Somebody's", limitPlaceholder), ActionDueSomebody)
	if d.ownerChosen() == "" && userID().MatchString(d.Filter.Owner) {
		somebody.InitialUser = d.Filter.Owner
	}
	elements := []slack.BlockElement{owner, somebody}
	if len(d.Products) > 1 {
		products := []Choice{{ID: "all", Label: "All products"}}
		for _, p := range d.Products {
			products = append(products, Choice{ID: p.Key, Label: p.Name})
		}
		elements = append(elements, dueMenu(ActionDueProduct, "Product", products, cmp.Or(d.Filter.Product, "all")))
	}
	elements = append(elements, several...)
	return []slack.Block{slack.NewActionBlock("due.filter."+DueState(d.Filter), elements...)}
}

// ownerChosen is the choice that a filter is; empty: it is of somebody else.
func (d DueData) ownerChosen() string {
	switch d.Filter.Owner {
	case "":
		return "everybody"
	case due.Nobody:
		return due.Nobody
	case d.Reader:
		return "mine"
	}
	return ""
}

func dueMenu(action, placeholder string, choices []Choice, chosen string) *slack.SelectBlockElement {
	menu := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(placeholder, limitPlaceholder), action)
	for _, c := range choices {
		o := slack.NewOptionBlockObject(c.ID, plain(line(c.Label, limitOption), limitOption), nil)
		menu.Options = append(menu.Options, o)
		if c.ID == chosen {
			menu.InitialOption = o
		}
	}
	return menu
}

func duePages(page, pages int) []slack.BlockElement {
	var buttons []slack.BlockElement
	if page > 0 {
		buttons = append(buttons, slack.NewButtonBlockElement(ActionDueBack, fmt.Sprint(page-1), plain("◀ Before", limitButton)))
	}
	if page < pages-1 {
		buttons = append(buttons, slack.NewButtonBlockElement(ActionDueNext, fmt.Sprint(page+1), plain("More ▶", limitButton)))
	}
	return buttons
}

func (d DueData) rows(id string, rows []due.Row) []slack.Block {
	var blocks []slack.Block
	for i, r := range rows {
		blocks = append(blocks, section(fmt.Sprintf("%s.row.%d", id, i), d.row(r)),
			slack.NewActionBlock(fmt.Sprintf("%s.do.%d.%s", id, i, DueState(d.Filter)), append(d.tick(&r), dueButtons(r, d.List.Now)...)...))
	}
	return blocks
}

// row is a row in finished mrkdwn, three lines at least.
func (d DueData) row(r due.Row) string {
	lines := []string{dueHead(r), dueEnds(r, d.List.Now, d.named) + " · " + dueOwner(r)}
	for _, other := range r.Differing() {
		lines = append(lines, "⚠️ "+dueDate(other, d.named)+" instead")
	}
	if r.Behind() {
		lines = append(lines, dueBehind(r, d.List.Now, d.named))
	}
	lines = append(lines, dueMarks(r, d.List.Now)...)
	for i, o := range r.Open {
		if i == 2 {
			lines = append(lines, fmt.Sprintf("📝 and %d more requests", len(r.Open)-i))
			break
		}
		switch named := d.named(o.Request); {
		case named != "":
			lines = append(lines, "📝 "+named+": "+dueStatus(o, d.List.Now))
		case d.early:
			lines = append(lines, "📝 A request for it is open")
		default:
			lines = append(lines, "📝 A request for it is open. Its number is for those who can read its channel")
		}
	}
	return joinWith("\n", lines...)
}

// dueBehind says of a row that it was ordered, and that the portal still shows the date from before.
func dueBehind(r due.Row, now time.Time, named func(request int64) string) string {
	sign, warning := "🕓 ", ""
	if !r.Settling(now) {
		sign, warning = "⚠️ ", ". Please look in the Partner Portal before it is ordered again"
	}
	return sign + cmp.Or(named(r.Ordered.Request), "A request") + " was ordered " + day(r.Ordered.At) + "; the portal still shows the date from before" + warning
}

// dueHead says what a row is: customer, product, quantity.
func dueHead(r due.Row) string {
	who, serial := r.Holder, r.Holder.SerialNumber
	if serial != "" && serial != who.Name && !r.Nameless && outside(who.Name, shortLimit) != "" {
		who.SerialNumber = "" // it stands beside, to be copied
	} else {
		serial = ""
	}
	head := "*" + holder(who, outside) + "*" + parenthesis(copyable(serial, shortLimit))
	head += " · " + outside(r.Product.Name, shortLimit)
	if r.Quantity > 0 {
		head += " · " + count(r.Quantity, "extension", "extensions")
	}
	if r.Packages > 1 {
		head += fmt.Sprintf(" · %d packages, this one ends first", r.Packages)
	}
	return head
}

// unnamed is how requests are called where everybody reads: not at all.
func unnamed(int64) string { return "" }

// dueEnds says when a row ends, how far that is, and who says so.
func dueEnds(r due.Row, now time.Time, named func(request int64) string) string {
	sign := bandWords[r.Band(now)][0]
	end, known := r.Ends()
	if !known {
		return sign + " nobody knows when it ends"
	}
	days := due.Days(end, now)
	far := "in " + count(days, "day", "days")
	switch {
	case days == 0:
		far = "today"
	case days < 0:
		far = "overdue by " + count(-days, "day", "days")
	}
	return sign + " ends " + dueDate(r.Dates[0], named) + ", " + far
}

// dueDate is a date with its source and age. The day is the vendor's, not the reader's.
func dueDate(d due.Date, named func(request int64) string) string {
	var from string
	switch d.Source {
	case due.FromPortal:
		from = "the portal, read "
	case due.FromOrder:
		from = joinWith(" ", "our order", named(d.Request)) + " of "
	case due.FromImport:
		from = "a list of "
	}
	return "*" + d.At.UTC().Format("2 Jan 2006") + "* (" + from + day(d.Seen) + ")"
}

func dueOwner(r due.Row) string {
	if r.Mark.Owner == "" {
		return "no owner"
	}
	return "owner " + mention(r.Mark.Owner)
}

// dueMarks says what people have said of a row, and what renews it.
func dueMarks(r due.Row, now time.Time) []string {
	var lines []string
	switch auto := r.Mark.Auto; {
	case r.AutoRenewing(now):
		lines = append(lines, "🔄 renews by itself (the portal, read "+day(auto.At)+"): an order would come on top")
	case auto.State == yeastar.AutoRenewalOn:
		lines = append(lines, "🔄 renewed by itself when the portal last told ("+day(auto.At)+"); whether it still does is not known")
	}
	if s := r.Mark.Snoozed; s != nil && now.Before(s.Until) {
		lines = append(lines, "💤 snoozed until "+s.Day().Format("2 Jan 2006")+" by "+mention(s.By))
	}
	if n := r.Mark.NotRenewing; n != nil && r.NotRenewing() {
		lines = append(lines, "🏁 not renewing, says "+mention(n.By)+" "+day(n.At)+": "+outside(n.Why, 300))
	}
	return lines
}

// dueStatus is what is open for a row, in a few words that say whether it is ordered.
func dueStatus(o due.Open, now time.Time) string {
	s := stateOf(renewal.Request{Status: o.Status}).label
	switch on, timed := dateWords(o.OrderOn.Date), slices.Contains(renewal.Timed(), o.Status); {
	case o.OrderOn == (renewal.OrderDay{}):
	case timed && !now.Before(o.OrderOn.From):
		s += ", was to be ordered on " + on + ", which has come: its order follows the approval at once"
	case timed || o.Status == renewal.Approved:
		s += ", to be ordered on " + on
	}
	if o.ServicesAlone {
		s += ", for services without the plan"
	}
	return s
}

// dueButtons are what can be done with a row.
func dueButtons(r due.Row, now time.Time) []slack.BlockElement {
	name := line(r.Holder.Name, 40)
	var buttons []slack.BlockElement
	if !r.Nameless && !r.Asked() {
		renew := slack.NewButtonBlockElement(ActionDueRenew, dueKey(r.Key()), plain("Renew…", limitButton))
		renew.AccessibilityLabel = line("Renew "+name, limitButton)
		if b := r.Band(now); !r.Behind() && (b == due.Overdue || b == due.Within14) {
			renew.Style = slack.StylePrimary
		}
		buttons = append(buttons, renew)
	}
	option := func(verb, label string) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(verb+" "+dueKey(r.Key()), plain(label, limitOption), nil)
	}
	more := []*slack.OptionBlockObject{option(DueOwner, "Owner…")}
	if b := r.Band(now); b == due.Snoozed || b == due.Ending {
		more = append(more, option(DueWake, "Tell of it again"))
	} else {
		more = append(more, option(DueSnooze, "Snooze until…"), option(DueEnding, "Not renewing…"))
	}
	return append(buttons, slack.NewOverflowBlockElement(ActionDueMore, more...))
}
