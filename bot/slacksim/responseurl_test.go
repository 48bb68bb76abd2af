package slacksim_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"renewbot/bot/slacksim"
)

// respond posts to a response_url.
func (b *bench) respond(url any, body m) (int, string) {
	b.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(b.ctx(), http.MethodPost, url.(string), bytes.NewReader(raw))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, string(answer)
}

func (b *bench) responded(url any, body m, status int) {
	b.t.Helper()
	if got, answer := b.respond(url, body); got != status {
		b.t.Errorf("%v: HTTP %d %s, want %d", body, got, answer, status)
	}
}

func TestResponseURLOfACommand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.trigger()
	url := b.lastPayload("slash_commands")["response_url"]
	b.KickBot(sales) // needs neither membership nor a scope
	b.responded(url, m{"text": "psst"}, 200)
	b.responded(url, m{"text": "all", "response_type": "in_channel"}, 200)
	b.responded(url, m{"delete_original": true}, 400)
	b.responded(url, m{"text": ""}, 400)
	b.responded(url, m{"blocks": []any{m{"type": "nothing"}}}, 400)
	if got := b.As(alice).Ephemerals(); len(got) != 1 || got[0].Text != "psst" {
		t.Error(got)
	}
	if got := b.As(bob).Messages(sales); len(got) != 1 || got[0].Text != "all" {
		t.Error(got)
	}
	for range 3 {
		b.responded(url, m{"text": "again", "metadata": m{"event_type": "", "event_payload": nil}, "blocks": nil}, 200)
	}
	b.responded(url, m{"text": "sixth"}, 404)

	b.InviteBot(sales)
	b.trigger()
	url = b.lastPayload("slash_commands")["response_url"]
	b.clock.Advance(30*time.Minute + time.Second)
	if status, answer := b.respond(url, m{"text": "late"}); status != 404 || answer != "expired_url" {
		t.Error(status, answer)
	}
}

func TestResponseURLOfAClick(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(acking)
	blocks := []any{section(button(nil))}
	ts := b.must("chat.postMessage", m{"channel": sales, "text": "x", "blocks": blocks})["ts"].(string)
	ref := slacksim.Ref{Channel: sales, TS: ts}
	if res, err := b.As(bob).Press(b.ctx(), ref, "Go"); err != nil || res.Failure != "" {
		t.Fatal(res, err)
	}
	payload := b.lastPayload("block_actions")
	if payload["message"].(m)["ts"] != ts || payload["container"].(m)["is_ephemeral"] != false {
		t.Error(payload)
	}
	b.responded(payload["response_url"], m{"replace_original": true, "text": "done"}, 200)
	if got, _ := b.Message(ref); got.Text != "done" || got.Blocks != nil {
		t.Error(got)
	}
	if _, err := b.As(bob).Press(b.ctx(), ref, "Go"); err == nil {
		t.Error("a button that was removed could be pressed")
	}
	b.responded(payload["response_url"], m{"delete_original": true, "text": "x"}, 400)
	b.responded(payload["response_url"], m{"delete_original": true}, 200)
	if _, there := b.Message(ref); there {
		t.Error("the message is still there")
	}
}

func TestEphemeralMessageIsOnlyReplacedThroughItsURL(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(acking)
	ts := b.must("chat.postEphemeral", m{"channel": sales, "user": alice, "text": "x", "blocks": []any{section(button(nil))}})["message_ts"].(string)
	ref := slacksim.Ref{Channel: sales, TS: ts}
	if _, err := b.As(bob).Press(b.ctx(), ref, "Go"); err == nil {
		t.Error("bob pressed a button only alice sees")
	}
	if _, err := b.As(alice).Press(b.ctx(), ref, "Go"); err != nil {
		t.Fatal(err)
	}
	payload := b.lastPayload("block_actions")
	if payload["message"] != nil || payload["container"].(m)["is_ephemeral"] != true {
		t.Error(payload)
	}
	b.responded(payload["response_url"], m{"replace_original": true, "response_type": "in_channel", "text": "done"}, 200)
	if got := b.As(alice).Ephemerals(); len(got) != 1 || got[0].Text != "done" {
		t.Error(got)
	}
	if got := b.As(bob).Messages(sales); len(got) != 0 {
		t.Error("an ephemeral message became public:", got)
	}
	b.responded(payload["response_url"], m{"delete_original": true}, 200)
	if got := b.As(alice).Ephemerals(); len(got) != 0 {
		t.Error(got)
	}
}
