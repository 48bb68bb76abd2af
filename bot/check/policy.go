package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"renewbot/bot/config"
	"renewbot/bot/policy"
	"renewbot/bot/renewal"
)

// Policy is the report on a policy file alone.
func Policy(name string, text []byte) Report {
	var l lines
	file, err := policy.Parse(text)
	var problems policy.Problems
	switch {
	case errors.As(err, &problems):
		for _, p := range problems {
			l.add("policy", Problem, fmt.Sprintf("%s, %s", name, p), "")
		}
	case err != nil:
		l.add("policy", Problem, err.Error(), "")
	default:
		for _, short := range file.Shortages() {
			l.add("policy", Warning, fmt.Sprintf("%s, line %d: when %s asks for what rule “%s” is about, too few others are left for its steps, so it can never be ordered",
				name, short.Line, strings.Join(short.Who, " or "), short.Rule), moreInSteps)
		}
		if unpriced := file.Unpriced(); len(unpriced) > 0 {
			l.add("policy", Note, fmt.Sprintf("%s caps amounts, and an amount that is not known is over every cap: where the portal tells no price, what “prices” has none for is refused: %s",
				name, strings.Join(unpriced, ", ")), "")
		}
		l.ok("policy", "%s has %s and no faults; its hash is %s", name, counted(file.Rules(), "rule"), file.Hash())
	}
	return Report{Results: l}
}

const moreInSteps = "Name more people in its steps, as nobody counts in two of them and nobody approves what they have asked for."

// checkPolicy looks whether there are enough people for each step of the policy file.
func (s *slackSide) checkPolicy(ctx context.Context, r config.Renew) lines {
	var l lines
	if r.Policy == nil {
		return l
	}
	all := s.checkList(ctx, &l, "policy", "RENEW_POLICY", distinct(append(r.Policy.Names(), r.Policy.Next()...)))
	seen, told := map[string]bool{}, len(l)
	for _, step := range r.Policy.Steps() {
		if seen[step.String()] || slices.Contains(step.Who, renewal.Variables) {
			continue // those of RENEW_APPROVERS are counted elsewhere
		}
		seen[step.String()] = true
		var quiet lines
		people := s.checkList(ctx, &quiet, "policy", "RENEW_POLICY", config.IDs(step.Who))
		switch {
		case people.unread && people.count() <= step.Required:
			l.skip("the people of "+step.String()+" come first", "policy")
		case people.count() < step.Required:
			l.add("policy", Problem, fmt.Sprintf("a step takes %s, and %s can approve: nothing of its rule can ever be ordered", step, counted(people.count(), "person")),
				"Add people to the list or its groups, or lower the step's approvals.")
		case people.count() == step.Required:
			l.add("policy", Warning, fmt.Sprintf("a step takes %s, and %s can approve: when one of them asks or is away, nothing of its rule is ordered", step, counted(people.count(), "person")),
				"Add people to the list or its groups.")
		}
	}
	if len(l) == told {
		s.checkWays(ctx, &l, r)
	}
	if len(all.ids) > 0 || all.unasked > 0 {
		l.ok("policy", "%s in force; its hash is %s", counted(r.Policy.Rules(), "rule"), r.Policy.Hash())
	}
	return l
}

// checkWays looks whether there are enough people for all steps of a rule together.
func (s *slackSide) checkWays(ctx context.Context, l *lines, r config.Renew) {
	known := map[string]able{}
	find := func(id string) able {
		if _, ok := known[id]; !ok {
			ids := config.IDs{id}
			if id == renewal.Variables {
				ids = r.Approvers
			}
			known[id] = s.checkList(ctx, new(lines), "policy", "RENEW_POLICY", ids)
		}
		return known[id]
	}
	for _, w := range r.Policy.Ways() {
		votes, told := []renewal.Vote{}, len(w.Steps) > 1
		for _, step := range w.Steps {
			for _, id := range step.Who {
				people := find(id)
				told = told && !people.unread && people.unasked == 0
				votes = namedAs(votes, people.ids, id)
			}
		}
		switch {
		case !told:
		case w.Present(votes) < len(w.Steps):
			l.add("policy", Problem, fmt.Sprintf("rule “%s” takes %s, and too few different people can approve: nothing of it can ever be ordered", w.Rule, w), moreInSteps)
		case !r.SelfApproval:
			if who := policy.Indispensable(w, votes); len(who) > 0 {
				l.add("policy", Warning, fmt.Sprintf("rule “%s” takes %s: when %s asks or is away, too few others are left, and nothing of it is ordered",
					w.Rule, w, strings.Join(who, " or ")), moreInSteps)
			}
		}
	}
}

// namedAs adds that some people count where a step names id.
func namedAs(votes []renewal.Vote, people []string, id string) []renewal.Vote {
	for _, who := range people {
		i := slices.IndexFunc(votes, func(v renewal.Vote) bool { return v.By == who })
		if i < 0 {
			i, votes = len(votes), append(votes, renewal.Vote{By: who})
		}
		if !slices.Contains(votes[i].Named, id) {
			votes[i].Named = append(votes[i].Named, id)
		}
	}
	return votes
}
