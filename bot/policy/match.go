package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Holds says whether a rule holds for a case.
type Holds int

// Whether a rule holds.
const (
	No Holds = iota
	Unknown
	Yes
)

// String is the word for it.
func (h Holds) String() string { return [...]string{"no", "perhaps", "yes"}[h] }

// UnknownHolder is the customer of an offer of which it is not known for whom it is.
const UnknownHolder yeastar.ID = "?"

// Verdict is whether a rule holds, and why.
type Verdict struct {
	Rule  string
	Line  int // of the file
	Holds Holds
	Why   string
}

// Explain is a ruling with the verdict on each rule that was looked at.
func (f *File) Explain(c renewal.Case) (renewal.Ruling, []Verdict) { return f.judge(c) }

// holds says whether a rule holds, by the condition that is the least fulfilled.
func (r rule) holds(f facts) (Holds, string) {
	least, why := Yes, "all its conditions are fulfilled"
	if r.unconditional() {
		why = "it has no conditions"
	}
	for _, condition := range r.conditions() {
		if h, reason := condition(f); h < least {
			least, why = h, reason
		}
	}
	return least, why
}

func (r rule) conditions() []func(facts) (Holds, string) {
	return []func(facts) (Holds, string){r.product, r.howMany, r.howLong, r.howMuch, r.asker, r.holder}
}

// atLeast is holds for who needs no reason.
func (r rule) atLeast(want Holds, f facts) bool {
	return !slices.ContainsFunc(r.conditions(), func(condition func(facts) (Holds, string)) bool {
		h, _ := condition(f)
		return h < want
	})
}

func (r rule) unconditional() bool {
	return r.products == nil && r.quantity == nil && r.terms == nil && r.amount == nil && r.requesters == nil && r.holders == nil
}

func answer(fulfilled bool, why string) (Holds, string) {
	if fulfilled {
		return Yes, ""
	}
	return No, why
}

func (r rule) product(f facts) (Holds, string) {
	if r.products == nil {
		return Yes, ""
	}
	return answer(slices.Contains(r.products, f.Offer.Product),
		fmt.Sprintf("the product is %s, not %s", f.Offer.Product, strings.Join(r.products, " or ")))
}

func (r rule) howMany(f facts) (Holds, string) {
	if r.quantity == nil {
		return Yes, ""
	}
	if f.quantity == 0 {
		if p, ok := yeastar.ProductByKey(f.Offer.Product); ok && p.Quantity == yeastar.QuantityNone {
			return No, "the product has no quantity"
		}
		return Unknown, "the quantity is not known"
	}
	return answer(r.quantity.has(decimal.NewFromInt(int64(f.quantity))),
		fmt.Sprintf("the quantity is %d, not %s", f.quantity, r.quantity))
}

func (r rule) howLong(f facts) (Holds, string) {
	months := f.Offer.TermAsked().Months
	switch {
	case r.terms == nil:
		return Yes, ""
	case months == 0:
		return Unknown, "the term is not known"
	}
	return answer(slices.Contains(r.terms, months), fmt.Sprintf("the term is %d months, not %s", months, numbers(r.terms)))
}

func (r rule) howMuch(f facts) (Holds, string) {
	if r.amount == nil {
		return Yes, ""
	}
	if f.amount == nil {
		return Unknown, "the amount is not known"
	}
	told := f.amount.String()
	if f.estimated {
		told += " by the policy's own prices"
	}
	if f.amount.Currency != r.amount.currency {
		return Unknown, fmt.Sprintf("the amount is %s, and the rule is about %s", told, r.amount.currency)
	}
	return answer(r.amount.has(f.amount.Amount), fmt.Sprintf("the amount is %s, not %s", told, r.amount))
}

// asker matches who asks by their id or a group. A group that nobody looked up for them may be
// theirs.
func (r rule) asker(f facts) (Holds, string) {
	if r.requesters == nil {
		return Yes, ""
	}
	holds, why := No, fmt.Sprintf("the requester is none of %s", listed(r.requesters))
	for _, id := range r.requesters {
		switch {
		case id == f.Asker.ID && id != "", slices.Contains(f.Asker.In, id):
			return Yes, ""
		case f.Asker.ID == "" || (isGroup(id) && !slices.Contains(f.Asker.Asked, id)):
			holds, why = Unknown, fmt.Sprintf("it is not known whether the requester is one of %s", listed(r.requesters))
		}
	}
	return holds, why
}

func (r rule) holder(f facts) (Holds, string) {
	if r.holders == nil {
		return Yes, ""
	}
	h := f.Offer.Holder
	if h.PartnerID == UnknownHolder {
		return Unknown, "it is not known for whom it is"
	}
	for _, id := range []string{h.Key(), string(h.PartnerID)} {
		if id != "" && slices.Contains(r.holders, bareID(id)) {
			return Yes, ""
		}
	}
	if h.SerialNumber != "" && h.PartnerID == "" { // nobody told of its owner
		return Unknown, "the portal does not tell whose PBX it is"
	}
	return No, fmt.Sprintf("the customer %s is not one of %s", h.Key(), listed(r.holders))
}

func isGroup(id string) bool { return strings.HasPrefix(id, "S") }

func (s *span) has(n decimal.Decimal) bool {
	return (s.from == nil || !n.LessThan(*s.from)) && (s.below == nil || n.LessThan(*s.below))
}

// String is the span for people: "from 100 and below 500 EUR".
func (s *span) String() string {
	var parts []string
	if s.from != nil {
		parts = append(parts, "from "+s.from.String())
	}
	if s.below != nil {
		parts = append(parts, "below "+s.below.String())
	}
	return strings.TrimSpace(strings.Join(parts, " and ") + " " + s.currency)
}

func numbers(list []int) string {
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = fmt.Sprint(n)
	}
	return strings.Join(words, " or ")
}
