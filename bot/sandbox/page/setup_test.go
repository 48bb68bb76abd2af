package page_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"sync"
	"testing"
	"time"

	"renewbot/bot/sandbox/page"
)

// patience bounds everything that a test waits for, so that nothing hangs. It is no measure
// of speed.
const patience = 3 * time.Minute

// bundle is a served page.
type bundle struct {
	*page.Server
	t    testing.TB
	once sync.Once
}

// setup serves a page of its own for a test.
func setup(t testing.TB, change ...func(*page.Options)) *bundle {
	t.Helper()
	o := page.Options{Addr: "127.0.0.1:0", Patience: patience, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	for _, f := range change {
		f(&o)
	}
	s, err := page.Start(t.Context(), o)
	if err != nil {
		t.Fatalf("serve the page: %v", err)
	}
	b := &bundle{Server: s, t: t}
	t.Cleanup(func() { b.close() })
	return b
}

var client = &http.Client{Timeout: 2 * patience}

// close ends the page, once.
func (b *bundle) close() {
	b.t.Helper()
	b.once.Do(func() {
		if err := b.Close(); err != nil {
			b.t.Errorf("close the page: %v", err)
		}
	})
}

// result is the answer to an action.
type result struct {
	status  int
	OK      bool              `json:"ok"`
	Error   string            `json:"error"`
	Code    string            `json:"code"`
	Fields  map[string]string `json:"fields"`
	Failure string            `json:"failure"`
	URL     string            `json:"url"`
	TS      string            `json:"ts"`
	Errors  map[string]string `json:"errors"`
	Closed  bool              `json:"closed"`
	Options []struct{ Text, Value, Description string }
}

type args map[string]any

// act sends an action.
func (b *bundle) act(as, do string, more args) result {
	b.t.Helper()
	body := args{"as": as, "do": do}
	maps.Copy(body, more)
	raw, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := client.Post(b.URL()+"api/act", "application/json", bytes.NewReader(raw))
	if err != nil {
		b.t.Fatalf("%s: %v", do, err)
	}
	defer resp.Body.Close()
	r := result{status: resp.StatusCode}
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		b.t.Fatalf("%s: %v", do, err)
	}
	return r
}

// must is act that has to succeed.
func (b *bundle) must(as, do string, more args) result {
	b.t.Helper()
	r := b.act(as, do, more)
	if r.status != http.StatusOK || !r.OK || r.Failure != "" {
		b.t.Fatalf("%s of %s: %+v", do, as, r)
	}
	return r
}

// customers has the portal have so many.
func customers(n int) func(*page.Options) { return func(o *page.Options) { o.Customers = n } }
