package slacksim

import (
	"fmt"
	"slices"
	"time"
)

// User is a person, or a bot, as users.info shows them.
type User struct {
	ID       string // U… or W…; made if empty
	Name     string
	RealName string // Name if empty
	Email    string
	TZ       string // IANA name, Etc/UTC if empty
	Locale   string // en-US if empty
	TeamID   string // where the person is at home; the workspace if empty. On Grid it may be the E… id
	// EnterpriseUserID is the person's Grid-wide id; only shown when the workspace has an enterprise.
	EnterpriseUserID string
	// Teams are their workspaces of the organisation; the workspace itself if empty.
	Teams []string

	Deleted         bool
	Bot             bool
	AppUser         bool
	Restricted      bool // multi-channel guest
	UltraRestricted bool // single-channel guest
	Stranger        bool // member of another organisation, here through a shared channel
	Invited         bool // has not joined yet
	Admin           bool
	Owner           bool

	StatusEmoji string    // such as :palm_tree:; empty: no status
	StatusUntil time.Time // zero: until they change it
}

// UserGroup is a user group (S…) that people mention and that names approvers.
type UserGroup struct {
	ID       string
	Handle   string
	Name     string
	Members  []string // user ids
	Disabled bool
}

// AddUser adds a person, or replaces the one with the same id, and returns the id.
func (w *Workspace) AddUser(u User) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if u.ID == "" {
		u.ID = w.newID("U0")
	}
	if u.RealName == "" {
		u.RealName = u.Name
	}
	if u.TZ == "" {
		u.TZ = "Etc/UTC"
	}
	if u.Locale == "" {
		u.Locale = "en-US"
	}
	if u.TeamID == "" {
		u.TeamID = w.teamID
		if u.Stranger {
			u.TeamID = "T0ELSEWHERE"
		}
	}
	if _, exists := w.people.users[u.ID]; !exists {
		w.people.userOrder = append(w.people.userOrder, u.ID)
	}
	w.people.users[u.ID] = &u
	w.touch(Change{Kind: ChangeUser, User: u.ID})
	return u.ID
}

// ChangeUser lets f change the person with the given id, for example to deactivate them.
func (w *Workspace) ChangeUser(id string, f func(*User)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.people.users[id]
	if u == nil {
		panic(fmt.Sprintf("slacksim: no user %q", id))
	}
	changed := *u
	f(&changed)
	changed.ID = id
	w.people.users[id] = &changed
	w.touch(Change{Kind: ChangeUser, User: id})
	w.events.emit("user_change", obj{"user": w.people.userJSON(&changed)})
}

// AddUserGroup adds a user group and returns its id (S…, made if empty).
func (w *Workspace) AddUserGroup(g UserGroup) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if g.ID == "" {
		g.ID = w.newID("S0")
	}
	if g.Name == "" {
		g.Name = g.Handle
	}
	g.Members = slices.Clone(g.Members)
	if _, exists := w.people.groups[g.ID]; !exists {
		w.people.groupOrder = append(w.people.groupOrder, g.ID)
	}
	w.people.groups[g.ID] = &g
	w.touch(Change{Kind: ChangeGroup})
	return g.ID
}

// SetGroupMembers replaces the members of a user group and sends subteam_members_changed if declared.
func (w *Workspace) SetGroupMembers(id string, members ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.people.groups[id]
	if g == nil {
		panic(fmt.Sprintf("slacksim: no user group %q", id))
	}
	var added, removed []string
	for _, m := range members {
		if !slices.Contains(g.Members, m) {
			added = append(added, m)
		}
	}
	for _, m := range g.Members {
		if !slices.Contains(members, m) {
			removed = append(removed, m)
		}
	}
	g.Members = slices.Clone(members)
	w.touch(Change{Kind: ChangeGroup})
	now := w.clock.Now().Unix()
	w.events.emit("subteam_members_changed", obj{
		"subteam_id": id, "team_id": w.teamID, "date_previous_update": now - 1, "date_update": now,
		"added_users": stringsOrEmpty(added), "added_users_count": len(added),
		"removed_users": stringsOrEmpty(removed), "removed_users_count": len(removed),
	})
}

func stringsOrEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// userJSON is the user object of users.info.
func (p *people) userJSON(u *User) obj {
	zone, offset := zoneOf(u.TZ, p.clock.Now())
	out := obj{
		"id": u.ID, "team_id": u.TeamID, "name": u.Name, "deleted": u.Deleted,
		"real_name": u.RealName, "tz": u.TZ, "tz_label": zone, "tz_offset": offset,
		"is_bot": u.Bot, "is_app_user": u.AppUser, "updated": 1,
		"profile": obj{
			"real_name": u.RealName, "display_name": u.Name, "team": u.TeamID, "status_text": "", "status_emoji": "", "status_expiration": 0,
		},
	}
	if now := p.clock.Now(); u.StatusEmoji != "" && (u.StatusUntil.IsZero() || now.Before(u.StatusUntil)) {
		profile := out["profile"].(obj)
		profile["status_emoji"] = u.StatusEmoji
		if !u.StatusUntil.IsZero() {
			profile["status_expiration"] = u.StatusUntil.Unix()
		}
	}
	if p.manifest.hasScope("users:read.email") && u.Email != "" {
		out["profile"].(obj)["email"] = u.Email
		out["is_email_confirmed"] = true
	}
	if !u.Deleted {
		out["is_admin"], out["is_owner"], out["is_primary_owner"] = u.Admin || u.Owner, u.Owner, false
		out["is_restricted"], out["is_ultra_restricted"] = u.Restricted || u.UltraRestricted, u.UltraRestricted
	}
	if u.Stranger {
		out["is_stranger"] = true
	}
	if u.Invited {
		out["is_invited_user"] = true
	}
	if p.enterpriseID != "" && !u.Stranger {
		id := u.EnterpriseUserID
		if id == "" {
			id = u.ID
		}
		teams := u.Teams
		if len(teams) == 0 {
			teams = []string{p.teamID}
		}
		out["enterprise_user"] = obj{
			"id": id, "enterprise_id": p.enterpriseID, "enterprise_name": p.enterpriseName,
			"is_admin": u.Admin, "is_owner": u.Owner, "teams": teams,
		}
	}
	return out
}
