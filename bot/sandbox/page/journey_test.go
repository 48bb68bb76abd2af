package page_test

import (
	"encoding/json"
	"slices"
	"testing"

	"renewbot/bot/sandbox"
)

// press presses a button of a message.
func (w *window) press(m message, action string) {
	w.b.t.Helper()
	w.b.must(w.me, "press", args{"channel": m.Channel, "ts": m.TS, "blockId": blockOf(w.b.t, m, action), "actionId": action})
}

// blockOf is the block in which a button stands.
func blockOf(t testing.TB, m message, action string) string {
	t.Helper()
	var blocks []struct {
		BlockID  string `json:"block_id"`
		Elements json.RawMessage
	}
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
		t.Fatalf("the blocks of a message: %v", err)
	}
	for _, b := range blocks {
		var elements []struct {
			ActionID string `json:"action_id"`
		}
		if json.Unmarshal(b.Elements, &elements) != nil {
			continue
		}
		for _, e := range elements {
			if e.ActionID == action {
				return b.BlockID
			}
		}
	}
	t.Fatalf("there is no button %q in %s", action, m.Blocks)
	return ""
}

// request asks for Acme Telecom's renewal, and returns the card that waits for approval.
func (w *window) request() message {
	w.b.t.Helper()
	w.b.must(w.me, "command", args{"channel": sandbox.Renewals, "text": "/renew acme telecom"})
	w.in("viewChoose", "plan", args{"choices": []string{"3048941892189077504"}})
	w.in("viewType", "quantity", args{"text": "50"})
	w.contact()
	w.submit("Renew a subscription")
	w.wait("the review", func(s *state) bool { return len(s.Stack) == 2 || s.Stack[len(s.Stack)-1].Submit == "Request approval" })
	v := look(w, func(s *state) view { return s.Stack[len(s.Stack)-1] })
	if slices.ContainsFunc(v.Fields, func(f field) bool { return f.ActionID == "reason" }) { // there is an order of theirs
		w.in("viewType", "reason", args{"text": "They want another one."})
	}
	w.b.must(w.me, "viewSubmit", args{"viewId": v.ID})
	w.wait("the end", func(s *state) bool { return len(s.Stack) > 0 && s.Stack[len(s.Stack)-1].ID != "" })
	return w.shows(sandbox.Renewals, `"action_id":"approve"`)
}

// contact chooses the first billing contact. The form may be drawn again between the
// search and the choice, which closes the menu: then it is searched again.
func (w *window) contact() {
	w.b.t.Helper()
	var r result
	for range 10 {
		found := w.in("viewSearch", "contact", args{"query": ""})
		if len(found.Options) == 0 {
			w.b.t.Fatal("no billing contact is offered")
		}
		v, f := w.field("contact")
		r = w.b.act(w.me, "viewChoose", args{"viewId": v.ID, "blockId": f.BlockID, "actionId": f.ActionID, "choices": []string{found.Options[0].Value}})
		if r.OK {
			return
		}
	}
	w.b.t.Fatalf("the billing contact cannot be chosen: %+v", r)
}

// approved requests, approves as Bob, and returns Bob's page.
func (b *bundle) approved() *window {
	b.t.Helper()
	alice, bob := b.open(sandbox.Alice), b.open(sandbox.Bob)
	alice.request()
	bob.press(bob.shows(sandbox.Renewals, `"action_id":"approve"`), "approve")
	return bob
}
