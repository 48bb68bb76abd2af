package bot_test

import (
	"context"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

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
	if last, ok := m.get(r).Attempt(); ok && r.status == renewal.Approved && m.clock.Now().Before(last.RetryAt) {
		m.job(m.ctx, renewal.PlaceOrder, r) // before the time that the last answer told
		m.compare()
		m.clock.Advance(last.RetryAt.Sub(m.clock.Now()))
	}
	if r.status != renewal.Approved || m.pause.by != "" || m.waits(r) {
		m.job(m.ctx, renewal.PlaceOrder, r) // again, too late, or too early
		return
	}
	if !m.stands(*r) {
		m.job(m.ctx, renewal.PlaceOrder, r)
		if m.falls(r, time.Time{}); m.old(r) {
			r.votes, r.places, r.voted = nil, nil, nil
		}
		m.askedAnew(r)
		return
	}
	if m.turnsUp(r) {
		m.job(m.ctx, renewal.PlaceOrder, r)
		r.votes, r.places, r.voted, r.untold = nil, nil, nil, true
		m.askedAnew(r)
		r.shown[len(r.shown)-1].Fingerprint = m.get(r).Fingerprint
		return
	}
	a, ctx, stop := m.arm()
	m.job(ctx, renewal.PlaceOrder, r)
	stop()
	r.settled, r.settledFor = "", ""
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
		m.loses()
	case a.class != yeastar.ClassRefused && made < 5 && !(last.login && before):
		last.outcome, r.status = renewal.NotPlaced, renewal.Approved // and again by itself
	default:
		last.outcome, r.status = renewal.NotPlaced, renewal.Refused
	}
}

// stands says whether an approved request may be ordered now.
func (m *model) stands(r modelled) bool {
	m.falls(&r, time.Time{})
	return !m.old(&r) && len(r.votes) >= m.policy.Required
}

// waits says whether the order of another request is under way: all are of one holder and
// product.
func (m *model) waits(r *modelled) bool {
	return slices.ContainsFunc(m.requests, func(other *modelled) bool { return other != r && other.status.UnderWay() })
}

// dies lets the process die between the attempt and its outcome: before the order was
// sent, or after.
func (m *model) dies(r *modelled) {
	if r.status != renewal.Approved || !m.stands(*r) || m.turnsUp(r) {
		return
	}
	after, begun := m.apply(r, renewal.Begin{Budget: modelDeadline}, m.pause.by == "" && !m.waits(r))
	if !begun {
		return
	}
	r.status, r.settled = renewal.Ordering, ""
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
		m.loses()
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
	if (r.status == renewal.Pending || r.status == renewal.Returned) && !m.clock.Now().Before(r.expires) {
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
	m.comparePause()
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
