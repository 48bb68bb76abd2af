package check

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"runtime"
	"strings"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
)

const (
	slackRoot  = "https://slack.com/api/"
	vendorRoot = "https://openapi.partner.yeastar.com"
	// yearly is how soon a subscription of a year may be renewed again: people renew before
	// it ends.
	yearly = 335 * 24 * time.Hour
)

// checkSettings looks for what is allowed and still surprising. That the settings can be
// read at all is known by now.
func (c *checker) checkSettings(context.Context) lines {
	var l lines
	r := c.Config.Renew
	if r.DryRun {
		l.add("settings", Warning, "RENEW_DRY_RUN is true: everything happens but the order",
			"Remove it and restart when orders are to be placed for real.")
	}
	if r.SelfApproval {
		l.add("settings", Warning, "RENEW_SELF_APPROVAL is true: approvers may approve their own requests, so one person alone can spend money"+c.overlap(),
			"Set it to false unless that is wanted.")
	}
	if r.PONumber == renewal.PONumberTyped {
		l.add("settings", Warning, "RENEW_PO_NUMBER is typed: orders do not carry the request's number, so one whose answer was lost is harder to find",
			"Set it to reference unless the portal must show the typed number alone.")
	}
	if r.RepeatWithin >= yearly {
		l.add("settings", Warning, "RENEW_REPEAT_WITHIN is so long that every yearly renewal has to be explained",
			"Set it to 300d, or to what is clearly less than a year.")
	}
	if r.OrderAhead >= yearly {
		l.add("settings", Warning, "RENEW_ORDER_AHEAD is so long that an approval may be a year old when its order is placed",
			"Set it to 90d, or to what is clearly less than a year.")
	}
	checkEscalations(&l, r)
	c.checkRoots(&l)
	if proxy := config.ProxyHost(); proxy != "" {
		l.add("settings", Note, "HTTPS_PROXY leads calls and connections to Slack and the Partner Portal through "+proxy+", but for the hosts in NO_PROXY", "")
	}
	if c.Config.HTTPAddr == "" {
		l.add("settings", Warning, "HTTP_ADDR is empty: nothing can ask the bot whether it is ready, and there are no figures",
			"Set it to 127.0.0.1:9090, or to :9090 in a container.")
	} else if host, _, err := net.SplitHostPort(c.Config.HTTPAddr); err == nil && !onThisMachine("http://"+net.JoinHostPort(host, "0")) {
		l.add("settings", Note, "HTTP_ADDR is open to other machines; what it says holds no secrets, but nobody is asked for a password",
			"Let only your monitoring reach it, or set it to 127.0.0.1:9090.")
	}
	c.checkFiles(&l)
	if len(l) == 0 {
		l.ok("settings", "all %d can be read", len(config.Variables()))
	}
	return l
}

// checkEscalations looks for those that come too late.
func checkEscalations(l *lines, r config.Renew) {
	if r.Policy == nil {
		return
	}
	for _, s := range r.Policy.Steps() {
		if s.Escalate != nil && s.Escalate.After >= r.ExpireAfter {
			l.add("settings", Warning, fmt.Sprintf("a step that takes %s is escalated after %s, and a request times out before that: nobody is ever told", s, s.Escalate.After),
				"Make “after” in RENEW_POLICY shorter than RENEW_EXPIRE_AFTER.")
			return
		}
	}
}

// overlap says who is named both as requester and as approver.
func (c *checker) overlap() string {
	if len(c.Config.Renew.Requesters) == 0 {
		return " (RENEW_REQUESTERS is empty: every approver may request)"
	}
	n := 0
	for _, id := range c.Config.Renew.Approvers {
		for _, other := range c.Config.Renew.Requesters {
			if id == other {
				n++
			}
		}
	}
	return fmt.Sprintf(" (RENEW_APPROVERS and RENEW_REQUESTERS have %s in common)", counted(n, "id"))
}

// checkRoots tells of servers that are not the true ones: tokens are sent there.
func (c *checker) checkRoots(l *lines) {
	for _, root := range []struct{ variable, value, usual, who string }{
		{"SLACK_API_URL", c.Config.Slack.APIURL, slackRoot, "Slack"},
		{"YEASTAR_BASE_URL", c.Config.Yeastar.BaseURL, vendorRoot, "the Partner Portal"},
	} {
		switch {
		case root.value == root.usual:
		case onThisMachine(root.value):
			l.add("settings", Note, fmt.Sprintf("%s leads to this machine: what stands there for %s is a simulator or a proxy", root.variable, root.who), "")
		default:
			l.add("settings", Warning, fmt.Sprintf("%s leads to %s, not to %s: the credentials are sent there", root.variable, hostOf(root.value), root.who),
				"Remove "+root.variable+" unless you run that server.")
		}
	}
}

// checkFiles looks who else may read the files that hold secrets.
func (c *checker) checkFiles(l *lines) {
	for _, v := range config.Variables() {
		if path := os.Getenv(v.Name + "_FILE"); v.Secret && path != "" {
			checkMode(l, v.Name+"_FILE", path)
		}
	}
	for _, path := range c.EnvironmentFiles {
		checkMode(l, "the environment file", path)
	}
}

// checkMode warns of a file that everybody on the machine can read, or that others can
// change. Container runtimes make secrets readable for all in a directory that only the
// container has.
func checkMode(l *lines, what, path string) {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Type() != 0 || runtime.GOOS == "windows" {
		return // the settings were read, so it is no file of ours; and Windows has no modes
	}
	mode := info.Mode().Perm()
	own := strings.HasPrefix(path, "/run/secrets/") || strings.HasPrefix(path, "/var/run/secrets/")
	switch {
	case mode&0o022 != 0:
		l.add("settings", Warning, fmt.Sprintf("%s (%s) can be changed by others: its mode is %s", what, path, octal(mode)),
			"chmod 600 "+path+", and make it belong to the bot's user.")
	case mode&0o004 != 0 && !own:
		l.add("settings", Warning, fmt.Sprintf("%s (%s) can be read by everybody on this machine: its mode is %s", what, path, octal(mode)),
			"chmod 600 "+path+", and make it belong to the bot's user.")
	}
}

func octal(mode fs.FileMode) string { return fmt.Sprintf("%04o", mode) }
