package program

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// letGo lets go of the pages of the program file that were used so far, most of them at the start alone:
// they take twice the memory of everything else. Those that are used again come back from the system's
// cache of the file.
func letGo() {
	file, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return // then they stay, as the others do below
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	var from, to uintptr // of the file's part that is being looked at; 0: of none
	for line := range strings.Lines(string(maps)) {
		words := strings.Fields(line)
		switch {
		case len(words) == 3 && words[0] == "Anonymous:":
			if from != 0 && words[1] == "0" { // nothing was written to it, so that the file has it all
				_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_DONTNEED)
			}
		case len(words) >= 5 && !strings.HasSuffix(words[0], ":"):
			from, to = 0, 0
			if len(words) == 6 && words[5] == file && (words[1] == "r-xp" || words[1] == "r--p") {
				from, to = bounds(words[0])
			}
		}
	}
}

// bounds are the addresses of a part of the memory, as "400000-8f2000".
func bounds(part string) (from, to uintptr) {
	begin, end, _ := strings.Cut(part, "-")
	f, err := strconv.ParseUint(begin, 16, strconv.IntSize)
	t, err2 := strconv.ParseUint(end, 16, strconv.IntSize)
	if err != nil || err2 != nil {
		return 0, 0
	}
	return uintptr(f), uintptr(t)
}
