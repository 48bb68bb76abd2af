package policy

import (
	"slices"

	"renewbot/bot/renewal"
)

// Shortage is who can ask in vain for what a rule is about: without them too few are left for its steps.
type Shortage struct {
	Rule string
	Line int
	Who  []string // user ids
}

// Ways are those of all rules.
func (f *File) Ways() []renewal.Way {
	var all []renewal.Way
	for _, r := range f.rules {
		all = append(all, renewal.Way{Rule: r.name, Steps: r.steps})
	}
	return all
}

// Shortages are those of rules whose people are all named by their own ids.
func (f *File) Shortages() []Shortage {
	var all []Shortage
	for _, r := range f.rules {
		votes, told := everybody(r.steps)
		if !told {
			continue
		}
		short := Shortage{Rule: r.name, Line: r.line}
		for _, id := range Indispensable(renewal.Way{Steps: r.steps}, votes) {
			if mayBeOf(r.may, id) && mayBeOf(r.requesters, id) {
				short.Who = append(short.Who, id)
			}
		}
		if len(short.Who) > 0 {
			all = append(all, short)
		}
	}
	return all
}

// Indispensable are those without whose vote the others do not suffice for a way.
func Indispensable(w renewal.Way, votes []renewal.Vote) []string {
	var who []string
	for i, v := range votes {
		if others := slices.Delete(slices.Clone(votes), i, i+1); w.Present(others) < len(w.Steps) {
			who = append(who, v.By)
		}
	}
	return who
}

// mayBeOf says whether somebody may be among the people of a list; nil is everybody.
func mayBeOf(list []string, id string) bool {
	return list == nil || slices.Contains(list, id) || slices.ContainsFunc(list, isGroup)
}

// everybody is a vote of each who is named in steps; false: some are not named by their own ids.
func everybody(steps []renewal.Step) (votes []renewal.Vote, told bool) {
	for _, s := range steps {
		for _, id := range s.Who {
			if isGroup(id) || id == renewal.Variables {
				return nil, false
			}
			if !slices.ContainsFunc(votes, func(v renewal.Vote) bool { return v.By == id }) {
				votes = append(votes, renewal.Vote{By: id, Named: []string{id}})
			}
		}
		if len(s.Who) == 0 {
			return nil, false // that is told already
		}
	}
	return votes, true
}
