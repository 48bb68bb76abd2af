package directory

import "github.com/slack-go/slack"

// Kind is what kind of account somebody has.
type Kind int

// The kinds. Only Full may have anything to do with renewals.
const (
	Full        Kind = iota // a full member of the workspace, or of its organisation on Enterprise Grid
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
	case u.IsStranger, !w.has(u):
		return Foreign
	case u.IsInvitedUser:
		return Invited
	}
	return Full
}

func (w Workspace) has(u slack.User) bool {
	if u.TeamID == w.TeamID {
		return true
	}
	return w.EnterpriseID != "" && (u.TeamID == w.EnterpriseID || u.Enterprise.EnterpriseID == w.EnterpriseID)
}
