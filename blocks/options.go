package blocks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// Choice is something to choose from a menu.
type Choice struct {
	ID     string // at most 75 characters, or it cannot be offered
	Label  string
	Detail string // a second line in the menu; may be empty
}

// HolderMore is the value of the line that says how many more holders there are. Choosing
// it chooses nobody.
const HolderMore = "more"

// OptionsResponse answers an options request. It has "options" even without any,
// which slack-go's type leaves out.
type OptionsResponse struct {
	Options []*slack.OptionBlockObject
}

// MarshalJSON writes {"options":[…]}.
func (r OptionsResponse) MarshalJSON() ([]byte, error) {
	options := r.Options
	if options == nil {
		options = []*slack.OptionBlockObject{}
	}
	return json.Marshal(map[string]any{"options": options})
}

// HolderChoice is how a holder stands in menus: a customer by company and e-mail address, a
// PBX by serial number and customer.
func HolderChoice(h renewal.Holder) Choice {
	if h.SerialNumber != "" {
		return Choice{ID: h.Key(), Label: twoParts(h.SerialNumber, cmp.Or(h.Name, h.Email))}
	}
	return Choice{ID: h.Key(), Label: twoParts(h.Name, h.Email)}
}

// ContactChoice is how a billing contact stands in menus.
func ContactChoice(c yeastar.BillingContact) Choice {
	return Choice{ID: string(c.ID), Label: twoParts(c.DisplayName(), c.Email)}
}

// HolderOptions offers holders, as many as one ack may carry. more counts those that fit but
// were not passed.
func HolderOptions(holders []renewal.Holder, more int) OptionsResponse {
	var choices []Choice
	shown := holders[:min(len(holders), limitOptions)]
	for _, h := range shown {
		choices = append(choices, HolderChoice(h))
	}
	return bounded(choices, more+len(holders)-len(shown))
}

// ContactOptions offers billing contacts, as many as one ack may carry.
func ContactOptions(contacts []yeastar.BillingContact) OptionsResponse {
	var choices []Choice
	shown := contacts[:min(len(contacts), limitOptions)]
	for _, c := range shown {
		choices = append(choices, ContactChoice(c))
	}
	return bounded(choices, len(contacts)-len(shown))
}

// bounded makes the answer of the first choices that fit, and of a last line that
// counts the others.
func bounded(choices []Choice, more int) OptionsResponse {
	choices = offered(choices)
	size, n := len(`{"options":[]}`), 0
	shown := options(choices, limitOptions)
	if len(choices)+min(max(more, 0), 1) <= limitOptions && longest(shown) <= limitAck-300 {
		n = len(shown)
	}
	for _, o := range shown[n:] {
		raw, err := json.Marshal(o)
		last := n == limitOptions-1 && len(choices)+max(more, 0) > limitOptions
		if err != nil || last || size+len(raw)+1 > limitAck-300 {
			break // the last place and 300 bytes are for the line about the others
		}
		size += len(raw) + 1
		n++
	}
	more = max(more, 0) + len(choices) - n
	r := OptionsResponse{Options: shown[:n:n]}
	if more > 0 {
		label := fmt.Sprintf("… and %d more: type part of the name", more)
		r.Options = append(r.Options, slack.NewOptionBlockObject(HolderMore, plain(label, limitOption), nil))
	}
	return r
}

// longest is how long an answer of options can be at most, in bytes.
func longest(all []*slack.OptionBlockObject) int {
	size := len(`{"options":[]}`)
	for _, o := range all {
		size += len(`{"text":{"type":"plain_text","text":"","emoji":false},"value":""},`) + inJSON(o.Text.Text) + inJSON(o.Value)
		if o.Description != nil {
			size += len(`"description":{"type":"plain_text","text":"","emoji":false},`) + inJSON(o.Description.Text)
		}
	}
	return size
}

// inJSON is how long a text can be in JSON at most.
func inJSON(s string) int {
	n := len(s)
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || strings.IndexByte(`"\<>&`, c) >= 0 {
			n += len(`\u0000`) - 1
		}
	}
	return n
}

// offered are the choices that Slack accepts, each once.
func offered(choices []Choice) []Choice {
	var out []Choice
	ids := make(map[string]bool, len(choices))
	for _, c := range choices {
		if offerable(c.ID) && !ids[c.ID] {
			ids[c.ID] = true
			out = append(out, c)
		}
	}
	return out
}

// options makes menu options of the first choices. Choices that would look the same
// show the ends of their ids.
func options(choices []Choice, limit int) []*slack.OptionBlockObject {
	choices = offered(choices)
	choices = choices[:min(len(choices), limit)]
	var out []*slack.OptionBlockObject
	same := map[string]int{}
	for _, c := range choices {
		o := option(c)
		same[o.Text.Text]++
		out = append(out, o)
	}
	for i, o := range out {
		if same[o.Text.Text] > 1 {
			o.Text = plain(withID(choices[i]), limitOption)
		}
	}
	return out
}

func option(c Choice) *slack.OptionBlockObject {
	o := slack.NewOptionBlockObject(c.ID, plain(line(c.Label, limitOption), limitOption), nil)
	if detail := line(c.Detail, limitOption); detail != "" {
		o.Description = plain(detail, limitOption)
	}
	return o
}

func offerable(id string) bool {
	return id != "" && width(id) <= limitOption && clean(id) == id
}

// withID tells a choice from another one of the same label by the end of its id.
func withID(c Choice) string {
	id := []rune(c.ID)
	tail := " · …" + string(id[max(len(id)-8, 0):])
	return line(c.Label, limitOption-width(tail)) + tail
}

// twoParts joins a name and an e-mail address so that something of both is left.
func twoParts(name, email string) string {
	const separator = " · "
	name, email = clean(name), clean(email)
	switch {
	case email == "" || email == name:
		return cut(name, limitOption)
	case name == "":
		return cut(email, limitOption)
	}
	room := limitOption - width(separator)
	half := room / 2
	switch {
	case width(name) <= half:
		email = cut(email, room-width(name))
	case width(email) <= room-half:
		name = cut(name, room-width(email))
	default:
		name, email = cut(name, half), cut(email, room-half)
	}
	return strings.Join([]string{name, email}, separator)
}
