package slacksim

import "strings"

// people keeps who is in the workspace, and the groups they are in.
type people struct {
	*core
	channels   *channelStore
	users      map[string]*User
	userOrder  []string
	groups     map[string]*UserGroup
	groupOrder []string
	noGroups   bool // user groups need a paid plan
}

// methods are the methods of users.* and usergroups.*, and those that tell the bot who it is.
func (p *people) methods() map[string]method {
	return map[string]method{
		"bots.info":             {scopes: []string{"users:read"}, tier: 3, read: true, run: p.botsInfo},
		"auth.test":             {token: anyToken, run: p.authTest},
		"users.info":            {scopes: []string{"users:read"}, tier: 4, read: true, run: p.info},
		"users.list":            {scopes: []string{"users:read"}, tier: 2, read: true, run: p.list},
		"users.lookupByEmail":   {scopes: []string{"users:read.email"}, tier: 3, read: true, run: p.lookupByEmail},
		"usergroups.list":       {scopes: []string{"usergroups:read"}, tier: 2, read: true, run: p.groupsList},
		"usergroups.users.list": {scopes: []string{"usergroups:read"}, tier: 2, read: true, run: p.groupsUsers},
	}
}

func (p *people) info(c *call) (obj, *apiError) {
	u := p.users[c.str("user")]
	if u == nil {
		return nil, fail("user_not_found")
	}
	if u.Stranger && !p.channels.sharesChannel(u.ID) {
		return nil, fail("user_not_visible")
	}
	out := p.userJSON(u)
	if c.flag("include_locale") {
		out["locale"] = u.Locale
	}
	return obj{"user": out}, nil
}

func (p *people) list(c *call) (obj, *apiError) {
	part, next, e := page(c, p.userOrder, 1000)
	if e != nil {
		return nil, e
	}
	members := []obj{}
	for _, id := range part {
		members = append(members, p.userJSON(p.users[id]))
	}
	return obj{"members": members, "cache_ts": p.clock.Now().Unix(), "response_metadata": obj{"next_cursor": next}}, nil
}

func (p *people) lookupByEmail(c *call) (obj, *apiError) {
	for _, id := range p.userOrder {
		if u := p.users[id]; u.Email != "" && strings.EqualFold(u.Email, c.str("email")) && !u.Deleted {
			return obj{"user": p.userJSON(u)}, nil
		}
	}
	return nil, fail("users_not_found")
}

func (p *people) groupsList(c *call) (obj, *apiError) {
	if p.noGroups {
		return nil, fail("plan_upgrade_required")
	}
	out := []obj{}
	for _, id := range p.groupOrder {
		g := p.groups[id]
		if g.Disabled && !c.flag("include_disabled") {
			continue
		}
		o := obj{
			"id": g.ID, "team_id": p.teamID, "is_usergroup": true, "name": g.Name, "handle": g.Handle,
			"description": "", "is_external": false, "date_create": 1, "date_update": 1, "date_delete": 0,
			"auto_type": nil, "created_by": "USLACKBOT", "updated_by": "USLACKBOT", "deleted_by": nil,
			"prefs": obj{"channels": []string{}, "groups": []string{}},
		}
		if g.Disabled {
			o["date_delete"] = 1
		}
		if c.flag("include_count") {
			o["user_count"] = len(g.Members)
		}
		if c.flag("include_users") {
			o["users"] = stringsOrEmpty(g.Members)
		}
		out = append(out, o)
	}
	return obj{"usergroups": out}, nil
}

func (p *people) groupsUsers(c *call) (obj, *apiError) {
	if p.noGroups {
		return nil, fail("plan_upgrade_required")
	}
	g := p.groups[c.str("usergroup")]
	if g == nil || g.Disabled && !c.flag("include_disabled") {
		return nil, fail("no_such_subteam")
	}
	return obj{"users": stringsOrEmpty(g.Members)}, nil
}

func (ct *chat) addReaction(c *call) (obj, *apiError) {
	ch := ct.channels.byID[c.str("channel")]
	if ch == nil {
		return nil, fail("channel_not_found")
	}
	if m := ch.find(c.str("timestamp")); m == nil || m.Deleted {
		return nil, fail("message_not_found")
	}
	if strings.Trim(c.str("name"), ":") == "" {
		return nil, fail("no_reaction")
	}
	return obj{}, nil
}
