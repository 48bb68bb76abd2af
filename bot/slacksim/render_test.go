package slacksim_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/slacksim"
)

func TestWriteChannel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	group := b.AddUserGroup(slacksim.UserGroup{Handle: "approvers"})
	card := []any{
		m{"type": "header", "text": text("Renewal")},
		m{"type": "section", "text": mrkdwn("*<@" + alice + ">* asks <!subteam^" + group + "> in <#" + sales + ">: A &amp; B"), "fields": []any{mrkdwn("*Plan*\nOne year")}},
		m{"type": "context", "elements": []any{mrkdwn("<!date^1795000000^{date_short_pretty} {time}|then> <https://a.example|portal>")}},
		m{"type": "divider"},
		m{"type": "actions", "elements": []any{button(nil), button(m{"action_id": "no", "text": text("Reject")})}},
	}
	ts := b.must("chat.postMessage", m{"channel": sales, "text": "x", "blocks": card})["ts"]
	b.must("chat.postMessage", m{"channel": sales, "text": "Approved", "thread_ts": ts})
	b.must("chat.postMessage", m{"channel": sales, "text": "Ordered", "thread_ts": ts, "reply_broadcast": true})
	var out strings.Builder
	if err := b.WriteChannel(&out, "#sales"); err != nil {
		t.Fatal(err)
	}
	want := `#sales
  10:00 @tester
    ## Renewal
    *@alice* asks @approvers in #sales: A & B
      *Plan*: One year
    Nov 18, 2026 11:06 portal (https://a.example)
    ----
    [Go] [Reject]
      | 10:00 @tester
      |   Approved
      | 10:00 @tester
      |   Ordered
  10:00 @tester (also in its thread)
    Ordered
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error("(-want +got):", diff)
	}
}

func TestTextView(t *testing.T) {
	t.Parallel()
	b := setup(t)
	optional := input("b_note", "Note", m{"type": "plain_text_input", "placeholder": text("For the approver")})
	optional["optional"], optional["hint"] = true, text("Up to 200 characters")
	v := modal("Renew",
		m{"type": "section", "text": mrkdwn("Choose a _plan_")},
		input("b_plan", "Plan", m{"type": "static_select", "options": []any{opt("One year", "1y")}}),
		input("b_how", "How", m{"type": "radio_buttons", "options": []any{opt("Fast", "f"), opt("Slow", "s")}, "initial_option": opt("Slow", "s")}),
		optional)
	b.open(v)
	p := b.As(alice)
	if _, err := p.Submit(b.ctx()); err == nil {
		t.Fatal("an empty form went out")
	}
	top, _ := p.View()
	want := `== Renew ==
Choose a _plan_
Plan: <>
  ! Please complete this required field.
How: ( ) Fast  (x) Slow
Note (optional): <For the approver>
  Up to 200 characters
[Cancel] [Send]`
	if diff := cmp.Diff(want, b.TextView(top)); diff != "" {
		t.Error("(-want +got):", diff)
	}
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	b := setup(t)
	changes, stop := b.Subscribe()
	ts := b.must("chat.postMessage", m{"channel": sales, "text": "x"})["ts"].(string)
	got := <-changes
	want := slacksim.Change{Version: got.Version, Kind: slacksim.ChangeMessage, Channel: sales, TS: ts, User: b.BotUserID()}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("(-want +got):", diff)
	}
	stop()
	if _, open := <-changes; open {
		t.Error("the stream goes on after stop")
	}
}

func TestSnapshotsDoNotChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	before := b.Snapshot()
	b.must("chat.postMessage", m{"channel": sales, "text": "x"})
	if len(before.Messages(sales)) != 0 {
		t.Error("an old snapshot shows a new message")
	}
	if got, err := b.WaitMessage(b.ctx(), sales, "x"); err != nil || got.BotID != b.BotID() {
		t.Error(got, err)
	}
}
