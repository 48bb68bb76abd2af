package slacksim

import (
	"fmt"
	"slices"
	"time"
)

// channelStore keeps the channels and what is written in them.
type channelStore struct {
	*core
	byID       map[string]*channel
	order      []string
	ephemerals []*Message
}

// Channel is a conversation: a public or private channel, or a direct message with the app.
type Channel struct {
	ID        string // C… (D… for a direct message); made if empty
	Name      string
	Private   bool
	Archived  bool
	ExtShared bool     // shared with another organisation (Slack Connect)
	Posting   Posting  // who may write in it
	IM        bool     // a direct message with the app
	User      string   // the person of a direct message
	Members   []string // user ids; the app is a member under BotUserID
}

type channel struct {
	Channel
	created  time.Time
	messages []*Message // by ts
	locked   []string   // the threads in which nobody may reply

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
	w.channels.add(c)
	return c.ID
}

func (cs *channelStore) add(c Channel) *channel {
	if _, exists := cs.byID[c.ID]; !exists {
		cs.order = append(cs.order, c.ID)
	}
	ch := &channel{Channel: c, created: cs.clock.Now()}
	cs.byID[c.ID] = ch
	cs.touch(Change{Kind: ChangeChannel, Channel: c.ID})
	return ch
}

func (cs *channelStore) must(id string) *channel {
	ch := cs.byID[id]
	if ch == nil {
		panic(fmt.Sprintf("slacksim: no channel %q", id))
	}
	return ch
}

// Invite makes people, or the bot, members of a channel.
func (w *Workspace) Invite(channelID string, users ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.channels.must(channelID)
	for _, u := range users {
		w.conversations.addMember(ch, u)
	}
}

// InviteBot invites the bot, as "/invite @bot" does.
func (w *Workspace) InviteBot(channelID string) { w.Invite(channelID, w.botUserID) }

func (cv *conversations) addMember(ch *channel, user string) {
	if ch.has(user) {
		return
	}
	ch.Members = append(slices.Clone(ch.Members), user)
	cv.touch(Change{Kind: ChangeChannel, Channel: ch.ID})
	if ch.has(cv.botUserID) {
		cv.events.emit("member_joined_channel", obj{"user": user, "channel": ch.ID, "channel_type": channelType(ch), "team": cv.teamID})
	}
}

// Kick removes people, or the bot, from a channel.
func (w *Workspace) Kick(channelID string, users ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.channels.must(channelID)
	for _, u := range users {
		if !ch.has(u) {
			continue
		}
		ch.Members = slices.DeleteFunc(slices.Clone(ch.Members), func(m string) bool { return m == u })
		w.touch(Change{Kind: ChangeChannel, Channel: ch.ID})
		switch {
		case u != w.botUserID:
			w.events.emit("member_left_channel", obj{"user": u, "channel": ch.ID, "channel_type": channelType(ch), "team": w.teamID})
		case ch.Private:
			w.events.emit("group_left", obj{"channel": ch.ID, "actor_id": ""})
		default:
			w.events.emit("channel_left", obj{"channel": ch.ID, "actor_id": ""})
		}
	}
}

// KickBot removes the bot from a channel.
func (w *Workspace) KickBot(channelID string) { w.Kick(channelID, w.botUserID) }

// Archive archives a channel or brings it back.
func (w *Workspace) Archive(channelID string, archived bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	ch := w.channels.must(channelID)
	ch.Archived = archived
	w.touch(Change{Kind: ChangeChannel, Channel: ch.ID})
	event := "channel_archive"
	if !archived {
		event = "channel_unarchive"
	} else if ch.Private {
		event = "group_archive"
	}
	w.events.emit(event, obj{"channel": ch.ID, "user": ""})
}

// Share shares a channel with another organisation, or ends that. It sends channel_shared if declared.
func (w *Workspace) Share(channelID string, shared bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.channels.must(channelID).ExtShared = shared
	w.touch(Change{Kind: ChangeChannel, Channel: channelID})
	if shared {
		w.events.emit("channel_shared", obj{"connected_team_id": "T0ELSEWHERE", "channel": channelID})
	}
}

// openIM returns the direct message between a person and the app, opened if need be.
func (cs *channelStore) openIM(user string) *channel {
	for _, id := range cs.order {
		if ch := cs.byID[id]; ch.IM && ch.User == user {
			return ch
		}
	}
	return cs.add(Channel{ID: cs.newID("D0"), IM: true, User: user, Members: []string{user, cs.botUserID}})
}

func channelType(ch *channel) string {
	if ch.Private {
		return "G"
	}
	return "C"
}

// messageChanged records that a message was posted, changed or removed.
func (cs *channelStore) messageChanged(ch *channel, ts, user string) {
	cs.touch(Change{Kind: ChangeMessage, Channel: ch.ID, TS: ts, User: user})
	ch.exported = nil
	if m := ch.find(ts); m != nil {
		m.Version, m.rendered = cs.version, ""
	}
}

// ephemeralChanged is messageChanged for a message that only one person sees.
func (cs *channelStore) ephemeralChanged(m *Message) {
	cs.touch(Change{Kind: ChangeEphemeral, Channel: m.Channel, TS: m.TS, User: m.EphemeralTo})
	m.Version = cs.version
}

// channelJSON is the channel object of conversations.info.
func (cv *conversations) channelJSON(ch *channel) obj {
	if ch.IM {
		return obj{
			"id": ch.ID, "created": ch.created.Unix(), "is_im": true, "is_org_shared": false, "is_archived": false,
			"user": ch.User, "is_user_deleted": cv.people.users[ch.User] != nil && cv.people.users[ch.User].Deleted, "is_open": true,
			"context_team_id": cv.teamID,
		}
	}
	return obj{
		"id": ch.ID, "name": ch.Name, "name_normalized": ch.Name, "created": ch.created.Unix(),
		"is_channel": !ch.Private, "is_group": ch.Private, "is_im": false, "is_mpim": false, "is_private": ch.Private,
		"is_archived": ch.Archived, "is_general": false, "is_member": ch.has(cv.botUserID),
		"is_shared": ch.ExtShared, "is_ext_shared": ch.ExtShared, "is_org_shared": false, "is_pending_ext_shared": false,
		"context_team_id": cv.teamID, "unlinked": 0, "creator": "USLACKBOT",
		"topic":      obj{"value": "", "creator": "", "last_set": 0},
		"purpose":    obj{"value": "", "creator": "", "last_set": 0},
		"properties": ch.Posting.properties(),
	}
}
