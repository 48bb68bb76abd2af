package renewal

import "strings"

// Sentence is what people read, in parts. It is plain text throughout: whoever shows it
// escapes the texts, names people, and tells a state in the words that everybody sees.
type Sentence []Part

// Part is a Text, an ID or a State.
type Part interface {
	// log is the part for logs, where nobody is named and no state is explained.
	log() string
}

type (
	// Text is plain text.
	Text string
	// ID names a person or a channel by their Slack id.
	ID string
	// State tells where a request stands, beginning with its reference.
	State struct{ Request Request }
)

// Say is a sentence of text alone.
func Say(text string) Sentence { return Sentence{Text(text)} }

// String is the sentence for logs.
func (s Sentence) String() string {
	var b strings.Builder
	for _, p := range s {
		b.WriteString(p.log())
	}
	return b.String()
}

func (t Text) log() string  { return string(t) }
func (id ID) log() string   { return string(id) }
func (s State) log() string { return s.Request.Reference() + " is " + string(s.Request.Status) + "." }
