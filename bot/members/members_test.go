package members_test

import (
	"testing"

	"github.com/slack-go/slack"

	"renewbot/bot/members"
)

func TestKind(t *testing.T) {
	t.Parallel()
	plain := members.Workspace{TeamID: "T0", BotUserID: "U0BOT"}
	grid := members.Workspace{TeamID: "T0", EnterpriseID: "E0", BotUserID: "U0BOT"}
	user := func(change func(*slack.User)) slack.User {
		u := slack.User{ID: "U0BOB", TeamID: "T0"}
		if change != nil {
			change(&u)
		}
		return u
	}
	for name, c := range map[string]struct {
		in   members.Workspace
		who  slack.User
		want members.Kind
	}{
		"a member":                      {plain, user(nil), members.Full},
		"a bot":                         {plain, user(func(u *slack.User) { u.IsBot = true }), members.Bot},
		"an app":                        {plain, user(func(u *slack.User) { u.IsAppUser = true }), members.Bot},
		"a workflow":                    {plain, user(func(u *slack.User) { u.IsWorkflowBot = true }), members.Bot},
		"a connector":                   {plain, user(func(u *slack.User) { u.IsConnectorBot = true }), members.Bot},
		"Slackbot, who is not marked":   {plain, user(func(u *slack.User) { u.ID = "USLACKBOT" }), members.Bot},
		"the bot itself":                {plain, user(func(u *slack.User) { u.ID = "U0BOT" }), members.Bot},
		"somebody who has left":         {plain, user(func(u *slack.User) { u.Deleted = true }), members.Deactivated},
		"a guest":                       {plain, user(func(u *slack.User) { u.IsRestricted = true }), members.Guest},
		"a guest of one channel":        {plain, user(func(u *slack.User) { u.IsUltraRestricted = true }), members.Guest},
		"a stranger":                    {plain, user(func(u *slack.User) { u.IsStranger = true }), members.Foreign},
		"of another workspace":          {plain, user(func(u *slack.User) { u.TeamID = "T1" }), members.Foreign},
		"of no workspace":               {plain, user(func(u *slack.User) { u.TeamID = "" }), members.Foreign},
		"of no organisation on no Grid": {plain, user(func(u *slack.User) { u.TeamID, u.Enterprise.EnterpriseID = "T1", "" }), members.Foreign},
		"invited":                       {plain, user(func(u *slack.User) { u.IsInvitedUser = true }), members.Invited},
		"of the organisation":           {grid, user(func(u *slack.User) { u.TeamID = "E0" }), members.Full},
		"of a sister workspace":         {grid, user(func(u *slack.User) { u.TeamID, u.Enterprise.EnterpriseID = "T1", "E0" }), members.Full},
		"of another organisation":       {grid, user(func(u *slack.User) { u.TeamID, u.Enterprise.EnterpriseID = "T1", "E1" }), members.Foreign},
		"a guest of a sister workspace": {grid, user(func(u *slack.User) { u.TeamID, u.Enterprise.EnterpriseID, u.IsRestricted = "T1", "E0", true }), members.Guest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.in.Kind(c.who); got != c.want {
				t.Errorf("it is of kind %d, want %d", got, c.want)
			}
		})
	}
}
