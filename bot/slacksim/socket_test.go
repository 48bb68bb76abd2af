package slacksim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"renewbot/bot/slacksim"
)

func TestTicketWorksOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	url := b.must("apps.connections.open", nil)["url"].(string)
	first, _, err := websocket.DefaultDialer.DialContext(b.ctx(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close() }()
	if _, res, err := websocket.DefaultDialer.DialContext(b.ctx(), url, nil); err == nil || res.StatusCode != http.StatusForbidden {
		t.Error("a used ticket was accepted")
	}
	if _, _, err := websocket.DefaultDialer.DialContext(b.ctx(), strings.Replace(url, "ticket=", "ticket=x", 1), nil); err == nil {
		t.Error("an invented ticket was accepted")
	}
}

func TestHelloAndTheEleventhSocket(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for n := 1; n <= 10; n++ {
		ws, err := b.dial()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = ws.Close() }()
		var hello frame
		if err := ws.ReadJSON(&hello); err != nil {
			t.Fatal(err)
		}
		if hello.Type != "hello" || hello.Count != n || hello.Connection["app_id"] != b.AppID() || hello.Debug["approximate_connection_time"] == nil {
			t.Fatalf("socket %d: %+v", n, hello)
		}
	}
	ws, err := b.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ws.Close() }()
	var f frame
	if err := ws.ReadJSON(&f); err != nil || f.Type != "disconnect" || f.Reason != slacksim.ReasonTooMany {
		t.Fatal(f, err)
	}
	if _, _, err := ws.ReadMessage(); err == nil {
		t.Error("the eleventh socket stays open")
	}
	if got := len(b.Connections()); got != 10 {
		t.Error(got, "connections")
	}
}

func TestPingsAndPongs(t *testing.T) {
	t.Parallel()
	b := setup(t, slacksim.WithPings(10*time.Millisecond, 3*time.Second))
	good, err := b.dial()
	if err != nil {
		t.Fatal(err)
	}
	pings, pongs := make(chan string, 100), make(chan string, 1)
	answer := good.PingHandler()
	good.SetPingHandler(func(s string) error {
		select {
		case pings <- s:
		default:
		}
		return answer(s)
	})
	good.SetPongHandler(func(s string) error { pongs <- s; return nil })
	go func() {
		for {
			if _, _, err := good.ReadMessage(); err != nil {
				return
			}
		}
	}()
	defer func() { _ = good.Close() }()
	if err := b.WaitSockets(b.ctx(), 1); err != nil {
		t.Fatal(err)
	}
	if got := <-pings; !strings.HasPrefix(got, "Ping from ") {
		t.Error(got)
	}
	if err := good.WriteControl(websocket.PingMessage, []byte("mine"), time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if got := <-pongs; got != "mine" {
		t.Error("pong says", got)
	}

	mute, err := b.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mute.Close() }()
	mute.SetPingHandler(func(string) error { return nil })
	for err == nil {
		_, _, err = mute.ReadMessage()
	}
	if err := b.WaitSockets(b.ctx(), 1); err != nil {
		t.Error("the connection that answers pings did not outlive the mute one:", err)
	}
}

func TestAcks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		react     func(*app, frame)
		failure   string
		violation string
	}{
		{"plain", acking, "", ""},
		{"empty payload", func(a *app, f frame) { a.ack(f, m{}) }, "", ""},
		{"none", func(*app, frame) {}, slacksim.FailureTimeout, ""},
		{"unknown id", func(a *app, f frame) {
			a.ack(frame{ID: "nobody"}, nil)
			a.ack(f, nil)
		}, "", "unknown ack"},
		{"20,480 bytes", func(a *app, f frame) {
			a.ack(f, m{"text": strings.Repeat("x", 20_480)})
		}, slacksim.FailureTimeout, "frame too long"},
		{"not a message", func(a *app, f frame) { a.ack(f, m{"text": ""}) }, slacksim.FailureResponse, "command response"},
		{"unreadable", func(a *app, f frame) {
			a.send(m{"hello": 1})
			a.ack(f, nil)
		}, "", "unreadable frame"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, soon(tt.failure))
			b.connect(tt.react)
			res, err := b.As(alice).Command(b.ctx(), sales, "/go")
			if err != nil || res.Failure != tt.failure {
				t.Errorf("failure %q (%v), want %q", res.Failure, err, tt.failure)
			}
			violations := strings.Join(b.Violations(), "\n")
			if tt.violation == "" && violations != "" || !strings.Contains(violations, tt.violation) {
				t.Errorf("violations %q, want %q", violations, tt.violation)
			}
		})
	}
}

// soon makes a time-out that a test waits for short, and others as long as they may be.
func soon(failure string) slacksim.WorkspaceOption {
	if failure == slacksim.FailureTimeout {
		return slacksim.WithAckTimeout(time.Second)
	}
	return slacksim.WithAckTimeout(patience)
}

func TestSecondAndLateAcksAreViolations(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got := make(chan frame, 2)
	a := b.connect(func(_ *app, f frame) { got <- f })
	done := make(chan slacksim.CommandResult, 1)
	command := func() {
		res, _ := b.As(alice).Command(b.ctx(), sales, "/go")
		done <- res
	}
	go command()
	f := <-got
	a.ack(f, nil)
	<-done
	a.ack(f, nil)
	go command()
	f = <-got
	if res := <-done; res.Failure != slacksim.FailureTimeout {
		t.Fatal(res)
	}
	a.ack(f, nil)
	for _, want := range []string{"second ack", "late ack"} {
		if _, err := b.WaitJournal(b.ctx(), func(e entry) bool { return e.Kind == slacksim.EntryViolation && e.Name == want }); err != nil {
			t.Error(want, err)
		}
	}
}

func TestAckMustComeOnTheConnectionOfTheEnvelope(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got := make(chan frame, 1)
	first := b.connect(func(_ *app, f frame) { got <- f })
	done := make(chan slacksim.CommandResult, 1)
	go func() {
		res, _ := b.As(alice).Command(b.ctx(), sales, "/go")
		done <- res
	}()
	f := <-got
	b.connect(nil).ack(f, nil)
	if res := <-done; res.Failure != slacksim.FailureTimeout {
		t.Error(res)
	}
	_ = first.ws.Close()
	if v := b.Violations(); len(v) != 1 || !strings.HasPrefix(v[0], "ack on another connection") {
		t.Error(v)
	}
}

func TestPayloadThatIsNotAccepted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(func(a *app, f frame) { a.ack(f, m{"text": "done"}) })
	if res, err := b.As(alice).Shortcut(b.ctx(), "start"); err != nil || res.Failure != "" {
		t.Error(res, err)
	}
	if v := b.Violations(); len(v) != 1 || !strings.HasPrefix(v[0], "payload not accepted") {
		t.Error(v)
	}
}

func TestFragmentedFramesAreDropped(t *testing.T) {
	t.Parallel()
	b := setup(t, slacksim.WithAckTimeout(time.Second))
	b.connectWith(4096, func(a *app, f frame) {
		a.send(m{"envelope_id": f.ID, "padding": strings.Repeat("x", 10_000)})
	})
	res, err := b.As(alice).Command(b.ctx(), sales, "/go")
	if err != nil || res.Failure != slacksim.FailureTimeout {
		t.Error(res, err)
	}
	if _, err := b.WaitJournal(b.ctx(), func(e entry) bool { return e.Kind == slacksim.EntryViolation }); err != nil {
		t.Error(err)
	}
	if v := b.Violations(); len(v) != 1 || !strings.HasPrefix(v[0], "fragmented") {
		t.Error(v)
	}
}

func TestEnvelopesSpreadOverConnections(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connect(acking)
	b.connect(acking)
	used := map[int]bool{}
	for range 20 {
		if res, err := b.As(alice).Command(b.ctx(), sales, "/go"); err != nil || res.Failure != "" {
			t.Fatal(res, err)
		}
	}
	for _, e := range b.Journal() {
		if e.Kind == slacksim.EntryEnvelope {
			used[e.Conn] = true
		}
	}
	if len(used) != 2 {
		t.Error("only used", used)
	}
}

func TestDisturbedEnvelopes(t *testing.T) {
	t.Parallel()
	count := func(b *bench) (ids []string) {
		for _, e := range b.Journal() {
			if e.Kind == slacksim.EntryEnvelope {
				ids = append(ids, e.ID)
			}
		}
		return ids
	}
	for _, tt := range []struct {
		name    string
		fault   slacksim.EnvelopeFault
		failure string
		copies  int
		same    bool
	}{
		{"same id twice", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeDuplicate}, "", 2, true},
		{"new id", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeRepeat}, "", 2, false},
		{"lost", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeLost}, slacksim.FailureTimeout, 1, true},
		{"cut", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeCut}, slacksim.FailureTimeout, 1, true},
		{"refresh before the ack", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeDisconnect}, "", 1, true},
		{"late", slacksim.EnvelopeFault{Delay: time.Millisecond}, "", 1, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, soon(tt.failure))
			b.connect(func(a *app, f frame) {
				if tt.fault.Kind != slacksim.EnvelopeCut {
					a.ack(f, nil)
				}
			})
			b.Disturb("slash_commands", tt.fault, 1)
			res, err := b.As(alice).Command(b.ctx(), sales, "/go")
			if err != nil || res.Failure != tt.failure {
				t.Error(res, err)
			}
			ids := count(b)
			if len(ids) != tt.copies || tt.copies == 2 && (ids[0] == ids[1]) != tt.same {
				t.Error(ids)
			}
			if v := b.Violations(); len(v) != 0 {
				t.Error(v)
			}
		})
	}
}

func TestDisconnect(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.connect(nil)
	b.Disconnect(slacksim.ReasonWarning)
	if f := a.next(); f.Type != "disconnect" || f.Reason != "warning" {
		t.Error(f)
	}
	if err := b.WaitSockets(b.ctx(), 1); err != nil {
		t.Error("a warned connection must go on:", err)
	}
	b.Disconnect(slacksim.ReasonRefresh)
	if f := a.next(); f.Reason != "refresh_requested" {
		t.Error(f)
	}
	if res, err := b.As(alice).Command(b.ctx(), sales, "/go"); err != nil || res.Failure != slacksim.FailureDispatch {
		t.Error("a command went to a connection that is being replaced:", res, err)
	}
	<-a.closed
	b.connect(acking)
	if res, err := b.As(alice).Command(b.ctx(), sales, "/go"); err != nil || res.Failure != "" {
		t.Error(res, err)
	}
	b.DisableSocketMode()
	if out := b.call("apps.connections.open", nil); out["ok"] != false {
		t.Error("a connection can be opened with Socket Mode off")
	}
}

func TestNobodyConnected(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if res, err := b.As(alice).Command(b.ctx(), sales, "/go"); err != nil || res.Failure != slacksim.FailureDispatch {
		t.Error(res, err)
	}
}

func TestEventsThatHappenedWhileNothingWasConnected(t *testing.T) {
	t.Parallel()
	b := setup(t)
	group := b.AddUserGroup(slacksim.UserGroup{Handle: "g"})
	b.SetGroupMembers(group, alice)
	if _, err := b.WaitJournal(b.ctx(), func(e entry) bool { return e.Kind == slacksim.EntryEvent }); err != nil {
		t.Fatal(err)
	}
	a := b.connect(nil)
	f := a.next()
	if f.Attempt == nil || *f.Attempt == 0 {
		t.Error("the first copy of such an event is a retry")
	}
	if f.Type != "events_api" || f.Payload["event"].(m)["type"] != "subteam_members_changed" {
		t.Fatal(f)
	}
	a.ack(f, nil)
}

func TestEventsAreRetried(t *testing.T) {
	t.Parallel()
	b := setup(t, slacksim.WithAckTimeout(30*time.Millisecond))
	a := b.connect(nil)
	group := b.AddUserGroup(slacksim.UserGroup{Handle: "g"})
	b.SetGroupMembers(group, alice)
	var id any
	for attempt := range 4 {
		f := a.nextWhile(func() { b.clock.Advance(10 * time.Second) })
		if f.Attempt == nil || *f.Attempt != attempt {
			t.Fatalf("attempt %v, want %d", f.Attempt, attempt)
		}
		if attempt > 0 && f.Payload["event_id"] != id {
			t.Error("a retry has another event_id")
		}
		id = f.Payload["event_id"]
	}
}

// nextWhile waits for a frame and moves things on meanwhile.
func (a *app) nextWhile(nudge func()) frame {
	a.b.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for ctx := a.b.ctx(); ; {
		select {
		case f := <-a.frames:
			return f
		case <-tick.C:
			nudge()
		case <-ctx.Done():
			a.b.t.Fatal("no frame came")
		}
	}
}
