package portal

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"renewbot/yeastar"
)

// Customers finds customers by part of their company, name or e-mail.
type Customers struct {
	customers []yeastar.Customer
	byID      map[yeastar.ID]int
	folded    []foldedCustomer // one for each customer
}

type foldedCustomer struct {
	name          string // what they are sorted by and called
	company, rest string
}

func indexCustomers(customers []yeastar.Customer) Customers {
	type entry struct {
		customer yeastar.Customer
		folded   foldedCustomer
	}
	entries := make([]entry, len(customers))
	for i, c := range customers {
		e := entry{customer: c, folded: foldedCustomer{
			company: fold(c.Company),
			rest:    fold(c.FirstName + " " + c.LastName + " " + c.Email + " " + string(c.ID)),
		}}
		if e.folded.name = e.folded.company; c.Company == "" {
			e.folded.name = fold(c.DisplayName())
		}
		entries[i] = e
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.folded.name, b.folded.name), cmp.Compare(a.customer.ID, b.customer.ID))
	})
	ix := Customers{
		customers: make([]yeastar.Customer, len(entries)), byID: make(map[yeastar.ID]int, len(entries)),
		folded: make([]foldedCustomer, len(entries)),
	}
	for i, e := range entries {
		ix.customers[i], ix.folded[i], ix.byID[e.customer.ID] = e.customer, e.folded, i
	}
	return ix
}

// Get is the customer with an id.
func (ix Customers) Get(id yeastar.ID) (yeastar.Customer, bool) {
	i, ok := ix.byID[id]
	if !ok {
		return yeastar.Customer{}, false
	}
	return ix.customers[i], true
}

// Only is the customer that query means: the only one that fits, or else the only one who
// is called exactly that, whose name begins so, or whose name begins so and has no more
// words.
func (ix Customers) Only(query string) (yeastar.Customer, bool) {
	found := ix.ranked(query)
	whole := fold(query)
	if len(found) == 1 {
		return ix.customers[found[0]], true
	}
	if whole == "" {
		return yeastar.Customer{}, false
	}
	words := strings.Count(whole, " ")
	for _, called := range []func(name string) bool{
		func(name string) bool { return name == whole },
		func(name string) bool { return strings.HasPrefix(name, whole) },
		func(name string) bool { return strings.HasPrefix(name, whole) && strings.Count(name, " ") == words },
	} {
		so := slices.DeleteFunc(slices.Clone(found), func(i int) bool { return !called(ix.folded[i].name) })
		if len(so) == 1 {
			return ix.customers[so[0]], true
		}
	}
	return yeastar.Customer{}, false
}

// Matches counts the customers that fit.
func (ix Customers) Matches(query string) int { return len(ix.ranked(query)) }

// Search lists the n likeliest customers that fit, and counts the others.
func (ix Customers) Search(query string, n int) (found []yeastar.Customer, more int) {
	places := ix.ranked(query)
	shown := places[:min(len(places), n)]
	for _, i := range shown {
		found = append(found, ix.customers[i])
	}
	return found, len(places) - len(shown)
}

// ranks is how many degrees of likeliness there are.
const ranks = 6

// ranked lists the places of the customers that have every word of query somewhere, the
// likeliest first: the company itself, then its beginning, then the beginning of a word
// in it, then anything else. An empty query lists all.
func (ix Customers) ranked(query string) []int {
	words := strings.Fields(fold(query))
	whole := strings.Join(words, " ")
	inner := " " + whole
	var hits [ranks][]int
	for i, c := range ix.folded {
		if len(words) == 0 {
			hits[0] = append(hits[0], i)
		} else if rank, ok := c.rank(whole, inner, words); ok {
			hits[rank] = append(hits[rank], i)
		}
	}
	return slices.Concat(hits[:]...)
}

// rank is how likely it is that a query means a customer, and false when a word of it is
// missing. whole is the query, and inner it at the beginning of a word.
func (c foldedCustomer) rank(whole, inner string, words []string) (int, bool) {
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
	case strings.Contains(c.company, inner):
		return 2, true
	case strings.Contains(c.company, whole):
		return 3, true
	case strings.HasPrefix(c.rest, whole), strings.Contains(c.rest, inner):
		return 4, true
	}
	return 5, true
}

// plainLetters are letters that people type as others, but that do not decompose.
var plainLetters = strings.NewReplacer(
	"ß", "ss", "ł", "l", "ø", "o", "đ", "d", "ð", "d", "ħ", "h", "ı", "i", "æ", "ae", "œ", "oe", "þ", "th")

// quotes are the signs of quotation and the apostrophes: people type one for another, and
// leave them out.
const quotes = "'\"`´′″‘’‚‛“”„‟«»‹›ʼ׳״"

// dashes are the signs that people type for a hyphen.
const dashes = "‐‑‒–—―−﹘﹣－"

// fold makes texts comparable as people type and paste them: no case, no accents, single
// spaces, one kind of dash, no quotation marks and nothing invisible.
func fold(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf || strings.ContainsRune(quotes, r) }) {
		return strings.Join(strings.Fields(strings.ToLower(s)), " ") // most are, and it is ten times as quick
	}
	var b strings.Builder
	space := true
	for _, r := range plainLetters.Replace(strings.ToLower(norm.NFKD.String(strings.ReplaceAll(s, "´", "")))) {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Cf), strings.ContainsRune(quotes, r):
		case strings.ContainsRune(dashes, r):
			b.WriteByte('-')
			space = false
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
