package ledger

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
)

// blank is the file of a database that was set up and never used. Databases in memory
// start as copies of it: to set one up takes longer than most of what is done with it.
var blank atomic.Pointer[[]byte]

// memoryFile makes the file of a database in memory: a file, because a database in memory
// is gone when its connection is, and a cancelled context is enough for that.
func (e *sqliteEngine) memoryFile() (path string, err error) {
	if e.remove, err = os.MkdirTemp("", "renewbot-"); err != nil {
		return "", fmt.Errorf("make a temporary directory: %w", err)
	}
	path = filepath.Join(e.remove, "renewbot.db")
	if raw := blank.Load(); raw != nil {
		err = os.WriteFile(path, *raw, 0o600)
	}
	return path, err
}

// keepBlank keeps the file of a database in memory that was just set up.
func (e *sqliteEngine) keepBlank(ctx context.Context) error {
	if e.remove == "" || blank.Load() != nil {
		return nil
	}
	var busy, inLog, moved int
	err := e.writer.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &inLog, &moved)
	if err != nil || busy != 0 {
		return err
	}
	raw, err := os.ReadFile(filepath.Join(e.remove, "renewbot.db"))
	if err == nil {
		blank.Store(&raw)
	}
	return err
}
