package slacksim

import (
	"maps"
	"slices"
	"strings"

	"renewbot/bot/slacksim/blockkit"
)

// element is an interactive element and the block it stands in.
type element struct {
	block     obj
	blockType string // input, section, actions, …
	fields    obj
}

func (p element) typ() string      { return str(p.fields["type"]) }
func (p element) blockID() string  { return str(p.block["block_id"]) }
func (p element) actionID() string { return str(p.fields["action_id"]) }

// dispatches says whether a change of the element sends block_actions.
func (p element) dispatches() bool {
	return p.blockType != "input" || p.block["dispatch_action"] == true
}

// label is what a person reads beside the element.
func (p element) label() string {
	switch {
	case p.blockType == "input":
		return textOf(p.block["label"])
	case p.fields["text"] != nil:
		return textOf(p.fields["text"])
	case p.blockType == "section" && p.block["text"] != nil:
		return textOf(p.block["text"])
	}
	return textOf(p.fields["placeholder"])
}

// eachElement calls f for every interactive element of the blocks, in order.
func eachElement(blocks []any, f func(element)) {
	for _, b := range blocks {
		block, ok := b.(obj)
		if !ok {
			continue
		}
		blockType := str(block["type"])
		one := func(v any) {
			if el, ok := v.(obj); ok && el["type"] != "image" && el["action_id"] != nil {
				f(element{block, blockType, el})
			}
		}
		one(block["accessory"])
		one(block["element"])
		for _, key := range []string{"elements", "actions"} {
			if list, ok := block[key].([]any); ok && blockType != "context" && blockType != "rich_text" {
				for _, v := range list {
					one(v)
				}
			}
		}
		if list, ok := block["elements"].([]any); ok && blockType == "carousel" {
			eachElement(list, f)
		}
	}
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

// textOf is the text of a text object.
func textOf(v any) string {
	o, _ := v.(obj)
	return str(o["text"])
}

// fillIDs returns a copy of the blocks in which every block has a block_id and every element an action_id;
// those that are missing are made anew each time, as Slack makes them.
func (c *core) fillIDs(blocks []any) []any {
	out := make([]any, len(blocks))
	for i, b := range blocks {
		block, ok := b.(obj)
		if !ok {
			out[i] = b
			continue
		}
		block = maps.Clone(block)
		if str(block["block_id"]) == "" {
			block["block_id"] = c.shortID()
		}
		for _, key := range []string{"accessory", "element"} {
			if el, ok := block[key].(obj); ok {
				block[key] = c.fillElement(el)
			}
		}
		for _, key := range []string{"elements", "actions"} {
			list, ok := block[key].([]any)
			if !ok || block["type"] == "context" || block["type"] == "rich_text" {
				continue
			}
			list = slices.Clone(list)
			for j, v := range list {
				if el, ok := v.(obj); ok {
					list[j] = c.fillElement(el)
				}
			}
			block[key] = list
		}
		out[i] = block
	}
	return out
}

func (c *core) fillElement(el obj) obj {
	if t := str(el["type"]); t == "image" || t == "card" {
		return el
	}
	el = maps.Clone(el)
	if str(el["action_id"]) == "" {
		el["action_id"] = c.shortID()
	}
	return el
}

func (c *core) shortID() string {
	const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"
	var b strings.Builder
	for range 5 {
		b.WriteByte(alphabet[c.rng.IntN(len(alphabet))])
	}
	return b.String()
}

// state is what people have put into elements: block id, action id, and the value in Slack's own form.
type state map[string]map[string]obj

func (s state) get(block, action string) obj { return s[block][action] }

// with returns a copy with one value changed; snapshots and payloads keep the state they were made from.
func (s state) with(block, action string, v obj) state {
	out := maps.Clone(s)
	if out == nil {
		out = state{}
	}
	out[block] = maps.Clone(out[block])
	out.set(block, action, v)
	return out
}

func (s state) set(block, action string, v obj) {
	if s[block] == nil {
		s[block] = map[string]obj{}
	}
	s[block][action] = v
}

// slot says in which field an element type keeps its value, and which field presets it.
type slot struct {
	field, initial string
	list           bool
}

var slots = map[string]slot{
	"plain_text_input":           {field: "value", initial: "initial_value"},
	"number_input":               {field: "value", initial: "initial_value"},
	"email_text_input":           {field: "value", initial: "initial_value"},
	"url_text_input":             {field: "value", initial: "initial_value"},
	"static_select":              {field: "selected_option", initial: "initial_option"},
	"external_select":            {field: "selected_option", initial: "initial_option"},
	"radio_buttons":              {field: "selected_option", initial: "initial_option"},
	"checkboxes":                 {field: "selected_options", initial: "initial_options", list: true},
	"multi_static_select":        {field: "selected_options", initial: "initial_options", list: true},
	"multi_external_select":      {field: "selected_options", initial: "initial_options", list: true},
	"users_select":               {field: "selected_user", initial: "initial_user"},
	"multi_users_select":         {field: "selected_users", initial: "initial_users", list: true},
	"conversations_select":       {field: "selected_conversation", initial: "initial_conversation"},
	"multi_conversations_select": {field: "selected_conversations", initial: "initial_conversations", list: true},
	"channels_select":            {field: "selected_channel", initial: "initial_channel"},
	"multi_channels_select":      {field: "selected_channels", initial: "initial_channels", list: true},
	"datepicker":                 {field: "selected_date", initial: "initial_date"},
	"timepicker":                 {field: "selected_time", initial: "initial_time"},
	"datetimepicker":             {field: "selected_date_time", initial: "initial_date_time"},
	"rich_text_input":            {field: "rich_text_value", initial: "initial_value"},
	"file_input":                 {field: "files", list: true},
}

// initialState is the state of freshly drawn blocks. What stands in before is kept where block_id, action_id
// and type are the same, and nowhere else.
func initialState(blocks []any, before state) state {
	out := state{}
	eachElement(blocks, func(p element) {
		s, stateful := slots[p.typ()]
		if !stateful {
			return
		}
		if old := before.get(p.blockID(), p.actionID()); old != nil && old["type"] == p.fields["type"] && stillOffered(p, old, s) {
			out.set(p.blockID(), p.actionID(), old)
			return
		}
		var v any
		if s.initial != "" {
			v = p.fields[s.initial]
		}
		if v == nil && s.list {
			v = []any{}
		}
		out.set(p.blockID(), p.actionID(), obj{"type": p.typ(), s.field: v})
	})
	return out
}

// stillOffered says whether a kept choice still stands among the options of a select that lists them.
func stillOffered(p element, old obj, s slot) bool {
	options := blockkit.Options(p.fields)
	if options == nil {
		return true
	}
	chosen, isList := old[s.field].([]any)
	if !isList && old[s.field] != nil {
		chosen = []any{old[s.field]}
	}
	for _, c := range chosen {
		o, _ := c.(obj)
		if !slices.ContainsFunc(options, func(l obj) bool { return l["value"] == o["value"] }) {
			return false
		}
	}
	return true
}
