// Package keyedmutex lets work on the same thing be done one after the other. It keeps
// nothing of a thing on which nobody works.
package keyedmutex

import "sync"

// Mutex is one lock for each key. Make it with New.
type Mutex struct {
	mu    sync.Mutex
	locks map[string]*lock
}

type lock struct {
	mu     sync.Mutex
	users  int
	newest string
}

// New makes a mutex that nobody holds.
func New() *Mutex { return &Mutex{locks: map[string]*lock{}} }

// Lock waits until nobody else holds the key. Slack promises no order, so each piece of
// work has a stamp: it is not newest any more when work with a later stamp is waiting or
// was done just now.
func (m *Mutex) Lock(key, stamp string) (unlock func(), newest func() bool) {
	m.mu.Lock()
	l := m.locks[key]
	if l == nil {
		l = &lock{}
		m.locks[key] = l
	}
	l.users++
	l.newest = max(l.newest, stamp)
	m.mu.Unlock()
	l.mu.Lock()
	unlock = func() {
		l.mu.Unlock()
		m.mu.Lock()
		defer m.mu.Unlock()
		if l.users--; l.users == 0 {
			delete(m.locks, key)
		}
	}
	newest = func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		return stamp >= l.newest
	}
	return unlock, newest
}
