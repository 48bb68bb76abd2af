package slacksim

import (
	"maps"
	"net"
	"net/http"
	"slices"
	"time"
)

// faults spoils the calls that a script names.
type faults struct {
	*core
	scripts []*faultScript
	calls   map[string]int   // made so far, by method
	pauses  map[string]pause // by kindOf: what the app was told to wait for

	onTheWay time.Duration
}

// FaultKind is a way in which a Web API call goes wrong.
type FaultKind int

// The kinds of fault.
const (
	FaultNone       FaultKind = iota // only Delay
	FaultHang                        // no answer until the client gives up
	FaultStatus                      // HTTP Status (500 if 0) with an HTML page
	FaultRateLimit                   // 429 with Retry-After, and again for every call of its kind before that is over
	FaultReset                       // the connection is reset
	FaultBrokenJSON                  // an answer that ends in the middle
	FaultNotOK                       // {"ok":false} and nothing else
	FaultHTML                        // HTTP 200 with an HTML page
	FaultError                       // {"ok":false,"error":Error}
)

// Fault is what goes wrong with a call.
type Fault struct {
	Kind       FaultKind
	After      bool          // the method has its effect first: "done, but the answer was lost"
	Delay      time.Duration // real time, before the rest
	Status     int           // of FaultStatus
	RetryAfter time.Duration // of FaultRateLimit, rounded up to seconds
	Error      string        // of FaultError
}

// Call is a call that a fault may befall.
type Call struct {
	Method string
	N      int // which call of this method it is since the workspace was made, from 1
	entry  Entry
}

// Param returns an argument as a string; objects as JSON.
func (c Call) Param(name string) string { return c.entry.Param(name) }

type faultScript struct {
	method string
	fault  Fault
	left   int // -1: for ever
	skip   int
	when   func(Call) bool
}

// spoils is the script's fault; nil: there is no script.
func (s *faultScript) spoils() *Fault {
	if s == nil {
		return nil
	}
	return &s.fault
}

// Calls says which calls a script concerns.
type Calls func(*faultScript)

// Times limits a script to the next n calls.
func Times(n int) Calls { return func(s *faultScript) { s.left = n } }

// AfterCalls leaves the next n calls alone.
func AfterCalls(n int) Calls { return func(s *faultScript) { s.skip = n } }

// When limits a script to the calls for which f is true. f must not call the workspace.
func When(f func(Call) bool) Calls { return func(s *faultScript) { s.when = f } }

// HookMethod is the name under which faults and the journal know requests to a response_url.
const HookMethod = "response_url"

// Fail makes calls of a method fail (all methods if it is empty), until the returned function is called or
// the limits in which are used up.
func (w *Workspace) Fail(method string, f Fault, which ...Calls) (stop func()) {
	s := &faultScript{method: method, fault: f, left: -1}
	for _, c := range which {
		c(s)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults.scripts = append(w.faults.scripts, s)
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.faults.scripts = slices.DeleteFunc(w.faults.scripts, func(o *faultScript) bool { return o == s })
		maps.DeleteFunc(w.faults.pauses, func(_ string, p pause) bool { return p.by == s })
	}
}

// next finds the script for a call and counts it. The lock is held.
func (fs *faults) next(c Call) *faultScript {
	for _, s := range fs.scripts {
		if s.left == 0 || s.method != "" && s.method != c.Method || s.when != nil && !s.when(c) {
			continue
		}
		if s.skip > 0 {
			s.skip--
			continue
		}
		if s.left > 0 {
			s.left--
		}
		return s
	}
	return nil
}

const htmlPage = "<!DOCTYPE html><html><head><title>Server Error | Slack</title></head><body><h1>Something went wrong</h1></body></html>"

// apply waits and makes the spoiled answer, or nil when the call goes on.
func (fs *faults) apply(r *http.Request, f *Fault) *answer {
	if f.Delay > 0 && !fs.delay(r, f.Delay) {
		return &answer{abort: true, note: "given up by the client"}
	}
	html := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	switch f.Kind {
	case FaultHang:
		fs.delay(r, 0)
		return &answer{abort: true, note: "hung"}
	case FaultStatus:
		status := f.Status
		if status == 0 {
			status = http.StatusInternalServerError
		}
		return &answer{status: status, header: html, body: []byte(htmlPage), note: "fault"}
	case FaultRateLimit:
		a := rateLimited(max(f.RetryAfter, time.Second))
		a.note = "fault"
		return a
	case FaultReset:
		return &answer{abort: true, note: "reset"}
	case FaultBrokenJSON:
		a := jsonAnswer(http.StatusOK, nil)
		a.body, a.note = []byte(`{"ok":true,"channel":"C0`), "fault"
		return a
	case FaultNotOK:
		a := jsonAnswer(http.StatusOK, obj{"ok": false})
		a.note = "fault"
		return a
	case FaultHTML:
		return &answer{status: http.StatusOK, header: html, body: []byte(htmlPage), note: "fault"}
	case FaultError:
		a := jsonAnswer(http.StatusOK, obj{"ok": false, "error": f.Error})
		a.note = "fault"
		return a
	}
	return nil
}

// delay waits for d, or without end if d is 0. It returns false when the client or the workspace went away.
func (fs *faults) delay(r *http.Request, d time.Duration) bool {
	var over <-chan time.Time
	if d > 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		over = t.C
	}
	select {
	case <-over:
		return true
	case <-r.Context().Done():
	case <-fs.ctx.Done():
	}
	return false
}

// reset ends the client's connection with a TCP reset.
func reset(rw http.ResponseWriter) {
	h, ok := rw.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	nc, _, err := h.Hijack()
	if err != nil {
		return
	}
	if tcp, ok := nc.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = nc.Close()
}
