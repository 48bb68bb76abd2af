package slacksim

import (
	"encoding/json"
	"slices"
	"strings"
)

// Message is a message as the workspace keeps it.
type Message struct {
	Channel     string
	TS          string
	ThreadTS    string // set on replies, and on parents that have replies
	User        string
	BotID       string // set on messages of the app
	Text        string
	Blocks      json.RawMessage // with block ids filled in, nil if there are none
	Attachments json.RawMessage
	Metadata    json.RawMessage
	Files       []MessageFile
	Edited      bool
	Broadcast   bool // a reply that is shown in the channel too
	Deleted     bool // a deleted parent that still has replies
	EphemeralTo string
	Replies     int
	Version     uint64 // of the workspace when the message last changed

	blocks       []any  // Blocks, decoded
	state        state  // what people chose in the message's elements
	rendered     string // as text, with the names of namesVersion
	namesVersion uint64
}

// Ref names a message: channel id and ts.
type Ref struct{ Channel, TS string }

// Ref is the message's identity.
func (m Message) Ref() Ref { return Ref{m.Channel, m.TS} }

// IsReply says whether the message stands in a thread of another one.
func (m Message) IsReply() bool { return m.ThreadTS != "" && m.ThreadTS != m.TS }

// Buttons lists the text of every button, in order.
func (m Message) Buttons() []string { return buttonTexts(m.blocks) }

func buttonTexts(blocks []any) []string {
	var out []string
	eachElement(blocks, func(p element) {
		if p.typ() == "button" || p.typ() == "workflow_button" {
			out = append(out, textOf(p.fields["text"]))
		}
	})
	return out
}

// export is the channel's messages as a snapshot shows them, made anew only after a change.
func (ch *channel) export(s *Snapshot) []Message {
	if ch.exported != nil && ch.exportedNames == s.namesVersion {
		return ch.exported
	}
	replies := map[string]int{}
	for _, m := range ch.messages {
		if m.IsReply() {
			replies[m.ThreadTS]++
		}
	}
	out := make([]Message, len(ch.messages))
	for i, m := range ch.messages {
		out[i] = m.export(s, replies[m.TS])
	}
	ch.exported, ch.exportedNames = out, s.namesVersion
	return out
}

func (m *Message) export(s *Snapshot, replies int) Message {
	if m.rendered == "" || m.namesVersion != s.namesVersion {
		m.rendered, m.namesVersion = s.render(*m), s.namesVersion
	}
	out := *m
	if replies > 0 {
		out.Replies, out.ThreadTS = replies, m.TS
	}
	return out
}

func (ch *channel) find(ts string) *Message {
	i, ok := slices.BinarySearchFunc(ch.messages, ts, func(m *Message, ts string) int { return strings.Compare(m.TS, ts) })
	if !ok {
		return nil
	}
	return ch.messages[i]
}

func (ch *channel) replies(ts string) []*Message {
	var out []*Message
	for _, m := range ch.messages {
		if m.ThreadTS == ts && m.TS != ts {
			out = append(out, m)
		}
	}
	return out
}

// addMessage stores a message of the app.
func (ct *chat) addMessage(ch *channel, m *Message) {
	m.Channel, m.TS, m.User, m.BotID = ch.ID, ct.newTS(), ct.botUserID, ct.botID
	ch.messages = append(ch.messages, m)
	ct.channels.messageChanged(ch, m.TS, m.User)
}

// remove deletes a message; a parent with replies stays as a tombstone.
func (ct *chat) remove(ch *channel, m *Message) {
	if len(ch.replies(m.TS)) > 0 {
		m.Deleted, m.Text, m.blocks, m.Blocks, m.Attachments, m.Metadata, m.Files = true, "This message was deleted.", nil, nil, nil, nil, nil
	} else {
		ch.messages = slices.DeleteFunc(ch.messages, func(o *Message) bool { return o == m })
	}
	ct.channels.messageChanged(ch, m.TS, "")
}

// Say posts a message of a person, for example the parent of a thread, and returns it.
func (w *Workspace) Say(channelID, user, text, threadTS string) Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.channels.must(channelID)
	m := &Message{Channel: channelID, TS: w.newTS(), User: user, Text: text, ThreadTS: threadTS}
	ch.messages = append(ch.messages, m)
	w.channels.messageChanged(ch, m.TS, user)
	return *m
}

// DeleteMessage deletes a message as an administrator, or retention, would.
func (w *Workspace) DeleteMessage(r Ref) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.channels.must(r.Channel)
	if m := ch.find(r.TS); m != nil {
		w.chat.remove(ch, m)
	}
}

// Message returns a message by its identity.
func (w *Workspace) Message(r Ref) (Message, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.channels.byID[r.Channel]
	if ch == nil {
		return Message{}, false
	}
	m := ch.find(r.TS)
	if m == nil || m.Deleted {
		return Message{}, false
	}
	return m.export(w.names(), len(ch.replies(m.TS))), true
}

// messageJSON is the message object of the Web API and of interaction payloads.
func (ct *chat) messageJSON(ch *channel, m *Message, metadata bool) obj {
	out := obj{"type": "message", "ts": m.TS, "user": m.User, "text": m.Text, "team": ct.teamID}
	if m.Deleted {
		out["subtype"], out["hidden"], out["user"] = "tombstone", true, "USLACKBOT"
	}
	if m.BotID != "" && !m.Deleted {
		out["bot_id"], out["app_id"] = m.BotID, ct.appID
		name := ct.people.users[ct.botUserID].Name
		out["bot_profile"] = obj{"id": ct.botID, "app_id": ct.appID, "name": name, "deleted": false, "team_id": ct.teamID, "updated": 1}
	}
	if m.blocks != nil {
		out["blocks"] = m.blocks
	}
	if m.Attachments != nil {
		out["attachments"] = m.Attachments
	}
	if len(m.Files) > 0 {
		var carried []obj
		for _, f := range m.Files {
			carried = append(carried, ct.files.json(ct.files.byID[f.ID]))
		}
		out["files"], out["upload"] = carried, true
	}
	if m.Edited {
		out["edited"] = obj{"user": m.User, "ts": m.TS}
	}
	if metadata && m.Metadata != nil {
		out["metadata"] = m.Metadata
	}
	if m.Broadcast {
		out["subtype"] = "thread_broadcast"
	}
	if m.IsReply() {
		out["thread_ts"] = m.ThreadTS
		if parent := ch.find(m.ThreadTS); parent != nil {
			out["parent_user_id"] = parent.User
		}
		return out
	}
	if replies := ch.replies(m.TS); len(replies) > 0 {
		var users []string
		for _, r := range replies {
			if !slices.Contains(users, r.User) {
				users = append(users, r.User)
			}
		}
		out["thread_ts"], out["reply_count"] = m.TS, len(replies)
		out["reply_users"], out["reply_users_count"] = users, len(users)
		out["latest_reply"], out["is_locked"], out["subscribed"] = replies[len(replies)-1].TS, false, false
	}
	return out
}
