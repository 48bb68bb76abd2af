package renewal

import (
	"cmp"
	"slices"
)

// Together are the ways that each line has to go because of all of them: the strictest.
func Together(lines []Request, p Policy) []Way {
	var ways []Way
	for _, r := range lines {
		for _, w := range r.ways(p) {
			w.Rule, w.Other = "", cmp.Or(w.Rule, w.Other) // a rule bounds what it costs, of its own lines alone
			ways = append(ways, w)
		}
	}
	return Strictest(ways)
}

// Under is what the lines of a batch are under a policy. What was left out sets no way for the others any more, as
// long as nobody has approved: then the ways stay that were shown to who did. Else the votes could suffice all at
// once, and what leaves a line out would order the others.
func (b Batch) Under(lines []Request, p Policy) []Request {
	lines = slices.Clone(lines)
	open := b.Undecided(lines)
	if !slices.ContainsFunc(open, func(r Request) bool { return len(r.Votes) > 0 }) {
		for i := range open {
			open[i].Together = nil
		}
		together := Together(open, p)
		for i, r := range lines {
			if r.Undivided() && r.Status == Pending {
				lines[i].Together = together
			}
		}
	}
	return Under(lines, p)
}
