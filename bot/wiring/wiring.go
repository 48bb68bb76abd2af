// Package wiring puts the bot together as its configuration says: the vendor's client,
// the ledger, the figures, and the conversation that uses them. The program and the
// sandbox both get their bot here, so that what is tried is what runs. It must decide
// nothing that the parts can decide, and know no simulator.
package wiring

import (
	"context"
	"errors"
	"log/slog"

	"renewbot/bot"
	"renewbot/bot/config"
	"renewbot/bot/events"
	"renewbot/bot/ledger"
	"renewbot/bot/logs"
	"renewbot/bot/metrics"
	"renewbot/bot/readiness"
	"renewbot/yeastar"
)

// Options are what no configuration sets, for the sandbox and tests. What it does set is
// filled in.
type Options struct {
	Vendor yeastar.Config
	// Ledger has the figures as its Observer, unless it has one already.
	Ledger ledger.Options
	Bot    bot.Options
}

// Parts are a bot and what it stands on.
type Parts struct {
	Bot    *bot.Bot
	Ledger *ledger.Ledger // whoever opened it closes it, after the bot has ended
	// Readiness says how the parts are that the bot needs.
	Readiness *readiness.Readiness
	// Metrics are the bot's figures, since it was opened.
	Metrics *metrics.Metrics
}

// Open opens the ledger and makes the bot, which does not run yet.
func Open(ctx context.Context, c config.Config, log *slog.Logger, o Options) (Parts, error) {
	figures, links := metrics.New(), &logs.Links{}
	log = links.Logger(log)
	o.Vendor.BaseURL, o.Vendor.UserAgent = c.Yeastar.BaseURL, c.Yeastar.UserAgent
	o.Vendor.ClientID, o.Vendor.ClientSecret = c.Yeastar.ClientID.Reveal(), c.Yeastar.ClientSecret.Reveal()
	o.Vendor.Logger, o.Vendor.Observe = log, figures.VendorCall
	vendor, err := yeastar.New(o.Vendor)
	if err != nil {
		return Parts{}, err
	}
	o.Ledger.Policy, o.Ledger.Logger, o.Ledger.Outbox = c.Policy(), log, c.Events.On()
	if o.Ledger.Observer == nil {
		o.Ledger.Observer = figures.Observer()
	}
	book, err := ledger.Open(ctx, c.DatabaseURL.Reveal(), o.Ledger)
	if err != nil {
		return Parts{}, err
	}
	if err := openEvents(ctx, c.Events, book, log, figures); err != nil {
		return Parts{}, errors.Join(err, book.Close())
	}
	o.Bot.Config, o.Bot.Ledger, o.Bot.Vendor, o.Bot.Log, o.Bot.Metrics, o.Bot.Links = c, book, vendor, log, figures, links
	b := bot.New(o.Bot)
	ready := readiness.New(readiness.Options{Socket: b.Socket(), Ledger: book, Vendor: vendor, Log: log})
	return Parts{Bot: b, Ledger: book, Readiness: ready, Metrics: figures}, nil
}

// openEvents lets the ledger's jobs send events, if they are wanted.
func openEvents(ctx context.Context, c config.Events, book *ledger.Ledger, log *slog.Logger, figures *metrics.Metrics) error {
	if !c.On() {
		return book.OpenOutbox(ctx, "", "")
	}
	sender, err := events.Open(ctx, events.Options{Config: c, Ledger: book, Log: log, Metrics: figures})
	if err != nil {
		return err
	}
	book.Handle(sender.Handlers())
	return nil
}
