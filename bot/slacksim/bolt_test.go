package slacksim_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/npmtest"
)

// boltDir returns a directory with the app and Bolt.
func boltDir(t *testing.T) string {
	t.Helper()
	dir, source := t.TempDir(), filepath.Join("testdata", "bolt")
	if err := os.Symlink(npmtest.Modules(t, source), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	app, err := os.ReadFile(filepath.Join(source, "app.js"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "app.js"), app, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
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
