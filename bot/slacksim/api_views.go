package slacksim

import (
	"fmt"
	"time"

	"renewbot/bot/slacksim/blockkit"
)

func init() {
	register("views.open", method{tier: 4, run: (*Workspace).viewsOpen})
	register("views.push", method{tier: 4, run: (*Workspace).viewsPush})
	register("views.update", method{tier: 4, run: (*Workspace).viewsUpdate})
	register("views.publish", method{tier: 4, run: (*Workspace).viewsPublish})
}

const (
	triggerLife  = 3 * time.Second
	stackDepth   = 3
	closeTrouble = "We had some trouble connecting. Try again?"
)

// trigger allows the app to open one modal for a person who just did something.
type trigger struct {
	user, channel string
	view          string // the modal it came from
	at            time.Time
	used          bool
}

func (w *Workspace) newTrigger(user, channel, viewID string) string {
	id := fmt.Sprintf("%d.%d.%s", 1_000_000_000_000+w.rng.Int64N(8_000_000_000_000), 1_000_000+w.rng.Int64N(9_000_000), w.hexID(16))
	w.triggers[id] = &trigger{user: user, channel: channel, view: viewID, at: w.clock.Now()}
	w.oldTriggers.add(id, w.memory, func(old string) bool {
		t := w.triggers[old]
		if !t.used && w.clock.Now().Sub(t.at) <= triggerLife {
			return false
		}
		delete(w.triggers, old)
		return true
	})
	return id
}

// exchange takes a trigger; it works once and for three seconds.
func (w *Workspace) exchange(id string) (*trigger, *apiError) {
	t := w.triggers[id]
	forms := [...]string{"invalid_trigger_id", "invalid_trigger", "`trigger_id` invalid"}
	switch {
	case t == nil:
	case t.used:
		forms = [...]string{"exchanged_trigger_id", "trigger_exchanged", "`trigger_id` exchanged"}
	case w.clock.Now().Sub(t.at) > triggerLife:
		forms = [...]string{"expired_trigger_id", "trigger_expired", "`trigger_id` expired"}
	default:
		t.used = true
		return t, nil
	}
	if w.triggerErrors == TriggerErrorsArguments {
		return nil, fail("invalid_arguments", forms[2]+" [json-pointer:/trigger_id]")
	}
	return nil, fail(forms[w.triggerErrors])
}

// viewArgument reads and checks the view of a call.
func (w *Workspace) viewArgument(c *call, typ string) (obj, *apiError) {
	v, ok := c.value("view")
	body, isObject := v.(obj)
	if !ok || !isObject {
		return nil, fail("invalid_arguments", "[ERROR] must provide an object [json-pointer:/view]")
	}
	if len(mustJSON(body)) > blockkit.MaxViewBytes {
		return nil, fail("view_too_large")
	}
	if problems := blockkit.CheckView(body); len(problems) > 0 {
		return nil, invalidArguments(problems)
	}
	if body["type"] != typ {
		return nil, fail("invalid_arguments", fmt.Sprintf("[ERROR] expected a view of type %s [json-pointer:/view/type]", typ))
	}
	return body, nil
}

func (w *Workspace) triggerArgument(c *call) (*trigger, *apiError) {
	id := c.str("trigger_id")
	if id == "" {
		return nil, fail("invalid_arguments", "[ERROR] missing required field: trigger_id [json-pointer:/trigger_id]")
	}
	return w.exchange(id)
}

func (w *Workspace) viewsOpen(c *call) (obj, *apiError) {
	body, e := w.viewArgument(c, "modal")
	if e != nil {
		return nil, e
	}
	if w.externalTaken(str(body["external_id"]), nil) {
		return nil, fail("duplicate_external_id")
	}
	t, e := w.triggerArgument(c)
	if e != nil {
		return nil, e
	}
	w.closeAll(t.user)
	v := w.pushView(t.user, body, t.channel)
	return obj{"view": w.answerJSON(v)}, nil
}

func (w *Workspace) viewsPush(c *call) (obj, *apiError) {
	body, e := w.viewArgument(c, "modal")
	if e != nil {
		return nil, e
	}
	if w.externalTaken(str(body["external_id"]), nil) {
		return nil, fail("duplicate_external_id")
	}
	t, e := w.triggerArgument(c)
	if e != nil {
		return nil, e
	}
	if from := w.views[t.view]; from == nil || !from.open || from.typ() != "modal" {
		return nil, fail("not_found")
	}
	if len(w.stacks[t.user]) >= stackDepth {
		return nil, fail("push_limit_reached")
	}
	v := w.pushView(t.user, body, t.channel)
	return obj{"view": w.answerJSON(v)}, nil
}

func (w *Workspace) viewsUpdate(c *call) (obj, *apiError) {
	id, external := c.str("view_id"), c.str("external_id")
	if (id == "") == (external == "") {
		return nil, fail("invalid_arguments", "[ERROR] must provide exactly one of `view_id` and `external_id` [json-pointer:/view_id]")
	}
	body, e := w.viewArgument(c, "modal")
	if e != nil {
		return nil, e
	}
	v := w.views[id]
	if external != "" {
		v = w.byExternal(external)
	}
	if v == nil || !v.open || v.typ() != "modal" {
		return nil, fail("not_found")
	}
	if c.has("hash") && c.str("hash") != v.hash {
		return nil, fail("hash_conflict")
	}
	if w.externalTaken(str(body["external_id"]), v) {
		return nil, fail("duplicate_external_id")
	}
	w.draw(v, body)
	return obj{"view": w.answerJSON(v)}, nil
}

func (w *Workspace) viewsPublish(c *call) (obj, *apiError) {
	if !w.manifest.Features.AppHome.Home {
		return nil, fail("not_enabled")
	}
	body, e := w.viewArgument(c, "home")
	if e != nil {
		return nil, e
	}
	u := w.users[c.str("user_id")]
	if u == nil || u.Bot || u.Deleted {
		return nil, fail("invalid_arguments", "[ERROR] invalid user_id [json-pointer:/user_id]")
	}
	v := w.homes[u.ID]
	if w.externalTaken(str(body["external_id"]), v) {
		return nil, fail("duplicate_external_id")
	}
	if c.has("hash") && (v == nil || c.str("hash") != v.hash) {
		return nil, fail("hash_conflict")
	}
	if v == nil {
		v = &view{id: w.newID("V0"), user: u.ID, open: true}
		v.root = v.id
		w.views[v.id], w.homes[u.ID] = v, v
	}
	w.draw(v, body)
	return obj{"view": w.answerJSON(v)}, nil
}
