package bot

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/members"
	"renewbot/bot/renewal"
)

const (
	// peopleTTL is the age at which what Slack says of a person or group is asked again.
	peopleTTL = time.Minute
	// decisionAge is how old it may be when something is saved or ordered because of it.
	decisionAge = time.Minute
	// requestAge is how old it may be for everything else.
	requestAge = time.Hour
)

// directory knows who is who in the workspace.
type directory struct {
	slack  *slack.Client
	log    *slog.Logger
	users  *lookup[slack.User]
	groups *lookup[[]string]
	self   members.Workspace

	approvers, requesters []string // user ids U…, W… and group ids S…
}

func newDirectory(api *slack.Client, log *slog.Logger, now func() time.Time, w *work, approvers, requesters []string) *directory {
	d := &directory{slack: api, log: log, approvers: approvers, requesters: requesters}
	d.users = newLookup(peopleTTL, now, w, func(ctx context.Context, id string) (slack.User, error) {
		u, err := api.GetUserInfoContext(ctx, id)
		if err != nil {
			return slack.User{}, fmt.Errorf("users.info: %w", err)
		}
		return *u, nil
	})
	d.groups = newLookup(peopleTTL, now, w, func(ctx context.Context, id string) ([]string, error) {
		members, err := api.GetUserGroupMembersContext(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("usergroups.users.list %s: %w", id, err)
		}
		return members, nil
	})
	return d
}

// actor finds out what a person may do now. What cannot be found out is not allowed.
func (d *directory) actor(ctx context.Context, userID string, maxAge time.Duration) renewal.Actor {
	a := renewal.Actor{UserID: userID}
	u, err := d.users.get(ctx, userID, maxAge)
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
func (d *directory) stranger(u slack.User) string {
	switch d.self.Kind(u) {
	case members.Full:
		return ""
	case members.Bot:
		return "Bots can't request or approve renewals."
	case members.Deactivated:
		return "This account is deactivated and can't request or approve renewals."
	case members.Guest:
		return "Guests can't request or approve renewals. Please ask a full member of this workspace."
	case members.Invited:
		return "You have not joined this workspace yet, so you can't request or approve renewals."
	case members.Foreign:
	}
	return "Only people of this workspace can request or approve renewals."
}

// listed says whether a person is named in ids or a member of a group in it, and which
// groups could not be read.
func (d *directory) listed(ctx context.Context, userID string, ids []string, maxAge time.Duration) (listed bool, unread string) {
	if slices.Contains(ids, userID) {
		return true, ""
	}
	for _, id := range ids {
		if !strings.HasPrefix(id, "S") {
			continue
		}
		members, err := d.groups.get(ctx, id, maxAge)
		switch {
		case err != nil:
			d.log.WarnContext(ctx, "could not read a user group", "group", id, "error", err)
			unread += id
		case slices.Contains(members, userID):
			return true, ""
		}
	}
	return false, unread
}

// warm asks Slack for the groups, so that the first command need not wait.
func (d *directory) warm() {
	for _, id := range slices.Concat(d.approvers, d.requesters) {
		if strings.HasPrefix(id, "S") {
			d.groups.refresh(id)
		} else {
			d.users.refresh(id)
		}
	}
}
