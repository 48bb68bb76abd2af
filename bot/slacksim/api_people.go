package slacksim

import "strings"

func init() {
	register("users.info", method{scopes: []string{"users:read"}, tier: 4, read: true, run: (*Workspace).usersInfo})
	register("users.list", method{scopes: []string{"users:read"}, tier: 2, read: true, run: (*Workspace).usersList})
	register("users.lookupByEmail", method{scopes: []string{"users:read.email"}, tier: 3, read: true, run: (*Workspace).usersLookup})
	register("usergroups.list", method{scopes: []string{"usergroups:read"}, tier: 2, read: true, run: (*Workspace).groupsList})
	register("usergroups.users.list", method{scopes: []string{"usergroups:read"}, tier: 2, read: true, run: (*Workspace).groupsUsers})
	register("reactions.add", method{scopes: []string{"reactions:write"}, tier: 3, run: (*Workspace).reactionsAdd})
}

func (w *Workspace) usersInfo(c *call) (obj, *apiError) {
	u := w.users[c.str("user")]
	if u == nil {
		return nil, fail("user_not_found")
	}
	if u.Stranger && !w.sharesChannel(u.ID) {
		return nil, fail("user_not_visible")
	}
	return obj{"user": w.userJSON(u)}, nil
}

func (w *Workspace) usersList(c *call) (obj, *apiError) {
	part, next, e := page(c, w.userOrder, 1000)
	if e != nil {
		return nil, e
	}
	members := []obj{}
	for _, id := range part {
		members = append(members, w.userJSON(w.users[id]))
	}
	return obj{"members": members, "cache_ts": w.clock.Now().Unix(), "response_metadata": obj{"next_cursor": next}}, nil
}

func (w *Workspace) usersLookup(c *call) (obj, *apiError) {
	for _, id := range w.userOrder {
		if u := w.users[id]; u.Email != "" && strings.EqualFold(u.Email, c.str("email")) && !u.Deleted {
			return obj{"user": w.userJSON(u)}, nil
		}
	}
	return nil, fail("users_not_found")
}

func (w *Workspace) groupsList(c *call) (obj, *apiError) {
	if w.noGroups {
		return nil, fail("plan_upgrade_required")
	}
	out := []obj{}
	for _, id := range w.groupOrder {
		g := w.groups[id]
		if g.Disabled && !c.flag("include_disabled") {
			continue
		}
		o := obj{
			"id": g.ID, "team_id": w.teamID, "is_usergroup": true, "name": g.Name, "handle": g.Handle,
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

func (w *Workspace) groupsUsers(c *call) (obj, *apiError) {
	if w.noGroups {
		return nil, fail("plan_upgrade_required")
	}
	g := w.groups[c.str("usergroup")]
	if g == nil || g.Disabled && !c.flag("include_disabled") {
		return nil, fail("no_such_subteam")
	}
	return obj{"users": stringsOrEmpty(g.Members)}, nil
}

func (w *Workspace) reactionsAdd(c *call) (obj, *apiError) {
	ch := w.channels[c.str("channel")]
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
