package renewal

import "time"

// AnotherTerm is how much later a package must end than before for it to be another term.
const AnotherTerm = 20 * 24 * time.Hour

// NotRenewing says that a package is to end.
type NotRenewing struct {
	By   string    `json:"by"` // Slack user id
	Why  string    `json:"why"`
	At   time.Time `json:"at"`
	Ends time.Time `json:"ends,omitzero"` // when the package was to end then; zero: nobody knew
}

// Holds says whether it still is so of a package that ends at a time and was ordered last at another,
// where these are known: not once it ends a term later than then, nor after an order.
func (m NotRenewing) Holds(ends, ordered time.Time) bool {
	return !ordered.After(m.At) && (ends.IsZero() || m.Ends.IsZero() || ends.Sub(m.Ends) < AnotherTerm)
}

// EndingDoubts are the doubt about a package that ends at a time, zero where nobody knows, and is marked
// as one that is not to be renewed, which may be nil; others are the requests for it beside the one.
func EndingDoubts(m *NotRenewing, ends time.Time, others []Request) []Doubt {
	if m == nil {
		return nil
	}
	var ordered time.Time
	for _, r := range others {
		if r.Status == Ordered && !r.AsOrdered().ServicesAlone() {
			ordered = later(ordered, r.OrderedTime())
		}
	}
	if !m.Holds(ends, ordered) {
		return nil
	}
	return []Doubt{{Kind: DoubtNotRenewing, Serious: true, At: m.At.UTC().Truncate(time.Second), By: m.By, Names: []string{m.Why}}}
}
