package blockkit_test

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/slacksim/blockkit"
)

func TestValidateMessage(t *testing.T) {
	t.Parallel()
	many := func(n int, block m) []any {
		out := make([]any, n)
		for i := range out {
			out[i] = block
		}
		return out
	}
	actions := func(elements ...any) []any { return []any{m{"type": "actions", "elements": elements}} }
	confirm := m{"title": text("Sure?"), "text": mrkdwn("x"), "confirm": text("Yes"), "deny": text("No")}
	for _, tt := range []struct {
		name   string
		blocks []any
		want   string // pointer of the first problem, empty if all is well
	}{
		{"divider", []any{m{"type": "divider"}}, ""},
		{"unknown block", []any{m{"type": "banner"}}, "/blocks/0/type"},
		{"unknown field", []any{m{"type": "divider", "color": "red"}}, "/blocks/0/color"},
		{"50 blocks", many(50, m{"type": "divider"}), ""},
		{"51 blocks", many(51, m{"type": "divider"}), "/blocks"},
		{"same block_id", many(2, m{"type": "divider", "block_id": "a"}), "/blocks/1/block_id"},
		{"block_id too long", many(1, m{"type": "divider", "block_id": long(256)}), "/blocks/0/block_id"},
		{"header 150 runes", []any{m{"type": "header", "text": text(long(150))}}, ""},
		{"header 151 runes", []any{m{"type": "header", "text": text(long(151))}}, "/blocks/0/text/text"},
		{"header mrkdwn", []any{m{"type": "header", "text": mrkdwn("x")}}, "/blocks/0/text/type"},
		{"section without text", []any{m{"type": "section"}}, "/blocks/0"},
		{"section text 3000", []any{m{"type": "section", "text": mrkdwn(long(3000))}}, ""},
		{"section text 3001", []any{m{"type": "section", "text": mrkdwn(long(3001))}}, "/blocks/0/text/text"},
		{"empty text", []any{m{"type": "section", "text": mrkdwn("")}}, "/blocks/0/text/text"},
		{"11 fields", []any{m{"type": "section", "fields": many(11, mrkdwn("x"))}}, "/blocks/0/fields"},
		{"field 2001", []any{m{"type": "section", "fields": []any{mrkdwn(long(2001))}}}, "/blocks/0/fields/0/text"},
		{"emoji on mrkdwn", []any{m{"type": "section", "text": m{"type": "mrkdwn", "text": "x", "emoji": true}}}, "/blocks/0/text/emoji"},
		{"context of 11", []any{m{"type": "context", "elements": many(11, mrkdwn("x"))}}, "/blocks/0/elements"},
		{"button in context", []any{m{"type": "context", "elements": []any{button(nil)}}}, "/blocks/0/elements/0/action_id"},
		{"alert in a message", []any{m{"type": "alert", "text": text("x")}}, "/blocks/0/type"},
		{"markdown too long together", many(2, m{"type": "markdown", "text": long(6001)}), "/blocks"},
		{"button", actions(button(m{"confirm": confirm, "style": "danger", "value": "1"})), ""},
		{"button text 76", actions(button(m{"text": text(long(76))})), "/blocks/0/elements/0/text/text"},
		{"button value 2001", actions(button(m{"value": long(2001)})), "/blocks/0/elements/0/value"},
		{"button style", actions(button(m{"style": "default"})), "/blocks/0/elements/0/style"},
		{"button mrkdwn", actions(button(m{"text": mrkdwn("x")})), "/blocks/0/elements/0/text/type"},
		{"same action_id", actions(button(nil), button(nil)), "/blocks/0/elements/1/action_id"},
		{"26 elements", actions(many(26, m{"type": "button", "text": text("x")})...), "/blocks/0/elements"},
		{"confirm without deny", actions(button(m{"confirm": m{"title": text("x"), "text": text("x"), "confirm": text("x")}})), "/blocks/0/elements/0/confirm"},
		{"confirm title 101", actions(button(m{"confirm": m{"title": text(long(101)), "text": text("x"), "confirm": text("x"), "deny": text("x")}})), "/blocks/0/elements/0/confirm/title/text"},
		{"text input in actions", actions(m{"type": "plain_text_input"}), "/blocks/0/elements/0/type"},
		{"multi select in actions", actions(m{"type": "multi_users_select"}), ""},
		{"rich text", []any{m{"type": "rich_text", "elements": []any{m{"type": "rich_text_section", "elements": []any{m{"type": "text", "text": "x"}}}}}}, ""},
		{"rich text of nothing known", []any{m{"type": "rich_text", "elements": []any{m{"type": "rich_text_section", "elements": []any{m{"type": "blink"}}}}}}, "/blocks/0/elements/0/elements/0/type"},
		{"two tables", many(2, m{"type": "table", "rows": []any{[]any{m{"type": "raw_text", "text": "x"}}}}), "/blocks"},
		{"table of 21 columns", []any{m{"type": "table", "rows": []any{many(21, m{"type": "raw_text", "text": "x"})}}}, "/blocks/0/rows/0"},
		{"card with a plain title", []any{m{"type": "card", "title": text("x")}}, "/blocks/0/title/type"},
		{"carousel of sections", []any{m{"type": "carousel", "elements": []any{m{"type": "section", "text": text("x")}}}}, "/blocks/0/elements/0/type"},
		{"unknown element", actions(m{"type": "slider"}), "/blocks/0/elements/0/type"},
		{"overflow of 6", actions(m{"type": "overflow", "options": options(6)}), "/blocks/0/elements/0/options"},
		{"number input in a message", []any{input("a", "A", m{"type": "number_input", "is_decimal_allowed": false})}, "/blocks/0/element/type"},
		{"image without alt", []any{m{"type": "image", "image_url": "https://a.example/x.png"}}, "/blocks/0"},
		{"accessory", []any{section(button(nil))}, ""},
		{"unknown accessory", []any{section(m{"type": "plain_text_input"})}, "/blocks/0/accessory/type"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			check(t, blockkit.ValidateMessage(raw(t, tt.blocks), "text"), tt.want)
		})
	}
}

func check(t *testing.T, problems []blockkit.Problem, want string) {
	t.Helper()
	switch {
	case want == "" && len(problems) > 0:
		t.Errorf("refused: %v", problems)
	case want != "" && len(problems) == 0:
		t.Errorf("accepted, want a problem at %s", want)
	case want != "" && problems[0].Pointer != want:
		t.Errorf("problems %v, want the first at %s", problems, want)
	}
}

func TestValidateView(t *testing.T) {
	t.Parallel()
	field := func(element m) m { return modal("T", input("a", "A", element)) }
	plan := func(extra m) m {
		el := m{"type": "static_select", "options": []any{opt("One", "1"), opt("Two", "2")}}
		maps.Copy(el, extra)
		return field(el)
	}
	number := func(extra m) m {
		el := m{"type": "number_input", "is_decimal_allowed": false}
		maps.Copy(el, extra)
		return field(el)
	}
	for _, tt := range []struct {
		name string
		view m
		want string
	}{
		{"text input", field(m{"type": "plain_text_input"}), ""},
		{"title 24", modal(long(24), m{"type": "divider"}), ""},
		{"title 25", modal(long(25), m{"type": "divider"}), "/view/title/text"},
		{"no title", m{"type": "modal", "blocks": []any{m{"type": "divider"}}}, "/view"},
		{"unknown field", with(field(m{"type": "plain_text_input"}), "colour", "red"), "/view/colour"},
		{"submit_disabled", with(field(m{"type": "plain_text_input"}), "submit_disabled", true), "/view/submit_disabled"},
		{"metadata 3001", with(field(m{"type": "plain_text_input"}), "private_metadata", long(3001)), "/view/private_metadata"},
		{"callback_id 256", with(field(m{"type": "plain_text_input"}), "callback_id", long(256)), "/view/callback_id"},
		{"external_id 256", with(field(m{"type": "plain_text_input"}), "external_id", long(256)), "/view/external_id"},
		{"input without submit", without(field(m{"type": "plain_text_input"}), "submit"), "/view/submit"},
		{"unknown view type", m{"type": "dialog", "blocks": []any{}}, "/view/type"},
		{"home with title", m{"type": "home", "title": text("x"), "blocks": []any{}}, "/view/title"},
		{"home", m{"type": "home", "blocks": []any{m{"type": "divider"}}}, ""},
		{"alert", modal("T", m{"type": "alert", "text": text("x"), "level": "warning"}), ""},
		{"alert 201", modal("T", m{"type": "alert", "text": text(long(201))}), "/view/blocks/0/text/text"},
		{"markdown in a modal", modal("T", m{"type": "markdown", "text": "x"}), "/view/blocks/0/type"},
		{"number without is_decimal_allowed", field(m{"type": "number_input"}), "/view/blocks/0/element"},
		{"number as number", number(m{"min_value": 1}), "/view/blocks/0/element/min_value"},
		{"number out of range", number(m{"min_value": "1", "initial_value": "0"}), "/view/blocks/0/element/initial_value"},
		{"100 options", field(m{"type": "static_select", "options": options(100)}), ""},
		{"101 options", field(m{"type": "static_select", "options": options(101)}), "/view/blocks/0/element/options"},
		{"no options", field(m{"type": "static_select"}), "/view/blocks/0/element"},
		{"options and groups", field(m{"type": "static_select", "options": options(1), "option_groups": []any{m{"label": text("x"), "options": options(1)}}}), "/view/blocks/0/element"},
		{"option text 76", field(m{"type": "static_select", "options": []any{opt(long(76), "v")}}), "/view/blocks/0/element/options/0/text/text"},
		{"option value 151", field(m{"type": "static_select", "options": []any{opt("x", long(151))}}), "/view/blocks/0/element/options/0/value"},
		{"option url in a select", field(m{"type": "static_select", "options": []any{m{"text": text("x"), "value": "v", "url": "https://a.example"}}}), "/view/blocks/0/element/options/0/url"},
		{"initial option", plan(m{"initial_option": opt("Two", "2")}), ""},
		{"initial option of another text", plan(m{"initial_option": opt("two", "2")}), "/view/blocks/0/element/initial_option"},
		{"11 checkboxes", field(m{"type": "checkboxes", "options": options(11)}), "/view/blocks/0/element/options"},
		{"initial checkbox", field(m{"type": "checkboxes", "options": options(1), "initial_options": []any{opt("x", "y")}}), "/view/blocks/0/element/initial_options/0"},
		{"placeholder 151", plan(m{"placeholder": text(long(151))}), "/view/blocks/0/element/placeholder/text"},
		{"date", field(m{"type": "datepicker", "initial_date": "2026-13-01"}), "/view/blocks/0/element/initial_date"},
		{"datetime as string", field(m{"type": "datetimepicker", "initial_date_time": "1795000000"}), "/view/blocks/0/element/initial_date_time"},
		{"two with focus", modal("T", input("a", "A", m{"type": "plain_text_input", "focus_on_load": true}), input("b", "B", m{"type": "plain_text_input", "focus_on_load": true})), "/view/blocks"},
		{"max_length 3001", field(m{"type": "plain_text_input", "max_length": 3001}), "/view/blocks/0/element/max_length"},
		{"button in an input", field(m{"type": "button", "text": text("x")}), "/view/blocks/0/element/type"},
		{"label 2001", modal("T", input("a", long(2001), m{"type": "plain_text_input"})), "/view/blocks/0/label/text"},
		{"label mrkdwn", modal("T", m{"type": "input", "label": mrkdwn("x"), "element": m{"type": "plain_text_input"}}), "/view/blocks/0/label/type"},
		{"response_url outside of an input", modal("T", section(m{"type": "conversations_select", "response_url_enabled": true})), "/view/blocks/0/accessory/response_url_enabled"},
		{"dispatch config", field(m{"type": "plain_text_input", "dispatch_action_config": m{"trigger_actions_on": []any{"on_blur"}}}), "/view/blocks/0/element/dispatch_action_config/trigger_actions_on/0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			check(t, blockkit.ValidateView(raw(t, tt.view)), tt.want)
		})
	}
}

func TestProblemReadsAsSlackReportsIt(t *testing.T) {
	t.Parallel()
	view := modal("T", input("a", "A", m{"type": "static_select", "options": options(101)}))
	got := blockkit.ValidateView(raw(t, view))[0].String()
	want := "[ERROR] no more than 100 items allowed [json-pointer:/view/blocks/0/element/options]"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("(-want +got):", diff)
	}
}

func TestValidateOptions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer any
		ok     bool
	}{
		{"none", m{"options": []any{}}, true},
		{"empty object", m{}, false},
		{"groups", m{"option_groups": []any{m{"label": text("x"), "options": options(1)}}}, true},
		{"both", m{"options": []any{}, "option_groups": []any{}}, false},
		{"101", m{"options": options(101)}, false},
	} {
		if problems := blockkit.ValidateOptions(raw(t, tt.answer)); (len(problems) == 0) != tt.ok {
			t.Errorf("%s: %v", tt.name, problems)
		}
	}
}

func TestLongTextIsReported(t *testing.T) {
	t.Parallel()
	check(t, blockkit.ValidateMessage(nil, long(4000)), "")
	check(t, blockkit.ValidateMessage(nil, long(4001)), "/text")
	check(t, blockkit.ValidateMessage(nil, ""), "/text")
}
