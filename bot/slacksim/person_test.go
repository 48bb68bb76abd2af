package slacksim_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/slacksim"
)

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(acking)
	for _, u := range []slacksim.User{
		{ID: "U0GUEST", Name: "guest", Restricted: true}, {ID: "U0OUT", Name: "out", Stranger: true},
		{ID: "U0GONE", Name: "gone", Deleted: true}, {ID: "U0BOTTY", Name: "botty", Bot: true},
	} {
		b.AddUser(u)
		b.Invite(sales, u.ID)
	}
	b.AddUser(slacksim.User{ID: "U0ELSE", Name: "else"})
	ref := slacksim.Ref{Channel: sales, TS: b.must("chat.postMessage", m{"channel": sales, "text": "x", "blocks": []any{section(button(nil))}})["ts"].(string)}
	for _, tt := range []struct {
		user           string
		command, press bool
	}{
		{alice, true, true},
		{"U0GUEST", true, true},
		{"U0OUT", false, true}, // Slack Connect: buttons, but no commands
		{"U0GONE", false, false},
		{"U0BOTTY", false, false},
		{"U0ELSE", false, false}, // not in the channel
		{"U0NOBODY", false, false},
	} {
		var refusal *slacksim.Refusal
		_, err := b.As(tt.user).Command(b.ctx(), sales, "/go")
		if (err == nil) != tt.command || err != nil && !errors.As(err, &refusal) {
			t.Errorf("%s types a command: %v", tt.user, err)
		}
		_, err = b.As(tt.user).Press(b.ctx(), ref, "go")
		if (err == nil) != tt.press || err != nil && !errors.As(err, &refusal) {
			t.Errorf("%s presses: %v", tt.user, err)
		}
	}
	if payload := b.lastPayload("block_actions"); payload["user"].(m)["team_id"] == b.TeamID() {
		t.Error("a stranger clicks with this workspace's team id")
	}
	if _, err := b.As(alice).Command(b.ctx(), sales, "/other"); err == nil {
		t.Error("a command that the manifest lacks exists")
	}
	if _, err := b.As(alice).Shortcut(b.ctx(), "other"); err == nil {
		t.Error("a shortcut that the manifest lacks exists")
	}
	if res, err := b.As(alice).Shortcut(b.ctx(), "start"); err != nil || !res.Sent {
		t.Error(res, err)
	}
	if len(b.As("U0ELSE").Messages(sales)) != 0 {
		t.Error("a person sees a channel they are not in")
	}
}

func TestWhatTheManifestDoesNotDeclareDoesNotExist(t *testing.T) {
	t.Parallel()
	bare := strings.NewReplacer("home_tab_enabled: true, messages_tab_enabled: true", "home_tab_enabled: false",
		"interactivity: {is_enabled: true}", "interactivity: {is_enabled: false}",
		"app_home_opened, subteam_members_changed", "tokens_revoked").Replace(manifest)
	shortcuts := bare[strings.Index(bare, "  shortcuts:"):strings.Index(bare, "oauth_config")]
	b := setupWith(t, strings.Replace(bare, shortcuts, "", 1))
	b.connect(acking)
	b.wantError("not_enabled", "views.publish", m{"user_id": alice, "view": m{"type": "home", "blocks": []any{}}})
	b.wantError("messages_tab_disabled", "chat.postMessage", m{"channel": alice, "text": "x"})
	if _, err := b.As(alice).OpenHome(b.ctx()); err == nil {
		t.Error("Home opened")
	}
	ts := b.must("chat.postMessage", m{"channel": sales, "text": "x", "blocks": []any{section(button(nil))}})["ts"].(string)
	if _, err := b.As(alice).Press(b.ctx(), slacksim.Ref{Channel: sales, TS: ts}, "go"); err == nil {
		t.Error("a button worked without interactivity")
	}
	if b.Emit("app_home_opened", m{}) {
		t.Error("an event was sent that the manifest does not subscribe to")
	}
}

func TestConfirmDialog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(acking)
	confirm := m{"title": text("Really?"), "text": mrkdwn("480 EUR"), "confirm": text("Place order"), "deny": text("Back")}
	ts := b.must("chat.postMessage", m{"channel": sales, "text": "x", "blocks": []any{section(button(m{"confirm": confirm, "value": "req_7"}))}})["ts"].(string)
	ref := slacksim.Ref{Channel: sales, TS: ts}
	res, err := b.As(bob).Press(b.ctx(), ref, "Go", slacksim.Decline())
	if err != nil || res.Sent {
		t.Fatal(res, err)
	}
	want := &slacksim.Confirm{Title: "Really?", Text: "480 EUR", Confirm: "Place order", Deny: "Back"}
	if diff := cmp.Diff(want, res.Confirm); diff != "" {
		t.Error("(-want +got):", diff)
	}
	if res, err = b.As(bob).Press(b.ctx(), ref, "Go"); err != nil || !res.Sent {
		t.Fatal(res, err)
	}
	if action := b.lastPayload("block_actions")["actions"].([]any)[0].(m); action["value"] != "req_7" || action["action_id"] != "go" {
		t.Error(action)
	}
}

func TestCommandTextIsEscaped(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(acking)
	if _, err := b.As(alice).Command(b.ctx(), sales, "/go R&D <@U0BOB> &lt; "); err != nil {
		t.Fatal(err)
	}
	if got := b.lastPayload("slash_commands")["text"]; got != "R&amp;D &lt;@U0BOB&gt; &amp;lt;" {
		t.Errorf("the text is %q", got)
	}
}

func TestForcedActionsReachTheApp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(acking)
	b.AddUser(slacksim.User{ID: "U0OUT", Name: "out", Stranger: true})
	v := b.open(note("A"))
	if _, err := b.As(alice).CloseView(b.ctx(), true); err != nil {
		t.Fatal(err)
	}
	out := b.As("U0OUT").Force()
	if res, err := out.Command(b.ctx(), sales, "/go"); err != nil || res.Failure != "" {
		t.Error(res, err)
	}
	values := map[string]map[string]map[string]any{"b_note": {"a_b_note": {"type": "plain_text_input", "value": "forged"}}}
	if res, err := out.Submit(b.ctx(), v["id"].(string), values); err != nil || !res.Sent {
		t.Error(res, err)
	}
	got := b.lastPayload("view_submission")["view"].(m)["state"].(m)["values"].(m)["b_note"].(m)["a_b_note"].(m)["value"]
	if got != "forged" {
		t.Error(got)
	}
	click := slacksim.Click{Ref: slacksim.Ref{Channel: sales, TS: "1795000000.000100"}, BlockID: "b", ActionID: "approve", Value: "req_9"}
	if res, err := out.Press(b.ctx(), click); err != nil || !res.Sent {
		t.Error(res, err)
	}
	payload := b.lastPayload("block_actions")
	if payload["user"].(m)["id"] != "U0OUT" || payload["actions"].([]any)[0].(m)["value"] != "req_9" {
		t.Error(payload)
	}
}

func TestSearchRules(t *testing.T) {
	t.Parallel()
	b := setup(t)
	answer := make(chan any, 1)
	b.connect(func(a *app, f frame) {
		if f.Payload["type"] == "block_suggestion" {
			a.ack(f, <-answer)
			return
		}
		a.ack(f, nil)
	})
	b.open(modal("A", input("b_1", "Usual", m{"type": "external_select"}), input("b_2", "Eager", m{"type": "external_select", "min_query_length": 0})))
	p := b.As(alice)
	if _, err := p.Search(b.ctx(), "Usual", "ab"); err == nil {
		t.Error("the menu asked before three characters")
	}
	answer <- m{"options": []any{opt("Acme", "c1")}}
	if got, err := p.Search(b.ctx(), "Eager", ""); err != nil || len(got) != 1 {
		t.Error(got, err)
	}
	answer <- m{}
	if _, err := p.Search(b.ctx(), "Eager", "x"); err == nil {
		t.Error("{} was taken for an answer")
	}
	if _, err := p.Choose(b.ctx(), "Eager", "Acme"); err == nil {
		t.Error("an option of an older search could be chosen")
	}
	answer <- m{"options": options(101)}
	if _, err := p.Search(b.ctx(), "Eager", "x"); err == nil {
		t.Error("101 options were taken")
	}
}

func TestClientSideChecks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.open(modal("A",
		input("b_n", "Number", m{"type": "number_input", "is_decimal_allowed": false, "min_value": "1", "max_value": "500"}),
		input("b_t", "Text", m{"type": "plain_text_input", "max_length": 5, "min_length": 2})))
	p := b.As(alice)
	for _, tt := range []struct {
		field, text string
		ok          bool
	}{
		{"Number", "abc", false},
		{"Number", "1.5", false},
		{"Number", "1e9", false},
		{"Number", "-1", true},
		{"Text", "123456", false},
		{"Text", "a\nb", false},
		{"Text", "1", true},
	} {
		if _, err := p.Type(b.ctx(), tt.field, tt.text); (err == nil) != tt.ok {
			t.Errorf("%s %q: %v", tt.field, tt.text, err)
		}
	}
	res, err := p.Submit(b.ctx())
	if err == nil || res.Sent || len(res.Errors) != 2 {
		t.Error(res, err)
	}
	v, _ := p.View()
	if f, _ := v.Field("Number"); !strings.Contains(f.Error, "at least 1") {
		t.Error(f)
	}
}

func TestConversationMenuShowsWhatThePersonSees(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.AddChannel(slacksim.Channel{ID: "C0SECRET", Name: "secret", Private: true, Members: []string{bob}})
	b.open(modal("A", input("b_ch", "Channel", m{"type": "conversations_select", "default_to_current_conversation": true, "response_url_enabled": true})))
	p := b.As(alice)
	v, _ := p.View()
	if f, _ := v.Field("Channel"); f.Value != sales {
		t.Error("the current conversation is not preselected:", f)
	}
	if _, err := p.Choose(b.ctx(), "Channel", "secret"); err == nil {
		t.Error("alice chose a private channel she is not in")
	}
	if _, err := p.Choose(b.ctx(), "Channel", "#sales"); err != nil {
		t.Error(err)
	}
	if _, err := p.Submit(b.ctx()); err != nil {
		t.Fatal(err)
	}
	urls := b.lastPayload("view_submission")["response_urls"].([]any)
	if len(urls) != 1 || urls[0].(m)["channel_id"] != sales {
		t.Error(urls)
	}
}
