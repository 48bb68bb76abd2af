package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// File is a policy file without faults. Make one with Parse.
type File struct {
	hash  string
	zone  *time.Location
	unit  string // the currency of amounts that name none; empty: none
	price []price
	caps  []renewal.Cap
	rules []rule
}

// rule is one rule of a file. A condition that it does not have is zero.
type rule struct {
	name string
	line int

	products   []string
	quantity   *span
	terms      []int // months
	amount     *span
	requesters []string // ids of people and user groups
	holders    []string // partner ids, serial numbers and "own"

	steps []renewal.Step
	caps  []renewal.Cap
	may   []string // who may request; nil: everybody who may
}

// span is from one number to another, the second one not included. A nil end is open.
type span struct {
	from, below *decimal.Decimal
	currency    string // of amounts
}

// price is an estimate of the partner's own.
type price struct {
	product string
	line    yeastar.ID // a plan or a service; empty: any plan
	months  int        // 0: of any term
	perUnit bool
	renewal.Price
}

// Hash tells the file from all others: the first half of its SHA-256, in hexadecimal digits.
func (f *File) Hash() string { return f.hash }

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// Zone is where the days and months of its caps begin.
func (f *File) Zone() *time.Location { return f.zone }

// Currency is that of amounts that name none; empty: the file has none.
func (f *File) Currency() string { return f.unit }

// Rules is how many rules the file has.
func (f *File) Rules() int { return len(f.rules) }

// Names are the ids of all people and user groups in it, each once; none of no file.
func (f *File) Names() []string {
	if f == nil {
		return nil
	}
	var all []string
	for _, r := range f.rules {
		all = append(append(all, r.requesters...), r.may...)
	}
	return tidy(append(all, f.Approvers()...))
}

// Approvers are the ids of those in its steps, each once.
func (f *File) Approvers() []string {
	var all []string
	for _, s := range f.Steps() {
		all = append(all, s.Who...)
	}
	return tidy(all)
}

// Next are the ids of those who are told when nobody of a step decides, each once; none of no file.
func (f *File) Next() []string {
	if f == nil {
		return nil
	}
	var all []string
	for _, s := range f.Steps() {
		if s.Escalate != nil {
			all = append(all, s.Escalate.To...)
		}
	}
	return tidy(all)
}

// Steps are the steps of all rules.
func (f *File) Steps() []renewal.Step {
	var all []renewal.Step
	for _, r := range f.rules {
		all = append(all, r.steps...)
	}
	return all
}

// Unpriced are the products without a price, where the file caps amounts.
func (f *File) Unpriced() (keys []string) {
	caps := slices.Clone(f.caps)
	for _, r := range f.rules {
		caps = append(caps, r.caps...)
	}
	if !slices.ContainsFunc(caps, func(c renewal.Cap) bool { return c.Amount != nil }) {
		return nil
	}
	for _, p := range yeastar.Products() {
		if !slices.ContainsFunc(f.price, func(o price) bool { return o.product == p.Key }) {
			keys = append(keys, p.Key)
		}
	}
	return keys
}

func tidy(ids []string) []string {
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == renewal.Variables })
}

// Rule is the ruling of the first rule that holds. Where it is not known whether one holds,
// that one and those after it hold together, up to the first that certainly does: nothing is
// milder for being unknown. When none certainly holds, RENEW_APPROVERS and
// RENEW_APPROVALS_REQUIRED hold as well, as a way without steps.
func (f *File) Rule(c renewal.Case) renewal.Ruling {
	ruling, _ := f.judge(c)
	return ruling
}

// judge also says why, rule by rule, up to the one that certainly holds.
func (f *File) judge(c renewal.Case) (renewal.Ruling, []Verdict) {
	facts := f.factsOf(c)
	ruling := renewal.Ruling{Amount: facts.amount, Estimated: facts.estimated, Caps: slices.Clone(f.caps)}
	var verdicts []Verdict
	certain := false
	for _, r := range f.rules {
		holds, why := r.holds(facts)
		verdicts = append(verdicts, Verdict{Rule: r.name, Line: r.line, Holds: holds, Why: why})
		if holds == No {
			continue
		}
		ruling.Ways = append(ruling.Ways, renewal.Way{Rule: r.name, Steps: r.steps})
		ruling.Caps = append(ruling.Caps, r.caps...)
		if r.may != nil {
			ruling.Requesters = append(ruling.Requesters, r.may)
		}
		if holds == Yes {
			certain = true
			break
		}
	}
	if !certain {
		ruling.Ways = append(ruling.Ways, renewal.Way{})
	}
	return ruling, verdicts
}

// MayHold says whether the rule of a name is among those by which the file rules, and whether there is
// such a rule.
func (f *File) MayHold(name string, c renewal.Case) (may, known bool) {
	i := slices.IndexFunc(f.rules, func(r rule) bool { return r.name == name })
	if i < 0 {
		return false, false
	}
	facts := f.factsOf(c)
	certain := func(before rule) bool { return before.atLeast(Yes, facts) }
	return f.rules[i].atLeast(Unknown, facts) && !slices.ContainsFunc(f.rules[:i], certain), true
}

// facts are what rules are matched on.
type facts struct {
	renewal.Case
	quantity  int // the largest of the lines; 0: they have none
	amount    *renewal.Price
	estimated bool
}

func (f *File) factsOf(c renewal.Case) facts {
	found := facts{Case: c}
	for _, l := range c.Offer.Lines {
		found.quantity = max(found.quantity, l.Quantity)
	}
	if found.amount = c.Offer.Price; found.amount == nil {
		found.amount = f.estimate(c.Offer)
		found.estimated = found.amount != nil
	}
	return found
}

// estimate is what an offer costs by the file's own prices; nil: they do not have every line
// of it.
func (f *File) estimate(o renewal.Offer) *renewal.Price {
	var sum *renewal.Price
	for _, l := range o.Lines {
		p, ok := f.priceOf(o, l)
		if !ok || (sum != nil && sum.Currency != p.Currency) || (p.perUnit && l.Quantity == 0) {
			return nil
		}
		if sum == nil {
			sum = &renewal.Price{Currency: p.Currency}
		}
		more := sum.Plus(p.Amount, p.Currency, p.perUnit, l.Quantity)
		sum = &more
	}
	return sum
}

// priceOf is the price of a line: the one that names the most of it.
func (f *File) priceOf(o renewal.Offer, l renewal.Line) (best price, found bool) {
	names := func(p price) int {
		n := 0
		if p.line != "" {
			n += 2
		}
		if p.months != 0 {
			n++
		}
		return n
	}
	for _, p := range f.price {
		fits := p.product == o.Product && (p.line == l.ID || (p.line == "" && l.Type == yeastar.LinePlan)) &&
			(p.months == 0 || p.months == o.TermAsked().Months)
		if fits && (!found || names(p) > names(best)) {
			best, found = p, true
		}
	}
	return best, found
}

func listed(names []string) string { return strings.Join(names, ", ") }
