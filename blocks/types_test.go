package blocks_test

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
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
)

// TestTypes holds everything that is shown against Slack's own types: unlike the limits
// they come from Slack itself. It needs Node and, once, a package registry.
func TestTypes(t *testing.T) {
	t.Parallel()
	modules := slackTypes(t)
	var b strings.Builder
	b.WriteString("import type { HomeView, KnownBlock, ModalView, PlainTextOption } from '@slack/types';\n")
	for i, s := range everything() {
		var want string
		switch s.what.(type) {
		case blocks.Message:
			want = "{ text: string; blocks: KnownBlock[] }"
		case slack.ModalViewRequest:
			want = "ModalView"
		case slack.HomeTabViewRequest:
			want = "HomeView"
		case blocks.OptionsResponse:
			want = "{ options: PlainTextOption[] }"
		default:
			t.Fatalf("%s: %T", s.name, s.what)
		}
		fmt.Fprintf(&b, "// %s\nexport const shown%d = %s satisfies %s;\n", s.name, i, bytes.TrimSpace(pretty(t, s.what)), want)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "shown.ts"), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	tsc := exec.CommandContext(ctx, "node", filepath.Join(modules, "typescript", "bin", "tsc"),
		"--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--moduleResolution", "bundler", "--module", "esnext", "shown.ts")
	tsc.Dir = dir
	if out, err := tsc.CombinedOutput(); err != nil {
		t.Errorf("tsc: %v\n%s", err, out)
	}
}

// slackTypes is a node_modules directory with the packages of testdata/types, installed
// once per version of them.
func slackTypes(t *testing.T) string {
	t.Helper()
	var lock []byte
	files := map[string][]byte{}
	for _, name := range []string{"package.json", "package-lock.json"} {
		raw, err := os.ReadFile(filepath.Join("testdata", "types", name))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = raw
		lock = append(lock, raw...)
	}
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			unavailable(t, "%s is not installed", tool)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	sum := sha256.Sum256(lock)
	home := filepath.Join(cache, "renewbot-test", "slack-types-"+hex.EncodeToString(sum[:8]))
	modules := filepath.Join(home, "node_modules")
	if _, err := os.Stat(filepath.Join(modules, "typescript", "bin", "tsc")); err == nil {
		return modules
	}
	if err := os.MkdirAll(filepath.Dir(home), 0o755); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.MkdirTemp(filepath.Dir(home), "installing-") //nolint:usetesting // beside its final place, to be moved there in one step
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(fresh)
	for name, raw := range files {
		if err := os.WriteFile(filepath.Join(fresh, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = fresh
	if out, err := npm.CombinedOutput(); err != nil {
		unavailable(t, "npm ci: %v\n%s", err, out)
	}
	// Another run of the tests may have been quicker: either copy serves.
	if err := os.Rename(fresh, home); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, gone := os.Stat(modules); gone != nil {
			t.Fatal(err)
		}
	}
	return modules
}

// unavailable skips the check where it cannot run, except where it must.
func unavailable(t *testing.T, format string, args ...any) {
	t.Helper()
	reason := fmt.Sprintf(format, args...)
	if os.Getenv("CI") == "true" {
		t.Fatalf("the check against @slack/types must run in CI: %s", reason)
	}
	t.Skipf("not checked against @slack/types: %s", reason)
}
