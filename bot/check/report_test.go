package check

import (
	"strings"
	"testing"

	"renewbot/deploy"
	"renewbot/yeastar"
)

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		statuses []Status
		exit     int
		verdict  string
	}{
		{"all is right", []Status{OK, Note}, ExitOK, "Everything that can be checked is right."},
		{"a warning", []Status{OK, Warning, Note}, ExitWarnings, "It works, with 1 warning."},
		{"problems", []Status{Problem, Warning, Problem}, ExitProblems, "2 problems to solve, and 1 warning."},
		{"a problem alone", []Status{Problem}, ExitProblems, "1 problem to solve."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var r Report
			for _, s := range tt.statuses {
				r.Results = append(r.Results, Result{Check: "x", Status: s, Found: "y"})
			}
			var b strings.Builder
			if err := r.WriteText(&b); err != nil || r.ExitCode() != tt.exit || !strings.HasSuffix(b.String(), "\n"+tt.verdict+"\n") {
				t.Errorf("ends with %d and\n%s(%v)", r.ExitCode(), b.String(), err)
			}
		})
	}
}

// TestEveryFieldHasItsMeaning holds the table of what a missing field means against the
// mapping.
func TestEveryFieldHasItsMeaning(t *testing.T) {
	t.Parallel()
	fields := map[string]bool{}
	for _, f := range yeastar.Mapping() {
		fields[f.Answer+" "+f.Name] = true
		if missing[f.Answer][f.Name] == "" {
			t.Errorf("nothing says what it means that %s of %s is not there", f.Name, f.Answer)
		}
	}
	for answer, names := range missing {
		for name := range names {
			if !fields[answer+" "+name] {
				t.Errorf("the mapping has no %s of %s", name, answer)
			}
		}
	}
}

func TestScopesOfTheManifestHaveTheirPurpose(t *testing.T) {
	t.Parallel()
	scopes, err := manifestScopes(deploy.Manifest)
	if err != nil || len(scopes) < 5 {
		t.Fatalf("%d scopes, %v", len(scopes), err)
	}
	for _, s := range scopes {
		if s.name == "" || s.purpose == "" {
			t.Errorf("the scope %q is for %q", s.name, s.purpose)
		}
	}
	if _, err := manifestScopes([]byte("a: [")); err == nil {
		t.Error("a broken manifest is read")
	}
}
