package slacksim

import (
	"context"
	"errors"
	"time"
)

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
func (w *Workspace) emit(name string, fields obj) {
	if ev := w.newEvent(name, fields); ev != nil {
		w.spawn(func() { w.attempt(w.ctx, ev) })
	}
}

// spawn runs f in a goroutine that Close waits for. The lock is held.
func (w *Workspace) spawn(f func()) {
	if w.ctx.Err() == nil {
		w.wg.Go(f)
	}
}

func (w *Workspace) newEvent(name string, fields obj) *event {
	if !w.manifest.hasEvent(name) {
		return nil
	}
	w.eventSeq++
	fields["type"] = name
	if fields["event_ts"] == nil {
		fields["event_ts"] = w.newTS()
	}
	shared := false
	if id, ok := fields["channel"].(string); ok && w.channels[id] != nil {
		shared = w.channels[id].ExtShared
	}
	var enterprise any
	if w.enterpriseID != "" {
		enterprise = w.enterpriseID
	}
	return &event{name: name, at: w.clock.Now(), payload: obj{
		"type": "event_callback", "token": "vt", "team_id": w.teamID, "api_app_id": w.appID,
		"event_id": w.newID("Ev0"), "event_time": w.clock.Now().Unix(), "is_ext_shared_channel": shared,
		"event_context": "4-" + w.hexID(12),
		"authorizations": []obj{{
			"enterprise_id": enterprise, "team_id": w.teamID, "user_id": w.botUserID, "is_bot": true, "is_enterprise_install": false,
		}},
		"event": fields,
	}}
}

// attempt delivers an event; what is not acknowledged is tried again at once, after one and five minutes, and
// what happened while nothing was connected once something is.
func (w *Workspace) attempt(ctx context.Context, ev *event) {
	err := w.deliver(ctx, envelope{typ: "events_api", name: ev.name, payload: ev.payload, attempt: ev.attempts})
	if err == nil || w.ctx.Err() != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.clock.Now().Sub(ev.at) > oldestEvent || ev.attempts >= len(retryAfter) {
		w.record(Entry{Kind: EntryEvent, Name: ev.name, Note: "given up"})
		return
	}
	wait := retryAfter[ev.attempts]
	ev.attempts++
	if errors.Is(err, errNoSocket) {
		w.undelivered = append(w.undelivered, ev)
		w.record(Entry{Kind: EntryEvent, Name: ev.name, Note: "waits for a connection"})
		return
	}
	if wait == 0 {
		w.spawn(func() { w.attempt(w.ctx, ev) })
		return
	}
	w.clock.AfterFunc(wait, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.spawn(func() { w.attempt(w.ctx, ev) })
	})
}

// flushEvents delivers what waited for a connection. The lock is held.
func (w *Workspace) flushEvents() {
	waiting := w.undelivered
	w.undelivered = nil
	for _, ev := range waiting {
		w.spawn(func() { w.attempt(w.ctx, ev) })
	}
}

// Emit sends an event of any type the manifest subscribes to; it says whether it does.
func (w *Workspace) Emit(name string, fields map[string]any) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.manifest.hasEvent(name) {
		return false
	}
	w.emit(name, fields)
	return true
}

// Uninstall removes the app: app_uninstalled is sent if declared, and the tokens stop working.
func (w *Workspace) Uninstall() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.emit("app_uninstalled", obj{})
	w.revoked = true
}
