package page_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"renewbot/bot/sandbox/page"
)

// output is what a command prints, readable while it runs.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func TestRunSaysWhereThePageIs(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- page.Run(ctx, page.Options{Addr: "127.0.0.1:0"}, false, write)
		write.Close()
	}()
	lines := bufio.NewReader(read)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	at, _, _ := strings.Cut(first, " ")
	resp, err := client.Get(at)
	if err != nil {
		t.Fatalf("the first line is %q: %v", first, err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%s is answered with %s", at, resp.Status)
	}
	stop()
	rest, err := io.ReadAll(lines)
	if err := <-ended; err != nil {
		t.Errorf("it ends with %v", err)
	}
	if err != nil || strings.Contains(string(rest), "xox") || !strings.Contains(string(rest), "Ctrl-C stops.") {
		t.Errorf("it says, too: %s", rest)
	}
}

// Whoever has the usual address already keeps it.
func TestAnotherAddressWhenTheUsualOneIsTaken(t *testing.T) {
	t.Parallel()
	usual := func(o *page.Options) { o.Addr = "" }
	first, second := setup(t, usual), setup(t, usual)
	if first.URL() == second.URL() {
		t.Errorf("both are at %s", first.URL())
	}
	for _, b := range []*bundle{first, second} {
		resp, err := client.Get(b.URL())
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
}

func TestOpenInTheBrowser(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the browser is another command here")
	}
	dir := t.TempDir()
	opened := filepath.Join(dir, "opened")
	if err := os.WriteFile(filepath.Join(dir, "xdg-open"), []byte("#!/bin/sh\necho \"$1\" > "+opened+".new && mv "+opened+".new "+opened+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ path, want string }{
		"with a browser": {dir + ":" + os.Getenv("PATH"), ""}, "without": {t.TempDir(), "open the page yourself"},
	} {
		t.Setenv("PATH", c.path)
		ctx, stop := context.WithCancel(t.Context())
		var out output
		ended := make(chan error, 1)
		go func() { ended <- page.Run(ctx, page.Options{Addr: "127.0.0.1:0"}, true, &out) }()
		late := time.After(patience)
		for done := false; !done; {
			got, _ := os.ReadFile(opened)
			if c.want == "" {
				at, _, _ := strings.Cut(out.String(), " ")
				done = at != "" && strings.TrimSpace(string(got)) == at
			} else {
				done = strings.Contains(out.String(), c.want)
			}
			select {
			case <-late:
				t.Fatalf("%s: opened %q; it says:\n%s", name, got, out.String())
			case <-time.After(10 * time.Millisecond):
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}
