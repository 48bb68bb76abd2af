package slacksim_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// boltDir returns a directory with Bolt installed, kept between runs.
func boltDir(t *testing.T) string {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is needed to check the workspace with Bolt: %v", tool, err)
			}
			t.Skipf("not checked with Bolt for JavaScript: %v", err)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	dir := filepath.Join(cache, "renewbot-test", "bolt-5.1.0")
	if _, err := os.Stat(dir); err != nil {
		installBolt(t, dir)
	}
	copyFile(t, filepath.Join("testdata", "bolt", "app.js"), filepath.Join(dir, "app.js"))
	return dir
}

// installBolt installs beside dir and moves it there when it is complete, because several test runs may do so at once.
func installBolt(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.MkdirTemp(filepath.Dir(dir), "installing-") //nolint:usetesting // must be on the file system of dir to be moved there
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(fresh) }()
	copyFile(t, filepath.Join("testdata", "bolt", "package.json"), filepath.Join(fresh, "package.json"))
	npm := exec.CommandContext(t.Context(), "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts")
	npm.Dir = fresh
	if out, err := npm.CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("installing Bolt: %v\n%s", err, out)
		}
		t.Skipf("not checked with Bolt for JavaScript: npm install: %v\n%s", err, out)
	}
	if err := os.Rename(fresh, dir); err != nil {
		if _, there := os.Stat(dir); there != nil {
			t.Fatal(err)
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, raw, 0o644); err != nil {
		t.Fatal(err)
	}
}

// startBolt runs the Bolt app against the workspace until the test ends.
func startBolt(t *testing.T, b *bench) {
	t.Helper()
	node := exec.CommandContext(t.Context(), "node", "app.js")
	node.Dir = boltDir(t)
	node.Env = append(os.Environ(), "SLACK_BOT_TOKEN="+b.BotToken(), "SLACK_APP_TOKEN="+b.AppToken(), "SLACK_API_URL="+b.APIURL(),
		"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	var log bytes.Buffer
	node.Stdout, node.Stderr = &log, &log
	stdin, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = node.Wait()
		if t.Failed() {
			t.Logf("bolt said:\n%s", log.String())
		}
	})
}

func TestBoltWorksUnchanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	startBolt(t, b)
	ctx, p := b.ctx(), b.As(alice)
	if err := b.WaitSockets(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if res, err := p.Command(ctx, sales, "/go"); err != nil || res.Failure != "" {
		t.Fatal(res, err)
	}
	if _, err := p.WaitViewTitled(ctx, "Renew"); err != nil {
		t.Fatal(err)
	}
	found, err := p.Search(ctx, "Customer", "acme")
	if err != nil || len(found) != 2 {
		t.Fatal(found, err)
	}
	if none, err := p.Search(ctx, "Customer", "nobody"); err != nil || len(none) != 0 {
		t.Fatal(none, err)
	}
	if _, err := p.Search(ctx, "Customer", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Choose(ctx, "Customer", "Acme East"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Type(ctx, "Quantity", "11"); err != nil {
		t.Fatal(err)
	}
	res, err := p.Submit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"b_qty": "Must be 12"}, res.Errors); diff != "" {
		t.Error("errors (-want +got):", diff)
	}
	if _, err := p.Type(ctx, "Quantity", "12"); err != nil {
		t.Fatal(err)
	}
	if res, err = p.Submit(ctx); err != nil || !res.Closed {
		t.Fatal(res, err)
	}
	card, err := b.WaitMessage(ctx, sales, "@alice asks for Acme East")
	if err != nil {
		t.Fatal(err)
	}
	if act, err := b.As(bob).Press(ctx, card.Ref(), "Approve"); err != nil || act.Failure != "" {
		t.Fatal(act, err)
	}
	if _, err := b.WaitMessage(ctx, sales, "Approved by @bob"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.OpenHome(ctx); err != nil {
		t.Fatal(err)
	}
	if v := b.Violations(); len(v) != 0 {
		t.Error(v)
	}
	if calls := b.Calls(""); slices.ContainsFunc(calls, func(e entry) bool { return e.Answer != nil && !e.OK() }) {
		t.Error("a call of Bolt was refused:", calls)
	}
}
