package config

import (
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"
	"time"

	"renewbot/bot/renewal"
)

// minRemindAfter is the shortest time after which approvers are reminded.
const minRemindAfter = time.Minute

// minOrderAhead is the shortest time by which an order may be dated ahead: it is a day.
const minOrderAhead = 24 * time.Hour

// Validate says all that is wrong with a configuration; its error is of type Problems.
func (c Config) Validate() error {
	var problems Problems
	c.check(&problems)
	return problems.inOrder().orNil()
}

// check adds what is wrong to the problems that decoding found, and keeps quiet about
// what follows from those.
func (c Config) check(p *Problems) {
	checkToken(p, "SLACK_BOT_TOKEN", c.Slack.BotToken.Reveal(), "xoxb-",
		`see "OAuth & Permissions" in the app's settings`)
	checkToken(p, "SLACK_APP_TOKEN", c.Slack.AppToken.Reveal(), "xapp-",
		`see "Basic Information", "App-Level Tokens" in the app's settings; it needs the scope connections:write`)
	checkCredential(p, "YEASTAR_CLIENT_ID", c.Yeastar.ClientID.Reveal())
	checkCredential(p, "YEASTAR_CLIENT_SECRET", c.Yeastar.ClientSecret.Reveal())
	c.checkPeople(p)
	c.checkTimes(p)
	c.Events.check(p)
	if fault := databaseFault(c.DatabaseURL.Reveal()); fault != "" && !p.about("DATABASE_URL_FILE") {
		p.add("DATABASE_URL", fault)
	}
}

func checkToken(p *Problems, name, token, prefix, where string) {
	if p.about(name + "_FILE") {
		return
	}
	switch {
	case token == "":
		p.add(name, "is not set; "+where)
	case token == prefix:
		p.add(name, "has only the beginning of a token; "+where)
	case !strings.HasPrefix(token, prefix):
		p.add(name, tokenKind(token)+"; it wants a token that begins with "+prefix+": "+where)
	case strings.ContainsFunc(token, unsendable):
		p.add(name, "has a space or an unusual character in it; copy it again: "+where)
	}
}

// tokenKind says which token was taken for another.
func tokenKind(token string) string {
	switch {
	case strings.HasPrefix(token, "xoxb-"):
		return "holds a bot token, which belongs in SLACK_BOT_TOKEN"
	case strings.HasPrefix(token, "xapp-"):
		return "holds an app-level token, which belongs in SLACK_APP_TOKEN"
	case strings.HasPrefix(token, "xoxp-"):
		return "holds a user token, which Renewbot does not use"
	case strings.HasPrefix(token, "xoxe"):
		return "holds a token of token rotation, which Renewbot does not use"
	}
	return "holds something else"
}

// unsendable says whether a character has no place in a token.
func unsendable(r rune) bool { return r <= ' ' || r > '~' }

func checkCredential(p *Problems, name, value string) {
	switch {
	case p.about(name + "_FILE"):
	case value == "":
		p.add(name, "is not set; it is in the Partner Portal, where API access is switched on")
	case strings.ContainsFunc(value, unsendable):
		p.add(name, "has a space or an unusual character in it; copy it again from the Partner Portal")
	case strings.HasPrefix(value, "xoxb-") || strings.HasPrefix(value, "xapp-"):
		p.add(name, "holds a token of Slack; put the credential of the Partner Portal there")
	}
}

func (c Config) checkPeople(p *Problems) {
	r := c.Renew
	if len(r.Approvers) == 0 {
		p.add("RENEW_APPROVERS", "lists nobody, so nothing could ever be approved; list user ids (U…) or user-group ids (S…), separated by commas")
	}
	switch {
	case r.AuditChannel == "":
		p.add("RENEW_AUDIT_CHANNEL", "is not set; give the id (C…) of the channel that is to keep the audit trail")
	case strings.Contains(r.AuditChannel, ","):
		p.add("RENEW_AUDIT_CHANNEL", "lists more than one channel; choose one")
	}
	if r.ApprovalsRequired < 1 {
		p.add("RENEW_APPROVALS_REQUIRED", "is less than 1; every order needs an approval")
	} else if users := len(r.Approvers.Users()); len(r.Approvers.Groups()) == 0 &&
		r.ApprovalsRequired > users && !p.about("RENEW_APPROVERS") {
		p.add("RENEW_APPROVALS_REQUIRED", fmt.Sprintf(
			"asks for more approvals than RENEW_APPROVERS lists people (%d); lower it or list more", users))
	}
	if !slices.Contains([]renewal.PONumberMode{renewal.PONumberReference, renewal.PONumberTyped}, r.PONumber) {
		p.add("RENEW_PO_NUMBER", "is neither reference nor typed; write one of the two")
	}
}

func (c Config) checkTimes(p *Problems) {
	r := c.Renew
	if r.RemindAfter < minRemindAfter {
		p.add("RENEW_REMIND_AFTER", "is shorter than a minute; write a longer time, such as 4h")
	}
	if r.ExpireAfter <= 0 {
		p.add("RENEW_EXPIRE_AFTER", "is not more than nothing; write a longer time, such as 72h")
	}
	if r.RepeatWithin <= 0 {
		p.add("RENEW_REPEAT_WITHIN", "is not more than nothing; write a longer time, such as 300d")
	}
	if r.OrderAhead < minOrderAhead {
		p.add("RENEW_ORDER_AHEAD", "is shorter than a day; write a longer time, such as 90d")
	}
	if r.LookupTTL <= 0 {
		p.add("RENEW_LOOKUP_TTL", "is not more than nothing; write a longer time, such as 5m")
	}
	if r.RemindAfter >= r.ExpireAfter && !p.about("RENEW_REMIND_AFTER", "RENEW_EXPIRE_AFTER") {
		p.add("RENEW_REMIND_AFTER", "is not before RENEW_EXPIRE_AFTER, so nobody would be reminded; make it shorter")
	}
}

// databaseFault says what is wrong with the address of the database.
func databaseFault(text string) string {
	const forms = "write sqlite:file.db, sqlite:///path/to/file.db or postgres://user@host/database"
	scheme, rest, _ := strings.Cut(text, ":")
	switch scheme {
	case "sqlite":
		switch {
		case rest == "" || strings.HasSuffix(rest, "/"):
			return "names no file; " + forms
		case strings.HasPrefix(rest, "//") && !strings.HasPrefix(rest, "///"):
			return "has two slashes after sqlite:, which says neither relative nor absolute; " + forms
		case strings.Contains(rest, ":memory:"):
			return "keeps requests in memory, where a restart loses them; " + forms
		case strings.Contains(rest, "?"):
			return "has settings after a question mark, and Renewbot makes its own; leave them out"
		}
		return ""
	case "postgres", "postgresql":
		u, err := url.Parse(text)
		if err != nil || !strings.HasPrefix(rest, "//") || u.Path == "" && u.Host == "" && u.RawQuery == "" {
			return "is not a URL of PostgreSQL; write postgres://user@host/database, with % codes for special characters in the password"
		}
		return ""
	case "":
		return "is empty; give it a value, or remove it to get the default"
	}
	return "is of an unknown kind; " + forms
}

// inOrder puts the problems into the order of the documentation, unknown variables last.
func (p Problems) inOrder() Problems {
	rank := map[string]int{}
	for i, v := range Variables() {
		rank[v.Name], rank[v.Name+"_FILE"] = i+1, i+1
	}
	sort.SliceStable(p, func(i, j int) bool {
		ri, rj := rank[p[i].Variable], rank[p[j].Variable]
		switch {
		case ri == rj:
			return p[i].Variable < p[j].Variable
		case ri == 0:
			return false
		case rj == 0:
			return true
		}
		return ri < rj
	})
	return p
}
