package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"renewbot/bot/slacksim/blockkit"
)

// Choose picks in a select, radio buttons, checkboxes, or a date or time picker of the modal on top. The field
// is named by its label, block id or action id; a choice by its text or its value, a user or channel by name or
// id. Of fields that take several, exactly the given choices are set; none clears the field. An external select
// offers only what the last Search for it returned.
func (p *Person) Choose(ctx context.Context, field string, choices ...string) (ActResult, error) {
	return p.chooseIn(ctx, p.modal, field, choices)
}

// ChooseInHome is Choose in the person's Home tab.
func (p *Person) ChooseInHome(ctx context.Context, field string, choices ...string) (ActResult, error) {
	return p.chooseIn(ctx, p.home, field, choices)
}

func (p *Person) chooseIn(ctx context.Context, surface func(string) (*view, error), field string, choices []string) (ActResult, error) {
	what := fmt.Sprintf("choose %q in %q", choices, field)
	w := p.ws
	w.mu.Lock()
	v, err := surface(what)
	var e element
	if err == nil {
		e, err = p.element(what, v.blocks, field)
	}
	if err == nil && takesText(e.typ()) {
		err = p.refuse(what, "it is a field for text")
	}
	var value any
	if err == nil {
		s := slots[e.typ()]
		if len(choices) == 0 && s.field != "" && !s.list {
			value = nil
		} else {
			value, err = p.choice(what, e, v.selectable(e), choices)
		}
	}
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	return p.change(ctx, v, e, value, e.dispatches())
}

// change puts a value into a view, and tells the app if the element does. The lock is held, and released.
func (p *Person) change(ctx context.Context, v *view, e element, value any, tell bool) (ActResult, error) {
	w := p.ws
	if s, stateful := slots[e.typ()]; stateful {
		v.state = v.state.with(e.blockID(), e.actionID(), obj{"type": e.typ(), s.field: value})
		w.views.touchView(v)
	}
	if !tell {
		w.mu.Unlock()
		return ActResult{}, nil
	}
	payload := w.viewAction(v, p.id, w.action(e, value))
	w.mu.Unlock()
	return p.act(ctx, envelope{typ: "interactive", name: "block_actions", payload: payload})
}

// selectable are the options an external select can be set to: what was last found, and what is chosen already.
func (v *view) selectable(e element) []Option {
	out := slices.Clone(v.offered[e.blockID()+"\x00"+e.actionID()])
	return append(out, fieldOf(e, v.state.get(e.blockID(), e.actionID())).Selected...)
}

func takesText(elementType string) bool {
	switch elementType {
	case "plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input":
		return true
	}
	return false
}

// inForm finds a field of the modal on top. The lock is held.
func (p *Person) inForm(what, field string) (*view, element, error) {
	v, err := p.modal(what)
	if err != nil {
		return nil, element{}, err
	}
	e, err := p.element(what, v.blocks, field)
	return v, e, err
}

var (
	integerText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-?\d*$`) })
	decimalText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-?\d*[.,]?\d*$`) })
)

// Type replaces what stands in a text, number, e-mail or URL field of the modal on top. An empty text clears it.
func (p *Person) Type(ctx context.Context, field, text string) (ActResult, error) {
	what := fmt.Sprintf("type into %q", field)
	w := p.ws
	w.mu.Lock()
	v, e, err := p.inForm(what, field)
	if err == nil {
		err = p.checkText(what, e, text)
	}
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	var value any
	if text != "" {
		value = text
	}
	if e.typ() == "rich_text_input" && text != "" {
		value = obj{"type": "rich_text", "elements": []any{obj{"type": "rich_text_section", "elements": []any{obj{"type": "text", "text": text}}}}}
	}
	return p.change(ctx, v, e, value, e.dispatches() && triggersOn(e, "on_character_entered"))
}

// checkText refuses what Slack's client does not let into a field.
func (p *Person) checkText(what string, e element, text string) error {
	switch e.typ() {
	case "plain_text_input":
		if most := integer(e.fields["max_length"]); most > 0 && utf8.RuneCountInString(text) > most {
			return p.refuse(what, "the field takes %d characters", most)
		}
		if utf8.RuneCountInString(text) > 3000 {
			return p.refuse(what, "the field takes 3000 characters")
		}
		if e.fields["multiline"] != true && strings.Contains(text, "\n") {
			return p.refuse(what, "the field has one line")
		}
	case "number_input":
		form := integerText()
		if e.fields["is_decimal_allowed"] == true {
			form = decimalText()
		}
		if !form.MatchString(text) {
			return p.refuse(what, "the field takes no %q", text)
		}
	case "email_text_input", "url_text_input", "rich_text_input":
	default:
		return p.refuse(what, "nothing can be typed into a %s", e.typ())
	}
	return nil
}

// triggersOn says whether a text field tells the app upon the given action; Enter is the usual one.
func triggersOn(e element, action string) bool {
	config, _ := e.fields["dispatch_action_config"].(obj)
	list, ok := config["trigger_actions_on"].([]any)
	if !ok {
		return action == "on_enter_pressed"
	}
	return slices.Contains(list, any(action))
}

// Enter presses the Enter key in a field that tells the app about it.
func (p *Person) Enter(ctx context.Context, field string) (ActResult, error) {
	what := fmt.Sprintf("press Enter in %q", field)
	w := p.ws
	w.mu.Lock()
	v, e, err := p.inForm(what, field)
	if err == nil && (!takesText(e.typ()) || !e.dispatches() || !triggersOn(e, "on_enter_pressed")) {
		err = p.refuse(what, "the field does not react to Enter")
	}
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	value := v.state.get(e.blockID(), e.actionID())[slots[e.typ()].field]
	return p.change(ctx, v, e, value, true)
}

// Search types a query into an external select of the modal on top and returns what the menu then offers.
func (p *Person) Search(ctx context.Context, field, query string) ([]Option, error) {
	what := fmt.Sprintf("search %q in %q", query, field)
	w := p.ws
	w.mu.Lock()
	v, e, err := p.inForm(what, field)
	if err == nil {
		least := 3
		if n, ok := e.fields["min_query_length"]; ok {
			least = integer(n)
		}
		if t := e.typ(); t != "external_select" && t != "multi_external_select" {
			err = p.refuse(what, "a %s does not ask the app", t)
		} else if utf8.RuneCountInString(query) < least {
			err = p.refuse(what, "the menu asks from %d characters on", least)
		}
	}
	if err != nil {
		w.mu.Unlock()
		return nil, err
	}
	payload := w.interaction("block_suggestion", p.id)
	payload["container"], payload["view"] = obj{"type": "view", "view_id": v.id}, w.views.viewJSON(v)
	payload["action_id"], payload["block_id"], payload["value"] = e.actionID(), e.blockID(), query
	w.mu.Unlock()
	return p.suggest(ctx, v, e, payload)
}

func (p *Person) suggest(ctx context.Context, v *view, e element, payload obj) ([]Option, error) {
	w := p.ws
	var found []Option
	var broken string
	err := w.sockets.deliver(ctx, envelope{
		typ: "interactive", name: "block_suggestion", accepts: true, payload: payload,
		onAck: func(raw json.RawMessage) {
			found, broken = readOptions(raw)
			if broken != "" {
				w.violation("options response", broken)
			}
			if v != nil {
				if v.offered == nil {
					v.offered = map[string][]Option{}
				}
				v.offered[e.blockID()+"\x00"+e.actionID()] = found
			}
		},
	})
	if shown, err := failure(err); err != nil {
		return nil, err
	} else if shown != "" {
		return nil, &MenuError{Who: p.id, Failure: shown}
	}
	if broken != "" {
		return nil, &MenuError{Who: p.id, Failure: FailureResponse, Detail: broken}
	}
	return found, nil
}

// MenuError says that a menu which asks the app shows an error instead of options.
type MenuError struct {
	Who     string
	Failure string // FailureTimeout, FailureDispatch or FailureResponse
	Detail  string // what was wrong with the answer
}

func (e *MenuError) Error() string {
	if e.Detail != "" {
		return fmt.Sprintf("%s searching: the menu shows an error (%s: %s)", e.Who, e.Failure, e.Detail)
	}
	return fmt.Sprintf("%s searching: the menu shows an error (%s)", e.Who, e.Failure)
}

// readOptions checks an options answer and flattens its groups.
func readOptions(raw json.RawMessage) ([]Option, string) {
	v, err := blockkit.Decode(raw)
	body, ok := v.(obj)
	if err != nil || !ok {
		return nil, "neither options nor option_groups"
	}
	if problems := blockkit.CheckOptions(body); len(problems) > 0 {
		return nil, strings.Join(blockkit.Strings(problems), "; ")
	}
	out := []Option{}
	for _, o := range blockkit.Options(body) {
		out = append(out, option(o))
	}
	return out, ""
}

// SubmitResult is what a person sees after pressOptions Submit.
type SubmitResult struct {
	Sent    bool              // false: Slack's client held it back
	Errors  map[string]string // at fields, by block id, from Slack's client or from the app
	Trouble string            // what Slack shows when the app did not answer, or answered something it cannot use
	Failure string            // FailureTimeout, FailureDispatch or FailureResponse, the reason of Trouble
	Closed  bool              // the submitted view is closed
}

// Submit presses the submit button of the modal on top. Slack's client holds back a form with an empty required
// field or a value out of range; that is a *Refusal with the reasons at the fields.
func (p *Person) Submit(ctx context.Context) (SubmitResult, error) {
	w := p.ws
	w.mu.Lock()
	v, err := p.modal("submit")
	if err == nil && v.body["submit"] == nil {
		err = p.refuse("submit", "the modal %q has no submit button", textOf(v.body["title"]))
	}
	if err != nil {
		w.mu.Unlock()
		return SubmitResult{}, err
	}
	if bad := invalidFields(v); len(bad) > 0 {
		v.errors = bad
		w.views.touchView(v)
		w.mu.Unlock()
		r := p.refuse("submit", "Slack's client holds the form back: %v", bad)
		r.Fields = bad
		return SubmitResult{Errors: bad}, r
	}
	v.errors, v.trouble = nil, ""
	w.mu.Unlock()
	return p.submit(ctx, v, nil)
}

// submit delivers a submission, with the state given or else that of the view.
func (p *Person) submit(ctx context.Context, v *view, forced state) (SubmitResult, error) {
	w := p.ws
	w.mu.Lock()
	body := w.views.viewJSON(v)
	if forced != nil {
		body["state"] = obj{"values": forced}
	}
	payload := w.interaction("view_submission", p.id)
	payload["view"], payload["trigger_id"] = body, w.views.newTrigger(p.id, v.channel, v.id)
	payload["response_urls"] = w.responseURLs.forView(v, p.id)
	w.mu.Unlock()

	res := SubmitResult{Sent: true}
	err := w.sockets.deliver(ctx, envelope{
		typ: "interactive", name: "view_submission", accepts: true, payload: payload,
		onAck: func(raw json.RawMessage) {
			if why := w.views.respondToSubmission(v, raw); why != "" {
				w.violation("view_submission response", why)
				v.trouble, res.Failure = closeTrouble, FailureResponse
				w.views.touchView(v)
			}
			res.Errors, res.Trouble, res.Closed = v.errors, v.trouble, !v.open
		},
	})
	shown, err := failure(err)
	if shown != "" {
		w.locked(func() {
			v.trouble = closeTrouble
			w.views.touchView(v)
		})
		res.Failure, res.Trouble = shown, closeTrouble
	}
	return res, err
}

// CloseView closes the modal on top with its close button, or with all the whole stack with its ✕.
func (p *Person) CloseView(ctx context.Context, all bool) (ActResult, error) {
	w := p.ws
	w.mu.Lock()
	v, err := p.modal("close a modal")
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	cleared := all || v.flag("clear_on_close")
	if cleared {
		v = w.views.stacks[p.id][0]
		w.views.closeAll(p.id)
	} else {
		w.views.closeTop(p.id)
	}
	if !v.flag("notify_on_close") {
		w.mu.Unlock()
		return ActResult{}, nil
	}
	payload := w.interaction("view_closed", p.id)
	body := w.views.viewJSON(v)
	body["state"] = obj{"values": obj{}}
	payload["view"], payload["is_cleared"] = body, cleared
	w.mu.Unlock()
	return p.act(ctx, envelope{typ: "interactive", name: "view_closed", payload: payload})
}
