package bot

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"renewbot/yeastar"
)

// customerIndex finds customers by part of their company, name or e-mail.
type customerIndex struct {
	customers []yeastar.Customer
	byID      map[yeastar.ID]int
	folded    []foldedCustomer // one for each customer
}

type foldedCustomer struct{ company, rest string }

func indexCustomers(customers []yeastar.Customer) customerIndex {
	sorted := slices.Clone(customers)
	ix := customerIndex{customers: sorted, byID: make(map[yeastar.ID]int, len(sorted))}
	slices.SortStableFunc(sorted, func(a, b yeastar.Customer) int {
		return cmp.Or(cmp.Compare(fold(a.DisplayName()), fold(b.DisplayName())), cmp.Compare(a.ID, b.ID))
	})
	for i, c := range sorted {
		ix.byID[c.ID] = i
		ix.folded = append(ix.folded, foldedCustomer{
			company: fold(c.Company),
			rest:    fold(c.FirstName + " " + c.LastName + " " + c.Email + " " + string(c.ID)),
		})
	}
	return ix
}

func (ix customerIndex) get(id yeastar.ID) (yeastar.Customer, bool) {
	i, ok := ix.byID[id]
	if !ok {
		return yeastar.Customer{}, false
	}
	return ix.customers[i], true
}

// only is the customer that query means: the only one that fits, or the only one whose
// company is called exactly that.
func (ix customerIndex) only(query string) (yeastar.Customer, bool) {
	found := ix.search(query)
	whole := strings.Join(strings.Fields(fold(query)), " ")
	exact := slices.DeleteFunc(slices.Clone(found), func(c yeastar.Customer) bool { return fold(c.Company) != whole })
	switch {
	case len(exact) == 1:
		return exact[0], true
	case len(found) == 1:
		return found[0], true
	}
	return yeastar.Customer{}, false
}

// search lists the customers that have every word of query somewhere, the likeliest
// first: the company itself, then its beginning, then the beginning of a word in it,
// then anything else. An empty query lists all.
func (ix customerIndex) search(query string) []yeastar.Customer {
	words := strings.Fields(fold(query))
	if len(words) == 0 {
		return ix.customers
	}
	whole := strings.Join(words, " ")
	type hit struct{ at, rank int }
	var hits []hit
	for i, c := range ix.folded {
		if rank, ok := c.rank(whole, words); ok {
			hits = append(hits, hit{i, rank})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.rank, b.rank) })
	found := make([]yeastar.Customer, len(hits))
	for i, h := range hits {
		found[i] = ix.customers[h.at]
	}
	return found
}

func (c foldedCustomer) rank(whole string, words []string) (int, bool) {
	for _, w := range words {
		if !strings.Contains(c.company, w) && !strings.Contains(c.rest, w) {
			return 0, false
		}
	}
	switch {
	case c.company == whole:
		return 0, true
	case strings.HasPrefix(c.company, whole):
		return 1, true
	case strings.Contains(c.company, " "+whole):
		return 2, true
	case strings.Contains(c.company, whole):
		return 3, true
	case strings.HasPrefix(c.rest, whole), strings.Contains(c.rest, " "+whole):
		return 4, true
	}
	return 5, true
}

// plainLetters are letters that people type as others, but that do not decompose.
var plainLetters = strings.NewReplacer(
	"ß", "ss", "ł", "l", "ø", "o", "đ", "d", "ð", "d", "ħ", "h", "ı", "i", "æ", "ae", "œ", "oe", "þ", "th")

// fold makes texts comparable as people type them: no case, no accents, single spaces.
func fold(s string) string {
	var b strings.Builder
	space := true
	for _, r := range plainLetters.Replace(strings.ToLower(norm.NFKD.String(s))) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsSpace(r), r == '·': // the menus put it between name and e-mail address
			if !space {
				b.WriteByte(' ')
			}
			space = true
		default:
			b.WriteRune(r)
			space = false
		}
	}
	return strings.TrimSpace(b.String())
}
