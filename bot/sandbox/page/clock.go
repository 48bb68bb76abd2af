package page

import (
	"sync"
	"time"
)

// Clock runs as the real time does, and can be moved on as often as somebody likes. It
// never goes back.
type Clock struct {
	shift time.Duration // of its beginning against the real time

	mu     sync.Mutex
	ahead  time.Duration
	timers map[int]*timer
	next   int
}

// timer is a call that waits for a time of the clock.
type timer struct {
	at   time.Time
	f    func()
	real *time.Timer
}

// NewClock returns a clock that differs from the real time by shift and was moved on by
// ahead.
func NewClock(shift, ahead time.Duration) *Clock {
	return &Clock{shift: shift, ahead: ahead, timers: map[int]*timer{}}
}

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time { return time.Now().Add(c.shift + c.ahead) }

// Ahead is by how much the clock was moved on.
func (c *Clock) Ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead
}

// Advance moves the clock on and starts every call that came due.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += max(d, 0)
	now := c.now()
	for _, t := range c.timers {
		t.real.Reset(max(t.at.Sub(now), 0))
	}
}

// AfterFunc runs f in a goroutine of its own once d has passed on the clock, until it is
// stopped.
func (c *Clock) AfterFunc(d time.Duration, f func()) (stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := c.next
	c.next++
	c.timers[id] = &timer{at: c.now().Add(d), f: f, real: time.AfterFunc(d, func() { c.ring(id) })}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if t := c.timers[id]; t != nil {
			t.real.Stop()
			delete(c.timers, id)
		}
	}
}

// ring runs a call, once, however often its timer was set.
func (c *Clock) ring(id int) {
	c.mu.Lock()
	t := c.timers[id]
	delete(c.timers, id)
	c.mu.Unlock()
	if t != nil {
		t.f()
	}
}
