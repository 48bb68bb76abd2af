// Package taskgroup runs goroutines in the background that somebody waits for at the end.
package taskgroup

import (
	"context"
	"sync"
)

// Group is goroutines that end together. Make it with New.
type Group struct {
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	running int
	idle    *sync.Cond // running is 0
	closed  bool
}

// New makes a group in which nothing runs.
func New() *Group {
	ctx, cancel := context.WithCancel(context.Background())
	g := &Group{ctx: ctx, cancel: cancel}
	g.idle = sync.NewCond(&g.mu)
	return g
}

// Context ends when the group's tasks have to.
func (g *Group) Context() context.Context { return g.ctx }

// Start runs f unless the group has ended, and says whether it does. f must return soon
// after its context ends.
func (g *Group) Start(f func(ctx context.Context)) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.running++
	go func() {
		defer g.finished()
		f(g.ctx)
	}()
	return true
}

func (g *Group) finished() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running--; g.running == 0 {
		g.idle.Broadcast()
	}
}

// Cancel ends the context of everything that runs.
func (g *Group) Cancel() { g.cancel() }

// Wait waits until nothing runs. Others may start something meanwhile.
func (g *Group) Wait() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.running > 0 {
		g.idle.Wait()
	}
}

// End lets nothing new start, waits for what runs until ctx ends, and then cancels it.
func (g *Group) End(ctx context.Context) {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	done := make(chan struct{})
	go func() { g.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	g.cancel()
	<-done
}
