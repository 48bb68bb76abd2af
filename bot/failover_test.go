package bot_test

import (
	"bytes"
	"context"
	"net"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"

	"renewbot/blocks"
	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// failover stands between the bot and its PostgreSQL server. It breaks the connection on
// which an entry with a code is committed, once the commit is on its way and before it is
// answered, as a server does that is replaced by another one.
type failover struct {
	t      testing.TB
	socket string // of the server
	code   []byte
	broken atomic.Bool
	url    string // of itself
}

func newFailover(t testing.TB, code renewal.Code) *failover {
	t.Helper()
	u, err := url.Parse(pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	f := &failover{t: t, socket: filepath.Join(q.Get("host"), ".s.PGSQL."+cmpOr(q.Get("port"), "5432")), code: []byte(code)}
	var listen net.ListenConfig
	in, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	q.Del("host")
	q.Del("port")
	q.Set("sslmode", "disable")
	u.RawQuery, u.Host = q.Encode(), in.Addr().String()
	f.url = u.String()
	go func() {
		for {
			client, err := in.Accept()
			if err != nil {
				return
			}
			go f.carry(client)
		}
	}()
	return f
}

func (f *failover) carry(client net.Conn) {
	var d net.Dialer
	server, err := d.DialContext(context.Background(), "unix", f.socket)
	if err != nil {
		_ = client.Close()
		return
	}
	var deaf atomic.Bool
	go copyUntil(client, server, func([]byte) bool { return deaf.Load() })
	marked := false
	copyUntil(server, client, func(sent []byte) bool {
		marked = marked || bytes.Contains(sent, f.code)
		if marked && bytes.Contains(bytes.ToLower(sent), []byte("commit")) && f.broken.CompareAndSwap(false, true) {
			deaf.Store(true)
		}
		return false
	})
}

// copyUntil copies from one connection to another until one of them ends or the end is
// wanted, and closes both.
func copyUntil(to, from net.Conn, end func([]byte) bool) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil || end(buffer[:n]) {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// The approval is committed, its answer is lost, and the order goes out: nobody is told
// that nothing was changed.
func TestNothingWasChangedIsSaidOnlyWhenItIsKnown(t *testing.T) {
	t.Parallel()
	f := newFailover(t, renewal.CodeApproved)
	b := setup(t, func(o *sandbox.Options) { o.DatabaseURL = f.url })
	card := b.as(sandbox.Alice).request(acmeWish)
	bob := b.as(sandbox.Bob)
	bob.press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.shows(card, "Ordered.")
	if !f.broken.Load() {
		t.Fatal("no commit was broken off")
	}
	for _, m := range append(bob.p.Ephemerals(), bob.p.DirectMessages()...) {
		if text := b.Slack.Text(m); contains(text, "Nothing was changed") || contains(text, "could not") {
			t.Errorf("Bob is told: %s", text)
		}
	}
	if n := len(b.Vendor.Placed()); n != 1 {
		t.Errorf("%d orders", n)
	}
}

// Orders are resumed, the answer is lost, and what waited goes out.
func TestResumedWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	f := newFailover(t, renewal.CodeResumed)
	b := setup(t, func(o *sandbox.Options) { o.DatabaseURL = f.url })
	bob := b.as(sandbox.Bob)
	bob.command(sandbox.Renewals, "/renew pause Stocktaking.")
	bob.press(b.as(sandbox.Alice).request(acmeWish), "Approve")
	b.happened("RNW-000001", renewal.CodeWaiting)
	b.wants(bob.command(sandbox.Renewals, "/renew resume"), "Orders are not paused")
	b.happened("RNW-000001", renewal.CodeOrdered)
	if !f.broken.Load() {
		t.Fatal("no commit was broken off")
	}
}

// A request whose commit was not answered is confirmed in its form all the same.
func TestARequestWhoseCommitWasNotAnswered(t *testing.T) {
	t.Parallel()
	f := newFailover(t, renewal.CodeSubmitted)
	b := setup(t, func(o *sandbox.Options) { o.DatabaseURL = f.url })
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	alice.submitOK()
	alice.titled("Please check")
	alice.submitOK()
	b.wait("the request to be confirmed", func(s *slacksim.Snapshot) bool {
		v, ok := s.View(sandbox.Alice)
		return ok && v.CallbackID == blocks.CallbackSubmitted && contains(s.TextView(v), "RNW-000001 is saved")
	})
	if !f.broken.Load() {
		t.Fatal("no commit was broken off")
	}
	b.requests("RNW-000001")
}
