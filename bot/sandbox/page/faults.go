package page

import (
	"slices"
	"sync"
	"time"

	"renewbot/yeastar/yeastarsim"
)

// fault is a way in which the Partner Portal can be broken by a switch of the page.
type fault struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	About string `json:"about"`
	// arm puts the fault in force until the returned function is called.
	arm func(*yeastarsim.Server) (disarm func())
}

// slowness is long enough to be seen, and short enough for Slack's three seconds to be
// kept by whoever does not wait for the portal.
const slowness = 3 * time.Second

var allFaults = []fault{
	{"slow", "Slow", "Every answer takes three seconds.",
		strikes(yeastarsim.AnyEndpoint, yeastarsim.Latency(slowness))},
	{"refused", "Orders refused", "Orders are refused: the credit line does not cover them.",
		strikes(yeastarsim.OrderSave, yeastarsim.Refuse("insufficient_credit", "The credit line does not cover this order."))},
	{"lost", "Answer lost", "Orders are placed, but the answer is lost on its way, and the order list does not tell their PO numbers: people must settle it.",
		loseAnswers},
	{"pending", "Payment pending", "New orders wait until they are paid or cancelled here.",
		switched(func(s *yeastarsim.Switches) { s.OrderStatus = yeastarsim.StatusPending },
			func(s *yeastarsim.Switches) { s.OrderStatus = yeastarsim.StatusSucceed })},
	{"expired", "Token expired", "All access tokens have ended, and orders refuse a new one, too.",
		endTokens},
	{"down", "Down", "Every call is answered with 503: the portal is not available.",
		strikes(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503))},
}

// strikes arms one fault of the simulator.
func strikes(at yeastarsim.Endpoint, f yeastarsim.Fault) func(*yeastarsim.Server) func() {
	return func(v *yeastarsim.Server) func() { return v.Fault(at, f).Remove }
}

// switched changes the simulator's ways and changes them back.
func switched(on, off func(*yeastarsim.Switches)) func(*yeastarsim.Server) func() {
	return func(v *yeastarsim.Server) func() {
		v.Switch(on)
		return func() { v.Switch(off) }
	}
}

func loseAnswers(v *yeastarsim.Server) func() {
	lost := v.Fault(yeastarsim.OrderSave, yeastarsim.Reset().After())
	tell := switched(func(s *yeastarsim.Switches) { s.EchoPONumber = false }, func(s *yeastarsim.Switches) { s.EchoPONumber = true })(v)
	return func() { lost.Remove(); tell() }
}

func endTokens(v *yeastarsim.Server) func() {
	v.RevokeTokens()
	return v.Fault(yeastarsim.OrderSave, yeastarsim.Unauthorized()).Remove
}

// faults are the switches of one portal.
type faults struct {
	vendor *yeastarsim.Server

	mu    sync.Mutex
	armed map[string]func()
}

func newFaults(v *yeastarsim.Server) *faults {
	return &faults{vendor: v, armed: map[string]func(){}}
}

// set turns a switch, and says whether there is one.
func (f *faults) set(id string, on bool) bool {
	i := slices.IndexFunc(allFaults, func(o fault) bool { return o.ID == id })
	if i < 0 {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	disarm, armed := f.armed[id]
	switch {
	case on && !armed:
		f.armed[id] = allFaults[i].arm(f.vendor)
	case !on && armed:
		disarm()
		delete(f.armed, id)
	}
	return true
}

// on lists the switches that are on.
func (f *faults) on() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, o := range allFaults {
		if _, armed := f.armed[o.ID]; armed {
			out = append(out, o.ID)
		}
	}
	return out
}

// faultJSON is a switch as the page shows it.
type faultJSON struct {
	fault
	On bool `json:"on"`
}

func (f *faults) list() []faultJSON {
	on := f.on()
	var out []faultJSON
	for _, o := range allFaults {
		out = append(out, faultJSON{o, slices.Contains(on, o.ID)})
	}
	return out
}
