package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSecretsFromFiles(t *testing.T) {
	got, err := load(t, map[string]string{
		"SLACK_BOT_TOKEN":            "", // as docker compose leaves a variable that has no value
		"SLACK_BOT_TOKEN_FILE":       write(t, "xoxb-file\n"),
		"SLACK_APP_TOKEN":            "unset",
		"SLACK_APP_TOKEN_FILE":       write(t, "xapp-file\r\n"),
		"YEASTAR_CLIENT_ID":          "unset",
		"YEASTAR_CLIENT_ID_FILE":     write(t, "id-file"),
		"YEASTAR_CLIENT_SECRET":      "unset",
		"YEASTAR_CLIENT_SECRET_FILE": write(t, "secret-file\n\n"),
		"RENEW_EVENTS_URL_FILE":      write(t, "https://hooks.example/7f3a\n"),
		"RENEW_EVENTS_SECRET_FILE":   write(t, eventsKey+"\n"),
		"DATABASE_URL_FILE":          write(t, "postgres://bot:pw@db/renewbot\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, pair := range map[string][2]string{
		"SLACK_BOT_TOKEN":       {got.Slack.BotToken.Reveal(), "xoxb-file"},
		"SLACK_APP_TOKEN":       {got.Slack.AppToken.Reveal(), "xapp-file"},
		"YEASTAR_CLIENT_ID":     {got.Yeastar.ClientID.Reveal(), "id-file"},
		"YEASTAR_CLIENT_SECRET": {got.Yeastar.ClientSecret.Reveal(), "secret-file"},
		"RENEW_EVENTS_URL":      {got.Events.URL.Reveal(), "https://hooks.example/7f3a"},
		"RENEW_EVENTS_SECRET":   {got.Events.Secret.Reveal(), eventsKey},
		"DATABASE_URL":          {got.DatabaseURL.Reveal(), "postgres://bot:pw@db/renewbot"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s = %q, want %q", name, pair[0], pair[1])
		}
	}
}

func TestSecretFileProblems(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		changes map[string]string
		want    string // start of the only line
	}{
		"both set": {
			map[string]string{"SLACK_BOT_TOKEN_FILE": write(t, "xoxb-file")},
			"SLACK_BOT_TOKEN_FILE is set and so is SLACK_BOT_TOKEN",
		},
		"both set for the database": {
			map[string]string{"DATABASE_URL": "sqlite:a.db", "DATABASE_URL_FILE": write(t, "sqlite:b.db")},
			"DATABASE_URL_FILE is set and so is DATABASE_URL",
		},
		"missing": {
			map[string]string{"SLACK_BOT_TOKEN": "unset", "SLACK_BOT_TOKEN_FILE": "/nowhere/secret"},
			"SLACK_BOT_TOKEN_FILE names a file that does not exist",
		},
		"empty": {
			map[string]string{"SLACK_BOT_TOKEN": "unset", "SLACK_BOT_TOKEN_FILE": write(t, "\n")},
			"SLACK_BOT_TOKEN_FILE names an empty file",
		},
		"too large": {
			map[string]string{"YEASTAR_CLIENT_ID": "unset", "YEASTAR_CLIENT_ID_FILE": write(t, strings.Repeat("a", maxSecret+1))},
			"YEASTAR_CLIENT_ID_FILE names a file of more than 8 KiB",
		},
		"directory": {
			map[string]string{"YEASTAR_CLIENT_ID": "unset", "YEASTAR_CLIENT_ID_FILE": t.TempDir()},
			"YEASTAR_CLIENT_ID_FILE does not name a regular file",
		},
		"pipe that nobody writes to": {
			map[string]string{"YEASTAR_CLIENT_ID": "unset", "YEASTAR_CLIENT_ID_FILE": pipe},
			"YEASTAR_CLIENT_ID_FILE does not name a regular file",
		},
		"several lines": {
			map[string]string{"YEASTAR_CLIENT_SECRET": "unset", "YEASTAR_CLIENT_SECRET_FILE": write(t, "a\nb\n")},
			"YEASTAR_CLIENT_SECRET_FILE names a file whose content has line breaks",
		},
		"database of another kind": {
			map[string]string{"DATABASE_URL_FILE": write(t, "mysql://h/d")},
			"DATABASE_URL is of an unknown kind",
		},
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
