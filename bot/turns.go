package bot

import "sync"

// turns lets work on the same thing be done one after the other.
type turns struct {
	mu     sync.Mutex
	things map[string]*turn
}

type turn struct {
	mu     sync.Mutex
	users  int
	newest string
}

func newTurns() *turns { return &turns{things: map[string]*turn{}} }

// enter waits for the turn of a thing. Slack promises no order, so each work has a
// stamp: it is not newest any more when work with a later stamp is waiting or was done
// just now.
func (o *turns) enter(key, stamp string) (leave func(), newest func() bool) {
	o.mu.Lock()
	t := o.things[key]
	if t == nil {
		t = &turn{}
		o.things[key] = t
	}
	t.users++
	t.newest = max(t.newest, stamp)
	o.mu.Unlock()
	t.mu.Lock()
	leave = func() {
		t.mu.Unlock()
		o.mu.Lock()
		defer o.mu.Unlock()
		if t.users--; t.users == 0 {
			delete(o.things, key)
		}
	}
	newest = func() bool {
		o.mu.Lock()
		defer o.mu.Unlock()
		return stamp >= t.newest
	}
	return leave, newest
}
