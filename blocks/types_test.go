package blocks_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/npmtest"
)

// TestTypes holds everything that is shown against Slack's own types: unlike the limits
// they come from Slack itself. It needs Node and, once, a package registry.
func TestTypes(t *testing.T) {
	t.Parallel()
	modules := npmtest.Modules(t, filepath.Join("testdata", "types"))
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
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	tsc := exec.CommandContext(ctx, "node", filepath.Join(modules, "typescript", "bin", "tsc"),
		"--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--moduleResolution", "bundler", "--module", "esnext", "shown.ts")
	tsc.Dir = dir
	if out, err := tsc.CombinedOutput(); err != nil {
		t.Errorf("tsc: %v\n%s", err, out)
	}
}
