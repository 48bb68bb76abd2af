// Package orders places orders and finds out what became of them: the one POST of an
// attempt, the polling of an order that is not finished, and the search for one whose
// answer was lost. It must never send an order for which no attempt is written down, and
// it talks to no people: what it does to a request is seen in Slack by itself.
package orders

import (
	"context"
	"log/slog"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	// defaultTimeout bounds the POST of an order.
	defaultTimeout = time.Minute
	// defaultMargin is how much later than the end of the POST others may judge it.
	defaultMargin = 15 * time.Second
)

// Options are what Orders are made of.
type Options struct {
	Ledger *ledger.Ledger
	Client *yeastar.Client
	Portal *portal.Portal
	Log    *slog.Logger
	// Entitled finds out what somebody who approved may do now, and which of others they
	// are, too. An error makes the order wait.
	Entitled func(ctx context.Context, userID string, others []string) (renewal.Actor, error)
	// Policy is what the configuration says now.
	Policy renewal.Policy
	// DryRun does everything but the POST.
	DryRun bool
	// Timeout bounds the POST of an order. Zero: one minute.
	Timeout time.Duration
	// Margin is how much later than the end of the POST others may judge an attempt;
	// within it the outcome is saved. Zero: 15 s.
	Margin time.Duration
}

// Orders does the jobs that have to do with the vendor's orders. Make it with New.
type Orders struct {
	ledger   *ledger.Ledger
	client   *yeastar.Client
	portal   *portal.Portal
	log      *slog.Logger
	entitled func(ctx context.Context, userID string, others []string) (renewal.Actor, error)
	policy   renewal.Policy
	dryRun   bool
	timeout  time.Duration
	margin   time.Duration
}

// New makes Orders.
func New(o Options) *Orders {
	orders := &Orders{
		ledger: o.Ledger, client: o.Client, portal: o.Portal, log: o.Log, dryRun: o.DryRun,
		entitled: o.Entitled, policy: o.Policy,
		timeout: o.Timeout, margin: o.Margin,
	}
	if orders.timeout == 0 {
		orders.timeout = defaultTimeout
	}
	if orders.margin == 0 {
		orders.margin = defaultMargin
	}
	return orders
}

// Handlers are the jobs that the ledger lets it do.
func (o *Orders) Handlers() map[renewal.JobKind]ledger.Handler {
	return map[renewal.JobKind]ledger.Handler{
		renewal.PlaceOrder:     o.place,
		renewal.ReconcileOrder: o.reconcile,
		renewal.PollOrder:      o.poll,
	}
}

// move applies an event of a job; a refusal means that it is not needed any more.
func (o *Orders) move(ctx context.Context, id int64, e renewal.Event) error {
	_, err := o.ledger.Apply(ctx, id, e)
	return renewal.IgnoreRefusal(err)
}
