package config

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const eventsKey = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func TestLoadTellsAllProblemsAtOnce(t *testing.T) {
	_, err := load(t, map[string]string{
		"SLACK_BOT_TOKEN":          "unset",
		"SLACK_APP_TOKEN":          "",
		"YEASTAR_CLIENT_ID":        "unset",
		"YEASTAR_CLIENT_SECRET":    "unset",
		"SLACK_API_URL":            "http://slack.example/api/",
		"RENEW_APPROVERS":          " , ",
		"RENEW_AUDIT_CHANNEL":      "unset",
		"RENEW_APPROVALS_REQUIRED": "two",
		"RENEW_REMIND_AFTER":       "4 hours",
		"RENEW_DRYRUN":             "true",
		"LOG_LEVEL":                "loud",
	})
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error is %T, want Problems", err)
	}
	var got []string
	for _, p := range problems {
		got = append(got, p.Variable)
	}
	want := []string{
		"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_API_URL", "YEASTAR_CLIENT_ID", "YEASTAR_CLIENT_SECRET",
		"RENEW_APPROVERS", "RENEW_AUDIT_CHANNEL", "RENEW_APPROVALS_REQUIRED", "RENEW_REMIND_AFTER",
		"LOG_LEVEL", "RENEW_DRYRUN",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != len(want) {
		t.Errorf("error has %d lines, want %d:\n%v", lines, len(want), err)
	}
}

func TestLoadProblems(t *testing.T) {
	for name, test := range map[string]struct {
		changes map[string]string
		want    string // start of the only line
	}{
		"tokens swapped, the bot's": {
			map[string]string{"SLACK_BOT_TOKEN": "xapp-1"},
			"SLACK_BOT_TOKEN holds an app-level token, which belongs in SLACK_APP_TOKEN",
		},
		"tokens swapped, the app's": {
			map[string]string{"SLACK_APP_TOKEN": "xoxb-1"},
			"SLACK_APP_TOKEN holds a bot token, which belongs in SLACK_BOT_TOKEN",
		},
		"user token":            {map[string]string{"SLACK_BOT_TOKEN": "xoxp-1"}, "SLACK_BOT_TOKEN holds a user token"},
		"rotated token":         {map[string]string{"SLACK_BOT_TOKEN": "xoxe.xoxb-1"}, "SLACK_BOT_TOKEN holds a token of token rotation"},
		"no token at all":       {map[string]string{"SLACK_BOT_TOKEN": "hunter2"}, "SLACK_BOT_TOKEN holds something else"},
		"prefix alone":          {map[string]string{"SLACK_APP_TOKEN": "xapp-"}, "SLACK_APP_TOKEN has only the beginning"},
		"token with a space":    {map[string]string{"SLACK_BOT_TOKEN": "xoxb-1 2"}, "SLACK_BOT_TOKEN has a space"},
		"token in quotes":       {map[string]string{"SLACK_BOT_TOKEN": `"xoxb-1"`}, "SLACK_BOT_TOKEN is in quotes"},
		"token with line break": {map[string]string{"SLACK_BOT_TOKEN": "xoxb-1\nxapp-1"}, "SLACK_BOT_TOKEN has line breaks"},
		"token too long":        {map[string]string{"SLACK_BOT_TOKEN": "xoxb-" + strings.Repeat("1", maxSecret)}, "SLACK_BOT_TOKEN is longer"},
		"secret with spaces":    {map[string]string{"YEASTAR_CLIENT_SECRET": " s"}, "YEASTAR_CLIENT_SECRET has spaces around"},
		"credential with space": {map[string]string{"YEASTAR_CLIENT_ID": "a b"}, "YEASTAR_CLIENT_ID has a space"},
		"Slack's token as credential": {
			map[string]string{"YEASTAR_CLIENT_SECRET": "xoxb-1"}, "YEASTAR_CLIENT_SECRET holds a token of Slack",
		},

		"API without https":       {map[string]string{"SLACK_API_URL": "http://10.0.0.1/"}, "SLACK_API_URL is not https"},
		"API that looks loopback": {map[string]string{"SLACK_API_URL": "http://127.0.0.1.example/"}, "SLACK_API_URL is not https"},
		"API with a user":         {map[string]string{"SLACK_API_URL": "https://slack.com@evil.example/"}, "SLACK_API_URL has more than"},
		"API with a query":        {map[string]string{"SLACK_API_URL": "https://slack.com/api/?x=1"}, "SLACK_API_URL has more than"},
		"API without scheme":      {map[string]string{"SLACK_API_URL": "slack.com/api/"}, "SLACK_API_URL is not a URL"},
		"API of another scheme":   {map[string]string{"SLACK_API_URL": "ftp://localhost/"}, "SLACK_API_URL is not https"},
		"API empty":               {map[string]string{"SLACK_API_URL": ""}, "SLACK_API_URL is empty"},
		"base URL that is no URL": {map[string]string{"YEASTAR_BASE_URL": "https://%zz"}, "YEASTAR_BASE_URL is not a URL"},
		"base URL without https":  {map[string]string{"YEASTAR_BASE_URL": "http://partner.example"}, "YEASTAR_BASE_URL is not https"},
		"user agent empty":        {map[string]string{"YEASTAR_USER_AGENT": " "}, "YEASTAR_USER_AGENT is empty"},
		"user agent not for HTTP": {map[string]string{"YEASTAR_USER_AGENT": "a\r\nX: y"}, "YEASTAR_USER_AGENT cannot be sent"},
		"product that is none": {
			map[string]string{"YEASTAR_PRODUCTS": "cloud-pbx,xoxb-1"}, "YEASTAR_PRODUCTS lists what cannot be offered: item 2 is no product's key; the keys are p-series-turnkey, ",
		},
		"product that is not renewed": {
			map[string]string{"YEASTAR_PRODUCTS": "rm-premium,linkus"},
			"YEASTAR_PRODUCTS lists what cannot be offered: rm-premium (Remote Management Premium) is not renewed: The vendor's tutorial prints trial_service",
		},
		"approver by name":         {map[string]string{"RENEW_APPROVERS": "U0ONE,@alice"}, "RENEW_APPROVERS has an item (number 2)"},
		"approver is a channel":    {map[string]string{"RENEW_APPROVERS": "C0ONE"}, "RENEW_APPROVERS has an item (number 1)"},
		"approver in small":        {map[string]string{"RENEW_APPROVERS": "u0one"}, "RENEW_APPROVERS has an item (number 1)"},
		"requester by e-mail":      {map[string]string{"RENEW_REQUESTERS": "a@b.example"}, "RENEW_REQUESTERS has an item (number 1)"},
		"channel by name":          {map[string]string{"RENEW_CHANNELS": "#renewals"}, "RENEW_CHANNELS has an item (number 1)"},
		"channel is a person":      {map[string]string{"RENEW_CHANNELS": "C0ONE,U0ONE"}, "RENEW_CHANNELS has an item (number 2)"},
		"channel is a direct one":  {map[string]string{"RENEW_CHANNELS": "D0ONE"}, "RENEW_CHANNELS has an item (number 1)"},
		"audit channel by name":    {map[string]string{"RENEW_AUDIT_CHANNEL": "#audit"}, "RENEW_AUDIT_CHANNEL has an item"},
		"two audit channels":       {map[string]string{"RENEW_AUDIT_CHANNEL": "C0ONE,C0TWO"}, "RENEW_AUDIT_CHANNEL lists more than one"},
		"quorum 0":                 {map[string]string{"RENEW_APPROVALS_REQUIRED": "0"}, "RENEW_APPROVALS_REQUIRED is less than 1"},
		"quorum below 0":           {map[string]string{"RENEW_APPROVALS_REQUIRED": "-1"}, "RENEW_APPROVALS_REQUIRED is less than 1"},
		"quorum empty":             {map[string]string{"RENEW_APPROVALS_REQUIRED": ""}, "RENEW_APPROVALS_REQUIRED is empty"},
		"quorum out of reach":      {map[string]string{"RENEW_APPROVALS_REQUIRED": "2", "RENEW_APPROVERS": "U0A,U0A"}, "RENEW_APPROVALS_REQUIRED asks for more"},
		"policy that is nowhere":   {map[string]string{"RENEW_POLICY": "/nowhere/policy.yaml"}, "RENEW_POLICY names a file that cannot be read"},
		"policy that is a folder":  {map[string]string{"RENEW_POLICY": "testdata"}, "RENEW_POLICY names a file that cannot be read"},
		"policy that is no policy": {map[string]string{"RENEW_POLICY": "problems_test.go"}, "RENEW_POLICY line"},
		"self approval maybe":      {map[string]string{"RENEW_SELF_APPROVAL": "yes"}, "RENEW_SELF_APPROVAL is neither"},
		"dry run empty":            {map[string]string{"RENEW_DRY_RUN": ""}, "RENEW_DRY_RUN is empty"},
		"reminder too early":       {map[string]string{"RENEW_REMIND_AFTER": "59s"}, "RENEW_REMIND_AFTER is shorter"},
		"reminder after the end":   {map[string]string{"RENEW_REMIND_AFTER": "72h"}, "RENEW_REMIND_AFTER is not before"},
		"expiry below 0":           {map[string]string{"RENEW_EXPIRE_AFTER": "-1h"}, "RENEW_EXPIRE_AFTER is not more"},
		"expiry in weeks":          {map[string]string{"RENEW_EXPIRE_AFTER": "3w"}, "RENEW_EXPIRE_AFTER is not a duration"},
		"repeated within nothing":  {map[string]string{"RENEW_REPEAT_WITHIN": "0d"}, "RENEW_REPEAT_WITHIN is not more"},
		"strange messages":         {map[string]string{"RENEW_NOTIFY": "some"}, "RENEW_NOTIFY is neither all, result nor none"},
		"dated within a day":       {map[string]string{"RENEW_ORDER_AHEAD": "23h"}, "RENEW_ORDER_AHEAD is shorter than a day"},
		"days with a sign":         {map[string]string{"RENEW_REPEAT_WITHIN": "-3d"}, "RENEW_REPEAT_WITHIN is not a duration"},
		"look-ups for no time":     {map[string]string{"RENEW_LOOKUP_TTL": "0s"}, "RENEW_LOOKUP_TTL is not more"},
		"PO number of another way": {map[string]string{"RENEW_PO_NUMBER": "none"}, "RENEW_PO_NUMBER is neither"},
		"HTTP address of no port":  {map[string]string{"HTTP_ADDR": "localhost"}, "HTTP_ADDR is not an address"},
		"HTTP port too high":       {map[string]string{"HTTP_ADDR": ":65536"}, "HTTP_ADDR is not an address"},
		"HTTP address as URL":      {map[string]string{"HTTP_ADDR": "http://localhost:1"}, "HTTP_ADDR is not an address"},
		"log level":                {map[string]string{"LOG_LEVEL": "trace"}, "LOG_LEVEL is not a log level"},
		"log format":               {map[string]string{"LOG_FORMAT": ""}, "LOG_FORMAT is neither"},

		"database empty":           {map[string]string{"DATABASE_URL": ""}, "DATABASE_URL is empty"},
		"database of another kind": {map[string]string{"DATABASE_URL": "mysql://h/d"}, "DATABASE_URL is of an unknown kind"},
		"database as a path":       {map[string]string{"DATABASE_URL": "/var/lib/renewbot.db"}, "DATABASE_URL is of an unknown kind"},
		"SQLite without a file":    {map[string]string{"DATABASE_URL": "sqlite:"}, "DATABASE_URL names no file"},
		"SQLite with two slashes":  {map[string]string{"DATABASE_URL": "sqlite://renewbot.db"}, "DATABASE_URL has two slashes"},
		"SQLite in memory":         {map[string]string{"DATABASE_URL": "sqlite::memory:"}, "DATABASE_URL keeps requests in memory"},
		"SQLite with settings":     {map[string]string{"DATABASE_URL": "sqlite:a.db?_pragma=synchronous(0)"}, "DATABASE_URL has settings"},
		"PostgreSQL broken":        {map[string]string{"DATABASE_URL": "postgres://bot:a%zz@h/d"}, "DATABASE_URL is not a URL of PostgreSQL"},
		"PostgreSQL of nothing":    {map[string]string{"DATABASE_URL": "postgres:"}, "DATABASE_URL is not a URL of PostgreSQL"},

		"events without a key":      {map[string]string{"RENEW_EVENTS_URL": "https://hooks.example"}, "RENEW_EVENTS_SECRET is not set"},
		"events' key alone":         {map[string]string{"RENEW_EVENTS_SECRET": eventsKey}, "RENEW_EVENTS_SECRET is set and RENEW_EVENTS_URL is not"},
		"events' key of another":    {map[string]string{"RENEW_EVENTS_URL": "https://hooks.example", "RENEW_EVENTS_SECRET": "hunter2"}, "RENEW_EVENTS_SECRET does not begin with whsec_"},
		"events' key cut off":       {map[string]string{"RENEW_EVENTS_URL": "https://hooks.example", "RENEW_EVENTS_SECRET": eventsKey[:20]}, "RENEW_EVENTS_SECRET is not base64"},
		"events' key too short":     {map[string]string{"RENEW_EVENTS_URL": "https://hooks.example", "RENEW_EVENTS_SECRET": "whsec_AAAA"}, "RENEW_EVENTS_SECRET has not between"},
		"events without https":      {map[string]string{"RENEW_EVENTS_URL": "http://hooks.example", "RENEW_EVENTS_SECRET": eventsKey}, "RENEW_EVENTS_URL is not https"},
		"events by another way":     {map[string]string{"RENEW_EVENTS_URL": "ftp://hooks.example", "RENEW_EVENTS_SECRET": eventsKey, "RENEW_EVENTS_PRIVATE": "true"}, "RENEW_EVENTS_URL is not a URL"},
		"events with a password":    {map[string]string{"RENEW_EVENTS_URL": "https://a:b@hooks.example", "RENEW_EVENTS_SECRET": eventsKey}, "RENEW_EVENTS_URL has a user"},
		"events perhaps in private": {map[string]string{"RENEW_EVENTS_PRIVATE": "yes"}, "RENEW_EVENTS_PRIVATE is neither"},
		"events' key in no file": {
			map[string]string{"RENEW_EVENTS_URL": "https://hooks.example", "RENEW_EVENTS_SECRET_FILE": "/nonexistent"}, "RENEW_EVENTS_SECRET_FILE names a file that does not exist",
		},

		"unknown variable": {map[string]string{"RENEW_SELFAPPROVAL": "true"}, "RENEW_SELFAPPROVAL is not a variable"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, test.changes)
			if err == nil {
				t.Fatal("Load() succeeded, want an error")
			}
			if got := err.Error(); !strings.HasPrefix(got, test.want) || strings.Contains(got, "\n") {
				t.Errorf("Load() error:\n%s\nwant one line that begins with:\n%s", got, test.want)
			}
		})
	}
}

// What may be pasted into a wrong place must not come out anywhere.
func TestProblemsShowNoValue(t *testing.T) {
	const leak = "Zq9LEAKEDzQ9"
	forms := []string{leak, "xoxb-" + leak, "xapp-" + leak, "https://" + leak + "@h", "U0A," + leak, "postgres://a:" + leak + "%zz@h/d",
		"sqlite://" + leak, `"` + leak + `"`, leak + "\n" + leak}
	for _, v := range Variables() {
		names := []string{v.Name}
		if v.Secret {
			names = append(names, v.Name+"_FILE")
		}
		for _, name := range names {
			for i, form := range forms {
				t.Run(fmt.Sprint(name, i), func(t *testing.T) {
					c, err := load(t, map[string]string{name: form})
					if err != nil && strings.Contains(err.Error(), leak) {
						t.Errorf("error shows the value: %v", err)
					}
					if err != nil && strings.Contains(fmt.Sprintf("%+v", c), leak) {
						t.Error("a configuration comes with the error")
					}
				})
			}
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	var problems Problems
	if err := (Config{}).Validate(); !errors.As(err, &problems) {
		t.Fatalf("Validate() = %v, want Problems", err)
	}
	for _, name := range []string{"SLACK_BOT_TOKEN", "YEASTAR_CLIENT_SECRET", "RENEW_APPROVERS", "RENEW_AUDIT_CHANNEL", "DATABASE_URL"} {
		if !problems.about(name) {
			t.Errorf("Validate() of nothing says nothing about %s:\n%v", name, problems)
		}
	}
}
