//go:build unix && !solaris && !aix

package check

import (
	"errors"
	"os"
	"syscall"
)

// locked says whether a running bot holds the lock file of its database. It makes none,
// and asks for a shared lock, which goes as soon as it is there: only a bot that starts in
// that very moment could find it.
func locked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	return errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}
