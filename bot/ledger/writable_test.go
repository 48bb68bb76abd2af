package ledger

import (
	"errors"
	"sync"
	"testing"
)

func testWritable(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	var all sync.WaitGroup
	for range 8 { // replicas ask at the same time
		all.Go(func() {
			if err := l.Writable(t.Context()); err != nil {
				t.Errorf("Writable: %v", err)
			}
		})
	}
	all.Wait()
	var leases int
	if err := l.engine.one(t.Context(), `SELECT count(*) FROM view_leases`).Scan(&leases); err != nil || leases != 0 {
		t.Errorf("the trials left %d rows behind (%v)", leases, err)
	}
	verify(t, l)
	if err := s.open(t, Options{ReadOnly: true}).Writable(t.Context()); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a ledger that is only read says %v, want ErrReadOnly", err)
	}
}
