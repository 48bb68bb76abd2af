//go:build !unix || solaris || aix

package ledger

import "errors"

// lockFile fails: without the lock two processes could order the same renewal.
func lockFile(string) (release func(), err error) {
	return nil, errors.New("SQLite databases cannot be locked on this system: use PostgreSQL")
}
