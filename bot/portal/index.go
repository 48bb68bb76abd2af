package portal

import (
	"cmp"
	"math/bits"
	"slices"
	"sort"
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
	text    string   // everything of everybody: thousands of small pieces of memory take far more
	records []record // one for each holder, sorted by name
	byKey   []int32  // places of records, sorted by key
	// pairs says which holders may have a pair of letters in their text: a bit for each
	// holder, words of 64 bits for each of pairSlots slots, which several pairs share.
	pairs []uint64
	words int
}

// record says where in the index's text a holder stands.
type record struct {
	serial, partner, name, email span
	folded                       span
	head, nameAt, nameTo         uint32 // of what is folded
}

// span is a piece of a text. What stands in it twice is kept once.
type span struct{ from, to uint32 }

func (s span) of(text string) string { return text[s.from:s.to] }

// offset is a place in a text as span keeps it.
func offset(at int) uint32 { return uint32(at) } //nolint:gosec // what a portal tells is shorter

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
		texts[i], order[i] = foldHolder(list[i]), at(i)
	}
	sort.Slice(order, func(i, j int) bool {
		a, b := order[i], order[j]
		return cmp.Or(cmp.Compare(texts[a].name(), texts[b].name()), cmp.Compare(list[a].Key(), list[b].Key()), cmp.Compare(a, b)) < 0
	})
	ix := &index{records: make([]record, n), byKey: make([]int32, n), words: (n + 63) / 64}
	ix.pairs = make([]uint64, pairSlots*ix.words)
	size := 0
	for i := range list {
		size += len(texts[i].text)
		for _, s := range list[i].texts() {
			if !strings.Contains(texts[i].text, s) {
				size += len(s)
			}
		}
	}
	var all strings.Builder
	all.Grow(size)
	for i, from := range order {
		ix.byKey[i] = at(i)
		ix.records[i] = recordOf(&all, list[from], texts[from])
		text := texts[from].text
		for at := 1; at < len(text); at++ {
			ix.pairs[slot(text[at-1], text[at])*ix.words+i/64] |= 1 << (i % 64)
		}
	}
	ix.text = all.String()
	sort.Slice(ix.byKey, func(i, j int) bool { return ix.key(ix.byKey[i]) < ix.key(ix.byKey[j]) })
	return ix
}

// texts are what is kept of a holder as it is.
func (n *named) texts() [4]string {
	return [4]string{n.SerialNumber, string(n.PartnerID), n.Name, n.Email}
}

// recordOf writes a holder into the index's text.
func recordOf(all *strings.Builder, n named, f folded) record {
	from := all.Len()
	all.WriteString(f.text)
	r := record{
		folded: span{offset(from), offset(all.Len())}, head: offset(f.head), nameAt: offset(f.nameAt), nameTo: offset(f.nameTo),
	}
	for i, s := range n.texts() {
		to := [4]*span{&r.serial, &r.partner, &r.name, &r.email}[i]
		if in := strings.Index(f.text, s); in >= 0 { // as numbers and most e-mail addresses do
			*to = span{offset(from + in), offset(from + in + len(s))}
			continue
		}
		*to = span{offset(all.Len()), offset(all.Len() + len(s))}
		all.WriteString(s)
	}
	return r
}

// holder is the one at a place.
func (ix *index) holder(place int) renewal.Holder {
	r := &ix.records[place]
	return renewal.Holder{
		PartnerID: yeastar.ID(r.partner.of(ix.text)), SerialNumber: r.serial.of(ix.text), Name: r.name.of(ix.text), Email: r.email.of(ix.text),
	}
}

// key is that of the holder at a place.
func (ix *index) key(place int32) string { return ix.holder(int(place)).Key() }

// folded is what the holder at a place is found by.
func (ix *index) folded(place int) folded {
	r := &ix.records[place]
	return folded{text: r.folded.of(ix.text), head: int(r.head), nameAt: int(r.nameAt), nameTo: int(r.nameTo)}
}

// slot is where a pair of letters is noted.
func slot(a, b byte) int { return int((uint32(a)<<8 | uint32(b)) * 0x9E3779B1 >> 23) }

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
		if f.nameAt = strings.Index(f.text, name); f.nameAt < 0 {
			name, f.nameAt = "", 0 // nobody is called so
		}
		f.nameTo = f.nameAt + len(name)
	}
	return f
}

func (f folded) name() string { return f.text[f.nameAt:f.nameTo] }

// company is a holder's company, folded.
func (f folded) company() string {
	return f.text[1 : 1+strings.IndexByte(f.text[1:], '\n')]
}

// serial is a PBX's serial number, folded.
func (f folded) serial() string {
	return strings.TrimSuffix(f.text[len(f.company())+2:f.head], "\n")
}

// place finds a holder by their key.
func (ix *index) place(key string) (int, bool) {
	i, found := slices.BinarySearchFunc(ix.byKey, key, func(i int32, key string) int { return cmp.Compare(ix.key(i), key) })
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
	if last := len(ix.records) % 64; last != 0 {
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
