package ledger

import (
	"slices"
	"testing"
)

// Lists of all lengths are of few texts, and say all that they are given.
func TestPaddedLists(t *testing.T) {
	t.Parallel()
	texts := map[string]bool{}
	for n := range 3000 {
		given := make([]int64, n)
		for i := range given {
			given[i] = int64(i + 1)
		}
		args := []any{"before"}
		texts[padded(&args, given, 0)] = true
		for i, v := range args[1:] {
			if want := int64(i + 1); v != want && (i < n || v != int64(0)) {
				t.Fatalf("of %d the argument %d is %v", n, i, v)
			}
		}
		if len(args) < n+1 || slices.Contains(args[1:], any("before")) {
			t.Fatalf("%d have %d arguments", n, len(args)-1)
		}
	}
	if len(texts) > 9 {
		t.Errorf("lists of up to 3000 have %d texts", len(texts))
	}
}
