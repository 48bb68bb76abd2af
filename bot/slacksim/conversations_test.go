package slacksim_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/slacksim"
)

// allowing is the manifest with more scopes and events.
func allowing(scopes, events string) string {
	out := strings.Replace(manifest, "im:write]", "im:write, "+scopes+"]", 1)
	if events != "" {
		out = strings.Replace(out, "subteam_members_changed]", "subteam_members_changed, "+events+"]", 1)
	}
	return out
}

func names(answer m) []string {
	var out []string
	for _, c := range answer["channels"].([]any) {
		out = append(out, c.(m)["name"].(string))
	}
	return out
}

func TestListsShowWhatTheBotMaySee(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.AddChannel(slacksim.Channel{ID: "C0PUB", Name: "pub"})
	b.AddChannel(slacksim.Channel{ID: "C0IN", Name: "in", Private: true, Members: []string{b.BotUserID(), alice}})
	b.AddChannel(slacksim.Channel{ID: "C0OUT", Name: "out", Private: true, Members: []string{alice}})
	b.Archive("C0PUB", true)
	for _, tt := range []struct {
		name, method string
		args         m
		want         []string
	}{
		{"public is the usual", "conversations.list", m{}, []string{"sales", "pub"}},
		{"without archived", "conversations.list", m{"exclude_archived": "true"}, []string{"sales"}},
		{"private too", "conversations.list", m{"types": "public_channel, private_channel"}, []string{"sales", "pub", "in"}},
		{"the bot's own", "users.conversations", m{"types": "public_channel,private_channel"}, []string{"sales", "in"}},
		{"a person's", "users.conversations", m{"types": "public_channel,private_channel", "user": alice}, []string{"sales", "in"}},
	} {
		if diff := cmp.Diff(tt.want, names(b.must(tt.method, tt.args))); diff != "" {
			t.Errorf("%s (-want +got): %s", tt.name, diff)
		}
	}
	if out := b.wantError("missing_scope", "conversations.list", m{"types": "im"}); out["needed"] != "im:read" {
		t.Error(out)
	}
	b.wantError("invalid_types", "conversations.list", m{"types": "dm"})
	b.wantError("invalid_cursor", "conversations.list", m{"cursor": "x"})
	b.wantError("channel_not_found", "conversations.info", m{"channel": "C0OUT"})
}

func TestOpeningADirectMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.AddUser(slacksim.User{ID: "U0GONE", Deleted: true})
	b.AddUser(slacksim.User{ID: "U0OUT", Stranger: true})
	for user, code := range map[string]string{"U0GONE": "user_disabled", "U0OUT": "user_not_visible", "USLACKBOT": "cannot_dm_bot"} {
		b.wantError(code, "conversations.open", m{"users": user})
	}
	b.wantError("users_list_not_supplied", "conversations.open", nil)
	if out := b.wantError("missing_scope", "conversations.open", m{"users": alice + "," + bob}); out["needed"] != "mpim:write" {
		t.Error(out)
	}
	dm := b.must("conversations.open", m{"users": alice})["channel"].(m)["id"]
	again := b.must("conversations.open", m{"users": alice, "return_im": "true"})["channel"].(m)
	if again["id"] != dm || again["user"] != alice {
		t.Error(again)
	}
	b.must("chat.postMessage", m{"channel": dm, "text": "hello"})
	p := b.As(alice)
	if got, err := p.WaitDM(b.ctx(), "hello"); err != nil || len(p.DirectMessages()) != 1 {
		t.Error(got, err)
	}
	b.connect(acking)
	if _, err := p.Command(b.ctx(), p.DM(), "/go"); err != nil {
		t.Fatal(err)
	}
	if got := b.lastPayload("slash_commands")["channel_name"]; got != "directmessage" {
		t.Error(got)
	}
}

func TestMoreScopesAllowMore(t *testing.T) {
	t.Parallel()
	b := setupWith(t, allowing("channels:join, reactions:write, chat:write.public, users:read.email", ""))
	b.AddUser(slacksim.User{ID: "U0CAROL", Name: "carol", Email: "carol@acme.example"})
	b.AddChannel(slacksim.Channel{ID: "C0PUB", Name: "pub"})
	b.AddChannel(slacksim.Channel{ID: "C0PRIV", Name: "priv", Private: true, Members: []string{b.BotUserID()}})
	ts := b.must("chat.postMessage", m{"channel": "C0PUB", "text": "x"})["ts"]
	b.must("reactions.add", m{"channel": "C0PUB", "timestamp": ts, "name": "eyes"})
	b.wantError("message_not_found", "reactions.add", m{"channel": "C0PUB", "timestamp": "1.1", "name": "eyes"})
	b.must("conversations.join", m{"channel": "C0PUB"})
	b.wantError("method_not_supported_for_channel_type", "conversations.join", m{"channel": "C0PRIV"})
	if got := b.must("users.lookupByEmail", m{"email": "Carol@acme.example"})["user"].(m)["id"]; got != "U0CAROL" {
		t.Error(got)
	}
	if got := b.must("users.list", m{"limit": "2"}); len(got["members"].([]any)) != 2 || got["response_metadata"].(m)["next_cursor"] == "" {
		t.Error(got)
	}
	b.Archive("C0PUB", true)
	b.wantError("is_archived", "conversations.join", m{"channel": "C0PUB"})
	b.wantError("is_inactive", "chat.update", m{"channel": "C0PUB", "ts": ts, "text": "y"})
}

func TestUserGroupList(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.AddUserGroup(slacksim.UserGroup{ID: "S0A", Handle: "a", Members: []string{bob}})
	b.AddUserGroup(slacksim.UserGroup{ID: "S0B", Handle: "b", Disabled: true})
	groups := b.must("usergroups.list", m{"include_users": "true", "include_count": "true"})["usergroups"].([]any)
	if len(groups) != 1 || groups[0].(m)["user_count"] != 1.0 || cmp.Diff([]any{bob}, groups[0].(m)["users"]) != "" {
		t.Error(groups)
	}
	if all := b.must("usergroups.list", m{"include_disabled": "true"})["usergroups"].([]any); len(all) != 2 {
		t.Error(all)
	}
}

func TestChannelEvents(t *testing.T) {
	t.Parallel()
	b := setupWith(t, allowing("channels:manage", "member_joined_channel, member_left_channel, channel_left, channel_archive, user_change, app_uninstalled, tokens_revoked"))
	got := make(chan m, 10)
	b.connect(func(a *app, f frame) {
		a.ack(f, nil)
		got <- f.Payload
	})
	b.AddUser(slacksim.User{ID: "U0CAROL", Name: "carol"})
	b.Share(sales, true)
	for _, step := range []struct {
		event string
		do    func()
	}{
		{"member_joined_channel", func() { b.Invite(sales, "U0CAROL") }},
		{"member_left_channel", func() { b.Kick(sales, "U0CAROL") }},
		{"user_change", func() { b.ChangeUser("U0CAROL", func(u *slacksim.User) { u.Deleted = true }) }},
		{"channel_archive", func() { b.Archive(sales, true) }},
		{"channel_left", func() { b.KickBot(sales) }},
		{"app_uninstalled", func() { b.Uninstall() }},
	} {
		step.do()
		payload := <-got
		if event := payload["event"].(m); event["type"] != step.event {
			t.Errorf("got %v, want %s", event, step.event)
		} else if event["channel"] == sales && payload["is_ext_shared_channel"] != true {
			t.Error("the event does not say that its channel is shared:", payload)
		}
	}
	b.wantError("token_revoked", "auth.test", nil)
}

func TestEnterpriseGrid(t *testing.T) {
	t.Parallel()
	b := setup(t, slacksim.WithEnterprise("E0ACME", "Acme Group"), slacksim.WithTeam("T0GRID", "grid", "Grid"), slacksim.WithTokens("xoxb-1-2-x", "xapp-1-A-2-x"))
	b.connect(acking)
	b.AddUser(slacksim.User{ID: "W0DAVE", Name: "dave", TeamID: "E0ACME", EnterpriseUserID: "W0DAVE"})
	b.Invite(sales, "W0DAVE")
	if _, err := b.As("W0DAVE").Command(b.ctx(), sales, "/go"); err != nil {
		t.Fatal(err)
	}
	if got := b.lastPayload("slash_commands"); got["enterprise_id"] != "E0ACME" || got["team_id"] != "T0GRID" {
		t.Error(got)
	}
	if _, err := b.As("W0DAVE").Shortcut(b.ctx(), "start"); err != nil {
		t.Fatal(err)
	}
	if got := b.lastPayload("shortcut"); got["user"].(m)["team_id"] != "E0ACME" || got["enterprise"].(m)["id"] != "E0ACME" {
		t.Error(got)
	}
	if got := b.must("users.info", m{"user": "W0DAVE"})["user"].(m)["enterprise_user"].(m)["enterprise_id"]; got != "E0ACME" {
		t.Error(got)
	}
	if got := b.must("auth.test", nil)["enterprise_id"]; got != "E0ACME" {
		t.Error(got)
	}
}
