package duelist_test

import (
	"context"
	"testing"

	"renewbot/bot/due"
	"renewbot/yeastar/yeastarsim"
)

// TestWhatWasLearnedInTimeIsKept keeps what a slow portal has told before the time was over, so that the next try asks
// for the rest.
func TestWhatWasLearnedInTimeIsKept(t *testing.T) {
	t.Parallel()
	b := setup(t, 12)
	release := make(chan struct{})
	held := b.vendor.Fault(yeastarsim.ExistedAutoRenew, yeastarsim.Hold(release).Nth(4))
	learning, cancel := context.WithCancel(t.Context())
	go func() {
		_ = held.Wait(t.Context(), 1)
		cancel()
	}()
	more, err := b.lists.LearnAutoRenewals(learning)
	close(release)
	if err != nil || !more {
		t.Errorf("it ends with more %v and %v", more, err)
	}
	marks, err := b.ledger.Marks(t.Context())
	known := 0
	for _, m := range marks {
		if m.Auto != (due.Auto{}) {
			known++
		}
	}
	if err != nil || known != 3 {
		t.Errorf("of %d packages it is known, want 3: %v", known, err)
	}
}
