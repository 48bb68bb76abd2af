package bot_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/time/rate"
	"pgregory.net/rapid"

	"renewbot/bot"
	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/policy"
	"renewbot/bot/renewal"
	"renewbot/bot/slacksim"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

var modelSteps = flag.Int("model.steps", 6_000, "steps of TestModel at least")

// People, clicks of any age, jobs in any order and as often as they like, a vendor that
// fails, crashes, restarts and clock jumps, against a model of the states in CONTRIBUTING.md. The
// test is queue and clock itself, so that it is quick and can predict every step;
// TestModelOverSockets is the same from end to end.
func TestModel(t *testing.T) {
	t.Parallel()
	empty := emptyLedger(t)
	began, steps, histories, repeats, ended := time.Now(), 0, 0, 0, map[renewal.Status]int{}
	for steps < *modelSteps && !t.Failed() {
		rapid.Check(t, func(t *rapid.T) {
			m := newModel(t, empty)
			defer m.close()
			for range rapid.IntRange(80, 200).Draw(t, "steps") {
				m.step()
				steps++
			}
			if rapid.IntRange(0, 2).Draw(t, "carried") == 0 {
				m.carries()
			}
			m.restart() // which checks everything
			histories++
			repeats += m.repeats()
			for _, r := range m.requests {
				ended[r.status]++
			}
		})
	}
	if repeats == 0 {
		t.Error("no history had a second order of its holder and product")
	}
	t.Logf("%d steps in %d histories with %d second orders, %v; the requests ended as %v", steps, histories, repeats, time.Since(began).Round(time.Millisecond), ended)
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
	rules  *policy.File // two steps; nil: the variables alone
	clock  *slacksim.ManualClock
	vendor *yeastarsim.Server
	people *modelPeople
	client *yeastar.Client
	ledger *ledger.Ledger
	bot    *bot.Bot

	requests []*modelled
	finals   map[int64]string // what is final, as it was then
	pause    modelPause
	deputies map[string]renewal.Deputy // by approver
	sent     int                       // order requests that the model has accounted for
}

// modelled is a request as the model has it.
type modelled struct {
	id         int64
	key        string
	requester  string
	status     renewal.Status
	votes      []string
	places     []string        // in whose place the votes were given
	voted      []time.Time     // when the votes were given
	shown      []renewal.Shown // by revision; the last one is the present one
	expires    time.Time
	approved   time.Time // when people last said yes
	settled    string    // who found that the last attempt placed nothing
	settledFor string    // and as whose deputy
	attempts   []try
	asked      int   // attempts when people last said yes
	batch      int64 // of which it is the only line, or 0
	apart      bool  // it is decided by itself by now
	untold     bool  // something serious turned up, and nobody has said why it should be ordered all the same
}

// try is an attempt as the model has it.
type try struct {
	effect  bool // the vendor has an order of it
	outcome renewal.Outcome
	login   bool // it ended because the vendor refused the token
	// What was approved when it was made. The request may be changed after it, when it
	// placed nothing and people are asked anew.
	fingerprint, body string
}

// Who may do what.
var modelActors = []renewal.Actor{
	{UserID: "U1", MayRequest: true}, {UserID: "U2", MayRequest: true},
	{UserID: "UA1", MayRequest: true, MayApprove: true, Named: []string{"UA1"}}, {UserID: "UA2", MayRequest: true, MayApprove: true, Named: []string{"UA2"}},
	{UserID: "UA3", MayApprove: true, Named: []string{"UA3"}}, {UserID: "G1", Denied: "Guests may not."},
}

func newModel(t *rapid.T, empty []byte) *model {
	directory, err := os.MkdirTemp("", "renewbot-model-")
	if err != nil {
		t.Fatal(err)
	}
	m := &model{
		t: t, ctx: t.Context(), path: filepath.Join(directory, "ledger.db"), clock: slacksim.NewManualClock(monday),
		finals: map[int64]string{}, deputies: map[string]renewal.Deputy{},
		policy: renewal.Policy{
			Required: rapid.IntRange(1, 2).Draw(t, "quorum"), SelfApproval: rapid.Bool().Draw(t, "self-approval"),
			PONumber: renewal.PONumberReference, RemindAfter: 4 * time.Hour, ExpireAfter: 72 * time.Hour,
			RepeatWithin: 300 * 24 * time.Hour,
		},
	}
	if rapid.Bool().Draw(t, "two steps") {
		if m.rules, err = policy.Parse([]byte(modelRules)); err != nil {
			t.Fatal(err)
		}
		m.policy.Rules, m.policy.Required = m.rules, 2
	}
	if err := os.WriteFile(m.path, empty, 0o600); err != nil {
		t.Fatal(err)
	}
	m.vendor = yeastarsim.New(yeastarsim.WithClock(m.clock.Now), yeastarsim.WithSwitches(anyQuantity))
	if err := m.vendor.Start(); err != nil {
		t.Fatal(err)
	}
	m.people = newModelPeople()
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
	c := config.Config{Slack: config.Slack{APIURL: m.people.server.URL + "/"}, Renew: config.Renew{
		Approvers:         config.IDs{"UA1", "UA2", "UA3"},
		ApprovalsRequired: m.policy.Required, SelfApproval: m.policy.SelfApproval, PONumber: m.policy.PONumber,
		Policy: m.rules, RemindAfter: m.policy.RemindAfter, ExpireAfter: m.policy.ExpireAfter, RepeatWithin: m.policy.RepeatWithin, LookupTTL: 5 * time.Minute,
	}}
	m.bot = bot.New(bot.Options{
		Config: c, Ledger: m.ledger, Vendor: m.client, Log: quiet, Now: m.clock.Now, OrderTimeout: modelOrderTimeout, Unpaced: true,
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
	m.people.server.Close()
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
		func(*modelled) { m.submit() }, m.amend, m.approve, m.approve, m.approve, m.approve, m.approve, m.reject, m.gives, m.cancel, m.retry, m.retry, m.closeRefused,
		m.settle, m.settle, m.place, m.place, m.place, m.dies, m.reconcile, m.reconcile, m.poll, m.expire,
		func(*modelled) { m.jump() }, m.portal, func(*modelled) { m.leave() },
		func(*modelled) { m.pauses() }, m.asksAgain, func(*modelled) { m.deputises() }, m.handsOver,
		func(*modelled) { m.submitBatch() }, func(*modelled) { m.submitBatch() }, m.leavesOut, m.stopsBatch,
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

func (m *model) get(r *modelled) renewal.Request {
	stored, err := m.ledger.Get(m.ctx, r.id)
	if err != nil {
		m.t.Fatal(err)
	}
	return stored
}

// all are the requests of the ledger.
func (m *model) all() map[int64]renewal.Request {
	list, err := m.ledger.List(m.ctx, ledger.Filter{})
	if err != nil || len(list) != len(m.requests) {
		m.t.Fatalf("%d requests in the ledger, want %d: %v", len(list), len(m.requests), err)
	}
	all := map[int64]renewal.Request{}
	for _, r := range list {
		all[r.ID] = r
	}
	return all
}

// compare compares the ledger and the vendor with the model.
func (m *model) compare() {
	all := m.all()
	m.compareSent(all)
	for _, r := range m.requests {
		stored := all[r.id]
		ref := stored.Reference()
		var votes []string
		for _, v := range stored.Votes {
			votes = append(votes, v.By)
		}
		m.compareFourEyes(stored)
		if stored.Batch != r.batch || stored.Apart != r.apart {
			m.t.Fatalf("%s is of the batch %d, apart %t, want %d, %t", ref, stored.Batch, stored.Apart, r.batch, r.apart)
		}
		if stored.Status != r.status || !slices.Equal(votes, r.votes) || len(stored.Attempts) != len(r.attempts) ||
			stored.Fingerprint != r.shown[len(r.shown)-1].Fingerprint || stored.Revision != len(r.shown) {
			m.t.Fatalf("%s is %s, revision %d, with the votes %q and %d attempts, want %s, revision %d, %q and %d",
				ref, stored.Status, stored.Revision, votes, len(stored.Attempts), r.status, len(r.shown), r.votes, len(r.attempts))
		}
		effects := 0
		for i, a := range stored.Attempts {
			if r.attempts[i].body == "" { // made in this step, so the request is still what was approved
				r.attempts[i].fingerprint, r.attempts[i].body = stored.Fingerprint, string(stored.Body)
			}
			want := r.attempts[i]
			if a.Outcome != want.outcome || string(a.Body) != want.body || a.Fingerprint != want.fingerprint {
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
func (m *model) compareSent(all map[int64]renewal.Request) {
	requests := m.vendor.OrderRequests()
	for _, o := range requests[m.sent:] {
		if !slices.ContainsFunc(m.requests, func(r *modelled) bool {
			return len(r.attempts) > 0 && string(all[r.id].Body) == string(o.Body)
		}) {
			m.t.Fatalf("nobody has approved %s", o.Body)
		}
	}
	m.sent = len(requests)
}
