// Package typed reads what people type after /renew, as phones, keyboards and pasted
// messages give it. It knows nobody and does nothing.
package typed

import (
	"cmp"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"renewbot/bot/renewal"
)

// Command is what somebody typed after /renew.
type Command struct {
	Verb    Verb
	Request int64  // the number of the request that is meant, or of a batch, see renewal.BatchOf; 0: none
	Link    Link   // of a message of the request that is meant, where its number is not told
	Person  string // the Slack user id of whoever is mentioned: the deputy, or whose renewals are meant
	Text    string // what is looked for, a reason, until when, which messages, or before the help what was wrong
}

// Verb is what they want.
type Verb string

// The verbs.
const (
	Open   Verb = "open" // the form, for the customer that Text names
	Help   Verb = "help"
	List   Verb = "list"
	Status Verb = "status" // of one request or batch, or of those of the customer that Text names
	Cancel Verb = "cancel"
	Pause  Verb = "pause" // all orders, for the reason in Text
	Resume Verb = "resume"
	Due    Verb = "due"     // renewals due, as Text narrows them, and of Person alone if there is one
	Past   Verb = "history" // of whom Text names
	Batch  Verb = "batch"   // several renewals at once, filled from those due, narrowed likewise

	Deputy    Verb = "deputy"     // Person decides for me until the day in Text
	DeputyOff Verb = "deputy off" // Person's, if one is named
	Deputies  Verb = "deputies"

	Notify Verb = "notify" // me of all, result or none, as Text says; empty: what holds now
)

// asTyped undoes the escapes in which Slack sends the text of a command.
var asTyped = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// markup is Slack's own for links, people and channels, with the words that people see.
// What people type themselves comes escaped.
// https://docs.slack.dev/messaging/formatting-message-text
var markup = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<(?:mailto:|tel:)?([^<>|]*)(?:\|([^<>]*))?>`) })

// alike are signs that phones and other programs put for those of a keyboard.
var alike = strings.NewReplacer(
	"’", "'", "‘", "'", "‚", "'", "‛", "'", "ʼ", "'", "´", "'", "`", "'", "“", `"`, "”", `"`, "„", `"`, "‟", `"`, "«", `"`, "»", `"`,
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-", "﹘", "-", "﹣", "-", "－", "-")

const (
	emphasis    = `*_~"'`                      // signs around a word that are no part of it
	punctuation = `.,:;!?()[]<>‹›…。、「」『』《》،؛؟` // the same around a command or a number
)

// plainly is a command's text as it looks to who typed it: without Slack's markup and signs
// that nobody sees, in the signs of a keyboard.
func plainly(text string) string {
	return clean(shown(link(), asTyped.Replace(shown(markup(), text))))
}

// link is what Slack's markup makes of an address that is pasted. What people type
// there themselves may be a name.
var link = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`<((?:mailto:|tel:|https?://)[^<>|]*)(?:\|([^<>]*))?>`)
})

// shown is a text with what people see of markup in place of it.
func shown(markup *regexp.Regexp, text string) string {
	return markup.ReplaceAllStringFunc(text, func(m string) string {
		parts := markup.FindStringSubmatch(m)
		return cmp.Or(parts[2], parts[1])
	})
}

// Field is what somebody typed or pasted into a field, as Parse reads what is looked for.
func Field(s string) string { return sought(clean(shown(link(), s))) }

// sought is what is looked for, without what makes a link of an address.
func sought(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		for _, scheme := range []string{"mailto:", "tel:", "https://", "http://"} {
			if n := len(scheme); len(word) > n && strings.EqualFold(word[:n], scheme) {
				words[i] = strings.TrimSuffix(word[n:], "/")
			}
		}
	}
	return strings.Join(words, " ")
}

// brackets close what others open.
var brackets = map[rune]rune{'(': ')', '[': ']', '{': '}', '‹': '›', '「': '」', '『': '』', '《': '》'}

// unbracketed is a text without the brackets that stand around all of it.
func unbracketed(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	last, m := utf8.DecodeLastRuneInString(s)
	if n+m >= len(s) || brackets[first] != last || last == 0 {
		return s
	}
	if inner := s[n : len(s)-m]; !strings.ContainsRune(inner, first) && !strings.ContainsRune(inner, last) {
		return strings.TrimSpace(inner)
	}
	return s
}

// clean is a text without signs that nobody sees and those around its words, in the signs of a
// keyboard.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
			return -1
		case r == '\u2800': // a blank of braille, which is no space for Unicode
			return ' '
		}
		return r
	}, text)
	var words []string
	for word := range strings.FieldsSeq(norm.NFKC.String(alike.Replace(text))) {
		if word = strings.Trim(word, emphasis); word != "" {
			words = append(words, word)
		}
	}
	return unbracketed(strings.Join(words, " "))
}

// person is somebody who is mentioned, as Slack sends it of a command that it escapes.
var person = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<@([UW][A-Z0-9]{1,30})(?:\|[^<>]*)?>`) })

// deputy reads who decides for somebody, and until when.
func deputy(typed string) Command {
	people := person().FindAllStringSubmatch(typed, -1)
	_, rest, _ := strings.Cut(plainly(person().ReplaceAllString(typed, " ")), " ")
	words := strings.Fields(rest)
	switch {
	case len(people) == 0 && len(words) == 1 && bare(words[0]) == "off":
		return Command{Verb: DeputyOff}
	case len(people) == 1 && len(words) == 1 && bare(words[0]) == "off":
		return Command{Verb: DeputyOff, Person: people[0][1]}
	case len(people) == 1 && rest != "" && !strings.Contains(rest, "@"):
		return Command{Verb: Deputy, Person: people[0][1], Text: rest}
	case len(people) == 0 && strings.Contains(rest, "@"):
		return Command{Verb: Help, Text: "I could not read whom you mean: choose them from what Slack proposes after the @. " +
			"If it goes on, the app is installed from an old manifest, which has to be replaced."}
	}
	return Command{Verb: Help, Text: "After “deputy” I need one colleague and until when, such as “deputy @colleague until Friday”, or “off”."}
}

// narrowed reads what narrows the list of renewals due: who is mentioned is whose they are.
func narrowed(verb Verb, typed string) Command {
	c := Command{Verb: verb}
	if owner := person().FindStringSubmatch(typed); owner != nil {
		c.Person = owner[1]
	}
	_, rest, _ := strings.Cut(plainly(person().ReplaceAllString(typed, " ")), " ")
	c.Text = sought(rest)
	return c
}

// notify reads which direct messages somebody wants.
func notify(words []string) Command {
	if len(words) == 0 {
		return Command{Verb: Notify}
	}
	if n, ok := renewal.ParseNotify(bare(words[0])); ok && len(words) == 1 {
		return Command{Verb: Notify, Text: string(n)}
	}
	return Command{Verb: Help, Text: "After “notify” I need all, result or none; alone it says what holds for you."}
}

// Parse reads what somebody typed after /renew. Anything that is no command is
// taken for part of a customer's name.
func Parse(text string) Command {
	typed := text
	text = plainly(text)
	words := strings.Fields(text)
	if len(words) == 0 {
		return Command{Verb: Open}
	}
	switch first := bare(words[0]); {
	case first == "help" || strings.Trim(words[0], "?") == "":
		return Command{Verb: Help}
	case first == "list" && len(words) == 1:
		return Command{Verb: List}
	case first == "resume" && len(words) == 1:
		return Command{Verb: Resume}
	case first == "deputies" && len(words) == 1:
		return Command{Verb: Deputies}
	case first == "notify":
		return notify(words[1:])
	case first == "deputy":
		return deputy(typed)
	case first == "pause":
		return Command{Verb: Pause, Text: strings.Join(words[1:], " ")}
	case first == "due":
		return narrowed(Due, typed)
	case first == "history":
		return Command{Verb: Past, Text: sought(strings.Join(words[1:], " "))}
	case first == "batch":
		return narrowed(Batch, typed)
	case first == "status" && len(words) == 2 && serialNumber().MatchString(words[1]):
		return Command{Verb: Status, Text: words[1]}
	case first == "status" || first == "cancel":
		return about(Verb(first), typed, strings.Join(words[1:], " "))
	}
	return Command{Verb: Open, Text: sought(text)}
}

// bare is a word that stands for a command or a number, without what is around it, and with
// the digits of a Western keyboard.
func bare(word string) string {
	return strings.ToLower(strings.Map(westernDigit, strings.Trim(word, emphasis+punctuation+" ")))
}

func westernDigit(r rune) rune {
	switch {
	case r >= '٠' && r <= '٩':
		return r - '٠' + '0'
	case r >= '۰' && r <= '۹':
		return r - '۰' + '0'
	}
	return r
}

// orderNumber is how the vendor writes the numbers of its orders, and people with something between.
var orderNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\b(XS)[-_ #.:]{0,3}([0-9]{10,30})\b`) })

// OrderNumber is the number of an order as the vendor writes it, out of what somebody typed
// or pasted into a field. What looks like none is left as it is, but for what nobody sees.
func OrderNumber(s string) string {
	s = Field(s)
	if found := orderNumber().FindAllStringSubmatch(s, 2); len(found) == 1 {
		return strings.ToUpper(found[0][1]) + found[0][2]
	}
	return strings.Trim(s, emphasis+punctuation+" #")
}
