package orders

import (
	"slices"
	"time"

	"renewbot/yeastar"
)

// terms are the terms of the row that an order of the vendor's can have by what its details tell:
// the cycle and the number of cycles of its lines, and when the package ends after it.
func (s sent) terms(o yeastar.OrderDetail) []yeastar.Term {
	all := s.Product.Terms
	if !slices.Contains(all, s.Term) {
		all = []yeastar.Term{s.Term} // of a row that the table has no more
	}
	can := slices.DeleteFunc(slices.Clone(all), func(t yeastar.Term) bool {
		return slices.ContainsFunc(o.Lines, func(l yeastar.OrderDetailLine) bool {
			return (l.BillingCycle != "" && l.BillingCycle != t.BillingCycle) ||
				(l.MultiCycle != nil && max(*l.MultiCycle, 1) != max(t.MultiCycle, 1))
		})
	})
	ending := slices.DeleteFunc(slices.Clone(can), func(t yeastar.Term) bool { return !s.endsWith(o, t) })
	if len(ending) > 0 {
		return ending
	}
	return can // the date says nothing: from which day a new term runs is not documented
}

// endsWith says whether the package ends after an order as it does with a term.
func (s sent) endsWith(o yeastar.OrderDetail, t yeastar.Term) bool {
	if s.expiry.IsZero() || o.Expiry.IsZero() {
		return false
	}
	const aDay = 24 * time.Hour // the vendor may tell the last day, or the one after it
	return o.Expiry.Sub(t.After(s.expiry)).Abs() <= aDay
}

// termTold says whether the details of an order leave no other term than the one that was sent.
func (s sent) termTold(o yeastar.OrderDetail) bool {
	terms := s.terms(o)
	return len(terms) == 1 && terms[0] == s.Term
}

// otherTerm says by which term an order is not the one that was sent; it is empty when it can be.
func (s sent) otherTerm(o yeastar.OrderDetail) string {
	switch terms := s.terms(o); {
	case slices.Contains(terms, s.Term):
		return ""
	case len(terms) == 1:
		return "it renews for " + terms[0].String()
	}
	return "it renews for another term"
}
