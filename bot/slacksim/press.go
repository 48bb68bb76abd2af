package slacksim

import (
	"context"
	"fmt"
)

// pressOptions is how a person deals with a click.
type pressOptions struct {
	decline bool
	ask     func(Confirm) bool
}

// PressOption changes how a button is pressed.
type PressOption func(*pressOptions)

// Decline answers a confirm dialog with its deny button.
func Decline() PressOption { return func(p *pressOptions) { p.decline = true } }

// Asked lets ask read the confirm dialog and decide; it is not called when there is none.
func Asked(ask func(Confirm) bool) PressOption { return func(p *pressOptions) { p.ask = ask } }

// confirm shows the element's dialog, if it has one, and says whether the person goes on.
func confirm(el obj, opts []PressOption) (*Confirm, bool) {
	var p pressOptions
	for _, o := range opts {
		o(&p)
	}
	d, ok := el["confirm"].(obj)
	if !ok {
		return nil, true
	}
	c := &Confirm{Title: textOf(d["title"]), Text: textOf(d["text"]), Confirm: textOf(d["confirm"]), Deny: textOf(d["deny"])}
	if p.ask != nil {
		return c, p.ask(*c)
	}
	return c, !p.decline
}

// Press presses a button of a message, named by its action id, its text, its value or block_id/action_id. A confirm dialog is accepted unless
// an option says otherwise.
func (p *Person) Press(ctx context.Context, r Ref, button string, opts ...PressOption) (ActResult, error) {
	what := fmt.Sprintf("press %q", button)
	w := p.ws
	w.mu.Lock()
	ch, m, err := p.visibleMessage(what, r)
	var el element
	if err == nil {
		el, err = p.button(what, m.blocks, button)
	}
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	dialog, goOn := confirm(el.fields, opts)
	if !goOn {
		w.mu.Unlock()
		return ActResult{Confirm: dialog}, nil
	}
	payload := w.messageAction(p.id, ch, m, w.action(el, nil))
	w.mu.Unlock()
	res, err := p.act(ctx, envelope{typ: "interactive", name: "block_actions", payload: payload})
	res.Confirm, res.URL = dialog, str(el.fields["url"])
	return res, err
}

// visibleMessage finds a message the person has before their eyes. The lock is held.
func (p *Person) visibleMessage(what string, r Ref) (*channel, *Message, error) {
	if _, err := p.user(what); err != nil {
		return nil, nil, err
	}
	ch, err := p.visibleChannel(what, r.Channel)
	if err != nil {
		return nil, nil, err
	}
	if !p.ws.manifest.Settings.Interactivity.Enabled {
		return nil, nil, p.refuse(what, "the app is not configured for interactivity")
	}
	if m := ch.find(r.TS); m != nil && !m.Deleted {
		return ch, m, nil
	}
	for _, m := range p.ws.channels.ephemerals {
		if m.EphemeralTo == p.id && m.Channel == r.Channel && m.TS == r.TS {
			return ch, m, nil
		}
	}
	return nil, nil, p.refuse(what, "the message is not there")
}

// element finds an element by block id, action id, block_id/action_id or label. The lock is held.
func (p *Person) element(what string, blocks []any, name string) (element, error) {
	var exact, labelled []element
	var all []string
	eachElement(blocks, func(e element) {
		all = append(all, fmt.Sprintf("%s/%s %q", e.blockID(), e.actionID(), e.label()))
		switch {
		case e.actionID() == name || e.blockID() == name || e.blockID()+"/"+e.actionID() == name:
			exact = append(exact, e)
		case e.label() == name:
			labelled = append(labelled, e)
		}
	})
	found := exact
	if len(found) == 0 {
		found = labelled
	}
	switch {
	case len(found) == 0:
		return element{}, p.refuse(what, "there is no %q, only %s", name, orNothing(all))
	case len(found) > 1:
		return element{}, p.refuse(what, "there are %d of %q", len(found), name)
	}
	return found[0], nil
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing one can use"
	}
	return fmt.Sprint(list)
}

// button finds a button by action id, text, value, or block_id/action_id. The lock is held.
func (p *Person) button(what string, blocks []any, name string) (element, error) {
	var found []element
	eachElement(blocks, func(e element) {
		if e.typ() != "button" {
			return
		}
		switch name {
		case e.actionID(), textOf(e.fields["text"]), str(e.fields["value"]), e.blockID() + "/" + e.actionID():
			found = append(found, e)
		}
	})
	switch {
	case len(found) == 0:
		return element{}, p.refuse(what, "there is no such button, only %s", orNothing(buttonTexts(blocks)))
	case len(found) > 1:
		return element{}, p.refuse(what, "there are %d such buttons", len(found))
	}
	return found[0], nil
}

// action is the entry of "actions" in a block_actions payload. The lock is held.
func (w *Workspace) action(e element, value any) obj {
	out := obj{"type": e.typ(), "block_id": e.blockID(), "action_id": e.actionID(), "action_ts": w.newTS()}
	switch s, stateful := slots[e.typ()]; {
	case e.typ() == "button":
		for _, key := range []string{"text", "value", "style", "url"} {
			if v, ok := e.fields[key]; ok {
				out[key] = v
			}
		}
	case e.typ() == "overflow":
		out["selected_option"] = value
	case stateful:
		out[s.field] = value
		if ph, ok := e.fields["placeholder"]; ok {
			out["placeholder"] = ph
		}
	}
	return out
}

// messageAction is the block_actions payload of a click in a message. The lock is held.
func (w *Workspace) messageAction(user string, ch *channel, m *Message, action obj) obj {
	out := w.interaction("block_actions", user)
	ephemeral := m.EphemeralTo != ""
	container := obj{"type": "message", "message_ts": m.TS, "channel_id": ch.ID, "is_ephemeral": ephemeral}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	name := ch.Name
	if ch.IM {
		name = "directmessage"
	} else if ch.Private {
		name = "privategroup"
	}
	values := m.state
	if values == nil {
		values = state{}
	}
	out["container"], out["channel"], out["actions"] = container, obj{"id": ch.ID, "name": name}, []obj{action}
	out["state"], out["trigger_id"] = obj{"values": values}, w.views.newTrigger(user, ch.ID, "")
	out["response_url"] = w.responseURLs.create("actions", responseURL{channel: ch.ID, user: user, ts: m.TS, ephemeral: ephemeral})
	if !ephemeral {
		out["message"] = w.chat.messageJSON(ch, m, false)
	}
	return out
}

// viewAction is the block_actions payload of a click in a modal or Home tab. The lock is held.
func (w *Workspace) viewAction(v *view, user string, action obj) obj {
	out := w.interaction("block_actions", user)
	out["container"], out["view"] = obj{"type": "view", "view_id": v.id}, w.views.viewJSON(v)
	out["actions"], out["trigger_id"] = []obj{action}, w.views.newTrigger(user, "", v.id)
	return out
}

// PressInView presses a button in the modal on top, named by its action id or its text.
func (p *Person) PressInView(ctx context.Context, button string, opts ...PressOption) (ActResult, error) {
	return p.pressIn(ctx, p.modal, button, opts)
}

// PressInHome presses a button in the person's Home tab.
func (p *Person) PressInHome(ctx context.Context, button string, opts ...PressOption) (ActResult, error) {
	return p.pressIn(ctx, p.home, button, opts)
}

func (p *Person) pressIn(ctx context.Context, surface func(string) (*view, error), button string, opts []PressOption) (ActResult, error) {
	what := fmt.Sprintf("press %q", button)
	w := p.ws
	w.mu.Lock()
	v, err := surface(what)
	var el element
	if err == nil {
		el, err = p.button(what, v.blocks, button)
	}
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	dialog, goOn := confirm(el.fields, opts)
	if !goOn {
		w.mu.Unlock()
		return ActResult{Confirm: dialog}, nil
	}
	payload := w.viewAction(v, p.id, w.action(el, nil))
	w.mu.Unlock()
	res, err := p.act(ctx, envelope{typ: "interactive", name: "block_actions", payload: payload})
	res.Confirm, res.URL = dialog, str(el.fields["url"])
	return res, err
}

// modal is the view on top. The lock is held.
func (p *Person) modal(what string) (*view, error) {
	if _, err := p.user(what); err != nil {
		return nil, err
	}
	v := p.ws.views.top(p.id)
	if p.view != "" && (v == nil || v.id != p.view) {
		r := p.refuse(what, "the modal is not on top any more")
		r.Stale = true
		return nil, r
	}
	if v == nil {
		return nil, p.refuse(what, "no modal is open")
	}
	if !p.ws.manifest.Settings.Interactivity.Enabled {
		return nil, p.refuse(what, "the app is not configured for interactivity")
	}
	return v, nil
}
