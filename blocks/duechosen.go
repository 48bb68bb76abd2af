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
				if k, err := ReadDueKey(o.Value); err == nil && !slices.Contains(chosen, k) && len(chosen) < renewal.MaxBatch {
					chosen = append(chosen, k)
				}
			}
		}
	}
	return chosen
}

// choosable says whether a row can be ticked: it can be asked for, and its key fits an option.
func choosable(r *due.Row) bool {
	return !r.Nameless && len(r.Open) == 0 && width(dueKey(r.Key())) <= limitOption
}

func (d DueData) chosen(r *due.Row) bool { return choosable(r) && slices.Contains(d.Chosen, r.Key()) }

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

// elsewhere shows what is ticked on other pages, where it can be taken back.
func (d DueData) elsewhere(here []due.Row, page int) []slack.Block {
	var options []*slack.OptionBlockObject
	for i := range d.List.Rows {
		r := &d.List.Rows[i]
		if d.chosen(r) && len(options) < limitOptions && !slices.ContainsFunc(here, func(h due.Row) bool { return h.Key() == r.Key() }) {
			options = append(options, choice(r, r.Holder.Name+", "+r.Product.Name))
		}
	}
	if len(options) == 0 {
		return nil
	}
	menu := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plain("None", limitPlaceholder), ActionDueChosen, options...)
	menu.InitialOptions = options
	return []slack.Block{slack.NewSectionBlock(mrkdwn("*Ticked on other pages*", limitSection), nil, slack.NewAccessory(menu),
		slack.SectionBlockOptionBlockID(fmt.Sprintf("due.chosen.%d", page)))}
}

// several is the button for several rows at once, and whether rows can be ticked for it.
func (d DueData) several() (button []slack.BlockElement, ticks bool) {
	choosables, chosen := 0, 0
	for i := range d.List.Rows {
		if choosable(&d.List.Rows[i]) {
			choosables++
		}
		if d.chosen(&d.List.Rows[i]) {
			chosen++
		}
	}
	switch button = dueSeveral(d.List, d.Filter, "Renew these %d…"); {
	case choosables < 2:
		return button, false
	case chosen > 0:
		return severalButton(d.Filter, fmt.Sprintf("Renew the %d ticked…", chosen)), true
	case len(button) == 0:
		return severalButton(d.Filter, "Renew what is ticked…"), true
	}
	return button, true
}
