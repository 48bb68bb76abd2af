package page

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"renewbot/bot/npmtest"
)

// TestTypes has TypeScript check the page's JavaScript against the types that its comments
// and shapes.d.ts give.
func TestTypes(t *testing.T) {
	t.Parallel()
	modules := npmtest.Modules(t, filepath.Join("..", "..", "..", "blocks", "testdata", "types"))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	tsc := exec.CommandContext(ctx, "node", filepath.Join(modules, "typescript", "bin", "tsc"),
		"--noEmit", "--checkJs", "--strict", "--noImplicitAny", "false",
		"--target", "es2024", "--lib", "es2024,dom,dom.iterable", "--module", "esnext", "--moduleResolution", "bundler",
		filepath.Join("assets", "app.js"))
	if out, err := tsc.CombinedOutput(); err != nil {
		t.Errorf("tsc: %v\n%s", err, out)
	}
}

var function = regexp.MustCompile(`^(export )?(async )?function `)

// TestLines keeps the lines of the page's JavaScript short enough to be read beside others, and its functions
// short enough to be read in one sitting.
func TestLines(t *testing.T) {
	t.Parallel()
	const most, longest = 120, 70
	files, err := filepath.Glob(filepath.Join("assets", "*.[jt]s"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		began := -1
		for i, line := range strings.Split(string(raw), "\n") {
			if function.MatchString(line) {
				began = i
			} else if line == "}" && began >= 0 {
				if n := i - began + 1; n > longest {
					t.Errorf("%s:%d begins a function of %d lines, more than %d", file, began+1, n, longest)
				}
				began = -1
			}
			if n := utf8.RuneCountInString(line); n > most {
				t.Errorf("%s:%d has %d columns, more than %d", file, i+1, n, most)
			}
		}
	}
}
