package slacksim

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
)

// Forced acts as a person with a client that checks nothing: an attacker, a stale client, a person who may not.
type Forced struct{ p *Person }

// Force returns the same person with a client that checks nothing.
func (p *Person) Force() *Forced { return &Forced{p} }

// Command sends a slash command, whoever the person is and wherever it is typed.
func (f *Forced) Command(ctx context.Context, channelID, text string) (CommandResult, error) {
	ch, err := f.channel(channelID)
	if err != nil {
		return CommandResult{}, err
	}
	return f.p.command(ctx, ch, text)
}

func (f *Forced) channel(id string) (*channel, error) {
	f.p.ws.mu.Lock()
	defer f.p.ws.mu.Unlock()
	ch := f.p.ws.channels.byID[id]
	if ch == nil || f.p.ws.people.users[f.p.id] == nil {
		return nil, fmt.Errorf("forcing an action of %s in %s: no such user or channel", f.p.id, id)
	}
	return ch, nil
}

// Click is a forced action on an element, which need not exist any more.
type Click struct {
	Ref                  // the message; or
	ViewID        string // the view, open or not
	Type          string // of the element, button if empty
	BlockID       string
	ActionID      string
	Value         string          // of a button
	Selected      map[string]any  // more fields of the action, such as selected_option
	StaleMessage  json.RawMessage // the message as the stale client has it; what is stored if nil
	FromEphemeral bool            // the click claims to come from an ephemeral message
	TriggerID     string          // of a click that Slack delivers once more; a new one if empty
}

// Press sends an action with any value, from any message or view.
func (f *Forced) Press(ctx context.Context, c Click) (ActResult, error) {
	w := f.p.ws
	w.mu.Lock()
	payload, err := f.click(c)
	w.mu.Unlock()
	if err != nil {
		return ActResult{}, err
	}
	return f.p.act(ctx, envelope{typ: "interactive", name: "block_actions", payload: payload})
}

func (f *Forced) click(c Click) (obj, error) {
	w := f.p.ws
	if w.people.users[f.p.id] == nil {
		return nil, fmt.Errorf("forcing a click: no user %s", f.p.id)
	}
	action := obj{"type": cmp.Or(c.Type, "button"), "block_id": c.BlockID, "action_id": c.ActionID, "action_ts": w.newTS()}
	if action["type"] == "button" {
		action["value"], action["text"] = c.Value, obj{"type": "plain_text", "text": c.ActionID, "emoji": true}
	}
	maps.Copy(action, c.Selected)
	if c.ViewID != "" {
		v := w.views.byID[c.ViewID]
		if v == nil {
			return nil, fmt.Errorf("forcing a click: there never was a view %s", c.ViewID)
		}
		return w.viewAction(v, f.p.id, action), nil
	}
	ch := w.channels.byID[c.Channel]
	if ch == nil {
		return nil, fmt.Errorf("forcing a click: no channel %s", c.Channel)
	}
	m := ch.find(c.TS)
	if m == nil {
		m = &Message{Channel: ch.ID, TS: c.TS, User: w.botUserID, BotID: w.botID, Text: "This message was deleted."}
	}
	if c.FromEphemeral {
		stale := *m
		stale.EphemeralTo = f.p.id
		m = &stale
	}
	payload := w.messageAction(f.p.id, ch, m, action)
	if c.TriggerID != "" {
		payload["trigger_id"] = c.TriggerID
	}
	if c.StaleMessage != nil {
		payload["message"] = c.StaleMessage
	}
	return payload, nil
}

// Submit sends a submission of any view that ever was, with any state: values by block id and action id, each in
// Slack's form, such as {"type":"number_input","value":"12"}. Fields left out keep what the view holds.
func (f *Forced) Submit(ctx context.Context, viewID string, values map[string]map[string]map[string]any) (SubmitResult, error) {
	w := f.p.ws
	w.mu.Lock()
	v := w.views.byID[viewID]
	if v == nil || w.people.users[f.p.id] == nil {
		w.mu.Unlock()
		return SubmitResult{}, fmt.Errorf("forcing a submission: no user %s or no view %s", f.p.id, viewID)
	}
	all := state{}
	for b, actions := range v.state {
		for a, value := range actions {
			all.set(b, a, value)
		}
	}
	for b, actions := range values {
		for a, value := range actions {
			all.set(b, a, value)
		}
	}
	w.mu.Unlock()
	return f.p.submit(ctx, v, all)
}

// Search asks for the options of any element with any query, whatever its min_query_length.
func (f *Forced) Search(ctx context.Context, viewID, blockID, actionID, query string) ([]Option, error) {
	w := f.p.ws
	w.mu.Lock()
	v := w.views.byID[viewID]
	if v == nil || w.people.users[f.p.id] == nil {
		w.mu.Unlock()
		return nil, fmt.Errorf("forcing a search: no user %s or no view %s", f.p.id, viewID)
	}
	payload := w.interaction("block_suggestion", f.p.id)
	payload["container"], payload["view"] = obj{"type": "view", "view_id": v.id}, w.views.viewJSON(v)
	payload["action_id"], payload["block_id"], payload["value"] = actionID, blockID, query
	w.mu.Unlock()
	return f.p.suggest(ctx, nil, element{}, payload)
}

// Send delivers any payload in an envelope of any type and waits for the ack, whose payload it returns.
func (f *Forced) Send(ctx context.Context, envelopeType, name string, accepts bool, payload map[string]any) (json.RawMessage, error) {
	var answer json.RawMessage
	err := f.p.ws.sockets.deliver(ctx, envelope{
		typ: envelopeType, name: name, accepts: accepts, payload: payload,
		onAck: func(raw json.RawMessage) { answer = raw },
	})
	return answer, err
}

// Interaction returns what the payloads of all interactions of a type have in common, to be completed for Send.
func (f *Forced) Interaction(typ string) map[string]any {
	w := f.p.ws
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.interaction(typ, f.p.id)
	out["trigger_id"] = w.views.newTrigger(f.p.id, "", "")
	return out
}
