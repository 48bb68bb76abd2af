package bot_test

import (
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/freeaddr"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// road is the way to the portal. While it is closed nobody new gets on it; who is on
// it already goes on.
type road struct {
	t       testing.TB
	address string

	mu sync.Mutex
	in net.Listener
	to string
}

func newRoad(t testing.TB) *road {
	t.Helper()
	r := &road{t: t, address: freeaddr.New(t)}
	r.open()
	t.Cleanup(r.close)
	return r
}

// leadTo says where the road ends.
func (r *road) leadTo(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.to = address
}

func (r *road) open() {
	r.t.Helper()
	in, err := net.Listen("tcp", r.address)
	if err != nil {
		r.t.Fatalf("open the road to the portal: %v", err)
	}
	r.mu.Lock()
	r.in = in
	r.mu.Unlock()
	go func() {
		for {
			conn, err := in.Accept()
			if err != nil {
				return
			}
			go r.carry(conn)
		}
	}()
}

func (r *road) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.in.Close()
}

func (r *road) carry(from net.Conn) {
	r.mu.Lock()
	address := r.to
	r.mu.Unlock()
	var d net.Dialer
	to, err := d.DialContext(context.Background(), "tcp", address)
	if err != nil {
		_ = from.Close()
		return
	}
	go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
	_, _ = io.Copy(from, to)
	_ = from.Close()
}

// The look-ups before ordering go over connections that stand already; the order
// dials one of its own.
func TestOrderThatFindsNoWayIsTriedAgainByItself(t *testing.T) {
	t.Parallel()
	way := newRoad(t)
	b, clock := setupAt(t, func(o *sandbox.Options) {
		o.Configure = func(c *config.Config) {
			way.leadTo(strings.TrimPrefix(c.Yeastar.BaseURL, "http://"))
			c.Yeastar.BaseURL = "http://" + way.address
		}
	})
	card := b.as(sandbox.Alice).request(acmeWish)
	way.close()
	b.as(sandbox.Bob).press(card, "Approve")
	b.happened("RNW-000001", renewal.CodePostponed)
	b.says(sandbox.Renewals, "Not ordered yet", "the vendor could not be reached")
	b.shows(card, "another one follows automatically")
	if n := len(b.Vendor.OrderRequests()); n != 0 {
		t.Fatalf("%d orders found a way", n)
	}
	if got := b.cardNow(card).Buttons(); !slices.Equal(got, []string{"Stop the order"}) {
		t.Errorf("the card has the buttons %q", got)
	}
	way.open()
	b.later(clock, 10*time.Second)
	b.happened("RNW-000001", renewal.CodeOrdered)
	r := b.ends("RNW-000001", renewal.Ordered, 1, renewal.CodeSubmitted, renewal.CodeApproved,
		renewal.CodeOrdering, renewal.CodePostponed, renewal.CodeOrdering, renewal.CodeOrdered)
	if len(r.Attempts) != 2 || r.Attempts[0].Outcome != renewal.NotPlaced || r.Attempts[1].Outcome != renewal.Placed {
		t.Errorf("the attempts are %+v", r.Attempts)
	}
	b.silent(sandbox.Renewals, "may or may not")
	b.shows(card, "Ordered.")
}

// While the look-ups before the order fail, people learn that nothing is ordered yet, once;
// and nobody has to do anything when the portal is back.
func TestApprovedOrderWaitsForThePortal(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	card := b.as(sandbox.Alice).request(acmeWish)
	down := b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503))
	b.as(sandbox.Bob).press(card, "Approve")
	b.shows(card, "The order is about to be placed.")
	b.later(clock, time.Minute)
	b.says(sandbox.Renewals, "Nothing has been ordered yet", "can't be reached right now", "I keep trying until")
	b.shows(card, "Nothing has been ordered yet")
	b.later(clock, time.Minute)
	down.Remove()
	b.later(clock, time.Minute)
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 1, renewal.CodeSubmitted, renewal.CodeApproved,
		renewal.CodeWaiting, renewal.CodeOrdering, renewal.CodeOrdered)
	b.shows(card, "Ordered.")
}

// The vendor's words are shown as the vendor wrote them, wherever they are shown.
func TestVendorsWordsStayAsTheyAre(t *testing.T) {
	t.Parallel()
	const words, beginning = "R&D <old> is *gone*", "R&D <old"
	for name, c := range map[string]struct {
		endpoint yeastarsim.Endpoint
		after    time.Duration // until it is told
		code     renewal.Code
	}{
		"of an order":                 {yeastarsim.OrderSave, 0, renewal.CodeRefused},
		"of a look-up, for a while":   {yeastarsim.BillingContactList, time.Minute, renewal.CodeWaiting},
		"of a look-up, until the end": {yeastarsim.BillingContactList, 11 * time.Minute, renewal.CodeRefused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t)
			card := b.as(sandbox.Alice).request(acmeWish)
			refusing := b.Vendor.Fault(c.endpoint, yeastarsim.Refuse("quota", words))
			b.as(sandbox.Bob).press(card, "Approve")
			if err := refusing.Wait(b.ctx, 1); err != nil {
				t.Fatal(err)
			}
			b.happened("RNW-000001", renewal.CodeApproved)
			if c.after > time.Minute { // of the ten minutes people are told first
				b.later(clock, time.Minute)
				b.happened("RNW-000001", renewal.CodeWaiting)
			}
			b.later(clock, c.after)
			b.happened("RNW-000001", c.code)
			b.says(sandbox.Renewals, "Not", beginning)
			b.says(sandbox.Audit, string(c.code), beginning)
			b.shows(card, beginning)
			if c.code == renewal.CodeRefused {
				b.hears(sandbox.Alice, "RNW-000001", beginning)
			}
			if stored := b.stored("RNW-000001").Problem.Detail; !contains(stored, words) {
				t.Errorf("stored is %q", stored)
			}
			for _, channel := range []string{sandbox.Renewals, sandbox.Audit} {
				b.silent(channel, "&amp;")
			}
		})
	}
}
