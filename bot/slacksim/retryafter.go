package slacksim

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// onTheWay is for how long, in real time, a call may still arrive that the app was about to send when it was told
// to wait.
const onTheWay = 100 * time.Millisecond

// pause is a time within which Slack takes no more calls of a kind, because the app was told so.
type pause struct {
	until time.Time
	told  time.Time // real time
	by    *faultScript
	// excused says that the app may not know: another process of it was told.
	excused bool
}

// Restarted says that the app is a new process, which knows nothing of what the last one was told.
func (w *Workspace) Restarted() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for kind, p := range w.faults.pauses {
		p.excused = true
		w.faults.pauses[kind] = p
	}
}

// ToChannel limits a script to the calls for one channel.
func ToChannel(id string) Calls {
	return When(func(c Call) bool { return c.Param("channel") == id })
}

// kindOf is what Slack counts together: the calls of a method, and of posts those to one channel.
// https://docs.slack.dev/apis/web-api/rate-limits
func kindOf(c *call) string {
	if c.method == "chat.postMessage" {
		return c.method + " to " + c.str("channel")
	}
	return c.method
}

// limitClock tells the time by which Retry-After ends: connections are opened in real time.
func (api *webAPI) limitClock(c *call) time.Time {
	if api.methods[c.method].token == appTokens {
		return time.Now()
	}
	return api.clock.Now()
}

// paused answers a call that comes before the time is over that the app was told to wait. One that the app
// can't have sent before it knew is a violation. The lock is held.
func (api *webAPI) paused(c *call) *answer {
	p, ok := api.faults.pauses[kindOf(c)]
	rest := p.until.Sub(api.limitClock(c))
	if !ok || rest <= 0 {
		return nil
	}
	if p.excused {
		p.excused = false // it knows by now
		p.told = time.Now()
		api.faults.pauses[kindOf(c)] = p
	} else if time.Since(p.told) > api.faults.onTheWay {
		api.violation("call within Retry-After", fmt.Sprintf("%s, %s too early", kindOf(c), rest))
	}
	a := rateLimited(rest)
	a.note = "within Retry-After"
	return a
}

// told notes that an answer asks the app to wait. The lock is held.
func (api *webAPI) told(c *call, a *answer, by *faultScript) {
	seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
	if a.status != http.StatusTooManyRequests || err != nil {
		return
	}
	until := api.limitClock(c).Add(time.Duration(seconds) * time.Second)
	api.faults.pauses[kindOf(c)] = pause{until: until, told: time.Now(), by: by}
}
