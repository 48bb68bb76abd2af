package slacksim

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"renewbot/bot/slacksim/blockkit"
)

// view is a modal or Home tab as the workspace keeps it, closed ones too.
type view struct {
	id, user string
	body     obj // as the app sent it
	blocks   []any
	encoded  json.RawMessage // blocks, once a snapshot has needed them
	state    state
	hash     string
	external string
	root     string
	previous string // empty for the first of a stack
	channel  string // where the trigger came from
	open     bool
	errors   map[string]string // by block id, as the person sees them
	trouble  string            // what Slack itself says to the person
	offered  map[string][]Option
}

func (v *view) typ() string          { return str(v.body["type"]) }
func (v *view) callbackID() string   { return str(v.body["callback_id"]) }
func (v *view) flag(key string) bool { return v.body[key] == true }

// draw gives a view its contents; what was typed stays where block_id and action_id stay the same.
func (vs *views) draw(v *view, body obj) {
	list, _ := body["blocks"].([]any)
	v.body, v.blocks, v.encoded, v.external = body, vs.fillIDs(list), nil, str(body["external_id"])
	v.state = initialState(v.blocks, v.state)
	v.errors, v.trouble, v.offered = nil, "", nil
	for old := v.hash; v.hash == old; {
		v.hash = strconv.FormatInt(vs.clock.Now().Unix(), 10) + "." + vs.hexID(4)
	}
	if v.channel != "" {
		vs.presetConversation(v)
	}
	vs.touchView(v)
}

// presetConversation fills selects with default_to_current_conversation.
func (vs *views) presetConversation(v *view) {
	eachElement(v.blocks, func(p element) {
		s := slots[p.typ()]
		if p.fields["default_to_current_conversation"] != true || s.field == "" {
			return
		}
		cur := v.state.get(p.blockID(), p.actionID())
		if list, isList := cur[s.field].([]any); s.list && isList && len(list) == 0 {
			v.state.set(p.blockID(), p.actionID(), obj{"type": p.typ(), s.field: []any{v.channel}})
		} else if !s.list && cur[s.field] == nil {
			v.state.set(p.blockID(), p.actionID(), obj{"type": p.typ(), s.field: v.channel})
		}
	})
}

func (vs *views) touchView(v *view) {
	kind := ChangeView
	if v.typ() == "home" {
		kind = ChangeHome
	}
	vs.touch(Change{Kind: kind, User: v.user})
}

// top is the modal a person sees.
func (vs *views) top(user string) *view {
	stack := vs.stacks[user]
	if len(stack) == 0 {
		return nil
	}
	return stack[len(stack)-1]
}

// closeTop closes the topmost modal, closeAll the whole stack.
func (vs *views) closeTop(user string) {
	stack := vs.stacks[user]
	if len(stack) == 0 {
		return
	}
	v := stack[len(stack)-1]
	v.open = false
	vs.stacks[user] = stack[:len(stack)-1]
	vs.touchView(v)
}

func (vs *views) closeAll(user string) {
	for range vs.stacks[user] {
		vs.closeTop(user)
	}
}

// pushView puts a modal on a person's stack.
func (vs *views) pushView(user string, body obj, channel string) *view {
	stack := slices.Clone(vs.stacks[user])
	v := &view{id: vs.newID("V0"), user: user, open: true, channel: channel}
	v.root = v.id
	if len(stack) > 0 {
		v.root, v.previous = stack[0].id, stack[len(stack)-1].id
	}
	vs.byID[v.id] = v
	vs.oldViews.add(v.id, vs.memory, func(old string) bool {
		if vs.byID[old].open {
			return false
		}
		delete(vs.byID, old)
		return true
	})
	vs.stacks[user] = append(stack, v)
	vs.draw(v, body)
	return v
}

// externalTaken says whether another live view already has the external id.
func (vs *views) externalTaken(id string, self *view) bool {
	if id == "" {
		return false
	}
	v := vs.byExternal(id)
	return v != nil && v != self
}

// byExternal finds the live view with an external id.
func (vs *views) byExternal(id string) *view {
	for _, v := range vs.homes {
		if v.external == id {
			return v
		}
	}
	for _, stack := range vs.stacks {
		for _, v := range stack {
			if v.external == id {
				return v
			}
		}
	}
	return nil
}

// viewJSON is the view object of answers and payloads.
func (vs *views) viewJSON(v *view) obj {
	var previous any
	if v.previous != "" {
		previous = v.previous
	}
	values := any(v.state)
	if len(v.state) == 0 {
		values = obj{}
	}
	out := obj{
		"id": v.id, "team_id": vs.teamID, "type": v.typ(), "blocks": v.blocks,
		"private_metadata": str(v.body["private_metadata"]), "callback_id": v.callbackID(),
		"external_id": v.external, "state": obj{"values": values}, "hash": v.hash,
		"clear_on_close": v.flag("clear_on_close"), "notify_on_close": v.flag("notify_on_close"),
		"submit_disabled": false, "root_view_id": v.root, "previous_view_id": previous,
		"app_id": vs.appID, "app_installed_team_id": vs.teamID, "bot_id": vs.botID,
		"title": v.body["title"], "submit": v.body["submit"], "close": v.body["close"],
	}
	if v.typ() == "home" {
		out["title"] = obj{"type": "plain_text", "text": "View Title", "emoji": true}
	}
	return out
}

// answerJSON is the view object in answers of views.*, where an empty state may come as an array.
func (vs *views) answerJSON(v *view) obj {
	out := vs.viewJSON(v)
	if vs.stateAsArray {
		out["state"] = obj{"values": []any{}}
	}
	return out
}

// View is a modal or Home tab as a person sees it.
type View struct {
	ID, Type, CallbackID, ExternalID, PrivateMetadata string
	Hash, RootID, PreviousID                          string
	Title, Submit, Close                              string
	NotifyOnClose, ClearOnClose                       bool
	Blocks                                            json.RawMessage
	Errors                                            map[string]string // shown at fields, by block id
	Trouble                                           string            // what Slack itself shows, such as "We had some trouble connecting"
	Fields                                            []Field           // every element one can use, in order
	blocks                                            []any
}

// Field is an element of a view that a person can use, with what is in it.
type Field struct {
	BlockID, ActionID, Type string
	Label, Hint             string
	Placeholder             string
	Input                   bool // stands in an input block
	Optional                bool
	Dispatch                bool     // tells the app at once when it changes
	Value                   string   // what is typed or picked: text, date, user or channel id
	Selected                []Option // what is chosen, of selects, radio buttons and checkboxes
	Options                 []Option // what it offers by itself
	Error                   string   // shown below it
}

// Option is a choice of a select, as a person sees it.
type Option struct{ Text, Value, Description string }

func option(v any) Option {
	o, _ := v.(obj)
	return Option{textOf(o["text"]), str(o["value"]), textOf(o["description"])}
}

func (v *view) export() View {
	if v.encoded == nil {
		v.encoded = mustJSON(v.blocks)
	}
	out := View{
		ID: v.id, Type: v.typ(), CallbackID: v.callbackID(), ExternalID: v.external,
		PrivateMetadata: str(v.body["private_metadata"]), Hash: v.hash, RootID: v.root, PreviousID: v.previous,
		Title: textOf(v.body["title"]), Submit: textOf(v.body["submit"]), Close: textOf(v.body["close"]),
		NotifyOnClose: v.flag("notify_on_close"), ClearOnClose: v.flag("clear_on_close"),
		Blocks: v.encoded, Errors: maps.Clone(v.errors), Trouble: v.trouble, blocks: v.blocks,
	}
	if out.Close == "" && out.Type == "modal" {
		out.Close = "Cancel"
	}
	eachElement(v.blocks, func(p element) {
		f := fieldOf(p, v.state.get(p.blockID(), p.actionID()))
		if p.blockType == "input" {
			f.Error = v.errors[f.BlockID]
		}
		out.Fields = append(out.Fields, f)
	})
	return out
}

func fieldOf(p element, value obj) Field {
	f := Field{
		BlockID: p.blockID(), ActionID: p.actionID(), Type: p.typ(), Label: p.label(),
		Hint: textOf(p.block["hint"]), Placeholder: textOf(p.fields["placeholder"]), Input: p.blockType == "input",
		Optional: p.block["optional"] == true, Dispatch: p.dispatches(),
	}
	for _, o := range blockkit.Options(p.fields) {
		f.Options = append(f.Options, option(o))
	}
	switch v := value[slots[p.typ()].field].(type) {
	case string:
		f.Value = v
	case json.Number:
		f.Value = v.String()
	case obj:
		f.Selected = []Option{option(v)}
		f.Value = f.Selected[0].Value
	case []any:
		for _, o := range v {
			if id, ok := o.(string); ok {
				f.Selected = append(f.Selected, Option{Text: id, Value: id})
			} else if file, ok := o.(obj); ok && p.typ() == "file_input" {
				f.Selected = append(f.Selected, Option{Text: str(file["name"]), Value: str(file["id"])})
			} else {
				f.Selected = append(f.Selected, option(o))
			}
		}
	}
	return f
}

// Field finds a field by its label, block id or action id.
func (v View) Field(name string) (Field, bool) {
	i := slices.IndexFunc(v.Fields, func(f Field) bool { return f.BlockID == name || f.ActionID == name || f.Label == name })
	if i < 0 {
		return Field{}, false
	}
	return v.Fields[i], true
}

// Labels lists the labels of the input blocks, in order.
func (v View) Labels() []string {
	var out []string
	for _, f := range v.Fields {
		if f.Input {
			out = append(out, f.Label)
		}
	}
	return out
}

// Buttons lists the texts of the buttons inside the view, in order; Submit and Close are apart.
func (v View) Buttons() []string { return buttonTexts(v.blocks) }
