package blocks

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

const (
	ellipsis   = "…"
	wordJoiner = "\u2060" // invisible, and no word boundary to Slack's formatter
	isolate    = "\u2068" // first strong isolate
	endIsolate = "\u2069"
)

// width counts a string in UTF-16 units: Slack does not say whether it counts those
// or runes, and they are never fewer.
func width(s string) int {
	n := 0
	for _, c := range s {
		n += runeWidth(c)
	}
	return n
}

func runeWidth(c rune) int {
	if c > 0xFFFF {
		return 2
	}
	return 1
}

// clean makes outside text one line of valid UTF-8 without invisible controls.
func clean(s string) string { return cleanTo(s, limitMessageText) }

// cleanTo is clean for text that will be cut to a width: of what is far beyond, nothing
// is looked at.
func cleanTo(s string, limit int) string {
	if len(s) <= limit+32 && isClean(s) {
		return s // most are, and it is twenty times as quick
	}
	var b strings.Builder
	space, rightToLeft, used := false, false, 0
	for _, c := range s {
		if used > limit+32 { // more than cut steps back
			break
		}
		switch {
		case unicode.IsSpace(c), unicode.IsControl(c), c == '\u2028', c == '\u2029':
			space = b.Len() > 0
			continue
		case hidden(c):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(c) // a broken byte arrives as U+FFFD
		used += runeWidth(c)
		rightToLeft = rightToLeft || c >= firstRightToLeft && unicode.In(c, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko)
	}
	if rightToLeft {
		return isolate + b.String() + endIsolate
	}
	return b.String()
}

// firstRightToLeft is where the scripts that are written from the right begin.
const firstRightToLeft = '\u0590'

// isClean says whether a text is one line of visible ASCII with single spaces in it.
func isClean(s string) bool {
	before := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return s == "" || before != ' '
}

// hidden says whether a character changes how others look without being seen. The
// joiners that Persian and emoji need are not among them.
func hidden(c rune) bool {
	switch {
	case c >= '\u202A' && c <= '\u202E', c >= '\u2066' && c <= '\u2069': // embeddings, overrides, isolates
		return true
	case c == '\u200E', c == '\u200F', c == '\u061C': // marks of direction
		return true
	case c == '\u200B', c == '\u2060', c == '\uFEFF': // zero width space, word joiner, byte order mark
		return true
	}
	return false
}

// cut shortens clean text to a width. It never splits a rune, and a letter from its
// marks or an emoji from its parts only when there are absurdly many.
func cut(s string, limit int) string {
	if width(s) <= limit {
		return s
	}
	runes := []rune(s)
	n, used := 0, width(ellipsis)
	for ; n < len(runes); n++ {
		switch string(runes[n]) {
		case isolate:
			used++ // its end must fit as well
		case endIsolate:
			used--
		}
		if used+runeWidth(runes[n]) > limit {
			break
		}
		used += runeWidth(runes[n])
	}
	for back := 0; back < 16 && n > 1 && n < len(runes) && inseparable(runes[n-1], runes[n]); back++ {
		n--
	}
	kept := strings.TrimRight(string(runes[:n]), " ")
	open := strings.Count(kept, isolate) - strings.Count(kept, endIsolate)
	return kept + ellipsis + strings.Repeat(endIsolate, max(open, 0))
}

// inseparable says whether two runes look like one character.
func inseparable(a, b rune) bool {
	const joiner = '\u200D'
	return a == joiner || b == joiner || unicode.In(b, unicode.Mn, unicode.Me) ||
		(b >= 0x1F3FB && b <= 0x1F3FF) || // skin tones
		(b >= 0xE0020 && b <= 0xE007F) || // flags spelt with tags
		(a >= 0x1F1E6 && a <= 0x1F1FF && b >= 0x1F1E6 && b <= 0x1F1FF) // flags of two letters
}

// line is outside text for plain_text.
func line(s string, limit int) string { return cut(cleanTo(s, limit), limit) }

// outside is outside text for mrkdwn and top-level text, at most limit wide with
// everything that escaping adds.
func outside(s string, limit int) string { return escaped(s, limit, neutral) }

// copyable is outside for addresses and numbers that people copy out of a block: there
// mrkdwn is verbatim, which is enough against links and names, and so nothing invisible
// is put into them. It has no place in top-level text.
func copyable(s string, limit int) string { return escaped(s, limit, unformatted) }

func escaped(s string, limit int, escape func(string) string) string {
	s = cleanTo(s, limit)
	for raw := limit; raw > 1; {
		out := escape(cut(s, raw))
		over := width(out) - limit
		if over <= 0 {
			return out
		}
		raw -= max(over/5, 1) // escaping makes a character at most five times as wide
	}
	return ellipsis
}

// neutral escapes text and takes the effect of everything that Slack would format.
func neutral(s string) string {
	return tamed(s, func(c, before, after rune) bool {
		switch c {
		case ':':
			return wordRune(after) || strings.ContainsRune("/_+-", after) // :emoji:, https://, mailto:x
		case '@':
			return wordRune(after)
		case '.':
			return wordRune(before) && unicode.IsLetter(after) // www.example.com
		}
		return false
	})
}

// unformatted is neutral for verbatim mrkdwn.
func unformatted(s string) string {
	return tamed(s, func(c, _, after rune) bool {
		return c == ':' && (wordRune(after) || strings.ContainsRune("_+-", after)) // :emoji:
	})
}

// tamed escapes text, takes the effect of formatting characters, and splits where the
// text must not stay together.
func tamed(s string, split func(c, before, after rune) bool) string {
	var b strings.Builder
	runes := []rune(s)
	at := func(i int) rune {
		if i < 0 || i >= len(runes) {
			return ' '
		}
		return runes[i]
	}
	for i, c := range runes {
		switch {
		case c == '&':
			b.WriteString("&amp;")
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString(wordJoiner + "&gt;") // at the start of a line it would quote
		case c == '*', c == '~', c == '`', c == '_' && !(wordRune(at(i-1)) && wordRune(at(i+1))):
			b.WriteString(wordJoiner + string(c) + wordJoiner)
		case split(c, at(i-1), at(i+1)):
			b.WriteString(string(c) + wordJoiner)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

func wordRune(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// cutMarkup shortens finished mrkdwn to a width without splitting an entity or a
// mention. It is the last resort: all outside parts have smaller limits of their own.
func cutMarkup(s string, limit int) string {
	if width(s) <= limit {
		return s
	}
	end, used := 0, width(ellipsis)
	for i, c := range s {
		if used+runeWidth(c) > limit {
			break
		}
		used += runeWidth(c)
		end = i + utf8.RuneLen(c)
	}
	s = s[:end]
	if open := strings.LastIndexByte(s, '<'); open > strings.LastIndexByte(s, '>') {
		s = s[:open]
	}
	if open := strings.LastIndexByte(s, '&'); open > strings.LastIndexByte(s, ';') {
		s = s[:open]
	}
	return strings.TrimRight(s, " \n") + ellipsis
}

// plain is a plain_text object of our own words with outside text that went through
// line.
func plain(s string, limit int) *slack.TextBlockObject {
	s = cut(s, limit)
	if strings.TrimSpace(s) == "" {
		s = "–" // Slack refuses an empty text
	}
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// mrkdwn is a mrkdwn object of our own words with outside text in it.
func mrkdwn(s string, limit int) *slack.TextBlockObject {
	s = cutMarkup(s, limit)
	if strings.TrimSpace(s) == "" {
		s = "–"
	}
	return slack.NewTextBlockObject(slack.MarkdownType, s, false, true)
}

var (
	userID    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`) })
	groupID   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^S[A-Z0-9]{1,30}$`) })
	channelID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[CG][A-Z0-9]{1,30}$`) })
)

// mention names a person, a user group or a channel by id.
func mention(id string) string {
	switch {
	case id == renewal.System:
		return "Renewbot"
	case userID().MatchString(id):
		return "<@" + id + ">"
	case groupID().MatchString(id):
		return "<!subteam^" + id + ">"
	case channelID().MatchString(id):
		return "<#" + id + ">"
	}
	return outside(id, 40)
}

// mentions names several, at most limit of them.
func mentions(ids []string, limit int) string {
	var out []string
	for i, id := range ids {
		if i == limit {
			out = append(out, fmt.Sprintf("%d more", len(ids)-limit))
			break
		}
		out = append(out, mention(id))
	}
	return joinWith(", ", out...)
}

// moment shows a time in each reader's own zone.
func moment(t time.Time) string { return date(t, "{date_short_pretty} {time}", "2006-01-02 15:04 MST") }

// day shows a date in each reader's own zone.
func day(t time.Time) string { return date(t, "{date_short}", time.DateOnly) }

func date(t time.Time, format, fallback string) string {
	t = t.UTC()
	if t.Unix() <= 0 || t.Year() > 9999 {
		return t.Format(fallback)
	}
	return fmt.Sprintf("<!date^%d^%s|%s>", t.Unix(), format, t.Format(fallback))
}

// count writes a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
