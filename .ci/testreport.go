// The command testreport reads what "go test -json" writes. It prints a line for each
// package, what failed tests said, why others were skipped, and at last how many there
// were. With CI=true it fails when a test was skipped: something that it needs is missing.
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// event is a line of go test -json: https://pkg.go.dev/cmd/test2json
type event struct {
	Action, Package, Test, Output string
}

func main() {
	if err := report(os.Stdin, os.Stdout, os.Getenv("CI") == "true"); err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
		os.Exit(1)
	}
}

// report returns an error when no test ran, and when one was skipped that must not be.
// That one failed is told by go test itself.
func report(in io.Reader, out io.Writer, mustRun bool) error {
	said := map[string]map[string]string{} // by package and test, of those that have not ended
	count := map[string]int{}
	events := json.NewDecoder(in)
	for {
		var e event
		if err := events.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		if said[e.Package] == nil {
			said[e.Package] = map[string]string{}
		}
		switch {
		case e.Action == "build-output":
			fmt.Fprint(out, e.Output)
		case e.Action == "output" && (e.Test != "" || !isResult(e.Output)):
			said[e.Package][e.Test] += e.Output
		case e.Action == "output":
			fmt.Fprint(out, e.Output)
		case e.Test != "" && (e.Action == "pass" || e.Action == "fail" || e.Action == "skip"):
			count[e.Action]++
			if e.Action != "pass" {
				fmt.Fprintf(out, "%s %s\n%s", e.Package, e.Test, said[e.Package][e.Test])
			}
			delete(said[e.Package], e.Test)
		case e.Action == "fail": // the package; a test that did not end, as in a panic, is to blame
			for _, output := range said[e.Package] {
				fmt.Fprint(out, output)
			}
		}
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", count["pass"], count["fail"], count["skip"])
	switch {
	case cmp.Or(count["pass"], count["fail"]) == 0:
		return errors.New("no test ran")
	case mustRun && count["skip"] > 0:
		return errors.New("in CI every test has to run")
	}
	return nil
}

// isResult says whether a line of a package tells how it went.
func isResult(line string) bool {
	return strings.HasPrefix(line, "ok  ") || strings.HasPrefix(line, "FAIL\t") || strings.HasPrefix(line, "?  ")
}
