package slacksim_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"renewbot/bot/slacksim"
)

// asRead leaves out what a reader of a snapshot cannot see, and when something changed.
var asRead = cmp.Options{
	cmpopts.IgnoreUnexported(slacksim.Snapshot{}, slacksim.Message{}, slacksim.View{}),
	cmpopts.IgnoreFields(slacksim.Snapshot{}, "Version", "Sockets"),
	cmpopts.IgnoreFields(slacksim.Message{}, "Version"),
}

// restored is another workspace with what was saved of this one.
func (b *bench) restored() *bench {
	b.t.Helper()
	saved, err := b.Save()
	if err != nil {
		b.t.Fatal(err)
	}
	again, err := slacksim.New([]byte(manifest), slacksim.WithClock(b.clock), slacksim.WithSeed(7))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := again.Restore(saved); err != nil {
		b.t.Fatal(err)
	}
	if err := again.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		if err := again.Close(); err != nil {
			b.t.Error(err)
		}
	})
	twice, err := again.Save()
	if err != nil {
		b.t.Fatal(err)
	}
	if diff := cmp.Diff(string(saved), string(twice)); diff != "" {
		b.t.Errorf("saved again it is something else (-was +is):\n%s", diff)
	}
	return &bench{again, b.t, b.clock}
}

func TestAWorkspaceIsSavedAndRestored(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(formApp(b))
	ctx, p := b.ctx(), b.As(alice)
	b.AddUserGroup(slacksim.UserGroup{ID: "S0BOSSES", Handle: "bosses", Members: []string{bob}})
	b.SetEditWindow(time.Hour)
	parent := b.must("chat.postMessage", m{
		"channel": sales, "text": "a <card> & more", "metadata": m{"event_type": "card", "event_payload": m{"id": "1 < 2"}},
		"blocks": []any{m{"type": "actions", "block_id": "b_act", "elements": []any{
			m{"type": "static_select", "action_id": "plan", "placeholder": text("Plan"), "options": []any{opt("One", "1"), opt("Two", "2")}},
			m{"type": "datetimepicker", "action_id": "when"}, button(nil),
		}}},
	})["ts"].(string)
	ref := slacksim.Ref{Channel: sales, TS: parent}
	for field, choice := range map[string]string{"plan": "Two", "when": "1767225600"} {
		if _, err := p.Pick(ctx, ref, field, choice); err != nil {
			t.Fatal(err)
		}
	}
	b.must("chat.postMessage", m{"channel": sales, "text": "a reply", "thread_ts": parent, "reply_broadcast": true})
	b.must("chat.postEphemeral", m{"channel": sales, "user": alice, "text": "for your eyes"})
	b.must("chat.postMessage", m{"channel": bob, "text": "hello"})
	b.must("views.publish", m{"user_id": alice, "view": m{"type": "home", "blocks": []any{m{"type": "section", "text": mrkdwn("*Home*")}}}})
	if _, err := p.Command(ctx, sales, "/go"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.WaitViewTitled(ctx, "Renew"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Search(ctx, "Customer", "acme"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Type(ctx, "Quantity", "11"); err != nil {
		t.Fatal(err)
	}

	again := b.restored()
	if diff := cmp.Diff(b.Snapshot(), again.Snapshot(), asRead); diff != "" {
		t.Errorf("the workspace (-was +is):\n%s", diff)
	}
	if again.BotUserID() != b.BotUserID() || again.AppID() != b.AppID() || again.TeamID() != b.TeamID() {
		t.Error("the app is another one")
	}
	again.goesOn(ref)
}

// goesOn checks that life goes on where it was: the modal is open with what was typed and found, the app's message
// is its own and keeps what was chosen in it, and no message comes before those that there are.
func (b *bench) goesOn(ref slacksim.Ref) {
	b.t.Helper()
	b.connect(formApp(b))
	ctx, p := b.ctx(), b.As(alice)
	if _, err := p.Choose(ctx, "Customer", "Acme East"); err != nil {
		b.t.Error(err)
	}
	if _, err := p.Choose(ctx, "Plan", "One year"); err != nil {
		b.t.Error(err)
	}
	if res, err := p.Submit(ctx); err != nil || res.Errors["b_qty"] != "Must be 12" {
		b.t.Errorf("submitted: %+v %v", res, err)
	}
	if _, err := p.Press(ctx, ref, "go"); err != nil {
		b.t.Error(err)
	}
	values := b.lastPayload("block_actions")["state"].(m)["values"].(m)["b_act"].(m)
	if string(raw(b.t, values["plan"].(m)["selected_option"].(m)["value"])) != `"2"` || string(raw(b.t, values["when"].(m)["selected_date_time"])) != "1767225600" {
		b.t.Errorf("chosen in the message: %v", values)
	}
	b.must("chat.update", m{"channel": sales, "ts": ref.TS, "text": "changed"})
	later := b.must("chat.postMessage", m{"channel": sales, "text": "later"})["ts"].(string)
	if all := b.Snapshot().All(sales); all[len(all)-1].TS != later {
		b.t.Errorf("the newest message is %+v, not %s", all[len(all)-1], later)
	}
	b.clock.Advance(2 * time.Hour)
	b.wantError("edit_window_closed", "chat.update", m{"channel": sales, "ts": ref.TS, "text": "too late"})
}

func TestWhatCannotBeRestored(t *testing.T) {
	t.Parallel()
	b := setup(t)
	good, err := b.Save()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Restore(good); err == nil {
		t.Error("a workspace that was started is replaced")
	}
	for name, data := range map[string]string{
		"nothing": "", "no JSON": "{", "another version": `{"Version":99}`,
		"a channel of no time": `{"Version":1,"Channels":[{"Channel":{"ID":"C1"},"Created":"yesterday"}]}`,
	} {
		w, err := slacksim.New([]byte(manifest))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Restore([]byte(data)); err == nil {
			t.Errorf("%s is restored", name)
		}
		if _, ok := w.Snapshot().User(w.BotUserID()); !ok {
			t.Errorf("after %s the workspace is not what it was", name)
		}
	}
}
