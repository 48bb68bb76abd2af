package page_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// window is an open page.
type window struct {
	b    *bundle
	me   string
	done chan struct{}

	mu      sync.Mutex
	state   state
	events  [][]byte // the data of each
	changed chan struct{}
}

// open opens a page as somebody, and waits for its first patch.
func (b *bundle) open(me string) *window {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(b.t.Context()))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.URL()+"api/stream?as="+me, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := (&http.Client{}).Do(req)
	if err != nil {
		b.t.Fatalf("open a page: %v", err)
	}
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		b.t.Fatalf("open a page: %s %s", resp.Status, resp.Header)
	}
	w := &window{b: b, me: me, done: make(chan struct{}), changed: make(chan struct{})}
	go w.read(resp.Body)
	b.t.Cleanup(func() { cancel(); <-w.done })
	w.wait("its first patch", func(s *state) bool { return s.Resets > 0 })
	return w
}

func (w *window) read(body io.ReadCloser) {
	defer close(w.done)
	defer body.Close()
	lines := bufio.NewReader(body)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
			w.apply(bytes.TrimSpace(data))
		}
	}
}

// wait waits until the page shows something.
func (w *window) wait(what string, shown func(*state) bool) {
	w.b.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		w.mu.Lock()
		ok, changed := shown(&w.state), w.changed
		w.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-late.C:
			w.b.t.Fatalf("%s's page does not show %s; it shows:\n%s", w.me, what, w.dump())
		case <-w.done:
			w.b.t.Fatalf("%s's page was cut off before it showed %s", w.me, what)
		}
	}
}

func (w *window) dump() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(w.state.Messages)) {
		fmt.Fprintf(&b, "%s %.300s\n", k, w.state.Messages[k].says())
	}
	for _, v := range w.state.Stack {
		fmt.Fprintf(&b, "view %q %v %.500s\n", v.Title, v.Errors, v.Blocks)
	}
	fmt.Fprintf(&b, "audit %q\njobs %+v\nclock %+v\n", w.state.codes(), w.state.Jobs, w.state.Clock)
	return b.String()
}

// look reads what the page shows now.
func look[T any](w *window, f func(*state) T) T {
	w.mu.Lock()
	defer w.mu.Unlock()
	return f(&w.state)
}

// shows waits for a message with all of the pieces.
func (w *window) shows(channel string, pieces ...string) message {
	w.b.t.Helper()
	var found message
	w.wait(fmt.Sprintf("%q in %s", pieces, channel), func(s *state) bool {
		m, ok := s.find(channel, pieces...)
		found = m
		return ok
	})
	return found
}

// top waits until the modal on top has a title, and returns it.
func (w *window) top(title string) view {
	w.b.t.Helper()
	var v view
	w.wait(fmt.Sprintf("the modal %q", title), func(s *state) bool {
		if n := len(s.Stack); n > 0 {
			v = s.Stack[n-1]
			return v.Title == title
		}
		return false
	})
	return v
}

// field waits for a field of the modal on top, named by its action id.
func (w *window) field(actionID string) (view, field) {
	w.b.t.Helper()
	var v view
	var f field
	w.wait(fmt.Sprintf("a field %q", actionID), func(s *state) bool {
		if len(s.Stack) == 0 {
			return false
		}
		v = s.Stack[len(s.Stack)-1]
		i := slices.IndexFunc(v.Fields, func(f field) bool { return f.ActionID == actionID })
		if i >= 0 {
			f = v.Fields[i]
		}
		return i >= 0
	})
	return v, f
}

// in does something with a field of the modal on top, named by its action id.
func (w *window) in(do, actionID string, more args) result {
	w.b.t.Helper()
	v, f := w.field(actionID)
	all := args{"viewId": v.ID, "blockId": f.BlockID, "actionId": actionID}
	maps.Copy(all, more)
	return w.b.must(w.me, do, all)
}

// submit submits the modal on top.
func (w *window) submit(title string) result {
	w.b.t.Helper()
	r := w.b.must(w.me, "viewSubmit", args{"viewId": w.top(title).ID})
	if len(r.Errors) > 0 {
		w.b.t.Fatalf("the form shows errors: %v", r.Errors)
	}
	return r
}

// count is how many patches came.
func (w *window) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.events)
}

// event is a patch as it came, without what this page did not get.
func (w *window) event(i int) map[string]json.RawMessage {
	w.b.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var p map[string]json.RawMessage
	if err := json.Unmarshal(w.events[i], &p); err != nil {
		w.b.t.Fatal(err)
	}
	return p
}

// got says whether some text was ever sent to this page.
func (w *window) got(text string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.events, func(e []byte) bool { return bytes.Contains(e, []byte(text)) })
}
