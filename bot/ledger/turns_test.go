package ledger

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// What somebody waits for comes before what is only drawn, whoever came first, and who gives
// up keeps nobody from their turn.
func TestSavingComesBeforeDrawing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all turns
		var mu sync.Mutex
		var order []string
		wait := func(ctx context.Context, name string) {
			go func() {
				err := all.take(ctx)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					order = append(order, name+" gave up")
					return
				}
				order = append(order, name)
				all.give()
			}()
			synctest.Wait()
		}
		if err := all.take(t.Context()); err != nil {
			t.Fatal(err)
		}
		gone, leave := context.WithCancel(t.Context())
		wait(drawing(t.Context()), "draws first")
		wait(drawing(t.Context()), "draws second")
		wait(gone, "is gone")
		wait(t.Context(), "saves first")
		wait(t.Context(), "saves second")
		leave()
		synctest.Wait()
		all.give()
		synctest.Wait()
		if want := []string{"is gone gave up", "saves first", "saves second", "draws first", "draws second"}; !slices.Equal(order, want) {
			t.Errorf("the order is %q, want %q", order, want)
		}
		if err := all.take(t.Context()); err != nil {
			t.Errorf("afterwards nobody gets a turn: %v", err)
		}
		if err := all.take(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("who is gone got a turn: %v", err)
		}
	})
}
