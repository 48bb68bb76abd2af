package slacksim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/slacksim"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json; charset=utf-8"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	b := setup(t)
	inForm := func(token string) string { return url.Values{"token": {token}}.Encode() }
	for _, tt := range []struct {
		name, method, kind, token, body, want string
	}{
		{"header", "auth.test", formType, b.BotToken(), "", `"ok":true`},
		{"form", "auth.test", formType, "", inForm(b.BotToken()), `"ok":true`},
		{"in JSON is not read", "auth.test", jsonType, "", `{"token":"` + b.BotToken() + `"}`, `"not_authed"`},
		{"none", "auth.test", formType, "", "", `"not_authed"`},
		{"wrong", "auth.test", formType, "xoxb-1", "", `"invalid_auth"`},
		{"app token for a bot method", "users.info", formType, b.AppToken(), "", `"not_allowed_token_type"`},
		{"bot token for a connection", "apps.connections.open", formType, b.BotToken(), "", `"not_allowed_token_type"`},
		{"app token as a parameter", "apps.connections.open", formType, "", inForm(b.AppToken()), `"not_authed"`},
		{"unknown method", "chat.shout", formType, b.BotToken(), "", `"unknown_method"`},
		{"JSON without charset", "auth.test", "application/json", b.BotToken(), "", `"missing_charset"`},
		{"broken JSON", "chat.postMessage", jsonType, b.BotToken(), "{", `"invalid_json"`},
		{"JSON array", "chat.postMessage", jsonType, b.BotToken(), "[]", `"json_not_object"`},
	} {
		_, _, body := b.request(tt.method, tt.kind, tt.token, tt.body)
		if !strings.Contains(body, tt.want) {
			t.Errorf("%s: got %s, want %s", tt.name, body, tt.want)
		}
	}
	if !strings.HasPrefix(b.BotToken(), "xoxb-") || !strings.HasPrefix(b.AppToken(), "xapp-1-") {
		t.Error("tokens do not look like Slack's")
	}
}

func TestScopesComeFromTheManifest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ts := b.must("chat.postMessage", m{"channel": sales, "text": "x"})["ts"]
	out := b.wantError("missing_scope", "reactions.add", m{"channel": sales, "timestamp": ts, "name": "eyes"})
	if out["needed"] != "reactions:write" || !strings.Contains(out["provided"].(string), "chat:write") {
		t.Error(out)
	}
	b.wantError("missing_scope", "conversations.join", m{"channel": sales})
	dm := b.As(alice).DM()
	b.wantError("missing_scope", "conversations.history", m{"channel": dm})
	b.RevokeTokens()
	b.wantError("token_revoked", "auth.test", nil)
}

func TestBadManifestIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][2]string{
		"unknown key":               {"display_information:", "display_info: 1\ndisplay_information:"},
		"event without its scope":   {"usergroups:read, ", ""},
		"command without the scope": {"commands, chat", "chat"},
		"command without a slash":   {"/go", "go"},
		"unknown event":             {"app_home_opened", "app_home_closed"},
	} {
		if _, err := slacksim.New([]byte(strings.Replace(manifest, change[0], change[1], 1))); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestPostingRules(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.AddChannel(slacksim.Channel{ID: "C0PRIV", Name: "priv", Private: true, Members: []string{alice}})
	b.AddChannel(slacksim.Channel{ID: "C0PUB", Name: "pub", Members: []string{alice}})
	b.AddChannel(slacksim.Channel{ID: "C0OLD", Name: "old", Archived: true, Members: []string{b.BotUserID()}})
	b.AddUser(slacksim.User{ID: "U0GONE", Name: "gone", Deleted: true})
	post := func(channel string) m { return m{"channel": channel, "text": "x"} }
	b.wantError("channel_not_found", "chat.postMessage", post("C0NONE"))
	b.wantError("channel_not_found", "chat.postMessage", post("C0PRIV"))
	b.wantError("not_in_channel", "chat.postMessage", post("C0PUB"))
	b.wantError("is_archived", "chat.postMessage", post("C0OLD"))
	b.wantError("channel_not_found", "chat.postMessage", post("U0GONE"))
	b.wantError("no_text", "chat.postMessage", m{"channel": sales})
	b.wantError("invalid_blocks_format", "chat.postMessage", m{"channel": sales, "blocks": "[{"})
	out := b.wantError("invalid_blocks", "chat.postMessage", m{"channel": sales, "blocks": []any{m{"type": "section"}}})
	if got := out["response_metadata"].(m)["messages"].([]any)[0].(string); !strings.Contains(got, "[json-pointer:/blocks/0]") {
		t.Error(got)
	}
	if out := b.must("chat.postMessage", post(alice)); !strings.HasPrefix(out["channel"].(string), "D") {
		t.Error("a post to a person answers with", out["channel"])
	}
	if out := b.must("chat.postMessage", m{"channel": sales, "text": long(40_001)}); len([]rune(out["message"].(m)["text"].(string))) != 40_000 {
		t.Error("a text of 40,001 characters is not cut")
	}
	b.KickBot(sales)
	b.wantError("not_in_channel", "chat.postMessage", post(sales))
}

func TestJSONBodyAndFormBodyAreTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	blocks := `[{"type":"divider"}]`
	for name, body := range map[string]string{
		"object": `{"channel":"C0SALES","text":"x","blocks":` + blocks + `}`,
		"string": `{"channel":"C0SALES","text":"x","blocks":"[{\"type\":\"divider\"}]"}`,
	} {
		if _, _, out := b.request("chat.postMessage", jsonType, b.BotToken(), body); !strings.Contains(out, `"type":"divider"`) {
			t.Errorf("%s: %s", name, out)
		}
	}
	// Slack's reading methods take no JSON.
	if _, _, out := b.request("users.info", jsonType, b.BotToken(), `{"user":"`+alice+`"}`); !strings.Contains(out, "user_not_found") {
		t.Error(out)
	}
}

func TestThreads(t *testing.T) {
	t.Parallel()
	b := setup(t)
	parent := b.must("chat.postMessage", m{"channel": sales, "text": "parent"})["ts"].(string)
	reply := b.must("chat.postMessage", m{"channel": sales, "text": "reply", "thread_ts": parent})
	if reply["ts"].(string) <= parent {
		t.Error("timestamps do not increase")
	}
	if got := reply["message"].(m)["thread_ts"]; got != parent {
		t.Error("thread_ts is", got)
	}
	b.wantError("cannot_reply_to_message", "chat.postMessage", m{"channel": sales, "text": "x", "thread_ts": reply["ts"]})
	b.must("chat.postMessage", m{"channel": sales, "text": "done", "thread_ts": parent, "reply_broadcast": true})
	if got := texts(b.Snapshot().Messages(sales)); cmp.Diff([]string{"parent", "done"}, got) != "" {
		t.Error("the channel shows", got)
	}
	thread := b.must("conversations.replies", m{"channel": sales, "ts": parent})["messages"].([]any)
	if len(thread) != 3 || thread[0].(m)["reply_count"] != 2.0 {
		t.Error(thread)
	}
	b.wantError("thread_not_found", "conversations.replies", m{"channel": sales, "ts": "1795000000.000000"})

	lone := b.must("chat.postMessage", m{"channel": sales, "text": "lone"})["ts"]
	b.must("chat.delete", m{"channel": sales, "ts": lone})
	orphan := b.must("chat.postMessage", m{"channel": sales, "text": "orphan", "thread_ts": lone})
	if _, threaded := orphan["message"].(m)["thread_ts"]; threaded {
		t.Error("a reply to a deleted parent stayed in a thread")
	}
}

func texts(list []slacksim.Message) []string {
	var out []string
	for _, x := range list {
		out = append(out, x.Text)
	}
	return out
}

func TestUpdateRules(t *testing.T) {
	t.Parallel()
	b := setup(t)
	blocks := []any{m{"type": "divider"}}
	ts := b.must("chat.postMessage", m{"channel": sales, "text": "x", "blocks": blocks, "metadata": m{"event_type": "e", "event_payload": m{"id": "1"}}})["ts"].(string)
	at := func(extra m) m {
		extra["channel"], extra["ts"] = sales, ts
		return extra
	}
	b.wantError("msg_too_long", "chat.update", at(m{"text": long(4001)}))
	b.wantError("message_not_found", "chat.update", m{"channel": sales, "ts": "1795000000.000000", "text": "x"})
	theirs := b.Say(sales, alice, "mine", "")
	b.wantError("cant_update_message", "chat.update", m{"channel": sales, "ts": theirs.TS, "text": "x"})
	b.must("chat.update", at(m{"text": "plain"}))
	got, _ := b.Message(slacksim.Ref{Channel: sales, TS: ts})
	if got.Blocks != nil || !got.Edited || got.Metadata == nil {
		t.Errorf("text alone must remove blocks, mark as edited and keep metadata: %+v", got)
	}
	b.must("chat.update", at(m{"text": "x", "blocks": blocks, "metadata": m{}}))
	if got, _ = b.Message(got.Ref()); got.Edited || got.Metadata != nil {
		t.Errorf("blocks leave no mark, {} clears metadata: %+v", got)
	}
	b.SetEditWindow(time.Minute)
	b.clock.Advance(2 * time.Minute)
	b.wantError("edit_window_closed", "chat.update", at(m{"text": "x"}))

	whisper := b.must("chat.postEphemeral", m{"channel": sales, "user": alice, "text": "psst"})
	b.wantError("message_not_found", "chat.update", m{"channel": sales, "ts": whisper["message_ts"], "text": "x"})
	b.wantError("user_not_in_channel", "chat.postEphemeral", m{"channel": sales, "user": "U0NOBODY", "text": "x"})
	if got := texts(b.As(alice).Ephemerals()); len(got) != 1 || len(b.As(bob).Ephemerals()) != 0 {
		t.Error(got)
	}
}

func TestMetadataIsReadBackOnRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	meta := m{"event_type": "renewal", "event_payload": m{"id": "req_7"}}
	for _, bad := range []any{m{"event_type": "a b", "event_payload": m{}}, m{"event_type": "a"}, "[]"} {
		b.wantError("invalid_metadata_format", "chat.postMessage", m{"channel": sales, "text": "x", "metadata": bad})
	}
	ts := b.must("chat.postMessage", m{"channel": sales, "text": "x", "metadata": meta})["ts"]
	read := func(args m) any {
		args["channel"], args["ts"] = sales, ts
		return b.must("conversations.replies", args)["messages"].([]any)[0].(m)["metadata"]
	}
	if got := read(m{}); got != nil {
		t.Error("metadata came unasked:", got)
	}
	if diff := cmp.Diff(any(meta), read(m{"include_all_metadata": "true"})); diff != "" {
		t.Error("(-want +got):", diff)
	}
}

func TestHistoryPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var stamps []string
	for range 5 {
		stamps = append(stamps, b.must("chat.postMessage", m{"channel": sales, "text": "x"})["ts"].(string))
	}
	first := b.must("conversations.history", m{"channel": sales, "limit": "3"})
	if got := first["messages"].([]any); len(got) != 3 || got[0].(m)["ts"] != stamps[4] || first["has_more"] != true {
		t.Error(first)
	}
	cursor := first["response_metadata"].(m)["next_cursor"]
	second := b.must("conversations.history", m{"channel": sales, "limit": "3", "cursor": cursor})
	if got := second["messages"].([]any); len(got) != 2 || got[1].(m)["ts"] != stamps[0] {
		t.Error(second)
	}
	newer := b.must("conversations.history", m{"channel": sales, "oldest": stamps[2]})
	if got := newer["messages"].([]any); len(got) != 2 {
		t.Error(newer)
	}
}

func TestPeopleAndGroups(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.AddUser(slacksim.User{ID: "U0OUT", Name: "out", Stranger: true})
	b.AddUser(slacksim.User{ID: "U0GUEST", Name: "guest", UltraRestricted: true})
	group := b.AddUserGroup(slacksim.UserGroup{Handle: "approvers", Members: []string{bob}})
	guest := b.must("users.info", m{"user": "U0GUEST"})["user"].(m)
	if guest["is_ultra_restricted"] != true || guest["is_restricted"] != true {
		t.Error(guest)
	}
	b.wantError("user_not_visible", "users.info", m{"user": "U0OUT"})
	b.AddChannel(slacksim.Channel{ID: "C0EXT", Name: "ext", ExtShared: true, Members: []string{"U0OUT", b.BotUserID()}})
	if out := b.must("users.info", m{"user": "U0OUT"})["user"].(m); out["is_stranger"] != true || out["team_id"] == b.TeamID() {
		t.Error(out)
	}
	b.wantError("no_such_subteam", "usergroups.users.list", m{"usergroup": "S0NONE"})
	b.SetGroupMembers(group, alice, bob)
	if got := b.must("usergroups.users.list", m{"usergroup": group})["users"]; cmp.Diff([]any{alice, bob}, got) != "" {
		t.Error(got)
	}
	b.SetUserGroupsUnavailable(true)
	b.wantError("plan_upgrade_required", "usergroups.list", nil)
	info := b.must("conversations.info", m{"channel": "C0EXT"})["channel"].(m)
	if info["is_ext_shared"] != true || info["is_member"] != true {
		t.Error(info)
	}
	if got := b.must("conversations.members", m{"channel": sales})["members"]; len(got.([]any)) != 3 {
		t.Error(got)
	}
	b.wantError("user_not_found", "conversations.open", m{"users": "U0NOBODY"})
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	b := setup(t, slacksim.WithRateLimits())
	post := url.Values{"channel": {sales}, "text": {"x"}}.Encode()
	b.must("chat.postMessage", m{"channel": sales, "text": "x"})
	status, header, body := b.request("chat.postMessage", formType, b.BotToken(), post)
	if status != http.StatusTooManyRequests || header.Get("Retry-After") != "1" || !strings.Contains(body, "ratelimited") {
		t.Error(status, header, body)
	}
	b.clock.Advance(time.Second)
	b.must("chat.postMessage", m{"channel": sales, "text": "x"})
	for range 20 {
		b.must("usergroups.list", nil)
	}
	if status, _, _ := b.request("usergroups.list", formType, b.BotToken(), ""); status != http.StatusTooManyRequests {
		t.Error("the 21st call of a tier 2 method passed:", status)
	}
}

func TestPermalink(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ts := b.must("chat.postMessage", m{"channel": sales, "text": "x"})["ts"].(string)
	got := b.must("chat.getPermalink", m{"channel": sales, "message_ts": ts})["permalink"]
	if want := "https://acme.slack.com/archives/C0SALES/p" + strings.Replace(ts, ".", "", 1); got != want {
		t.Errorf("got %v, want %s", got, want)
	}
	b.wantError("message_not_found", "chat.getPermalink", m{"channel": sales, "message_ts": "1.0"})
}
