package slacksim

import (
	"sync"
	"time"
)

// A Clock tells the workspace what time it is and wakes it up. Trigger and response_url lives, message
// timestamps and event retries follow it; acks and pings are real time, because the app is.
type Clock interface {
	Now() time.Time
	// AfterFunc runs f in its own goroutine once d has passed. The returned function cancels it.
	AfterFunc(d time.Duration, f func()) (stop func())
}

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) AfterFunc(d time.Duration, f func()) func() {
	t := time.AfterFunc(d, f)
	return func() { t.Stop() }
}

// ManualClock is a Clock that stands still until Advance or Set moves it.
type ManualClock struct {
	mu     sync.Mutex
	now    time.Time
	timers map[int]manualTimer
	next   int
}

type manualTimer struct {
	at time.Time
	f  func()
}

// NewManualClock returns a clock that stands at now.
func NewManualClock(now time.Time) *ManualClock {
	return &ManualClock{now: now, timers: map[int]manualTimer{}}
}

// Now returns the time the clock stands at.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on by d and starts every timer that came due.
func (c *ManualClock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }

// Set moves the clock to t and starts every timer that came due.
func (c *ManualClock) Set(t time.Time) {
	c.mu.Lock()
	c.now = t
	var due []func()
	for id, timer := range c.timers {
		if !timer.at.After(t) {
			due = append(due, timer.f)
			delete(c.timers, id)
		}
	}
	c.mu.Unlock()
	for _, f := range due {
		go f()
	}
}

// AfterFunc runs f once the clock has been moved on by d or more.
func (c *ManualClock) AfterFunc(d time.Duration, f func()) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := c.next
	c.next++
	c.timers[id] = manualTimer{at: c.now.Add(d), f: f}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.timers, id)
	}
}
