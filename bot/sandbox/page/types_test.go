package page

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
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

// TestLines keeps the lines of the page's JavaScript short enough to be read beside others.
func TestLines(t *testing.T) {
	t.Parallel()
	const most = 120
	files, err := filepath.Glob(filepath.Join("assets", "*.[jt]s"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(raw), "\n") {
			if n := utf8.RuneCountInString(line); n > most {
				t.Errorf("%s:%d has %d columns, more than %d", file, i+1, n, most)
			}
		}
	}
}
