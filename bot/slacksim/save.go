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
	Files      []File
	Stacks     map[string][]savedView
	Homes      map[string]savedView
	LastTS     int64

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
		Stacks: map[string][]savedView{}, Homes: map[string]savedView{}, LastTS: w.lastTS,
		TriggerErrors: w.views.triggerErrors, EditWindow: w.chat.editWindow, StateAsArray: w.views.stateAsArray, NoGroups: w.people.noGroups,
		Revoked: w.webAPI.revoked, NoSockets: w.sockets.off,
	}
	for _, id := range w.people.userOrder {
		s.Users = append(s.Users, *w.people.users[id])
	}
	for _, id := range w.people.groupOrder {
		s.Groups = append(s.Groups, *w.people.groups[id])
	}
	for _, id := range w.channels.order {
		ch := w.channels.byID[id]
		s.Channels = append(s.Channels, savedChannel{ch.Channel, ch.created, saveMessages(ch.messages)})
	}
	s.Ephemerals = saveMessages(w.channels.ephemerals)
	for _, id := range w.files.order {
		s.Files = append(s.Files, *w.files.byID[id])
	}
	for user, stack := range w.views.stacks {
		for _, v := range stack {
			s.Stacks[user] = append(s.Stacks[user], v.save())
		}
	}
	for user, v := range w.views.homes {
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
	w.lastTS = s.LastTS
	w.views.triggerErrors, w.chat.editWindow, w.views.stateAsArray = s.TriggerErrors, s.EditWindow, s.StateAsArray
	w.people.noGroups, w.webAPI.revoked, w.sockets.off = s.NoGroups, s.Revoked, s.NoSockets
	w.people.restore(s)
	if err := w.channels.restore(s); err != nil {
		return fmt.Errorf("restoring the workspace: %w", err)
	}
	w.views.restore(s)
	w.files.byID, w.files.order = map[string]*File{}, nil
	for _, f := range s.Files {
		w.files.byID[f.ID], w.files.order = &f, append(w.files.order, f.ID)
	}
	w.touch(Change{Kind: ChangeUser})
	return nil
}

func (p *people) restore(s saved) {
	p.users, p.userOrder = map[string]*User{}, nil
	for _, u := range s.Users {
		p.users[u.ID], p.userOrder = &u, append(p.userOrder, u.ID)
	}
	p.groups, p.groupOrder = map[string]*UserGroup{}, nil
	for _, g := range s.Groups {
		p.groups[g.ID], p.groupOrder = &g, append(p.groupOrder, g.ID)
	}
}

func (cs *channelStore) restore(s saved) error {
	cs.byID, cs.order, cs.ephemerals = map[string]*channel{}, nil, nil
	for _, c := range s.Channels {
		ch := &channel{Channel: c.Channel, created: c.Created}
		for _, m := range c.Messages {
			restored, err := m.restore()
			if err != nil {
				return err
			}
			ch.messages = append(ch.messages, restored)
		}
		cs.byID[ch.ID], cs.order = ch, append(cs.order, ch.ID)
	}
	for _, m := range s.Ephemerals {
		restored, err := m.restore()
		if err != nil {
			return err
		}
		cs.ephemerals = append(cs.ephemerals, restored)
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

func (vs *views) restore(s saved) {
	vs.byID, vs.stacks, vs.homes = map[string]*view{}, map[string][]*view{}, map[string]*view{}
	for user, stack := range s.Stacks {
		for _, v := range stack {
			restored := v.restore(user)
			vs.byID[v.ID], vs.stacks[user] = restored, append(vs.stacks[user], restored)
		}
	}
	for user, v := range s.Homes {
		restored := v.restore(user)
		vs.byID[v.ID], vs.homes[user] = restored, restored
	}
}

func (s savedView) restore(user string) *view {
	return &view{
		id: s.ID, user: user, body: s.Body, blocks: s.Blocks, state: s.State, hash: s.Hash, external: s.External,
		root: s.Root, previous: s.Previous, channel: s.Channel, open: true, errors: s.Errors, trouble: s.Trouble, offered: s.Offered,
	}
}
