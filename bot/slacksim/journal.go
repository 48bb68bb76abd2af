package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// journal is everything that has happened between the app and the workspace.
type journal struct {
	entries    []*Entry
	seq        int           // entries recorded so far
	recorded   chan struct{} // closed and replaced at every entry
	violations []string
	watchers   map[int]func(Entry)
	watchSeq   int
	memory     int // how much of what is past is kept, here and elsewhere; 0: everything
}

// EntryKind says what a journal entry records.
type EntryKind string

// The kinds of journal entry.
const (
	EntryCall      EntryKind = "call"      // a Web API request of the app and its answer
	EntryHook      EntryKind = "hook"      // a request to a response_url
	EntrySocket    EntryKind = "socket"    // a connection opened or ended, a disconnect frame
	EntryEnvelope  EntryKind = "envelope"  // sent to the app
	EntryAck       EntryKind = "ack"       // received from the app
	EntryEvent     EntryKind = "event"     // an event waits for a connection, or was given up
	EntryViolation EntryKind = "violation" // the app broke a rule of the protocol
)

// Entry is one thing that happened between the app and the workspace.
type Entry struct {
	Seq      int
	Time     time.Time // real time
	Kind     EntryKind
	Incoming bool          // from the app to the workspace
	Name     string        // method, envelope type (or payload type), or what happened to a socket
	ID       string        // envelope id
	Conn     int           // connection number, from 1
	Body     []byte        // as it was on the wire
	Params   obj           // of a call: the arguments, decoded
	Status   int           // of a call: HTTP status, 0 when the connection was reset or hung; of a closed socket: the close frame's, 0 without one
	Answer   []byte        // of a call: the response body
	Latency  time.Duration // of a call or an ack
	Note     string
}

// Param returns an argument of a call as a string; objects as JSON.
func (e Entry) Param(name string) string {
	switch v := e.Params[name].(type) {
	case nil:
		return ""
	case string:
		return v
	default:
		b, _ := json.Marshal(v)
		return string(b)
	}
}

// OK says whether a call was answered with "ok":true.
func (e Entry) OK() bool {
	var a struct {
		OK bool `json:"ok"`
	}
	return json.Unmarshal(e.Answer, &a) == nil && a.OK
}

// ErrorCode is the "error" of a call's answer, empty if there is none.
func (e Entry) ErrorCode() string {
	var a struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(e.Answer, &a)
	return a.Error
}

// Journal returns everything that has happened, in order.
func (w *Workspace) Journal() []Entry {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]Entry, len(w.entries))
	for i, e := range w.entries {
		out[i] = *e
	}
	return out
}

// Calls returns the calls of a Web API method, or of all if method is empty.
func (w *Workspace) Calls(method string) []Entry {
	return slices.DeleteFunc(w.Journal(), func(e Entry) bool {
		return e.Kind != EntryCall || method != "" && e.Name != method
	})
}

// Violations returns what the app did against the protocol: late, second and unknown acks, frames that are
// too long, answers that Slack would not take.
func (w *Workspace) Violations() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.violations)
}

// record appends to the journal. The lock is held.
func (j *journal) record(e Entry) *Entry {
	j.seq++
	e.Seq = j.seq
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	if j.memory > 0 && len(j.entries) >= 2*j.memory {
		j.entries = slices.Clone(j.entries[len(j.entries)-j.memory:])
	}
	j.entries = append(j.entries, &e)
	j.wake()
	if e.Kind != EntryCall && e.Kind != EntryHook && e.Kind != EntryAck { // those are completed later
		j.notify(&e)
	}
	return &e
}

// wake wakes up everybody who waits for the journal. The lock is held.
func (j *journal) wake() {
	close(j.recorded)
	j.recorded = make(chan struct{})
}

// WaitJournal waits for an entry for which match is true, from the beginning of the journal on, and returns it.
func (w *Workspace) WaitJournal(ctx context.Context, match func(Entry) bool) (Entry, error) {
	for {
		w.mu.Lock()
		recorded := w.recorded
		for _, e := range w.entries {
			if match(*e) {
				found := *e
				w.mu.Unlock()
				return found, nil
			}
		}
		w.mu.Unlock()
		select {
		case <-recorded:
		case <-ctx.Done():
			return Entry{}, fmt.Errorf("waiting for the journal: %w", context.Cause(ctx))
		case <-w.ctx.Done():
			return Entry{}, errors.New("waiting for the journal: the workspace was closed")
		}
	}
}

// violation records a breach of the protocol. The lock is held.
func (j *journal) violation(name, note string) {
	j.record(Entry{Kind: EntryViolation, Incoming: true, Name: name, Note: note})
	j.violations = append(j.violations, name+": "+note)
}

// notify shows an entry that is complete to those who watch. The lock is held.
func (j *journal) notify(e *Entry) {
	for _, f := range j.watchers {
		f(*e)
	}
}

// Watch has f told of every entry of the journal from now on, until stop is called: of a call when it is
// answered, of everything else at once. f runs with the workspace locked: it must be quick, and must not use
// the workspace. Who measures thousands of calls a second needs it; Journal copies everything each time.
func (w *Workspace) Watch(f func(Entry)) (stop func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := w.watchSeq
	w.watchSeq++
	w.watchers[id] = f
	return func() { w.locked(func() { delete(w.watchers, id) }) }
}
