package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/slack-go/slack"

	"renewbot/bot/batch"
	"renewbot/bot/config"
	"renewbot/bot/directory"
	"renewbot/bot/duelist"
	"renewbot/bot/dueview"
	"renewbot/bot/formview"
	"renewbot/bot/ledger"
	"renewbot/bot/logs"
	"renewbot/bot/metrics"
	"renewbot/bot/orders"
	"renewbot/bot/portal"
	"renewbot/bot/reminders"
	"renewbot/bot/renewal"
	"renewbot/bot/reply"
	"renewbot/bot/slackview"
	"renewbot/bot/socket"
	"renewbot/yeastar"
)

const (
	// jobsGrace is how long jobs in flight may go on after the end was asked for.
	jobsGrace = 5 * time.Second
	// tasksGrace is how long what clicks have set off may go on after them.
	tasksGrace = 2 * time.Second
	// StopsWithin is the longest that Run takes after its end: an order that is under way
	// gets its time. Whatever runs the bot has to grant it.
	StopsWithin = socket.HandlersGrace + tasksGrace + orders.DefaultTimeout + orders.DefaultMargin + jobsGrace + ledger.StopGrace
)

// settings are the rules that hold, the bot's clock and how long it waits.
type settings struct {
	policy       renewal.Policy
	notify       renewal.Notify // for people who have not said
	now          func() time.Time
	optionalWait time.Duration // for what a form can do without
	jobsGrace    time.Duration
}

// Options are the parts that a bot is made of.
type Options struct {
	Config config.Config
	Ledger *ledger.Ledger
	Vendor *yeastar.Client
	Log    *slog.Logger // must be set
	// Metrics are the figures that the bot keeps. Nil: none.
	Metrics *metrics.Metrics
	// ListsRead is portal.Options.Read.
	ListsRead func()
	// Links are told where cards are, for the lines of Log. Nil: nobody is.
	Links *logs.Links
	// Now is the clock, for tests. Nil: the real one.
	Now func() time.Time
	// Instance tells this process from others on the same database. Empty: a new name.
	Instance string
	// OrderTimeout bounds the POST of an order. Zero: one minute.
	OrderTimeout time.Duration
	// OrderMargin is how much later than the end of the POST others may judge an attempt;
	// within it the outcome is saved. Zero: 15 s.
	OrderMargin time.Duration
	// ViewLease is how long one process may draw a request alone. It must be longer than
	// the job that draws may take. Zero: 75 s.
	ViewLease time.Duration
	// OpenGap is how far apart connections to Slack are opened in the long run; Slack
	// allows about 50 in a minute. Zero: 2 s.
	OpenGap time.Duration
	// Unpaced keeps to no limit of Slack's before Slack speaks of it, for a simulated one
	// that has none.
	Unpaced bool
	// AckWithin is how long after it has come from Slack a click is answered at the latest.
	// Zero: 2.5 s, of Slack's 3.
	AckWithin time.Duration
	// Stagger is how long after the first connection to Slack the second one is opened.
	// Zero: 3 s.
	Stagger time.Duration
	// CallTimeout bounds a call of Slack's Web API. Zero: 15 s.
	CallTimeout time.Duration
	// OptionalWait is how long a form waits for what it can do without. Zero: 400 ms.
	OptionalWait time.Duration
	// JobsGrace is how long jobs in flight may go on after the end was asked for. Zero: 5 s.
	JobsGrace time.Duration
}

// Bot is the running conversation. Make it with New and start it with Run.
type Bot struct {
	reply     *reply.Replies
	socket    *socket.Client
	ledger    *ledger.Ledger
	directory *directory.Directory
	portal    *portal.Portal
	orders    *orders.Orders
	slack     *slackview.View
	due       *dueview.View
	batch     *batch.View
	forms     *formview.Forms
	log       *slog.Logger
	settings
}

// New puts a bot together. It talks to nobody yet.
func New(o Options) *Bot {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OpenGap == 0 {
		o.OpenGap = 2 * time.Second
	}
	if o.Instance == "" {
		o.Instance = fmt.Sprintf("%x", time.Now().UnixNano())
	}
	given := o.Config.Renew
	api := socket.NewWebAPI(socket.APIOptions{
		Credentials: socket.Credentials{
			BotToken: o.Config.Slack.BotToken.Reveal(), AppToken: o.Config.Slack.AppToken.Reveal(), APIURL: o.Config.Slack.APIURL,
		},
		OpenGap: o.OpenGap, Now: o.Now, Unpaced: o.Unpaced, Metrics: o.Metrics, Log: o.Log,
	})
	if o.CallTimeout > 0 {
		api.Bound(o.CallTimeout)
	}
	looked := portal.New(portal.Options{
		Client: o.Vendor, Products: o.Config.Products, TTL: given.LookupTTL, Now: o.Now, Log: o.Log, Metrics: o.Metrics, RepeatWithin: given.RepeatWithin,
		Read: o.ListsRead,
		Orders: func(ctx context.Context, since time.Time) ([]yeastar.OrderSummary, error) {
			return orders.Since(ctx, o.Vendor, since)
		},
	})
	people := directory.New(directory.Options{
		API: api, Log: o.Log, Now: o.Now, Metrics: o.Metrics,
		Approvers: given.Approvers, Requesters: given.Requesters, Channels: given.Channels, Weekend: given.Weekend,
		Named: given.Policy.Names(), Told: given.Policy.Next(), Deputies: o.Ledger.Deputies, Moved: o.Ledger.ChannelIDs,
	})
	replies := reply.New(api, o.Log, cmp.Or(o.AckWithin, socket.AckBudget), o.Ledger.Opened)
	var b *Bot
	b = &Bot{
		reply: replies, ledger: o.Ledger, portal: looked, directory: people, log: o.Log, forms: formview.New(o.Ledger, replies, o.Log),
		settings: settings{
			policy: o.Config.Policy(), notify: given.Notify, now: o.Now,
			optionalWait: cmp.Or(o.OptionalWait, optionalWait), jobsGrace: cmp.Or(o.JobsGrace, jobsGrace),
		},
		orders: orders.New(orders.Options{
			Ledger: o.Ledger, Client: o.Vendor, Portal: looked, Log: o.Log, Entitled: people.Entitled, Public: people.Public, Policy: o.Config.Policy(),
			DryRun: given.DryRun, Timeout: o.OrderTimeout, Margin: o.OrderMargin,
		}),
		slack: slackview.New(slackview.Options{
			API: api, Ledger: o.Ledger, Log: o.Log, AuditChannel: given.AuditChannel, DigestChannel: given.Digest.Channel, Approvers: given.Approvers,
			People: people, Policy: o.Config.Policy(), Notify: given.Notify, Command: command, Instance: o.Instance, Lease: o.ViewLease,
			Linked: o.Links.Set,
			Due:    func(ctx context.Context, userID string) []slack.Block { return b.due.Section(ctx, userID) },
		}),
	}
	lists := duelist.New(duelist.Options{Portal: looked, Ledger: o.Ledger, Log: o.Log})
	b.batch = batch.New(batch.Options{
		API: api, Reply: replies, Ledger: o.Ledger, Directory: people, Portal: looked, Lists: lists, Policy: b.policy, Log: o.Log, Single: b.single(),
	})
	b.due = dueview.New(dueview.Options{
		Lists:  lists,
		Ledger: o.Ledger, Directory: people, Slack: b.slack, Schedule: given.Digest, Events: o.Config.Events.On(), Log: o.Log, Text: api.FileText,
		Seen: b.history().Seen,
	})
	b.socket = socket.New(socket.Options{
		API: api, Processes: o.Ledger.Processes, Log: o.Log, Metrics: o.Metrics, Stagger: o.Stagger, AckWithin: o.AckWithin,
		Handlers: socket.Handlers{Command: b.slash, Interaction: b.interaction, Event: b.event},
	})
	o.Metrics.Watch(b.slack.Figures)
	return b
}

// Ready is closed once the bot hears Slack for the first time.
func (b *Bot) Ready() <-chan struct{} { return b.socket.Ready() }

// Socket are the bot's connections to Slack, for whoever says how they are.
func (b *Bot) Socket() *socket.Client { return b.socket }

// Run serves until ctx ends, and then finishes what is in flight, in StopsWithin at most. It
// returns an error when people must mend something first.
func (b *Bot) Run(ctx context.Context) (err error) {
	if err := b.directory.Introduce(ctx); err != nil {
		return err
	}
	// The end begins with the orders: what is not sent yet is left to another process.
	defer context.AfterFunc(ctx, b.orders.StopTaking)()
	defer func() { err = errors.Join(err, b.finish()) }() // whatever ends it, jobs may run
	b.portal.KeepWarm()
	b.directory.Warm()
	if err := b.ledger.Start(ctx, b.jobHandlers()); err != nil {
		return fmt.Errorf("start the jobs: %w", err)
	}
	if err := b.recordPolicy(ctx); err != nil {
		return err
	}
	if p, err := b.ledger.Paused(ctx); err == nil && p.Holds() {
		b.log.WarnContext(ctx, "orders are paused: what is approved waits until an approver types /renew resume", "by", p.By, "since", p.At)
	}
	if err := b.due.Start(ctx); err != nil {
		return fmt.Errorf("plan the digest of renewals due: %w", err)
	}
	if err := b.slack.Begin(ctx); err != nil {
		return err
	}
	return b.socket.Run(ctx)
}

// jobHandlers are the jobs that the ledger lets the bot and its rooms do.
func (b *Bot) jobHandlers() map[renewal.JobKind]ledger.Handler {
	handlers := reminders.New(b.ledger, b.directory, b.policy).Handlers()
	maps.Copy(handlers, b.orders.Handlers())
	maps.Copy(handlers, b.slack.Handlers())
	maps.Copy(handlers, b.due.Handlers())
	return handlers
}

// finish ends the jobs and everything else that runs.
func (b *Bot) finish() error {
	b.orders.StopTaking()
	clicks, done := context.WithTimeout(context.Background(), tasksGrace)
	defer done()
	b.socket.End(clicks)
	b.orders.Wait()
	grace, cancel := context.WithTimeout(context.Background(), b.jobsGrace)
	defer cancel()
	err := b.ledger.Stop(grace)
	b.due.Close(grace)
	b.batch.Close(grace)
	b.portal.Close(grace)
	b.directory.Close(grace)
	b.socket.CloseIdleConnections()
	return err
}
