package blocks

import (
	"cmp"
	"fmt"
	"strings"

	"renewbot/bot/renewal"
)

// wayLimit is more than ways need that people can follow.
const wayLimit = 900

// stepPeople are a step's people: their list's name, or each of them.
func stepPeople(s renewal.Step) string {
	if name := outside(s.Name, nameLimit); name != "" {
		return name
	}
	var who []string
	for i, id := range s.Who {
		switch {
		case i == 5:
			return joinWith(", ", append(who, fmt.Sprintf("%d more", len(s.Who)-i))...)
		case id == renewal.Variables:
			who = append(who, "the approvers")
		default:
			who = append(who, mention(id))
		}
	}
	return joinWith(", ", who...)
}

func stepWords(s renewal.Step) string { return fmt.Sprintf("%d of %s", s.Required, stepPeople(s)) }

// wayWords is the way that a request takes: "1 of Sales leads, then 2 of Finance".
func wayWords(ways []renewal.Way) string {
	var all []string
	for _, w := range ways {
		var steps []string
		for _, s := range w.Steps {
			steps = append(steps, stepWords(s))
		}
		all = append(all, strings.Join(steps, ", then "))
	}
	return cutMarkup(strings.Join(all, "; and also "), wayLimit)
}

// unmentioned is a step, by its number from 0, in a message that is drawn again and again: it
// mentions nobody.
func unmentioned(w renewal.Way, number int) string {
	s := w.Steps[number]
	if s.Name != "" || (len(s.Who) == 1 && s.Who[0] == renewal.Variables) {
		return stepWords(s)
	}
	rule := outside(cmp.Or(w.Rule, w.Other), nameLimit)
	where := ""
	if len(w.Steps) > 1 {
		where = fmt.Sprintf("step %d of ", number+1)
	}
	if rule == "" {
		return fmt.Sprintf("%d of those whom %sthe policy names", s.Required, where)
	}
	return fmt.Sprintf("%d of those whom %srule “%s” names", s.Required, where, rule)
}

// whereOnWay says at which step a request is, and what follows.
func whereOnWay(r renewal.Request) string {
	var all []string
	for _, w := range r.Ways {
		at, filled := w.Present(r.Votes), w.Filled(r.Votes)
		var steps []string
		for i := range w.Steps {
			switch {
			case i < at:
				steps = append(steps, "✓ "+unmentioned(w, i))
			case i == at:
				steps = append(steps, fmt.Sprintf("*now %s* (%d so far)", unmentioned(w, i), filled[i]))
			default:
				steps = append(steps, unmentioned(w, i))
			}
		}
		step := "Step"
		if len(all) > 0 {
			step = "step"
		}
		all = append(all, fmt.Sprintf("%s %d of %d: %s", step, min(at+1, len(w.Steps)), len(w.Steps), strings.Join(steps, ", then ")))
	}
	return cutMarkup(strings.Join(all, "; and also "), wayLimit) + "."
}

// estimated tells what the policy takes a request to cost by its own prices.
func estimated(ruling renewal.Ruling) string {
	if !ruling.Estimated || ruling.Amount == nil {
		return ""
	}
	return "estimated at " + outside(ruling.Amount.String(), shortLimit) + " by the policy's own prices"
}
