package slacksim

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

var (
	errNoSocket = errors.New("no connection of the app is open")
	errNoAck    = errors.New("the app did not acknowledge in time")
)

// envelope is what goes to the app.
type envelope struct {
	typ, name string // envelope type, and payload type if there is one
	accepts   bool   // accepts_response_payload
	payload   obj
	attempt   int // of events_api
	onAck     func(payload json.RawMessage)
}

type deliveryState int

const (
	waiting deliveryState = iota
	acknowledged
	timedOut
)

// delivery is an envelope on its way, and what became of it.
type delivery struct {
	id, name string
	accepts  bool
	conns    []*conn // where each copy went
	sent     time.Time
	acks     int
	state    deliveryState
	done     chan struct{}
	onAck    func(payload json.RawMessage)
}

// deliver sends an envelope over one of the app's connections, chosen at random, and waits for its ack.
func (s *sockets) deliver(ctx context.Context, e envelope) error {
	s.mu.Lock()
	fault := s.nextFault(e)
	s.mu.Unlock()
	if fault.Delay > 0 {
		if err := s.sleep(ctx, fault.Delay); err != nil {
			return err
		}
	}
	d, err := s.dispatch(e, fault)
	if err != nil {
		return err
	}
	t := time.NewTimer(s.ackTimeout)
	defer t.Stop()
	select {
	case <-d.done:
		return nil
	case <-t.C:
		err = errNoAck
	case <-ctx.Done():
		err = fmt.Errorf("waiting for the app's ack: %w", context.Cause(ctx))
	case <-s.ctx.Done():
		err = errors.New("the workspace was closed")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.state == acknowledged {
		return nil
	}
	d.state = timedOut
	return err
}

// dispatch registers the envelope and writes it, in the way the fault wants it.
func (s *sockets) dispatch(e envelope, f EnvelopeFault) (*delivery, error) {
	s.mu.Lock()
	live := s.live()
	if len(live) == 0 {
		s.mu.Unlock()
		return nil, errNoSocket
	}
	d := &delivery{id: s.envelopeID(), name: e.name, accepts: e.accepts, done: make(chan struct{}), onAck: e.onAck, sent: time.Now()}
	s.deliveries[d.id] = d
	s.oldDeliveries.add(d.id, s.memory, func(old string) bool {
		if s.deliveries[old].state != acknowledged {
			return false
		}
		delete(s.deliveries, old)
		return true
	})
	frame := e.frame(d.id)
	copies := 1
	if f.Kind == EnvelopeDuplicate {
		copies = 2
	}
	for range copies {
		d.conns = append(d.conns, live[s.rng.IntN(len(live))])
	}
	var repeat *delivery
	var repeated []byte
	if f.Kind == EnvelopeRepeat {
		repeat = &delivery{id: s.envelopeID(), name: e.name, accepts: e.accepts, done: make(chan struct{}), sent: d.sent}
		repeat.conns = []*conn{live[s.rng.IntN(len(live))]}
		s.deliveries[repeat.id], repeated = repeat, e.frame(repeat.id)
	}
	for _, c := range d.conns {
		s.record(Entry{Kind: EntryEnvelope, Name: e.name, ID: d.id, Conn: c.n, Body: frame, Note: string(f.Kind)})
	}
	if repeat != nil {
		s.record(Entry{Kind: EntryEnvelope, Name: e.name, ID: repeat.id, Conn: repeat.conns[0].n, Body: repeated, Note: string(f.Kind)})
	}
	s.mu.Unlock()

	if f.Kind == EnvelopeLost {
		return d, nil
	}
	for _, c := range d.conns {
		// A connection that dies here is a lost envelope: the person sees a time-out.
		_ = c.send(frame)
	}
	if repeat != nil {
		_ = repeat.conns[0].send(repeated)
	}
	switch f.Kind {
	case EnvelopeCut:
		d.conns[0].cut()
	case EnvelopeDisconnect:
		s.disconnect(d.conns[0], cmp.Or(f.Reason, ReasonRefresh), time.Second)
	}
	return d, nil
}

func (s *sockets) envelopeID() string {
	h := s.hexID(16)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:]
}

func (e envelope) frame(id string) []byte {
	out := obj{"envelope_id": id, "type": e.typ, "accepts_response_payload": e.accepts, "payload": e.payload}
	if e.typ == "events_api" {
		out["retry_attempt"], out["retry_reason"] = e.attempt, ""
		if e.attempt > 0 {
			out["retry_reason"] = "timeout"
		}
	}
	return mustJSON(out)
}

// acked takes an ack that belongs to a delivery. The lock is held.
func (s *sockets) acked(d *delivery, c *conn, payload json.RawMessage, e *Entry) {
	d.acks++
	note := fmt.Sprintf("%s %s after %s", d.name, d.id, e.Latency.Round(time.Millisecond))
	switch {
	case d.acks > len(d.conns):
		s.violation("second ack", note)
		return
	case !slices.Contains(d.conns, c):
		s.violation("ack on another connection", note)
		return
	case d.state == timedOut:
		s.violation("late ack", note)
		return
	case d.state == acknowledged:
		return // the other copy of a duplicate
	}
	payload = bytes.TrimSpace(payload)
	if s := string(payload); s == "{}" || s == "null" {
		payload = nil
	}
	if len(payload) > 0 && !d.accepts {
		s.violation("payload not accepted", note)
		payload = nil
	}
	d.state = acknowledged
	if d.onAck != nil {
		d.onAck(payload)
	}
	close(d.done)
}

// EnvelopeFaultKind is a way in which an envelope goes wrong.
type EnvelopeFaultKind string

// The kinds of envelope fault.
const (
	EnvelopeLate       EnvelopeFaultKind = ""           // only Delay
	EnvelopeDuplicate  EnvelopeFaultKind = "duplicate"  // sent twice with the same id
	EnvelopeRepeat     EnvelopeFaultKind = "repeat"     // sent again with a new id and the same content
	EnvelopeLost       EnvelopeFaultKind = "lost"       // never arrives
	EnvelopeCut        EnvelopeFaultKind = "cut"        // the TCP connection is cut right behind it
	EnvelopeDisconnect EnvelopeFaultKind = "disconnect" // a disconnect frame follows it at once, before the ack
)

// EnvelopeFault is what happens to an envelope.
type EnvelopeFault struct {
	Kind   EnvelopeFaultKind
	Delay  time.Duration // real time before it is sent
	Reason string        // of EnvelopeDisconnect; refresh_requested if empty
}

type envelopeScript struct {
	name  string
	fault EnvelopeFault
	left  int
}

// Disturb makes the next n envelopes with the name (slash_commands, block_actions, view_submission,
// view_closed, block_suggestion, shortcut, or an event's type; any if empty) go wrong; n < 0 is for ever.
func (w *Workspace) Disturb(name string, f EnvelopeFault, n int) (stop func()) {
	s := &envelopeScript{name: name, fault: f, left: n}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sockets.faults = append(w.sockets.faults, s)
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.sockets.faults = slices.DeleteFunc(w.sockets.faults, func(o *envelopeScript) bool { return o == s })
	}
}

func (s *sockets) nextFault(e envelope) EnvelopeFault {
	for _, s := range s.faults {
		if s.left != 0 && (s.name == "" || s.name == e.name) {
			s.left--
			return s.fault
		}
	}
	return EnvelopeFault{}
}
