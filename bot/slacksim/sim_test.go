package slacksim_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"renewbot/bot/slacksim"
)

const manifest = `
display_information: {name: Tester}
features:
  app_home: {home_tab_enabled: true, messages_tab_enabled: true}
  bot_user: {display_name: tester}
  slash_commands:
    - {command: /go, description: Go}
  shortcuts:
    - {name: Start, type: global, callback_id: start, description: Start}
oauth_config:
  scopes:
    bot: [commands, chat:write, users:read, usergroups:read, channels:read, groups:read, channels:history, im:write]
settings:
  interactivity: {is_enabled: true}
  event_subscriptions:
    bot_events: [app_home_opened, subteam_members_changed]
  socket_mode_enabled: true
`

const (
	alice = "U0ALICE"
	bob   = "U0BOB"
	sales = "C0SALES"
)

type (
	m     = map[string]any
	entry = slacksim.Entry
)

// bench is a workspace with two people in a channel, and the raw means to be its app.
type bench struct {
	*slacksim.Workspace
	t     *testing.T
	clock *slacksim.ManualClock
}

func setup(t *testing.T, opts ...slacksim.WorkspaceOption) *bench {
	t.Helper()
	return setupWith(t, manifest, opts...)
}

func setupWith(t *testing.T, manifest string, opts ...slacksim.WorkspaceOption) *bench {
	t.Helper()
	clock := slacksim.NewManualClock(time.Date(2026, 11, 17, 10, 0, 0, 0, time.UTC))
	opts = append([]slacksim.WorkspaceOption{slacksim.WithClock(clock), slacksim.WithSeed(1)}, opts...)
	ws, err := slacksim.New([]byte(manifest), opts...)
	if err != nil {
		t.Fatal(err)
	}
	if err := ws.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ws.Close(); err != nil {
			t.Error(err)
		}
	})
	ws.AddUser(slacksim.User{ID: alice, Name: "alice", RealName: "Alice Ames"})
	ws.AddUser(slacksim.User{ID: bob, Name: "bob"})
	ws.AddChannel(slacksim.Channel{ID: sales, Name: "sales", Members: []string{alice, bob, ws.BotUserID()}})
	return &bench{ws, t, clock}
}

// patience bounds everything that a test waits for, so that nothing hangs.
const patience = 2 * time.Minute

func (b *bench) ctx() context.Context {
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	b.t.Cleanup(cancel)
	return ctx
}

// call calls a Web API method as the app, with a JSON body for methods that write.
func (b *bench) call(method string, args m) m {
	b.t.Helper()
	form := url.Values{}
	for k, v := range args {
		s, ok := v.(string)
		if !ok {
			raw, err := json.Marshal(v)
			if err != nil {
				b.t.Fatal(err)
			}
			s = string(raw)
		}
		form.Set(k, s)
	}
	token := b.BotToken()
	if method == "apps.connections.open" {
		token = b.AppToken()
	}
	status, _, body := b.request(method, "application/x-www-form-urlencoded", token, form.Encode())
	if status != http.StatusOK {
		b.t.Fatalf("%s: HTTP %d %s", method, status, body)
	}
	var out m
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		b.t.Fatalf("%s: %v in %s", method, err, body)
	}
	return out
}

// must is call, and fails the test unless the answer is ok.
func (b *bench) must(method string, args m) m {
	b.t.Helper()
	out := b.call(method, args)
	if out["ok"] != true {
		b.t.Fatalf("%s: %v", method, out)
	}
	return out
}

// wantError is call, and fails the test unless the answer is the error.
func (b *bench) wantError(code, method string, args m) m {
	b.t.Helper()
	out := b.call(method, args)
	if out["error"] != code {
		b.t.Fatalf("%s: got %v, want error %s", method, out, code)
	}
	return out
}

func (b *bench) request(method, contentType, token, body string) (int, http.Header, string) {
	b.t.Helper()
	status, header, answer, err := b.try(method, contentType, token, body)
	if err != nil && b.t.Context().Err() != nil {
		runtime.Goexit() // the test is over, and an app beside it still waits for an answer
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return status, header, answer
}

func (b *bench) try(method, contentType, token, body string) (int, http.Header, string, error) {
	req, err := http.NewRequestWithContext(b.ctx(), http.MethodPost, b.APIURL()+method, strings.NewReader(body))
	if err != nil {
		return 0, nil, "", err
	}
	req.Header.Set("Content-Type", contentType)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, nil, "", err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	return res.StatusCode, res.Header, string(answer), err
}

// frame is an envelope or another frame from the workspace.
type frame struct {
	Type       string `json:"type"`
	ID         string `json:"envelope_id"`
	Reason     string `json:"reason"`
	Accepts    bool   `json:"accepts_response_payload"`
	Attempt    *int   `json:"retry_attempt"`
	Count      int    `json:"num_connections"`
	Payload    m      `json:"payload"`
	Connection m      `json:"connection_info"`
	Debug      m      `json:"debug_info"`
}

// app is a raw Socket Mode connection. react answers envelopes; nil payload is a plain ack.
type app struct {
	b      *bench
	ws     *websocket.Conn
	mu     sync.Mutex
	frames chan frame
	closed chan struct{}
}

func (b *bench) dial() (*websocket.Conn, error) { return b.dialWith(64 << 10) }

// dialWith connects with a write buffer of so many bytes: longer messages go out in fragments.
func (b *bench) dialWith(buffer int) (*websocket.Conn, error) {
	out := b.must("apps.connections.open", nil)
	dialer := websocket.Dialer{WriteBufferSize: buffer}
	ws, res, err := dialer.DialContext(b.ctx(), out["url"].(string), nil)
	if res != nil && res.Body != nil {
		_ = res.Body.Close()
	}
	return ws, err
}

// connect opens a connection and reads its hello. Envelopes go to react, or to frames if it is nil.
func (b *bench) connect(react func(*app, frame)) *app {
	b.t.Helper()
	return b.connectWith(64<<10, react)
}

func (b *bench) connectWith(buffer int, react func(*app, frame)) *app {
	b.t.Helper()
	ws, err := b.dialWith(buffer)
	if err != nil {
		b.t.Fatal(err)
	}
	a := &app{b: b, ws: ws, frames: make(chan frame, 100), closed: make(chan struct{})}
	b.t.Cleanup(func() {
		_ = ws.Close()
		<-a.closed
	})
	go func() {
		defer close(a.closed)
		for {
			_, raw, err := ws.ReadMessage()
			if err != nil {
				return
			}
			var f frame
			if json.Unmarshal(raw, &f) != nil {
				return
			}
			if react != nil && f.ID != "" {
				go react(a, f)
				continue
			}
			a.frames <- f
		}
	}()
	if f := a.next(); f.Type != "hello" {
		b.t.Fatalf("first frame is %q, want hello", f.Type)
	}
	return a
}

func (a *app) next() frame {
	a.b.t.Helper()
	select {
	case f := <-a.frames:
		return f
	case <-a.b.ctx().Done():
		a.b.t.Fatal("no frame came")
		return frame{}
	}
}

func (a *app) ack(f frame, payload any) {
	out := m{"envelope_id": f.ID}
	if payload != nil {
		out["payload"] = payload
	}
	a.send(out)
}

func (a *app) send(v any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_ = a.ws.WriteJSON(v)
}

// acking acks everything plainly.
func acking(a *app, f frame) { a.ack(f, nil) }

func decodeFrame(t *testing.T, raw []byte) frame {
	t.Helper()
	var f frame
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	return f
}
