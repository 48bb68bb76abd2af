package slacksim

import (
	"fmt"
	"slices"
	"time"
)

// Channel is a conversation: a public or private channel, or a direct message with the app.
type Channel struct {
	ID        string // C… (D… for a direct message); made if empty
	Name      string
	Private   bool
	Archived  bool
	ExtShared bool     // shared with another organisation (Slack Connect)
	IM        bool     // a direct message with the app
	User      string   // the person of a direct message
	Members   []string // user ids; the app is a member under BotUserID
}

type channel struct {
	Channel
	created  time.Time
	messages []*Message // by ts

	exported      []Message // for snapshots; nil after a change
	exportedNames uint64
}

func (ch *channel) has(user string) bool { return slices.Contains(ch.Members, user) }

// AddChannel adds a channel and returns its id. Put BotUserID among the members to let the bot in.
func (w *Workspace) AddChannel(c Channel) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.ID == "" {
		c.ID = w.newID("C0")
	}
	c.Members = slices.Clone(c.Members)
	w.addChannel(c)
	return c.ID
}

func (w *Workspace) addChannel(c Channel) *channel {
	if _, exists := w.channels[c.ID]; !exists {
		w.channelOrder = append(w.channelOrder, c.ID)
	}
	ch := &channel{Channel: c, created: w.clock.Now()}
	w.channels[c.ID] = ch
	w.touch(Change{Kind: ChangeChannel, Channel: c.ID})
	return ch
}

func (w *Workspace) mustChannel(id string) *channel {
	ch := w.channels[id]
	if ch == nil {
		panic(fmt.Sprintf("slacksim: no channel %q", id))
	}
	return ch
}

// Invite makes people, or the bot, members of a channel.
func (w *Workspace) Invite(channelID string, users ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.mustChannel(channelID)
	for _, u := range users {
		w.join(ch, u)
	}
}

// InviteBot invites the bot, as "/invite @bot" does.
func (w *Workspace) InviteBot(channelID string) { w.Invite(channelID, w.botUserID) }

func (w *Workspace) join(ch *channel, user string) {
	if ch.has(user) {
		return
	}
	ch.Members = append(slices.Clone(ch.Members), user)
	w.touch(Change{Kind: ChangeChannel, Channel: ch.ID})
	if ch.has(w.botUserID) {
		w.emit("member_joined_channel", obj{"user": user, "channel": ch.ID, "channel_type": channelType(ch), "team": w.teamID})
	}
}

// Kick removes people, or the bot, from a channel.
func (w *Workspace) Kick(channelID string, users ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.mustChannel(channelID)
	for _, u := range users {
		if !ch.has(u) {
			continue
		}
		ch.Members = slices.DeleteFunc(slices.Clone(ch.Members), func(m string) bool { return m == u })
		w.touch(Change{Kind: ChangeChannel, Channel: ch.ID})
		switch {
		case u != w.botUserID:
			w.emit("member_left_channel", obj{"user": u, "channel": ch.ID, "channel_type": channelType(ch), "team": w.teamID})
		case ch.Private:
			w.emit("group_left", obj{"channel": ch.ID, "actor_id": ""})
		default:
			w.emit("channel_left", obj{"channel": ch.ID, "actor_id": ""})
		}
	}
}

// KickBot removes the bot from a channel.
func (w *Workspace) KickBot(channelID string) { w.Kick(channelID, w.botUserID) }

// Archive archives a channel or brings it back.
func (w *Workspace) Archive(channelID string, archived bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.mustChannel(channelID)
	ch.Archived = archived
	w.touch(Change{Kind: ChangeChannel, Channel: ch.ID})
	event := "channel_archive"
	if !archived {
		event = "channel_unarchive"
	} else if ch.Private {
		event = "group_archive"
	}
	w.emit(event, obj{"channel": ch.ID, "user": ""})
}

// Share shares a channel with another organisation, or ends that.
func (w *Workspace) Share(channelID string, shared bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mustChannel(channelID).ExtShared = shared
	w.touch(Change{Kind: ChangeChannel, Channel: channelID})
}

// openIM returns the direct message between a person and the app, opened if need be.
func (w *Workspace) openIM(user string) *channel {
	for _, id := range w.channelOrder {
		if ch := w.channels[id]; ch.IM && ch.User == user {
			return ch
		}
	}
	return w.addChannel(Channel{ID: w.newID("D0"), IM: true, User: user, Members: []string{user, w.botUserID}})
}

func channelType(ch *channel) string {
	if ch.Private {
		return "G"
	}
	return "C"
}

// channelJSON is the channel object of conversations.info.
func (w *Workspace) channelJSON(ch *channel) obj {
	if ch.IM {
		return obj{
			"id": ch.ID, "created": ch.created.Unix(), "is_im": true, "is_org_shared": false, "is_archived": false,
			"user": ch.User, "is_user_deleted": w.users[ch.User] != nil && w.users[ch.User].Deleted, "is_open": true,
			"context_team_id": w.teamID,
		}
	}
	return obj{
		"id": ch.ID, "name": ch.Name, "name_normalized": ch.Name, "created": ch.created.Unix(),
		"is_channel": !ch.Private, "is_group": ch.Private, "is_im": false, "is_mpim": false, "is_private": ch.Private,
		"is_archived": ch.Archived, "is_general": false, "is_member": ch.has(w.botUserID),
		"is_shared": ch.ExtShared, "is_ext_shared": ch.ExtShared, "is_org_shared": false, "is_pending_ext_shared": false,
		"context_team_id": w.teamID, "unlinked": 0, "creator": "USLACKBOT",
		"topic":   obj{"value": "", "creator": "", "last_set": 0},
		"purpose": obj{"value": "", "creator": "", "last_set": 0},
	}
}
