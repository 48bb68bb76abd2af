package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/time/rate"

	"renewbot/bot"
	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/logs"
	"renewbot/bot/renewal"
	"renewbot/bot/slacksim"
	"renewbot/bot/wiring"
	"renewbot/deploy"
	"renewbot/yeastar"
	"renewbot/yeastar/yeastarsim"
)

// The people of the sandbox.
const (
	Alice    = "U0ALICE" // sales, may request
	Dave     = "U0DAVE"  // sales, may request
	Bob      = "U0BOB"   // approver by name
	Carol    = "U0CAROL" // approver through the group
	Gina     = "U0GINA"  // guest
	Olga     = "U0OLGA"  // of another company, in a shared channel
	Approval = "S0APPROVERS"
)

// The channels of the sandbox.
const (
	Renewals = "C0RENEWALS"
	Audit    = "C0AUDIT"
	Random   = "C0RANDOM" // the bot is not in it
	Leads    = "G0LEADS"  // private, the bot is in it
	Partners = "C0SHARED" // shared with another company, the bot is in it
)

// Options say how a sandbox differs from the usual one.
type Options struct {
	// Configure changes the bot's configuration before it starts.
	Configure func(*config.Config)
	// DatabaseURL keeps the ledger; empty: in memory.
	DatabaseURL string
	Slack       []slacksim.WorkspaceOption
	Vendor      []yeastarsim.Option
	Log         *slog.Logger
	// Now is the clock of the bot and its ledger; nil: the real one.
	Now func() time.Time
	// OrderTimeout bounds the POST of an order; zero: the bot's own.
	OrderTimeout time.Duration
	// ReadTimeout bounds a look-up at the portal; zero: the client's own.
	ReadTimeout time.Duration
	// Tune changes what no configuration sets, before the ledger is opened.
	Tune func(*ledger.Options, *bot.Options)
	// Restore puts what was saved of another sandbox into the simulators, before anybody
	// reaches them. Nil: they are as always.
	Restore func(*slacksim.Workspace, *yeastarsim.Server) error
}

// World is a running sandbox.
type World struct {
	Slack        *slacksim.Workspace
	Vendor       *yeastarsim.Server
	Config       config.Config
	wiring.Parts // of the bot that runs, or ran last

	options Options
	stop    context.CancelFunc
	ended   chan error
}

// Start starts both simulators and the bot, and returns when the bot listens.
func Start(ctx context.Context, o Options) (*World, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := &World{options: o}
	slack, err := workspace(o.Slack)
	if err != nil {
		return nil, err
	}
	w.Slack, w.Vendor = slack, yeastarsim.New(o.Vendor...)
	if o.Restore != nil {
		if err := o.Restore(w.Slack, w.Vendor); err != nil {
			return nil, err
		}
	}
	if err := slack.Start(); err != nil {
		return nil, err
	}
	if err := w.Vendor.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start the partner portal: %w", err), slack.Close())
	}
	w.configure(w.Place())
	if err := w.StartBot(ctx); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// workspace makes the Slack of the sandbox, with the app installed from its manifest.
func workspace(options []slacksim.WorkspaceOption) (*slacksim.Workspace, error) {
	w, err := slacksim.New(deploy.Manifest, options...)
	if err != nil {
		return nil, fmt.Errorf("install the app: %w", err)
	}
	for _, u := range []slacksim.User{
		{ID: Alice, Name: "alice", RealName: "Alice Archer", TZ: "Europe/Berlin"},
		{ID: Dave, Name: "dave", RealName: "Dave Dietrich", TZ: "Europe/Berlin"},
		{ID: Bob, Name: "bob", RealName: "Bob Baker", TZ: "Europe/London"},
		{ID: Carol, Name: "carol", RealName: "Carol Cruz", TZ: "America/New_York"},
		{ID: Gina, Name: "gina", RealName: "Gina Guest", Restricted: true},
		{ID: Olga, Name: "olga", RealName: "Olga Outside", Stranger: true},
	} {
		w.AddUser(u)
	}
	w.AddUserGroup(slacksim.UserGroup{ID: Approval, Handle: "renewal-approvers", Members: []string{Carol}})
	self := w.BotUserID()
	for _, c := range []slacksim.Channel{
		{ID: Renewals, Name: "renewals", Members: []string{self, Alice, Dave, Bob, Carol, Gina}},
		{ID: Audit, Name: "renewals-audit", Members: []string{self, Bob, Carol}},
		{ID: Random, Name: "random", Members: []string{Alice, Dave, Bob, Carol, Gina}},
		{ID: Leads, Name: "leads", Private: true, Members: []string{self, Alice, Bob}},
		{ID: Partners, Name: "partners", ExtShared: true, Members: []string{self, Alice, Bob, Olga}},
	} {
		w.AddChannel(c)
	}
	return w, nil
}

// configure is what an administrator would do.
func (w *World) configure(p Place) {
	c := config.Config{DatabaseURL: config.NewSecret(p.DatabaseURL), LogFormat: config.LogText, Products: yeastar.Products()}
	c.Slack = config.Slack{
		BotToken: config.NewSecret(p.BotToken), AppToken: config.NewSecret(p.AppToken), APIURL: p.SlackURL,
	}
	c.Yeastar = config.Yeastar{
		ClientID: config.NewSecret(p.ClientID), ClientSecret: config.NewSecret(p.ClientSecret),
		BaseURL: p.VendorURL, UserAgent: "OpenAPI",
	}
	c.Renew = config.Renew{
		Approvers: config.IDs{Bob, Approval}, AuditChannel: Audit, ApprovalsRequired: 1,
		RemindAfter: 4 * time.Hour, ExpireAfter: 72 * time.Hour, PONumber: renewal.PONumberReference,
		LookupTTL: 5 * time.Minute, RepeatWithin: 300 * 24 * time.Hour, OrderAhead: 90 * 24 * time.Hour,
	}
	if w.options.Configure != nil {
		w.options.Configure(&c)
	}
	w.Config = c
}

// StartBot starts the bot, and returns when it listens. After StopBot it can be started
// again, as after a restart of its machine.
func (w *World) StartBot(ctx context.Context) error {
	var o wiring.Options
	o.Vendor.Now, o.Ledger.Now, o.Bot.Now = w.options.Now, w.options.Now, w.options.Now
	o.Vendor.Rate, o.Bot.Unpaced = rate.Inf, true // what is beside us has no limits
	o.Bot.OrderTimeout, o.Vendor.ReadTimeout = w.options.OrderTimeout, w.options.ReadTimeout
	if w.options.Tune != nil {
		w.options.Tune(&o.Ledger, &o.Bot)
	}
	parts, err := wiring.Open(ctx, w.Config, slog.New(logs.Handler(w.options.Log.Handler())), o)
	if err != nil {
		return err
	}
	w.Parts = parts
	if w.Slack != nil {
		w.Slack.Restarted()
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	w.stop, w.ended = stop, make(chan error, 1)
	go func(b *bot.Bot, ended chan<- error) { ended <- b.Run(running) }(w.Bot, w.ended)
	select {
	case <-w.Bot.Ready():
		return nil
	case err := <-w.ended:
		w.ended <- err
		return errors.Join(fmt.Errorf("the bot did not start: %w", err), w.StopBot())
	case <-ctx.Done():
		return errors.Join(ctx.Err(), w.StopBot())
	}
}

// Ended waits for the bot to end by itself, and returns why it did.
func (w *World) Ended(ctx context.Context) error {
	select {
	case err := <-w.ended:
		w.ended <- err // for StopBot
		return err
	case <-ctx.Done():
		return fmt.Errorf("wait for the bot's end: %w", ctx.Err())
	}
}

// StopBot stops the bot as a signal would, and closes its ledger. What a ledger in
// memory held is gone.
func (w *World) StopBot() error {
	if w.stop == nil {
		return nil
	}
	w.stop()
	w.stop = nil
	return errors.Join(<-w.ended, w.Ledger.Close())
}

// Close ends everything.
func (w *World) Close() {
	if w.stop != nil {
		w.stop()
	}
	if w.Vendor != nil {
		w.Vendor.Close() // before the bot has ended: an order that it holds would get its time
	}
	if err := w.StopBot(); err != nil {
		w.options.Log.Error("the bot did not end cleanly", "error", err)
	}
	if w.Vendor == nil {
		return // another process has the simulators
	}
	if err := w.Slack.Close(); err != nil {
		w.options.Log.Error("the workspace did not end cleanly", "error", err)
	}
}
