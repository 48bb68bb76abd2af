package bot

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"renewbot/bot/renewal"
)

// typed is what somebody typed after /renew.
type typed struct {
	verb verb
	id   int64  // of the request that is meant
	text string // what is looked for
}

type verb string

const (
	verbOpen   verb = "open" // the form, for the customer that text names
	verbHelp   verb = "help"
	verbList   verb = "list"
	verbStatus verb = "status" // of one request, or of those of the customer that text names
	verbCancel verb = "cancel"
)

// asTyped undoes the escapes in which Slack sends the text of a command.
var asTyped = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")

// markup is Slack's own for links, people and channels, with the words that people see.
// What people type themselves comes escaped.
// https://docs.slack.dev/messaging/formatting-message-text
var markup = regexp.MustCompile(`<(?:mailto:|tel:)?([^<>|]*)(?:\|([^<>]*))?>`)

// alike are signs that phones and other programs put for those of a keyboard.
var alike = strings.NewReplacer(
	"’", "'", "‘", "'", "‚", "'", "‛", "'", "ʼ", "'", "´", "'", "`", "'", "“", `"`, "”", `"`, "„", `"`, "‟", `"`, "«", `"`, "»", `"`,
	"‐", "-", "‑", "-", "‒", "-", "–", "-", "—", "-", "―", "-", "−", "-", "﹘", "-", "﹣", "-", "－", "-")

const (
	emphasis    = `*_~"'`         // signs around a word that are no part of it
	punctuation = `.,:;!?()[]<>…` // the same around a command or a number
)

// meantAsNumber is what nobody calls a customer: it was to be a request's number.
var meantAsNumber = regexp.MustCompile(`^(?i:rnw-|#)|^[^\pL]*$`)

// plainly is a command's text as it looks to who typed it: without Slack's markup and signs
// that nobody sees, in the signs of a keyboard.
func plainly(text string) string {
	text = markup.ReplaceAllStringFunc(text, func(m string) string {
		parts := markup.FindStringSubmatch(m)
		if parts[2] != "" {
			return parts[2]
		}
		return parts[1]
	})
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			return -1
		}
		return r
	}, asTyped.Replace(text))
	var words []string
	for word := range strings.FieldsSeq(alike.Replace(text)) {
		if word = strings.Trim(word, emphasis); word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

// parseCommand reads what somebody typed after /renew. Anything that is no command is
// taken for part of a customer's name.
func parseCommand(text string) typed {
	text = plainly(text)
	words := strings.Fields(text)
	if len(words) == 0 {
		return typed{verb: verbOpen}
	}
	switch first := bare(words[0]); {
	case first == "help" || words[0] == "?":
		return typed{verb: verbHelp}
	case first == "list" && len(words) == 1:
		return typed{verb: verbList}
	case first == "status" || first == "cancel":
		if len(words) == 2 {
			if id, ok := requestNumber(bare(words[1])); ok {
				return typed{verb: verb(first), id: id}
			}
		}
		rest := strings.Join(words[1:], " ")
		if first == "status" && rest != "" && !meantAsNumber.MatchString(rest) {
			return typed{verb: verbStatus, text: rest}
		}
		return typed{verb: verbHelp, text: fmt.Sprintf("After “%s” I need a request's number, such as %s.", first, renewal.Reference(123))}
	}
	return typed{verb: verbOpen, text: text}
}

// bare is a word that stands for a command or a number, without what is around it.
func bare(word string) string { return strings.ToLower(strings.Trim(word, emphasis+punctuation)) }

// requestNumber reads a request's number, with or without the letters before it.
func requestNumber(s string) (int64, bool) {
	if id, ok := renewal.ParseReference(s); ok {
		return id, true
	}
	return renewal.ParseReference("RNW-" + strings.TrimPrefix(s, "#"))
}
