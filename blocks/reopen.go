package blocks

import "github.com/slack-go/slack"

// Preface puts a sentence of ours before a message.
func Preface(s string, m Message) Message {
	s = outside(s, limitSection)
	return Message{
		Text:   cutMarkup(s+"\n"+m.Text, limitMessageText),
		Blocks: append([]slack.Block{section("preface", s)}, m.Blocks...),
	}
}

// Reopen is a sentence of ours with a button that opens the form: a click has a fresh
// trigger.
func Reopen(s string) Message {
	m := oneLineMessage("reopen", outside(s, limitSection))
	open := slack.NewButtonBlockElement(ActionOpenForm, "reopen", plain("Open the form", limitButton)).WithStyle(slack.StylePrimary)
	m.Blocks = append(m.Blocks, slack.NewActionBlock("reopen.actions", open))
	return m
}
