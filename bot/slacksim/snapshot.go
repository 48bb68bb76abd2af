package slacksim

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// ChannelState is a channel and everything in it.
type ChannelState struct {
	Channel
	Messages []Message // by ts, replies and deleted parents with replies included
}

// Snapshot is the whole workspace at one moment, in plain values that are never changed afterwards.
type Snapshot struct {
	Version    uint64
	Users      []User
	Groups     []UserGroup
	Channels   []ChannelState
	Ephemerals map[string][]Message // by the person who sees them
	Stacks     map[string][]View    // open modals by person, the root first
	Homes      map[string]View      // by person
	Sockets    int

	namesVersion uint64 // version at which a name last changed
}

// Snapshot returns the workspace as it is now.
func (w *Workspace) Snapshot() *Snapshot {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.snap()
}

func (w *Workspace) snap() *Snapshot {
	if w.snapshot != nil {
		return w.snapshot
	}
	s := w.names()
	s.Ephemerals, s.Stacks, s.Homes, s.Sockets = map[string][]Message{}, map[string][]View{}, map[string]View{}, len(w.sockets.live())
	for i := range s.Channels {
		s.Channels[i].Messages = w.channels.byID[s.Channels[i].ID].export(s)
	}
	for _, m := range w.channels.ephemerals {
		s.Ephemerals[m.EphemeralTo] = append(s.Ephemerals[m.EphemeralTo], *m)
	}
	for user, stack := range w.views.stacks {
		for _, v := range stack {
			s.Stacks[user] = append(s.Stacks[user], v.export())
		}
	}
	for user, v := range w.views.homes {
		s.Homes[user] = v.export()
	}
	w.snapshot = s
	return s
}

// names is a snapshot without what is in the channels: all that rendering a message needs.
func (w *Workspace) names() *Snapshot {
	s := &Snapshot{Version: w.version, namesVersion: w.namesVersion}
	for _, id := range w.people.userOrder {
		s.Users = append(s.Users, *w.people.users[id])
	}
	for _, id := range w.people.groupOrder {
		s.Groups = append(s.Groups, *w.people.groups[id])
	}
	for _, id := range w.channels.order {
		s.Channels = append(s.Channels, ChannelState{Channel: w.channels.byID[id].Channel})
	}
	return s
}

// User returns the person with the id.
func (s *Snapshot) User(id string) (User, bool) {
	i := slices.IndexFunc(s.Users, func(u User) bool { return u.ID == id })
	if i < 0 {
		return User{}, false
	}
	return s.Users[i], true
}

// Channel returns the channel with the id or name.
func (s *Snapshot) Channel(idOrName string) (ChannelState, bool) {
	for _, c := range s.Channels {
		if c.ID == idOrName || c.Name != "" && c.Name == strings.TrimPrefix(idOrName, "#") {
			return c, true
		}
	}
	return ChannelState{}, false
}

// Messages returns what stands in a channel itself: top-level messages and broadcast replies, oldest first.
func (s *Snapshot) Messages(channel string) []Message {
	c, _ := s.Channel(channel)
	var out []Message
	for _, m := range c.Messages {
		if !m.Deleted && (!m.IsReply() || m.Broadcast) {
			out = append(out, m)
		}
	}
	return out
}

// Thread returns a message and its replies, oldest first.
func (s *Snapshot) Thread(channel, ts string) []Message {
	c, _ := s.Channel(channel)
	var out []Message
	for _, m := range c.Messages {
		if m.TS == ts || m.ThreadTS == ts {
			out = append(out, m)
		}
	}
	return out
}

// All returns every message of a channel, replies included, oldest first.
func (s *Snapshot) All(channel string) []Message {
	c, _ := s.Channel(channel)
	return c.Messages
}

// DM returns the direct messages between the app and a person.
func (s *Snapshot) DM(user string) []Message {
	for _, c := range s.Channels {
		if c.IM && c.User == user {
			return c.Messages
		}
	}
	return nil
}

// View returns the modal on top of a person's stack.
func (s *Snapshot) View(user string) (View, bool) {
	stack := s.Stacks[user]
	if len(stack) == 0 {
		return View{}, false
	}
	return stack[len(stack)-1], true
}

// Wait returns once done says so about a snapshot, which is made anew upon every change. The error says
// that ctx ended first.
func (w *Workspace) Wait(ctx context.Context, done func(*Snapshot) bool) error {
	for {
		w.mu.Lock()
		s, changed := w.snap(), w.changed
		w.mu.Unlock()
		if done(s) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("waiting for the workspace to change: %w", context.Cause(ctx))
		case <-w.ctx.Done():
			return fmt.Errorf("waiting for the workspace to change: the workspace was closed")
		}
	}
}

// WaitMessage waits for a message in a channel, or in a thread of it, whose rendered text contains all of
// the given pieces, and returns it.
func (w *Workspace) WaitMessage(ctx context.Context, channel string, pieces ...string) (Message, error) {
	var found Message
	var seen uint64 // what did not match before can only match after a change
	err := w.Wait(ctx, func(s *Snapshot) bool {
		for _, m := range s.All(channel) {
			if (m.Version > seen || s.namesVersion > seen) && !m.Deleted && containsAll(s.Text(m), pieces) {
				found = m
				return true
			}
		}
		seen = s.Version
		return false
	})
	if err != nil {
		err = fmt.Errorf("no message with %q in %s: %w", pieces, channel, err)
	}
	return found, err
}

// WaitSockets waits until n connections of the app are live.
func (w *Workspace) WaitSockets(ctx context.Context, n int) error {
	return w.Wait(ctx, func(s *Snapshot) bool { return s.Sockets == n })
}

func containsAll(text string, pieces []string) bool {
	return !slices.ContainsFunc(pieces, func(p string) bool { return !strings.Contains(text, p) })
}
