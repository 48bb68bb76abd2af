package directory

import (
	"cmp"
	"slices"
	"strings"

	"github.com/slack-go/slack"
)

// Kind is what kind of account somebody has.
type Kind int

// The kinds. Only Full may have anything to do with renewals, and Sister what their own
// id is named for.
const (
	Full        Kind = iota // a full member of the workspace
	Sister                  // of another workspace of the organisation, on Enterprise Grid
	Bot                     // no human being
	Deactivated             //
	Guest                   // single-channel and multi-channel guests
	Foreign                 // of another company, known from a shared channel
	Invited                 // has not joined yet
)

// Workspace is the workspace of the bot, as auth.test tells it.
// https://docs.slack.dev/reference/methods/auth.test
type Workspace struct {
	TeamID       string // T…
	EnterpriseID string // E…, on Enterprise Grid
	BotUserID    string // U…, the bot itself
}

// Kind is the kind of an account, by what users.info tells of it.
// https://docs.slack.dev/reference/objects/user-object
func (w Workspace) Kind(u slack.User) Kind {
	switch {
	case u.IsBot, u.IsAppUser, u.IsWorkflowBot, u.IsConnectorBot, u.ID == "USLACKBOT", u.ID == w.BotUserID:
		return Bot
	case u.Deleted:
		return Deactivated
	case u.IsRestricted, u.IsUltraRestricted:
		return Guest
	case u.IsStranger, !w.has(u) && !w.inOrganisation(u):
		return Foreign
	case u.IsInvitedUser:
		return Invited
	case !w.has(u):
		return Sister
	}
	return Full
}

// has says whether somebody belongs to the workspace. On Enterprise Grid the team_id may
// be the organisation's or that of another of their workspaces.
func (w Workspace) has(u slack.User) bool {
	return u.TeamID == w.TeamID || (w.inOrganisation(u) && slices.Contains(u.Enterprise.Teams, w.TeamID))
}

func (w Workspace) inOrganisation(u slack.User) bool {
	return w.EnterpriseID != "" && (u.TeamID == w.EnterpriseID || u.Enterprise.EnterpriseID == w.EnterpriseID)
}

// personOf is the id by which Slack knows an account for good: a move to Enterprise Grid
// changes the others.
func personOf(u slack.User) string { return cmp.Or(u.Enterprise.ID, u.ID) }

// plain says whether an id is that of an account whose id nothing has changed. Outside of
// Enterprise Grid ids are U….
func plain(id string) bool { return strings.HasPrefix(id, "U") }
