package policy

import (
	"slices"

	"renewbot/yeastar"
)

// covers says whether a rule holds certainly wherever another one does, or may: the other
// one, standing after it, is never reached.
func (r rule) covers(other rule) bool {
	return within(r.products, other.products) && r.quantity.covers(other.quantity) && within(r.terms, other.terms) &&
		r.amount.covers(other.amount) && within(r.requesters, other.requesters) && within(r.holders, other.holders)
}

// within says whether a list of alternatives has all of another one; nil stands for all that
// there is.
func within[T comparable](wide, narrow []T) bool {
	if wide == nil {
		return true
	}
	return narrow != nil && !slices.ContainsFunc(narrow, func(v T) bool { return !slices.Contains(wide, v) })
}

func (s *span) covers(other *span) bool {
	if s == nil {
		return true
	}
	return other != nil && s.currency == other.currency &&
		(s.from == nil || (other.from != nil && !other.from.LessThan(*s.from))) &&
		(s.below == nil || (other.below != nil && !s.below.LessThan(*other.below)))
}

// impossible says why no request can fulfil the conditions of a rule; empty: some can.
func (r rule) impossible() string {
	products := yeastar.Products()
	if r.products != nil {
		products = slices.DeleteFunc(products, func(p yeastar.Product) bool { return !slices.Contains(r.products, p.Key) })
	}
	if r.quantity != nil && !slices.ContainsFunc(products, func(p yeastar.Product) bool { return p.Quantity != yeastar.QuantityNone }) {
		return "none of its products has a quantity; leave out the quantity"
	}
	if r.terms == nil {
		return ""
	}
	for _, p := range products {
		if slices.ContainsFunc(p.Terms, func(t yeastar.Term) bool { return slices.Contains(r.terms, t.Months) }) {
			return ""
		}
	}
	return "none of its products is renewed for such a term; correct the term, or leave it out"
}
