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
)

// The choices of when to order that are no date.
const (
	whenNow = "now"
	WhenDay = "day" // the one that is chosen in the field below
)

// daysBefore is how many days before a package ends its renewal is proposed to be ordered.
const daysBefore = 7

// OrderOn is the date on which a draft asks to order; empty: at once, or none was chosen.
func (d Draft) OrderOn() string {
	if d.When == WhenDay {
		return d.Day
	}
	return d.When
}

// beforeEnd is the date that is proposed because of when the package ends; empty: that is
// not known, or the date cannot be chosen.
func (f FormData) beforeEnd() string {
	if f.Expiry.IsZero() {
		return ""
	}
	d := f.Expiry.UTC().AddDate(0, 0, -daysBefore)
	if !d.After(f.Now) || d.After(f.Now.Add(f.Ahead)) {
		return ""
	}
	return d.Format(time.DateOnly)
}

// endsBy are the sources of a package's end that are to be told, as the portal's own is not.
var endsBy = map[due.Source]string{due.FromOrder: ", by our last order", due.FromImport: ", by a list of dates"}

// proposeWhen drops a day that is over, and puts one that is not proposed any more into
// the field for days.
func (f *FormData) proposeWhen() {
	switch on := f.Draft.OrderOn(); {
	case on != "" && on < f.Now.Add(-12*time.Hour).Format(time.DateOnly): // over in every time zone
		f.Draft.When, f.Draft.Day = "", ""
	case f.Draft.When != "" && f.Draft.When != WhenDay && on != f.beforeEnd():
		f.Draft.When, f.Draft.Day = WhenDay, on
	}
}

// whenInputs ask when it is to be ordered: at once, unless somebody chooses otherwise.
func (f FormData) whenInputs() []slack.Block {
	choices := []Choice{{ID: whenNow, Label: "At once, when it is approved"}}
	if date := f.beforeEnd(); date != "" {
		choices = append(choices, Choice{ID: date, Label: fmt.Sprintf("%d days before it ends%s: %s", daysBefore, endsBy[f.ExpiryFrom], dateWords(date))})
	}
	choices = append(choices, Choice{ID: WhenDay, Label: "On a day that I choose…"})
	blocks := []slack.Block{slack.NewInputBlock(BlockWhen(f.Draft), plain("Order", limitLabel), nil,
		menu(ActionWhen, "When to order", choices, cmp.Or(f.Draft.When, whenNow))).WithDispatchAction(true)}
	if f.Draft.When != WhenDay {
		return blocks
	}
	picker := slack.NewDatePickerBlockElement(ActionOrderDay)
	picker.Placeholder = plain("Choose a day", limitPlaceholder)
	if _, err := time.Parse(time.DateOnly, f.Draft.Day); err == nil {
		picker.InitialDate = f.Draft.Day
	}
	hint := fmt.Sprintf("At 9:00 of that day where you are, at most %d days ahead. Everything is checked again then.", int(f.Ahead/(24*time.Hour)))
	return append(blocks, slack.NewInputBlock(BlockOrderDay, plain("Day of the order", limitLabel), plain(hint, limitLabel), picker))
}

// dateWords is a date as people write it.
func dateWords(date string) string {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return line(date, shortLimit)
	}
	return d.Format("2 Jan 2006")
}

// orderedOn says when an order is to be placed, in finished mrkdwn and each reader's own time;
// empty: at once.
func orderedOn(o renewal.Offer) string {
	if o.OrderOn == (renewal.OrderDay{}) {
		return ""
	}
	return "to be ordered on " + moment(o.OrderOn.From)
}

// awaitedDay is orderedOn as long as a request waits for it, or for people.
func awaitedDay(r renewal.Request) string {
	on := orderedOn(r.Offer)
	switch timed := slices.Contains(renewal.Timed(), r.Status); {
	case timed && r.DayHasCome():
		return "was " + on + ", which has come: its order follows the approval at once"
	case timed || r.WaitsForDay():
		return on
	}
	return ""
}

// whenBlocks say on their own line when an order is to be placed that is in a request.
func whenBlocks(id string, r renewal.Request) []slack.Block {
	on := orderedOn(r.Offer)
	switch {
	case on == "":
		return nil
	case r.DayHasCome(): // people were not ready by then
		return []slack.Block{section(id, "🗓️ *It was t"+on[1:]+"*, and that day has come: its order follows the approval at once, after a last check.")}
	}
	return []slack.Block{section(id, "🗓️ *T"+on[1:]+"*, not before. It is decided now, and everything is checked again on that day.")}
}

// waitsFor says it in a sentence.
func waitsFor(day string) string {
	switch {
	case day == "":
		return ""
	case strings.HasPrefix(day, "was "):
		return "It " + day + "."
	}
	return "It is " + day + ", not before."
}

// onItsDay is what becomes of an approved request that waits for its day.
func onItsDay(day string) string {
	return "Its order is placed on " + day + ", after everything was checked again. Nothing has been ordered yet."
}

// dayOf is the date of an event, with its time where the request still has that day.
func dayOf(r renewal.Request, date string) string {
	if r.Offer.OrderOn.Date == date {
		return moment(r.Offer.OrderOn.From)
	}
	return outside(dateWords(date), shortLimit)
}

// atOnce is when an approved order is placed that is for no day: others, or a pause, may come first.
const atOnce = "at once unless held up"

// ahead says whether an order is for a day that is to come.
func ahead(r renewal.Request) bool {
	return r.Offer.OrderOn != (renewal.OrderDay{}) && !r.DayHasCome()
}

// placesOrder is what the last approval does, in plain text.
func placesOrder(r renewal.Request) string {
	if !ahead(r) {
		return "This places a real order with Yeastar " + atOnce + ". It cannot be undone."
	}
	return "This places a real order with Yeastar on " + dateWords(r.Offer.OrderOn.Date) + ", or at once if that day has come. " +
		"Until it is sent it can be stopped; then it cannot be undone."
}
