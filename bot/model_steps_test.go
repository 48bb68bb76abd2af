package bot_test

import "time"

// modelRules are a policy file by which the first approver decides first, and then one of the
// others.
const modelRules = `version: 1
currency: USD
rules:
  - name: two steps
    steps:
      - who: UA1
      - who: [UA2, UA3]
`

// atStep says whether a place is one of those that decide on a request now. Votes of before oldest
// do not count, nor those that deputies have given for who acts now.
func (m *model) atStep(r *modelled, place, by string, oldest time.Time) bool {
	if m.rules == nil {
		return true
	}
	first, second := false, false
	for i, p := range r.places {
		switch {
		case r.voted[i].Before(oldest), by != "" && p == by && r.votes[i] != by:
		case p == "UA1":
			first = true
		default:
			second = true
		}
	}
	if !first {
		return place == "UA1"
	}
	return !second && place != "UA1"
}

// needed says whether a deputy is the only one left who can approve the second step, which they
// are to do themselves then.
func (m *model) needed(r *modelled, by string, oldest time.Time) bool {
	other, second := map[string]string{"UA2": "UA3", "UA3": "UA2"}[by]
	if m.rules == nil || !second {
		return false
	}
	left := other != r.requester || m.policy.SelfApproval
	for i, p := range r.places {
		if r.voted[i].Before(oldest) {
			continue
		}
		if p != "UA1" {
			return false // the second step has its approval
		}
		left = left && r.votes[i] != other
	}
	return !left
}
