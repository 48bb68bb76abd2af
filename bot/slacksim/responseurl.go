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

// responseURLs keeps the URLs by which the app answers an interaction.
type responseURLs struct {
	*core
	channels *channelStore
	chat     *chat
	faults   *faults
	byPath   map[string]*responseURL
	old      evictionQueue
}

const (
	responseURLUses = 5
	responseURLLife = 30 * time.Minute
)

// responseURL is a response_url.
type responseURL struct {
	channel, user string
	ts            string // the message that was clicked, empty for commands and submissions
	ephemeral     bool   // that message is ephemeral
	at            time.Time
	uses          int
}

// create makes a response_url of a kind: commands, actions or app.
func (ru *responseURLs) create(kind string, h responseURL) string {
	h.at = ru.clock.Now()
	path := fmt.Sprintf("/hooks/%s/%s/%d/%s", kind, ru.teamID, 1_000_000_000+ru.rng.Int64N(9_000_000_000), ru.hexID(12))
	ru.byPath[path] = &h
	ru.old.add(path, ru.memory, func(old string) bool {
		delete(ru.byPath, old)
		return true
	})
	return ru.baseURL + path
}

// forView makes those of selects with response_url_enabled. The lock is held.
func (ru *responseURLs) forView(v *view, user string) []obj {
	out := []obj{}
	eachElement(v.blocks, func(e element) {
		if e.fields["response_url_enabled"] != true {
			return
		}
		if id, ok := v.state.get(e.blockID(), e.actionID())[slots[e.typ()].field].(string); ok && id != "" {
			out = append(out, obj{
				"block_id": e.blockID(), "action_id": e.actionID(), "channel_id": id,
				"response_url": ru.create("app", responseURL{channel: id, user: user}),
			})
		}
	})
	return out
}

func (ru *responseURLs) serve(rw http.ResponseWriter, r *http.Request) {
	start := time.Now()
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return
	}
	ru.mu.Lock()
	ru.faults.calls[HookMethod]++
	params, _ := blockkit.Decode(raw)
	p, _ := params.(obj)
	entry := ru.record(Entry{Time: start, Kind: EntryHook, Incoming: true, Name: HookMethod, Body: raw, Params: p})
	fault := ru.faults.next(Call{Method: HookMethod, N: ru.faults.calls[HookMethod], entry: *entry}).spoils()
	ru.mu.Unlock()

	var a *answer
	if fault != nil && !fault.After {
		a = ru.faults.apply(r, fault)
	}
	if a == nil {
		a = ru.run(r, raw)
		if fault != nil && fault.After {
			if spoiled := ru.faults.apply(r, fault); spoiled != nil {
				a = spoiled
			}
		}
	}
	ru.locked(func() {
		entry.Status, entry.Answer, entry.Latency, entry.Note = a.status, a.body, time.Since(start), a.note
		ru.wake()
		ru.notify(entry)
	})
	a.write(rw)
}

func plain(status int, text string) *answer {
	return &answer{status: status, body: []byte(text), header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}}
}

func (ru *responseURLs) run(r *http.Request, raw []byte) *answer {
	ru.mu.Lock()
	defer ru.mu.Unlock()
	h := ru.byPath[r.URL.Path]
	switch {
	case h == nil:
		return plain(http.StatusNotFound, "no_service")
	case r.Method != http.MethodPost:
		return plain(http.StatusMethodNotAllowed, "insecure_request")
	case ru.clock.Now().Sub(h.at) > responseURLLife:
		return plain(http.StatusNotFound, "expired_url")
	case h.uses >= responseURLUses:
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
	if e := ru.respond(h, &call{params: body, json: true}); e != nil {
		a := jsonAnswer(http.StatusBadRequest, e.json())
		return a
	}
	h.uses++
	return plain(http.StatusOK, "ok")
}

// respond does what the body of a response_url asks for.
func (ru *responseURLs) respond(h *responseURL, c *call) *apiError {
	ch := ru.channels.byID[h.channel]
	if ch == nil {
		return fail("channel_not_found")
	}
	original, remove := ru.original(h)
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
		ru.chat.fill(original, body)
		if h.ephemeral {
			ru.channels.ephemeralChanged(original)
		} else {
			ru.channels.messageChanged(ch, original.TS, "")
		}
		return nil
	}
	if body.text == "" && len(body.blocks) == 0 && len(body.attachments) == 0 {
		return fail("no_text")
	}
	return ru.reply(ch, h.user, c, body)
}

// reply posts to the channel or shows it to the person alone, as response_type says.
func (ru *responseURLs) reply(ch *channel, user string, c *call, body content) *apiError {
	m := &Message{}
	ru.chat.fill(m, body)
	if ts := c.str("thread_ts"); ts != "" {
		if e := ru.chat.setThread(ch, m, ts); e != nil {
			return e
		}
	}
	switch c.str("response_type") {
	case "in_channel":
		ru.chat.addMessage(ch, m)
	case "", "ephemeral":
		m.EphemeralTo = user
		ru.chat.addEphemeral(ch, m)
	default:
		return fail("invalid_arguments")
	}
	return nil
}

// original finds the message that was clicked.
func (ru *responseURLs) original(h *responseURL) (m *Message, remove func()) {
	ch := ru.channels.byID[h.channel]
	if h.ephemeral {
		i := slices.IndexFunc(ru.channels.ephemerals, func(m *Message) bool {
			return m.TS == h.ts && m.Channel == h.channel && m.EphemeralTo == h.user
		})
		if i < 0 {
			return nil, nil
		}
		m = ru.channels.ephemerals[i]
		return m, func() {
			ru.channels.ephemerals = slices.Delete(slices.Clone(ru.channels.ephemerals), i, i+1)
			ru.channels.ephemeralChanged(m)
		}
	}
	if m = ch.find(h.ts); m == nil || m.Deleted {
		return nil, nil
	}
	return m, func() { ru.chat.remove(ch, m) }
}
