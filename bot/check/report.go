package check

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Status is how a check went.
type Status string

// The statuses, from good to bad.
const (
	OK      Status = "ok"
	Note    Status = "note"    // nothing is known to be wrong, but it was not or cannot be looked at
	Warning Status = "warning" // it works, and somebody should know
	Problem Status = "problem" // it does not work
)

// The exit codes of the command.
const (
	ExitOK       = 0 // everything is right
	ExitWarnings = 1 // there are warnings and no problems
	ExitProblems = 2 // there is a problem
)

// Result is a line of the report.
type Result struct {
	Check  string `json:"check"`
	Status Status `json:"status"`
	Found  string `json:"found"`
	Next   string `json:"next,omitempty"` // what to do about it
}

// Report is what was found, in an order that is always the same.
type Report struct {
	Results []Result
	Answers []Answer // of the vendor's calls, when they were asked for
}

// ExitCode is the exit code of the command.
func (r Report) ExitCode() int {
	code := ExitOK
	for _, result := range r.Results {
		switch result.Status {
		case Problem:
			return ExitProblems
		case Warning:
			code = ExitWarnings
		case OK, Note:
		}
	}
	return code
}

// count says how many results have a status.
func (r Report) count(s Status) int {
	n := 0
	for _, result := range r.Results {
		if result.Status == s {
			n++
		}
	}
	return n
}

// WriteText writes the report for people.
func (r Report) WriteText(w io.Writer) error {
	var b strings.Builder
	for _, result := range r.Results {
		fmt.Fprintf(&b, "%-8s %-18s %s\n", result.Status, result.Check, result.Found)
		if result.Next != "" {
			fmt.Fprintf(&b, "%-8s %-18s → %s\n", "", "", result.Next)
		}
	}
	writeAnswers(&b, r.Answers)
	fmt.Fprintf(&b, "\n%s\n", r.verdict())
	_, err := io.WriteString(w, b.String())
	return err
}

func (r Report) verdict() string {
	problems, warnings := r.count(Problem), r.count(Warning)
	switch {
	case problems == 0 && warnings == 0:
		return "Everything that can be checked is right."
	case problems == 0:
		return "It works, with " + counted(warnings, "warning") + "."
	case warnings == 0:
		return counted(problems, "problem") + " to solve."
	}
	return counted(problems, "problem") + " to solve, and " + counted(warnings, "warning") + "."
}

// WriteJSON writes the report for programs.
func (r Report) WriteJSON(w io.Writer) error {
	raw, err := json.MarshalIndent(struct {
		Status  Status   `json:"status"`
		Exit    int      `json:"exit"`
		Results []Result `json:"results"`
		Answers []Answer `json:"answers,omitempty"`
	}{r.status(), r.ExitCode(), r.Results, r.Answers}, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the report: %w", err)
	}
	_, err = w.Write(append(raw, '\n'))
	return err
}

// status is that of the whole.
func (r Report) status() Status {
	switch r.ExitCode() {
	case ExitOK:
		return OK
	case ExitWarnings:
		return Warning
	}
	return Problem
}

// lines collects the results of one part.
type lines []Result

func (l *lines) add(check string, s Status, found, next string) {
	*l = append(*l, Result{check, s, found, next})
}

func (l *lines) ok(check, format string, args ...any) {
	l.add(check, OK, fmt.Sprintf(format, args...), "")
}

// skip notes checks that make no sense before something else is right.
func (l *lines) skip(because string, checks ...string) {
	for _, check := range checks {
		l.add(check, Note, "not checked: "+because, "")
	}
}

// counted is a number of things in words: "1 problem", "2 problems".
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %s", n, cmp.Or(plurals[thing], thing+"s"))
}

// plurals are those that are not made with an s.
var plurals = map[string]string{"person": "people", "PBX": "PBXs"}
