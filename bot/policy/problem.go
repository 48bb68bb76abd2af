package policy

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Problem is one thing that is wrong with a policy file.
type Problem struct {
	Line int    // from 1
	Text string // what is wrong and what to do; shows keys and names of the file, and no other values
}

// Problems is the error of a broken file: all that is wrong with it, in the order of its lines.
type Problems []Problem

// Error has one line for each problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// String is the problem with its line.
func (p Problem) String() string { return fmt.Sprintf("line %d: %s", p.Line, p.Text) }

// add notes a problem; the text is a sentence without its full stop.
func (p *Problems) add(line int, format string, args ...any) {
	problem := Problem{max(line, 1), fmt.Sprintf(format, args...)}
	if !slices.Contains(*p, problem) {
		*p = append(*p, problem)
	}
}

func (p Problems) orNil() error {
	if len(p) == 0 {
		return nil
	}
	sort.SliceStable(p, func(i, k int) bool { return p[i].Line < p[k].Line })
	return p
}
