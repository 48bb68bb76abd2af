package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"renewbot/bot/slacksim/blockkit"
)

// Pick chooses an option of a select or overflow menu in a message.
func (p *Person) Pick(ctx context.Context, r Ref, field, choice string, opts ...PressOption) (ActResult, error) {
	return p.PickAll(ctx, r, field, []string{choice}, opts...)
}

// PickAll is Pick for fields that take several: exactly the given choices are set.
func (p *Person) PickAll(ctx context.Context, r Ref, field string, choices []string, opts ...PressOption) (ActResult, error) {
	what := fmt.Sprintf("choose %q in %q", choices, field)
	w := p.ws
	w.mu.Lock()
	ch, m, err := p.visibleMessage(what, r)
	var el element
	if err == nil {
		el, err = p.element(what, m.blocks, field)
	}
	var value any
	if err == nil {
		value, err = p.choice(what, el, nil, choices)
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
	if s, stateful := slots[el.typ()]; stateful {
		m.state = m.state.with(el.blockID(), el.actionID(), obj{"type": el.typ(), s.field: value})
		w.channels.messageChanged(ch, m.TS, p.id)
	}
	payload := w.messageAction(p.id, ch, m, w.action(el, value))
	w.mu.Unlock()
	res, err := p.act(ctx, envelope{typ: "interactive", name: "block_actions", payload: payload})
	res.Confirm = dialog
	return res, err
}

// choice turns what a person picks into the value Slack sends. The lock is held.
func (p *Person) choice(what string, e element, offered []Option, picks []string) (any, error) {
	s, stateful := slots[e.typ()]
	if e.typ() == "file_input" {
		return nil, p.refuse(what, "files are uploaded, and not chosen")
	}
	if e.typ() == "overflow" {
		stateful, s = true, slot{field: "selected_option"}
	}
	if !stateful {
		return nil, p.refuse(what, "a %s has nothing to choose", e.typ())
	}
	if !s.list && len(picks) != 1 {
		return nil, p.refuse(what, "exactly one can be chosen")
	}
	if limit := integer(e.fields["max_selected_items"]); limit > 0 && len(picks) > limit {
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

func (p *Person) pick(what string, e element, offered []Option, pick string) (any, error) {
	w := p.ws
	switch e.typ() {
	case "users_select", "multi_users_select":
		for _, id := range w.people.userOrder {
			if u := w.people.users[id]; u.ID == pick || u.Name == pick || u.RealName == pick {
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
	options := blockkit.Options(e.fields)
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
func (p *Person) pickChannel(what string, e element, pick string) (any, error) {
	filter, _ := e.fields["filter"].(obj)
	include, _ := filter["include"].([]any)
	publicOnly := e.typ() == "channels_select" || e.typ() == "multi_channels_select"
	for _, id := range p.ws.channels.order {
		ch := p.ws.channels.byID[id]
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

func pickTime(kind, pick string) (any, bool) {
	switch kind {
	case "datepicker":
		_, err := time.Parse(time.DateOnly, pick)
		return pick, err == nil
	case "timepicker":
		_, err := time.Parse("15:04", pick)
		return pick, err == nil
	}
	n, err := strconv.ParseInt(pick, 10, 64)
	return json.Number(pick), err == nil && n > 0
}
