package slacksim

import "slices"

// Posting says who may write in a channel, as the people who manage it have set it. The zero
// value lets everybody.
// https://docs.slack.dev/reference/methods/admin.conversations.setConversationPrefs
type Posting struct {
	Managers   bool // only managers write messages; the app is none
	Threads    bool // only managers reply in threads
	OnlyThread bool // nobody but managers writes outside of threads
}

// Restrict sets who may write in a channel.
func (w *Workspace) Restrict(channelID string, p Posting) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.channels.must(channelID).Posting = p
	w.touch(Change{Kind: ChangeChannel, Channel: channelID})
}

// MakePrivate makes a public channel private. Its id stays.
func (w *Workspace) MakePrivate(channelID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.channels.must(channelID).Private = true
	w.touch(Change{Kind: ChangeChannel, Channel: channelID})
}

// MakePublic makes a private channel public. Its id stays.
func (w *Workspace) MakePublic(channelID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.channels.must(channelID).Private = false
	w.touch(Change{Kind: ChangeChannel, Channel: channelID})
}

// LockThread lets nobody reply to a message, as administrators can.
func (w *Workspace) LockThread(r Ref) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.channels.must(r.Channel)
	ch.locked = append(ch.locked, r.TS)
}

// MoveChannel gives a channel another id, as Slack does when a private channel is to be
// shared with another company, and sends channel_id_changed if declared.
// https://docs.slack.dev/reference/events/channel_id_changed
func (w *Workspace) MoveChannel(from, to string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moveChannel(from, to)
	w.events.emit("channel_id_changed", obj{"old_channel_id": from, "new_channel_id": to})
}

// MoveChannelUnheard gives a channel another id, and the app does not hear of it: it was off for longer
// than Slack keeps events, or the id changed for a reason of which Slack sends none.
func (w *Workspace) MoveChannelUnheard(from, to string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.moveChannel(from, to)
}

func (w *Workspace) moveChannel(from, to string) {
	ch := w.channels.must(from)
	ch.ID = to
	for _, m := range ch.messages {
		m.Channel = to
	}
	delete(w.channels.byID, from)
	w.channels.byID[to] = ch
	w.channels.order[slices.Index(w.channels.order, from)] = to
	ch.exported = nil
	w.touch(Change{Kind: ChangeChannel, Channel: to})
}

// CopyChannel makes a channel with the members and messages of another one, as an import may.
func (w *Workspace) CopyChannel(from, to string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.channels.must(from)
	c := ch.Channel
	c.ID, c.Members = to, slices.Clone(ch.Members)
	twin := w.channels.add(c)
	for _, m := range ch.messages {
		same := *m
		same.Channel = to
		twin.messages = append(twin.messages, &same)
	}
}

// closedTo says why the app may not write in a channel, or in a thread of it.
func (ch *channel) closedTo(threadTS string) *apiError {
	switch {
	case ch.Posting.Managers:
		return fail("restricted_action_read_only_channel")
	case threadTS == "" && ch.Posting.OnlyThread:
		return fail("restricted_action_thread_only_channel")
	case threadTS != "" && ch.Posting.Threads:
		return fail("restricted_action_non_threadable_channel")
	case threadTS != "" && slices.Contains(ch.locked, threadTS):
		return fail("restricted_action_thread_locked")
	}
	return nil
}

// properties are what conversations.info says of who may write.
func (p Posting) properties() obj {
	managers := obj{"type": []string{"admin"}, "user": []string{}}
	out := obj{}
	if p.Managers {
		out["posting_restricted_to"] = managers
	}
	if p.Threads {
		out["threads_restricted_to"] = managers
	}
	return out
}
