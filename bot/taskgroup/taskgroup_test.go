package taskgroup_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"renewbot/bot/taskgroup"
)

func TestEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := taskgroup.New()
		var finished, cancelled atomic.Bool
		g.Start(func(context.Context) { <-time.After(time.Second); finished.Store(true) })
		g.Start(func(ctx context.Context) { <-ctx.Done(); cancelled.Store(true) })
		grace, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		g.End(grace)
		if waited := time.Since(began); waited != 3*time.Second || !finished.Load() || !cancelled.Load() {
			t.Errorf("ended after %v; finished %v, cancelled %v", waited, finished.Load(), cancelled.Load())
		}
		if g.Start(func(context.Context) { t.Error("a task started after the end") }) {
			t.Error("Start says that it started a task after the end")
		}
		g.End(grace) // a second time
	})
}
