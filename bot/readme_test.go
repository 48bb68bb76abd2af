package bot_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Every test that the pages name as proof exists.
func TestEveryProofExists(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
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
	pages := map[string]string{}
	for _, name := range []string{"README.md", "../SECURITY.md"} {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pages[name] = string(page)
		for _, p := range regexp.MustCompile("`((?:Test|Fuzz)\\w+)`").FindAllSubmatch(page, -1) {
			if !tests[string(p[1])] {
				t.Errorf("%s names %s, which does not exist", name, p[1])
			}
		}
	}
	for i, step := range regexp.MustCompile(`(?m)^\d+\. `).Split(pages["README.md"], -1)[1:] {
		if !strings.Contains(step, "`Test") {
			t.Errorf("step %d has no proof", i+1)
		}
	}
	for part := range strings.SplitSeq(pages["README.md"], "\n# ") {
		for i, m := range regexp.MustCompile(`(?m)^(\d+)\. `).FindAllStringSubmatch(part, -1) {
			if want := strconv.Itoa(i + 1); m[1] != want {
				t.Errorf("step %s is the %s. of its part", m[1], want)
			}
		}
	}
}
