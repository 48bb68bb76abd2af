package ledger

import "testing"

// Databases in memory are copies of one that was set up, and none knows of another.
func TestDatabasesInMemoryStartEmpty(t *testing.T) {
	t.Parallel()
	for range 3 {
		l, err := Open(t.Context(), "sqlite::memory:", Options{Policy: policy(1)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		if r := submit(t, l, "key"); r.ID != 1 {
			t.Errorf("the first request is number %d", r.ID)
		}
		if err := l.Verify(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
