package program

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"renewbot/bot/check"
	"renewbot/bot/freeaddr"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// broken is one thing that is wrong with a site, and what must be said about it.
type broken struct {
	name string
	// whileRunning breaks it under a bot that was ready; otherwise the bot is started
	// afterwards.
	whileRunning bool
	by           func(*site)
	args         []string // of check

	// The line of check: its name, status, and parts of the finding and the advice.
	line, found, next string
	status            check.Status

	// The bot: with which code it ends; otherwise what /readyz says, and what is in the
	// log after somebody has done something. Empty: there is nothing that a bot would
	// notice.
	ends  int
	ready string
	do    func(context.Context, *site)
	log   string
}

// set breaks a site by its environment.
func set(pairs ...string) func(*site) {
	return func(s *site) {
		for i := 0; i < len(pairs); i += 2 {
			s.env[pairs[i]] = pairs[i+1]
		}
	}
}

// commands lets somebody type /renew again and again: somebody always does.
func commands(who string) func(context.Context, *site) {
	return func(ctx context.Context, s *site) {
		_, _ = s.slack.As(who).Force().Command(ctx, renewals, "/renew list")
	}
}

const (
	slackOK  = "slack: ok"
	fromAnew = "Reinstall to Workspace"
)

// brokenThings are the mistakes and accidents of operators, one after the other.
var brokenThings = []broken{
	// Settings.
	{name: "tokens swapped", by: func(s *site) {
		s.env["SLACK_BOT_TOKEN"], s.env["SLACK_APP_TOKEN"] = s.env["SLACK_APP_TOKEN"], s.env["SLACK_BOT_TOKEN"]
	}, line: "settings", status: check.Problem, found: "SLACK_BOT_TOKEN holds an app-level token, which belongs in SLACK_APP_TOKEN",
		next: "OAuth & Permissions", ends: 2, log: "SLACK_BOT_TOKEN holds an app-level token"},
	{name: "a secret's file is missing", by: func(s *site) {
		delete(s.env, "SLACK_BOT_TOKEN")
		s.env["SLACK_BOT_TOKEN_FILE"] = s.path("no-such-file")
	}, line: "settings", status: check.Problem, found: "SLACK_BOT_TOKEN_FILE names a file that does not exist",
		next: "must hold the path of a file", ends: 2, log: "SLACK_BOT_TOKEN_FILE names a file that does not exist"},
	{name: "a proxy that the sockets can't use", by: set("HTTPS_PROXY", "socks4://proxy.example"), line: "settings", status: check.Problem,
		found: "HTTPS_PROXY names no proxy that can be used", next: "socks5h://host:port", ends: 2, log: "HTTPS_PROXY names no proxy"},
	{name: "a variable is misspelt", by: set("RENEW_DRYRUN", "true"), line: "settings", status: check.Problem,
		found: "RENEW_DRYRUN is not a variable of Renewbot", next: "Correct its name", ends: 2, log: "RENEW_DRYRUN"},
	{name: "a value makes no sense", by: set("RENEW_EXPIRE_AFTER", "3w"), line: "settings", status: check.Problem,
		found: "RENEW_EXPIRE_AFTER is not a duration", next: "such as 3d or 90m", ends: 2, log: "RENEW_EXPIRE_AFTER is not a duration"},
	{name: "a policy file that is wrong", by: func(s *site) {
		s.env["RENEW_POLICY"] = s.write("policy.yaml", "version: 1\nrules:\n  - name: all\n    stops: []\n", 0o644)
	}, line: "settings", status: check.Problem, found: "RENEW_POLICY line 4: rule 1 has no key “stops”", next: "Write name, when, steps",
		ends: 2, log: "RENEW_POLICY line 3: rule “all” has no steps"},
	{name: "dry run", by: set("RENEW_DRY_RUN", "true"), line: "settings", status: check.Warning,
		found: "everything happens but the order", next: "Remove it", ready: slackOK, log: "dry_run=true"},
	{name: "self-approval", by: set("RENEW_SELF_APPROVAL", "true"), line: "settings", status: check.Warning,
		found: "one person alone can spend money", next: "Set it to false", ready: slackOK},
	{name: "a secret's file that everybody can read", by: func(s *site) {
		delete(s.env, "YEASTAR_CLIENT_SECRET")
		s.env["YEASTAR_CLIENT_SECRET_FILE"] = s.write("secret", s.vendor.ClientSecret(), 0o644)
	}, line: "settings", status: check.Warning, found: "can be read by everybody", next: "chmod 600", ready: slackOK},
	{name: "an environment file that everybody can read", by: func(s *site) { s.write(".env", "", 0o644) },
		line: "settings", status: check.Warning, found: "the environment file (.env) can be read by everybody", next: "chmod 600 .env", ready: slackOK},

	// Slack's tokens and the app.
	{name: "wrong bot token", by: set("SLACK_BOT_TOKEN", "xoxb-1-wrong"), line: "bot token", status: check.Problem,
		found: "Slack does not know SLACK_BOT_TOKEN (invalid_auth)", next: "Bot User OAuth Token: copy it again", ends: 1, log: "slack does not accept SLACK_BOT_TOKEN"},
	{name: "revoked tokens", whileRunning: true, by: func(s *site) { s.slack.RevokeTokens() }, line: "bot token", status: check.Problem,
		found: "not valid any more (token_revoked)", next: fromAnew, log: "Slack revoked tokens"},
	{name: "wrong app token", by: set("SLACK_APP_TOKEN", "xapp-1-wrong"), line: "app token", status: check.Problem,
		found: "Slack does not know SLACK_APP_TOKEN (invalid_auth)", next: "connections:write", ends: 1, log: "check SLACK_APP_TOKEN"},
	{name: "an app token without its scope", by: func(s *site) {
		s.slack.Fail("apps.connections.open", slacksim.Fault{Kind: slacksim.FaultError, Error: "missing_scope"})
	}, line: "app token", status: check.Problem, found: "lacks the scope connections:write", next: "Generate with the scope connections:write", ends: 1, log: "missing_scope"},
	{name: "Socket Mode off", by: func(s *site) { s.slack.DisableSocketMode() }, line: "app token", status: check.Problem,
		found: "Socket Mode is off", next: "Enable Socket Mode", ends: 1, log: "check SLACK_APP_TOKEN and that Socket Mode is on"},
	{name: "Socket Mode switched off", whileRunning: true, by: func(s *site) { s.slack.DisableSocketMode() }, line: "app token", status: check.Problem,
		found: "Socket Mode is off", next: "Enable Socket Mode", ends: 1, log: "Socket Mode was switched off"},
	{name: "tokens of two apps", by: func(s *site) { otherApp(s, newWorkspace(s.t)) }, line: "same app", status: check.Problem,
		found: "the bot token is of the app", next: "take both tokens from there", ready: slackOK},
	{name: "missing scope", by: func(s *site) {
		s.slack.Reinstall(slices.DeleteFunc(s.slack.Scopes(), func(scope string) bool { return scope == "usergroups:read" })...)
	}, line: "scopes", status: check.Problem, found: "missing: usergroups:read (approvers and requesters given as user groups)",
		next: "add them, and then Reinstall to Workspace", ready: slackOK, do: commands(alice), log: "read the user group"},
	{name: "a scope too many", by: func(s *site) { s.slack.Reinstall(append(s.slack.Scopes(), "users:read.email")...) },
		line: "scopes", status: check.Warning, found: "more than Renewbot needs: users:read.email", next: "remove them", ready: slackOK},
	{name: "another process with the same tokens", by: func(s *site) {
		other := newSite(s.t)
		for _, name := range []string{"SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"} {
			other.env[name] = s.env[name]
		}
		other.running()
	}, line: "socket mode", status: check.Warning, found: "beside this one, while no bot runs on this machine",
		next: "it gets part of the clicks", ready: slackOK, log: "another program with the same tokens gets part of the clicks"},

	// Channels.
	{name: "not in the audit channel", whileRunning: true, by: func(s *site) { s.slack.KickBot(auditChannel) }, line: "audit channel", status: check.Problem,
		found: "the bot is not in #renewals-audit", next: "Type /invite @renewbot in #renewals-audit", ready: slackOK, do: commands(guests), log: "Slack does not take a message"},
	{name: "audit channel archived", whileRunning: true, by: func(s *site) { s.slack.Archive(auditChannel, true) }, line: "audit channel", status: check.Problem,
		found: "is archived", next: "Unarchive it", ready: slackOK, do: commands(guests), log: "Slack does not take a message"},
	{name: "audit channel shared", by: func(s *site) { s.slack.Share(auditChannel, true) }, line: "audit channel", status: check.Problem,
		found: "is shared with another company", next: "Make an internal channel", ready: slackOK},
	{name: "not in a request channel", by: set("RENEW_CHANNELS", renewals+","+lounge), line: "request channels", status: check.Problem,
		found: "the bot is not in #lounge", next: "Type /invite @renewbot in #lounge", ready: slackOK},
	{name: "a channel that does not exist", by: set("RENEW_CHANNELS", "C0NOWHERE"), line: "request channels", status: check.Problem,
		found: "C0NOWHERE does not exist", next: "Compare RENEW_CHANNELS", ready: slackOK},
	{name: "in no channel", by: func(s *site) { s.slack.KickBot(renewals); set("RENEW_CHANNELS", "")(s) }, line: "request channels", status: check.Warning,
		found: "no request can be posted", next: "Type /invite @renewbot", ready: slackOK},

	// People.
	{name: "empty group", by: func(s *site) {
		s.slack.SetGroupMembers(group)
		s.env["RENEW_APPROVERS"] = group
	}, line: "quorum", status: check.Problem, found: "a request needs 1 approval and nobody can give one", next: "Add people to RENEW_APPROVERS", ready: slackOK},
	{name: "disabled group", by: func(s *site) {
		s.slack.AddUserGroup(slacksim.UserGroup{ID: group, Handle: "approvers", Members: []string{carol}, Disabled: true})
	}, line: "approvers", status: check.Problem, found: "the user group " + group + " is disabled", next: "Enable it in Slack",
		ready: slackOK, do: commands(alice), log: "read the user group"},
	{name: "a group that does not exist", by: set("RENEW_APPROVERS", bob+",S0NOWHERE"), line: "approvers", status: check.Problem,
		found: "there is no user group S0NOWHERE", next: "Copy group ID", ready: slackOK, do: commands(alice), log: "read the user group"},
	{name: "a plan without groups", by: func(s *site) { s.slack.SetUserGroupsUnavailable(true) }, line: "approvers", status: check.Problem,
		found: "the workspace's plan has no user groups", next: "by their own ids", ready: slackOK, do: commands(alice), log: "plan_upgrade_required"},
	{name: "deactivated approver", by: func(s *site) { s.slack.ChangeUser(bob, func(u *slacksim.User) { u.Deleted = true }) },
		line: "approvers", status: check.Warning, found: bob + " is deactivated", next: "Take " + bob + " out of RENEW_APPROVERS", ready: slackOK},
	{name: "a guest among the approvers", by: func(s *site) { s.slack.SetGroupMembers(group, carol, guests) }, line: "approvers", status: check.Warning,
		found: guests + " is a guest", next: "out of the user group", ready: slackOK},
	{name: "an approver who does not exist", by: set("RENEW_APPROVERS", bob+","+carol+",U0NOBODY"), line: "approvers", status: check.Warning,
		found: "U0NOBODY is nobody whom Slack knows", next: "Take U0NOBODY out", ready: slackOK},
	{name: "too few approvers", by: set("RENEW_APPROVALS_REQUIRED", "3"), line: "quorum", status: check.Problem,
		found: "a request needs 3 approvals and 2 people can give one", next: "lower RENEW_APPROVALS_REQUIRED", ready: slackOK},
	{name: "just enough approvers", by: set("RENEW_APPROVALS_REQUIRED", "2"), line: "quorum", status: check.Warning,
		found: "what an approver requests can never be ordered", next: "Add people", ready: slackOK},
	{name: "a step of the policy that is escalated to nobody", by: func(s *site) {
		s.env["RENEW_POLICY"] = s.write("policy.yaml", "version: 1\nrules:\n  - name: all\n    steps: [{who: RENEW_APPROVERS, escalate: {after: 4h, to: [U0CF0]}}]\n", 0o644)
	}, line: "policy", status: check.Warning, found: "U0CF0 is nobody whom Slack knows", next: "Take U0CF0 out of RENEW_POLICY", ready: slackOK},
	{name: "a step of the policy that is escalated too late", by: func(s *site) {
		s.env["RENEW_POLICY"] = s.write("policy.yaml", "version: 1\nrules:\n  - name: all\n    steps: [{who: RENEW_APPROVERS, escalate: {after: 72h, to: ["+bob+"]}}]\n", 0o644)
	}, line: "settings", status: check.Warning, found: "nobody is ever told", next: "shorter than RENEW_EXPIRE_AFTER", ready: slackOK},
	{name: "a step of the policy that nobody can go", by: func(s *site) {
		s.env["RENEW_POLICY"] = s.write("policy.yaml", "version: 1\nrules:\n  - name: all\n    steps: [{who: "+bob+", approvals: 1}, {who: ["+guests+"]}]\n", 0o644)
	}, line: "policy", status: check.Problem, found: "nothing of its rule can ever be ordered", next: "", ready: slackOK},
	{name: "steps of the policy that share too few people", by: func(s *site) {
		s.env["RENEW_POLICY"] = s.write("policy.yaml", "version: 1\nrules:\n  - name: all\n    steps: [{who: ["+bob+", "+carol+"]}, {who: ["+bob+", "+group+"]}]\n", 0o644)
	}, line: "policy", status: check.Warning, found: "too few others are left, and nothing of it is ordered", next: "nobody counts in two of them", ready: slackOK},
	{name: "requesters who cannot", by: set("RENEW_REQUESTERS", guests), line: "requesters", status: check.Problem,
		found: "nobody in RENEW_REQUESTERS can request", next: "every full member", ready: slackOK},

	// The vendor.
	{name: "wrong client secret", by: set("YEASTAR_CLIENT_SECRET", "expired"), line: "vendor login", status: check.Problem,
		found: "refuses YEASTAR_CLIENT_ID or YEASTAR_CLIENT_SECRET", next: "press Reset", ready: "vendor: down, the vendor refuses", do: commands(alice)},
	{name: "vendor down", whileRunning: true, by: func(s *site) { s.vendor.Close() }, line: "vendor login", status: check.Problem,
		found: "refuses the connection", next: "a firewall or a proxy", ready: slackOK},
	{name: "vendor fails", by: func(s *site) { s.vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(502)) }, line: "vendor login", status: check.Problem,
		found: "does not answer as it should", next: "Try again", ready: "vendor: trouble"},
	{name: "vendor hangs", args: []string{"-timeout", "5s"}, by: func(s *site) { s.vendor.Fault(yeastarsim.PartnerList, yeastarsim.Hang()) },
		line: "customers", status: check.Problem, found: "does not answer in time", next: "Try again", ready: slackOK},
	{name: "vendor slow", by: func(s *site) { s.vendor.Fault(yeastarsim.PartnerList, yeastarsim.Latency(3200*time.Millisecond)) },
		line: "customers", status: check.Warning, found: "12 customers, but the answer took ", next: "the way to the portal", ready: slackOK},
	{name: "no billing contacts", by: func(s *site) {
		for _, b := range s.vendor.BillingContacts() {
			s.vendor.RemoveBillingContact(b.ID)
		}
	}, line: "billing contacts", status: check.Problem, found: "every order needs one", next: "Add a billing contact in the Partner Portal", ready: slackOK},
	{name: "a product that is not offered", by: func(s *site) {
		s.vendor.Fault(yeastarsim.PurchaseProductInfo, yeastarsim.Refuse("forbidden_product", "No access to this product."))
	}, line: "plans", status: check.Problem, found: "No access to this product", next: "request id", ready: slackOK},

	{name: "a product that the account has not", by: func(s *site) { s.vendor.RemoveProduct(yeastarsim.RemoteManagement) }, line: "products",
		status: check.Warning, found: "Remote Management is offered, but the account's product list does not have it", next: "Set YEASTAR_PRODUCTS", ready: slackOK},
	{name: "nothing of what is offered", by: func(s *site) {
		s.env["YEASTAR_PRODUCTS"] = "p-series-turnkey"
		s.vendor.RemoveProduct(yeastarsim.Turnkey)
	}, line: "products", status: check.Problem, found: "none of what is offered: P-Series Turnkey Package", next: "Set YEASTAR_PRODUCTS", ready: slackOK},
	{name: "a product whose values are inferred", by: set("YEASTAR_PRODUCTS", "p-series-turnkey,remote-management,ycm-white-label,cloud-pbx"), line: "products", status: check.Note,
		found: "Cloud PBX (PCE Instance) is offered, and not all of it is documented. The tutorial's values", ready: slackOK, log: "product=cloud-pbx"},
	{name: "documented products that are left out", by: set("YEASTAR_PRODUCTS", "p-series-turnkey,cloud-pbx"), line: "products", status: check.Warning,
		found: "Remote Management is in the account and not offered", next: "set YEASTAR_PRODUCTS=p-series-turnkey,remote-management,cloud-pbx.", ready: slackOK},
	{name: "a product that is not renewed", by: set("YEASTAR_PRODUCTS", "rm-premium"), line: "settings", status: check.Problem,
		found: "YEASTAR_PRODUCTS lists what cannot be offered: rm-premium (Remote Management Premium) is not renewed", next: "The keys are p-series-turnkey",
		ends: 2, log: "most likely a misprint"},
	{name: "a secret in the place of a product", by: set("YEASTAR_PRODUCTS", "cloud-pbx,hunter2"), line: "settings", status: check.Problem,
		found: "item 2 is no product's key", next: "The keys are", ends: 2, log: "item 2 is no product's key"},

	// The machine.
	{name: "no route to Slack", by: func(s *site) { s.env["SLACK_API_URL"] = "http://" + freeaddr.New(s.t) + "/api/" }, line: "bot token", status: check.Problem,
		found: "refuses the connection", next: "a firewall or a proxy", ready: "slack: down, no connection to Slack", log: "Slack does not answer yet"},
	{name: "something else in Slack's place", by: func(s *site) { s.slack.Fail("auth.test", slacksim.Fault{Kind: slacksim.FaultHTML}) }, line: "bot token", status: check.Problem,
		found: "what answers auth.test is not Slack", next: "SLACK_API_URL", ready: "slack: down", log: "Slack does not answer yet"},
	{name: "wrong clock", by: func(s *site) {
		s.env["SLACK_API_URL"] = relay(s.t, strings.TrimSuffix(s.slack.APIURL(), "/"), late) + "/"
	}, line: "slack clock", status: check.Problem, found: "ahead of Slack's", next: "systemd-timesyncd", ready: slackOK},
	{name: "a clock that is a little wrong", by: func(s *site) {
		s.env["YEASTAR_BASE_URL"] = relay(s.t, s.vendor.URL(), func(_ *http.Request, h http.Header) { shift(h, 20*time.Second) })
	}, line: "vendor clock", status: check.Warning, found: "behind the Partner Portal's", next: "chrony", ready: slackOK},
	{name: "HTTP_ADDR taken", by: func(s *site) { s.env["HTTP_ADDR"] = strings.TrimPrefix(relay(s.t, s.vendor.URL(), late), "http://") },
		line: "http address", status: check.Problem, found: "is taken by another program", next: "put another address into HTTP_ADDR", ends: 1, log: "listen on HTTP_ADDR"},

	// The database.
	{name: "no directory for the database", by: set("DATABASE_URL", "sqlite:no/such/renewbot.db"), line: "database", status: check.Problem,
		found: "there is no directory", next: "let it belong to the bot's user", ends: 1, log: "is not a directory"},
	{name: "a directory that cannot be written", by: set("DATABASE_URL", "sqlite:///proc/renewbot.db"), line: "disk", status: check.Problem,
		found: "nothing can be written in /proc", next: "belong to the bot's user", ends: 1, log: "open the ledger"},
	{name: "full disk", by: func(s *site) { s.limit = "ulimit -f 16" }, line: "disk", status: check.Problem,
		found: "nothing can be written in", next: "Make space on that disk", ends: 1, log: "disk"},
	{name: "a database of a newer program", by: func(s *site) { s.newer() }, line: "database", status: check.Problem,
		found: "has version 9999 of the tables", next: "Use the newer program", ends: 1, log: "use the newer program"},
	{name: "no database at all", by: func(s *site) { s.write("renewbot.db", strings.Repeat("no database ", 1000), 0o600) }, line: "database", status: check.Problem,
		found: "cannot be opened", next: "Bring back a backup", ends: 1, log: "not a database"},
	{name: "a database that everybody can read", by: func(s *site) {
		s.stopped()
		_ = os.Chmod(s.path("renewbot.db"), 0o644)
	}, line: "database", status: check.Warning, found: "can be read by everybody", next: "chmod 600", ready: slackOK},
	{name: "PostgreSQL is not there", by: func(s *site) { s.env["DATABASE_URL"] = "postgres://bot:hunter2@" + freeaddr.New(s.t) + "/renewbot" },
		line: "database", status: check.Problem, found: "refuses the connection", next: "Check the address", ends: 1, log: "open the ledger"},
}

func TestTwentyThingsBroken(t *testing.T) {
	t.Parallel()
	for _, b := range brokenThings {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			var bot *server
			if b.whileRunning {
				bot = s.running()
			}
			b.by(s)
			c := s.check(b.args...)
			b.judge(t, c)
			s.tellsNoSecret(c.raw)
			s.onlyLooked(b.whileRunning)
			if bot == nil {
				bot = s.start()
			}
			b.judgeBot(s, bot)
			s.tellsNoSecret(bot.log.String())
		})
	}
}

// judge compares the report with what it must say.
func (b broken) judge(t *testing.T, c checked) {
	t.Helper()
	found := slices.ContainsFunc(c.lines(b.line), func(r check.Result) bool {
		return r.Status == b.status && strings.Contains(r.Found, b.found) && strings.Contains(r.Next, b.next)
	})
	if !found {
		t.Errorf("check does not say %s %s %q → %q:\n%s", b.status, b.line, b.found, b.next, c.raw)
	}
	want := map[check.Status]int{check.Warning: check.ExitWarnings, check.Problem: check.ExitProblems}[b.status]
	if c.Exit != want {
		t.Errorf("check ends with %d, want %d:\n%s", c.Exit, want, c.raw)
	}
	for _, r := range c.Results {
		if r.Next == "" && (r.Status == check.Warning || r.Status == check.Problem) {
			t.Errorf("it does not say what to do: %s: %s", r.Check, r.Found)
		}
	}
}

// judgeBot compares what the bot itself says.
func (b broken) judgeBot(s *site, bot *server) {
	s.t.Helper()
	if b.ends != 0 {
		bot.wait("the bot's end", func() bool {
			select {
			case <-bot.ended:
				return true
			default:
				return false
			}
		})
		if code := bot.cmd.ProcessState.ExitCode(); code != b.ends {
			s.t.Errorf("the bot ends with %d, want %d", code, b.ends)
		}
		if !strings.Contains(bot.log.String(), b.log) {
			s.t.Errorf("the log does not say %q:\n%s", b.log, bot.log.String())
		}
		return
	}
	if b.ready != "" {
		bot.wait(fmt.Sprintf("/readyz says %q", b.ready), func() bool {
			_, said := s.ready()
			// The second connection comes a few seconds after the first.
			return strings.Contains(strings.Replace(said, "slack: trouble, 1 of 2", "slack: ok, 2 of 2", 1), b.ready)
		})
		down := strings.Contains(b.ready, "down")
		if status, said := s.ready(); (status != http.StatusOK) != down {
			s.t.Errorf("/readyz answers %d: %s", status, said)
		}
	}
	if b.log != "" {
		bot.wait(fmt.Sprintf("the log says %q", b.log), func() bool {
			if b.do != nil {
				b.do(s.t.Context(), s)
			}
			return strings.Contains(bot.log.String(), b.log)
		})
	}
}

// tellsNoSecret fails when a text holds a secret of the site.
func (s *site) tellsNoSecret(text string) {
	s.t.Helper()
	for _, secret := range []string{s.slack.BotToken(), s.slack.AppToken(), s.vendor.ClientSecret(), "hunter2", "xoxb-1-wrong", "xapp-1-wrong", "ticket="} {
		if strings.Contains(text, secret) {
			s.t.Errorf("a secret is told:\n%s", text)
		}
	}
}

// late sets a server's clock back: ours seems to be ahead.
func late(_ *http.Request, h http.Header) { shift(h, -10*time.Minute) }

func shift(h http.Header, by time.Duration) {
	h.Set("Date", time.Now().Add(by).UTC().Format(http.TimeFormat))
}

// otherApp gives the site the app token of an app in another workspace.
func otherApp(s *site, other *slacksim.Workspace) {
	s.env["SLACK_APP_TOKEN"] = other.AppToken()
	s.env["SLACK_API_URL"] = fork(s.t, s.slack.APIURL(), "/api/apps.connections.open", other.APIURL()) + "/api/"
}

// stopped makes the database as a bot leaves it.
func (s *site) stopped() {
	s.t.Helper()
	b := s.running()
	_ = b.cmd.Process.Signal(os.Interrupt)
	<-b.ended
}

// newer makes a database as a later version leaves it.
func (s *site) newer() {
	s.t.Helper()
	s.stopped()
	db, err := sql.Open("sqlite", s.path("renewbot.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`); err != nil {
		s.t.Fatal(err)
	}
}
