package yeastarsim

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Fault describes what goes wrong with a call. It is a value: the methods return changed copies. Unless told otherwise
// it strikes before the call has any effect, and every time.
type Fault struct {
	name  string
	after bool
	nth   int
	times int

	wait  time.Duration
	gate  <-chan struct{}
	hang  bool
	reset bool
	make  func(f Fault, real *answer) *answer // nil: the call goes on after waiting

	httpStatus, bodyStatus int
	code, detail           string
	result                 any
}

// Before lets the fault strike before the call has any effect; this is the default.
func (f Fault) Before() Fault { f.after = false; return f }

// After lets the call have its effect first and then spoils the answer.
func (f Fault) After() Fault { f.after = true; return f }

// Times limits how often the fault strikes; zero is always.
func (f Fault) Times(n int) Fault { f.times = n; return f }

// Nth lets the fault strike at the nth call after it was armed, counted from 1, and only then unless Times says more.
func (f Fault) Nth(n int) Fault { f.nth = n; return f }

// Status sets the HTTP status and the status inside the envelope.
func (f Fault) Status(http, body int) Fault { f.httpStatus, f.bodyStatus = http, body; return f }

// Result sets the result of a refusal envelope.
func (f Fault) Result(result any) Fault { f.result = result; return f }

// Latency delays the call, and then lets it go on even if the client has given up meanwhile.
func Latency(d time.Duration) Fault { return Fault{name: "latency", wait: d} }

// Hold stops the call until release is closed, and then lets it go on even if the client has given up meanwhile: an
// order held before its effect appears late.
func Hold(release <-chan struct{}) Fault { return Fault{name: "hold", gate: release} }

// Hang never answers: the call ends when the client gives up or the server closes.
func Hang() Fault { return Fault{name: "hang", hang: true} }

// Reset cuts the connection without an answer (TCP reset where the connection allows it). Go's http.Transport repeats a
// GET by itself when that happens on a reused connection, so a GET may need the fault more than once to be seen.
func Reset() Fault { return Fault{name: "reset", reset: true} }

// Refuse answers a well-formed envelope with that code and message, as HTTP 400 unless Status says otherwise.
func Refuse(code, detail string) Fault {
	return Fault{name: "refuse", httpStatus: 400, bodyStatus: 400, code: code, detail: detail, make: makeEnvelope}
}

// Unauthorized answers 401 with an envelope.
func Unauthorized() Fault {
	return Fault{name: "401", httpStatus: 401, bodyStatus: 401, code: codeUnauthorized, detail: "The access token is invalid.", make: makeEnvelope}
}

// Forbidden answers 403 with an envelope.
func Forbidden() Fault {
	return Fault{name: "403", httpStatus: 403, bodyStatus: 403, code: codeForbidden, detail: "The IP address is not permitted.", make: makeEnvelope}
}

// TooMany answers 429 with an envelope and Retry-After in whole seconds, rounded up; a negative duration leaves the
// header out.
func TooMany(retryAfter time.Duration) Fault {
	return Fault{name: "429", httpStatus: 429, bodyStatus: 429, code: "too_many_requests", detail: "Too many requests.",
		make: func(f Fault, real *answer) *answer {
			a := makeEnvelope(f, real)
			if retryAfter >= 0 {
				a.header.Set("Retry-After", strconv.Itoa(int(math.Ceil(retryAfter.Seconds()))))
			}
			return a
		}}
}

// HTTPError answers a status such as 500, 502 or 503 as a gateway does: plain text, no envelope.
func HTTPError(status int) Fault {
	return Fault{name: strconv.Itoa(status), httpStatus: status, make: func(f Fault, _ *answer) *answer {
		return &answer{status: f.httpStatus, header: contentType("text/plain"), body: fmt.Appendf(nil, "%d %s\n", f.httpStatus, http.StatusText(f.httpStatus))}
	}}
}

// BrokenJSON answers the first half of the true answer, or of an envelope when it strikes before the effect.
func BrokenJSON() Fault {
	return Fault{name: "broken JSON", httpStatus: 200, make: func(f Fault, real *answer) *answer {
		body := []byte(`{"code":"success","detailMessage":"","requ`)
		if real != nil {
			body = real.body[:len(real.body)/2]
		}
		return &answer{status: f.httpStatus, header: contentType("application/json"), body: body}
	}}
}

// NoOrderNumber answers success with an order status and without an order number.
func NoOrderNumber() Fault {
	return Fault{name: "no order number", httpStatus: 200, bodyStatus: 200, code: "success",
		result: object{"orderStatus": StatusSucceed}, make: makeEnvelope}
}

// EmptyBody answers HTTP 200 with nothing in it.
func EmptyBody() Fault {
	return Fault{name: "empty body", httpStatus: 200, make: func(f Fault, _ *answer) *answer {
		return &answer{status: f.httpStatus, header: contentType("application/json")}
	}}
}

// HugeBody answers an envelope that is followed by size bytes of white space, so that only a bounded reader survives.
func HugeBody(size int64) Fault {
	return Fault{name: "huge body", httpStatus: 200, bodyStatus: 200, code: "success", make: func(f Fault, real *answer) *answer {
		a := makeEnvelope(f, nil)
		if real != nil {
			a.body = slices.Clone(real.body)
		}
		a.body = slices.Concat([]byte{'\n'}, a.body)
		a.filler = size
		return a
	}}
}

// HTMLPage answers a web page with HTTP 200, or another status by Status, as a proxy or a maintenance page does.
func HTMLPage() Fault {
	return Fault{name: "HTML page", httpStatus: 200, make: func(f Fault, _ *answer) *answer {
		return &answer{status: f.httpStatus, header: contentType("text/html"),
			body: []byte("<!doctype html><html><head><title>Maintenance</title></head><body><h1>Please come back later</h1></body></html>\n")}
	}}
}

func contentType(t string) http.Header { return http.Header{"Content-Type": {t}} }

func makeEnvelope(f Fault, _ *answer) *answer {
	return enveloped(f.httpStatus, &f.bodyStatus, f.code, f.detail, f.result)
}

// ArmedFault is a fault in force at an endpoint.
type ArmedFault struct {
	s        *Server
	endpoint Endpoint
	fault    Fault
	seen     int
	hits     int
}

// Fault puts a fault in force at an endpoint. Several may be in force: they strike in the order they were armed, those
// that only wait and then one that answers.
func (s *Server) Fault(e Endpoint, f Fault) *ArmedFault {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &ArmedFault{s: s, endpoint: e, fault: f}
	s.faults = append(s.faults, a)
	return a
}

// ClearFaults ends all faults; calls that wait in one go on waiting.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// Remove ends the fault for later calls.
func (a *ArmedFault) Remove() {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	a.s.faults = slices.DeleteFunc(a.s.faults, func(o *ArmedFault) bool { return o == a })
}

// Hits is how many calls the fault has been put on so far.
func (a *ArmedFault) Hits() int {
	a.s.mu.Lock()
	defer a.s.mu.Unlock()
	return a.hits
}

// Wait returns when the fault has been put on n calls, which it may not have struck yet, or with the context's error.
func (a *ArmedFault) Wait(ctx context.Context, n int) error {
	return a.s.waitFor(ctx, fmt.Sprintf("%d calls with the fault %q", n, a.fault.name), func() bool { return a.hits >= n })
}

// takeFaults counts a call with every fault in force and returns those that strike it.
func (s *Server) takeFaults(e Endpoint) (before, after []Fault) {
	for _, a := range s.faults {
		if a.endpoint != e && a.endpoint != AnyEndpoint {
			continue
		}
		a.seen++
		times := a.fault.times
		if a.fault.nth > 0 && times == 0 {
			times = 1
		}
		if a.seen < a.fault.nth || (times > 0 && a.hits >= times) {
			continue
		}
		a.hits++
		if a.fault.after {
			after = append(after, a.fault)
		} else {
			before = append(before, a.fault)
		}
	}
	return before, after
}

// apply lets faults strike. It returns an answer in place of the true one, if any, and whether the call goes on at all.
func (s *Server) apply(faults []Fault, w http.ResponseWriter, r *http.Request, real *answer) (*answer, bool) {
	for _, f := range faults {
		switch {
		case f.hang:
			select {
			case <-r.Context().Done():
			case <-s.done:
			}
			return nil, false
		case f.reset:
			cut(w)
			return nil, false
		case f.make != nil:
			return f.make(f, real), true
		}
		if !s.pause(f) {
			return nil, false
		}
	}
	return nil, true
}

// pause waits as a fault says, whatever the client does meanwhile, and reports false when the server closes first.
func (s *Server) pause(f Fault) bool {
	if f.gate != nil {
		select {
		case <-f.gate:
		case <-s.done:
			return false
		}
	}
	timer := time.NewTimer(f.wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.done:
		return false
	}
}

// cut ends the connection with a TCP reset, as far as the connection can be taken over.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0) // without it the client sees an end of file: also a cut connection
	}
	_ = conn.Close()
}
