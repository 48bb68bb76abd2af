package check

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
		l.ok("policy", "%s has %s and no faults; its hash is %s", name, counted(file.Rules(), "rule"), file.Hash())
	}
	return Report{Results: l}
}

// checkPolicy looks whether there are enough people for each step of the policy file.
func (s *slackSide) checkPolicy(ctx context.Context, r config.Renew) lines {
	var l lines
	if r.Policy == nil {
		return l
	}
	all := s.checkList(ctx, &l, "policy", "RENEW_POLICY", distinct(append(r.Policy.Names(), r.Policy.Next()...)))
	seen := map[string]bool{}
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
	if len(all.ids) > 0 || all.unasked > 0 {
		l.ok("policy", "%s in force; its hash is %s", counted(r.Policy.Rules(), "rule"), r.Policy.Hash())
	}
	return l
}
