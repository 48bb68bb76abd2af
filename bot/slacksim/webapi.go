package slacksim

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

type tokenKind int

const (
	botTokens tokenKind = iota
	appTokens
	anyToken
)

// method is one method of the Web API. run is called with the lock held, so that each call is atomic.
type method struct {
	scopes []string // the app needs one of them; run checks what depends on the channel
	token  tokenKind
	tier   int  // 1 to 4; 0: special, not counted here
	read   bool // takes no JSON body, as Slack's reading methods
	run    func(w *Workspace, c *call) (obj, *apiError)
}

var methods = map[string]method{}

func register(name string, m method) { methods[name] = m }

// perMinute is what each tier allows.
var perMinute = map[int]int{1: 1, 2: 20, 3: 50, 4: 100}

func (w *Workspace) serveAPI(rw http.ResponseWriter, r *http.Request) {
	start := time.Now()
	c, err := readCall(r)
	if err != nil {
		return // the client went away
	}
	w.mu.Lock()
	w.calls[c.method]++
	entry := w.record(Entry{Time: start, Kind: EntryCall, Incoming: true, Name: c.method, Body: c.raw, Params: c.params})
	fault := w.nextFault(Call{Method: c.method, N: w.calls[c.method], entry: *entry})
	w.mu.Unlock()

	a := w.answer(r, c, fault)
	w.locked(func() {
		entry.Status, entry.Answer, entry.Latency, entry.Note = a.status, a.body, time.Since(start), a.note
		w.wrote()
		w.tell(entry)
	})
	a.write(rw)
}

// answer is what goes back to the client.
type answer struct {
	status int
	header http.Header
	body   []byte
	note   string
	abort  bool // reset the connection
}

func (a *answer) write(rw http.ResponseWriter) {
	if a.abort {
		reset(rw)
		return
	}
	maps.Copy(rw.Header(), a.header)
	rw.WriteHeader(a.status)
	_, _ = rw.Write(a.body)
}

func jsonAnswer(status int, v any) *answer {
	return &answer{
		status: status, body: mustJSON(v),
		header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
	}
}

func rateLimited(after time.Duration) *answer {
	a := jsonAnswer(http.StatusTooManyRequests, obj{"ok": false, "error": "ratelimited"})
	a.header.Set("Retry-After", strconv.Itoa(int((after+time.Second-1)/time.Second)))
	return a
}

// answer runs the call, between the two halves of a fault.
func (w *Workspace) answer(r *http.Request, c *call, f *Fault) *answer {
	if f != nil && !f.After {
		if a := w.applyFault(r, f); a != nil {
			return a
		}
	}
	a := w.run(c)
	if f != nil && f.After {
		if spoiled := w.applyFault(r, f); spoiled != nil {
			spoiled.note += " after the effect"
			return spoiled
		}
	}
	return a
}

// run checks everything Slack checks before a method sees its arguments, and runs it.
func (w *Workspace) run(c *call) *answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	m, known := methods[c.method]
	if !known {
		return jsonAnswer(http.StatusOK, obj{"ok": false, "error": "unknown_method", "req_method": c.method})
	}
	out, e := obj(nil), w.authorise(c, m)
	if e == nil && w.rateLimits {
		if wait := w.overLimit(c, m); wait > 0 {
			return rateLimited(wait)
		}
	}
	if e == nil && c.badBody != "" {
		e = fail(c.badBody)
	}
	if e == nil {
		if m.read && c.json {
			c.params = obj{}
		}
		out, e = m.run(w, c)
	}
	if e != nil {
		out = e.json()
	} else {
		out["ok"] = true
	}
	if len(c.warnings) > 0 {
		out["warning"] = strings.Join(c.warnings, ",")
		meta, _ := out["response_metadata"].(obj)
		if meta == nil {
			meta = obj{}
		}
		meta["warnings"] = c.warnings
		out["response_metadata"] = meta
	}
	a := jsonAnswer(http.StatusOK, out)
	if m.token != appTokens {
		a.header.Set("X-Oauth-Scopes", strings.Join(w.manifest.OAuth.Scopes.Bot, ","))
		a.header.Set("X-Accepted-Oauth-Scopes", strings.Join(m.scopes, ","))
	}
	return a
}

func (w *Workspace) authorise(c *call, m method) *apiError {
	if m.token == appTokens && !c.isPost {
		return fail("insecure_request")
	}
	token := c.token
	if m.token == appTokens && !c.inHeader {
		token = ""
	}
	isBot, isApp := token == w.botToken, token == w.appToken
	switch {
	case token == "":
		return fail("not_authed")
	case !isBot && !isApp:
		return fail("invalid_auth")
	case w.revoked:
		return fail("token_revoked")
	case m.token == appTokens && !isApp, m.token == botTokens && !isBot:
		return fail("not_allowed_token_type")
	case isApp || len(m.scopes) == 0 || slices.ContainsFunc(m.scopes, w.manifest.hasScope):
		return nil
	}
	return w.missingScope(m.scopes...)
}

func (w *Workspace) missingScope(needed ...string) *apiError {
	e := fail("missing_scope")
	e.extra = obj{"needed": strings.Join(needed, ","), "provided": strings.Join(w.manifest.OAuth.Scopes.Bot, ",")}
	return e
}

// overLimit counts the call in its tier, and posts per channel. It returns how long to wait if it is one too many.
func (w *Workspace) overLimit(c *call, m method) time.Duration {
	if c.method == "chat.postMessage" {
		return w.take("chat.postMessage "+c.str("channel"), 1, time.Second)
	}
	if m.tier == 0 {
		return 0
	}
	return w.take(c.method, perMinute[m.tier], time.Minute)
}

func (w *Workspace) take(key string, most int, window time.Duration) time.Duration {
	now := w.clock.Now()
	recent := slices.DeleteFunc(w.buckets[key], func(t time.Time) bool { return now.Sub(t) >= window })
	w.buckets[key] = recent
	if len(recent) >= most {
		return window - now.Sub(recent[0])
	}
	w.buckets[key] = append(recent, now)
	return 0
}
