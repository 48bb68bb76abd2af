package bot

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"renewbot/blocks"
	"renewbot/bot/ledger"
	"renewbot/bot/members"
	"renewbot/bot/renewal"
)

// FuzzAnswer gives any answer to calls of the Web API. Nothing counts as done, and nobody
// as entitled, that Slack has not said; and a search that failed does not look like one
// that found nothing, after which the message would be posted a second time.
func FuzzAnswer(f *testing.F) {
	for _, body := range []string{
		"", "{}", "{}0", "null", "[]", "true", `"ok"`, "<html>", `{"ok":true}`, `{"ok":false}`, `{"ok":false,"error":" "}`, `{"ok":false,"error":"ratelimited"}`,
		`{"ok":true,"channel":"C0RENEWALS","ts":"1795000000.000100"}`, `{"ok":"true","ts":"1"}`, `{"ok":true,"ts":""}`, `{"ok":true,"ts":"1"`, `{"ts":"1"}`,
		`{"ok":true,"user":{"id":"U0BOB","team_id":"T0"}}`, `{"user":{"id":"U0BOB","team_id":"T0"}}`, `{"ok":true,"user":{"id":"U0BOB","team_id":"T1"}}`,
		`{"ok":true,"user":{"id":"U0BOB","team_id":"T0","deleted":true}}`, `{"ok":true,"user":{"id":"U0BOB","team_id":"T0","is_restricted":true}}`,
		`{"ok":true,"user":null}`, `{"ok":true,"user":{"id":"U0CAROL","team_id":"T0"},"users":["U0CAROL"]}`,
		`{"ok":true,"messages":[{"ts":"1795000000.000100","metadata":{"event_type":"renewbot_message","event_payload":{"request":"RNW-000001","key":"card"}}}]}`,
		`{"ok":true,"messages":[],"response_metadata":{"next_cursor":""}}`, `{"messages":[]}`, `{"ok":true,"messages":[{"metadata":null}]}`,
	} {
		f.Add(uint16(200), []byte(body))
	}
	f.Add(uint16(429), []byte(""))
	f.Add(uint16(302), []byte(`{"ok":true,"ts":"1"}`))
	f.Add(uint16(500), []byte(`{"ok":true,"ts":"1"}`))
	s := newStage(f)
	f.Fuzz(func(t *testing.T, code uint16, body []byte) {
		status := 200 + int(code)%400
		if code >= 200 && code < 600 {
			status = int(code)
		}
		if status == http.StatusNoContent || status == http.StatusNotModified {
			body = nil // HTTP allows none
		}
		s.mu.Lock()
		s.answer = func(string, url.Values) (int, string) { return status, string(body) }
		s.mu.Unlock()
		said := saidBy(status, body)

		w := wanted{key: "card", channel: stageHome, message: blocks.Answer(renewal.Say("x"))}
		if _, ts, err := s.bot.postMessage(t.Context(), w, "", 1); err == nil && (!said.OK || ts == "" || ts != said.TS) {
			t.Errorf("HTTP %d %q: posted as %q", status, body, ts)
		}
		post := ledger.Post{UpdatedAt: time.Unix(1_795_000_000, 0)}
		switch ts, _, err := s.bot.findPost(t.Context(), w, post, "", 1); {
		case err == nil && !said.OK:
			t.Errorf("HTTP %d %q: a search that found %q", status, body, ts)
		case err == nil && ts != "" && !strings.Contains(string(body), metadataType[:4]):
			t.Errorf("HTTP %d %q: found %q", status, body, ts)
		}
		d := newDirectory(s.bot.api, s.bot.log, time.Now, s.bot.background, []string{stageBob, "S0APPROVERS"}, nil)
		d.self = members.Workspace{TeamID: "T0", BotUserID: "U0BOT"}
		for _, id := range []string{stageBob, stageCarol} {
			a := d.actor(t.Context(), id, time.Hour)
			full := said.OK && said.User.Team == "T0" && !said.User.Deleted && !said.User.Guest && !said.User.Bot
			if (a.MayApprove || a.MayRequest) && !full {
				t.Errorf("HTTP %d %q: %s may act", status, body, id)
			}
			if id == stageCarol && a.MayApprove && !slices.Contains(said.Users, stageCarol) {
				t.Errorf("HTTP %d %q: %s may approve", status, body, id)
			}
		}
		s.healthy(t)
	})
}

// answerOf is what an answer says, read with nothing of the bot's.
type answerOf struct {
	OK   bool   `json:"ok"`
	TS   string `json:"ts"`
	User struct {
		Team    string `json:"team_id"`
		Deleted bool   `json:"deleted"`
		Guest   bool   `json:"is_restricted"`
		Bot     bool   `json:"is_bot"`
	} `json:"user"`
	Users []string `json:"users"`
}

// saidBy reads the fields one by one: another one of a strange type costs nothing.
func saidBy(status int, body []byte) answerOf {
	var fields struct {
		OK, TS, User, Users json.RawMessage
	}
	var a answerOf
	if status != http.StatusOK || json.NewDecoder(strings.NewReader(string(body))).Decode(&fields) != nil {
		return a
	}
	for raw, into := range map[*json.RawMessage]any{&fields.OK: &a.OK, &fields.TS: &a.TS, &fields.User: &a.User, &fields.Users: &a.Users} {
		if *raw != nil {
			_ = json.Unmarshal(*raw, into)
		}
	}
	return a
}

// transportFunc answers requests by itself.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// FuzzGentle passes any answer through our own HTTP client for slack-go: a whole answer
// arrives as it was, or as an error that it lacks.
func FuzzGentle(f *testing.F) {
	for _, body := range []string{"", "{}", "null", `{"ok":true,"x":1e999}`, `{"ok":false}`, `{"ok":false,"error":"not_found"}`, `{"ok":null,"error":"\t"}`, "<html>", "{"} {
		f.Add(200, []byte(body))
		f.Add(500, []byte(body))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		next := transportFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body)))}, nil
		})
		g := gentle{next: &http.Client{Transport: next}, opens: rate.NewLimiter(rate.Inf, 1)}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://slack.com/api/chat.update", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := g.Do(request)
		if err != nil {
			return // a redirect to nowhere
		}
		defer answer.Body.Close()
		got, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) == string(body) {
			return
		}
		var said struct {
			OK    bool   `json:"ok"`
			Error string `json:"error"`
		}
		if string(got) != unnamed || status != http.StatusOK || json.NewDecoder(strings.NewReader(string(body))).Decode(&said) != nil || said.OK || strings.TrimSpace(said.Error) != "" {
			t.Errorf("HTTP %d %q arrives as %q", status, body, got)
		}
	})
}
