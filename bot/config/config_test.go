package config

import (
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// The tests of Load set the environment of the process, so they do not run in parallel.

// minimal is the shortest environment that Load accepts.
func minimal() map[string]string {
	return map[string]string{
		"SLACK_BOT_TOKEN":       "xoxb-1-test",
		"SLACK_APP_TOKEN":       "xapp-1-test",
		"YEASTAR_CLIENT_ID":     "client",
		"YEASTAR_CLIENT_SECRET": "secret",
		"RENEW_APPROVERS":       "U0APPROVER",
		"RENEW_AUDIT_CHANNEL":   "C0AUDIT",
	}
}

// load reads the minimal environment with changes; "unset" takes a variable away.
func load(t *testing.T, changes map[string]string) (Config, error) {
	t.Helper()
	for _, v := range Variables() {
		for _, name := range []string{v.Name, v.Name + "_FILE"} {
			t.Setenv(name, "") // has the old value put back afterwards
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	env := minimal()
	for name, value := range changes {
		if value == "unset" {
			delete(env, name)
			continue
		}
		env[name] = value
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	return Load()
}

func offered(t *testing.T, keys ...string) []yeastar.Product {
	t.Helper()
	rows, err := yeastar.Offered(keys)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestLoadDefaults(t *testing.T) {
	got, err := load(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Slack: Slack{
			BotToken: NewSecret("xoxb-1-test"), AppToken: NewSecret("xapp-1-test"),
			APIURL: "https://slack.com/api/",
		},
		Yeastar: Yeastar{
			ClientID: NewSecret("client"), ClientSecret: NewSecret("secret"),
			BaseURL: "https://openapi.partner.yeastar.com", UserAgent: "OpenAPI",
		},
		Products: offered(t),
		Renew: Renew{
			Approvers: IDs{"U0APPROVER"}, AuditChannel: "C0AUDIT", ApprovalsRequired: 1,
			RemindAfter: 4 * time.Hour, ExpireAfter: 72 * time.Hour,
			PONumber: renewal.PONumberReference, LookupTTL: 5 * time.Minute,
			RepeatWithin: 300 * 24 * time.Hour, OrderAhead: 90 * 24 * time.Hour, Notify: renewal.NotifyAll,
		},
		DatabaseURL: NewSecret("sqlite:renewbot.db"),
		HTTPAddr:    "127.0.0.1:9090",
		LogLevel:    slog.LevelInfo,
		LogFormat:   LogJSON,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Load() (-want +got):\n%s", diff)
	}
	if err := got.Validate(); err != nil {
		t.Errorf("Validate() of what Load gave: %v", err)
	}
}

func TestLoadEverythingSet(t *testing.T) {
	got, err := load(t, map[string]string{
		"SLACK_API_URL":            "http://127.0.0.1:8080/api",
		"YEASTAR_BASE_URL":         "http://localhost:8081/",
		"YEASTAR_USER_AGENT":       "Renewbot/1",
		"YEASTAR_PRODUCTS":         " Cloud-PBX,, p-series-turnkey ,cloud-pbx",
		"RENEW_APPROVERS":          " U0ONE, S0GROUP ,W0TWO,U0ONE,",
		"RENEW_REQUESTERS":         "S0SALES",
		"RENEW_CHANNELS":           "C0ONE ,G0TWO",
		"RENEW_APPROVALS_REQUIRED": "2",
		"RENEW_SELF_APPROVAL":      "TRUE",
		"RENEW_REMIND_AFTER":       "90m",
		"RENEW_EXPIRE_AFTER":       "24h",
		"RENEW_PO_NUMBER":          "typed",
		"RENEW_LOOKUP_TTL":         "30s",
		"RENEW_REPEAT_WITHIN":      "200d12h",
		"RENEW_ORDER_AHEAD":        "30d",
		"RENEW_NOTIFY":             "Result",
		"RENEW_DRY_RUN":            "true",
		"RENEW_EVENTS_URL":         "http://hooks.internal/renewbot?token=1",
		"RENEW_EVENTS_SECRET":      eventsKey,
		"RENEW_EVENTS_PRIVATE":     "true",
		"DATABASE_URL":             "postgres://bot:p%40ss@db.example/renewbot",
		"HTTP_ADDR":                "",
		"LOG_LEVEL":                "debug",
		"LOG_FORMAT":               "text",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Slack: Slack{
			BotToken: NewSecret("xoxb-1-test"), AppToken: NewSecret("xapp-1-test"),
			APIURL: "http://127.0.0.1:8080/api/",
		},
		Yeastar: Yeastar{
			ClientID: NewSecret("client"), ClientSecret: NewSecret("secret"),
			BaseURL: "http://localhost:8081", UserAgent: "Renewbot/1",
		},
		Products: offered(t, "p-series-turnkey", "cloud-pbx"),
		Renew: Renew{
			Approvers: IDs{"U0ONE", "S0GROUP", "W0TWO"}, Requesters: IDs{"S0SALES"},
			Channels: []string{"C0ONE", "G0TWO"}, AuditChannel: "C0AUDIT",
			ApprovalsRequired: 2, SelfApproval: true, DryRun: true,
			RemindAfter: 90 * time.Minute, ExpireAfter: 24 * time.Hour,
			PONumber: renewal.PONumberTyped, LookupTTL: 30 * time.Second,
			RepeatWithin: 200*24*time.Hour + 12*time.Hour, OrderAhead: 30 * 24 * time.Hour, Notify: renewal.NotifyResult,
		},
		Events: Events{
			URL: NewSecret("http://hooks.internal/renewbot?token=1"), Secret: NewSecret(eventsKey), Private: true,
		},
		DatabaseURL: NewSecret("postgres://bot:p%40ss@db.example/renewbot"),
		LogLevel:    slog.LevelDebug,
		LogFormat:   LogText,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Load() (-want +got):\n%s", diff)
	}
	wantPolicy := renewal.Policy{
		Required: 2, SelfApproval: true, PONumber: renewal.PONumberTyped, DryRun: true,
		RemindAfter: 90 * time.Minute, ExpireAfter: 24 * time.Hour, RepeatWithin: 200*24*time.Hour + 12*time.Hour,
		OrderAhead: 30 * 24 * time.Hour,
	}
	if diff := cmp.Diff(wantPolicy, got.Policy()); diff != "" {
		t.Errorf("Policy() (-want +got):\n%s", diff)
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	ids := IDs{"U1A", "S1A", "W1A", "S2A"}
	if diff := cmp.Diff([]string{"U1A", "W1A"}, ids.Users()); diff != "" {
		t.Errorf("Users() (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"S1A", "S2A"}, ids.Groups()); diff != "" {
		t.Errorf("Groups() (-want +got):\n%s", diff)
	}
}
