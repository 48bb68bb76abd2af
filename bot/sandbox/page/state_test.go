package page_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// message is a message as the page gets it.
type message struct {
	Channel, TS, ThreadTS, User, Text string
	Blocks                            json.RawMessage
	Deleted, Ephemeral                bool
	Replies                           int
}

// says is everything that can be read in a message.
func (m message) says() string { return m.Text + "\n" + string(m.Blocks) }

type field struct {
	BlockID, ActionID, Type, Value string
	Selected                       []struct{ Text, Value string }
}

type view struct {
	ID, Title, Submit, CallbackID string
	Blocks                        json.RawMessage
	Fields                        []field
	Errors                        map[string]string
	Trouble                       string
}

type order struct {
	OrderNo, TransactionNo, Status, Holder, PONumber string
	ViaAPI                                           bool
	Raw                                              json.RawMessage
	Lines                                            []struct {
		Type, Name string
		Quantity   int
	}
	ExpiryBefore, ExpiryAfter *time.Time
}

type entry struct {
	Seq     int64
	Code    string
	Actor   string
	At      time.Time
	Details map[string]string
}

// state is what a page has put together from the patches.
type state struct {
	Resets int
	Me     string
	Clock  struct {
		Now          time.Time
		AheadSeconds int64
	}
	People    []struct{ ID, Name, Kind, Role string }
	Commands  []struct{ Command, Description, Hint string }
	Shortcuts []struct{ Name, CallbackID, Type string }
	App       struct{ ID, Name, UserID, BotID string }
	Channels  []struct {
		ID, Name string
		IM       bool
	}
	Messages map[string]message // by channel and ts
	Stack    []view
	Home     *view
	Refusals []struct {
		Method, Error string
		Details       []string
	}
	Orders        []order
	CustomerCount int
	Calls         []struct {
		Endpoint string
		Status   int
		Faults   []string
	}
	Faults []struct {
		ID string
		On bool
	}
	Running bool
	Sockets int
	Jobs    struct{ Waiting, Running, Failed int64 }
	Audit   []entry
}

// dm is the channel of the app's direct messages.
func (s *state) dm() string {
	for _, c := range s.Channels {
		if c.IM {
			return c.ID
		}
	}
	return ""
}

// find returns the newest message of a channel with all of the pieces.
func (s *state) find(channel string, pieces ...string) (message, bool) {
	keys := slices.Sorted(maps.Keys(s.Messages))
	slices.Reverse(keys)
	for _, k := range keys {
		m := s.Messages[k]
		if m.Channel == channel && !m.Deleted && !slices.ContainsFunc(pieces, func(p string) bool { return !strings.Contains(m.says(), p) }) {
			return m, true
		}
	}
	return message{}, false
}

func (s *state) codes() []string {
	var out []string
	for _, e := range slices.Backward(s.Audit) {
		out = append(out, e.Code)
	}
	return out
}

// apply does what the front end does with a patch.
func (w *window) apply(data []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var p map[string]json.RawMessage
	if err := json.Unmarshal(data, &p); err != nil {
		w.b.t.Errorf("a patch that is not JSON: %v", err)
	}
	s := &w.state
	if p["reset"] != nil {
		*s = state{Resets: s.Resets + 1}
	}
	if s.Messages == nil {
		s.Messages = map[string]message{}
	}
	read := func(name string, from map[string]json.RawMessage, to any) {
		if raw := from[name]; raw != nil {
			if err := json.Unmarshal(raw, to); err != nil {
				w.b.t.Errorf("the patch's %s: %v", name, err)
			}
		}
	}
	var messages []message
	var gone []struct{ Channel, TS string }
	var portal, bot map[string]json.RawMessage
	for name, to := range map[string]any{
		"me": &s.Me, "clock": &s.Clock, "people": &s.People, "commands": &s.Commands, "shortcuts": &s.Shortcuts, "app": &s.App,
		"channels": &s.Channels, "messages": &messages, "gone": &gone, "refusals": &s.Refusals, "portal": &portal,
		"faults": &s.Faults, "bot": &bot,
	} {
		read(name, p, to)
	}
	if p["stack"] != nil {
		s.Stack = nil
		read("stack", p, &s.Stack)
	}
	if p["home"] != nil {
		s.Home = nil
		read("home", p, &s.Home)
	}
	if portal["calls"] != nil {
		s.Calls = nil
	}
	if portal["orders"] != nil {
		s.Orders = nil
	}
	read("orders", portal, &s.Orders)
	read("customerCount", portal, &s.CustomerCount)
	read("calls", portal, &s.Calls)
	read("running", bot, &s.Running)
	read("sockets", bot, &s.Sockets)
	read("jobs", bot, &s.Jobs)
	if bot["audit"] != nil {
		s.Audit = nil
	}
	read("audit", bot, &s.Audit)
	for _, m := range messages {
		s.Messages[m.Channel+" "+m.TS] = m
	}
	for _, g := range gone {
		delete(s.Messages, g.Channel+" "+g.TS)
	}
	w.events = append(w.events, bytes.Clone(data))
	close(w.changed)
	w.changed = make(chan struct{})
}

// names are those of the channels; the app's direct messages are DM.
func (s *state) names() map[string]bool {
	out := map[string]bool{}
	for _, c := range s.Channels {
		if c.IM {
			out["DM"] = true
		} else {
			out[c.Name] = true
		}
	}
	return out
}

// on says whether a switch of the portal is on.
func (s *state) on(id string) bool {
	for _, f := range s.Faults {
		if f.ID == id {
			return f.On
		}
	}
	return false
}

// has says whether the audit trail has a code.
func (s *state) has(code string) bool { return slices.Contains(s.codes(), code) }

// placed counts the orders of the bot.
func (s *state) placed() int {
	n := 0
	for _, o := range s.Orders {
		if o.ViaAPI {
			n++
		}
	}
	return n
}

func contains(s, piece string) bool { return strings.Contains(s, piece) }
