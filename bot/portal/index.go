package portal

import (
	"cmp"
	"slices"
	"strings"

	"renewbot/bot/renewal"
)

// named is a holder with what people may call them by.
type named struct {
	renewal.Holder
	company string   // empty: none is known
	other   []string // person, comment and the like
}

// index finds holders by part of what they are called. It is made once for each reading of
// the list, and never changed.
type index struct {
	holders []renewal.Holder // sorted by name
	folded  []folded         // one for each holder
	byKey   []int32          // places of holders, sorted by key
}

// folded is what a holder is found by.
type folded struct {
	// text begins with the heads, company and serial number, each between line ends, and
	// goes on with everything else.
	text           string
	head           int // how much of text the heads are
	nameAt, nameTo int // what the holder is sorted by and called
}

func newIndex(list []named) *index {
	type entry struct {
		holder renewal.Holder
		folded
	}
	entries := make([]entry, len(list))
	for i, n := range list {
		entries[i] = entry{n.Holder, foldHolder(n)}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.name(), b.name()), cmp.Compare(a.holder.Key(), b.holder.Key()))
	})
	ix := &index{
		holders: make([]renewal.Holder, len(entries)), folded: make([]folded, len(entries)), byKey: make([]int32, len(entries)),
	}
	for i, e := range entries {
		ix.holders[i], ix.folded[i], ix.byKey[i] = e.holder, e.folded, int32(i)
	}
	slices.SortFunc(ix.byKey, func(a, b int32) int { return cmp.Compare(ix.holders[a].Key(), ix.holders[b].Key()) })
	return ix
}

func foldHolder(n named) folded {
	var f folded
	company, serial, name := fold(n.company), fold(n.SerialNumber), fold(n.Name)
	text := "\n" + company + "\n"
	if serial != "" {
		text += serial + "\n"
	}
	f.head = len(text)
	f.text = text + fold(strings.Join(n.other, " ")+" "+n.Email+" "+string(n.PartnerID))
	f.nameAt, f.nameTo = 1, 1+len(company)
	if company == "" {
		f.nameAt = max(strings.Index(f.text, name), 0)
		f.nameTo = f.nameAt + len(name)
	}
	return f
}

func (f folded) name() string { return f.text[f.nameAt:f.nameTo] }

// company is a holder's company, folded.
func (f folded) company() string {
	return f.text[1 : 1+strings.IndexByte(f.text[1:], '\n')]
}

// place finds a holder by their key.
func (ix *index) place(key string) (int, bool) {
	i, found := slices.BinarySearchFunc(ix.byKey, key, func(i int32, key string) int { return cmp.Compare(ix.holders[i].Key(), key) })
	if !found {
		return 0, false
	}
	return int(ix.byKey[i]), true
}

// ranks is how many degrees of likeliness there are.
const ranks = 6

// ranked lists the places of the holders that have every word of query somewhere, the
// likeliest first: the company or serial number itself, then its beginning, then the
// beginning of a word in it, then anything else. An empty query lists all.
func (ix *index) ranked(query string) []int {
	whole := fold(query)
	words := strings.Fields(whole)
	var hits [ranks][]int
	for i, f := range ix.folded {
		if rank, ok := f.rank(whole, words); ok {
			hits[rank] = append(hits[rank], i)
		}
	}
	return slices.Concat(hits[:]...)
}

// rank is how likely it is that a query means a holder, and false when a word of it is
// missing.
func (f folded) rank(whole string, words []string) (int, bool) {
	if len(words) == 0 {
		return 0, true
	}
	for _, w := range words {
		if !strings.Contains(f.text, w) {
			return 0, false
		}
	}
	head, rest := f.text[:f.head], f.text[f.head-1:]
	switch {
	case strings.Contains(head, "\n"+whole+"\n"):
		return 0, true
	case strings.Contains(head, "\n"+whole):
		return 1, true
	case strings.Contains(head, " "+whole):
		return 2, true
	case strings.Contains(head, whole):
		return 3, true
	case strings.Contains(rest, "\n"+whole), strings.Contains(rest, " "+whole):
		return 4, true
	}
	return 5, true
}
