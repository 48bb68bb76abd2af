package check

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"renewbot/deploy"
)

// The places in which Slack is set up.
const (
	appSettings = "On api.slack.com/apps, choose the app"
	reinstall   = appSettings + ", then OAuth & Permissions → Reinstall to Workspace, and put the bot token into SLACK_BOT_TOKEN."
	newAppToken = appSettings + ", then Basic Information → App-Level Tokens → Generate with the scope connections:write, and put it into SLACK_APP_TOKEN."
)

// needBot are the checks that ask Slack with the bot token.
var needBot = []string{
	"scopes", "same app", "slack clock", "audit channel", "request channels", "approvers", "requesters", "quorum",
}

// workspace is what auth.test says.
// https://docs.slack.dev/reference/methods/auth.test
type workspace struct {
	Team         string `json:"team"`
	TeamID       string `json:"team_id"`
	User         string `json:"user"`
	UserID       string `json:"user_id"`
	BotID        string `json:"bot_id"`
	EnterpriseID string `json:"enterprise_id"`
	OrgWide      bool   `json:"is_enterprise_install"`
}

// checkSlack makes all checks that need Slack. Which lines there are and their order do
// not depend on what answers first.
func (c *checker) checkSlack(ctx context.Context) lines {
	var app appSide
	var wait sync.WaitGroup
	wait.Go(func() { app = c.checkAppToken(ctx) })

	var l, clock lines
	token := c.Config.Slack.BotToken.Reveal()
	var who workspace
	h, err := c.slack.call(ctx, token, "auth.test", nil, &who)
	if err != nil {
		found, next := c.refusedBot(err)
		l.add("bot token", Problem, found, next)
		wait.Wait()
		l = append(l, app.lines...)
		l.skip("the bot token comes first", needBot...)
		return l
	}
	c.botToken(&l, who)
	c.checkScopes(&l, h)
	if skew, wrongBy, ok := skewOf(h.Header, h.asked, h.answered); ok {
		clock.clock("slack clock", "Slack's", skew, wrongBy)
	} else {
		clock.skip("Slack's answer has no Date", "slack clock")
	}
	s := &slackSide{webAPI: c.slack, token: token, who: who, seen: map[string]person{}}
	var channels, people lines
	wait.Go(func() {
		channels = s.checkChannels(ctx, c.Config.Renew.AuditChannel, c.Config.Renew.Digest.Channel, c.Config.Renew.Channels)
	})
	wait.Go(func() { people = s.checkPeople(ctx, c.Config.Renew) })
	appID, err := s.appID(ctx)
	wait.Wait()
	l = append(l, app.lines...)
	sameApp(&l, appID, app.appID, err)
	l.add("interactivity", Note, "cannot be checked from here: whether Interactivity is on and /renew is this app's (Slack says neither to an app)",
		"Type /renew in Slack: the form shows that the command is there, and the list of customers in it that Interactivity is on.")
	return slices.Concat(l, clock, channels, people)
}

// refusedBot says why the bot token does not work.
func (c *checker) refusedBot(err error) (found, next string) {
	if found, next, ok := unreached(err, c.slack.host()); ok {
		return found, next
	}
	switch code := codeOf(err); code {
	case "invalid_auth", "not_authed":
		return "Slack does not know SLACK_BOT_TOKEN (" + code + ")",
			appSettings + ", then OAuth & Permissions → Bot User OAuth Token: copy it again, whole."
	case "token_revoked", "account_inactive":
		return "SLACK_BOT_TOKEN is not valid any more (" + code + "): it was revoked, or the app was removed", reinstall
	case "token_expired":
		return "SLACK_BOT_TOKEN has expired: the app rotates its tokens, which Renewbot does not",
			appSettings + ", and make it anew from deploy/manifest.yaml: token rotation cannot be switched off."
	case "not_allowed_token_type":
		return "SLACK_BOT_TOKEN is not a bot token", reinstall
	case "":
		return err.Error(), "Try again; if it stays so, look at SLACK_API_URL and slack-status.com."
	default:
		return "Slack refuses SLACK_BOT_TOKEN: " + code, reinstall
	}
}

func (c *checker) botToken(l *lines, who workspace) {
	switch {
	case who.BotID == "":
		l.add("bot token", Problem, "SLACK_BOT_TOKEN belongs to a person, not to a bot", reinstall)
	case who.OrgWide:
		l.add("bot token", Problem, "the app is installed for a whole Enterprise organisation, and Renewbot serves one workspace",
			"Install the app in the one workspace whose people renew.")
	default:
		l.ok("bot token", "@%s of the workspace %s (%s)", who.User, who.Team, who.TeamID)
	}
}

// scope is a permission that the manifest asks for.
type scope struct{ name, purpose string }

// manifestScopes are the bot's scopes in the manifest, with what stands beside them.
func manifestScopes(manifest []byte) ([]scope, error) {
	var m struct {
		OAuth struct {
			Scopes struct {
				Bot []yaml.Node `yaml:"bot"`
			} `yaml:"scopes"`
		} `yaml:"oauth_config"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(manifest)).Decode(&m); err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	var list []scope
	for _, n := range m.OAuth.Scopes.Bot {
		list = append(list, scope{n.Value, strings.TrimSpace(strings.TrimPrefix(n.LineComment, "#"))})
	}
	return list, nil
}

// checkScopes compares what the bot was granted with what the manifest asks for.
func (c *checker) checkScopes(l *lines, h head) {
	wanted, err := manifestScopes(deploy.Manifest)
	if err != nil {
		l.add("scopes", Problem, err.Error(), "")
		return
	}
	header := h.Get("X-OAuth-Scopes")
	if header == "" {
		l.add("scopes", Note, "cannot be checked from here: Slack's answer does not list them", "Compare OAuth & Permissions → Scopes with deploy/manifest.yaml.")
		return
	}
	var granted []string
	for s := range strings.SplitSeq(header, ",") {
		granted = append(granted, strings.TrimSpace(s))
	}
	var missing, more []string
	for _, s := range wanted {
		if !slices.Contains(granted, s.name) {
			missing = append(missing, fmt.Sprintf("%s (%s)", s.name, s.purpose))
		}
	}
	for _, s := range granted {
		if !slices.ContainsFunc(wanted, func(w scope) bool { return w.name == s }) {
			more = append(more, s)
		}
	}
	switch {
	case len(missing) > 0:
		l.add("scopes", Problem, "missing: "+strings.Join(missing, ", "),
			appSettings+", then OAuth & Permissions → Scopes: add them, and then Reinstall to Workspace.")
	case len(more) > 0:
		l.add("scopes", Warning, "more than Renewbot needs: "+strings.Join(more, ", "),
			appSettings+", then OAuth & Permissions → Scopes: remove them, and then Reinstall to Workspace.")
	default:
		l.ok("scopes", "all %d of the manifest, and no others", len(wanted))
	}
}

// appID is the id of the app to which the bot token belongs.
// https://docs.slack.dev/reference/methods/bots.info
func (s *slackSide) appID(ctx context.Context) (string, error) {
	var found struct {
		Bot struct {
			AppID string `json:"app_id"`
		} `json:"bot"`
	}
	_, err := s.call(ctx, s.token, "bots.info", url.Values{"bot": {s.who.BotID}}, &found)
	return found.Bot.AppID, err
}

func sameApp(l *lines, bot, app string, err error) {
	switch {
	case app == "":
		l.skip("the app token comes first", "same app")
	case err != nil || bot == "":
		l.add("same app", Note, "cannot be checked from here: Slack does not tell to which app the bot belongs"+because(err), "")
	case bot != app:
		l.add("same app", Problem, fmt.Sprintf("the bot token is of the app %s, the app token of %s: clicks would come for another app", bot, app),
			appSettings+" "+bot+", and take both tokens from there.")
	default:
		l.ok("same app", "both tokens are of the app %s", bot)
	}
}

// because is the cause of something in brackets, or nothing.
func because(err error) string {
	if err == nil {
		return ""
	}
	return " (" + err.Error() + ")"
}
