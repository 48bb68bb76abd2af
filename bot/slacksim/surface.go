package slacksim

import (
	"strings"
	"unicode/utf8"
)

// Command is a slash command as the composer offers it.
type Command struct{ Command, Description, Hint string }

// Commands lists the app's slash commands.
func (w *Workspace) Commands() []Command {
	var out []Command
	for _, c := range w.manifest.Features.Commands {
		out = append(out, Command{c.Command, c.Description, c.UsageHint})
	}
	return out
}

// Shortcut is a shortcut as Slack's menus offer it; its type is global or message.
type Shortcut struct{ Name, Type, CallbackID, Description string }

// Shortcuts lists the app's shortcuts.
func (w *Workspace) Shortcuts() []Shortcut {
	var out []Shortcut
	for _, s := range w.manifest.Features.Shortcuts {
		out = append(out, Shortcut(s))
	}
	return out
}

// AppName is the app's name, as its Home shows it.
func (w *Workspace) AppName() string { return w.manifest.Display.Name }

// Say posts what the person types into a channel, or into the thread of a message.
func (p *Person) Say(channelID, text, threadTS string) (Message, error) {
	const what = "post a message"
	w := p.ws
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := p.user(what); err != nil {
		return Message{}, err
	}
	ch, err := p.visibleChannel(what, channelID)
	if err != nil {
		return Message{}, err
	}
	app := w.manifest.Features.AppHome
	switch {
	case ch.Archived:
		return Message{}, p.refuse(what, "the channel is archived")
	case ch.IM && (!app.Messages || app.ReadOnly):
		return Message{}, p.refuse(what, "messages to this app have been turned off")
	case strings.TrimSpace(text) == "":
		return Message{}, p.refuse(what, "there is nothing in it")
	case utf8.RuneCountInString(text) > longestPost:
		return Message{}, p.refuse(what, "a message takes %d characters", longestPost)
	}
	m := &Message{Channel: ch.ID, User: p.id, Text: text}
	if threadTS != "" {
		if parent := ch.find(threadTS); parent == nil || parent.IsReply() {
			return Message{}, p.refuse(what, "there is no such thread")
		}
		m.ThreadTS = threadTS
	}
	m.TS = w.newTS()
	ch.messages = append(ch.messages, m)
	w.channels.messageChanged(ch, m.TS, p.id)
	return *m, nil
}
