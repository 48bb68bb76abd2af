package bot

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/bot/slacksim/blockkit"
)

// FuzzFrame sends anything over the socket. What is an envelope is acked once and under
// its own id, what is none is not, and the connection goes on.
func FuzzFrame(f *testing.F) {
	for _, frame := range []string{
		`{"type":"disconnect"}`, `{"type":"disconnect"}`, "", "{", "null", "[]", `{"type":"hello"}`, `{"type":"events_api"}`, `{"type":"slash_commands","envelope_id":"e1"}`,
		`{"type":"slash_commands","envelope_id":"e1","payload":{"command":"/renew","text":"help","user_id":"U0ALICE"}}`,
		`{"type":"interactive","envelope_id":"e1","payload":{"type":"block_actions","actions":[{"block_id":"b","action_id":"approve","value":"{}"}]}}`,
		`{"type":"interactive","envelope_id":"e1","payload":{"type":"view_submission","view":{"callback_id":"renew_form","state":{"values":{"a":{"b":7}}}}}}`,
		`{"type":"interactive","envelope_id":"e1","payload":{"type":"block_suggestion","action_id":"holder","view":null}}`,
		`{"type":"events_api","envelope_id":"e1","payload":{"type":"event_callback","event":{"type":"app_home_opened","tab":"home","user":"U0ALICE"}}}`,
		`{"type":"events_api","envelope_id":"e1","payload":{"event":{"type":"subteam_members_changed","subteam_id":"S0APPROVERS"}}}`,
		`{"type":"interactive","envelope_id":7}`, `{"type":"interactive","envelope_id":"e1","payload":"{}"}`, `{"envelope_id":"\u0000"}`,
		`{"type":"disconnect","reason":"warning"}`, `{"type":"disconnect","reason":"link_disabled","envelope_id":"e1"}`,
		`{"type":"interactive","envelope_id":"e1","payload":{"type":"block_actions","view":{"blocks":[{"type":"nonsense"}]},"actions":[{"block_id":"b","type":"x"}]}}`,
		`{"type":"interactive","envelope_id":"e1","payload":{"type":"block_actions","message":{"blocks":[{"type":"rich_text","elements":[{"type":"?"}]}]}}}`,
	} {
		f.Add([]byte(frame))
	}
	s := newStage(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		if strings.Contains(string(raw), "last-") {
			return // taken for the frame that comes after it
		}
		if raw == nil {
			raw = []byte{}
		}
		var sent struct {
			ID     string `json:"envelope_id"`
			Kind   string `json:"type"`
			Reason string `json:"reason"`
			Number int    `json:"num_connections"`
		}
		want := 0
		if json.Unmarshal(raw, &sent) == nil && sent.ID != "" && sent.Kind != "disconnect" {
			want = 1
		}
		acks := s.deliver(t, raw, want)
		s.healthy(t)
		if len(acks) != want {
			t.Fatalf("%d acks of %q, want %d", len(acks), raw, want)
		}
		for _, ack := range acks {
			if got := s.acked(t, ack); got.ID != sent.ID {
				t.Errorf("%q is acked as %q", raw, got.ID)
			}
		}
	})
}

// ackOf is an ack as Slack reads it.
type ackOf struct {
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload"`
}

func (s *stage) acked(t *testing.T, raw []byte) ackOf {
	t.Helper()
	var a ackOf
	if err := json.Unmarshal(raw, &a); err != nil || len(raw) >= 20_480 {
		t.Fatalf("an ack of %d bytes: %v", len(raw), err)
	}
	return a
}

// healthy wants that nothing went wrong that nothing from outside may make go wrong, that
// nothing was ordered, and that Slack takes all that it is sent.
func (s *stage) healthy(t *testing.T) []stageCall {
	t.Helper()
	if log := s.log.take(); strings.Contains(log, "panic") {
		t.Fatal(log)
	}
	if n := len(s.vendor.OrderRequests()); n != 0 {
		t.Fatalf("%d orders were sent", n)
	}
	calls := s.called()
	for _, c := range calls {
		for _, p := range c.problems() {
			t.Errorf("%s: %s\n%v", c.method, p, c.form)
		}
	}
	return calls
}

// The interactions that FuzzInteraction makes.
const (
	fuzzCommand = iota
	fuzzButton
	fuzzInView
	fuzzSubmission
	fuzzSuggestion
	fuzzShortcut
	fuzzHome
	fuzzKinds
)

// interactionSeeds are those of which something comes. {target} and {own} become those of
// requests that wait, of Alice and of Bob, and {draft} that of a form that is filled in.
func interactionSeeds(f *testing.F) {
	add := func(kind int, user, name, metadata, text string) { f.Add(uint8(kind), user, name, metadata, text) }
	for _, user := range []string{stageAlice, stageBob, stageCarol, stageGina, "U0NOBODY", ""} {
		for _, text := range []string{"", "acme", "no such customer", "help", "list", "status {id}", "cancel {id}", "status 999", "<!channel>"} {
			add(fuzzCommand, user, "", "", text)
		}
		for _, action := range []string{
			blocks.ActionApprove, blocks.ActionReject, blocks.ActionChange, blocks.ActionCancel, blocks.ActionRetry, blocks.ActionClose,
			blocks.ActionSettlePlaced, blocks.ActionSettleNotPlaced, blocks.ActionOpenForm, "other",
		} {
			add(fuzzButton, user, action, "", "{target}")
			add(fuzzButton, user, action, "", "{own}")
		}
		for _, view := range []string{blocks.CallbackReject, blocks.CallbackSettlePlaced, blocks.CallbackSettleNotPlaced} {
			add(fuzzSubmission, user, view, "{target}", "a reason <@U0EVIL>")
			add(fuzzSubmission, user, view, "{own}", "a reason")
		}
		for _, view := range []string{blocks.CallbackForm, blocks.CallbackReview, blocks.CallbackTrouble} {
			add(fuzzSubmission, user, view, "{draft}", "100")
		}
		add(fuzzHome, user, "", "", "")
		add(fuzzShortcut, user, blocks.CallbackShortcut, "", "")
	}
	for _, action := range []string{blocks.ActionProduct, blocks.ActionHolder, blocks.ActionPlan, blocks.ActionServices, blocks.ActionRetryForm} {
		add(fuzzInView, stageAlice, action, "{draft}", "own")
	}
	for _, action := range []string{blocks.ActionHolder, blocks.ActionContact, "other"} {
		add(fuzzSuggestion, stageAlice, action, "{draft}", "a")
	}
	add(fuzzButton, stageBob, blocks.ActionApprove, "", `{"r":1,"v":-1}`)
	add(fuzzSubmission, stageAlice, blocks.CallbackForm, `{"p":"p-series-turnkey","h":"own","t":-3,"s":["1","1",""],"sq":{"1":"٣"}}`, "1e9")
	add(fuzzSubmission, stageAlice, blocks.CallbackReview, `{"r":1,"n":"<!here>"}`, "")
}

// FuzzInteraction lets anybody do anything with forged contents: it is acked once with
// what Slack takes, it is written down under the name of who did it, only approvers
// approve, and never what they asked for themselves.
func FuzzInteraction(f *testing.F) {
	interactionSeeds(f)
	s := newStage(f)
	var waiting, own renewal.Request // one of Alice, and one of Bob, who is an approver
	var seq int64
	f.Fuzz(func(t *testing.T, kind uint8, user, name, metadata, text string) {
		if len(user)+len(name)+len(metadata)+len(text) > 30_000 || strings.Contains(user+name+metadata+text, "last-") {
			return
		}
		waiting, own = s.pending(t, stageAlice, waiting.ID), s.pending(t, stageBob, own.ID)
		fill := strings.NewReplacer("{target}", blocks.TargetOf(waiting).Encode(), "{own}", blocks.TargetOf(own).Encode(),
			"{draft}", stageDraft().Encode(), "{id}", fmt.Sprint(waiting.ID))
		frame := interactionFrame(int(kind)%fuzzKinds, user, name, fill.Replace(metadata), fill.Replace(text))
		raw, err := json.Marshal(frame)
		if err != nil {
			t.Fatal(err)
		}
		acks := s.deliver(t, raw, 1)
		if len(acks) != 1 {
			t.Fatalf("%d acks of %s", len(acks), raw)
		}
		checkAck(t, int(kind)%fuzzKinds, s.acked(t, acks[0]).Payload)
		user = string([]rune(user)) // as JSON has it
		for _, c := range s.healthy(t) {
			for _, to := range []string{c.form.Get("user"), c.form.Get("user_id")} {
				if to != "" && to != user && c.method != "users.info" {
					t.Errorf("%s answers %q instead of %q", c.method, to, user)
				}
			}
		}
		seq = s.checkTrail(t, seq, strings.ReplaceAll(user, "\x00", "\uFFFD")) // as the ledger keeps it
	})
}

// checkTrail looks at the entries after seq, all of which must be of one person.
func (s *stage) checkTrail(t *testing.T, seq int64, user string) int64 {
	t.Helper()
	entries, err := s.bot.ledger.EntriesAfter(t.Context(), seq, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		seq = e.Seq
		if e.Code == renewal.CodeSubmitted && (e.Actor == stageAlice || e.Actor == stageBob) {
			continue // the stage's own
		}
		if e.Actor != user {
			t.Errorf("what %q did is written down as of %q: %+v", user, e.Actor, e)
		}
		if e.Code == renewal.CodeDenied {
			continue
		}
		r, err := s.bot.ledger.Get(t.Context(), e.RequestID)
		if err != nil {
			t.Fatal(err)
		}
		approver := e.Actor == stageBob || e.Actor == stageCarol
		member := approver || e.Actor == stageAlice
		decision := slices.Contains([]renewal.Code{renewal.CodeApproved, renewal.CodeVoted, renewal.CodeRejected}, e.Code)
		if !member || decision && (!approver || r.Requester == e.Actor || r.AmendedBy == e.Actor) {
			t.Errorf("%q did what they may not: %+v", user, e)
		}
		if slices.Contains([]renewal.Status{renewal.Ordering, renewal.Ordered, renewal.Processing}, e.To) {
			t.Errorf("a click alone made it %s: %+v", e.To, e)
		}
	}
	return seq
}

// interactionFrame is an envelope with an interaction in it.
func interactionFrame(kind int, user, name, metadata, text string) map[string]any {
	type fields = map[string]any
	container := fields{"type": "message", "channel_id": stageHome, "message_ts": "1795000000.000100", "thread_ts": "1795000000.000100"}
	payload := fields{"user": fields{"id": user, "team_id": "T0"}, "team": fields{"id": "T0"}, "trigger_id": "1.2.3", "container": container}
	typed := fields{"type": "plain_text_input", "value": text}
	view := fields{
		"id": "V1", "type": "modal", "callback_id": name, "private_metadata": metadata, "hash": "1",
		"state": fields{"values": fields{
			blocks.BlockReason: fields{blocks.ActionReason: typed}, blocks.BlockOrderNo: fields{blocks.ActionOrderNo: typed},
			blocks.BlockNote: fields{blocks.ActionNote: typed}, blocks.BlockPO: fields{blocks.ActionPO: typed},
			blocks.BlockQuantity(stageDraft()): fields{blocks.ActionQuantity: typed},
		}},
	}
	switch kind {
	case fuzzCommand:
		return fields{"type": "slash_commands", "envelope_id": "e", "accepts_response_payload": true, "payload": fields{
			"command": "/renew", "text": text, "user_id": user, "channel_id": stageHome, "team_id": "T0", "trigger_id": "1.2.3",
		}}
	case fuzzHome:
		return fields{"type": "events_api", "envelope_id": "e", "payload": fields{
			"type": "event_callback", "event": fields{"type": "app_home_opened", "tab": "home", "user": user},
		}}
	case fuzzButton:
		payload["type"], payload["actions"] = "block_actions", []any{fields{"type": "button", "block_id": "b", "action_id": name, "value": text, "action_ts": "1.1"}}
	case fuzzInView:
		payload["type"], payload["view"] = "block_actions", view
		payload["actions"] = []any{fields{
			"type": "static_select", "block_id": "b", "action_id": name, "action_ts": "1.1", "selected_option": fields{"value": text},
		}}
	case fuzzSubmission:
		payload["type"], payload["view"] = "view_submission", view
	case fuzzSuggestion:
		payload["type"], payload["action_id"], payload["block_id"], payload["value"], payload["view"] = "block_suggestion", name, "holder", text, view
	case fuzzShortcut:
		payload["type"], payload["callback_id"] = "shortcut", name
	}
	return fields{"type": "interactive", "envelope_id": "e", "accepts_response_payload": true, "payload": payload}
}

// checkAck wants an answer that Slack takes for the kind of envelope.
func checkAck(t *testing.T, kind int, payload json.RawMessage) {
	t.Helper()
	if len(payload) == 0 {
		return
	}
	var problems []blockkit.Problem
	switch kind {
	case fuzzCommand:
		var m struct {
			Type   string          `json:"response_type"`
			Text   string          `json:"text"`
			Blocks json.RawMessage `json:"blocks"`
		}
		if err := json.Unmarshal(payload, &m); err != nil || m.Type != "ephemeral" {
			t.Errorf("a command is answered with %s", payload)
		}
		problems = blockkit.ValidateMessage(m.Blocks, m.Text)
	case fuzzSuggestion:
		problems = blockkit.ValidateOptions(payload)
	case fuzzSubmission:
		var a struct {
			Action string            `json:"response_action"`
			View   json.RawMessage   `json:"view"`
			Errors map[string]string `json:"errors"`
		}
		err := json.Unmarshal(payload, &a)
		switch {
		case err == nil && a.Action == "errors" && len(a.Errors) > 0:
		case err == nil && (a.Action == "update" || a.Action == "push"):
			problems = blockkit.ValidateView(a.View)
		default:
			t.Errorf("a submission is answered with %s", payload)
		}
	default:
		t.Errorf("the ack has something in it: %s", payload)
	}
	for _, p := range problems {
		t.Errorf("%s\n%s", p, payload)
	}
}
