package slacksim

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// conversations answers what conversations there are, who is in them and what was said.
type conversations struct {
	*core
	channels *channelStore
	people   *people
	chat     *chat
	events   *events
}

// methods are the methods of conversations.*.
func (cv *conversations) methods() map[string]method {
	return map[string]method{
		"conversations.info":    {tier: 3, read: true, run: cv.info},
		"conversations.members": {tier: 4, read: true, run: cv.members},
		"conversations.open":    {scopes: []string{"im:write", "mpim:write"}, tier: 3, run: cv.open},
		"conversations.replies": {tier: 3, read: true, run: cv.replies},
		"conversations.history": {tier: 3, read: true, run: cv.history},
		"conversations.list":    {tier: 2, read: true, run: cv.list},
		"conversations.join":    {scopes: []string{"channels:join"}, tier: 3, run: cv.join},
		"users.conversations":   {tier: 3, read: true, run: cv.ofUser},
	}
}

func (p *people) authTest(c *call) (obj, *apiError) {
	out := obj{
		"url": "https://" + p.teamDomain + ".slack.com/", "team": p.teamName, "team_id": p.teamID,
		"user": p.users[p.botUserID].Name, "user_id": p.botUserID, "bot_id": p.botID, "is_enterprise_install": false,
	}
	if c.token == p.appToken {
		out = obj{"app_name": p.manifest.Display.Name, "app_id": p.appID}
	}
	if p.enterpriseID != "" {
		out["enterprise_id"] = p.enterpriseID
	}
	return out, nil
}

// scopeFor is the scope that a reading method needs for a kind of channel.
func scopeFor(ch *channel, what string) string {
	switch {
	case ch.IM:
		return "im:" + what
	case ch.Private:
		return "groups:" + what
	}
	return "channels:" + what
}

// readable finds a channel of a reading method and checks the scope for its kind.
func (cv *conversations) readable(c *call, what string) (*channel, *apiError) {
	all := []string{"channels:" + what, "groups:" + what, "mpim:" + what, "im:" + what}
	if !slices.ContainsFunc(all, cv.manifest.hasScope) {
		return nil, cv.manifest.missingScope(all...)
	}
	ch := cv.channels.byID[c.str("channel")]
	if ch == nil {
		return nil, fail("channel_not_found")
	}
	if scope := scopeFor(ch, what); !cv.manifest.hasScope(scope) {
		return nil, cv.manifest.missingScope(scope)
	}
	if (ch.Private || ch.IM) && !ch.has(cv.botUserID) {
		return nil, fail("channel_not_found")
	}
	return ch, nil
}

func (cv *conversations) info(c *call) (obj, *apiError) {
	ch, e := cv.readable(c, "read")
	if e != nil {
		return nil, e
	}
	out := cv.channelJSON(ch)
	if c.flag("include_num_members") {
		out["num_members"] = len(ch.Members)
	}
	return obj{"channel": out}, nil
}

func (cv *conversations) members(c *call) (obj, *apiError) {
	ch, e := cv.readable(c, "read")
	if e != nil {
		return nil, e
	}
	members, next, e := page(c, ch.Members, 100)
	if e != nil {
		return nil, e
	}
	return obj{"members": stringsOrEmpty(members), "response_metadata": obj{"next_cursor": next}}, nil
}

// page cuts a list by the call's limit and cursor.
func page[T any](c *call, all []T, usual int) (part []T, next string, e *apiError) {
	limit := c.number("limit", usual)
	if limit <= 0 || limit > 1000 {
		return nil, "", fail("invalid_limit")
	}
	from := 0
	if cursor := c.str("cursor"); cursor != "" {
		if from = cursorIndex(cursor); from < 0 || from > len(all) {
			return nil, "", fail("invalid_cursor")
		}
	}
	to := min(len(all), from+limit)
	if to < len(all) {
		next = cursorFor(to)
	}
	return all[from:to], next, nil
}

func (cv *conversations) open(c *call) (obj, *apiError) {
	if id := c.str("channel"); id != "" {
		if ch := cv.channels.byID[id]; ch != nil && ch.IM {
			return obj{"channel": obj{"id": ch.ID}}, nil
		}
		return nil, fail("channel_not_found")
	}
	ids := strings.Split(c.str("users"), ",")
	if len(ids) > 1 {
		if !cv.manifest.hasScope("mpim:write") {
			return nil, cv.manifest.missingScope("mpim:write")
		}
		return nil, fail("method_not_supported_for_channel_type")
	}
	if !cv.manifest.hasScope("im:write") {
		return nil, cv.manifest.missingScope("im:write")
	}
	u := cv.people.users[strings.TrimSpace(ids[0])]
	switch {
	case ids[0] == "":
		return nil, fail("users_list_not_supplied")
	case u == nil:
		return nil, fail("user_not_found")
	case u.Deleted:
		return nil, fail("user_disabled")
	case u.Bot || u.ID == "USLACKBOT":
		return nil, fail("cannot_dm_bot")
	case u.Stranger && !cv.channels.sharesChannel(u.ID):
		return nil, fail("user_not_visible")
	}
	ch := cv.channels.openIM(u.ID)
	out := obj{"id": ch.ID}
	if c.flag("return_im") {
		out = cv.channelJSON(ch)
	}
	return obj{"channel": out}, nil
}

func (cs *channelStore) sharesChannel(user string) bool {
	for _, ch := range cs.byID {
		if ch.ExtShared && ch.has(user) {
			return true
		}
	}
	return false
}

// inRange says whether a message lies between the call's oldest and latest.
func inRange(c *call, ts string) bool {
	oldest, latest, inclusive := c.str("oldest"), c.str("latest"), c.flag("inclusive")
	after := oldest == "" || oldest == "0" || ts > oldest || inclusive && ts == oldest
	before := latest == "" || ts < latest || inclusive && ts == latest
	return after && before
}

func (cv *conversations) replies(c *call) (obj, *apiError) {
	ch, e := cv.readable(c, "history")
	if e != nil {
		return nil, e
	}
	if !ch.has(cv.botUserID) {
		return nil, fail("not_in_channel")
	}
	root := ch.find(c.str("ts"))
	if root == nil {
		return nil, fail("thread_not_found")
	}
	list := []*Message{root}
	for _, m := range ch.replies(root.TS) {
		if inRange(c, m.TS) {
			list = append(list, m)
		}
	}
	return cv.messagePage(c, ch, list, 1000)
}

func (cv *conversations) history(c *call) (obj, *apiError) {
	ch, e := cv.readable(c, "history")
	if e != nil {
		return nil, e
	}
	if !ch.has(cv.botUserID) {
		return nil, fail("not_in_channel")
	}
	var list []*Message
	for _, m := range ch.messages {
		if (!m.IsReply() || m.Broadcast) && inRange(c, m.TS) {
			list = append(list, m)
		}
	}
	slices.Reverse(list)
	return cv.messagePage(c, ch, list, 100)
}

func (cv *conversations) messagePage(c *call, ch *channel, list []*Message, usual int) (obj, *apiError) {
	part, next, e := page(c, list, usual)
	if e != nil {
		return nil, e
	}
	messages := make([]obj, len(part))
	for i, m := range part {
		messages[i] = cv.chat.messageJSON(ch, m, c.flag("include_all_metadata"))
	}
	out := obj{"messages": messages, "has_more": next != ""}
	if next != "" {
		out["response_metadata"] = obj{"next_cursor": next}
	}
	return out, nil
}

// listed are the channels of the kinds asked for, each kind with its scope.
func (cv *conversations) listed(c *call, member string) ([]obj, *apiError) {
	types := c.str("types")
	if types == "" {
		types = "public_channel"
	}
	scopes := map[string]string{"public_channel": "channels:read", "private_channel": "groups:read", "mpim": "mpim:read", "im": "im:read"}
	kinds := strings.Split(types, ",")
	for i, k := range kinds {
		kinds[i] = strings.TrimSpace(k)
		scope, ok := scopes[kinds[i]]
		if !ok {
			return nil, fail("invalid_types")
		}
		if !cv.manifest.hasScope(scope) {
			return nil, cv.manifest.missingScope(scope)
		}
	}
	var out []obj
	for _, id := range cv.channels.order {
		ch := cv.channels.byID[id]
		kind := "public_channel"
		if ch.IM {
			kind = "im"
		} else if ch.Private {
			kind = "private_channel"
		}
		visible := kind == "public_channel" || ch.has(cv.botUserID)
		if !visible || !slices.Contains(kinds, kind) || member != "" && !ch.has(member) || ch.Archived && c.flag("exclude_archived") {
			continue
		}
		out = append(out, cv.channelJSON(ch))
	}
	return out, nil
}

func (cv *conversations) list(c *call) (obj, *apiError) { return cv.channelPage(c, "") }

func (cv *conversations) ofUser(c *call) (obj, *apiError) {
	user := c.str("user")
	if user == "" {
		user = cv.botUserID
	}
	return cv.channelPage(c, user)
}

func (cv *conversations) channelPage(c *call, member string) (obj, *apiError) {
	all, e := cv.listed(c, member)
	if e != nil {
		return nil, e
	}
	part, next, e := page(c, all, 100)
	if e != nil {
		return nil, e
	}
	return obj{"channels": append([]obj{}, part...), "response_metadata": obj{"next_cursor": next}}, nil
}

func (cv *conversations) join(c *call) (obj, *apiError) {
	ch := cv.channels.byID[c.str("channel")]
	switch {
	case ch == nil:
		return nil, fail("channel_not_found")
	case ch.Private || ch.IM:
		return nil, fail("method_not_supported_for_channel_type")
	case ch.Archived:
		return nil, fail("is_archived")
	}
	cv.addMember(ch, cv.botUserID)
	return obj{"channel": cv.channelJSON(ch)}, nil
}

// A cursor is opaque to the app: the index of the next item, dressed up as Slack's are.
func cursorFor(i int) string {
	return base64.StdEncoding.EncodeToString([]byte("next:" + strconv.Itoa(i)))
}

func cursorIndex(cursor string) int {
	b, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return -1
	}
	s, ok := strings.CutPrefix(string(b), "next:")
	if !ok {
		return -1
	}
	i, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return i
}
