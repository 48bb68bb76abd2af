package orders

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// At the end no order begins, and one that is under way gets its time.
func TestAnOrderUnderWayGetsItsTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		takes, waits time.Duration
	}{
		"none is under way":        {0, 0},
		"one that ends":            {50 * time.Second, 50 * time.Second},
		"one that cannot be saved": {time.Hour, DefaultTimeout + DefaultMargin},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := New(Options{Log: slog.New(slog.DiscardHandler)})
				if !o.gate.enter() {
					t.Fatal("no order is let in")
				}
				over := make(chan struct{})
				defer close(over)
				go func() {
					select {
					case <-time.After(c.takes):
					case <-over:
					}
					o.gate.leave()
				}()
				synctest.Wait()
				o.StopTaking()
				o.StopTaking() // whoever ends it may do so twice
				if o.gate.enter() {
					t.Error("an order begins after the end has")
				}
				began := time.Now()
				o.Wait()
				if got := time.Since(began); got != c.waits {
					t.Errorf("it waited %v, want %v", got, c.waits)
				}
			})
		})
	}
}
