package slacksim

import (
	"fmt"
	"time"

	"renewbot/bot/slacksim/blockkit"
)

// views keeps the modals and Home tabs of all people, and the triggers that open them.
type views struct {
	*core
	people        *people
	byID          map[string]*view
	stacks        map[string][]*view // by user, the root first
	homes         map[string]*view   // by user
	triggers      map[string]*trigger
	triggerErrors TriggerErrors
	triggerLife   time.Duration
	stateAsArray  bool // an empty state is answered as an array

	oldTriggers, oldViews evictionQueue
}

func newViews(c *core, p *people) *views {
	return &views{
		core: c, people: p, byID: map[string]*view{}, stacks: map[string][]*view{}, homes: map[string]*view{},
		triggers: map[string]*trigger{}, triggerLife: 3 * time.Second,
	}
}

// methods are the methods of views.*.
func (vs *views) methods() map[string]method {
	return map[string]method{
		"views.open":    {tier: 4, run: vs.open},
		"views.push":    {tier: 4, run: vs.push},
		"views.update":  {tier: 4, run: vs.update},
		"views.publish": {tier: 4, run: vs.publish},
	}
}

const (
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

func (vs *views) newTrigger(user, channel, viewID string) string {
	id := fmt.Sprintf("%d.%d.%s", 1_000_000_000_000+vs.rng.Int64N(8_000_000_000_000), 1_000_000+vs.rng.Int64N(9_000_000), vs.hexID(16))
	vs.triggers[id] = &trigger{user: user, channel: channel, view: viewID, at: vs.clock.Now()}
	vs.oldTriggers.add(id, vs.memory, func(old string) bool {
		t := vs.triggers[old]
		if !t.used && vs.clock.Now().Sub(t.at) <= vs.triggerLife {
			return false
		}
		delete(vs.triggers, old)
		return true
	})
	return id
}

// exchange takes a trigger; it works once and for three seconds.
func (vs *views) exchange(id string) (*trigger, *apiError) {
	t := vs.triggers[id]
	forms := [...]string{"invalid_trigger_id", "invalid_trigger", "`trigger_id` invalid"}
	switch {
	case t == nil:
	case t.used:
		forms = [...]string{"exchanged_trigger_id", "trigger_exchanged", "`trigger_id` exchanged"}
	case vs.clock.Now().Sub(t.at) > vs.triggerLife:
		forms = [...]string{"expired_trigger_id", "trigger_expired", "`trigger_id` expired"}
	default:
		t.used = true
		return t, nil
	}
	if vs.triggerErrors == TriggerErrorsArguments {
		return nil, fail("invalid_arguments", forms[2]+" [json-pointer:/trigger_id]")
	}
	return nil, fail(forms[vs.triggerErrors])
}

// viewArgument reads and checks the view of a call.
func (vs *views) viewArgument(c *call, typ string) (obj, *apiError) {
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
	if usesFiles(body["blocks"]) && !vs.manifest.hasScope("files:read") {
		return nil, vs.manifest.missingScope("files:read")
	}
	if body["type"] != typ {
		return nil, fail("invalid_arguments", fmt.Sprintf("[ERROR] expected a view of type %s [json-pointer:/view/type]", typ))
	}
	return body, nil
}

func (vs *views) triggerArgument(c *call) (*trigger, *apiError) {
	id := c.str("trigger_id")
	if id == "" {
		return nil, fail("invalid_arguments", "[ERROR] missing required field: trigger_id [json-pointer:/trigger_id]")
	}
	return vs.exchange(id)
}

func (vs *views) open(c *call) (obj, *apiError) {
	body, e := vs.viewArgument(c, "modal")
	if e != nil {
		return nil, e
	}
	if vs.externalTaken(str(body["external_id"]), nil) {
		return nil, fail("duplicate_external_id")
	}
	t, e := vs.triggerArgument(c)
	if e != nil {
		return nil, e
	}
	vs.closeAll(t.user)
	v := vs.pushView(t.user, body, t.channel)
	return obj{"view": vs.answerJSON(v)}, nil
}

func (vs *views) push(c *call) (obj, *apiError) {
	body, e := vs.viewArgument(c, "modal")
	if e != nil {
		return nil, e
	}
	if vs.externalTaken(str(body["external_id"]), nil) {
		return nil, fail("duplicate_external_id")
	}
	t, e := vs.triggerArgument(c)
	if e != nil {
		return nil, e
	}
	if from := vs.byID[t.view]; from == nil || !from.open || from.typ() != "modal" {
		return nil, fail("not_found")
	}
	if len(vs.stacks[t.user]) >= stackDepth {
		return nil, fail("push_limit_reached")
	}
	v := vs.pushView(t.user, body, t.channel)
	return obj{"view": vs.answerJSON(v)}, nil
}

func (vs *views) update(c *call) (obj, *apiError) {
	id, external := c.str("view_id"), c.str("external_id")
	if (id == "") == (external == "") {
		return nil, fail("invalid_arguments", "[ERROR] must provide exactly one of `view_id` and `external_id` [json-pointer:/view_id]")
	}
	body, e := vs.viewArgument(c, "modal")
	if e != nil {
		return nil, e
	}
	v := vs.byID[id]
	if external != "" {
		v = vs.byExternal(external)
	}
	if v == nil || !v.open || v.typ() != "modal" {
		return nil, fail("not_found")
	}
	if c.has("hash") && c.str("hash") != v.hash {
		return nil, fail("hash_conflict")
	}
	if vs.externalTaken(str(body["external_id"]), v) {
		return nil, fail("duplicate_external_id")
	}
	vs.draw(v, body)
	return obj{"view": vs.answerJSON(v)}, nil
}

func (vs *views) publish(c *call) (obj, *apiError) {
	if !vs.manifest.Features.AppHome.Home {
		return nil, fail("not_enabled")
	}
	body, e := vs.viewArgument(c, "home")
	if e != nil {
		return nil, e
	}
	u := vs.people.users[c.str("user_id")]
	if u == nil || u.Bot || u.Deleted {
		return nil, fail("invalid_arguments", "[ERROR] invalid user_id [json-pointer:/user_id]")
	}
	v := vs.homes[u.ID]
	if vs.externalTaken(str(body["external_id"]), v) {
		return nil, fail("duplicate_external_id")
	}
	if c.has("hash") && (v == nil || c.str("hash") != v.hash) {
		return nil, fail("hash_conflict")
	}
	if v == nil {
		v = &view{id: vs.newID("V0"), user: u.ID, open: true}
		v.root = v.id
		vs.byID[v.id], vs.homes[u.ID] = v, v
	}
	vs.draw(v, body)
	return obj{"view": vs.answerJSON(v)}, nil
}
