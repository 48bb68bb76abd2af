package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	sandboxpage "renewbot/bot/sandbox/page"
)

// patience bounds everything that a test waits for, so that nothing hangs. It is no measure
// of speed.
const patience = 3 * time.Minute

// site is a sandbox with its page, and the browser windows that a test opened at it.
type site struct {
	*sandboxpage.Server
	t             testing.TB
	width, height int64
	first         *tab // the others share its browser context: what is remembered is of this test
	shots         int
	blind         bool // screens that other tests look at are passed
}

// laptop is the usual size of a window.
const laptopWidth, laptopHeight = 1280, 800

// setup serves a sandbox for a test.
func setup(t testing.TB, options ...func(*sandboxpage.Options)) *site {
	t.Helper()
	if chromium == nil {
		t.Skip("there is no chromium on this machine (make deps installs it)")
	}
	browsing <- struct{}{}
	t.Cleanup(func() { <-browsing })
	o := sandboxpage.Options{Addr: "127.0.0.1:0", Patience: patience, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	for _, option := range options {
		option(&o)
	}
	server, err := sandboxpage.Start(t.Context(), o)
	if err != nil {
		t.Fatalf("serve the page: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Errorf("close the page: %v", err)
		}
	})
	return &site{Server: server, t: t, width: laptopWidth, height: laptopHeight}
}

// browsing has room for the tests that have windows open at the same time: more than two are slower
// on two cores, and what a hand does would come before the page is ready for it.
var browsing = make(chan struct{}, 2)

// tab is a window in which somebody acts.
type tab struct {
	s    *site
	t    testing.TB
	name string
	ctx  context.Context

	mu       sync.Mutex
	problems []string
}

// watch looks for elements that can be seen, and waits for what is to come.
const watch = `window.seen = (selector, text) => [...document.querySelectorAll(selector)].filter((e) =>
	e.getClientRects().length && (!text || e.textContent.includes(text)));
window.soon = (look) => new Promise((resolve) => {
	const again = () => { const found = look(); found ? resolve(found) : setTimeout(again, 25); };
	again();
});`

// as opens a window for somebody, without the tour.
func (s *site) as(person string) *tab {
	s.t.Helper()
	return s.open("?as="+person, person, `localStorage.setItem("renewbot.sandbox.tour", '{"at":-1,"since":0,"seen":true}')`)
}

// open opens a window at a path; before is run in it first.
func (s *site) open(path, name, before string) *tab {
	s.t.Helper()
	parent, options := chromium, []chromedp.ContextOption{chromedp.WithNewBrowserContext()}
	if s.first != nil {
		parent, options = s.first.ctx, nil
	}
	ctx, cancel := chromedp.NewContext(parent, options...)
	p := &tab{s: s, t: s.t, name: name, ctx: ctx}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		cancel()
		s.t.Fatalf("open a window: %v", err)
	}
	s.t.Cleanup(func() {
		p.mu.Lock()
		for _, problem := range p.problems {
			p.t.Errorf("%s's window: %s", p.name, problem)
		}
		p.mu.Unlock()
		cancel()
	})
	if s.first == nil {
		s.first = p
	}
	on := true
	command(p, runtime.Enable, cdp.Empty{})
	command(p, log.Enable, cdp.Empty{})
	command(p, network.Enable, network.EnableParams{})
	command(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: on})
	command(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch + before})
	p.do("set its size", chromedp.EmulateViewport(s.width, s.height))
	p.do("open the page", chromedp.Navigate(s.URL()+path))
	p.until("ready", `document.documentElement.dataset.ready === "true"`)
	return p
}

// hear gathers what must not happen in any window.
func (p *tab) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + fmt.Sprint(x.Description)
		}
		p.problems = append(p.problems, "an exception: "+text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			said, _ := json.Marshal(e.Args)
			p.problems = append(p.problems, fmt.Sprintf("the console has %s: %s", e.Type, said))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" {
			p.problems = append(p.problems, fmt.Sprintf("the log has: %s %v", e.Entry.Text, e.Entry.URL))
		}
	case *network.EventLoadingFailed:
		if e.ErrorText != "net::ERR_ABORTED" { // streams end with their window
			p.problems = append(p.problems, "a request failed: "+e.ErrorText)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			p.problems = append(p.problems, fmt.Sprintf("%s is answered with %d", e.Response.URL, e.Response.Status))
		}
	}
}

// do runs an action, bounded.
func (p *tab) do(what string, a chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, a); err != nil {
		p.t.Fatalf("%s's window: %s: %v", p.name, what, err)
	}
}

func command[P, R any](p *tab, c cdp.Command[P, R], params P) {
	p.t.Helper()
	ctx := p.ctx // the first command starts the window, which lives as long as this
	if _, err := chromedp.Call(ctx, c, params); err != nil {
		p.t.Fatalf("%s's window: %v", p.name, err)
	}
}

// ask waits until an expression is true, and returns what it is then.
func ask[T any](p *tab, what, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T]("soon(() => "+expression+")", func(e *runtime.EvaluateParams) {
		wait := true
		e.AwaitPromise = &wait
	}))
	if err != nil {
		p.t.Fatalf("%s's window: %s: %v; it shows:\n%s", p.name, what, err, p.text())
	}
	return v
}

// until waits until an expression is true.
func (p *tab) until(what, expression string) {
	p.t.Helper()
	ask[bool](p, what, "Boolean("+expression+")")
}

// text is what is to be read in the window.
func (p *tab) text() string {
	ctx, cancel := context.WithTimeout(p.ctx, patience/6)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText + '\\nfocus: ' + document.activeElement?.outerHTML.slice(0, 300)"))
	if err != nil {
		return err.Error()
	}
	if dir := *screenshots; dir != "" {
		p.picture(dir, p.t.Name()+"-failed")
	}
	return text
}

func quoted(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// shows waits until an element with the text can be seen.
func (p *tab) shows(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("see %q in %s", text, selector), fmt.Sprintf("seen(%s, %s).length > 0", quoted(selector), quoted(text)))
}

// gone waits until no such element can be seen.
func (p *tab) gone(selector string) {
	p.t.Helper()
	p.until("see no "+selector, fmt.Sprintf("seen(%s).length === 0", quoted(selector)))
}

// click clicks the last element with the text, once nothing covers it and it rests.
func (p *tab) click(selector, text string) {
	p.t.Helper()
	at := ask[[]float64](p, fmt.Sprintf("click %q in %s", text, selector), fmt.Sprintf(`(() => {
		const e = seen(%s, %s).pop();
		if (!e) return null;
		e.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
		const b = e.getBoundingClientRect();
		const x = b.left + b.width / 2, y = b.top + b.height / 2;
		const rests = window.lastSpot === String([x, y]);
		window.lastSpot = String([x, y]);
		const there = document.elementFromPoint(x, y);
		return rests && there && (e.contains(there) || there.contains(e) && there.closest("label, button")) ? [x, y] : null;
	})()`, quoted(selector), quoted(text)))
	p.do("click", chromedp.MouseClickXY(at[0], at[1]))
}

// keys presses keys, one after another, wherever the focus is.
func (p *tab) keys(keys string, options ...chromedp.KeyOption) {
	p.t.Helper()
	p.do("press keys", chromedp.KeyEvent(keys, options...))
}

// enter presses Enter as a keyboard does: one key, whose line break a page may refuse.
func (p *tab) enter() {
	p.t.Helper()
	key := input.DispatchKeyEventParams{Type: "keyDown", Key: "Enter", Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13}
	command(p, input.DispatchKeyEvent, key)
	key.Type, key.Text = "keyUp", ""
	command(p, input.DispatchKeyEvent, key)
}

// into clicks a field and types.
func (p *tab) into(selector, text string) {
	p.t.Helper()
	p.click(selector, "")
	p.until("focus "+selector, fmt.Sprintf("seen(%s).includes(document.activeElement)", quoted(selector)))
	p.do("select what is there", chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	p.keys(text)
}
