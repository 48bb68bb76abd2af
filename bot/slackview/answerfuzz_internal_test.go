package slackview

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"renewbot/blocks"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
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

// FuzzAnswer gives any answer to calls of the Web API. Nothing counts as posted that Slack
// has not said; and a search that failed does not look like one that found nothing, after
// which the message would be posted a second time.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		"", "{}", "{}0", "null", "[]", "true", `"ok"`, "<html>", `{"ok":true}`, `{"ok":false}`, `{"ok":false,"error":" "}`, `{"ok":false,"error":"ratelimited"}`,
		`{"ok":true,"channel":"C0RENEWALS","ts":"1795000000.000100"}`, `{"ok":"true","ts":"1"}`, `{"ok":true,"ts":""}`, `{"ok":true,"ts":"1"`, `{"ts":"1"}`,
		`{"ok":true,"messages":[{"ts":"1795000000.000100","metadata":{"event_type":"renewbot_message","event_payload":{"request":"RNW-000001","key":"card"}}}]}`,
		`{"ok":true,"messages":[],"response_metadata":{"next_cursor":""}}`, `{"messages":[]}`, `{"ok":true,"messages":[{"metadata":null}]}`,
	} {
		f.Add(uint16(200), []byte(body))
	}
	f.Add(uint16(429), []byte(""))
	f.Add(uint16(302), []byte(`{"ok":true,"ts":"1"}`))
	f.Add(uint16(500), []byte(`{"ok":true,"ts":"1"}`))
	api, answer := cannedSlack(f)
	v := New(Options{API: api, Log: slog.New(slog.DiscardHandler)})
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

		w := wanted{key: "card", channel: "C0RENEWALS", message: blocks.Answer(renewal.Say("x"))}
		if _, ts, err := v.postMessage(t.Context(), w, "", 1); err == nil && (!said.OK || ts == "" || ts != said.TS) {
			t.Errorf("HTTP %d %q: posted as %q", status, body, ts)
		}
		post := ledger.Post{UpdatedAt: time.Unix(1_795_000_000, 0)}
		switch found, err := v.findPost(t.Context(), w, post, "", 1); {
		case err == nil && !said.OK:
			t.Errorf("HTTP %d %q: a search that found %q", status, body, found.ts)
		case err == nil && found.ts != "" && !strings.Contains(string(body), metadataType[:4]):
			t.Errorf("HTTP %d %q: found %q", status, body, found.ts)
		}
	})
}

// answerOf is what an answer says, read with nothing of the bot's.
type answerOf struct {
	OK bool   `json:"ok"`
	TS string `json:"ts"`
}

// saidBy reads the fields one by one: another one of a strange type costs nothing.
func saidBy(status int, body []byte) (a answerOf) {
	var fields struct{ OK, TS json.RawMessage }
	if status != http.StatusOK || json.NewDecoder(strings.NewReader(string(body))).Decode(&fields) != nil {
		return a
	}
	_, _ = json.Unmarshal(fields.OK, &a.OK), json.Unmarshal(fields.TS, &a.TS)
	return a
}
