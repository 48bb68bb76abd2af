package directory

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/socket"
)

// canned is what the Slack of a fuzz test answers to everything.
type canned struct {
	status int
	body   []byte
}

// cannedSlack is the Web API of a Slack that answers what was stored last.
func cannedSlack(t testing.TB) (*socket.WebAPI, *atomic.Pointer[canned]) {
	t.Helper()
	var answer atomic.Pointer[canned]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		a := answer.Load()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body)
	}))
	t.Cleanup(server.Close)
	var hours atomic.Int64 // the clock leaps, so that no limit lasts until the next call
	api := socket.NewWebAPI(socket.APIOptions{
		Credentials: socket.Credentials{BotToken: "xoxb-canned", APIURL: server.URL + "/api/"},
		OpenGap:     time.Second, Unpaced: true,
		Now: func() time.Time { return time.Unix(0, 0).Add(time.Duration(hours.Add(2)) * time.Hour) },
		Log: slog.New(slog.DiscardHandler),
	})
	t.Cleanup(api.CloseIdleConnections)
	return api, &answer
}

// FuzzAnswer gives any answer to calls of the Web API: nobody counts as entitled of whom
// Slack has not said so.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		"", "{}", "{}0", "null", "[]", "true", `"ok"`, "<html>", `{"ok":true}`, `{"ok":false}`, `{"ok":false,"error":" "}`, `{"ok":false,"error":"ratelimited"}`,
		`{"ok":true,"user":{"id":"U0BOB","team_id":"T0"}}`, `{"user":{"id":"U0BOB","team_id":"T0"}}`, `{"ok":true,"user":{"id":"U0BOB","team_id":"T1"}}`,
		`{"ok":true,"user":{"id":"U0BOB","team_id":"T0","deleted":true}}`, `{"ok":true,"user":{"id":"U0BOB","team_id":"T0","is_restricted":true}}`,
		`{"ok":true,"user":null}`, `{"ok":true,"user":{"id":"U0CAROL","team_id":"T0"},"users":["U0CAROL"]}`,
	} {
		f.Add(uint16(200), []byte(body))
	}
	f.Add(uint16(429), []byte(""))
	f.Add(uint16(302), []byte(`{"ok":true,"user":{"id":"U0BOB","team_id":"T0"}}`))
	f.Add(uint16(500), []byte(`{"ok":true,"user":{"id":"U0BOB","team_id":"T0"}}`))
	api, answer := cannedSlack(f)
	f.Fuzz(func(t *testing.T, code uint16, body []byte) {
		status := 200 + int(code)%400
		if code >= 200 && code < 600 {
			status = int(code)
		}
		if status == http.StatusNoContent || status == http.StatusNotModified {
			body = nil // HTTP allows none
		}
		answer.Store(&canned{status, body})
		said := saidBy(status, body)
		d := New(Options{API: api, Log: slog.New(slog.DiscardHandler), Now: time.Now, Approvers: []string{"U0BOB", "S0APPROVERS"}})
		defer d.Close(t.Context())
		d.identify(&slack.AuthTestResponse{TeamID: "T0", UserID: "U0BOT"})
		for _, id := range []string{"U0BOB", "U0CAROL"} {
			a := d.Actor(t.Context(), id, RequestAge)
			full := said.OK && said.User.Team == "T0" && !said.User.Deleted && !said.User.Guest && !said.User.Bot
			if (a.MayApprove || a.MayRequest) && !full {
				t.Errorf("HTTP %d %q: %s may act", status, body, id)
			}
			if id == "U0CAROL" && a.MayApprove && !slices.Contains(said.Users, id) {
				t.Errorf("HTTP %d %q: %s may approve", status, body, id)
			}
		}
	})
}

// answerOf is what an answer says, read with nothing of the bot's.
type answerOf struct {
	OK   bool `json:"ok"`
	User struct {
		Team    string `json:"team_id"`
		Deleted bool   `json:"deleted"`
		Guest   bool   `json:"is_restricted"`
		Bot     bool   `json:"is_bot"`
	} `json:"user"`
	Users []string `json:"users"`
}

// saidBy reads the fields one by one: another one of a strange type costs nothing.
func saidBy(status int, body []byte) (a answerOf) {
	var fields struct{ OK, User, Users json.RawMessage }
	if status != http.StatusOK || json.NewDecoder(strings.NewReader(string(body))).Decode(&fields) != nil {
		return a
	}
	_, _, _ = json.Unmarshal(fields.OK, &a.OK), json.Unmarshal(fields.User, &a.User), json.Unmarshal(fields.Users, &a.Users)
	return a
}
