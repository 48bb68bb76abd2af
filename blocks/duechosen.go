package blocks

import (
	"fmt"
	"maps"
	"slices"

	"github.com/slack-go/slack"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
)

// The boxes of the rows of a list, and the menu of what is ticked on its other pages.
const (
	ActionDueTick   = "due_tick"
	ActionDueChosen = "due_chosen"
)

// ReadDueChosen are the rows that are ticked in a list, by the state that comes with a click in it.
func ReadDueChosen(state map[string]map[string]slack.BlockAction) []due.Key {
	var chosen []due.Key
	for _, id := range slices.Sorted(maps.Keys(state)) {
		for _, action := range []string{ActionDueChosen, ActionDueTick} {
			for _, o := range state[id][action].SelectedOptions {
				if k, err := ReadDueKey(o.Value); err == nil && !slices.Contains(chosen, k) {
					chosen = append(chosen, k)
				}
			}
		}
	}
	return chosen
}

// choosable says whether a row can be ticked: it can be asked for, and its key fits an option.
func choosable(r *due.Row) bool {
	return !r.Nameless && !r.Asked() && width(dueKey(r.Key())) <= limitOption
}

func (d DueData) chosen(r *due.Row) bool {
	return choosable(r) && slices.ContainsFunc(d.Ticked, func(t due.Row) bool { return t.Key() == r.Key() })
}

// capped keeps the ticks that can be shown, and no more than a batch takes, and counts the others as lost.
func (d DueData) capped() DueData {
	kept := slices.DeleteFunc(slices.Clone(d.Ticked), func(r due.Row) bool { return !choosable(&r) })
	kept = kept[:min(len(kept), renewal.MaxBatch)]
	d.Ticked, d.Lost = kept, d.Lost+len(d.Ticked)-len(kept)
	return d
}

// choice is how a row that can be ticked is chosen.
func choice(r *due.Row, label string) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(dueKey(r.Key()), plain(line(label, limitOption), limitOption), nil)
}

// tick is the box of a row; nothing: it has none.
func (d DueData) tick(r *due.Row) []slack.BlockElement {
	if !d.ticks || !choosable(r) {
		return nil
	}
	box := slack.NewCheckboxGroupsBlockElement(ActionDueTick, choice(r, "Choose"))
	if d.chosen(r) {
		box.InitialOptions = box.Options
	}
	return []slack.BlockElement{box}
}

// elsewhere shows what is ticked on other pages, or outside of what the list is narrowed to, where it can be
// taken back, and says of how many ticks nothing is left.
func (d DueData) elsewhere(here []due.Row, page int) []slack.Block {
	var options []*slack.OptionBlockObject
	for i := range d.Ticked {
		r := &d.Ticked[i]
		if !slices.ContainsFunc(here, func(h due.Row) bool { return h.Key() == r.Key() }) {
			options = append(options, choice(r, r.Holder.Name+", "+r.Product.Name))
		}
	}
	var blocks []slack.Block
	if len(options) > 0 {
		menu := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plain("None", limitPlaceholder), ActionDueChosen, options...)
		menu.InitialOptions = options
		blocks = append(blocks, slack.NewSectionBlock(mrkdwn("*Ticked elsewhere in the list*", limitSection), nil, slack.NewAccessory(menu),
			slack.SectionBlockOptionBlockID(fmt.Sprintf("due.chosen.%d", page))))
	}
	if d.Lost > 0 {
		blocks = append(blocks, section("due.lost", fmt.Sprintf("⚠️ %s not ticked any more: something is open by now, the list does not have it, "+
			"or there are more than the %d that a batch takes.", count(d.Lost, "row is", "rows are"), renewal.MaxBatch)))
	}
	return blocks
}

// several is the button for several rows at once, and whether rows can be ticked for it.
func (d DueData) several() (button []slack.BlockElement, ticks bool) {
	choosables, chosen := 0, len(d.Ticked)
	for i := range d.List.Rows {
		if choosable(&d.List.Rows[i]) {
			choosables++
		}
	}
	switch button = dueSeveral(d.List, d.Filter, "Renew these %d…"); {
	case choosables < 2 && chosen == 0:
		return button, false
	case chosen > 0:
		return severalButton(d.Filter, fmt.Sprintf("Renew the %d ticked…", chosen)), true
	case len(button) == 0:
		return severalButton(d.Filter, "Renew what is ticked…"), true
	}
	return button, true
}
