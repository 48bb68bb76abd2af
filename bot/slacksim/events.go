package slacksim

import (
	"context"
	"errors"
	"time"
)

// events tells the app what happened, over whatever connection it has.
type events struct {
	*core
	channels    *channelStore
	sockets     *sockets
	undelivered []*event // they wait for a connection
}

// event is an Events API event and the attempts to deliver it.
type event struct {
	name     string
	payload  obj
	at       time.Time
	attempts int // made so far
}

// retryAfter is how long Slack waits before each retry.
var retryAfter = []time.Duration{0, time.Minute, 5 * time.Minute}

// oldestEvent is the age at which Slack gives an event up.
const oldestEvent = 2 * time.Hour

// emit sends an event in the background, if the manifest subscribes to it. The lock is held.
func (es *events) emit(name string, fields obj) {
	if ev := es.newEvent(name, fields); ev != nil {
		es.spawn(func() { es.attempt(es.ctx, ev) })
	}
}

func (es *events) newEvent(name string, fields obj) *event {
	if !es.manifest.hasEvent(name) {
		return nil
	}
	fields["type"] = name
	if fields["event_ts"] == nil {
		fields["event_ts"] = es.newTS()
	}
	shared := false
	if id, ok := fields["channel"].(string); ok && es.channels.byID[id] != nil {
		shared = es.channels.byID[id].ExtShared
	}
	var enterprise any
	if es.enterpriseID != "" {
		enterprise = es.enterpriseID
	}
	return &event{name: name, at: es.clock.Now(), payload: obj{
		"type": "event_callback", "token": "vt", "team_id": es.teamID, "api_app_id": es.appID,
		"event_id": es.newID("Ev0"), "event_time": es.clock.Now().Unix(), "is_ext_shared_channel": shared,
		"event_context": "4-" + es.hexID(12),
		"authorizations": []obj{{
			"enterprise_id": enterprise, "team_id": es.teamID, "user_id": es.botUserID, "is_bot": true, "is_enterprise_install": false,
		}},
		"event": fields,
	}}
}

// attempt delivers an event; what is not acknowledged is tried again at once, after one and five minutes, and
// what happened while nothing was connected once something is.
func (es *events) attempt(ctx context.Context, ev *event) {
	err := es.sockets.deliver(ctx, envelope{typ: "events_api", name: ev.name, payload: ev.payload, attempt: ev.attempts})
	if err == nil || es.ctx.Err() != nil {
		return
	}
	es.mu.Lock()
	defer es.mu.Unlock()
	if es.clock.Now().Sub(ev.at) > oldestEvent || ev.attempts >= len(retryAfter) {
		es.record(Entry{Kind: EntryEvent, Name: ev.name, Note: "given up"})
		return
	}
	wait := retryAfter[ev.attempts]
	ev.attempts++
	if errors.Is(err, errNoSocket) {
		es.undelivered = append(es.undelivered, ev)
		es.record(Entry{Kind: EntryEvent, Name: ev.name, Note: "waits for a connection"})
		return
	}
	if wait == 0 {
		es.spawn(func() { es.attempt(es.ctx, ev) })
		return
	}
	es.clock.AfterFunc(wait, func() {
		es.mu.Lock()
		defer es.mu.Unlock()
		es.spawn(func() { es.attempt(es.ctx, ev) })
	})
}

// flush delivers what waited for a connection. The lock is held.
func (es *events) flush() {
	waiting := es.undelivered
	es.undelivered = nil
	for _, ev := range waiting {
		es.spawn(func() { es.attempt(es.ctx, ev) })
	}
}

// Emit sends an event of any type the manifest subscribes to; it says whether it does.
func (w *Workspace) Emit(name string, fields map[string]any) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.manifest.hasEvent(name) {
		return false
	}
	w.events.emit(name, fields)
	return true
}

// Uninstall removes the app: app_uninstalled is sent if declared, and the tokens stop working.
func (w *Workspace) Uninstall() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events.emit("app_uninstalled", obj{})
	w.webAPI.revoked = true
}
