package orders

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// setup is a world whose vendor tells everything, and is asked as often as one likes.
func setup(t testing.TB, options ...yeastarsim.Option) *world {
	t.Helper()
	return setupPaced(t, yeastar.Config{Rate: 1e6, Burst: 1e6}, options...)
}

// setupPaced is setup with a client that asks as its configuration says.
func setupPaced(t testing.TB, config yeastar.Config, options ...yeastarsim.Option) *world {
	t.Helper()
	return setupClock(t, config, nil, options...)
}

// setupClock is setupPaced with the ledger's clock; nil: its own.
func setupClock(t testing.TB, config yeastar.Config, now func() time.Time, options ...yeastarsim.Option) *world {
	t.Helper()
	return setupPolicy(t, config, now, renewal.Policy{
		Required: 1, PONumber: renewal.PONumberReference, RemindAfter: time.Hour, ExpireAfter: 72 * time.Hour, RepeatWithin: 30 * 24 * time.Hour,
	}, options...)
}

// worldOn is a world with what it is made on, and a client and look-ups of its own.
func worldOn(t testing.TB, sim *yeastarsim.Server, book *ledger.Ledger, policy renewal.Policy, config yeastar.Config) *world {
	t.Helper()
	config.BaseURL, config.ClientID, config.ClientSecret = sim.URL(), sim.ClientID(), sim.ClientSecret()
	client, err := yeastar.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, sim: sim, Orders: New(Options{
		Ledger: book, Client: client, Portal: looks(t, client, policy), Log: logTo(t), Policy: policy,
		Entitled: func(_ context.Context, id string, _ renewal.Request) (renewal.Actor, error) { return person(id), nil },
	})}
}

// logTo is the log of a test; a benchmark has none.
func logTo(t testing.TB) *slog.Logger {
	if _, ok := t.(*testing.B); ok {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(t.Output(), nil))
}

// looks is a portal that has asked nothing yet.
func looks(t testing.TB, client *yeastar.Client, policy renewal.Policy) *portal.Portal {
	t.Helper()
	return looksFor(t, client, policy, time.Hour, time.Now)
}

// looksFor is looks whose answers age after a time, by a clock, and that offers some products alone; none: all.
func looksFor(t testing.TB, client *yeastar.Client, policy renewal.Policy, ttl time.Duration, now func() time.Time, offered ...yeastar.Product) *portal.Portal {
	t.Helper()
	if len(offered) == 0 {
		offered = yeastar.Products()
	}
	p := portal.New(portal.Options{
		Client: client, Products: offered, TTL: ttl, RepeatWithin: policy.RepeatWithin, Now: now,
		Log: logTo(t),
		Orders: func(ctx context.Context, since time.Time) ([]yeastar.OrderSummary, error) {
			return Since(ctx, client, since)
		},
	})
	t.Cleanup(func() { p.Close(context.Background()) })
	return p
}

func person(id string) renewal.Actor {
	return renewal.Actor{UserID: id, MayRequest: true, MayApprove: true}
}
