package directory

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/bot/socket"
)

// Actor finds out what a person may do now. What cannot be found out is not allowed.
func (d *Directory) Actor(ctx context.Context, userID string, maxAge lookup.MaxAge) renewal.Actor {
	a := renewal.Actor{UserID: userID}
	u, err := d.users.Get(ctx, userID, maxAge)
	if err != nil {
		d.log.WarnContext(ctx, "could not look a person up", "user", userID, "error", err)
		a.Denied = "Slack did not tell me who you are, so I can't let you do this. Please try again in a moment."
		return a
	}
	if a.Denied = d.stranger(u); a.Denied != "" {
		return a
	}
	var unsure string
	a.MayApprove, unsure = d.listed(ctx, userID, d.approvers, maxAge)
	a.MayRequest = len(d.requesters) == 0
	if !a.MayRequest {
		var alsoUnsure string
		a.MayRequest, alsoUnsure = d.listed(ctx, userID, d.requesters, maxAge)
		unsure += alsoUnsure
	}
	if unsure != "" && (!a.MayApprove || !a.MayRequest) {
		a.Denied = "Slack did not tell me who is in a user group, so I can't let you do this. Please try again in a moment."
	}
	return a
}

// stranger says, as a sentence, why somebody may do nothing at all.
func (d *Directory) stranger(u slack.User) string {
	switch d.self.Kind(u) {
	case Full:
		return ""
	case Bot:
		return "Bots can't request or approve renewals."
	case Deactivated:
		return "This account is deactivated and can't request or approve renewals."
	case Guest:
		return "Guests can't request or approve renewals. Please ask a full member of this workspace."
	case Invited:
		return "You have not joined this workspace yet, so you can't request or approve renewals."
	case Foreign:
	}
	return "Only people of this workspace can request or approve renewals."
}

// listed says whether a person is named in ids or a member of a group in it, and which
// groups could not be read.
func (d *Directory) listed(ctx context.Context, userID string, ids []string, maxAge lookup.MaxAge) (listed bool, unread string) {
	if slices.Contains(ids, userID) {
		return true, ""
	}
	for _, id := range ids {
		if !isGroup(id) {
			continue
		}
		ids, err := d.groups.Get(ctx, id, maxAge)
		switch {
		case err != nil:
			d.log.WarnContext(ctx, "could not read a user group", "group", id, "error", err)
			unread += id
		case slices.Contains(ids, userID):
			return true, ""
		}
	}
	return false, unread
}

// Person is somebody who can be spoken to.
type Person struct {
	ID      string
	Zone    *time.Location
	Weekend []time.Weekday // days on which they don't work
}

// Members lists the people whom ids name, by themselves or through a group, each once.
// A group that Slack will never tell is left out.
func (d *Directory) Members(ctx context.Context, ids []string) ([]string, error) {
	var all []string
	for _, id := range ids {
		if !isGroup(id) {
			all = append(all, id)
			continue
		}
		members, err := d.groups.Get(ctx, id, DecisionAge)
		if err = d.unknowable(ctx, id, err); err != nil {
			return nil, err
		}
		all = append(all, members...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// Person looks a full member up; ok is false for everybody else, and for whom Slack will
// never tell.
func (d *Directory) Person(ctx context.Context, id string) (p Person, ok bool, err error) {
	u, err := d.users.Get(ctx, id, RequestAge)
	if err != nil {
		return Person{}, false, d.unknowable(ctx, id, err)
	}
	if d.stranger(u) != "" {
		return Person{}, false, nil
	}
	weekend := d.weekend
	if weekend == nil {
		weekend = weekendOf(u.TZ, u.Locale)
	}
	return Person{ID: id, Zone: zoneOf(u.TZ), Weekend: weekend}, true, nil
}

// unknowable is err unless Slack says that it will never tell who somebody is: that must
// not keep the others from being reminded.
func (d *Directory) unknowable(ctx context.Context, id string, err error) error {
	if _, kind := socket.Classify(err); err == nil || kind != socket.Refused {
		return err
	}
	d.log.WarnContext(ctx, "an approver can't be reminded", "id", id, "error", err)
	return nil
}

// zoneOf is a time zone by its name; an unknown one counts as UTC.
func zoneOf(name string) *time.Location {
	if zone, err := time.LoadLocation(name); err == nil {
		return zone
	}
	return time.UTC
}

func isGroup(id string) bool { return strings.HasPrefix(id, "S") }
