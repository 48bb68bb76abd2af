package socket_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"renewbot/bot/slacksim"
	"renewbot/bot/socket"
)

const filesManifest = `
display_information: {name: Tester}
features: {app_home: {messages_tab_enabled: true}, bot_user: {display_name: tester}, slash_commands: [{command: /go, description: Go}]}
oauth_config: {scopes: {bot: [commands, chat:write, SCOPES]}}
settings: {socket_mode_enabled: true}
`

type filesBench struct {
	*slacksim.Workspace
	api    *socket.WebAPI
	parent slacksim.Message
	log    *strings.Builder
}

func setupFiles(t *testing.T, scopes string) *filesBench {
	t.Helper()
	ws, err := slacksim.New([]byte(strings.Replace(filesManifest, "SCOPES", scopes, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := ws.Start(); err != nil {
		t.Fatal(err)
	}
	ws.AddUser(slacksim.User{ID: "U0ALICE", Name: "alice"})
	ws.AddChannel(slacksim.Channel{ID: "C0SALES", Name: "sales", Members: []string{"U0ALICE", ws.BotUserID()}})
	var log strings.Builder
	api := socket.NewWebAPI(socket.APIOptions{
		Credentials: socket.Credentials{BotToken: ws.BotToken(), AppToken: ws.AppToken(), APIURL: ws.APIURL()},
		OpenGap:     1, Unpaced: true, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	t.Cleanup(func() {
		api.CloseIdleConnections()
		if err := ws.Close(); err != nil {
			t.Error(err)
		}
	})
	return &filesBench{ws, api, ws.Say("C0SALES", "U0ALICE", "Hello", ""), &log}
}

// share puts a file into Slack and returns its id.
func (b *filesBench) share(t *testing.T, name, text string) string {
	t.Helper()
	id, err := b.api.PutFile(t.Context(), name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.api.ShareFile(t.Context(), socket.SharedFile{ID: id, Title: "A list", Channel: "C0SALES", Thread: b.parent.TS}); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAFileIsPostedAndFetched(t *testing.T) {
	t.Parallel()
	b := setupFiles(t, "files:read, files:write")
	for name, tt := range map[string]struct {
		text, want string
		err        error
	}{
		"a list":                       {"holder,date\nAcme,2027-01-01\n", "holder,date\nAcme,2027-01-01\n", nil},
		"as a spreadsheet writes it":   {"\xef\xbb\xbfholder\n", "holder\n", nil},
		"a text that looks like error": {`{"ok":false}`, `{"ok":false}`, nil},
		"a page":                       {"\n<!DOCTYPE html><html>", "", socket.ErrFileNoText},
		"a table of another kind":      {"PK\x03\x04\x00\x00", "", socket.ErrFileNoText},
		"another encoding":             {"M\xfcller,2027-01-01\n", "", socket.ErrFileNoText},
		"longer than it may be":        {strings.Repeat("x", 101), "", socket.ErrFileTooLong},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := b.api.FileText(t.Context(), b.share(t, "Acme secret.csv", tt.text), 100)
			if string(got) != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	if _, err := b.api.FileText(t.Context(), "F0NONE", 100); !errors.Is(err, socket.ErrFileDenied) {
		t.Errorf("a file that is not there: %v", err)
	}
	if replies := b.Snapshot().Thread("C0SALES", b.parent.TS); len(replies) != 8 {
		t.Errorf("%d messages in the thread", len(replies))
	}
	if strings.Contains(b.log.String(), "xoxb") || strings.Contains(b.log.String(), "secret") {
		t.Errorf("the log tells names or tokens:\n%s", b.log)
	}
}

// What goes wrong on the way says neither an address nor a token, and whether a file was posted
// can be told afterwards.
func TestAFileThatDoesNotGetThrough(t *testing.T) {
	t.Parallel()
	b := setupFiles(t, "files:read, files:write")
	id := b.share(t, "Acme secret.csv", "a\n")
	for name, tt := range map[string]struct {
		method string
		fault  slacksim.Fault
		do     func() error
		want   error
	}{
		"a download that is cut off": {slacksim.DownloadMethod, slacksim.Fault{Kind: slacksim.FaultReset}, func() error {
			_, err := b.api.FileText(t.Context(), id, 100)
			return err
		}, nil},
		"an upload that is cut off": {slacksim.UploadMethod, slacksim.Fault{Kind: slacksim.FaultReset}, func() error {
			_, err := b.api.PutFile(t.Context(), "Acme secret.csv", []byte("a"))
			return err
		}, nil},
		"a page in place of the file": {slacksim.DownloadMethod, slacksim.Fault{Kind: slacksim.FaultHTML}, func() error {
			_, err := b.api.FileText(t.Context(), id, 1000)
			return err
		}, socket.ErrFileNoText},
	} {
		t.Run(name, func(t *testing.T) {
			defer b.Fail(tt.method, tt.fault)()
			err := tt.do()
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Fatal(err)
			}
			if said := err.Error(); strings.Contains(said, "secret") || strings.Contains(said, "http") || strings.Contains(said, "xoxb") {
				t.Error(said)
			}
		})
	}
	other, err := b.api.PutFile(t.Context(), "a.csv", []byte("a"))
	if err != nil {
		t.Fatal(err)
	}
	to := socket.SharedFile{ID: other, Channel: "C0SALES"}
	if done, err := b.api.FileShared(t.Context(), other); done || err != nil {
		t.Error("it is shared before:", done, err)
	}
	defer b.Fail("files.completeUploadExternal", slacksim.Fault{Kind: slacksim.FaultReset, After: true})()
	if _, kind := socket.Classify(b.api.ShareFile(t.Context(), to)); kind != socket.Unclear {
		t.Error("a lost answer is", kind)
	}
	if done, err := b.api.FileShared(t.Context(), other); !done || err != nil {
		t.Error("it is not shared afterwards:", done, err)
	}
}

func TestFilesWithoutTheScope(t *testing.T) {
	t.Parallel()
	b := setupFiles(t, "files:write")
	if _, err := b.api.FileText(t.Context(), b.share(t, "a.csv", "a\n"), 100); !errors.Is(err, socket.ErrFileDenied) {
		t.Error(err)
	}
}
