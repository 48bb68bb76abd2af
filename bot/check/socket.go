package check

import (
	"context"
	"fmt"
	"net/url"

	"renewbot/bot/socket"
)

// appSide is what the app token showed.
type appSide struct {
	lines
	appID string // empty: not known
}

// checkAppToken asks for a connection, which needs the app token and Socket Mode, and
// opens it when no running bot can lose anything by that.
func (c *checker) checkAppToken(ctx context.Context) appSide {
	var s appSide
	var opened struct {
		URL string `json:"url"`
	}
	_, err := c.slack.call(ctx, c.Config.Slack.AppToken.Reveal(), "apps.connections.open", nil, &opened)
	if err != nil {
		found, next := c.refusedApp(err)
		s.add("app token", Problem, found, next)
		s.skip("the app token comes first", "socket mode")
		return s
	}
	if u, err := url.Parse(opened.URL); err == nil {
		s.appID = u.Query().Get("app_id")
	}
	if s.appID == "" {
		s.ok("app token", "Slack accepts it")
	} else {
		s.ok("app token", "of the app %s", s.appID)
	}
	// The address that we got stands for no connection until it is dialled, and lapses
	// by itself.
	if c.bot.hearsSlack && !c.Live {
		s.ok("socket mode", "on: the running bot hears Slack. No connection was opened beside its own, since Slack might send it a click")
		return s
	}
	if c.bot.found && !c.bot.told && !c.Live {
		s.add("socket mode", Note, "not checked: a bot is running, and Slack might send a click to a connection beside its own",
			"Look at its /readyz, or use renewbot check -live.")
		return s
	}
	hello, err := socket.Greet(ctx, opened.URL)
	if err != nil {
		found, next, ok := unreached(err, c.slack.host())
		if !ok {
			found, next = "no connection: "+err.Error(), "Check that a proxy between lets WebSockets pass, and try again."
		}
		s.add("socket mode", Problem, found, next)
		return s
	}
	if s.appID == "" {
		s.appID = hello.AppID
	}
	c.countOthers(&s.lines, hello)
	return s
}

// refusedApp says why there is no connection.
func (c *checker) refusedApp(err error) (found, next string) {
	if found, next, ok := unreached(err, c.slack.host()); ok {
		return found, next
	}
	switch code := codeOf(err); code {
	case "invalid_auth", "not_authed":
		return "Slack does not know SLACK_APP_TOKEN (" + code + ")", newAppToken
	case "token_revoked", "account_inactive", "token_expired":
		return "SLACK_APP_TOKEN is not valid any more (" + code + ")", newAppToken
	case "not_allowed_token_type":
		return "SLACK_APP_TOKEN is not an app-level token, or the app has no Socket Mode (" + code + ")",
			appSettings + ", then Socket Mode: switch it on. If it is on: Basic Information → App-Level Tokens has the right token, xapp-…."
	case "missing_scope":
		return "SLACK_APP_TOKEN lacks the scope connections:write", newAppToken
	case "no_permission", "forbidden_team", "access_denied":
		return "Slack gives this app no connection (" + code + "): Socket Mode is off",
			appSettings + ", then Socket Mode → Enable Socket Mode."
	case "":
		return err.Error(), "Try again; if it stays so, look at SLACK_API_URL and slack-status.com."
	default:
		return "Slack gives no connection: " + code, appSettings + ", and look at Socket Mode and Basic Information → App-Level Tokens."
	}
}

// countOthers looks who else is connected: Slack gives each click to one connection.
func (c *checker) countOthers(l *lines, h socket.Hello) {
	others := h.Connections - 1
	switch {
	case h.Type == "disconnect" && h.Reason == "too_many_websockets":
		l.add("socket mode", Problem, fmt.Sprintf("on, but Slack counts %d connections and allows 10", h.Connections),
			"Stop the other processes that use this app's tokens.")
	case h.Type == "disconnect":
		l.add("socket mode", Problem, "Slack ends the connection at once: "+h.Reason, appSettings+", then Socket Mode → Enable Socket Mode.")
	case h.Type != "hello":
		l.add("socket mode", Problem, "what answers says "+fmt.Sprintf("%.20q", h.Type)+" in place of hello", "Check SLACK_API_URL.")
	case others == 0 || c.bot.found && others <= socket.Connections:
		l.ok("socket mode", "on; %s beside this one", counted(others, "connection"))
	case c.bot.found:
		l.add("socket mode", Warning, fmt.Sprintf("on, and Slack counts %s beside this one: more than the bot on this machine has", counted(others, "connection")), strangers)
	default:
		l.add("socket mode", Warning, fmt.Sprintf("on, and Slack counts %s beside this one, while no bot runs on this machine", counted(others, "connection")), strangers)
	}
}

const strangers = "Fine if they are your replicas on the same PostgreSQL database. Otherwise find the process with the same tokens and stop it: it gets part of the clicks."
