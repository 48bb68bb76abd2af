package check

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"renewbot/bot/config"
	"renewbot/bot/directory"
)

// mostPeople bounds how many people are looked up one by one: Slack allows about 100 a
// minute.
const mostPeople = 60

// person is what Slack says of somebody.
type person struct {
	unfit  string // why they may do nothing; empty: they may
	sister bool   // of another workspace of the organisation: only by their own id
	err    error  // Slack did not tell
}

// able are the people that a setting entitles.
type able struct {
	ids     []string
	unread  bool // somebody or some group could not be looked at
	unasked int  // people who were not looked at for their number
}

// count is how many there are, those included who were not looked at.
func (a able) count() int { return len(a.ids) + a.unasked }

// checkPeople looks whether those who are to approve and to request can.
func (s *slackSide) checkPeople(ctx context.Context, r config.Renew) lines {
	var l lines
	approvers := s.checkList(ctx, &l, "approvers", "RENEW_APPROVERS", r.Approvers)
	requesters := able{}
	if len(r.Requesters) == 0 {
		l.ok("requesters", "every full member of the workspace")
	} else {
		requesters = s.checkList(ctx, &l, "requesters", "RENEW_REQUESTERS", r.Requesters)
		if requesters.count() == 0 && !requesters.unread {
			l.add("requesters", Problem, "nobody in RENEW_REQUESTERS can request a renewal",
				"List people or groups of this workspace, or leave RENEW_REQUESTERS empty for every full member.")
		}
	}
	checkQuorum(&l, r, approvers, requesters)
	return append(l, s.checkPolicy(ctx, r)...)
}

// checkList looks at the people and groups of one setting: a line for each that is not as
// it should be, and one for all.
func (s *slackSide) checkList(ctx context.Context, l *lines, check, variable string, ids config.IDs) able {
	var found able
	everybody := slices.Clone(ids.Users())
	for _, group := range ids.Groups() {
		members, ok := s.members(ctx, l, check, variable, group)
		found.unread = found.unread || !ok
		everybody = append(everybody, members...)
	}
	everybody = distinct(everybody)
	if len(everybody) > mostPeople {
		found.unasked = len(everybody) - mostPeople
		everybody = everybody[:mostPeople]
	}
	s.ask(ctx, everybody)
	broken := map[string]bool{}
	for _, id := range everybody {
		switch p := s.seen[id]; {
		case p.err != nil:
			found.unread = true
			if why := p.err.Error(); !broken[why] { // one cause, one line
				broken[why] = true
				s.unasked(l, check, p.err)
			}
		case p.unfit != "" && (!p.sister || !slices.Contains(ids, id)):
			next := fmt.Sprintf("Take %s out of %s.", id, variable)
			if !slices.Contains(ids, id) {
				next = fmt.Sprintf("Take %s out of the user group.", id)
			}
			l.add(check, Warning, fmt.Sprintf("%s %s and can do nothing here", id, p.unfit), next)
		default:
			found.ids = append(found.ids, id)
		}
	}
	if found.count() > 0 {
		l.ok(check, "%s%s", counted(found.count(), "person"), found.rest())
	}
	return found
}

func (a able) rest() string {
	if a.unasked == 0 {
		return ""
	}
	return fmt.Sprintf(", of whom %d were not looked at one by one", a.unasked)
}

func distinct(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// members reads a user group. It is not ok when it cannot be read: the bot then refuses
// everybody who is not named by id.
func (s *slackSide) members(ctx context.Context, l *lines, check, variable, group string) (ids []string, ok bool) {
	var found struct {
		Users []string `json:"users"`
	}
	_, err := s.call(ctx, s.token, "usergroups.users.list", url.Values{"usergroup": {group}}, &found)
	switch {
	case codeOf(err) == "no_such_subteam" && s.disabled(ctx, group):
		l.add(check, Problem, "the user group "+group+" is disabled",
			fmt.Sprintf("Enable it in Slack (People → User groups), or take it out of %s.", variable))
	case codeOf(err) == "no_such_subteam":
		l.add(check, Problem, "there is no user group "+group, fmt.Sprintf("Compare %s with the group's id: People → User groups → ⋮ → Copy group ID.", variable))
	case codeOf(err) == "plan_upgrade_required":
		l.add(check, Problem, "the workspace's plan has no user groups, so "+group+" cannot be read",
			fmt.Sprintf("List the people in %s by their own ids (U…).", variable))
	case err != nil:
		s.unasked(l, check, err)
	case len(found.Users) == 0:
		l.add(check, Warning, "the user group "+group+" has no members", fmt.Sprintf("Add people to it in Slack, or take it out of %s.", variable))
		return nil, true
	default:
		return found.Users, true
	}
	return nil, false
}

// disabled says whether a user group exists and is switched off.
func (s *slackSide) disabled(ctx context.Context, group string) bool {
	var found struct {
		Groups []slack.UserGroup `json:"usergroups"`
	}
	_, err := s.call(ctx, s.token, "usergroups.list", url.Values{"include_disabled": {"true"}}, &found)
	return err == nil && slices.ContainsFunc(found.Groups, func(g slack.UserGroup) bool { return g.ID == group })
}

// ask looks people up who have not been.
func (s *slackSide) ask(ctx context.Context, ids []string) {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, known := s.seen[id]; return known })
	found := make([]person, len(ids))
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i, id := range ids {
		g.Go(func() error {
			found[i] = s.look(ctx, id)
			return nil
		})
	}
	_ = g.Wait() // nothing in it fails
	for i, id := range ids {
		s.seen[id] = found[i]
	}
}

func (s *slackSide) look(ctx context.Context, id string) person {
	var found struct {
		User slack.User `json:"user"`
	}
	_, err := s.call(ctx, s.token, "users.info", url.Values{"user": {id}}, &found)
	switch codeOf(err) {
	case "user_not_found":
		return person{unfit: "is nobody whom Slack knows"}
	case "user_not_visible":
		return person{unfit: "is of another company"}
	}
	if err != nil {
		return person{err: err}
	}
	unfit, kind := s.unfit(found.User)
	return person{unfit: unfit, sister: kind == directory.Sister}
}

// unfit says why somebody may neither request nor approve, by the same rules that the bot
// applies at every click, and what kind of account they have.
func (s *slackSide) unfit(u slack.User) (string, directory.Kind) {
	workspace := directory.Workspace{TeamID: s.who.TeamID, EnterpriseID: s.who.EnterpriseID, BotUserID: s.who.UserID}
	kind := workspace.Kind(u)
	return map[directory.Kind]string{
		directory.Full:        "",
		directory.Sister:      "is of another workspace of the organisation, and not named by id",
		directory.Bot:         "is a bot",
		directory.Deactivated: "is deactivated",
		directory.Guest:       "is a guest",
		directory.Invited:     "has not accepted the invitation to the workspace",
		directory.Foreign:     "is of another company",
	}[kind], kind
}

// checkQuorum looks whether enough people can approve, also a request of one of them.
func checkQuorum(l *lines, r config.Renew, approvers, requesters able) {
	needed, have := r.ApprovalsRequired, approvers.count()
	if approvers.unread && have < needed+1 {
		l.skip("the approvers come first", "quorum")
		return
	}
	const next = "Add people to RENEW_APPROVERS or to its groups, or lower RENEW_APPROVALS_REQUIRED."
	// Whether somebody who may approve may also request.
	both := len(r.Requesters) == 0 || requesters.unasked > 0 ||
		slices.ContainsFunc(approvers.ids, func(id string) bool { return slices.Contains(requesters.ids, id) })
	switch {
	case have < needed:
		l.add("quorum", Problem, fmt.Sprintf("a request needs %s and %s can give one: nothing can ever be ordered",
			counted(needed, "approval"), cmp.Or(nobody(have), counted(have, "person"))), next)
	case have == needed && both && !r.SelfApproval:
		l.add("quorum", Warning, fmt.Sprintf("a request needs %s and %s can give one, but not to their own request: what an approver requests can never be ordered",
			counted(needed, "approval"), counted(have, "person")), next)
	default:
		l.ok("quorum", "%s needed, %s can give one", counted(needed, "approval"), counted(have, "person"))
	}
}

func nobody(n int) string {
	if n == 0 {
		return "nobody"
	}
	return ""
}
