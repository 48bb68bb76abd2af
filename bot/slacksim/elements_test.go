package slacksim_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/slacksim"
)

func TestPickingInAMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(acking)
	blocks := []any{
		m{"type": "actions", "block_id": "b_act", "elements": []any{
			m{"type": "static_select", "action_id": "plan", "placeholder": text("Plan"), "options": []any{opt("One", "1"), opt("Two", "2")}},
			m{"type": "overflow", "action_id": "more", "options": []any{opt("Details", "d"), opt("History", "h")}},
			m{"type": "datepicker", "action_id": "day"},
			button(m{"confirm": m{"title": text("Sure?"), "text": text("x"), "confirm": text("Yes"), "deny": text("No")}}),
		}},
	}
	ts := b.must("chat.postMessage", m{"channel": sales, "text": "x", "blocks": blocks})["ts"].(string)
	ref, p := slacksim.Ref{Channel: sales, TS: ts}, b.As(alice)
	for field, tt := range map[string]struct{ choice, key, want string }{
		"plan": {"Two", "selected_option", `"value":"2"`},
		"more": {"History", "selected_option", `"value":"h"`},
		"day":  {"2026-12-31", "selected_date", "2026-12-31"},
	} {
		if res, err := p.Pick(b.ctx(), ref, field, tt.choice); err != nil || !res.Sent {
			t.Fatal(field, res, err)
		}
		action := b.lastPayload("block_actions")["actions"].([]any)[0].(m)
		if got := string(raw(t, action[tt.key])); action["action_id"] != field || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %v", field, action)
		}
	}
	values := b.lastPayload("block_actions")["state"].(m)["values"].(m)["b_act"].(m)
	if len(values) != 2 { // the select and the date; an overflow menu keeps nothing
		t.Error(values)
	}
	for field, choice := range map[string]string{"plan": "Three", "day": "tomorrow", "none": "x"} {
		if _, err := p.Pick(b.ctx(), ref, field, choice); err == nil {
			t.Errorf("%s: %q could be picked", field, choice)
		}
	}
	asked := ""
	res, err := p.Press(b.ctx(), ref, "go", slacksim.Asked(func(c slacksim.Confirm) bool { asked = c.Title; return false }))
	if err != nil || res.Sent || asked != "Sure?" {
		t.Error(res, err, asked)
	}
	if got, _ := b.Message(ref); cmp.Diff([]string{"Go"}, got.Buttons()) != "" {
		t.Error(got.Buttons())
	}
}

func TestEveryKindOfFieldInAForm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.AddUser(slacksim.User{ID: "U0GONE", Name: "gone", Deleted: true})
	two := []any{opt("One", "1"), opt("Two", "2")}
	b.open(modal("All",
		input("b_radio", "Radio", m{"type": "radio_buttons", "options": two}),
		input("b_boxes", "Boxes", m{"type": "checkboxes", "options": two}),
		input("b_many", "Many", m{"type": "multi_static_select", "options": two, "max_selected_items": 1}),
		input("b_user", "User", m{"type": "users_select"}),
		input("b_users", "Users", m{"type": "multi_users_select"}),
		input("b_date", "Date", m{"type": "datepicker"}),
		input("b_time", "Time", m{"type": "timepicker"}),
		input("b_mail", "Mail", m{"type": "email_text_input"}),
		input("b_link", "Link", m{"type": "url_text_input"}),
		input("b_group", "Group", m{"type": "static_select", "option_groups": []any{m{"label": text("G"), "options": two}}})))
	p := b.As(alice)
	for _, tt := range []struct {
		field   string
		choices []string
		ok      bool
	}{
		{"Radio", []string{"One"}, true},
		{"Radio", []string{"One", "Two"}, false},
		{"Boxes", []string{"One", "2"}, true},
		{"Many", []string{"1", "2"}, false},
		{"Many", []string{"2"}, true},
		{"User", []string{"bob"}, true},
		{"User", []string{"gone"}, false},
		{"Users", []string{alice, bob}, true},
		{"Date", []string{"2026-02-30"}, false},
		{"Date", []string{"2026-02-28"}, true},
		{"Time", []string{"24:00"}, false},
		{"Time", []string{"14:30"}, true},
		{"Group", []string{"Two"}, true},
		{"Mail", []string{"x"}, false},
	} {
		if _, err := p.Choose(b.ctx(), tt.field, tt.choices...); (err == nil) != tt.ok {
			t.Errorf("%s %q: %v", tt.field, tt.choices, err)
		}
	}
	for field, s := range map[string]string{"Mail": "nobody", "Link": "example"} {
		if _, err := p.Type(b.ctx(), field, s); err != nil {
			t.Fatal(err)
		}
	}
	if res, err := p.Submit(b.ctx()); err == nil || len(res.Errors) != 2 {
		t.Error(res, err)
	}
	for field, s := range map[string]string{"Mail": "a@b.example", "Link": "https://b.example"} {
		if _, err := p.Type(b.ctx(), field, s); err != nil {
			t.Fatal(err)
		}
	}
	if res, err := p.Submit(b.ctx()); err != nil || !res.Closed {
		t.Fatal(res, err)
	}
	values := b.lastPayload("view_submission")["view"].(m)["state"].(m)["values"].(m)
	got := string(raw(t, m{"boxes": values["b_boxes"], "users": values["b_users"], "time": values["b_time"]}))
	for _, want := range []string{`"selected_options":[{`, `"selected_users":["U0ALICE","U0BOB"]`, `"selected_time":"14:30"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
}

func TestMessageShortcut(t *testing.T) {
	t.Parallel()
	b := setupWith(t, strings.Replace(manifest, "type: global, callback_id: start", "type: message, callback_id: start", 1))
	b.connect(acking)
	said := b.Say(sales, bob, "please renew", "")
	if res, err := b.As(alice).MessageShortcut(b.ctx(), said.Ref(), "start"); err != nil || !res.Sent {
		t.Fatal(res, err)
	}
	payload := b.lastPayload("message_action")
	if payload["message"].(m)["text"] != "please renew" || payload["response_url"] == nil {
		t.Error(payload)
	}
	b.DeleteMessage(said.Ref())
	if _, err := b.As(alice).MessageShortcut(b.ctx(), said.Ref(), "start"); err == nil {
		t.Error("a deleted message still has shortcuts")
	}
}

func TestForcedSearchAndRawPayload(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(func(a *app, f frame) {
		if f.Accepts && f.Type == "interactive" {
			a.ack(f, m{"options": []any{opt(f.Payload["value"].(string), "v")}})
			return
		}
		a.ack(f, nil)
	})
	v := b.open(note("A"))
	found, err := b.As(bob).Force().Search(b.ctx(), v["id"].(string), "b_gone", "a_gone", "x")
	if err != nil || len(found) != 1 || found[0].Text != "x" {
		t.Error(found, err)
	}
	f := b.As(bob).Force()
	payload := f.Interaction("something_new")
	payload["value"] = "y"
	answer, err := f.Send(b.ctx(), "interactive", "something_new", true, payload)
	if err != nil || !strings.Contains(string(answer), `"y"`) {
		t.Error(string(answer), err)
	}
}
