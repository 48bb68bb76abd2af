//go:build linux

package program

import (
	"os"
	"regexp"
	"strconv"
	"testing"
)

// What was used of the program file leaves memory, and what goes on needs is there again. What was
// written to stays.
func TestLetGo(t *testing.T) {
	t.Parallel()
	before := programInMemory(t)
	letGo()
	if after := programInMemory(t); before == 0 || after >= before {
		t.Errorf("%d kB of the program are in memory, %d before", after, before)
	}
}

// programInMemory is how much of the program file is in memory, in kB.
func programInMemory(t *testing.T) int {
	t.Helper()
	file, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	kB := 0
	for _, part := range regexp.MustCompile(`r[-x][-x]p .* `+regexp.QuoteMeta(file)+`\n(?:[A-Z].*\n)*?Rss: *([0-9]+) kB`).FindAllSubmatch(maps, -1) {
		n, err := strconv.Atoi(string(part[1]))
		if err != nil {
			t.Fatal(err)
		}
		kB += n
	}
	return kB
}
