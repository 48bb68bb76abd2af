// Package orders places orders and finds out what became of them: the one POST of an
// attempt, the polling of an order that is not finished, and the search for one whose
// answer was lost. It must never send an order for which no attempt is written down, and
// it talks to no people: what it does to a request is seen in Slack by itself.
package orders

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	// DefaultTimeout bounds the POST of an order.
	DefaultTimeout = time.Minute
	// DefaultMargin is how much later than the end of the POST others may judge it.
	DefaultMargin = 15 * time.Second
)

// Options are what Orders are made of.
type Options struct {
	Ledger *ledger.Ledger
	Client *yeastar.Client
	Portal *portal.Portal
	Log    *slog.Logger
	// Entitled finds out what somebody who approved a request may do now, and which of the
	// others who had to do with it they are, too. An error makes the order wait.
	Entitled func(ctx context.Context, userID string, r renewal.Request) (renewal.Actor, error)
	// Public says whether everybody may read a channel.
	Public func(ctx context.Context, channel string) bool
	// Policy is what the configuration says now.
	Policy renewal.Policy
	// DryRun does everything but the POST.
	DryRun bool
	// Timeout bounds the POST of an order. Zero: one minute.
	Timeout time.Duration
	// Margin is how much later than the end of the POST others may judge an attempt; each
	// try to save the outcome may take as long. Zero: 15 s.
	Margin time.Duration
}

// Orders does the jobs that have to do with the vendor's orders. Make it with New.
type Orders struct {
	ledger   *ledger.Ledger
	client   *yeastar.Client
	portal   *portal.Portal
	log      *slog.Logger
	entitled func(ctx context.Context, userID string, r renewal.Request) (renewal.Actor, error)
	public   func(ctx context.Context, channel string) bool
	policy   renewal.Policy
	dryRun   bool
	timeout  time.Duration
	margin   time.Duration
	// echoed is set once the vendor has told an order's PO number, so that an order of
	// which it tells none has none.
	echoed atomic.Bool
	ahead  sync.Map // by product key and holder: Ahead is at it
	gate   gate
}

// New makes Orders.
func New(o Options) *Orders {
	orders := &Orders{
		ledger: o.Ledger, client: o.Client, portal: o.Portal, log: o.Log, policy: o.Policy, dryRun: o.DryRun,
		entitled: o.Entitled, public: o.Public, timeout: o.Timeout, margin: o.Margin, gate: gate{empty: make(chan struct{})},
	}
	if orders.timeout == 0 {
		orders.timeout = DefaultTimeout
	}
	if orders.margin == 0 {
		orders.margin = DefaultMargin
	}
	return orders
}

// Handlers are the jobs that the ledger lets it do.
func (o *Orders) Handlers() map[renewal.JobKind]ledger.Handler {
	return map[renewal.JobKind]ledger.Handler{
		renewal.PlaceOrder:     o.place,
		renewal.ReconcileOrder: o.reconcile,
		renewal.PollOrder:      o.poll,
		renewal.ConfirmDate:    o.confirm,
	}
}

// move applies an event of a job; a refusal means that it is not needed any more.
func (o *Orders) move(ctx context.Context, id int64, e renewal.Event) error {
	_, err := o.ledger.Apply(ctx, id, e)
	return renewal.IgnoreRefusal(err)
}

// StopTaking keeps orders that are not sent yet from being sent by this process: their jobs
// wait for another one, or the next.
func (o *Orders) StopTaking() {
	o.gate.close()
	o.log.Info("orders that are not sent yet are left to another process, or the next")
}

// Wait waits for the orders that are under way, after StopTaking: each gets its time, and
// what came of it is saved. When the ledger cannot be written it gives up.
func (o *Orders) Wait() {
	select {
	case <-o.gate.empty:
	case <-time.After(o.timeout + o.margin):
	}
}
