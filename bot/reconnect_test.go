package bot_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// The two sockets of the bot, and how often they are opened at least: once each.
const ownSockets = 2

// quickly opens connections one after another.
func quickly(o *sandbox.Options) {
	tuned(func(_ *ledger.Options, p *bot.Options) { p.OpenGap = time.Millisecond })(o)
}

// load is what people do all the time while the sockets are disturbed.
type load struct {
	*bundle
	over chan struct{} // closed when the disturbances are over
	did  chan struct{} // gets a value after each thing that somebody did
	// customers counts those for whom there is a request.
	customers *atomic.Int64
}

// next is the number of a customer for whom there is no request yet.
func (l *load) next() int { return int(l.customers.Add(1)) - 1 }

func newLoad(t *testing.T, change ...func(*sandbox.Options)) *load {
	b := setup(t, append([]func(*sandbox.Options){switched(anyQuantity), quickly, func(o *sandbox.Options) {
		o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(2000))
	}}, change...)...)
	b.sockets(ownSockets)
	return &load{bundle: b, over: make(chan struct{}), did: make(chan struct{}), customers: new(atomic.Int64)}
}

func (b *bundle) sockets(n int) {
	b.t.Helper()
	if err := b.Slack.WaitSockets(b.ctx, n); err != nil {
		b.t.Fatalf("wait for %d sockets: %v, there are %d", n, err, b.Slack.Snapshot().Sockets)
	}
}

// goes runs parts side by side, and waits for them.
func (l *load) goes(parts map[string]func(*load)) {
	var all sync.WaitGroup
	for name, part := range parts {
		all.Go(func() {
			mine, own := *l, *l.bundle
			own.t, mine.bundle = alone{l.t, name}, &own
			part(&mine)
		})
	}
	all.Wait()
}

// alone is a test of which a failure ends one goroutine.
type alone struct {
	testing.TB
	name string
}

func (a alone) Fatal(args ...any) {
	a.Helper()
	a.Fatalf("%s", fmt.Sprint(args...))
}

func (a alone) Fatalf(format string, args ...any) {
	a.Helper()
	a.Errorf(a.name+": "+format, args...)
	runtime.Goexit()
}

// until does something again and again until the disturbances are over.
func (l *load) until(do func(n int)) {
	for n := 1; ; n++ {
		select {
		case <-l.over:
			return
		default:
		}
		do(n)
		select {
		case l.did <- struct{}{}:
		case <-l.over:
		case <-l.ctx.Done():
			l.t.Fatalf("nobody disturbs any more: %v", l.ctx.Err())
		}
	}
}

// busy waits until n more things were done.
func (l *load) busy(n int) {
	l.t.Helper()
	for range n {
		select {
		case <-l.did:
		case <-l.ctx.Done():
			l.t.Fatalf("nobody does anything any more: %v", l.ctx.Err())
		}
	}
}

// opened counts the calls of apps.connections.open.
func (b *bundle) opened() int { return len(b.Slack.Calls("apps.connections.open")) }

// older is the older of the connections that were not disturbed yet; they take turns.
func (l *load) older(disturbed map[int]bool) int {
	l.t.Helper()
	for _, n := range l.Slack.Connections() {
		if !disturbed[n] {
			disturbed[n] = true
			return n
		}
	}
	l.t.Fatal("no connection is left")
	return 0
}

// Slack replaces the connections while people work: nobody notices, and every
// replacement is one connection that is opened.
func TestRefreshesUnderLoad(t *testing.T) { // alone: it keeps the machine busy
	const refreshes = 100
	l := newLoad(t)
	began, before := time.Now(), l.opened()
	requested := 0
	l.goes(map[string]func(*load){
		"alice requests and bob approves": func(l *load) {
			l.until(func(int) {
				l.as(sandbox.Bob).press(l.as(sandbox.Alice).request(l.wishFor(l.next())), "Approve")
				requested++
			})
		},
		"dave types commands": func(l *load) {
			l.until(func(n int) {
				if told := l.as(sandbox.Dave).command(sandbox.Renewals, "/renew list"); told == "" {
					l.t.Errorf("command %d was not answered", n)
				}
			})
		},
		"carol clicks an old button": func(l *load) {
			card := l.as(sandbox.Carol).request(l.wishFor(l.next()))
			old := clickOn(l.t, card, "cancel")
			l.as(sandbox.Carol).press(card, "Cancel request")
			l.until(func(int) { l.as(sandbox.Carol).forceClick(old) })
		},
		"slack refreshes": func(l *load) {
			defer close(l.over)
			disturbed := map[int]bool{}
			for i := range refreshes {
				l.busy(8)
				n := l.older(disturbed)
				if i%3 == 2 {
					l.Slack.Disconnect(slacksim.ReasonWarning, n)
					l.sockets(ownSockets + 1) // the next one is there before this one goes
				}
				l.Slack.Disconnect(slacksim.ReasonRefresh, n)
				l.sockets(ownSockets)
			}
		},
	})
	opened := l.opened() - before
	t.Logf("%d refreshes in %v: %d connections opened, %d renewals", refreshes, time.Since(began).Round(time.Millisecond), opened, requested)
	if opened != refreshes {
		t.Errorf("%d connections were opened for %d refreshes", opened, refreshes)
	}
	l.allAcked(nil)
	l.allOrdered(requested)
}

// allAcked wants an ack for every envelope, but for those on the connections that were cut.
func (b *bundle) allAcked(cut map[int]bool) {
	b.t.Helper()
	acked := map[string]bool{}
	for _, e := range b.Slack.Journal() {
		if e.Kind == slacksim.EntryAck {
			acked[e.ID] = true
		}
	}
	lost := 0
	for _, e := range b.Slack.Journal() {
		switch {
		case e.Kind != slacksim.EntryEnvelope || acked[e.ID]:
		case cut[e.Conn]:
			lost++
		default:
			b.t.Errorf("%s on connection %d was not acked", e.Name, e.Conn)
		}
	}
	if len(cut) > 0 {
		b.t.Logf("%d envelopes were on their way when their connection was cut", lost)
	}
}

// allOrdered waits until n requests are ordered, once each.
func (b *bundle) allOrdered(n int) {
	b.t.Helper()
	orders, err := b.Vendor.WaitOrders(b.ctx, n)
	if err != nil || len(orders) != n || len(b.Vendor.OrderRequests()) != n {
		b.t.Fatalf("%d orders of %d, %d sent: %v", len(orders), n, len(b.Vendor.OrderRequests()), err)
	}
	for _, o := range orders {
		b.says(sandbox.Renewals, "is ordered", o.OrderNo)
	}
	if err := b.Ledger.Verify(b.ctx); err != nil {
		b.t.Error(err)
	}
}

// Connections break without a word while people work. What was on its way then is lost,
// and people see it: they do it again, and nothing happens twice.
func TestResetsUnderLoad(t *testing.T) { // alone: it keeps the machine busy
	const resets = 20
	l := newLoad(t)
	began, before := time.Now(), l.opened()
	cut := map[int]bool{}
	var mu sync.Mutex
	repeats, approved := 0, 0
	again := func() { mu.Lock(); defer mu.Unlock(); repeats++ }
	l.goes(map[string]func(*load){
		"bob approves": func(l *load) {
			l.until(func(n int) {
				card := l.pending(fmt.Sprint("approve ", n))
				click := clickOn(l.t, card, "approve")
				for l.failing(l.Slack.As(sandbox.Bob).Force().Press(l.ctx, click)) {
					again()
				}
				approved++
			})
		},
		"carol rejects": func(l *load) {
			carol := l.as(sandbox.Carol)
			l.until(func(n int) {
				card := l.pending(fmt.Sprint("reject ", n))
				carol.insist(card, "Reject…", again)
				carol.typeIn("Reason", "Not now")
				for {
					r, err := carol.p.Submit(l.ctx)
					if err != nil {
						l.t.Fatal(err)
					}
					if r.Trouble == "" {
						if len(r.Errors) > 0 { // the one before was taken, and its ack was lost
							l.wants(carol.errorAt("Reason"), "was rejected by")
							carol.back()
						}
						break
					}
					again()
				}
				l.says(sandbox.Audit, l.refOf(card), string(renewal.CodeRejected)+" by")
			})
		},
		"dave types commands": func(l *load) {
			l.until(func(int) {
				for {
					r, err := l.Slack.As(sandbox.Dave).Command(l.ctx, sandbox.Renewals, "/renew list")
					if err != nil {
						l.t.Fatal(err)
					}
					if r.Failure == "" {
						break
					}
					again()
				}
			})
		},
		"the network breaks": func(l *load) {
			defer close(l.over)
			for range resets {
				l.busy(3)
				l.Slack.DropConnections(l.older(cut))
				l.sockets(ownSockets)
			}
		},
	})
	opened := l.opened() - before
	t.Logf("%d resets in %v: %d connections opened, %d things done again, %d approved",
		resets, time.Since(began).Round(time.Millisecond), opened, repeats, approved)
	if opened != resets {
		t.Errorf("%d connections were opened for %d resets", opened, resets)
	}
	l.allAcked(cut)
	l.allOrdered(approved)
}

// failing says whether a click failed for the person who clicked.
func (l *load) failing(r slacksim.ActResult, err error) bool {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
	return r.Failure != ""
}

// insist presses a button until a form opens.
func (a *actor) insist(m slacksim.Message, button string, again func()) {
	a.b.t.Helper()
	for {
		r, err := a.p.Press(a.b.ctx, m.Ref(), button)
		if err != nil {
			a.b.t.Fatal(err)
		}
		if r.Failure == "" {
			a.view("Reason")
			return
		}
		again()
		if _, ok := a.p.View(); ok {
			a.back()
		}
	}
}

// pending saves a request without the form, and waits for its card.
func (l *load) pending(key string) slacksim.Message {
	b := l.bundle
	b.t.Helper()
	r, created, err := b.Ledger.Submit(b.ctx, renewal.Submission{
		Key: key, By: renewal.Actor{UserID: sandbox.Alice, MayRequest: true}, Channel: sandbox.Renewals, Offer: b.offerFor(l.next()),
	})
	if err != nil || !created {
		b.t.Fatalf("submit: %v %v", created, err)
	}
	return b.card(sandbox.Renewals, r.Reference(), "Approve")
}

// served lists the customers that have a package to renew. Requests for different ones do
// not repeat each other.
func served(v *yeastarsim.Server) []yeastarsim.Package {
	var list []yeastarsim.Package
	for _, c := range v.Customers() {
		latin := !strings.ContainsFunc(c.Company, func(r rune) bool { return r > unicode.MaxLatin1 })
		if p, ok := v.Package(c.PartnerID); ok && latin { // the others come back with marks of their direction
			list = append(list, p)
		}
	}
	return list
}

// offerFor is what the form makes of a wish for the nth customer.
func (b *bundle) offerFor(n int) renewal.Offer {
	b.t.Helper()
	p := served(b.Vendor)[n]
	c, _ := b.Vendor.Customer(p.PartnerID)
	o := tutorialOffer()
	o.Holder = renewal.Holder{PartnerID: yeastar.ID(p.PartnerID), Name: c.Company}
	o.Lines[0].ID = yeastar.ID(p.PlanID)
	return o
}

// wishFor is a wish for the nth customer.
func (b *bundle) wishFor(n int) wish {
	b.t.Helper()
	p := served(b.Vendor)[n]
	c, _ := b.Vendor.Customer(p.PartnerID)
	return wish{holder: c.Company, plan: p.PlanID, extensions: fmt.Sprint(p.Extensions), contact: "Sandhaven"}
}

// tutorialOffer is what the form makes of the wish of the vendor's tutorial.
func tutorialOffer() renewal.Offer {
	return renewal.Offer{
		Product: "p-series-turnkey", Holder: renewal.Holder{Name: "Our own account"},
		Lines:   []renewal.Line{{Type: "plan", ID: yeastarsim.TutorialPlanID, Name: "Ultimate Plan", Quantity: 100}},
		Contact: renewal.Contact{ID: "3197218168379846218", Name: "Billing"},
	}
}
