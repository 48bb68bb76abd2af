package duelist

import (
	"context"
	"errors"
	"testing"
)

// Who cannot wait does not wait for somebody else's reading of years of orders.
func TestOrdersThatSomebodyReads(t *testing.T) {
	t.Parallel()
	l := New(Options{})
	l.reading <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.orders(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("it ends with %v", err)
	}
}
