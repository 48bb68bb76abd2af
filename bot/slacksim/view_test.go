package slacksim_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/slacksim"
)

// trigger runs a command and returns its trigger id.
func (b *bench) trigger() string {
	b.t.Helper()
	if len(b.Connections()) == 0 {
		b.connect(acking)
	}
	if _, err := b.As(alice).Command(b.ctx(), sales, "/go"); err != nil {
		b.t.Fatal(err)
	}
	return b.lastPayload("slash_commands")["trigger_id"].(string)
}

// lastPayload is the payload of the last envelope with the name.
func (b *bench) lastPayload(name string) m {
	b.t.Helper()
	journal := b.Journal()
	for i := len(journal) - 1; i >= 0; i-- {
		if e := journal[i]; e.Kind == slacksim.EntryEnvelope && e.Name == name {
			return decodeFrame(b.t, e.Body).Payload
		}
	}
	b.t.Fatalf("no %s was sent", name)
	return nil
}

func note(title string) m {
	return modal(title, input("b_note", "Note", m{"type": "plain_text_input"}))
}

// open opens a view for alice and returns it.
func (b *bench) open(view m) m {
	b.t.Helper()
	return b.must("views.open", m{"trigger_id": b.trigger(), "view": view})["view"].(m)
}

func TestTriggers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.trigger()
	b.must("views.open", m{"trigger_id": id, "view": note("A")})
	b.wantError("exchanged_trigger_id", "views.open", m{"trigger_id": id, "view": note("A")})
	id = b.trigger()
	b.clock.Advance(3*time.Second + time.Millisecond)
	b.wantError("expired_trigger_id", "views.open", m{"trigger_id": id, "view": note("A")})
	b.wantError("invalid_trigger_id", "views.open", m{"trigger_id": "1.2.abc", "view": note("A")})
	b.SetTriggerErrors(slacksim.TriggerErrorsProse)
	b.wantError("trigger_expired", "views.open", m{"trigger_id": id, "view": note("A")})
	b.SetTriggerErrors(slacksim.TriggerErrorsArguments)
	out := b.wantError("invalid_arguments", "views.open", m{"trigger_id": id, "view": note("A")})
	want := []any{"`trigger_id` expired [json-pointer:/trigger_id]"}
	if diff := cmp.Diff(any(want), out["response_metadata"].(m)["messages"]); diff != "" {
		t.Error("(-want +got):", diff)
	}
}

func TestViewAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	bad := modal("A", m{"type": "section", "text": text("")})
	out := b.wantError("invalid_arguments", "views.open", m{"trigger_id": b.trigger(), "view": bad})
	want := []any{"[ERROR] must be more than 0 characters [json-pointer:/view/blocks/0/text/text]"}
	if diff := cmp.Diff(any(want), out["response_metadata"].(m)["messages"]); diff != "" {
		t.Error("(-want +got):", diff)
	}
	v := b.open(note("A"))
	for _, key := range []string{"id", "hash", "root_view_id", "bot_id", "app_id", "team_id", "state", "callback_id"} {
		if v[key] == nil {
			t.Error("the answer has no", key)
		}
	}
	b.SetEmptyStateAsArray(true)
	v = b.must("views.publish", m{"user_id": alice, "view": m{"type": "home", "blocks": []any{}}})["view"].(m)
	if _, isArray := v["state"].(m)["values"].([]any); !isArray {
		t.Error("values is not an array:", v["state"])
	}
}

func TestHashAndExternalID(t *testing.T) {
	t.Parallel()
	b := setup(t)
	named := note("A")
	named["external_id"] = "x"
	v := b.open(named)
	id, hash := v["id"], v["hash"]
	b.wantError("duplicate_external_id", "views.open", m{"trigger_id": b.trigger(), "view": named})
	b.wantError("invalid_arguments", "views.update", m{"view_id": id, "external_id": "x", "view": note("B")})
	b.wantError("hash_conflict", "views.update", m{"view_id": id, "hash": "", "view": named})
	next := b.must("views.update", m{"external_id": "x", "hash": hash, "view": named})["view"].(m)["hash"]
	if next == hash {
		t.Error("the hash stayed the same")
	}
	b.wantError("hash_conflict", "views.update", m{"view_id": id, "hash": hash, "view": named})
	b.must("views.update", m{"view_id": id, "hash": next, "view": named})
	if _, err := b.As(alice).CloseView(b.ctx(), false); err != nil {
		t.Fatal(err)
	}
	b.wantError("not_found", "views.update", m{"view_id": id, "view": named})
	b.open(named) // the external id is free again
}

func TestStackOfThree(t *testing.T) {
	t.Parallel()
	b := setup(t)
	withButton := func(title string) m {
		v := modal(title, section(button(nil)))
		v["notify_on_close"] = true
		return v
	}
	b.wantError("not_found", "views.push", m{"trigger_id": b.trigger(), "view": note("A")})
	root := b.open(withButton("1"))
	p := b.As(alice)
	push := func(title string) string {
		if _, err := p.PressInView(b.ctx(), "go"); err != nil {
			t.Fatal(err)
		}
		return b.lastPayload("block_actions")["trigger_id"].(string)
	}
	second := b.must("views.push", m{"trigger_id": push("2"), "view": withButton("2")})["view"].(m)
	if second["root_view_id"] != root["id"] || second["previous_view_id"] != root["id"] {
		t.Error(second)
	}
	b.must("views.push", m{"trigger_id": push("3"), "view": withButton("3")})
	b.wantError("push_limit_reached", "views.push", m{"trigger_id": push("4"), "view": withButton("4")})
	if got := len(p.Views()); got != 3 {
		t.Fatal(got, "views")
	}
	if _, err := p.CloseView(b.ctx(), false); err != nil {
		t.Fatal(err)
	}
	if closed := b.lastPayload("view_closed"); closed["is_cleared"] != false || closed["view"].(m)["title"].(m)["text"] != "3" {
		t.Error(closed)
	}
	if _, err := p.CloseView(b.ctx(), true); err != nil {
		t.Fatal(err)
	}
	if closed := b.lastPayload("view_closed"); closed["is_cleared"] != true || closed["view"].(m)["id"] != root["id"] {
		t.Error(closed)
	}
	if len(p.Views()) != 0 {
		t.Error("the stack is still open")
	}
}

func TestInputIsKeptByBlockAndActionID(t *testing.T) {
	t.Parallel()
	b := setup(t)
	v := b.open(modal("A", input("b_1", "One", m{"type": "plain_text_input"}), input("b_2", "Two", m{"type": "plain_text_input"})))
	p := b.As(alice)
	for _, label := range []string{"One", "Two"} {
		if _, err := p.Type(b.ctx(), label, "typed"); err != nil {
			t.Fatal(err)
		}
	}
	b.must("views.update", m{"view_id": v["id"], "view": modal("A",
		input("b_1", "One", m{"type": "plain_text_input", "initial_value": "preset"}),
		input("b_2x", "Two", m{"type": "plain_text_input", "initial_value": "preset"}))})
	now, _ := p.View()
	one, _ := now.Field("One")
	two, _ := now.Field("Two")
	if one.Value != "typed" || two.Value != "preset" {
		t.Errorf("one %q, two %q", one.Value, two.Value)
	}
}

func TestSubmissionAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		answer  any
		titles  []string // of the stack afterwards
		errors  map[string]string
		failure string
	}{
		{"empty closes", nil, nil, nil, ""},
		{"empty object closes", m{}, nil, nil, ""},
		{"clear", m{"response_action": "clear"}, nil, nil, ""},
		{"update", m{"response_action": "update", "view": note("B")}, []string{"B"}, nil, ""},
		{"push", m{"response_action": "push", "view": note("B")}, []string{"A", "B"}, nil, ""},
		{"errors", m{"response_action": "errors", "errors": m{"b_note": "No"}}, []string{"A"}, map[string]string{"b_note": "No"}, ""},
		{"error for no input", m{"response_action": "errors", "errors": m{"b_x": "No"}}, []string{"A"}, nil, slacksim.FailureResponse},
		{"no errors", m{"response_action": "errors"}, []string{"A"}, nil, slacksim.FailureResponse},
		{"unknown", m{"response_action": "close"}, []string{"A"}, nil, slacksim.FailureResponse},
		{"invalid view", m{"response_action": "update", "view": m{"type": "modal"}}, []string{"A"}, nil, slacksim.FailureResponse},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.connect(func(a *app, f frame) {
				if f.Payload["type"] == "view_submission" {
					a.ack(f, tt.answer)
					return
				}
				a.ack(f, nil)
			})
			b.open(note("A"))
			p := b.As(alice)
			if _, err := p.Type(b.ctx(), "Note", "x"); err != nil {
				t.Fatal(err)
			}
			res, err := p.Submit(b.ctx())
			if err != nil || res.Failure != tt.failure || (res.Trouble != "") != (tt.failure != "") {
				t.Errorf("%+v %v", res, err)
			}
			if diff := cmp.Diff(tt.errors, res.Errors); diff != "" {
				t.Error("errors (-want +got):", diff)
			}
			var titles []string
			for _, v := range p.Views() {
				titles = append(titles, v.Title)
			}
			if diff := cmp.Diff(tt.titles, titles); diff != "" {
				t.Error("stack (-want +got):", diff)
			}
		})
	}
}

func TestDispatchActions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	silent := input("b_1", "Silent", m{"type": "static_select", "options": []any{opt("A", "a")}})
	loud := input("b_2", "Loud", m{"type": "static_select", "options": []any{opt("A", "a")}})
	loud["dispatch_action"] = true
	enter := input("b_3", "Enter", m{"type": "plain_text_input"})
	enter["dispatch_action"] = true
	b.open(modal("A", silent, loud, enter))
	p := b.As(alice)
	for _, tt := range []struct {
		name string
		act  func() (slacksim.ActResult, error)
		sent bool
	}{
		{"input block", func() (slacksim.ActResult, error) { return p.Choose(b.ctx(), "Silent", "A") }, false},
		{"dispatch_action", func() (slacksim.ActResult, error) { return p.Choose(b.ctx(), "Loud", "A") }, true},
		{"typing", func() (slacksim.ActResult, error) { return p.Type(b.ctx(), "Enter", "x") }, false},
		{"Enter", func() (slacksim.ActResult, error) { return p.Enter(b.ctx(), "Enter") }, true},
	} {
		if res, err := tt.act(); err != nil || res.Sent != tt.sent {
			t.Errorf("%s: sent %t (%v), want %t", tt.name, res.Sent, err, tt.sent)
		}
	}
	payload := b.lastPayload("block_actions")
	if payload["response_url"] != nil || payload["channel"] != nil || payload["container"].(m)["type"] != "view" {
		t.Error(payload)
	}
	values := payload["view"].(m)["state"].(m)["values"].(m)
	if got := values["b_3"].(m)["a_b_3"].(m)["value"]; got != "x" {
		t.Error(values)
	}
}

func TestHome(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(acking)
	p := b.As(alice)
	if res, err := p.OpenHome(b.ctx()); err != nil || !res.Sent {
		t.Fatal(res, err)
	}
	if event := b.lastPayload("app_home_opened")["event"].(m); event["view"] != nil || event["tab"] != "home" {
		t.Error(event)
	}
	home := m{"type": "home", "blocks": []any{section(button(nil))}}
	v := b.must("views.publish", m{"user_id": alice, "view": home})["view"].(m)
	b.wantError("hash_conflict", "views.publish", m{"user_id": alice, "view": home, "hash": "old"})
	b.must("views.publish", m{"user_id": alice, "view": home, "hash": v["hash"]})
	if _, err := p.OpenHome(b.ctx()); err != nil {
		t.Fatal(err)
	}
	if event := b.lastPayload("app_home_opened")["event"].(m); event["view"].(m)["id"] != v["id"] {
		t.Error("the second opening does not show what was published:", event)
	}
	if res, err := p.PressInHome(b.ctx(), "Go"); err != nil || !res.Sent {
		t.Error(res, err)
	}
	if _, err := b.As(bob).PressInHome(b.ctx(), "Go"); err == nil {
		t.Error("bob pressed a button of a Home he has not got")
	}
}
