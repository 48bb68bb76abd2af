package portal

import (
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
