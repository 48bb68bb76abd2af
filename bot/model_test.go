package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"
	"pgregory.net/rapid"

	"renewbot/bot"
	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/slacksim"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

var modelSteps = flag.Int("model.steps", 10_000, "steps of TestModel at least")

// People, clicks of any age, jobs in any order and as often as they like, a vendor that
// fails, crashes, restarts and clock jumps, against a model of design.md, section 3. The
// test is queue and clock itself, so that it is quick and can predict every step;
// TestModelOverSockets is the same from end to end.
func TestModel(t *testing.T) {
	t.Parallel()
	empty := emptyLedger(t)
	began, steps, histories, ended := time.Now(), 0, 0, map[renewal.Status]int{}
	for steps < *modelSteps && !t.Failed() {
		rapid.Check(t, func(t *rapid.T) {
			m := newModel(t, empty)
			defer m.close()
			for range rapid.IntRange(80, 200).Draw(t, "steps") {
				m.step()
				steps++
			}
			m.restart() // which checks everything
			histories++
			for _, r := range m.requests {
				ended[r.status]++
			}
		})
	}
	t.Logf("%d steps in %d histories, %v; the requests ended as %v", steps, histories, time.Since(began).Round(time.Millisecond), ended)
}

// emptyLedger is a SQLite file with all tables, to be copied: making them takes longer
// than a history.
func emptyLedger(t testing.TB) []byte {
	path := filepath.Join(t.TempDir(), "empty.db")
	l, err := ledger.Open(t.Context(), "sqlite://"+path, ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// model is what should be, beside what is.
type model struct {
	t      *rapid.T
	ctx    context.Context
	path   string
	policy renewal.Policy
	clock  *slacksim.ManualClock
	vendor *yeastarsim.Server
	client *yeastar.Client
	ledger *ledger.Ledger
	bot    *bot.Bot

	requests []*modelled
	finals   map[int64]string // what is final, as it was then
	sent     int              // order requests that the model has accounted for
}

// modelled is a request as the model has it.
type modelled struct {
	id        int64
	key       string
	requester string
	status    renewal.Status
	votes     []string
	shown     []renewal.Shown // by revision; the last one is the present one
	expires   time.Time
	attempts  []try
	asked     int // attempts when people last said yes
}

// try is an attempt as the model has it.
type try struct {
	effect  bool // the vendor has an order of it
	outcome renewal.Outcome
	login   bool // it ended because the vendor refused the token
}

// Who may do what.
var modelActors = []renewal.Actor{
	{UserID: "U1", MayRequest: true}, {UserID: "U2", MayRequest: true},
	{UserID: "A1", MayRequest: true, MayApprove: true}, {UserID: "A2", MayRequest: true, MayApprove: true},
	{UserID: "A3", MayApprove: true}, {UserID: "G1", Denied: "Guests may not."},
}

func newModel(t *rapid.T, empty []byte) *model {
	directory, err := os.MkdirTemp("", "renewbot-model-")
	if err != nil {
		t.Fatal(err)
	}
	m := &model{
		t: t, ctx: t.Context(), path: filepath.Join(directory, "ledger.db"), clock: slacksim.NewManualClock(monday),
		finals: map[int64]string{},
		policy: renewal.Policy{
			Required: rapid.IntRange(1, 2).Draw(t, "quorum"), SelfApproval: rapid.Bool().Draw(t, "self-approval"),
			PONumber: renewal.PONumberReference, RemindAfter: 4 * time.Hour, ExpireAfter: 72 * time.Hour,
		},
	}
	if err := os.WriteFile(m.path, empty, 0o600); err != nil {
		t.Fatal(err)
	}
	m.vendor = yeastarsim.New(yeastarsim.WithClock(m.clock.Now), yeastarsim.WithSwitches(anyQuantity))
	if err := m.vendor.Start(); err != nil {
		t.Fatal(err)
	}
	m.open()
	return m
}

// open starts the bot without its connections and its queue.
func (m *model) open() {
	quiet := slog.New(slog.DiscardHandler)
	var err error
	m.client, err = yeastar.New(yeastar.Config{
		BaseURL: m.vendor.URL(), ClientID: m.vendor.ClientID(), ClientSecret: m.vendor.ClientSecret(),
		UserAgent: "OpenAPI", Now: m.clock.Now, Logger: quiet, Rate: rate.Inf,
	})
	if err == nil {
		m.ledger, err = ledger.Open(m.ctx, "sqlite://"+m.path, ledger.Options{Policy: m.policy, Now: m.clock.Now, Logger: quiet})
	}
	if err != nil {
		m.t.Fatal(err)
	}
	c := config.Config{Renew: config.Renew{
		ApprovalsRequired: m.policy.Required, SelfApproval: m.policy.SelfApproval, PONumber: m.policy.PONumber,
		RemindAfter: m.policy.RemindAfter, ExpireAfter: m.policy.ExpireAfter, LookupTTL: 5 * time.Minute,
	}}
	m.bot = bot.New(bot.Options{
		Config: c, Ledger: m.ledger, Vendor: m.client, Log: quiet, Now: m.clock.Now, OrderTimeout: modelOrderTimeout,
	})
}

// modelOrderTimeout is never waited for: who waits for a vendor that hangs is stopped.
// After modelDeadline on the clock others may judge an attempt.
const (
	modelOrderTimeout = time.Minute
	modelDeadline     = modelOrderTimeout + 15*time.Second
)

func (m *model) shut() {
	if err := errors.Join(m.bot.Finish(), m.ledger.Close()); err != nil {
		m.t.Fatal(err)
	}
}

func (m *model) close() {
	m.shut()
	m.vendor.Close()
	_ = os.RemoveAll(filepath.Dir(m.path))
}

// step lets one thing happen, and compares what is with what should be.
func (m *model) step() {
	if len(m.requests) == 0 {
		m.submit()
		return
	}
	r := m.requests[rapid.IntRange(0, len(m.requests)-1).Draw(m.t, "request")]
	steps := []func(*modelled){
		func(*modelled) { m.submit() }, m.amend, m.approve, m.approve, m.approve, m.reject, m.cancel, m.retry, m.retry, m.closeRefused,
		m.settle, m.settle, m.place, m.place, m.place, m.dies, m.reconcile, m.reconcile, m.poll, m.expire,
		func(*modelled) { m.jump() }, m.portal,
	}
	i := rapid.IntRange(0, len(steps)+1).Draw(m.t, "what")
	if i >= len(steps) { // seldom: it is slow
		if rapid.IntRange(0, 9).Draw(m.t, "restart") == 0 {
			m.restart()
		}
		return
	}
	steps[i](r)
	m.compare()
}

func (m *model) actor() renewal.Actor { return rapid.SampledFrom(modelActors).Draw(m.t, "who") }

// seen is what somebody clicks on: mostly the present card.
func (m *model) seen(r *modelled) (s renewal.Shown, stale bool) {
	i := len(r.shown) - 1
	if i > 0 && rapid.IntRange(0, 3).Draw(m.t, "stale") == 0 {
		return r.shown[rapid.IntRange(0, i-1).Draw(m.t, "which")], true
	}
	return r.shown[i], false
}

func modelOffer(quantity int) renewal.Offer {
	o := tutorialOffer()
	o.Lines[0].Quantity = quantity
	return o
}

func (m *model) quantity() int { return rapid.SampledFrom([]int{50, 100, 150}).Draw(m.t, "quantity") }

func (m *model) submit() {
	by := m.actor()
	key := fmt.Sprint(len(m.requests))
	var twice *modelled
	if len(m.requests) > 0 && rapid.IntRange(0, 3).Draw(m.t, "delivered twice") == 0 {
		twice = m.requests[rapid.IntRange(0, len(m.requests)-1).Draw(m.t, "again")]
		key = twice.key
	}
	if len(m.requests) >= 8 && twice == nil {
		return
	}
	r, created, err := m.ledger.Submit(m.ctx, renewal.Submission{Key: key, By: by, Channel: "C1", Offer: modelOffer(m.quantity())})
	switch {
	case twice != nil:
		if err != nil || created || r.ID != twice.id {
			m.t.Fatalf("a second delivery of %s made %s: %v %v", renewal.Reference(twice.id), r.Reference(), created, err)
		}
	case !by.MayRequest:
		m.refused("submit", err)
	case err != nil || !created || r.ID != int64(len(m.requests)+1):
		m.t.Fatalf("submit: %s %v %v", r.Reference(), created, err)
	default:
		m.requests = append(m.requests, &modelled{
			id: r.ID, key: key, requester: by.UserID, status: renewal.Pending, expires: m.clock.Now().Add(m.policy.ExpireAfter),
			shown: []renewal.Shown{{Revision: r.Revision, Fingerprint: r.Fingerprint}},
		})
	}
}

func (m *model) refused(what string, err error) {
	var refusal *renewal.Refusal
	if !errors.As(err, &refusal) {
		m.t.Fatalf("%s: %v, want a refusal", what, err)
	}
}

// apply lets an event happen that should be allowed, or not.
func (m *model) apply(r *modelled, e renewal.Event, allowed bool) (renewal.Request, bool) {
	after, err := m.ledger.Apply(m.ctx, r.id, e)
	if !allowed {
		m.refused(fmt.Sprintf("%T on %s, which is %s", e, renewal.Reference(r.id), r.status), err)
		return after, false
	}
	if err != nil {
		m.t.Fatalf("%T on %s, which is %s: %v", e, renewal.Reference(r.id), r.status, err)
	}
	return after, true
}

func (m *model) amend(r *modelled) {
	by := m.actor()
	s, stale := m.seen(r)
	e := renewal.Amend{By: by, Shown: s, Offer: modelOffer(m.quantity())}
	if after, ok := m.apply(r, e, r.status == renewal.Pending && by.MayRequest && by.UserID == r.requester && !stale); ok {
		r.votes = nil
		r.shown = append(r.shown, renewal.Shown{Revision: after.Revision, Fingerprint: after.Fingerprint})
	}
}

// decides says whether somebody may decide on a request.
func (m *model) decides(by renewal.Actor, r *modelled) bool {
	return by.MayApprove && (m.policy.SelfApproval || by.UserID != r.requester)
}

func (m *model) approve(r *modelled) {
	by := m.actor()
	s, stale := m.seen(r)
	allowed := r.status == renewal.Pending && m.decides(by, r) && !stale && m.clock.Now().Before(r.expires) && !slices.Contains(r.votes, by.UserID)
	if _, ok := m.apply(r, renewal.Approve{By: by, Shown: s}, allowed); ok {
		if r.votes = append(r.votes, by.UserID); len(r.votes) >= m.policy.Required {
			r.status = renewal.Approved
		}
	}
}

func (m *model) reject(r *modelled) {
	if rapid.IntRange(0, 3).Draw(m.t, "really") > 0 {
		return // otherwise most requests end here
	}
	by := m.actor()
	s, stale := m.seen(r)
	reason := rapid.SampledFrom([]string{"", "no"}).Draw(m.t, "reason")
	if _, ok := m.apply(r, renewal.Reject{By: by, Shown: s, Reason: reason}, r.status == renewal.Pending && m.decides(by, r) && !stale && reason != ""); ok {
		r.status = renewal.Rejected
	}
}

func (m *model) cancel(r *modelled) {
	by := m.actor()
	if _, ok := m.apply(r, renewal.Cancel{By: by}, r.status == renewal.Pending && by.UserID == r.requester); ok {
		r.status = renewal.Cancelled
	}
}

func (m *model) retry(r *modelled) {
	by := m.actor()
	s, stale := m.seen(r)
	if _, ok := m.apply(r, renewal.Retry{By: by, Shown: s}, r.status == renewal.Refused && m.decides(by, r) && !stale); ok {
		r.status, r.asked = renewal.Approved, len(r.attempts)
	}
}

func (m *model) closeRefused(r *modelled) {
	by := m.actor()
	if _, ok := m.apply(r, renewal.Close{By: by}, r.status == renewal.Refused && (by.MayApprove || by.UserID == r.requester)); ok {
		r.status = renewal.Cancelled
	}
}

// settle lets somebody say what became of an attempt, by what the portal shows. Of older
// attempts nobody can say anything.
func (m *model) settle(r *modelled) {
	by := m.actor()
	number := max(len(r.attempts)-rapid.IntRange(0, 1).Draw(m.t, "older"), 1)
	allowed := r.status == renewal.Unknown && by.MayApprove && number == len(r.attempts)
	if len(r.attempts) == 0 || !r.attempts[number-1].effect {
		if _, ok := m.apply(r, renewal.SettleNotPlaced{By: by, Attempt: number, Reason: "looked"}, allowed); ok {
			r.status = renewal.Refused
			r.attempts[number-1].outcome = renewal.NotPlaced
		}
		return
	}
	orders := m.ordersOf(r)
	o := orders[len(orders)-1]
	e := renewal.SettlePlaced{By: by, Attempt: number, Order: yeastar.OrderResult{OrderNo: o.OrderNo, OrderStatus: o.Status}}
	if _, ok := m.apply(r, e, allowed); ok {
		r.takes(o.Status)
	}
}

// ordersOf are the vendor's orders of a request, oldest first.
func (m *model) ordersOf(r *modelled) []yeastarsim.Order {
	var mine []yeastarsim.Order
	for _, o := range m.vendor.Placed() {
		if strings.HasSuffix(o.PONumber, renewal.Reference(r.id)) {
			mine = append(mine, o)
		}
	}
	return mine
}

// takes is what the vendor's status of an order makes of a request.
func (r *modelled) takes(status string) {
	last := &r.attempts[len(r.attempts)-1]
	last.outcome = renewal.Placed
	switch status {
	case yeastarsim.StatusSucceed:
		r.status = renewal.Ordered
	case yeastarsim.StatusFailed, yeastarsim.StatusCancelled, yeastarsim.StatusInvalid:
		r.status, last.outcome = renewal.Refused, renewal.NotPlaced
	default:
		r.status = renewal.Processing
	}
}

// answer is what the vendor does with an order.
type answer struct {
	name   string
	fault  *yeastarsim.Fault
	effect bool
	hangs  bool
	status string        // of an order that is answered well
	class  yeastar.Class // of one that is not
}

func spoiled(name string, f yeastarsim.Fault, effect bool, class yeastar.Class) answer {
	if effect {
		f = f.After()
	}
	f = f.Times(1)
	return answer{name: name, fault: &f, effect: effect, hangs: strings.HasPrefix(name, "hangs"), class: class}
}

var modelAnswers = []answer{
	{name: "succeed", effect: true, status: yeastarsim.StatusSucceed},
	{name: "pending", effect: true, status: yeastarsim.StatusPending},
	{name: "failed", effect: true, status: yeastarsim.StatusFailed},
	spoiled("refused", yeastarsim.Refuse("insufficient_credit", "No."), false, yeastar.ClassRefused),
	spoiled("401", yeastarsim.Unauthorized(), false, yeastar.ClassAuth),
	spoiled("429", yeastarsim.TooMany(7*time.Second), false, yeastar.ClassRateLimited),
	spoiled("502 before", yeastarsim.HTTPError(502), false, yeastar.ClassUnknown),
	spoiled("502 after", yeastarsim.HTTPError(502), true, yeastar.ClassUnknown),
	spoiled("reset before", yeastarsim.Reset(), false, yeastar.ClassUnknown),
	spoiled("reset after", yeastarsim.Reset(), true, yeastar.ClassUnknown),
	spoiled("half an answer", yeastarsim.BrokenJSON(), true, yeastar.ClassUnknown),
	spoiled("no order number", yeastarsim.NoOrderNumber(), true, yeastar.ClassUnknown),
	spoiled("hangs before", yeastarsim.Hang(), false, yeastar.ClassUnknown),
	spoiled("hangs after", yeastarsim.Hang(), true, yeastar.ClassUnknown),
}

// arm draws the vendor's next answer. The job that waits for one that never comes is
// stopped once the vendor has done its part.
func (m *model) arm() (answer, context.Context, context.CancelFunc) {
	a := rapid.SampledFrom(modelAnswers).Draw(m.t, "answer")
	ctx, stop := context.WithCancel(m.ctx)
	if a.fault == nil {
		m.vendor.QueueOrderStatus(a.status)
		return a, ctx, stop
	}
	armed, orders := m.vendor.Fault(yeastarsim.OrderSave, *a.fault), len(m.vendor.Placed())
	if a.hangs {
		go func() {
			defer stop()
			if _ = armed.Wait(ctx, 1); a.effect {
				_, _ = m.vendor.WaitOrders(ctx, orders+1)
			}
		}()
	}
	return a, ctx, stop
}

// job runs a job; that it wants to be run later is for the queue, which is the test.
func (m *model) job(ctx context.Context, kind renewal.JobKind, r *modelled) {
	_ = m.bot.Handlers()[kind](ctx, renewal.Job{Kind: kind, RequestID: r.id, At: m.clock.Now()})
}

func (m *model) place(r *modelled) {
	if r.status != renewal.Approved {
		m.job(m.ctx, renewal.PlaceOrder, r) // again, or too late
		return
	}
	a, ctx, stop := m.arm()
	m.job(ctx, renewal.PlaceOrder, r)
	stop()
	r.attempts = append(r.attempts, try{effect: a.effect})
	if a.class == "" {
		r.takes(a.status)
		return
	}
	last, made := &r.attempts[len(r.attempts)-1], len(r.attempts)-r.asked
	before := slices.ContainsFunc(r.attempts[r.asked:len(r.attempts)-1], func(t try) bool { return t.login })
	last.login = a.class == yeastar.ClassAuth
	switch {
	case a.class == yeastar.ClassUnknown:
		last.outcome, r.status = renewal.Lost, renewal.Unknown
	case a.class != yeastar.ClassRefused && made < 5 && !(last.login && before):
		last.outcome, r.status = renewal.NotPlaced, renewal.Approved // and again by itself
	default:
		last.outcome, r.status = renewal.NotPlaced, renewal.Refused
	}
}

// dies lets the process die between the attempt and its outcome: before the order was
// sent, or after.
func (m *model) dies(r *modelled) {
	if r.status != renewal.Approved {
		return
	}
	after, _ := m.apply(r, renewal.Begin{Deadline: m.clock.Now().Add(modelDeadline)}, true)
	r.status = renewal.Ordering
	sent := rapid.Bool().Draw(m.t, "sent")
	if sent {
		if _, err := m.client.PlaceOrder(m.ctx, after.Attempts[len(after.Attempts)-1].Body); err != nil {
			m.t.Fatal(err)
		}
	}
	r.attempts = append(r.attempts, try{effect: sent})
}

func (m *model) reconcile(r *modelled) {
	m.job(m.ctx, renewal.ReconcileOrder, r)
	if len(r.attempts) == 0 {
		return
	}
	last := &r.attempts[len(r.attempts)-1]
	stored := m.get(r)
	switch {
	case r.status == renewal.Ordering && !m.clock.Now().Before(stored.Attempts[len(stored.Attempts)-1].Deadline):
		last.outcome, r.status = renewal.Lost, renewal.Unknown
	case r.status == renewal.Unknown && last.effect:
		orders := m.ordersOf(r)
		r.takes(orders[len(orders)-1].Status)
	}
}

func (m *model) poll(r *modelled) {
	m.job(m.ctx, renewal.PollOrder, r)
	if r.status == renewal.Processing {
		orders := m.ordersOf(r)
		r.takes(orders[len(orders)-1].Status)
	}
}

func (m *model) expire(r *modelled) {
	m.job(m.ctx, renewal.Expire, r)
	if r.status == renewal.Pending && !m.clock.Now().Before(r.expires) {
		r.status = renewal.Expired
	}
}

func (m *model) jump() {
	m.clock.Advance(rapid.SampledFrom([]time.Duration{
		time.Second, 20 * time.Second, 2 * time.Minute, 11 * time.Minute, 5 * time.Hour, 30 * time.Hour,
	}).Draw(m.t, "later"))
}

// portal lets somebody pay or cancel a pending order in the vendor's portal.
func (m *model) portal(r *modelled) {
	for _, o := range m.ordersOf(r) {
		if o.Status != yeastarsim.StatusPending {
			continue
		}
		settle := m.vendor.Pay
		if rapid.Bool().Draw(m.t, "cancelled") {
			settle = m.vendor.Cancel
		}
		if err := settle(o.OrderNo); err != nil {
			m.t.Fatal(err)
		}
	}
}

// restart ends the process and starts another one, and checks all there is.
func (m *model) restart() {
	m.shut()
	m.open()
	m.compare()
	if err := m.ledger.Verify(m.ctx); err != nil {
		m.t.Fatal(err)
	}
	for _, r := range m.requests {
		entries, err := m.ledger.Entries(m.ctx, r.id)
		if err != nil {
			m.t.Fatal(err)
		}
		if problem := replay(m.get(r), entries); problem != "" {
			m.t.Fatalf("%s: %s", renewal.Reference(r.id), problem)
		}
	}
}

func (m *model) get(r *modelled) renewal.Request {
	stored, err := m.ledger.Get(m.ctx, r.id)
	if err != nil {
		m.t.Fatal(err)
	}
	return stored
}

// compare compares the ledger and the vendor with the model.
func (m *model) compare() {
	m.compareSent()
	for _, r := range m.requests {
		stored := m.get(r)
		ref := stored.Reference()
		var votes []string
		for _, v := range stored.Votes {
			votes = append(votes, v.By)
		}
		if stored.Status != r.status || !slices.Equal(votes, r.votes) || len(stored.Attempts) != len(r.attempts) ||
			stored.Fingerprint != r.shown[len(r.shown)-1].Fingerprint || stored.Revision != len(r.shown) {
			m.t.Fatalf("%s is %s, revision %d, with the votes %q and %d attempts, want %s, revision %d, %q and %d",
				ref, stored.Status, stored.Revision, votes, len(stored.Attempts), r.status, len(r.shown), r.votes, len(r.attempts))
		}
		effects := 0
		for i, a := range stored.Attempts {
			want := r.attempts[i]
			if a.Outcome != want.outcome || string(a.Body) != string(stored.Body) || a.Fingerprint != stored.Fingerprint {
				m.t.Fatalf("attempt %d of %s is %+v, want %+v with what was approved", a.Number, ref, a, want)
			}
			if want.effect {
				effects++
			}
		}
		if got := len(m.ordersOf(r)); got != effects {
			m.t.Fatalf("the vendor has %d orders of %s, want %d", got, ref, effects)
		}
		if !r.status.Final() {
			continue
		}
		now, err := json.Marshal(stored)
		if err != nil {
			m.t.Fatal(err)
		}
		if before, ok := m.finals[r.id]; ok && before != string(now) {
			m.t.Fatalf("%s was final and changed from %s to %s", ref, before, now)
		}
		m.finals[r.id] = string(now)
	}
}

// compareSent wants the bytes that were approved in every order that was sent.
func (m *model) compareSent() {
	requests := m.vendor.OrderRequests()
	for _, o := range requests[m.sent:] {
		if !slices.ContainsFunc(m.requests, func(r *modelled) bool {
			return len(r.attempts) > 0 && string(m.get(r).Body) == string(o.Body)
		}) {
			m.t.Fatalf("nobody has approved %s", o.Body)
		}
	}
	m.sent = len(requests)
}
