package slacksim

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"time"

	"renewbot/bot/slacksim/blockkit"
)

const (
	hookUses = 5
	hookLife = 30 * time.Minute
)

// hook is a response_url.
type hook struct {
	channel, user string
	ts            string // the message that was clicked, empty for commands and submissions
	ephemeral     bool   // that message is ephemeral
	at            time.Time
	uses          int
}

// newHook makes a response_url of a kind: commands, actions or app.
func (w *Workspace) newHook(kind string, h hook) string {
	h.at = w.clock.Now()
	path := fmt.Sprintf("/hooks/%s/%s/%d/%s", kind, w.teamID, 1_000_000_000+w.rng.Int64N(9_000_000_000), w.hexID(12))
	w.hooks[path] = &h
	w.oldHooks.add(path, w.memory, func(old string) bool {
		delete(w.hooks, old)
		return true
	})
	return w.baseURL + path
}

func (w *Workspace) serveHook(rw http.ResponseWriter, r *http.Request) {
	start := time.Now()
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return
	}
	w.mu.Lock()
	w.calls[HookMethod]++
	params, _ := blockkit.Decode(raw)
	p, _ := params.(obj)
	entry := w.record(Entry{Time: start, Kind: EntryHook, Incoming: true, Name: HookMethod, Body: raw, Params: p})
	fault := w.nextFault(Call{Method: HookMethod, N: w.calls[HookMethod], entry: *entry})
	w.mu.Unlock()

	var a *answer
	if fault != nil && !fault.After {
		a = w.applyFault(r, fault)
	}
	if a == nil {
		a = w.runHook(r, raw)
		if fault != nil && fault.After {
			if spoiled := w.applyFault(r, fault); spoiled != nil {
				a = spoiled
			}
		}
	}
	w.locked(func() {
		entry.Status, entry.Answer, entry.Latency, entry.Note = a.status, a.body, time.Since(start), a.note
		w.wrote()
		w.tell(entry)
	})
	a.write(rw)
}

func plain(status int, text string) *answer {
	return &answer{status: status, body: []byte(text), header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}}
}

func (w *Workspace) runHook(r *http.Request, raw []byte) *answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.hooks[r.URL.Path]
	switch {
	case h == nil:
		return plain(http.StatusNotFound, "no_service")
	case r.Method != http.MethodPost:
		return plain(http.StatusMethodNotAllowed, "insecure_request")
	case w.clock.Now().Sub(h.at) > hookLife:
		return plain(http.StatusNotFound, "expired_url")
	case h.uses >= hookUses:
		return plain(http.StatusNotFound, "used_url")
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return plain(http.StatusBadRequest, "invalid_payload")
	}
	v, err := blockkit.Decode(bytes.TrimSpace(raw))
	body, ok := v.(obj)
	if err != nil || !ok {
		return plain(http.StatusBadRequest, "invalid_payload")
	}
	if e := w.respond(h, &call{params: body, json: true}); e != nil {
		a := jsonAnswer(http.StatusBadRequest, e.json())
		return a
	}
	h.uses++
	return plain(http.StatusOK, "ok")
}

// respond does what the body of a response_url asks for.
func (w *Workspace) respond(h *hook, c *call) *apiError {
	ch := w.channels[h.channel]
	if ch == nil {
		return fail("channel_not_found")
	}
	original, remove := w.original(h)
	if c.flag("delete_original") {
		if h.ts == "" || c.str("text") != "" || c.flag("replace_original") {
			return fail("invalid_arguments")
		}
		if original == nil {
			return fail("message_not_found")
		}
		remove()
		return nil
	}
	body, e := c.content()
	if e != nil {
		return e
	}
	if c.flag("replace_original") && h.ts != "" {
		if original == nil {
			return fail("message_not_found")
		}
		w.fill(original, body)
		kind := ChangeMessage
		if h.ephemeral {
			kind = ChangeEphemeral
		}
		w.touch(Change{Kind: kind, Channel: ch.ID, TS: original.TS, User: original.EphemeralTo})
		return nil
	}
	if body.text == "" && len(body.blocks) == 0 && len(body.attachments) == 0 {
		return fail("no_text")
	}
	return w.reply(ch, h.user, c, body)
}

// reply posts to the channel or whispers to the person, as response_type says.
func (w *Workspace) reply(ch *channel, user string, c *call, body content) *apiError {
	m := &Message{}
	w.fill(m, body)
	if ts := c.str("thread_ts"); ts != "" {
		if e := w.setThread(ch, m, ts); e != nil {
			return e
		}
	}
	switch c.str("response_type") {
	case "in_channel":
		w.post(ch, m)
	case "", "ephemeral":
		m.EphemeralTo = user
		w.whisper(ch, m)
	default:
		return fail("invalid_arguments")
	}
	return nil
}

// original finds the message that was clicked.
func (w *Workspace) original(h *hook) (m *Message, remove func()) {
	if h.ephemeral {
		i := slices.IndexFunc(w.ephemerals, func(m *Message) bool {
			return m.TS == h.ts && m.Channel == h.channel && m.EphemeralTo == h.user
		})
		if i < 0 {
			return nil, nil
		}
		return w.ephemerals[i], func() {
			w.ephemerals = slices.Delete(slices.Clone(w.ephemerals), i, i+1)
			w.touch(Change{Kind: ChangeEphemeral, Channel: h.channel, TS: h.ts, User: h.user})
		}
	}
	ch := w.channels[h.channel]
	if m = ch.find(h.ts); m == nil || m.Deleted {
		return nil, nil
	}
	return m, func() { w.remove(ch, m) }
}
