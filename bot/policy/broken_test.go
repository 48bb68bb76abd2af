package policy_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/policy"
)

var update = flag.Bool("update", false, "rewrite the .errors files")

// Each broken file is told all that is wrong with it, with lines: the .errors file beside it.
func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("found %d broken files: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = policy.Parse(text)
			var problems policy.Problems
			if !errors.As(err, &problems) || len(problems) == 0 {
				t.Fatalf("it is taken: %v", err)
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".errors"
			got := problems.Error() + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			for _, p := range problems {
				if !regexp.MustCompile(`[;:] `).MatchString(p.Text) {
					t.Errorf("%q does not say what to do", p)
				}
				if p.Line < 1 || p.Line > strings.Count(string(text), "\n")+1 {
					t.Errorf("line %d is not in the file", p.Line)
				}
				if strings.Contains(p.Text, "xoxb") {
					t.Errorf("%q shows a secret", p)
				}
			}
		})
	}
}
