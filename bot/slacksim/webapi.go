package slacksim

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// webAPI serves the methods of all parts, after the checks that Slack makes for every one.
type webAPI struct {
	*core
	faults     *faults
	methods    map[string]method
	rateLimits bool
	limits     map[string]int // calls in a minute, by method, in place of the tier's
	buckets    map[string][]time.Time
	revoked    bool // the tokens do not work any more
}

func newWebAPI(c *core, f *faults, parts ...map[string]method) *webAPI {
	api := &webAPI{core: c, faults: f, methods: map[string]method{}, limits: map[string]int{}, buckets: map[string][]time.Time{}}
	for _, methods := range parts {
		maps.Copy(api.methods, methods)
	}
	return api
}

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
	run    func(c *call) (obj, *apiError)
}

// perMinute is what each tier allows.
var perMinute = map[int]int{1: 1, 2: 20, 3: 50, 4: 100}

func (api *webAPI) serve(rw http.ResponseWriter, r *http.Request) {
	start := time.Now()
	c, err := readCall(r)
	if err != nil {
		return // the client went away
	}
	api.mu.Lock()
	api.faults.calls[c.method]++
	entry := api.record(Entry{Time: start, Kind: EntryCall, Incoming: true, Name: c.method, Body: c.raw, Params: c.params})
	a := api.paused(c)
	if a == nil {
		script := api.faults.next(Call{Method: c.method, N: api.faults.calls[c.method], entry: *entry})
		api.mu.Unlock()
		a = api.answer(r, c, script.spoils())
		api.mu.Lock()
		if r.Context().Err() == nil { // else nobody hears it
			api.told(c, a, script)
		}
	}
	api.mu.Unlock()
	api.locked(func() {
		entry.Status, entry.Answer, entry.Latency, entry.Note = a.status, a.body, time.Since(start), a.note
		api.wake()
		api.notify(entry)
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
func (api *webAPI) answer(r *http.Request, c *call, f *Fault) *answer {
	if f != nil && !f.After {
		if a := api.faults.apply(r, f); a != nil {
			return a
		}
	}
	a := api.run(c)
	if f != nil && f.After {
		if spoiled := api.faults.apply(r, f); spoiled != nil {
			spoiled.note += " after the effect"
			return spoiled
		}
	}
	return a
}

// run checks everything Slack checks before a method sees its arguments, and runs it.
func (api *webAPI) run(c *call) *answer {
	api.mu.Lock()
	defer api.mu.Unlock()
	m, known := api.methods[c.method]
	if !known {
		return jsonAnswer(http.StatusOK, obj{"ok": false, "error": "unknown_method", "req_method": c.method})
	}
	out, e := obj(nil), api.authorise(c, m)
	if e == nil {
		if wait := api.overLimit(c, m); wait > 0 {
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
		out, e = m.run(c)
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
		a.header.Set("X-Oauth-Scopes", strings.Join(api.manifest.OAuth.Scopes.Bot, ","))
		a.header.Set("X-Accepted-Oauth-Scopes", strings.Join(m.scopes, ","))
	}
	return a
}

func (api *webAPI) authorise(c *call, m method) *apiError {
	if m.token == appTokens && !c.isPost {
		return fail("insecure_request")
	}
	token := c.token
	if m.token == appTokens && !c.inHeader {
		token = ""
	}
	isBot, isApp := token == api.botToken, token == api.appToken
	switch {
	case token == "":
		return fail("not_authed")
	case !isBot && !isApp:
		return fail("invalid_auth")
	case api.revoked:
		return fail("token_revoked")
	case m.token == appTokens && !isApp, m.token == botTokens && !isBot:
		return fail("not_allowed_token_type")
	case isApp || len(m.scopes) == 0 || slices.ContainsFunc(m.scopes, api.manifest.hasScope):
		return nil
	}
	return api.manifest.missingScope(m.scopes...)
}

func (m *manifest) missingScope(needed ...string) *apiError {
	e := fail("missing_scope")
	e.extra = obj{"needed": strings.Join(needed, ","), "provided": strings.Join(m.OAuth.Scopes.Bot, ",")}
	return e
}

// overLimit counts the call in its tier, and posts per channel. It returns how long to wait if it is one too many.
func (api *webAPI) overLimit(c *call, m method) time.Duration {
	if most, ok := api.limits[c.method]; ok {
		return api.limit(c.method, most, time.Minute)
	}
	if !api.rateLimits {
		return 0
	}
	if c.method == "chat.postMessage" {
		return api.limit("chat.postMessage "+c.str("channel"), 1, time.Second)
	}
	if m.tier == 0 {
		return 0
	}
	return api.limit(c.method, perMinute[m.tier], time.Minute)
}

func (api *webAPI) limit(key string, most int, window time.Duration) time.Duration {
	now := api.clock.Now()
	recent := slices.DeleteFunc(api.buckets[key], func(t time.Time) bool { return now.Sub(t) >= window })
	api.buckets[key] = recent
	if len(recent) >= most {
		return window - now.Sub(recent[0])
	}
	api.buckets[key] = append(recent, now)
	return 0
}
