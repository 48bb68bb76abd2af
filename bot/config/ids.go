package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Slack documents no length for its ids; the bounds only keep out names and tokens.
var (
	personID  = regexp.MustCompile(`^[UWS][A-Z0-9]{2,20}$`)
	channelID = regexp.MustCompile(`^[CG][A-Z0-9]{2,20}$`)
)

type people struct{ decoded[IDs] }

// Decode reads a comma-separated list of users and user groups.
func (d *people) Decode(text string) error {
	ids, bad := list(text, personID)
	if bad > 0 {
		d.refuse(fmt.Sprintf("has an item (number %d) that is no Slack id of a user (U… or W…) or user group (S…); "+
			`in Slack, open the profile and choose "Copy member ID" or "Copy group ID"`, bad))
		return nil
	}
	d.value = ids
	return nil
}

type channels struct{ decoded[[]string] }

// Decode reads a comma-separated list of channels.
func (d *channels) Decode(text string) error {
	ids, bad := list(text, channelID)
	if bad > 0 {
		d.refuse(fmt.Sprintf("has an item (number %d) that is no Slack id of a channel (C… or G…); "+
			"the id is at the bottom of the channel's details in Slack, its name is not enough", bad))
		return nil
	}
	d.value = ids
	return nil
}

// list splits a text at its commas, trims the items (envconfig does not) and drops
// empty and repeated ones. It gives the number of the first item that is not as it
// should be, counted from 1, or 0.
func list(text string, shape *regexp.Regexp) (items []string, bad int) {
	for i, item := range strings.Split(text, ",") {
		item = strings.TrimSpace(item)
		switch {
		case item == "" || slices.Contains(items, item):
		case !shape.MatchString(item):
			return nil, i + 1
		default:
			items = append(items, item)
		}
	}
	return items, 0
}
