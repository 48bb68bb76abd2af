package slacksim_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

func raw(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func long(n int) string { return strings.Repeat("é", n) }

func options(n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = opt("o", "v")
	}
	return out
}

func section(accessory m) m {
	return m{"type": "section", "text": mrkdwn("x"), "accessory": accessory}
}

func button(extra m) m {
	out := m{"type": "button", "text": text("Go"), "action_id": "go"}
	maps.Copy(out, extra)
	return out
}

func text(s string) m { return m{"type": "plain_text", "text": s} }

func mrkdwn(s string) m { return m{"type": "mrkdwn", "text": s} }

func opt(label, value string) m { return m{"text": text(label), "value": value} }

func input(id, label string, element m) m {
	element["action_id"] = "a_" + id
	return m{"type": "input", "block_id": id, "label": text(label), "element": element}
}

func modal(title string, blocks ...any) m {
	return m{"type": "modal", "callback_id": "form", "title": text(title), "submit": text("Send"), "blocks": blocks}
}
