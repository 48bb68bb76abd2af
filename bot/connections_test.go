package bot_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// The bot says goodbye: its connections end with a close frame, not with a broken one.
func TestCloseFrameAtTheEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sockets(ownSockets)
	if err := b.StopBot(); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= ownSockets; n++ {
		e, err := b.Slack.WaitJournal(b.ctx, func(e slacksim.Entry) bool {
			return e.Kind == slacksim.EntrySocket && e.Name == "closed" && e.Conn == n
		})
		if err != nil || e.Status != websocket.CloseNormalClosure {
			t.Errorf("connection %d ended with close frame %d: %v", n, e.Status, err)
		}
	}
}

// Socket Mode that was switched off is for people to mend: the bot ends and says so.
func TestSocketModeSwitchedOff(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sockets(ownSockets)
	before := b.opened()
	b.Slack.DisableSocketMode()
	err := b.Ended(b.ctx)
	if err == nil || !contains(err.Error(), "Socket Mode") {
		t.Errorf("the bot ended with %v", err)
	}
	if n := b.opened() - before; n > ownSockets {
		t.Errorf("%d connections were asked for", n)
	}
}

// A token that Slack does not take any more ends the bot at its next connection.
func TestTokenRevoked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sockets(ownSockets)
	before := b.opened()
	b.Slack.RevokeTokens()
	b.Slack.DropConnections()
	err := b.Ended(b.ctx)
	if err == nil || !contains(err.Error(), "token_revoked") || !contains(err.Error(), "SLACK_APP_TOKEN") {
		t.Errorf("the bot ended with %v", err)
	}
	if n := b.opened() - before; n > ownSockets {
		t.Errorf("%d connections were asked for", n)
	}
}

// Where others hold all the connections that Slack allows, the bot waits ever longer
// for its own.
func TestTooManyConnections(t *testing.T) {
	t.Parallel()
	const allowed = 10
	b := setup(t, tuned(func(_ *ledger.Options, p *bot.Options) { p.Stagger = 2 * time.Second }))
	if err := b.StopBot(); err != nil {
		t.Fatal(err)
	}
	var others []*websocket.Conn
	for range allowed - 1 {
		others = append(others, b.stranger())
	}
	b.sockets(allowed - 1)
	last := b.Slack.Journal()[len(b.Slack.Journal())-1]
	asked := []time.Time{time.Now()}
	if err := b.StartBot(b.ctx); err != nil { // with one connection
		t.Fatal(err)
	}
	for range 4 { // for the first connection, and three times for the second one
		var err error
		last, err = b.Slack.WaitJournal(b.ctx, func(e slacksim.Entry) bool {
			return e.Seq > last.Seq && e.Kind == slacksim.EntryCall && e.Name == "apps.connections.open"
		})
		if err != nil {
			t.Fatal(err)
		}
		asked = append(asked, last.Time)
	}
	asked = slices.Delete(asked, 1, 2) // the first one is asked for at once
	for i, least := range []time.Duration{2 * time.Second, 400 * time.Millisecond, 600 * time.Millisecond} {
		if wait := asked[i+1].Sub(asked[i]); wait < least {
			t.Errorf("it asked again after %v, want %v at least", wait, least)
		}
	}
	for _, ws := range others {
		_ = ws.Close()
	}
	b.sockets(ownSockets)
}

// stranger is a connection of another program with the same tokens.
func (b *bundle) stranger() *websocket.Conn {
	b.t.Helper()
	api := slack.New("", slack.OptionAppLevelToken(b.Slack.AppToken()), slack.OptionAPIURL(b.Slack.APIURL()))
	_, url, err := api.StartSocketModeContext(b.ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	ws, _, err := websocket.DefaultDialer.DialContext(b.ctx, url, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = ws.Close() })
	return ws
}

const tooManyCounted = "Slack counts more connections than Renewbot has"

// Who else listens with the same tokens gets part of the clicks: that is told.
func TestAnotherProgramWithTheSameTokens(t *testing.T) {
	t.Parallel()
	told := newLogBook()
	b := setup(t, func(o *sandbox.Options) { o.Log = slog.New(told) })
	b.sockets(ownSockets)
	if told.has(tooManyCounted) {
		t.Error("there is a warning with our own connections alone")
	}
	b.stranger()
	b.sockets(ownSockets + 1)
	b.Slack.Disconnect(slacksim.ReasonRefresh, b.Slack.Connections()[0])
	b.until("a warning", func() bool { return told.has(tooManyCounted) })
}

// Replicas on one database know of each other, and nobody warns of them.
func TestReplicasAreNoStrangers(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	database := pgtest.Database(t)
	told := newLogBook()
	b := setup(t, func(o *sandbox.Options) { o.DatabaseURL, o.Log = database, slog.New(told) })
	b.sockets(ownSockets)
	other, err := sandbox.Join(b.ctx, b.Place(), sandbox.Options{Log: slog.New(told), Tune: unhurried})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.StopBot() })
	b.sockets(2 * ownSockets)
	for _, n := range b.Slack.Connections() {
		before := b.opened()
		b.Slack.Disconnect(slacksim.ReasonRefresh, n)
		b.until("another connection", func() bool { return b.opened() > before })
		b.sockets(2 * ownSockets)
	}
	if told.has(tooManyCounted) {
		t.Error("there is a warning of the other replica")
	}
	b.stranger()
	b.sockets(2*ownSockets + 1)
	b.Slack.Disconnect(slacksim.ReasonRefresh, b.Slack.Connections()[0])
	b.until("a warning", func() bool { return told.has(tooManyCounted) })
}

// logBook keeps what was logged.
type logBook struct {
	slog.Handler
	mu    sync.Mutex
	lines []string
}

func newLogBook() *logBook { return &logBook{Handler: slog.DiscardHandler} }

// Enabled keeps everything.
func (l *logBook) Enabled(context.Context, slog.Level) bool { return true }

// WithAttrs keeps no attributes.
func (l *logBook) WithAttrs([]slog.Attr) slog.Handler { return l }

// Handle keeps a line.
func (l *logBook) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, r.Message)
	return nil
}

func (l *logBook) has(piece string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.lines, func(line string) bool { return contains(line, piece) })
}
