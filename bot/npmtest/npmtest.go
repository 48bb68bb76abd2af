// Package npmtest gives tests packages of npm, installed once for each version of them.
// Only tests may import it. It needs Node, npm and, once, the registry; without them a
// test is skipped, and in CI it fails.
package npmtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// patience bounds one installation.
const patience = 5 * time.Minute

// Modules is the directory node_modules with the packages of the package.json in dir, at
// the versions of the package-lock.json beside it, if there is one.
func Modules(t testing.TB, dir string) string {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			unavailable(t, "%s is not installed", tool)
		}
	}
	files := map[string][]byte{}
	sum := sha256.New()
	for _, name := range []string{"package.json", "package-lock.json"} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		switch {
		case err == nil:
			files[name] = raw
			sum.Write(raw)
		case name == "package.json" || !errors.Is(err, fs.ErrNotExist):
			t.Fatal(err)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	home := filepath.Join(cache, "renewbot-test", "npm-"+hex.EncodeToString(sum.Sum(nil)[:8]))
	if _, err := os.Stat(home); err != nil {
		install(t, files, home)
	}
	return filepath.Join(home, "node_modules")
}

// install installs beside home and moves it there when it is complete, because several
// test runs may do so at once.
func install(t testing.TB, files map[string][]byte, home string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(home), 0o750); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.MkdirTemp(filepath.Dir(home), "installing-") //nolint:usetesting // must be on the file system of home to be moved there
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(fresh) }() // it is gone when it was moved
	for name, raw := range files {
		if err := os.WriteFile(filepath.Join(fresh, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	how := []string{"install", "--no-package-lock"}
	if files["package-lock.json"] != nil {
		how = []string{"ci"}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	how = append(how, "--ignore-scripts", "--no-audit", "--no-fund")
	npm := exec.CommandContext(ctx, "npm", how...)
	npm.Dir = fresh
	if out, err := npm.CombinedOutput(); err != nil {
		unavailable(t, "npm: %v\n%s", err, bytes.TrimSpace(out))
	}
	if err := os.Rename(fresh, home); err != nil {
		if _, gone := os.Stat(home); gone != nil { // nobody else was quicker
			t.Fatal(err)
		}
	}
}

// unavailable skips the test where it cannot run, except where it must.
func unavailable(t testing.TB, format string, args ...any) {
	t.Helper()
	reason := fmt.Sprintf(format, args...)
	if os.Getenv("CI") == "true" {
		t.Fatalf("in CI this must run: %s", reason)
	}
	t.Skip(reason)
}
