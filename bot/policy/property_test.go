package policy_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"renewbot/bot/policy"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

var (
	people    = []string{"U01", "U02", "U03", "U04", "U05"}
	allGroups = []string{"S10", "S20", "S30"}
	anybody   = append(slices.Clone(people), allGroups...)
	begin     = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
)

// plan is a rule as the test knows it: it is written into a file, and judged by hand.
type plan struct {
	from, below int // of the amount; 0: open
	quantity    int // from
	requester   string
	steps       []renewal.Step
}

func drawPlans(t *rapid.T, label string) []plan {
	var all []plan
	for range rapid.IntRange(1, 4).Draw(t, label+" rules") {
		var p plan
		if rapid.Bool().Draw(t, "by amount") {
			p.from = rapid.SampledFrom([]int{0, 100, 200}).Draw(t, "from")
			p.below = rapid.SampledFrom([]int{0, 300, 400}).Draw(t, "below")
		}
		if rapid.IntRange(0, 3).Draw(t, "by quantity") == 0 {
			p.quantity = rapid.SampledFrom([]int{5, 50}).Draw(t, "quantity")
		}
		if rapid.IntRange(0, 3).Draw(t, "by requester") == 0 {
			p.requester = rapid.SampledFrom(anybody).Draw(t, "requester")
		}
		for range rapid.IntRange(1, 2).Draw(t, "steps") {
			who := rapid.SliceOfNDistinct(rapid.SampledFrom(anybody), 1, 3, rapid.ID[string]).Draw(t, "who")
			p.steps = append(p.steps, renewal.Step{Who: who, Required: rapid.IntRange(1, 2).Draw(t, "approvals")})
		}
		all = append(all, p)
	}
	return all
}

// file writes plans as a policy file. Plans that make no file are drawn anew.
func file(plans []plan) (*policy.File, error) {
	var b strings.Builder
	b.WriteString("version: 1\ncurrency: EUR\nrules:\n")
	for i, p := range plans {
		fmt.Fprintf(&b, "  - name: rule %d\n", i)
		var when []string
		if p.from != 0 || p.below != 0 {
			var ends []string
			if p.from != 0 {
				ends = append(ends, fmt.Sprintf("from: %d", p.from))
			}
			if p.below != 0 {
				ends = append(ends, fmt.Sprintf("below: %d", p.below))
			}
			when = append(when, "amount: {"+strings.Join(ends, ", ")+"}")
		}
		if p.quantity != 0 {
			when = append(when, fmt.Sprintf("quantity: {from: %d}", p.quantity))
		}
		if p.requester != "" {
			when = append(when, "requester: "+p.requester)
		}
		if len(when) > 0 {
			fmt.Fprintf(&b, "    when: {%s}\n", strings.Join(when, ", "))
		}
		b.WriteString("    steps:\n")
		for _, s := range p.steps {
			fmt.Fprintf(&b, "      - {who: [%s], approvals: %d}\n", strings.Join(s.Who, ", "), s.Required)
		}
	}
	return policy.Parse([]byte(b.String()))
}

func drawFile(t *rapid.T, label string) (*policy.File, []plan) {
	for range 50 {
		plans := drawPlans(t, label)
		if f, err := file(plans); err == nil {
			return f, plans
		}
	}
	t.Skip("no file without faults was drawn")
	return nil, nil
}

// members says who is in which group.
type members map[string][]string

func drawMembers(t *rapid.T) members {
	m := members{}
	for _, g := range allGroups {
		m[g] = rapid.SliceOfDistinct(rapid.SampledFrom(people), rapid.ID[string]).Draw(t, g)
	}
	return m
}

func (m members) actor(id string, approver bool) renewal.Actor {
	a := renewal.Actor{UserID: id, MayRequest: true, MayApprove: approver, Named: []string{id}}
	for _, g := range allGroups {
		if slices.Contains(m[g], id) {
			a.Named = append(a.Named, g)
		}
	}
	return a
}

func drawOffer(t *rapid.T) renewal.Offer {
	o := renewal.Offer{
		Product: "p-series-turnkey", Holder: renewal.Holder{PartnerID: "3100000000000000001"}, Contact: renewal.Contact{ID: "1"},
		Lines: []renewal.Line{{Type: yeastar.LinePlan, ID: "1", Quantity: rapid.SampledFrom([]int{1, 5, 49, 50}).Draw(t, "extensions")}},
	}
	if rapid.Bool().Draw(t, "priced") {
		o.Price = &renewal.Price{Amount: decimal.NewFromInt(int64(rapid.SampledFrom([]int{1, 100, 250, 300, 900}).Draw(t, "price"))), Currency: "EUR"}
	}
	return o
}

// wants lists by hand what plans want of a request: each must be fulfilled. nil stands for the
// approvers of the variables.
func wants(plans []plan, o renewal.Offer, by renewal.Actor) [][]renewal.Step {
	var all [][]renewal.Step
	for _, p := range plans {
		if (p.requester != "" && !slices.Contains(by.Named, p.requester)) || o.Lines[0].Quantity < p.quantity {
			continue
		}
		byAmount := p.from != 0 || p.below != 0
		if byAmount && o.Price != nil {
			amount := int(o.Price.Amount.IntPart())
			if amount < p.from || (p.below != 0 && amount >= p.below) {
				continue
			}
		}
		all = append(all, p.steps)
		if !byAmount || o.Price != nil {
			return all
		}
	}
	return append(all, nil)
}

// enough says by trying everything whether different people who approved fill all steps.
func enough(steps []renewal.Step, voters []renewal.Actor) bool {
	var places [][]string
	for _, s := range steps {
		for range s.Required {
			places = append(places, s.Who)
		}
	}
	var seat func(left [][]string, used int) bool
	seat = func(left [][]string, used int) bool {
		if len(left) == 0 {
			return true
		}
		for i, v := range voters {
			named := slices.ContainsFunc(v.Named, func(id string) bool { return slices.Contains(left[0], id) })
			if used&(1<<i) == 0 && named && seat(left[1:], used|1<<i) {
				return true
			}
		}
		return false
	}
	return seat(places, 0)
}

// Whatever is clicked, and however the file, the groups and the variables change in between:
// no order begins before everybody has approved whom the policy of when it was asked for wants,
// and whom today's wants, as the groups are today, and never by the requester.
func TestNothingIsOrderedWithFewerOrOtherPeople(t *testing.T) {
	t.Parallel()
	orders := 0
	rapid.Check(t, func(t *rapid.T) {
		rules, plans := drawFile(t, "first")
		p := renewal.Policy{Required: 1, PONumber: renewal.PONumberReference, RemindAfter: time.Hour, ExpireAfter: 100 * time.Hour}
		groups, approvers := drawMembers(t), []string{"U04", "U05"}
		actor := func(id string) renewal.Actor { return groups.actor(id, slices.Contains(approvers, id)) }
		filed := rapid.IntRange(0, 4).Draw(t, "no file at first") > 0
		if filed {
			p.Rules = rules
		}
		asker := actor(rapid.SampledFrom(people).Draw(t, "asker"))
		o := drawOffer(t)
		made, err := renewal.New(1, renewal.Submission{Key: "k", By: asker, Channel: "C1", Offer: o}, begin, p)
		if err != nil {
			t.Fatal(err)
		}
		first := [][]renewal.Step{nil}
		if filed {
			first = wants(plans, o, asker)
		}
		r, now, today := made.Request, begin, first
		for range 30 {
			now = now.Add(2 * time.Minute)
			var e renewal.Event
			switch rapid.IntRange(0, 12).Draw(t, "what") {
			case 0: // the file changes, or is removed
				p.Rules, today = nil, [][]renewal.Step{nil}
				if rapid.Bool().Draw(t, "another file") {
					rules, plans = drawFile(t, "next")
					p.Rules = rules
					// Of groups that no file named then nobody was asked whether the asker is in them.
					known := asker
					today = wantsOfAsker(plans, o, known, r.Ruling.Asker)
				}
				continue
			case 1:
				groups = drawMembers(t)
				continue
			case 2, 3, 4:
				voters := voters(r, actor)
				if r.Status == renewal.Approved && r.Stands(voters, now, p) {
					for _, steps := range slices.Concat(first, today) {
						if steps == nil {
							steps = []renewal.Step{{Who: approvers, Required: 1}}
						}
						if !enough(steps, voters) {
							t.Fatalf("ordered by %v, and %v are wanted", voters, steps)
						}
					}
					if slices.ContainsFunc(voters, func(a renewal.Actor) bool { return a.UserID == r.Requester }) {
						t.Fatalf("ordered by the requester")
					}
					orders++
					return
				}
				e = renewal.Recount{Voters: voters}
			default:
				e = renewal.Approve{By: actor(rapid.SampledFrom(people).Draw(t, "voter")), Shown: r.Shown(), Voters: voters(r, actor)}
			}
			c, err := r.Apply(e, now, p)
			if refusal := (*renewal.Refusal)(nil); err != nil && !errors.As(err, &refusal) {
				t.Fatal(err)
			}
			r = c.Request
		}
	})
	if orders == 0 {
		t.Error("nothing was ever ordered, so nothing was proved")
	}
	t.Logf("%d orders", orders)
}

// wantsOfAsker is wants where it may not be known whether somebody is in a group.
func wantsOfAsker(plans []plan, o renewal.Offer, by renewal.Actor, asked renewal.Asker) [][]renewal.Step {
	var all [][]renewal.Step
	for _, p := range plans {
		in := slices.Contains(asked.In, p.requester) || p.requester == by.UserID
		unknown := strings.HasPrefix(p.requester, "S") && !in && !slices.Contains(asked.Asked, p.requester)
		if p.requester != "" && !in && !unknown {
			continue
		}
		p.requester = ""
		found := wants([]plan{p}, o, by)
		if found[0] == nil {
			continue
		}
		all = append(all, found[0])
		if len(found) == 1 && !unknown {
			return all
		}
	}
	return append(all, nil)
}

func voters(r renewal.Request, actor func(string) renewal.Actor) []renewal.Actor {
	var all []renewal.Actor
	for _, v := range r.Votes {
		all = append(all, actor(v.By))
	}
	return all
}

// Who suffices for a request whose amount is not known suffices for it at any amount, in any
// currency, and the same holds for groups that nobody looked up.
func TestWhatIsNotKnownIsNeverMilder(t *testing.T) {
	t.Parallel()
	sufficed := 0
	rapid.Check(t, func(t *rapid.T) {
		f, _ := drawFile(t, "the")
		groups := drawMembers(t)
		o := drawOffer(t)
		asker := groups.actor(rapid.SampledFrom(people).Draw(t, "asker"), false)
		known := renewal.Case{Offer: o, Asker: renewal.Asker{ID: asker.UserID, In: asker.Named, Asked: allGroups}}
		unknown := known
		unknown.Offer.Price = nil
		if rapid.Bool().Draw(t, "groups not known") {
			unknown.Asker.In, unknown.Asker.Asked = nil, nil
		}
		if known.Offer.Price == nil {
			known.Offer.Price = &renewal.Price{Amount: decimal.NewFromInt(rapid.Int64Range(0, 1000).Draw(t, "amount")), Currency: "EUR"}
		}
		if rapid.Bool().Draw(t, "another currency") {
			unknown.Offer.Price = &renewal.Price{Amount: decimal.NewFromInt(rapid.Int64Range(0, 1000).Draw(t, "amount")), Currency: "USD"}
		}
		var votes []renewal.Vote
		for _, id := range rapid.SliceOfDistinct(rapid.SampledFrom(people), rapid.ID[string]).Draw(t, "voters") {
			names := groups.actor(id, false).Named
			votes = append(votes, renewal.Vote{By: id, Named: append(names, renewal.Variables)})
		}
		if !goneBy(f.Rule(unknown).Ways, votes) {
			return
		}
		sufficed++
		if !goneBy(f.Rule(known).Ways, votes) {
			t.Fatalf("%v suffice while it is not known, and not when it is: %v", votes, f.Rule(known).Ways)
		}
	})
	if sufficed == 0 {
		t.Error("no votes ever sufficed, so nothing was proved")
	}
}

// Whatever is not known of what something costs, itself or what counts beside it: a cap that it keeps
// within then it keeps within at every amount.
func TestAnUnknownAmountIsNeverMilderForACap(t *testing.T) {
	t.Parallel()
	kept, unknown := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		limits := rapid.SampledFrom([]string{"order: {amount: 300}", "requester_day: {amount: 500, orders: 2}", "month: {amount: 500}", "month: {orders: 2}"})
		f, err := policy.Parse(fmt.Appendf(nil, "version: 1\ncurrency: EUR\ncaps: {%s}\nrules:\n  - {name: all, steps: [{who: U05}]}\n", limits.Draw(t, "cap")))
		if err != nil {
			t.Fatal(err)
		}
		p := renewal.Policy{Required: 1, PONumber: renewal.PONumberReference, RemindAfter: time.Hour, ExpireAfter: 100 * time.Hour}
		var as, at []renewal.Request // as far as it is known, and as it is
		for id := range int64(rapid.IntRange(1, 5).Draw(t, "requests")) {
			o := drawOffer(t)
			c, err := renewal.New(id+1, renewal.Submission{Key: "k", By: renewal.Actor{UserID: "U01", MayRequest: true}, Channel: "C1", Offer: o}, begin, p)
			if err != nil {
				t.Fatal(err)
			}
			r := c.Request
			r.Offer.Price = &renewal.Price{Amount: decimal.NewFromInt(rapid.SampledFrom([]int64{1, 100, 200, 300, 400}).Draw(t, "amount")), Currency: "EUR"}
			at = append(at, r)
			if o.Price == nil {
				r.Offer.Price = rapid.SampledFrom([]*renewal.Price{nil, {Amount: decimal.NewFromInt(1), Currency: "USD"}}).Draw(t, "in no currency, or another")
				unknown++
			}
			as = append(as, r)
		}
		p.Rules = f
		if as[0].Over(as[1:], begin, p) != nil {
			return
		}
		kept++
		if refusal := at[0].Over(at[1:], begin, p); refusal != nil {
			t.Fatalf("within the caps while amounts are not known, and not when they are: %s", refusal.Sentence)
		}
	})
	if kept == 0 || unknown == 0 {
		t.Errorf("%d kept within the caps, and %d amounts were not known, so nothing was proved", kept, unknown)
	}
}

// goneBy says whether votes suffice for all ways that are left of those that are wanted.
func goneBy(ways []renewal.Way, votes []renewal.Vote) bool {
	return !slices.ContainsFunc(renewal.Strictest(ways), func(w renewal.Way) bool { return w.Present(votes) < len(w.Steps) })
}
