package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"renewbot/bot/slacksim/blockkit"
)

// Person acts as somebody in front of a Slack client. Its methods return once the app has acknowledged, or
// could not; their error is a *Refusal when Slack's client would not let the person do it.
type Person struct {
	ws   *Workspace
	id   string
	view string // the only modal that is acted in; empty: whichever is on top
}

// As returns the person with the user id.
func (w *Workspace) As(userID string) *Person { return &Person{ws: w, id: userID} }

// In returns the same person with their hands in one modal: when another one is on top, or none, what they do
// in it is a *Refusal that is Stale.
func (p *Person) In(viewID string) *Person { return &Person{ws: p.ws, id: p.id, view: viewID} }

// ID is the person's user id.
func (p *Person) ID() string { return p.id }

// Refusal says why a person cannot do something.
type Refusal struct {
	Who, What, Why string
	// Fields are the reasons shown at the fields of a form, by block id.
	Fields map[string]string
	// Stale says that the modal the person acted in is not the one on top.
	Stale bool
}

func (r *Refusal) Error() string { return fmt.Sprintf("%s cannot %s: %s", r.Who, r.What, r.Why) }

func (p *Person) refuse(what, why string, args ...any) *Refusal {
	return &Refusal{Who: p.id, What: what, Why: fmt.Sprintf(why, args...)}
}

// What people see when the app did not do its part.
const (
	FailureTimeout  = "operation_timeout" // no ack in time
	FailureDispatch = "dispatch_failed"   // no connection to the app
	FailureResponse = "invalid_response"  // the ack carried something Slack does not take
)

// failure turns a delivery error into what the person sees; other errors (ctx ended) stay errors.
func failure(err error) (string, error) {
	switch {
	case err == nil:
		return "", nil
	case errors.Is(err, errNoSocket):
		return FailureDispatch, nil
	case errors.Is(err, errNoAck):
		return FailureTimeout, nil
	}
	return "", err
}

// user finds the person among those who can use Slack at all. The lock is held.
func (p *Person) user(what string) (*User, error) {
	u := p.ws.people.users[p.id]
	switch {
	case u == nil:
		return nil, p.refuse(what, "there is no such user")
	case u.Deleted:
		return nil, p.refuse(what, "the account is deactivated")
	case u.Bot:
		return nil, p.refuse(what, "bots do not type or click")
	}
	return u, nil
}

// visibleChannel finds a channel the person is in. The lock is held.
func (p *Person) visibleChannel(what, channelID string) (*channel, error) {
	ch := p.ws.channels.byID[channelID]
	if ch == nil || !ch.has(p.id) {
		return nil, p.refuse(what, "not a member of channel %s", channelID)
	}
	return ch, nil
}

// CommandResult is what a person sees after typing a command.
type CommandResult struct {
	Failure string   // FailureTimeout, FailureDispatch, FailureResponse or empty
	Reply   *Message // what the ack itself showed; more may come through the response_url
}

// Command types a slash command into a channel.
func (p *Person) Command(ctx context.Context, channelID, text string) (CommandResult, error) {
	what := fmt.Sprintf("type %q", text)
	w := p.ws
	w.mu.Lock()
	u, err := p.user(what)
	var ch *channel
	if err == nil {
		ch, err = p.visibleChannel(what, channelID)
	}
	if err == nil {
		name, _, _ := strings.Cut(strings.TrimSpace(text), " ")
		_, declared := w.manifest.command(name)
		switch {
		case !declared:
			err = p.refuse(what, "%s is not a valid command", name)
		case u.Stranger:
			err = p.refuse(what, "people of other organisations cannot use this workspace's commands")
		case ch.Archived:
			err = p.refuse(what, "the channel is archived")
		}
	}
	w.mu.Unlock()
	if err != nil {
		return CommandResult{}, err
	}
	return p.command(ctx, ch, text)
}

func (p *Person) command(ctx context.Context, ch *channel, text string) (CommandResult, error) {
	w := p.ws
	w.mu.Lock()
	name, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	chName := ch.Name
	if ch.IM {
		chName = "directmessage"
	} else if ch.Private {
		chName = "privategroup"
	}
	u := w.people.users[p.id]
	payload := obj{
		"token": "vt", "team_id": w.teamID, "team_domain": w.teamDomain, "channel_id": ch.ID, "channel_name": chName,
		"user_id": u.ID, "user_name": u.Name, "command": name, "text": w.typed(name, strings.TrimSpace(rest)), "api_app_id": w.appID,
		"is_enterprise_install": "false", "trigger_id": w.views.newTrigger(u.ID, ch.ID, ""),
		"response_url": w.responseURLs.create("commands", responseURL{channel: ch.ID, user: u.ID}),
	}
	if w.enterpriseID != "" {
		payload["enterprise_id"], payload["enterprise_name"] = w.enterpriseID, w.enterpriseName
	}
	w.mu.Unlock()
	var res CommandResult
	err := w.sockets.deliver(ctx, envelope{
		typ: "slash_commands", name: "slash_commands", accepts: true, payload: payload,
		onAck: func(payload json.RawMessage) { res.Reply, res.Failure = w.commandReply(ch, p.id, payload) },
	})
	shown, err := failure(err)
	if shown != "" {
		res.Failure = shown
	}
	return res, err
}

// commandReply shows the message that came with a command's ack. The lock is held.
func (w *Workspace) commandReply(ch *channel, user string, payload json.RawMessage) (*Message, string) {
	if len(payload) == 0 {
		return nil, ""
	}
	bad := func(why string) (*Message, string) {
		w.violation("command response", why)
		return nil, FailureResponse
	}
	v, err := blockkit.Decode(payload)
	body, ok := v.(obj)
	if err != nil || !ok {
		return bad("not an object")
	}
	c := &call{params: body, json: true}
	m, e := c.content()
	if e == nil {
		e = w.responseURLs.reply(ch, user, c, m)
	}
	if e != nil {
		return bad(strings.Join(append([]string{e.code}, e.messages...), "; "))
	}
	last := Message{}
	if c.str("response_type") == "in_channel" {
		last = *ch.messages[len(ch.messages)-1]
	} else {
		last = *w.channels.ephemerals[len(w.channels.ephemerals)-1]
	}
	return &last, ""
}

// interaction is what the payloads of all interactions have in common. The lock is held.
func (w *Workspace) interaction(typ, user string) obj {
	u := w.people.users[user]
	var enterprise any
	if w.enterpriseID != "" {
		enterprise = obj{"id": w.enterpriseID, "name": w.enterpriseName}
	}
	return obj{
		"type": typ, "token": "vt", "api_app_id": w.appID, "enterprise": enterprise, "is_enterprise_install": false,
		"user": obj{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.TeamID},
		"team": obj{"id": w.teamID, "domain": w.teamDomain},
	}
}

// ActResult is what a person sees after a click.
type ActResult struct {
	Sent    bool     // the app was told
	Failure string   // FailureTimeout or FailureDispatch: Slack shows a warning triangle
	Confirm *Confirm // the dialog that was shown before
	URL     string   // what a link button opened
}

// Confirm is a confirm dialog as the person read it.
type Confirm struct{ Title, Text, Confirm, Deny string }

// Shortcut starts a global shortcut.
func (p *Person) Shortcut(ctx context.Context, callbackID string) (ActResult, error) {
	what := fmt.Sprintf("start shortcut %q", callbackID)
	w := p.ws
	w.mu.Lock()
	u, err := p.user(what)
	if err == nil && u.Stranger {
		err = p.refuse(what, "people of other organisations do not see this workspace's shortcuts")
	}
	if err == nil && !w.manifest.shortcut(callbackID, "global") {
		err = p.refuse(what, "the app has no such global shortcut")
	}
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	payload := w.interaction("shortcut", p.id)
	payload["callback_id"], payload["action_ts"], payload["trigger_id"] = callbackID, w.newTS(), w.views.newTrigger(p.id, "", "")
	w.mu.Unlock()
	return p.act(ctx, envelope{typ: "interactive", name: "shortcut", payload: payload})
}

// MessageShortcut starts a message shortcut on a message.
func (p *Person) MessageShortcut(ctx context.Context, r Ref, callbackID string) (ActResult, error) {
	what := fmt.Sprintf("start message shortcut %q", callbackID)
	w := p.ws
	w.mu.Lock()
	_, err := p.user(what)
	var ch *channel
	if err == nil {
		ch, err = p.visibleChannel(what, r.Channel)
	}
	if err == nil && !w.manifest.shortcut(callbackID, "message") {
		err = p.refuse(what, "the app has no such message shortcut")
	}
	var m *Message
	if err == nil {
		if m = ch.find(r.TS); m == nil || m.Deleted {
			err = p.refuse(what, "the message is gone")
		}
	}
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	payload := w.interaction("message_action", p.id)
	payload["callback_id"], payload["action_ts"], payload["trigger_id"] = callbackID, w.newTS(), w.views.newTrigger(p.id, ch.ID, "")
	payload["channel"], payload["message"], payload["message_ts"] = obj{"id": ch.ID, "name": ch.Name}, w.chat.messageJSON(ch, m, false), m.TS
	payload["response_url"] = w.responseURLs.create("app", responseURL{channel: ch.ID, user: p.id, ts: m.TS})
	w.mu.Unlock()
	return p.act(ctx, envelope{typ: "interactive", name: "message_action", payload: payload})
}

// act delivers an interaction that is answered with a plain ack.
func (p *Person) act(ctx context.Context, e envelope) (ActResult, error) {
	shown, err := failure(p.ws.sockets.deliver(ctx, e))
	return ActResult{Sent: true, Failure: shown}, err
}

// DM returns the id of the person's direct messages with the app.
func (p *Person) DM() string {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	return p.ws.channels.openIM(p.id).ID
}

// Messages returns what the person sees in a channel; nothing if they are not in it.
func (p *Person) Messages(channelID string) []Message {
	if !p.sees(channelID) {
		return nil
	}
	return p.ws.Snapshot().Messages(channelID)
}

// Thread returns a message and its replies; nothing if the person is not in the channel.
func (p *Person) Thread(channelID, ts string) []Message {
	if !p.sees(channelID) {
		return nil
	}
	return p.ws.Snapshot().Thread(channelID, ts)
}

func (p *Person) sees(channelID string) bool {
	p.ws.mu.Lock()
	defer p.ws.mu.Unlock()
	ch := p.ws.channels.byID[channelID]
	return ch != nil && ch.has(p.id)
}

// Ephemerals returns the messages only this person sees, oldest first.
func (p *Person) Ephemerals() []Message { return p.ws.Snapshot().Ephemerals[p.id] }

// DirectMessages returns what the app and the person wrote to each other.
func (p *Person) DirectMessages() []Message { return p.ws.Snapshot().DM(p.id) }

// Views returns the person's open modals, the root first.
func (p *Person) Views() []View { return p.ws.Snapshot().Stacks[p.id] }

// View returns the modal on top; ok is false when none is open.
func (p *Person) View() (v View, ok bool) { return p.ws.Snapshot().View(p.id) }

// WaitView waits until the modal on top is one for which match is true, and returns it.
func (p *Person) WaitView(ctx context.Context, match func(View) bool) (View, error) {
	var found View
	err := p.ws.Wait(ctx, func(s *Snapshot) bool {
		v, ok := s.View(p.id)
		if ok && match(v) {
			found = v
			return true
		}
		return false
	})
	return found, err
}

// WaitViewTitled waits until the modal on top has the title, and returns it.
func (p *Person) WaitViewTitled(ctx context.Context, title string) (View, error) {
	v, err := p.WaitView(ctx, func(v View) bool { return v.Title == title })
	if err != nil {
		err = fmt.Errorf("%s has no modal %q: %w", p.id, title, err)
	}
	return v, err
}

// WaitEphemeral waits for an ephemeral message that contains all of the pieces, and returns it.
func (p *Person) WaitEphemeral(ctx context.Context, pieces ...string) (Message, error) {
	var found Message
	err := p.ws.Wait(ctx, func(s *Snapshot) bool {
		for _, m := range s.Ephemerals[p.id] {
			if containsAll(s.Text(m), pieces) {
				found = m
				return true
			}
		}
		return false
	})
	if err != nil {
		err = fmt.Errorf("no ephemeral message with %q for %s: %w", pieces, p.id, err)
	}
	return found, err
}

// WaitDM waits for a direct message of the app that contains all of the pieces, and returns it.
func (p *Person) WaitDM(ctx context.Context, pieces ...string) (Message, error) {
	return p.ws.WaitMessage(ctx, p.DM(), pieces...)
}
