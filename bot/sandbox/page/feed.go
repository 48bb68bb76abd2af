package page

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// coalesce is how long changes are gathered before the pages are told.
	coalesce = 20 * time.Millisecond
	// lookAgain is how often the bot's jobs are looked at while somebody watches: they
	// change without a word.
	lookAgain = 500 * time.Millisecond
)

// section is a part of the page that is the same for everybody.
type section struct {
	json    json.RawMessage
	version uint64 // of the feed when it last changed
}

// feed gathers what changes in a session and wakes the streams.
type feed struct {
	session *session
	stop    context.CancelFunc
	done    chan struct{}
	unkept  atomic.Bool // something changed that may have to be kept in a file

	mu       sync.Mutex
	sections map[string]section
	version  uint64
	readers  map[chan struct{}]struct{}
	refusals []refusalJSON // newest first
	audit    auditTrail
}

// newFeed starts the feed of a session.
func newFeed(s *session) *feed {
	ctx, stop := context.WithCancel(context.Background())
	f := &feed{
		session: s, stop: stop, done: make(chan struct{}),
		sections: map[string]section{}, readers: map[chan struct{}]struct{}{}, refusals: []refusalJSON{},
	}
	go func() {
		defer close(f.done)
		f.run(ctx)
	}()
	return f
}

// end stops the feed and waits for it.
func (f *feed) end() {
	f.stop()
	<-f.done
}

// join returns a channel that gets a value once everything is up to date, and again
// after changes; several changes may share one.
func (f *feed) join() (wake <-chan struct{}, leave func()) {
	ch := make(chan struct{}, 1)
	f.mu.Lock()
	f.readers[ch] = struct{}{}
	f.mu.Unlock()
	f.session.poke()
	return ch, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.readers, ch)
	}
}

func (f *feed) run(ctx context.Context) {
	changes, leave := f.session.world.Slack.Subscribe()
	defer leave()
	defer f.session.world.Slack.Watch(f.watch)()
	calls, hangUp := f.session.world.Vendor.Subscribe()
	defer hangUp()
	// next waits for a change, or for the time; it is over when ctx or the workspace ends.
	next := func(enough <-chan time.Time) (changed, over bool) {
		select {
		case <-ctx.Done():
			return false, true
		case _, open := <-changes:
			return true, !open
		case <-calls:
		case <-f.session.dirty:
		case <-enough:
			return false, false
		}
		return true, false
	}
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		some, over := next(tick.C)
		for enough, more := time.After(coalesce), true; more && !over; { // a moment, for what else changes in it
			more, over = next(enough)
			some = some || more
		}
		if over {
			return
		}
		if some {
			f.unkept.Store(true)
		}
		if f.watched() {
			f.refresh(ctx)
			f.wake()
		}
	}
}

func (f *feed) watched() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.readers) > 0
}

func (f *feed) wake() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for ch := range f.readers {
		select {
		case ch <- struct{}{}:
		default: // it has something to look at already
		}
	}
}

// put sets a section. The lock is held.
func (f *feed) put(name string, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		f.session.log.Error("a part of the page cannot be shown", "section", name, "error", err)
		return
	}
	if old, ok := f.sections[name]; ok && bytes.Equal(old.json, raw) {
		return
	}
	f.version++
	f.sections[name] = section{raw, f.version}
}

// take returns a section, if it changed since.
func (f *feed) take(name string, since uint64) (json.RawMessage, uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.sections[name]
	if s.version <= since {
		return nil, since
	}
	return s.json, s.version
}
