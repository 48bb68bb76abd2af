package portal

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

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
	if isPlain(s) {
		return foldPlain(s) // most are, and it is ten times as quick
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

// unended is a folded name without the full stop that phones make of two spaces, or another end
// of a sentence.
func unended(name string) string {
	return cmp.Or(strings.TrimRight(name, " .,;:!?。"), name)
}

// Same says whether somebody wrote a name, but for what people type for its signs and the end of a
// sentence.
func Same(typed, name string) bool { return unended(fold(typed)) == unended(fold(name)) }

// isPlain says whether a text has ASCII alone, and no quotation marks.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c == '\'' || c == '"' || c == '`' {
			return false
		}
	}
	return true
}

func foldPlain(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case isSpace(c):
			if i+1 < len(s) && b.Len() > 0 && !isSpace(s[i+1]) {
				b.WriteByte(' ')
			}
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isSpace(c byte) bool { return c == ' ' || (c >= '\t' && c <= '\r') }
