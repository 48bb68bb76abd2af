package bot_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

var (
	socketSteps = flag.Int("model.sockets", 120, "steps of TestModelOverSockets")
	socketSeed  = flag.Uint64("model.seed", 0, "seed of TestModelOverSockets; 0: another one each time")
)

// calmEvery is after how many steps everything is checked.
const calmEvery = 40

// The whole bot with people, a vendor, a Slack and connections that fail, restarts and
// clock jumps. Jobs run when they like, so each history is checked when all is calm.
func TestModelOverSockets(t *testing.T) {
	t.Parallel()
	seed := *socketSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-model.seed %d", seed)
	database := "sqlite://" + filepath.Join(t.TempDir(), "ledger.db")
	b, clock := setupAt(t, switched(anyQuantity), func(o *sandbox.Options) {
		o.DatabaseURL, o.OrderTimeout = database, 200*time.Millisecond
		o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(2000))
	}, quickly)
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	t.Cleanup(cancel)
	b.ctx = ctx
	w := &whole{
		bundle: b, clock: clock, random: rand.New(rand.NewPCG(seed, seed)),
		known: map[string]bool{}, finals: map[int64]string{}, did: map[string]int{},
	}
	began := time.Now()
	for n := range *socketSteps {
		w.step()
		if n%calmEvery == calmEvery-1 {
			w.calm()
		}
	}
	w.calm()
	w.orderedTwice()
	t.Logf("%d steps, %d requests, %d orders, %d looks at second ones, %v: %v", *socketSteps, w.requests, len(b.Vendor.Placed()), w.repeats,
		time.Since(began).Round(time.Millisecond), w.did)
}

// whole is the bot and everybody around it.
type whole struct {
	*bundle
	clock    *slacksim.ManualClock
	random   *rand.Rand
	requests int64
	holders  int              // for whom there are requests
	clicks   []slacksim.Click // every button that ever was
	known    map[string]bool
	finals   map[int64]string
	did      map[string]int
	repeats  int // looks at an order of a holder after another one
}

func oneOf[T any](w *whole, of ...T) T { return of[w.random.IntN(len(of))] }

func (w *whole) step() {
	w.look()
	things := []struct {
		name   string
		weight int
		do     func()
	}{
		{"request", 10, w.request}, {"form", 2, w.form}, {"click", 40, w.click}, {"settle", 6, w.settleOne}, {"explain", 4, w.explainOne},
		{"vendor fault", 10, w.vendorFault}, {"slack fault", 10, w.slackFault}, {"connection", 6, w.connection},
		{"clock", 14, w.jump}, {"restart", 2, w.restart},
		{"pause", 2, w.pause}, {"return", 4, w.giveBack},
	}
	total := 0
	for _, t := range things {
		total += t.weight
	}
	at := w.random.IntN(total)
	for _, t := range things {
		if at -= t.weight; at < 0 {
			w.did[t.name]++
			t.do()
			return
		}
	}
}

// look remembers the buttons that are to be seen.
func (w *whole) look() {
	for _, m := range w.Slack.Snapshot().All(sandbox.Renewals) {
		for _, action := range []string{"approve", "retry", "close", "cancel"} {
			if !contains(string(m.Blocks), `"action_id":"`+action+`"`) {
				continue
			}
			c := clickOn(w.t, m, action)
			if key := c.ActionID + c.Value + c.TS; !w.known[key] {
				w.known[key] = true
				w.clicks = append(w.clicks, c)
			}
		}
	}
}

// offer is mostly for somebody for whom there is no request yet.
func (w *whole) offer(quantity int) renewal.Offer {
	if w.random.IntN(6) > 0 {
		w.holders++
	}
	o := w.offerFor(w.holders)
	o.Lines[0].Quantity = quantity
	return o
}

func (w *whole) request() {
	w.requests++
	_, _, err := w.Ledger.Submit(w.ctx, renewal.Submission{
		Key: fmt.Sprint("model ", w.requests), By: renewal.Actor{UserID: oneOf(w, sandbox.Alice, sandbox.Bob), MayRequest: true},
		Channel: sandbox.Renewals, Offer: w.offer(oneOf(w, 50, 100)),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// form makes a request over the form; its submissions may arrive twice.
func (w *whole) form() {
	w.sockets(ownSockets)
	stop := w.Slack.Disturb("view_submission", slacksim.EnvelopeFault{Kind: oneOf(w, slacksim.EnvelopeDuplicate, slacksim.EnvelopeRepeat)}, 2)
	defer stop()
	alice := w.as(sandbox.Alice)
	alice.fill(tutorial)
	alice.submitOK()
	alice.titled("Please check")
	alice.explain("They want two.")
	alice.submitOK()
	alice.titled("Request saved")
	alice.back()
	w.requests++
}

// click clicks on any button that ever was, as anybody; it may arrive twice, and it may
// be lost with its connection.
func (w *whole) click() {
	if len(w.clicks) == 0 {
		return
	}
	recent := max(len(w.clicks)-12, 0)
	c := w.clicks[recent+w.random.IntN(len(w.clicks)-recent)]
	if (c.ActionID == "cancel" || c.ActionID == "close") && w.random.IntN(4) > 0 {
		return // otherwise most requests end here
	}
	switch w.random.IntN(4) {
	case 0:
		defer w.Slack.Disturb("block_actions", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeDuplicate}, 1)()
	case 1:
		defer w.Slack.Disturb("block_actions", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeRepeat}, 1)()
	}
	who := oneOf(w, sandbox.Bob, sandbox.Carol, sandbox.Carol, sandbox.Alice, sandbox.Gina)
	if _, err := w.Slack.As(who).Force().Press(w.ctx, c); err != nil {
		w.t.Fatal(err)
	}
}

// settleOne lets Bob settle an order of unknown fate whose card asks him to.
func (w *whole) settleOne() {
	open, err := w.Ledger.List(w.ctx, ledger.Filter{Statuses: []renewal.Status{renewal.Unknown}})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range open {
		for _, m := range w.Slack.Snapshot().All(sandbox.Renewals) {
			if hasButton(m, "It was placed…") && contains(w.Slack.Text(m), r.Reference()) {
				w.sockets(ownSockets)
				w.settleAt(r, m)
				return
			}
		}
	}
}

// settleAt settles an order at its card. The card may be gone before the form is sent:
// the order may have been found meanwhile.
func (w *whole) settleAt(r renewal.Request, card slacksim.Message) {
	button, field, text := "It was not placed…", "How do you know?", "It is not in the portal"
	for _, o := range w.Vendor.Placed() {
		if strings.Contains(o.PONumber, r.Reference()) {
			button, field, text = "It was placed…", "Order number", o.OrderNo
		}
	}
	bob := w.as(sandbox.Bob)
	if _, err := bob.p.Press(w.ctx, card.Ref(), button); err != nil {
		return // the button has gone
	}
	if _, ok := bob.p.View(); !ok {
		return // he was told that it is settled
	}
	bob.typeIn(field, text)
	if errs := bob.submit(); len(errs) > 0 {
		bob.back()
	}
}

// explainOne lets an approver say why something serious that turned up should be ordered all the same.
func (w *whole) explainOne() {
	for _, m := range w.Slack.Snapshot().All(sandbox.Renewals) {
		if !hasButton(m, withComment) {
			continue
		}
		w.sockets(ownSockets)
		carol := w.as(sandbox.Carol)
		if _, err := carol.p.Press(w.ctx, m.Ref(), withComment); err != nil {
			return // the button has gone
		}
		if _, ok := carol.p.View(); !ok {
			return // she was told that it is decided
		}
		carol.typeIn(why, "They really have two.")
		if errs := carol.submit(); len(errs) > 0 {
			carol.back()
		}
		return
	}
}

func (w *whole) vendorFault() {
	a := oneOf(w, modelAnswers...)
	if a.fault != nil {
		w.Vendor.Fault(yeastarsim.OrderSave, *a.fault)
		return
	}
	w.Vendor.QueueOrderStatus(a.status)
}

func (w *whole) slackFault() {
	f := slacksim.Fault{
		Kind:       oneOf(w, slacksim.FaultStatus, slacksim.FaultRateLimit, slacksim.FaultReset, slacksim.FaultBrokenJSON, slacksim.FaultNotOK),
		RetryAfter: 2 * time.Second,
	}
	f.After = f.Kind != slacksim.FaultRateLimit && w.random.IntN(2) == 0
	method := oneOf(w, "chat.postMessage", "chat.postMessage", "chat.update", "conversations.replies", "conversations.history")
	w.Slack.Fail(method, f, slacksim.Times(oneOf(w, 1, 1, 3)))
}

func (w *whole) connection() {
	w.sockets(ownSockets)
	n := oneOf(w, w.Slack.Connections()...)
	if w.random.IntN(3) == 0 {
		w.Slack.DropConnections(n)
		return
	}
	w.Slack.Disconnect(slacksim.ReasonRefresh, n)
}

func (w *whole) jump() {
	w.clock.Advance(oneOf(w, time.Second, 20*time.Second, 2*time.Minute, 11*time.Minute, 5*time.Hour, 20*time.Hour))
}

// carol is an approver, whatever Slack says.
var carol = renewal.Actor{UserID: sandbox.Carol, MayApprove: true}

// pause pauses all orders; the bot does so, too, when too many are lost.
func (w *whole) pause() {
	if err := w.Ledger.Pause(w.ctx, carol, "a model"); renewal.IgnoreRefusal(err) != nil {
		w.t.Fatal(err)
	}
}

func (w *whole) resume() {
	if err := w.Ledger.Resume(w.ctx, carol); err != nil {
		w.t.Fatal(err)
	}
}

// giveBack returns a request for changes; one that was returned is changed.
func (w *whole) giveBack() {
	open, err := w.Ledger.List(w.ctx, ledger.Filter{Statuses: renewal.Timed()})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(open) == 0 {
		return
	}
	r := oneOf(w, open...)
	var e renewal.Event = renewal.Return{By: carol, Shown: r.Shown(), Reason: "another number"}
	if r.Status == renewal.Returned {
		e = renewal.Amend{By: renewal.Actor{UserID: r.Requester, MayRequest: true}, Shown: r.Shown(), Offer: r.Offer, Doubts: r.Doubts, DoubtReason: r.DoubtReason}
	}
	if _, err := w.Ledger.Apply(w.ctx, r.ID, e); renewal.IgnoreRefusal(err) != nil {
		w.t.Fatal(err)
	}
}

func (w *whole) restart() {
	if err := w.StopBot(); err != nil {
		w.t.Fatal(err)
	}
	if err := w.StartBot(w.ctx); err != nil {
		w.t.Fatal(err)
	}
	w.sockets(ownSockets)
}

// calm waits until nothing is under way, and checks everything.
func (w *whole) calm() {
	w.t.Helper()
	lagging := int64(1) // what was not shown the last time is looked at first
	w.until("calm", func() bool {
		w.clock.Advance(10 * time.Second) // for what is to be tried again
		w.resume()
		if w.requests > 0 && !w.posted(lagging) {
			return false
		}
		moving := w.moving()
		for id := int64(1); id <= w.requests && !moving; id++ {
			if !w.posted(id) {
				lagging = id
				return false
			}
		}
		return !moving
	})
	if err := w.Ledger.Verify(w.ctx); err != nil {
		w.t.Fatal(err)
	}
	if problem := orderedWhilePaused(w.ctx, w.Ledger); problem != "" {
		w.t.Fatal(problem)
	}
	stored, err := w.Ledger.List(w.ctx, ledger.Filter{})
	if err != nil || int64(len(stored)) != w.requests {
		w.t.Fatalf("%d requests, want %d: %v", len(stored), w.requests, err)
	}
	for _, r := range stored {
		w.check(r)
		w.checkRepeats(r, stored)
	}
	for k, messages := range w.shown() {
		if len(messages) != 1 {
			w.t.Errorf("%d messages show %v", len(messages), k)
		}
	}
}

// moving says whether an order goes out by itself: one that waits for another of the same
// holder and product does not, for as long as people or the vendor have not settled that one.
func (w *whole) moving() bool {
	w.t.Helper()
	open, err := w.Ledger.List(w.ctx, ledger.Filter{
		Statuses: []renewal.Status{renewal.Approved, renewal.Ordering, renewal.Unknown, renewal.Processing},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	unsettled := map[string]bool{}
	for _, r := range open {
		if r.Status == renewal.Unknown || r.Status == renewal.Processing {
			unsettled[r.Offer.Product+r.Offer.Holder.Key()] = true
		}
	}
	return slices.ContainsFunc(open, func(r renewal.Request) bool {
		return r.Status == renewal.Ordering || r.Status == renewal.Approved && !unsettled[r.Offer.Product+r.Offer.Holder.Key()]
	})
}

func (w *whole) check(r renewal.Request) {
	w.t.Helper()
	if problem := replay(r, w.entries(r.Reference())); problem != "" {
		w.t.Fatalf("%s: %s", r.Reference(), problem)
	}
	settled := 0
	for i, a := range r.Attempts {
		// An earlier one may have been of a revision before this one.
		if last := i == len(r.Attempts)-1; last && r.Revision == 1 && (string(a.Body) != string(r.Body) || a.Fingerprint != r.Fingerprint) {
			w.t.Errorf("%s: attempt %d is not what was approved", r.Reference(), a.Number)
		}
		if a.Order != nil {
			settled++
		}
		if i < len(r.Attempts)-1 && a.Outcome != renewal.NotPlaced {
			w.t.Errorf("%s: attempt %d is %s, and another one followed", r.Reference(), a.Number, a.Outcome)
		}
	}
	orders := 0
	for _, o := range w.Vendor.Placed() {
		if strings.HasSuffix(o.PONumber, r.Reference()) {
			orders++
		}
	}
	if orders != settled && (r.Status != renewal.Unknown || orders != settled+1) {
		w.t.Errorf("%s is %s with %d orders of its attempts, and the vendor has %d", r.Reference(), r.Status, settled, orders)
	}
	if !r.Status.Final() {
		return
	}
	r.Version, r.DateTold, r.RenewedUntil, r.UpdatedAt = 0, "", time.Time{}, time.Time{} // what the portal tells of the package comes later
	now, err := json.Marshal(r)
	if err != nil {
		w.t.Fatal(err)
	}
	if before, ok := w.finals[r.ID]; ok && before != string(now) {
		w.t.Errorf("%s was final and changed from %s to %s", r.Reference(), before, now)
	}
	w.finals[r.ID] = string(now)
}
