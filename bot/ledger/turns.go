package ledger

import (
	"context"
	"sync"
)

// turns lets changes into a database that has one writer: those that somebody waits for
// before those that only draw what is saved, and otherwise in their order.
type turns struct {
	mu      sync.Mutex
	taken   bool
	waiting [2][]chan struct{} // who is next first; those that draw come second
}

// take waits for a turn, for as long as ctx lasts. Whoever gets one gives it back.
func (t *turns) take(ctx context.Context) error {
	t.mu.Lock()
	if !t.taken {
		t.taken = true
		t.mu.Unlock()
		return nil
	}
	class := 0
	if draws(ctx) {
		class = 1
	}
	turn := make(chan struct{})
	t.waiting[class] = append(t.waiting[class], turn)
	t.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	for i, other := range t.waiting[class] {
		if other == turn {
			t.waiting[class] = append(t.waiting[class][:i:i], t.waiting[class][i+1:]...)
			t.mu.Unlock()
			return ctx.Err()
		}
	}
	t.mu.Unlock()
	t.give() // it came at the same moment
	return ctx.Err()
}

// give ends a turn, and begins the next one.
func (t *turns) give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for class, waiting := range t.waiting {
		if len(waiting) > 0 {
			t.waiting[class] = waiting[1:]
			close(waiting[0])
			return
		}
	}
	t.taken = false
}

type drawingKey struct{}

// drawing marks what a job does that only shows what is saved.
func drawing(ctx context.Context) context.Context { return context.WithValue(ctx, drawingKey{}, true) }

func draws(ctx context.Context) bool { return ctx.Value(drawingKey{}) != nil }
