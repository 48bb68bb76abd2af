package blocks

import (
	"strings"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
)

// Answer is a sentence for one person.
func Answer(s renewal.Sentence) Message { return oneLineMessage("answer", told(s)) }

// Notice is a view of one sentence.
func Notice(title string, s renewal.Sentence) slack.ModalViewRequest {
	return modal(CallbackNotice, line(title, limitTitle), section("notice", told(s)))
}

// FieldError is a sentence at a field of a form. Slack shows it as plain text, in which
// nobody can be mentioned.
func FieldError(s renewal.Sentence) string {
	return line(spell(s, func(s string) string { return s }, nameless), limitLabel)
}

// told is a sentence as mrkdwn.
func told(s renewal.Sentence) string {
	return spell(s, func(text string) string { return outside(text, limitSection) }, mention)
}

// nameless is what stands for somebody where nobody can be mentioned.
func nameless(id string) string {
	if userID().MatchString(id) {
		return "a colleague"
	}
	return mention(id)
}

// spell writes a sentence, its texts and its ids each in their way.
func spell(s renewal.Sentence, text, name func(string) string) string {
	var b strings.Builder
	for _, part := range s {
		switch part := part.(type) {
		case renewal.Text:
			b.WriteString(spaced(string(part), text))
		case renewal.ID:
			b.WriteString(name(string(part)))
		case renewal.State:
			st := stateOf(part.Request)
			b.WriteString(join(part.Request.Reference(), spell(st.is, text, name), st.end))
		}
	}
	return b.String()
}

// spaced writes a text that stands between others: one space at an end stays.
func spaced(s string, text func(string) string) string {
	inner := text(s)
	if strings.HasPrefix(s, " ") {
		inner = " " + strings.TrimPrefix(inner, " ")
	}
	if strings.HasSuffix(s, " ") {
		inner = strings.TrimSuffix(inner, " ") + " "
	}
	return inner
}
