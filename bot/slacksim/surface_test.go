package slacksim_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/slacksim"
)

func TestWhatTheComposerOffers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if diff := cmp.Diff([]slacksim.Command{{Command: "/go", Description: "Go"}}, b.Commands()); diff != "" {
		t.Error("commands (-want +got):", diff)
	}
	want := []slacksim.Shortcut{{Name: "Start", Type: "global", CallbackID: "start", Description: "Start"}}
	if diff := cmp.Diff(want, b.Shortcuts()); diff != "" {
		t.Error("shortcuts (-want +got):", diff)
	}
	if b.AppName() != "Tester" {
		t.Error(b.AppName())
	}
}

func TestPeopleWriteMessages(t *testing.T) {
	t.Parallel()
	readOnly := strings.Replace(manifest, "messages_tab_enabled: true", "messages_tab_enabled: true, messages_tab_read_only_enabled: true", 1)
	b := setupWith(t, readOnly)
	p := b.As(alice)
	first, err := p.Say(sales, "hello", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Say(sales, "and more", first.TS); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"hello", "and more"}, texts(b.Snapshot().Thread(sales, first.TS))); diff != "" {
		t.Error("the thread (-want +got):", diff)
	}
	reply := b.Snapshot().Thread(sales, first.TS)[1].TS
	b.AddChannel(slacksim.Channel{ID: "C0OLD", Name: "old", Archived: true, Members: []string{alice}})
	b.AddChannel(slacksim.Channel{ID: "C0BOSS", Name: "boss", Members: []string{bob}})
	for name, c := range map[string]struct{ channel, text, thread string }{
		"in a channel of others":    {"C0BOSS", "x", ""},
		"in one that is archived":   {"C0OLD", "x", ""},
		"in no channel":             {"C0NONE", "x", ""},
		"to an app that only tells": {p.DM(), "x", ""},
		"nothing":                   {sales, " \n", ""},
		"too much":                  {sales, long(40_001), ""},
		"in no thread":              {sales, "x", "1.000001"},
		"in the thread of a reply":  {sales, "x", reply},
	} {
		var refusal *slacksim.Refusal
		if _, err := p.Say(c.channel, c.text, c.thread); !errors.As(err, &refusal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.As("U0NOBODY").Say(sales, "x", ""); err == nil {
		t.Error("nobody writes")
	}
}

// Whoever has an older modal before their eyes does nothing in the one that covers it.
func TestActingInOneModal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(acking)
	ctx := b.ctx()
	b.open(renewForm())
	first, _ := b.As(alice).View()
	inFirst := b.As(alice).In(first.ID)
	if _, err := inFirst.Type(ctx, "b_qty/a_b_qty", "11"); err != nil {
		t.Errorf("by block id and action id: %v", err)
	}
	b.open(note("Another"))
	stale := func(name string, err error) {
		t.Helper()
		var refusal *slacksim.Refusal
		if !errors.As(err, &refusal) || !refusal.Stale {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := inFirst.Type(ctx, "Quantity", "12")
	stale("typed", err)
	_, err = inFirst.Choose(ctx, "Plan", "One year")
	stale("chosen", err)
	_, err = inFirst.Search(ctx, "Customer", "a")
	stale("searched", err)
	_, err = inFirst.PressInView(ctx, "x")
	stale("pressed", err)
	_, err = inFirst.Submit(ctx)
	stale("submitted", err)
	_, err = inFirst.CloseView(ctx, true)
	stale("closed", err)
	if _, err := b.As(alice).CloseView(ctx, true); err != nil {
		t.Error(err)
	}
	_, err = inFirst.CloseView(ctx, false)
	stale("closed when none is open", err)
}

func TestSeveralChoicesInAMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(acking)
	ts := b.must("chat.postMessage", m{"channel": sales, "text": "x", "blocks": []any{
		m{"type": "actions", "block_id": "b", "elements": []any{m{"type": "checkboxes", "action_id": "many", "options": []any{opt("One", "1"), opt("Two", "2"), opt("Three", "3")}}}},
	}})["ts"].(string)
	ref := slacksim.Ref{Channel: sales, TS: ts}
	for _, choices := range [][]string{{"1", "3"}, {"2"}, {}} {
		if _, err := b.As(alice).PickAll(b.ctx(), ref, "b/many", choices); err != nil {
			t.Fatal(choices, err)
		}
		got := []string{}
		for _, o := range b.lastPayload("block_actions")["actions"].([]any)[0].(m)["selected_options"].([]any) {
			got = append(got, o.(m)["value"].(string))
		}
		if diff := cmp.Diff(choices, got); diff != "" {
			t.Error("chosen (-want +got):", diff)
		}
	}
}

func TestAMenuThatShowsAnError(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(func(a *app, f frame) {
		if f.Payload["type"] == "block_suggestion" {
			a.ack(f, m{"options": "none"})
			return
		}
		a.ack(f, nil)
	})
	b.open(renewForm())
	var broken *slacksim.MenuError
	if _, err := b.As(alice).Search(b.ctx(), "Customer", "a"); !errors.As(err, &broken) || broken.Failure != slacksim.FailureResponse || broken.Detail == "" {
		t.Error(err)
	}
	b.DropConnections()
	if err := b.WaitSockets(b.ctx(), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := b.As(alice).Search(b.ctx(), "Customer", "a"); !errors.As(err, &broken) || broken.Failure != slacksim.FailureDispatch {
		t.Error(err)
	}
}
