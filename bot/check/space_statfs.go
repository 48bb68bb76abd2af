//go:build linux || darwin

package check

import "syscall"

// freeSpace is how many bytes this user may still write where a directory is.
func freeSpace(dir string) (uint64, bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return s.Bavail * uint64(s.Bsize), true //nolint:gosec // a block's size is no negative number
}
