package policy

import (
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"
	"go.yaml.in/yaml/v3"

	"renewbot/bot/renewal"
)

func (r *reader) rules(n *yaml.Node) []rule {
	if n == nil {
		r.add(1, "the file has no rules; add “rules:” with at least one, or unset RENEW_POLICY")
		return nil
	}
	var all []rule
	names := map[string]int{}
	for i, item := range r.sequence(n, "“rules”") {
		one := r.rule(item, i+1)
		if before, ok := names[one.name]; ok && one.name != "" {
			r.add(one.line, "there is a rule %s in line %d already; give each a name of its own", shown(one.name), before)
		}
		names[one.name] = one.line
		all = append(all, one)
	}
	return all
}

func (r *reader) rule(n *yaml.Node, number int) rule {
	what := fmt.Sprintf("rule %d", number)
	fields := r.fields(n, what, "name", "when", "steps", "caps", "may_request")
	one := rule{line: n.Line}
	if name := fields["name"]; name != nil {
		one.name = r.name(name, "the name of "+what)
		if one.name != "" {
			what = "rule " + shown(one.name)
		}
	} else {
		r.add(n.Line, "%s has no name, by which people are told of it; add one", what)
	}
	if when := fields["when"]; when != nil {
		r.when(when, what, &one)
	}
	if may := fields["may_request"]; may != nil {
		one.may, _ = r.who(may, "“may_request” of "+what, false)
	}
	if caps := fields["caps"]; caps != nil {
		one.caps = r.caps(caps, one.name)
	}
	if steps := fields["steps"]; steps == nil {
		r.add(n.Line, "%s has no steps, so nobody could approve anything; add “steps:”", what)
	} else {
		for _, item := range r.sequence(steps, "“steps” of "+what) {
			one.steps = append(one.steps, r.step(item, what))
		}
		r.enough(one, steps.Line, what)
	}
	return one
}

// shown is the name of a rule: whatever people call it.
func shown(name string) string { return "“" + name + "”" }

func (r *reader) step(n *yaml.Node, what string) renewal.Step {
	fields := r.fields(n, "a step of "+what, "who", "approvals", "escalate")
	s := renewal.Step{Required: 1}
	if who := fields["who"]; who != nil {
		s.Who, s.Name = r.who(who, "a step of "+what, true)
	} else {
		r.add(n.Line, "a step of %s does not say who decides; add “who:”", what)
	}
	if approvals := fields["approvals"]; approvals != nil {
		s.Required = max(r.count(approvals, "the number of approvals in a step of "+what, mostPeople), 1)
	}
	if escalate := fields["escalate"]; escalate != nil {
		s.Escalate = r.escalate(escalate, "“escalate” of "+what)
	}
	return s
}

// escalate reads who is told when a step has waited, and for how long.
func (r *reader) escalate(n *yaml.Node, what string) *renewal.Escalation {
	fields := r.fields(n, what, "after", "to")
	var e renewal.Escalation
	switch after, to := fields["after"], fields["to"]; {
	case n.Kind != yaml.MappingNode: // that is told already
	case after == nil || to == nil:
		r.add(n.Line, "%s needs both “after” and “to”; write such as {after: 4h, to: [U0CFO]}", what)
	default:
		e.To, _ = r.who(to, what, false)
		if v, ok := r.scalar(after, "“after” in "+what); ok {
			var err error
			if e.After, err = time.ParseDuration(v); err != nil || e.After < time.Minute || e.After > mostEscalation {
				r.add(after.Line, "“after” in %s is no time between 1m and 720h; write it as 30m or 4h", what)
			}
		}
	}
	return &e
}

// enough wants as many people as the steps take, where all are named by their own ids.
func (r *reader) enough(one rule, line int, what string) {
	votes, told := everybody(one.steps)
	if !told {
		return
	}
	way := renewal.Way{Steps: one.steps}
	if i := way.Present(votes); i < len(one.steps) {
		r.add(line, "the steps of %s take more people than they name, as nobody counts in two steps; name more in step %d, or lower its approvals", what, i+1)
	}
}

func (r *reader) when(n *yaml.Node, what string, one *rule) {
	about := "“when” of " + what
	fields := r.fields(n, about, "product", "quantity", "term", "amount", "requester", "holder")
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		r.add(n.Line, "%s is empty; write a condition, or leave it out for a rule that always holds", about)
	}
	if product := fields["product"]; product != nil {
		one.products = r.products(product, n.Line, about)
	}
	if quantity := fields["quantity"]; quantity != nil {
		one.quantity = r.span(quantity, "the quantity of "+what)
	}
	if amount := fields["amount"]; amount != nil {
		one.amount = r.span(amount, "the amount of "+what, "currency")
	}
	if term := fields["term"]; term != nil {
		for _, item := range r.list(term, "the term of "+what) {
			if months := r.count(item, "the term of "+what+", in months,", 120); months != 0 {
				one.terms = append(one.terms, months)
			}
		}
	}
	if requester := fields["requester"]; requester != nil {
		one.requesters, _ = r.who(requester, "the requester of "+what, false)
	}
	if holder := fields["holder"]; holder != nil {
		one.holders = r.holder(holder, what)
	}
}

// span reads from and below. Amounts have a currency besides.
func (r *reader) span(n *yaml.Node, what string, more ...string) *span {
	fields := r.fields(n, what, append([]string{"from", "below"}, more...)...)
	s := &span{}
	read := func(key string) *decimal.Decimal {
		end := fields[key]
		if end == nil {
			return nil
		}
		if len(more) > 0 {
			return r.number(end, fmt.Sprintf("“%s” in %s", key, what))
		}
		v := decimal.NewFromInt(int64(r.count(end, fmt.Sprintf("“%s” in %s", key, what), 1_000_000)))
		return &v
	}
	s.from, s.below = read("from"), read("below")
	if len(more) > 0 && n.Kind == yaml.MappingNode {
		s.currency = r.unit(fields["currency"], n.Line, what)
		for _, end := range []string{"from", "below"} {
			if fields[end] != nil {
				r.decimals(map[string]*decimal.Decimal{"from": s.from, "below": s.below}[end], s.currency, fields[end].Line, "“"+end+"” in "+what)
			}
		}
	}
	switch {
	case n.Kind == yaml.MappingNode && fields["from"] == nil && fields["below"] == nil:
		r.add(n.Line, "%s has neither “from” nor “below”; write at least one, or leave the condition out", what)
	case s.from != nil && s.below != nil && !s.from.LessThan(*s.below):
		r.add(n.Line, "%s is from a number that is not less than that of “below”, so nothing fits; exchange or correct them", what)
	}
	return s
}

// holder reads whose packages a rule is about: own, ids, and names of lists.
func (r *reader) holder(n *yaml.Node, what string) []string {
	var ids []string
	for _, item := range r.list(n, "the holder of "+what) {
		list, named := r.holders[item.Value]
		switch {
		case named:
			for _, id := range list {
				ids = append(ids, bareID(id))
			}
		case item.Value == OwnHolder, HolderID(item.Value):
			ids = append(ids, bareID(item.Value))
		default:
			r.add(item.Line, "the holder of %s is neither “own”, nor in “holders”, nor a partner id or serial number: %s; add the list to “holders”, or copy the id from the portal",
				what, quoted(item.Value))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// reached wants rules that can hold, and that no rule before them takes everything from.
func (r *reader) reached(rules []rule) {
	if len(r.Problems) > 0 {
		return // what follows from a fault would only hide it
	}
	for i, one := range rules {
		if why := one.impossible(); why != "" {
			r.add(one.line, "rule %s can never hold: %s", shown(one.name), why)
		}
		for _, before := range rules[:i] {
			if !before.covers(one) {
				continue
			}
			if one.covers(before) {
				r.add(one.line, "rule %s has the same conditions as rule %s in line %d, which comes first; join them, or correct the conditions",
					shown(one.name), shown(before.name), before.line)
			} else {
				r.add(one.line, "rule %s is never reached: rule %s in line %d holds for all that it is about; move it before that one, or remove it",
					shown(one.name), shown(before.name), before.line)
			}
			break
		}
	}
}
