package portal

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// query is what somebody typed, folded.
type query struct {
	whole string
	words []string
}

func newQuery(typed string) query {
	whole := fold(typed)
	return query{whole, strings.Fields(whole)}
}

// ranks is how many degrees of likeliness there are.
const ranks = 6

// found are the likeliest places that fit a query, and how many there are in all.
type found struct {
	total int
	first [ranks][]int32
}

// at is a place as found keeps it.
func at(place int) int32 { return int32(place) } //nolint:gosec // a portal has fewer holders

// search finds the holders that have every word of a query somewhere, the likeliest first:
// the company or serial number itself, then its beginning, then the beginning of a word in
// it, then anything else. An empty query lists all. When nobody fits, one word may have one
// wrong letter.
func (ix *index) search(q query, most int) found {
	var f found
	if len(q.words) == 0 { // as most forms are opened
		f.total = len(ix.records)
		for place := range min(most, f.total) {
			f.first[0] = append(f.first[0], at(place))
		}
		return f
	}
	ix.fitting(q, func(place, rank int) {
		f.total++
		if len(f.first[rank]) < most {
			f.first[rank] = append(f.first[rank], at(place))
		}
	})
	if f.total > 0 {
		return f
	}
	if name := unended(q.whole); name != q.whole {
		return ix.search(newQuery(name), most)
	}
	each(ix.mistyped(q), func(place int) {
		f.total++
		if len(f.first[0]) < most {
			f.first[0] = append(f.first[0], at(place))
		}
	})
	return f
}

// places are the likeliest ones first.
func (f found) places(most int) []int32 {
	all := slices.Concat(f.first[:]...)
	return all[:min(len(all), most)]
}

// fitting goes through the holders that have every word of a query.
func (ix *index) fitting(q query, visit func(place, rank int)) {
	each(ix.having(q.words...), func(place int) {
		if rank, ok := ix.folded(place).rank(q); ok {
			visit(place, rank)
		}
	})
}

// rank is how likely it is that a query means a holder, and false when a word of it is
// missing.
func (f folded) rank(q query) (int, bool) {
	if len(q.words) == 0 {
		return 0, true
	}
	if len(q.words) > 1 {
		for _, w := range q.words {
			if !strings.Contains(f.text, w) {
				return 0, false
			}
		}
	}
	best, at := ranks, 1
	for {
		i := strings.Index(f.text[at:], q.whole)
		if i < 0 || (at+i >= f.head && best < inRest) {
			break
		}
		at += i
		best = min(best, f.rankAt(at, at+len(q.whole)))
		at++
	}
	if best == ranks {
		return ranks - 1, len(q.words) > 1
	}
	return best, true
}

// inRest is the likeliest that something beside the heads is.
const inRest = 4

// rankAt is how likely it is that the part of the text from one place to another is meant.
func (f folded) rankAt(from, to int) int {
	before := f.text[from-1]
	switch {
	case from >= f.head && (before == '\n' || before == ' '):
		return inRest
	case from >= f.head:
		return ranks - 1
	case before == '\n' && f.text[to] == '\n':
		return 0
	case before == '\n':
		return 1
	case before == ' ':
		return 2
	}
	return 3
}

// leastMistyped is how many letters a word has in which a wrong one is looked for: of fewer
// there are too many that are nearly the same.
const leastMistyped = 5

// mistyped are the places of the holders that have every word of a query, but for one wrong
// letter in one of them. A word with a digit is meant as it is: the next serial number is
// another PBX.
func (ix *index) mistyped(q query) []uint64 {
	fit := make([]uint64, ix.words)
	for i, w := range q.words {
		if utf8.RuneCountInString(w) < leastMistyped || strings.ContainsFunc(w, unicode.IsDigit) {
			continue
		}
		others := slices.Delete(slices.Clone(q.words), i, i+1)
		// Wherever the wrong letter is, the letters on one side of it are right.
		middle := len(w) / 2
		for _, half := range []string{w[:middle], w[middle+1:]} {
			each(ix.having(append(others, half)...), func(place int) {
				text := ix.folded(place).text
				lacks := slices.ContainsFunc(others, func(o string) bool { return !strings.Contains(text, o) })
				if !lacks && hasNearly(text, w) {
					fit[place/64] |= 1 << (place % 64)
				}
			})
		}
	}
	return fit
}

// hasNearly says whether a word of a text begins like another one, but for one letter.
func hasNearly(text, word string) bool {
	for at := 1; at < len(text); at++ {
		if endsWord(text[at-1]) && !endsWord(text[at]) && beginsNearly(text[at:], word) {
			return true
		}
	}
	return false
}

// endsWord says whether a letter is between the words of names and mail addresses.
func endsWord(c byte) bool { return c < 'a' && (c < '0' || c > '9') || c > 'z' && c < utf8.RuneSelf }

// beginsNearly says whether text begins like word, but for one letter that is another one,
// too many, missing, or in the place of its neighbour.
func beginsNearly(text, word string) bool {
	for text != "" && word != "" {
		t, tn := utf8.DecodeRuneInString(text)
		w, wn := utf8.DecodeRuneInString(word)
		if t == w {
			text, word = text[tn:], word[wn:]
			continue
		}
		after, afterWord := text[tn:], word[wn:]
		t2, t2n := utf8.DecodeRuneInString(after)
		w2, w2n := utf8.DecodeRuneInString(afterWord)
		swapped := t == w2 && w == t2 && strings.HasPrefix(after[t2n:], afterWord[w2n:])
		return swapped || strings.HasPrefix(after, afterWord) || strings.HasPrefix(text, afterWord) || strings.HasPrefix(after, word)
	}
	// A letter too many at the end of the word.
	return word == "" || utf8.RuneCountInString(word) == 1
}
