package bot_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every test that the page names as proof exists.
func TestEveryProofExists(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	err = filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(source, -1) {
			tests[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	proofs := regexp.MustCompile("`(Test\\w+)`").FindAllSubmatch(page, -1)
	for _, p := range proofs {
		if !tests[string(p[1])] {
			t.Errorf("README.md names %s, which does not exist", p[1])
		}
	}
	for i, step := range regexp.MustCompile(`(?m)^\d+\. `).Split(string(page), -1)[1:] {
		if !strings.Contains(step, "`Test") {
			t.Errorf("step %d has no proof", i+1)
		}
	}
}
