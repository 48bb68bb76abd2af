package slacksim

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"renewbot/bot/slacksim/blockkit"
)

var emailText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`) })

// invalidFields says at which fields Slack's client would not let a form go, by block id.
func invalidFields(v *view) map[string]string {
	bad := map[string]string{}
	eachElement(v.blocks, func(e element) {
		if e.blockType != "input" {
			return
		}
		value := v.state.get(e.blockID(), e.actionID())[slots[e.typ()].field]
		if empty(value) {
			if e.block["optional"] != true {
				bad[e.blockID()] = "Please complete this required field."
			}
			return
		}
		if why := outOfRange(e, value); why != "" {
			bad[e.blockID()] = why
		}
	})
	return bad
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// outOfRange is what Slack's client says about a value it does not send.
func outOfRange(e element, value any) string {
	text, _ := value.(string)
	switch e.typ() {
	case "plain_text_input":
		if least := integer(e.fields["min_length"]); utf8.RuneCountInString(text) < least {
			return fmt.Sprintf("Please enter at least %d characters.", least)
		}
	case "number_input":
		return numberRange(e, text)
	case "email_text_input":
		if !emailText().MatchString(text) {
			return "Please enter a valid email address."
		}
	case "url_text_input":
		if u, err := url.Parse(text); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			return "Please enter a valid URL."
		}
	}
	return ""
}

func numberRange(e element, text string) string {
	n, ok := new(big.Rat).SetString(strings.ReplaceAll(text, ",", "."))
	if !ok {
		return "Please enter a valid number."
	}
	if least, ok := new(big.Rat).SetString(str(e.fields["min_value"])); ok && n.Cmp(least) < 0 {
		return "Please enter a number of at least " + str(e.fields["min_value"]) + "."
	}
	if most, ok := new(big.Rat).SetString(str(e.fields["max_value"])); ok && n.Cmp(most) > 0 {
		return "Please enter a number of at most " + str(e.fields["max_value"]) + "."
	}
	return ""
}

// respondToSubmission does what the ack of a submission asks for; the answer says why Slack cannot.
// The lock is held.
func (vs *views) respondToSubmission(v *view, raw json.RawMessage) string {
	if len(raw) == 0 {
		vs.closeView(v)
		return ""
	}
	parsed, err := blockkit.Decode(raw)
	body, ok := parsed.(obj)
	if err != nil || !ok {
		return "not an object"
	}
	if !v.open {
		return ""
	}
	switch action := str(body["response_action"]); action {
	case "errors":
		return vs.showErrors(v, body)
	case "clear":
		vs.closeAll(v.user)
		return ""
	case "update", "push":
		next, ok := body["view"].(obj)
		if !ok {
			return "response_action " + action + " without a view"
		}
		if problems := blockkit.CheckView(next); len(problems) > 0 {
			return strings.Join(blockkit.Strings(problems), "; ")
		}
		if usesFiles(next["blocks"]) && !vs.manifest.hasScope("files:read") {
			return "missing_scope"
		}
		if next["type"] != "modal" {
			return "the view is not a modal"
		}
		if len(mustJSON(next)) > blockkit.MaxViewBytes {
			return "view_too_large"
		}
		if action == "update" {
			if vs.externalTaken(str(next["external_id"]), v) {
				return "duplicate_external_id"
			}
			vs.draw(v, next)
			return ""
		}
		if vs.externalTaken(str(next["external_id"]), nil) {
			return "duplicate_external_id"
		}
		if len(vs.stacks[v.user]) >= stackDepth {
			return "push_limit_reached"
		}
		vs.pushView(v.user, next, v.channel)
		return ""
	default:
		return fmt.Sprintf("response_action %q is not known", action)
	}
}

func (vs *views) showErrors(v *view, body obj) string {
	errs, ok := body["errors"].(obj)
	if !ok || len(errs) == 0 {
		return "response_action errors without errors"
	}
	inputs := map[string]bool{}
	eachElement(v.blocks, func(e element) {
		if e.blockType == "input" {
			inputs[e.blockID()] = true
		}
	})
	shown := map[string]string{}
	for id, text := range errs {
		s, ok := text.(string)
		if !ok || s == "" {
			return fmt.Sprintf("error for %q is not a text", id)
		}
		if !inputs[id] {
			return fmt.Sprintf("errors name %q, which is no input block of the view", id)
		}
		shown[id] = s
	}
	v.errors = shown
	vs.touchView(v)
	return ""
}

// closeView closes a view wherever it stands in its stack, and what lies above it.
func (vs *views) closeView(v *view) {
	for v.open && vs.top(v.user) != nil {
		vs.closeTop(v.user)
	}
}
