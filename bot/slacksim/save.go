package slacksim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"renewbot/bot/slacksim/blockkit"
)

// savedVersion is the form of what Save writes.
const savedVersion = 1

// saved is a workspace as Save writes it. What lives for seconds is not in it: connections, triggers, response
// URLs, envelopes and events on their way, rate limits, faults and the journal.
type saved struct {
	Version                      int
	TeamID, TeamDomain, TeamName string
	EnterpriseID, EnterpriseName string
	AppID, BotID, BotUserID      string

	Users      []User
	Groups     []UserGroup
	Channels   []savedChannel
	Ephemerals []savedMessage
	Stacks     map[string][]savedView
	Homes      map[string]savedView
	LastTS     int64
	EventSeq   int

	TriggerErrors                              TriggerErrors
	EditWindow                                 time.Duration
	StateAsArray, NoGroups, Revoked, NoSockets bool
}

type savedChannel struct {
	Channel  Channel
	Created  time.Time
	Messages []savedMessage
}

type savedMessage struct {
	Message
	State state
}

type savedView struct {
	ID                             string
	Body                           obj
	Blocks                         []any
	State                          state
	Hash, External, Root, Previous string
	Channel                        string
	Errors                         map[string]string
	Trouble                        string
	Offered                        map[string][]Option
}

// Save writes the workspace down as JSON: people, channels, messages, open modals and Home tabs. Connections,
// triggers and response URLs are not in it; neither are tokens, faults and the journal.
func (w *Workspace) Save() ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := saved{
		Version: savedVersion, TeamID: w.teamID, TeamDomain: w.teamDomain, TeamName: w.teamName,
		EnterpriseID: w.enterpriseID, EnterpriseName: w.enterpriseName, AppID: w.appID, BotID: w.botID, BotUserID: w.botUserID,
		Stacks: map[string][]savedView{}, Homes: map[string]savedView{}, LastTS: w.lastTS, EventSeq: w.eventSeq,
		TriggerErrors: w.triggerErrors, EditWindow: w.editWindow, StateAsArray: w.stateAsArray, NoGroups: w.noGroups,
		Revoked: w.revoked, NoSockets: w.socketsOff,
	}
	for _, id := range w.userOrder {
		s.Users = append(s.Users, *w.users[id])
	}
	for _, id := range w.groupOrder {
		s.Groups = append(s.Groups, *w.groups[id])
	}
	for _, id := range w.channelOrder {
		ch := w.channels[id]
		s.Channels = append(s.Channels, savedChannel{ch.Channel, ch.created, saveMessages(ch.messages)})
	}
	s.Ephemerals = saveMessages(w.ephemerals)
	for user, stack := range w.stacks {
		for _, v := range stack {
			s.Stacks[user] = append(s.Stacks[user], v.save())
		}
	}
	for user, v := range w.homes {
		s.Homes[user] = v.save()
	}
	out, err := marshal(s)
	if err != nil {
		return nil, fmt.Errorf("saving the workspace: %w", err)
	}
	return out, nil
}

func saveMessages(list []*Message) []savedMessage {
	var out []savedMessage
	for _, m := range list {
		saved := savedMessage{*m, m.state}
		saved.Version = 0 // it counts changes of this run
		out = append(out, saved)
	}
	return out
}

func (v *view) save() savedView {
	return savedView{
		ID: v.id, Body: v.body, Blocks: v.blocks, State: v.state, Hash: v.hash, External: v.external, Root: v.root,
		Previous: v.previous, Channel: v.channel, Errors: v.errors, Trouble: v.trouble, Offered: v.offered,
	}
}

// Restore puts what Save wrote in the place of everything that the workspace holds. Call it before Start; the
// app's tokens stay those of this workspace.
func (w *Workspace) Restore(data []byte) error {
	var s saved
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&s); err != nil {
		return fmt.Errorf("restoring the workspace: %w", err)
	}
	if s.Version != savedVersion {
		return fmt.Errorf("restoring the workspace: version %d is not known", s.Version)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.server != nil {
		return errors.New("restoring the workspace: it was started already")
	}
	w.teamID, w.teamDomain, w.teamName = s.TeamID, s.TeamDomain, s.TeamName
	w.enterpriseID, w.enterpriseName = s.EnterpriseID, s.EnterpriseName
	w.appID, w.botID, w.botUserID = s.AppID, s.BotID, s.BotUserID
	w.lastTS, w.eventSeq = s.LastTS, s.EventSeq
	w.triggerErrors, w.editWindow, w.stateAsArray = s.TriggerErrors, s.EditWindow, s.StateAsArray
	w.noGroups, w.revoked, w.socketsOff = s.NoGroups, s.Revoked, s.NoSockets
	w.restorePeople(s)
	if err := w.restoreChannels(s); err != nil {
		return fmt.Errorf("restoring the workspace: %w", err)
	}
	w.restoreViews(s)
	w.touch(Change{Kind: ChangeUser})
	return nil
}

func (w *Workspace) restorePeople(s saved) {
	w.users, w.userOrder = map[string]*User{}, nil
	for _, u := range s.Users {
		w.users[u.ID], w.userOrder = &u, append(w.userOrder, u.ID)
	}
	w.groups, w.groupOrder = map[string]*UserGroup{}, nil
	for _, g := range s.Groups {
		w.groups[g.ID], w.groupOrder = &g, append(w.groupOrder, g.ID)
	}
}

func (w *Workspace) restoreChannels(s saved) error {
	w.channels, w.channelOrder, w.ephemerals = map[string]*channel{}, nil, nil
	for _, c := range s.Channels {
		ch := &channel{Channel: c.Channel, created: c.Created}
		for _, m := range c.Messages {
			restored, err := m.restore()
			if err != nil {
				return err
			}
			ch.messages = append(ch.messages, restored)
		}
		w.channels[ch.ID], w.channelOrder = ch, append(w.channelOrder, ch.ID)
	}
	for _, m := range s.Ephemerals {
		restored, err := m.restore()
		if err != nil {
			return err
		}
		w.ephemerals = append(w.ephemerals, restored)
	}
	return nil
}

func (s savedMessage) restore() (*Message, error) {
	m := s.Message
	m.state = s.State
	for _, raw := range []*json.RawMessage{&m.Blocks, &m.Attachments, &m.Metadata} {
		if string(*raw) == "null" {
			*raw = nil
		}
	}
	if m.Blocks == nil {
		return &m, nil
	}
	list, err := blockkit.Decode(m.Blocks)
	if err != nil {
		return nil, fmt.Errorf("the blocks of message %s: %w", m.TS, err)
	}
	m.blocks, _ = list.([]any)
	return &m, nil
}

func (w *Workspace) restoreViews(s saved) {
	w.views, w.stacks, w.homes = map[string]*view{}, map[string][]*view{}, map[string]*view{}
	for user, stack := range s.Stacks {
		for _, v := range stack {
			restored := v.restore(user)
			w.views[v.ID], w.stacks[user] = restored, append(w.stacks[user], restored)
		}
	}
	for user, v := range s.Homes {
		restored := v.restore(user)
		w.views[v.ID], w.homes[user] = restored, restored
	}
}

func (s savedView) restore(user string) *view {
	return &view{
		id: s.ID, user: user, body: s.Body, blocks: s.Blocks, state: s.State, hash: s.Hash, external: s.External,
		root: s.Root, previous: s.Previous, channel: s.Channel, open: true, errors: s.Errors, trouble: s.Trouble, offered: s.Offered,
	}
}
