package yeastar

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// errTooLate is the cause when an order's time was over before its first byte could leave.
var errTooLate = fmt.Errorf("the order's time was over before it could be sent: %w", context.DeadlineExceeded)

// firstByte lets a request's first byte leave in time or never. A process that was frozen, or a
// machine that slept, may be past the deadline long before a timer says so; so whoever writes
// looks at the clock.
type firstByte struct {
	guards   bool         // somebody asks it before each write
	deadline time.Time    // zero: none
	state    atomic.Int32 // one of the states below
}

const (
	connecting int32 = iota // what is written is for proxies and TLS
	ready                   // the next byte is the request's first
	leaving                 // it has left in time, and the rest follows whenever it can
	never                   // nothing of the request has left, and nothing ever will
)

// connected says that the connection is the request's from now on. Where nobody asks, the first
// byte may leave at once.
func (f *firstByte) connected() {
	if f.guards {
		f.state.CompareAndSwap(connecting, ready)
		return
	}
	f.state.CompareAndSwap(connecting, leaving)
}

// mayLeave decides, when the first byte is about to leave, for good.
func (f *firstByte) mayLeave() error {
	if f.state.Load() == ready {
		to := leaving
		if f.late() {
			to = never
		}
		f.state.CompareAndSwap(ready, to)
	}
	if f.state.Load() == never {
		return errTooLate
	}
	return nil
}

// late goes by both clocks: a machine that sleeps stops the monotonic one, and one that is set
// stops or hurries the other.
func (f *firstByte) late() bool {
	now := time.Now()
	return !f.deadline.IsZero() && (!now.Before(f.deadline) || !now.Round(0).Before(f.deadline.Round(0)))
}

// keep keeps the first byte from leaving, and says whether that was possible.
func (f *firstByte) keep() bool {
	for {
		state := f.state.Load()
		if state == leaving {
			return false
		}
		if f.state.CompareAndSwap(state, never) {
			return true
		}
	}
}

// guard puts f below everything that a transport writes: below TLS, and below what proxies are told.
func (f *firstByte) guard(t *http.Transport) {
	f.guards = true
	dial := t.DialContext
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return guarded{conn, f}, nil
	}
}

// guarded is a connection that asks before it writes.
type guarded struct {
	net.Conn
	first *firstByte
}

// Write implements net.Conn.
func (g guarded) Write(b []byte) (int, error) {
	if err := g.first.mayLeave(); err != nil {
		return 0, err
	}
	return g.Conn.Write(b)
}
