package ledger

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// TestSnoozes takes for a snooze only what is nothing else: a failure beside one is told and tried again.
func TestSnoozes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	failed, long, short := errors.New("the disk is full"), Snooze(6*time.Hour), SnoozeUntil(now.Add(time.Minute))
	for name, c := range map[string]struct {
		err  error
		want time.Duration
	}{
		"one":                    {long, 6 * time.Hour},
		"with words":             {fmt.Errorf("not yet: %w", short), time.Minute},
		"the first to end":       {fmt.Errorf("draw: %w", errors.Join(long, short)), time.Minute},
		"a failure":              {failed, -1},
		"beside a failure":       {errors.Join(long, failed), -1},
		"deep beside a failure":  {errors.Join(failed, fmt.Errorf("tell: %w", errors.Join(short, nil))), -1},
		"with words of failures": {fmt.Errorf("%w: %w", short, failed), -1},
	} {
		s := snoozes(c.err)
		switch {
		case c.want < 0 && s != nil:
			t.Errorf("%s is a snooze", name)
		case c.want >= 0 && (s == nil || shortest(s, now) != c.want):
			t.Errorf("%s: %v, want %s", name, s, c.want)
		case c.want < 0 && runOutcome(c.err) != RunFailed:
			t.Errorf("%s counts as %s", name, runOutcome(c.err))
		}
	}
}
