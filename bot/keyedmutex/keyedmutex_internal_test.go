package keyedmutex

import (
	"runtime"
	"slices"
	"testing"
)

// TestNewest lets three draw the same view: whoever waited while a newer one came in
// need not draw.
func TestNewest(t *testing.T) {
	t.Parallel()
	m := New()
	unlockFirst, newest := m.Lock("view", "1")
	if !newest() {
		t.Error("the only one is not newest")
	}
	drawn := make(chan string, 2)
	for i, stamp := range []string{"2", "3"} {
		go func() {
			unlock, newest := m.Lock("view", stamp)
			defer unlock()
			if !newest() {
				stamp = "none"
			}
			drawn <- stamp
		}()
		for m.users("view") != i+2 {
			runtime.Gosched()
		}
	}
	unlockOther, newest := m.Lock("another view", "0")
	if !newest() {
		t.Error("another view has to wait")
	}
	unlockOther()
	unlockFirst()
	got := []string{<-drawn, <-drawn}
	slices.Sort(got)
	if want := []string{"3", "none"}; !slices.Equal(got, want) {
		t.Errorf("drawn are %q, want %q", got, want)
	}
	for m.users("view") != 0 {
		runtime.Gosched()
	}
}

func (m *Mutex) users(key string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.locks[key]; l != nil {
		return l.users
	}
	return 0
}
