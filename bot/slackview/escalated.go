package slackview

import (
	"context"
	"maps"
	"strings"

	"renewbot/bot/directory"
	"renewbot/bot/renewal"
)

// sees says whether somebody whom an escalation tells may know of a request: who can't read its private channel is told
// of it only if they are an approver. What Slack does not tell they may not.
func (v *View) sees(ctx context.Context, r renewal.Request, id string) bool {
	return id == r.Requester || v.people.MayRead(ctx, r.Channel, id, directory.DecisionAge) ||
		v.policy.Approves(v.people.Actor(ctx, id, directory.RequestAge))
}

// mentioned are those of some people and user groups who can be mentioned in a channel, and whether others can't read it.
func (v *View) mentioned(ctx context.Context, channel string, who []string) (here []string, hidden bool) {
	for _, id := range who {
		if strings.HasPrefix(id, "S") || v.people.MayRead(ctx, channel, id, directory.DecisionAge) {
			here = append(here, id)
		} else {
			hidden = true
		}
	}
	return here, hidden
}

// escalatedHere is an entry as the request's thread tells it: without those who can't read that.
func (v *View) escalatedHere(ctx context.Context, r renewal.Request, e renewal.Entry) renewal.Entry {
	who := e.Detail[renewal.DetailWho]
	if e.Code != renewal.CodeEscalated || who == "" {
		return e
	}
	here, hidden := v.mentioned(ctx, r.Channel, strings.Split(who, ","))
	e.Detail = maps.Clone(e.Detail)
	e.Detail[renewal.DetailWho] = strings.Join(here, ",")
	if hidden {
		e.Detail[renewal.DetailUnseen] = "true"
	}
	return e
}
