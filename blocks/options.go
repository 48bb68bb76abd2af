package blocks

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"renewbot/yeastar"
)

// Choice is something to choose from a menu.
type Choice struct {
	ID     string // at most 75 characters, or it cannot be offered
	Label  string
	Detail string // a second line in the menu; may be empty
}

// HolderMore is the value of the line that says how many more customers there are.
// Choosing it chooses nobody.
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

// HolderChoice is how a customer stands in menus: company and e-mail address.
func HolderChoice(c yeastar.Customer) Choice {
	return Choice{ID: string(c.ID), Label: twoParts(c.DisplayName(), c.Email)}
}

// ContactChoice is how a billing contact stands in menus.
func ContactChoice(c yeastar.BillingContact) Choice {
	return Choice{ID: string(c.ID), Label: twoParts(c.DisplayName(), c.Email)}
}

// HolderOptions offers our own account (unless its ID is empty) and customers, as many
// as one ack may carry. more counts the customers that fit but were not passed.
func HolderOptions(own Choice, customers []yeastar.Customer, more int) OptionsResponse {
	var choices []Choice
	if own.ID != "" {
		choices = append(choices, own)
	}
	for _, c := range customers {
		choices = append(choices, HolderChoice(c))
	}
	return bounded(choices, more)
}

// ContactOptions offers billing contacts, as many as one ack may carry.
func ContactOptions(contacts []yeastar.BillingContact) OptionsResponse {
	var choices []Choice
	for _, c := range contacts {
		choices = append(choices, ContactChoice(c))
	}
	return bounded(choices, 0)
}

// bounded makes the answer of the first choices that fit, and of a last line that
// counts the others.
func bounded(choices []Choice, more int) OptionsResponse {
	all := options(choices, len(choices))
	size, n := len(`{"options":[]}`), 0
	for _, o := range all {
		raw, err := json.Marshal(o)
		if err != nil || n == limitOptions-1 || size+len(raw)+1 > limitAck-300 {
			break // the last place and 300 bytes are for the line about the others
		}
		size += len(raw) + 1
		n++
	}
	more = max(more, 0) + len(all) - n
	r := OptionsResponse{Options: all[:n:n]}
	if more > 0 {
		label := fmt.Sprintf("… and %d more: type part of the name", more)
		r.Options = append(r.Options, slack.NewOptionBlockObject(HolderMore, plain(label, limitOption), nil))
	}
	return r
}

// options makes menu options, without those that Slack would refuse, and with labels
// that differ where the choices do.
func options(choices []Choice, limit int) []*slack.OptionBlockObject {
	var out []*slack.OptionBlockObject
	labels, ids := map[string]bool{}, map[string]bool{}
	for _, c := range choices {
		if len(out) == limit {
			break
		}
		if !offerable(c.ID) || ids[c.ID] {
			continue
		}
		ids[c.ID] = true
		o := option(c)
		if labels[o.Text.Text] {
			o.Text = plain(withID(c), limitOption)
		}
		labels[o.Text.Text] = true
		out = append(out, o)
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
