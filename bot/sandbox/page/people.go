package page

import (
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// part is what somebody plays in the sandbox.
type part struct{ role, about string }

// parts follow the sandbox's configuration: whoever may request and approve.
var parts = map[string]part{
	sandbox.Alice: {"Sales", "May request renewals, and cancel or change what she requested."},
	sandbox.Dave:  {"Sales", "May request renewals, too; sees no other direct messages than his own."},
	sandbox.Bob:   {"Approver", "Named as an approver: approves and rejects what others request, and settles orders of unknown fate."},
	sandbox.Carol: {"Approver", "Approves as a member of @renewal-approvers; works in New York."},
	sandbox.Gina:  {"Guest", "A guest of the workspace: may neither request nor approve."},
	sandbox.Olga:  {"Outsider", "Of another company, in a shared channel: may neither request nor approve."},
}

// personJSON is somebody as the page shows them.
type personJSON struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	RealName string `json:"realName"`
	TZ       string `json:"tz"`
	Kind     string `json:"kind"`
	Role     string `json:"role"`
	About    string `json:"about"`
}

// slackbot is the workspace's own voice, whom nobody plays.
const slackbot = "USLACKBOT"

func peopleJSON(users []slacksim.User) []personJSON {
	out := []personJSON{}
	for _, u := range users {
		if u.ID == slackbot {
			continue
		}
		p := personJSON{ID: u.ID, Name: u.Name, RealName: u.RealName, TZ: u.TZ, Kind: "member", Role: parts[u.ID].role, About: parts[u.ID].about}
		switch {
		case u.Bot:
			p.Kind, p.Role, p.About = "app", "App", "The bot itself."
		case u.Stranger:
			p.Kind = "stranger"
		case u.Restricted || u.UltraRestricted:
			p.Kind = "guest"
		}
		out = append(out, p)
	}
	return out
}

// plays says whether somebody can act as the person.
func plays(s *slacksim.Snapshot, id string) bool {
	u, ok := s.User(id)
	return ok && !u.Bot && !u.Deleted && id != slackbot
}
