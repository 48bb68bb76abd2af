package slacksim

import (
	"context"
	"fmt"
	"slices"
)

// pressing is how a person deals with a click.
type pressing struct {
	decline bool
	ask     func(Confirm) bool
}

// PressOption changes how a button is pressed.
type PressOption func(*pressing)

// Decline answers a confirm dialog with its deny button.
func Decline() PressOption { return func(p *pressing) { p.decline = true } }

// Asked lets ask read the confirm dialog and decide; it is not called when there is none.
func Asked(ask func(Confirm) bool) PressOption { return func(p *pressing) { p.ask = ask } }

// confirm shows the element's dialog, if it has one, and says whether the person goes on.
func confirm(el obj, opts []PressOption) (*Confirm, bool) {
	var p pressing
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

// Press presses a button of a message, named by its action id or its text. A confirm dialog is accepted unless
// an option says otherwise.
func (p *Person) Press(ctx context.Context, r Ref, button string, opts ...PressOption) (ActResult, error) {
	what := fmt.Sprintf("press %q", button)
	w := p.ws
	w.mu.Lock()
	ch, m, err := p.reads(what, r)
	var el placed
	if err == nil {
		el, err = p.button(what, m.blocks, button)
	}
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	dialog, goOn := confirm(el.el, opts)
	if !goOn {
		w.mu.Unlock()
		return ActResult{Confirm: dialog}, nil
	}
	payload := w.messageAction(p.id, ch, m, w.action(el, nil))
	w.mu.Unlock()
	res, err := p.act(ctx, envelope{typ: "interactive", name: "block_actions", payload: payload})
	res.Confirm, res.URL = dialog, str(el.el["url"])
	return res, err
}

// Pick chooses an option of a select or overflow menu in a message.
func (p *Person) Pick(ctx context.Context, r Ref, field, choice string, opts ...PressOption) (ActResult, error) {
	what := fmt.Sprintf("choose %q in %q", choice, field)
	w := p.ws
	w.mu.Lock()
	ch, m, err := p.reads(what, r)
	var el placed
	if err == nil {
		el, err = p.element(what, m.blocks, field)
	}
	var value any
	if err == nil {
		value, err = p.choice(what, el, nil, []string{choice})
	}
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	dialog, goOn := confirm(el.el, opts)
	if !goOn {
		w.mu.Unlock()
		return ActResult{Confirm: dialog}, nil
	}
	if s, stateful := slots[el.typ()]; stateful {
		m.state = m.state.with(el.blockID(), el.actionID(), obj{"type": el.typ(), s.field: value})
		w.touch(Change{Kind: ChangeMessage, Channel: ch.ID, TS: m.TS, User: p.id})
	}
	payload := w.messageAction(p.id, ch, m, w.action(el, value))
	w.mu.Unlock()
	res, err := p.act(ctx, envelope{typ: "interactive", name: "block_actions", payload: payload})
	res.Confirm = dialog
	return res, err
}

// reads finds a message the person has before their eyes. The lock is held.
func (p *Person) reads(what string, r Ref) (*channel, *Message, error) {
	if _, err := p.user(what); err != nil {
		return nil, nil, err
	}
	ch, err := p.visible(what, r.Channel)
	if err != nil {
		return nil, nil, err
	}
	if !p.ws.manifest.Settings.Interactivity.Enabled {
		return nil, nil, p.refuse(what, "the app is not configured for interactivity")
	}
	if m := ch.find(r.TS); m != nil && !m.Deleted {
		return ch, m, nil
	}
	for _, m := range p.ws.ephemerals {
		if m.EphemeralTo == p.id && m.Channel == r.Channel && m.TS == r.TS {
			return ch, m, nil
		}
	}
	return nil, nil, p.refuse(what, "the message is not there")
}

// element finds an element by block id, action id or label. The lock is held.
func (p *Person) element(what string, blocks []any, name string) (placed, error) {
	var exact, labelled []placed
	var all []string
	eachElement(blocks, func(e placed) {
		all = append(all, fmt.Sprintf("%s/%s %q", e.blockID(), e.actionID(), e.label()))
		switch {
		case e.actionID() == name || e.blockID() == name:
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
		return placed{}, p.refuse(what, "there is no %q, only %s", name, orNothing(all))
	case len(found) > 1:
		return placed{}, p.refuse(what, "there are %d of %q", len(found), name)
	}
	return found[0], nil
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing one can use"
	}
	return fmt.Sprint(list)
}

// button finds a button by action id or text; of several with one action id the text decides. The lock is held.
func (p *Person) button(what string, blocks []any, name string) (placed, error) {
	var found []placed
	eachElement(blocks, func(e placed) {
		if e.typ() == "button" && (e.actionID() == name || textOf(e.el["text"]) == name) {
			found = append(found, e)
		}
	})
	switch {
	case len(found) == 0:
		return placed{}, p.refuse(what, "there is no such button, only %s", orNothing(buttonTexts(blocks)))
	case len(found) > 1:
		return placed{}, p.refuse(what, "there are %d such buttons", len(found))
	}
	return found[0], nil
}

// action is the entry of "actions" in a block_actions payload. The lock is held.
func (w *Workspace) action(e placed, value any) obj {
	out := obj{"type": e.typ(), "block_id": e.blockID(), "action_id": e.actionID(), "action_ts": w.newTS()}
	switch s, stateful := slots[e.typ()]; {
	case e.typ() == "button":
		for _, key := range []string{"text", "value", "style", "url"} {
			if v, ok := e.el[key]; ok {
				out[key] = v
			}
		}
	case e.typ() == "overflow":
		out["selected_option"] = value
	case stateful:
		out[s.field] = value
		if ph, ok := e.el["placeholder"]; ok {
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
	out["state"], out["trigger_id"] = obj{"values": values}, w.newTrigger(user, ch.ID, "")
	out["response_url"] = w.newHook("actions", hook{channel: ch.ID, user: user, ts: m.TS, ephemeral: ephemeral})
	if !ephemeral {
		out["message"] = w.messageJSON(ch, m, false)
	}
	return out
}

// viewAction is the block_actions payload of a click in a modal or Home tab. The lock is held.
func (w *Workspace) viewAction(v *view, user string, action obj) obj {
	out := w.interaction("block_actions", user)
	out["container"], out["view"] = obj{"type": "view", "view_id": v.id}, w.viewJSON(v)
	out["actions"], out["trigger_id"] = []obj{action}, w.newTrigger(user, "", v.id)
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
	var el placed
	if err == nil {
		el, err = p.button(what, v.blocks, button)
	}
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	dialog, goOn := confirm(el.el, opts)
	if !goOn {
		w.mu.Unlock()
		return ActResult{Confirm: dialog}, nil
	}
	payload := w.viewAction(v, p.id, w.action(el, nil))
	w.mu.Unlock()
	res, err := p.act(ctx, envelope{typ: "interactive", name: "block_actions", payload: payload})
	res.Confirm, res.URL = dialog, str(el.el["url"])
	return res, err
}

// modal is the view on top. The lock is held.
func (p *Person) modal(what string) (*view, error) {
	if _, err := p.user(what); err != nil {
		return nil, err
	}
	v := p.ws.top(p.id)
	if v == nil {
		return nil, p.refuse(what, "no modal is open")
	}
	if !p.ws.manifest.Settings.Interactivity.Enabled {
		return nil, p.refuse(what, "the app is not configured for interactivity")
	}
	return v, nil
}

// home is the person's Home tab. The lock is held.
func (p *Person) home(what string) (*view, error) {
	if _, err := p.user(what); err != nil {
		return nil, err
	}
	if !p.ws.manifest.Features.AppHome.Home {
		return nil, p.refuse(what, "the app has no Home tab")
	}
	v := p.ws.homes[p.id]
	if v == nil {
		return nil, p.refuse(what, "the Home tab is empty")
	}
	return v, nil
}

// Home returns the person's Home tab; ok is false when nothing was published to it yet.
func (p *Person) Home() (v View, ok bool) {
	v, ok = p.ws.Snapshot().Homes[p.id]
	return v, ok
}

// OpenHome opens the app's Home tab and tells the app, if the manifest subscribes to app_home_opened. It
// returns once the app has acknowledged; what it publishes may come later.
func (p *Person) OpenHome(ctx context.Context) (ActResult, error) {
	w := p.ws
	w.mu.Lock()
	_, err := p.user("open Home")
	if err == nil && !w.manifest.Features.AppHome.Home {
		err = p.refuse("open Home", "the app has no Home tab")
	}
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	fields := obj{"user": p.id, "channel": w.openIM(p.id).ID, "tab": "home"}
	if v := w.homes[p.id]; v != nil {
		fields["view"] = w.viewJSON(v)
	}
	ev := w.newEvent("app_home_opened", fields)
	w.mu.Unlock()
	if ev == nil {
		return ActResult{}, nil
	}
	done := make(chan struct{})
	w.locked(func() {
		w.spawn(func() {
			defer close(done)
			w.attempt(w.ctx, ev)
		})
	})
	select {
	case <-done:
		return ActResult{Sent: true}, nil
	case <-ctx.Done():
		return ActResult{Sent: true}, ctx.Err()
	case <-w.ctx.Done():
		return ActResult{}, w.ctx.Err()
	}
}

// choice turns what a person picks into the value Slack sends. The lock is held.
func (p *Person) choice(what string, e placed, offered []Option, picks []string) (any, error) {
	s, stateful := slots[e.typ()]
	if e.typ() == "overflow" {
		stateful, s = true, slot{field: "selected_option"}
	}
	if !stateful {
		return nil, p.refuse(what, "a %s has nothing to choose", e.typ())
	}
	if !s.list && len(picks) != 1 {
		return nil, p.refuse(what, "exactly one can be chosen")
	}
	if limit := integer(e.el["max_selected_items"]); limit > 0 && len(picks) > limit {
		return nil, p.refuse(what, "at most %d can be chosen", limit)
	}
	values := []any{}
	for _, pick := range picks {
		v, err := p.pick(what, e, offered, pick)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	if s.list {
		return values, nil
	}
	return values[0], nil
}

func (p *Person) pick(what string, e placed, offered []Option, pick string) (any, error) {
	w := p.ws
	switch e.typ() {
	case "users_select", "multi_users_select":
		for _, id := range w.userOrder {
			if u := w.users[id]; u.ID == pick || u.Name == pick || u.RealName == pick {
				if u.Deleted {
					return nil, p.refuse(what, "%s is deactivated", pick)
				}
				return u.ID, nil
			}
		}
		return nil, p.refuse(what, "there is no person %q", pick)
	case "conversations_select", "multi_conversations_select", "channels_select", "multi_channels_select":
		return p.pickChannel(what, e, pick)
	case "datepicker", "timepicker", "datetimepicker":
		if v, ok := pickTime(e.typ(), pick); ok {
			return v, nil
		}
		return nil, p.refuse(what, "%q cannot be picked in a %s", pick, e.typ())
	case "external_select", "multi_external_select":
		for _, o := range offered {
			if o.Text == pick || o.Value == pick {
				return o.json(), nil
			}
		}
		return nil, p.refuse(what, "%q is not among what the search offered", pick)
	}
	options := listedOptions(e.el)
	var byText []obj
	for _, o := range options {
		if o["value"] == pick {
			return o, nil
		}
		if textOf(o["text"]) == pick {
			byText = append(byText, o)
		}
	}
	if len(byText) == 1 {
		return byText[0], nil
	}
	var all []string
	for _, o := range options {
		all = append(all, textOf(o["text"]))
	}
	return nil, p.refuse(what, "it offers %s", orNothing(all))
}

func (o Option) json() obj {
	out := obj{"text": obj{"type": "plain_text", "text": o.Text, "emoji": true}, "value": o.Value}
	if o.Description != "" {
		out["description"] = obj{"type": "plain_text", "text": o.Description, "emoji": true}
	}
	return out
}

// pickChannel finds a conversation that the menu shows to this person.
func (p *Person) pickChannel(what string, e placed, pick string) (any, error) {
	filter, _ := e.el["filter"].(obj)
	include, _ := filter["include"].([]any)
	publicOnly := e.typ() == "channels_select" || e.typ() == "multi_channels_select"
	for _, id := range p.ws.channelOrder {
		ch := p.ws.channels[id]
		if ch.ID != pick && (ch.Name == "" || ch.Name != pick && "#"+ch.Name != pick) {
			continue
		}
		kind := "public"
		if ch.IM {
			kind = "im"
		} else if ch.Private {
			kind = "private"
		}
		switch {
		case kind != "public" && !ch.has(p.id), ch.Archived, publicOnly && kind != "public",
			len(include) > 0 && !slices.Contains(include, any(kind)),
			filter["exclude_external_shared_channels"] == true && ch.ExtShared,
			filter["exclude_bot_users"] == true && ch.IM:
			return nil, p.refuse(what, "the menu does not show %s to this person", pick)
		}
		return ch.ID, nil
	}
	return nil, p.refuse(what, "there is no conversation %q", pick)
}
