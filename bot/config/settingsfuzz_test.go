package config

import (
	"cmp"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// FuzzSettings reads anything as a setting. What is taken is what the setting may be, and
// reads the same when it is written down again.
func FuzzSettings(f *testing.F) {
	for _, s := range []string{
		"", "cloud-pbx, linkus", "P-SERIES-TURNKEY,,", "U0ONE,S0GROUP", " U0ONE , U0ONE,,", "u0one", "U0", "C0ONE", "G0TWO,C0ONE", "U0ONE;S0TWO", "U0ONE\nS0TWO", "<@U0ONE>", "xoxb-1",
		"4h", "1h30m", "-4h", "9999999h", "1e3s", "0", "72", "1d", ".5h", "https://slack.com/api/", "http://127.0.0.1:1/x//", "http://slack.com",
		"https://u:p@h", "https://h?x", "https://h#", "HTTPS://H", "http://127.0.0.1.example", "http://[::1%25x]", "https://h/\u00e9", "http://0x7f.1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p people
		if _ = p.Decode(text); p.fault == "" {
			for i, id := range p.value {
				if !strings.Contains(text, id) || !strings.ContainsAny(id[:1], "UWS") || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" || slices.Contains(p.value[:i], id) {
					t.Errorf("%q lists %q", text, p.value)
				}
			}
			var again people
			if _ = again.Decode(strings.Join(p.value, ",")); again.fault != "" || !slices.Equal(again.value, p.value) {
				t.Errorf("%q: %q came back as %q", text, p.value, again.value)
			}
			if got := len(p.value.Users()) + len(p.value.Groups()); got != len(p.value) {
				t.Errorf("%q: %q are neither users nor groups", text, p.value)
			}
		}
		var offered products
		if _ = offered.Decode(text); offered.fault == "" {
			if len(offered.value) == 0 {
				t.Errorf("%q offers nothing", text)
			}
			for _, p := range offered.value { // what is not documented is offered only by its name
				if p.Certainty != yeastar.Documented && !strings.Contains(strings.ToLower(text), p.Key) {
					t.Errorf("%q offers %s", text, p.Key)
				}
			}
		}
		var d duration
		if _ = d.Decode(text); d.fault == "" {
			// Days are the only unit that time.ParseDuration does not know.
			days, rest, _ := strings.Cut(strings.TrimSpace(text), "d")
			if !strings.Contains(text, "d") {
				days, rest = "0", days
			}
			n, err := strconv.Atoi(days)
			want, restErr := time.ParseDuration(cmp.Or(rest, "0"))
			if err != nil || restErr != nil || d.value != want+time.Duration(n)*24*time.Hour {
				t.Errorf("%q lasts %v", text, d.value)
			}
		}
		var a address
		if _ = a.Decode(text); a.fault == "" {
			u, err := url.Parse(a.value)
			safe := err == nil && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" && !strings.HasSuffix(a.value, "/")
			local := err == nil && slices.Contains([]string{"localhost", "::1"}, strings.ToLower(u.Hostname())) || err == nil && strings.HasPrefix(u.Hostname(), "127.") || err == nil && strings.HasPrefix(u.Hostname(), "::")
			if !safe || u.Scheme != "https" && (u.Scheme != "http" || !local) {
				t.Errorf("%q is taken as %q", text, a.value)
			}
			var again address
			if _ = again.Decode(a.value); again.value != a.value {
				t.Errorf("%q: %q came back as %q, %s", text, a.value, again.value, again.fault)
			}
		}
	})
}

// FuzzSecretFile puts anything into the file of a secret. It is taken as it is, without
// the newline at its end, or nothing is taken; and what is said of it shows nothing.
func FuzzSecretFile(f *testing.F) {
	for _, s := range []string{"", "\n", "xoxb-1\n", "xoxb-1\r\n\r\n", "xoxb-1\nxoxb-2", " xoxb-1", `"xoxb-1"`, "'", "''", "\xef\xbb\xbfxoxb-1", "\xff", "\x00", strings.Repeat("x", maxSecret), strings.Repeat("x", maxSecret+1), "a\u00a0"} {
		f.Add([]byte(s))
	}
	path := filepath.Join(f.TempDir(), "secret")
	f.Setenv("SLACK_BOT_TOKEN", "")
	f.Setenv("SLACK_BOT_TOKEN_FILE", path)
	f.Fuzz(func(t *testing.T, content []byte) {
		const mark = "Zq9"
		for _, given := range []string{string(content), mark + string(content)} {
			if err := os.WriteFile(path, []byte(given), 0o600); err != nil {
				t.Fatal(err)
			}
			var s secretText
			var problems Problems
			s.orFile("SLACK_BOT_TOKEN", &problems)
			got := s.value.Reveal()
			whole := strings.TrimRight(given, "\r\n")
			if len(problems) > 0 {
				if said := problems.Error(); got != "" || strings.Contains(said, mark) || !strings.Contains(said, "SLACK_BOT_TOKEN_FILE") {
					t.Errorf("%q: %q, %s", given, got, said)
				}
				continue
			}
			if got != whole || got == "" || len(got) > maxSecret || !utf8.ValidString(got) || strings.ContainsAny(got, "\r\n\x00") {
				t.Errorf("%q is taken as %q", given, got)
			}
		}
	})
}

// FuzzLoad reads whole configurations. One that is taken orders nothing without an
// approver and sends nothing unencrypted; what is said of another one shows no secret.
func FuzzLoad(f *testing.F) {
	f.Add("xoxb-1", "xapp-1", "id", "secret", "U0BOB", "C0AUDIT", "1", "4h", "72h", "sqlite:x.db", "false")
	f.Add("xapp-1", "xoxb-1", "xoxb-2", `"secret"`, "", "", "0", "80h", "72h", "postgres://u:p@h/d", "yes")
	f.Add("xoxb-1", "xapp-1", "id", "secret", "S0A", "C0AUDIT", "3", "4h", "72h", "postgres://u:p@[::1/d", "TRUE")
	f.Add("xoxb-", "xapp- 1", "", "\xff", "U0BOB,", "C0A,C0B", "-1", "0", "-1h", "mysql:", "")
	f.Fuzz(func(t *testing.T, bot, app, id, secret, approvers, audit, required, remind, expire, database, dry string) {
		const mark = "Zq9"
		values := map[string]string{
			"SLACK_BOT_TOKEN": bot + mark, "SLACK_APP_TOKEN": app + mark, "YEASTAR_CLIENT_ID": id + mark, "YEASTAR_CLIENT_SECRET": secret + mark,
			"RENEW_APPROVERS": approvers, "RENEW_AUDIT_CHANNEL": audit, "RENEW_APPROVALS_REQUIRED": required, "RENEW_REMIND_AFTER": remind,
			"RENEW_EXPIRE_AFTER": expire, "DATABASE_URL": database + mark, "RENEW_DRY_RUN": dry,
		}
		for name, value := range values {
			if strings.ContainsRune(value, 0) {
				return // no environment can hold it
			}
			t.Setenv(name, value)
		}
		c, err := Load()
		if err != nil {
			if strings.Contains(err.Error(), mark) {
				t.Errorf("%v", err)
			}
			return
		}
		switch {
		case len(c.Renew.Approvers) == 0, c.Renew.AuditChannel == "", c.Renew.ApprovalsRequired < 1, c.Renew.RemindAfter >= c.Renew.ExpireAfter:
			t.Errorf("taken: %+v", c.Renew)
		case len(c.Renew.Approvers.Groups()) == 0 && c.Renew.ApprovalsRequired > len(c.Renew.Approvers):
			t.Errorf("%d approvals of %q", c.Renew.ApprovalsRequired, c.Renew.Approvers)
		case c.Renew.DryRun != strings.EqualFold(strings.TrimSpace(dry), "true"), c.Renew.SelfApproval, c.Renew.PONumber != renewal.PONumberReference:
			t.Errorf("taken: %+v", c.Renew)
		case !strings.HasPrefix(c.Slack.BotToken.Reveal(), "xoxb-"), !strings.HasPrefix(c.Slack.AppToken.Reveal(), "xapp-"):
			t.Error("a token of another kind was taken")
		}
	})
}
