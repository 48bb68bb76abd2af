package portal

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
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
	// pairs says which holders may have a pair of letters in their text: a bit for each
	// holder, words of 64 bits for each of pairSlots slots, which several pairs share.
	pairs []uint64
	words int
}

// pairSlots takes 64 bytes for each holder; with fewer of them more texts have to be read.
const pairSlots = 512

// folded is what a holder is found by.
type folded struct {
	// text begins with the heads, company and serial number, each between line ends, and
	// goes on with everything else.
	text           string
	head           int // how much of text the heads are
	nameAt, nameTo int // what the holder is sorted by and called
}

func newIndex(list []named) *index {
	n := len(list)
	texts, order := make([]folded, n), make([]int32, n)
	for i := range list {
		texts[i], order[i] = foldHolder(list[i]), int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(texts[a].name(), texts[b].name()), cmp.Compare(list[a].Key(), list[b].Key()), cmp.Compare(a, b))
	})
	ix := &index{
		holders: make([]renewal.Holder, n), folded: make([]folded, n), byKey: make([]int32, n), words: (n + 63) / 64,
	}
	ix.pairs = make([]uint64, pairSlots*ix.words)
	for i, from := range order {
		ix.holders[i], ix.folded[i], ix.byKey[i] = list[from].Holder, texts[from], int32(i)
		text := texts[from].text
		for at := 1; at < len(text); at++ {
			ix.pairs[slot(text[at-1], text[at])*ix.words+i/64] |= 1 << (i % 64)
		}
	}
	slices.SortFunc(ix.byKey, func(a, b int32) int { return cmp.Compare(ix.holders[a].Key(), ix.holders[b].Key()) })
	ix.pack()
	return ix
}

// slot is where a pair of letters is noted.
func slot(a, b byte) int { return int((uint32(a)<<8 | uint32(b)) * 0x9E3779B1 >> 23) }

// pack puts all texts of the index into one piece of memory: thousands of small ones take
// a third more, and keep alive what they were cut from.
func (ix *index) pack() {
	size := 0
	ix.eachText(func(s string) string { size += len(s); return s })
	var all strings.Builder
	all.Grow(size)
	ix.eachText(func(s string) string {
		from := all.Len()
		all.WriteString(s) // into what Grow has made: nothing moves any more
		return all.String()[from:]
	})
}

// eachText puts another text into the place of each.
func (ix *index) eachText(instead func(string) string) {
	for i := range ix.holders {
		h := &ix.holders[i]
		h.SerialNumber, h.Name, h.Email = instead(h.SerialNumber), instead(h.Name), instead(h.Email)
		h.PartnerID = yeastar.ID(instead(string(h.PartnerID)))
		ix.folded[i].text = instead(ix.folded[i].text)
	}
}

func foldHolder(n named) folded {
	company := fold(n.company)
	text := "\n" + company + "\n"
	if n.SerialNumber != "" {
		text += fold(n.SerialNumber) + "\n"
	}
	f := folded{text: text + fold(strings.Join(n.other, " ")+" "+n.Email+" "+string(n.PartnerID)), head: len(text)}
	f.nameAt, f.nameTo = 1, 1+len(company)
	if company == "" {
		name := fold(n.Name)
		f.nameAt = max(strings.Index(f.text, name), 0)
		f.nameTo = f.nameAt + len(name)
	}
	return f
}

func (f *folded) name() string { return f.text[f.nameAt:f.nameTo] }

// company is a holder's company, folded.
func (f *folded) company() string {
	return f.text[1 : 1+strings.IndexByte(f.text[1:], '\n')]
}

// serial is a PBX's serial number, folded.
func (f *folded) serial() string {
	return strings.TrimSuffix(f.text[len(f.company())+2:f.head], "\n")
}

// place finds a holder by their key.
func (ix *index) place(key string) (int, bool) {
	i, found := slices.BinarySearchFunc(ix.byKey, key, func(i int32, key string) int { return cmp.Compare(ix.holders[i].Key(), key) })
	if !found {
		return 0, false
	}
	return int(ix.byKey[i]), true
}

// having are the places of the holders whose text may have all pairs of letters of the
// texts, a bit for each.
func (ix *index) having(texts ...string) []uint64 {
	found := make([]uint64, ix.words)
	for i := range found {
		found[i] = ^uint64(0)
	}
	if last := len(ix.holders) % 64; last != 0 {
		found[ix.words-1] = 1<<last - 1
	}
	for _, s := range texts {
		for at := 1; at < len(s); at++ {
			from := slot(s[at-1], s[at]) * ix.words
			for i, w := range ix.pairs[from : from+ix.words] {
				found[i] &= w
			}
		}
	}
	return found
}

// each goes through the places that are set, in the order of the names.
func each(set []uint64, visit func(place int)) {
	for i, w := range set {
		for ; w != 0; w &= w - 1 {
			visit(i*64 + bits.TrailingZeros64(w))
		}
	}
}
