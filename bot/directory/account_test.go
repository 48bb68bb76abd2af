package directory_test

import (
	"testing"

	"github.com/slack-go/slack"

	"renewbot/bot/directory"
)

func TestKind(t *testing.T) {
	t.Parallel()
	plain := directory.Workspace{TeamID: "T0", BotUserID: "U0BOT"}
	grid := directory.Workspace{TeamID: "T0", EnterpriseID: "E0", BotUserID: "U0BOT"}
	user := func(change func(*slack.User)) slack.User {
		u := slack.User{ID: "U0BOB", TeamID: "T0"}
		if change != nil {
			change(&u)
		}
		return u
	}
	for name, c := range map[string]struct {
		in   directory.Workspace
		who  slack.User
		want directory.Kind
	}{
		"a member":                      {plain, user(nil), directory.Full},
		"a bot":                         {plain, user(func(u *slack.User) { u.IsBot = true }), directory.Bot},
		"an app":                        {plain, user(func(u *slack.User) { u.IsAppUser = true }), directory.Bot},
		"a workflow":                    {plain, user(func(u *slack.User) { u.IsWorkflowBot = true }), directory.Bot},
		"a connector":                   {plain, user(func(u *slack.User) { u.IsConnectorBot = true }), directory.Bot},
		"Slackbot, who is not marked":   {plain, user(func(u *slack.User) { u.ID = "USLACKBOT" }), directory.Bot},
		"the bot itself":                {plain, user(func(u *slack.User) { u.ID = "U0BOT" }), directory.Bot},
		"somebody who has left":         {plain, user(func(u *slack.User) { u.Deleted = true }), directory.Deactivated},
		"a guest":                       {plain, user(func(u *slack.User) { u.IsRestricted = true }), directory.Guest},
		"a guest of one channel":        {plain, user(func(u *slack.User) { u.IsUltraRestricted = true }), directory.Guest},
		"a stranger":                    {plain, user(func(u *slack.User) { u.IsStranger = true }), directory.Foreign},
		"of another workspace":          {plain, user(func(u *slack.User) { u.TeamID = "T1" }), directory.Foreign},
		"of no workspace":               {plain, user(func(u *slack.User) { u.TeamID = "" }), directory.Foreign},
		"of no organisation on no Grid": {plain, user(func(u *slack.User) { u.TeamID, u.Enterprise.EnterpriseID = "T1", "" }), directory.Foreign},
		"invited":                       {plain, user(func(u *slack.User) { u.IsInvitedUser = true }), directory.Invited},
		"of the organisation":           {grid, user(func(u *slack.User) { u.TeamID = "E0" }), directory.Sister},
		"of the organisation, and here": {grid, user(func(u *slack.User) { u.TeamID, u.Enterprise.Teams = "E0", []string{"T2", "T0"} }), directory.Full},
		"of several workspaces": {grid, user(func(u *slack.User) {
			u.TeamID = "T1"
			u.Enterprise = slack.EnterpriseUser{EnterpriseID: "E0", Teams: []string{"T1", "T0"}}
		}), directory.Full},
		"of a sister workspace": {grid, user(func(u *slack.User) { u.TeamID, u.Enterprise.EnterpriseID = "T1", "E0" }), directory.Sister},
		"here by another organisation": {grid, user(func(u *slack.User) {
			u.TeamID = "T1"
			u.Enterprise = slack.EnterpriseUser{EnterpriseID: "E1", Teams: []string{"T0"}}
		}), directory.Foreign},
		"of another organisation":       {grid, user(func(u *slack.User) { u.TeamID, u.Enterprise.EnterpriseID = "T1", "E1" }), directory.Foreign},
		"a guest of a sister workspace": {grid, user(func(u *slack.User) { u.TeamID, u.Enterprise.EnterpriseID, u.IsRestricted = "T1", "E0", true }), directory.Guest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.in.Kind(c.who); got != c.want {
				t.Errorf("it is of kind %d, want %d", got, c.want)
			}
		})
	}
}
