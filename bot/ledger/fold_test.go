package ledger

import (
	"path/filepath"
	"testing"
)

// The log is folded into the file by a connection that may not write.
func TestReadersFoldTheLog(t *testing.T) {
	t.Parallel()
	l, err := Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "ledger.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	e := l.engine.(*sqliteEngine) // it is what the URL says
	var busy, logged, folded int
	if err := e.readers.QueryRowContext(t.Context(), `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &logged, &folded); err != nil {
		t.Fatal(err)
	}
	if busy != 0 || logged == 0 || folded != logged {
		t.Errorf("busy %d, %d pages in the log, %d of them folded", busy, logged, folded)
	}
}
