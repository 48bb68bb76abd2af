package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"renewbot/blocks"
	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/slacksim/blockkit"
	"renewbot/bot/socket"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// The people of the stage. Whoever else is asked for does not exist.
const (
	stageAlice = "U0ALICE" // may request
	stageBob   = "U0BOB"   // approves by name
	stageCarol = "U0CAROL" // approves through a group
	stageGina  = "U0GINA"  // guest
	stageHome  = "C0RENEWALS"
)

// stage is a bot before a Slack that sends whatever a test wants, which the simulated
// workspace never would. Its jobs are not worked, so nothing is ordered; that nothing
// comes near it is what the tests look at.
type stage struct {
	bot    *Bot
	vendor *yeastarsim.Server
	api    *httptest.Server
	link   *socket.Link
	ws     *websocket.Conn // the other end of link
	log    *sink
	sent   int

	mu     sync.Mutex
	answer func(method string, form url.Values) (status int, body string) // nil: stageAnswer
	calls  []stageCall
}

type stageCall struct {
	method string
	form   url.Values
}

// sink keeps what is logged.
type sink struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *sink) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

// take returns what was logged since it was called last.
func (s *sink) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.text.Reset()
	return s.text.String()
}

func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{vendor: yeastarsim.New(), log: &sink{}}
	if err := s.vendor.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.vendor.Close)
	sockets := make(chan *websocket.Conn, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("/api/", s.serve)
	mux.HandleFunc("/link", func(w http.ResponseWriter, r *http.Request) {
		up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
		if ws, err := up.Upgrade(w, r, nil); err == nil {
			sockets <- ws
		}
	})
	s.api = httptest.NewServer(mux)
	t.Cleanup(s.api.Close)

	log := slog.New(slog.NewTextHandler(s.log, nil))
	vendor, err := yeastar.New(yeastar.Config{
		BaseURL: s.vendor.URL(), ClientID: s.vendor.ClientID(), ClientSecret: s.vendor.ClientSecret(), Rate: 1e6, Burst: 1e6,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(vendor.CloseIdleConnections)
	c := config.Config{
		Slack: config.Slack{BotToken: config.NewSecret("xoxb-stage"), AppToken: config.NewSecret("xapp-stage"), APIURL: s.api.URL + "/api/"},
		Renew: config.Renew{
			Approvers: config.IDs{stageBob, "S0APPROVERS"}, AuditChannel: "C0AUDIT", ApprovalsRequired: 1, RemindAfter: time.Hour,
			ExpireAfter: 72 * time.Hour, PONumber: renewal.PONumberReference, LookupTTL: time.Hour,
		},
	}
	book, err := ledger.Open(t.Context(), "sqlite::memory:", ledger.Options{Policy: c.Policy()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	s.bot = New(Options{Config: c, Ledger: book, Vendor: vendor, Log: log})
	t.Cleanup(func() {
		s.bot.socket.End(context.Background())
		s.bot.portal.Close(context.Background())
		s.bot.directory.Close(context.Background())
		s.bot.socket.CloseIdleConnections()
	})
	if err := s.bot.directory.Introduce(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.bot.portal.Prepare(t.Context(), yeastar.Products()[0].Key); err != nil {
		t.Fatal(err)
	}
	hello := make(chan error, 1)
	go func() {
		s.ws = <-sockets
		hello <- s.ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","num_connections":1}`))
	}()
	s.link, err = s.bot.socket.Connect(t.Context(), "ws"+strings.TrimPrefix(s.api.URL, "http")+"/link")
	if err != nil || <-hello != nil {
		t.Fatalf("dial: %v", err)
	}
	t.Cleanup(func() {
		_ = s.ws.Close()
		<-s.link.Ended()
	})
	return s
}

// pending is a request of somebody's that waits for approval: the given one if it still
// does, or a new one.
func (s *stage) pending(t testing.TB, user string, id int64) renewal.Request {
	t.Helper()
	if r, err := s.bot.ledger.Get(t.Context(), id); err == nil && r.Status == renewal.Pending {
		return r
	}
	s.sent++
	r, _, err := s.bot.ledger.Submit(t.Context(), renewal.Submission{
		Key: fmt.Sprintf("stage %d", s.sent), By: renewal.Actor{UserID: user, MayRequest: true}, Channel: stageHome,
		Offer: renewal.Offer{
			Product: yeastar.Products()[0].Key, Holder: renewal.Holder{Name: "Our own account"},
			Lines:   []renewal.Line{{Type: yeastar.LinePlan, ID: yeastarsim.TutorialPlanID, Name: "Enterprise Plan", Quantity: 100}},
			Contact: renewal.Contact{ID: yeastarsim.TutorialBillingContactID, Name: "Petra Novak"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// deliver sends a frame and returns its acks, which are as many as wanted at least, when
// the handlers are finished.
func (s *stage) deliver(t testing.TB, raw []byte, want int) []json.RawMessage {
	t.Helper()
	acks := s.exchange(t, raw, want)
	s.bot.socket.Wait()
	return append(acks, s.exchange(t, nil, 0)...)
}

// exchange sends a frame, and another one of its own, and returns the acks that come
// until that one's has.
func (s *stage) exchange(t testing.TB, raw []byte, want int) (acks []json.RawMessage) {
	t.Helper()
	s.sent++
	last := fmt.Sprintf("last-%d", s.sent)
	for _, frame := range [][]byte{raw, fmt.Appendf(nil, `{"type":"unheard of","envelope_id":%q}`, last)} {
		if frame == nil {
			continue
		}
		if err := s.ws.WriteMessage(websocket.TextMessage, frame); err != nil {
			t.Fatal(err)
		}
	}
	for seen := false; !seen || len(acks) < want; {
		_ = s.ws.SetReadDeadline(time.Now().Add(2 * time.Minute))
		_, ack, err := s.ws.ReadMessage()
		switch {
		case err != nil:
			t.Fatalf("%d acks of %q, and then %v\n%s", len(acks), raw, err, s.log.take())
		case bytes.Contains(ack, []byte(last)):
			seen = true
		default:
			acks = append(acks, ack)
		}
	}
	return acks
}

// serve is the Web API.
func (s *stage) serve(w http.ResponseWriter, r *http.Request) {
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	form, _ := url.ParseQuery(string(raw))
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) == nil {
		form = url.Values{}
		for name, v := range object {
			form.Set(name, strings.Trim(string(v), `"`))
		}
	}
	s.mu.Lock()
	s.calls = append(s.calls, stageCall{method, form})
	answer := s.answer
	s.mu.Unlock()
	if answer == nil {
		answer = stageAnswer
	}
	status, body := answer(method, form)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// called returns the calls since it was called last.
func (s *stage) called() []stageCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// stageAnswer is what Slack says when all is well.
func stageAnswer(method string, form url.Values) (status int, body string) {
	ok := func(format string, args ...any) (int, string) {
		return http.StatusOK, fmt.Sprintf(`{"ok":true,`+format+`}`, args...)
	}
	switch method {
	case "auth.test":
		return ok(`"team_id":"T0","user_id":"U0BOT","user":"renewbot"`)
	case "users.info":
		switch id := form.Get("user"); id {
		case stageAlice, stageBob, stageCarol:
			return ok(`"user":{"id":%q,"team_id":"T0"}`, id)
		case stageGina:
			return ok(`"user":{"id":%q,"team_id":"T0","is_restricted":true}`, id)
		}
		return http.StatusOK, `{"ok":false,"error":"user_not_found"}`
	case "usergroups.users.list":
		return ok(`"users":[%q]`, stageCarol)
	case "conversations.info":
		return ok(`"channel":{"id":%q,"name":"renewals","is_channel":true,"is_member":true}`, stageHome)
	case "conversations.members":
		return ok(`"members":[%q,%q,%q]`, stageAlice, stageBob, stageCarol)
	case "views.open", "views.update", "views.push", "views.publish":
		return ok(`"view":{"id":"V1","hash":"1"}`)
	}
	return ok(`"channel":%q,"ts":"1795000000.000100","message_ts":"1795000000.000100"`, stageHome)
}

// problems says what Slack would refuse about a call.
func (c stageCall) problems() []blockkit.Problem {
	if view := c.form.Get("view"); view != "" {
		return blockkit.ValidateView([]byte(view))
	}
	if strings.HasPrefix(c.method, "chat.post") {
		return blockkit.ValidateMessage([]byte(c.form.Get("blocks")), c.form.Get("text"))
	}
	return nil
}

// stageDraft is a form that is filled in rightly.
func stageDraft() blocks.Draft {
	return blocks.Draft{
		Product: yeastar.Products()[0].Key, Holder: blocks.HolderOwn, Plan: yeastarsim.TutorialPlanID, Quantity: "100",
		Contact: yeastarsim.TutorialBillingContactID, Channel: stageHome,
	}
}
