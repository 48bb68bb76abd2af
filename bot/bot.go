package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"

	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/members"
	"renewbot/bot/metrics"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	// slackTimeout bounds one call of the Web API.
	slackTimeout = 15 * time.Second
	// handlersGrace and jobsGrace are how long work in flight may go on after the end
	// was asked for; together they stay below 10 s.
	handlersGrace = 3 * time.Second
	jobsGrace     = 5 * time.Second
	// socketStagger keeps Slack from replacing both sockets at the same moment.
	socketStagger = 3 * time.Second
)

// Options are the parts that a bot is made of.
type Options struct {
	Config config.Config
	Ledger *ledger.Ledger
	Vendor *yeastar.Client
	Log    *slog.Logger // must be set
	// Metrics are the figures that the bot keeps. Nil: none.
	Metrics *metrics.Metrics
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
}

// Bot is the running conversation. Make it with New and start it with Run.
type Bot struct {
	api          *slack.Client
	http         *http.Client
	ledger       *ledger.Ledger
	vendor       *vendor
	people       *directory
	channels     *channels
	policy       renewal.Policy
	auditChannel string
	log          *slog.Logger
	metrics      *metrics.Metrics
	login        login
	saving       saving
	now          func() time.Time
	instance     string
	orderTimeout time.Duration
	orderMargin  time.Duration
	viewLease    time.Duration
	lookupTTL    time.Duration

	background *work // refreshes look-ups
	handlers   *work // handles envelopes
	slots      *semaphore.Weighted
	views      *turns       // by view id: the actions in one view
	drawings   *turns       // by request: the drawings of its messages
	looseShown atomic.Int64 // Slack has the audit lines of no request up to this entry
	up         atomic.Int32 // links that may get envelopes
	links      atomic.Int32 // links that are open
	ready      chan struct{}
	readyOnce  sync.Once
}

// New puts a bot together. It talks to nobody yet.
func New(o Options) *Bot {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OrderTimeout == 0 {
		o.OrderTimeout = time.Minute
	}
	if o.OpenGap == 0 {
		o.OpenGap = 2 * time.Second
	}
	if o.OrderMargin == 0 {
		o.OrderMargin = orderMargin
	}
	if o.ViewLease == 0 {
		o.ViewLease = viewLease
	}
	if o.Instance == "" {
		o.Instance = fmt.Sprintf("%x", time.Now().UnixNano())
	}
	client := slackHTTP(slackTransport())
	api := slack.New(o.Config.Slack.BotToken.Reveal(),
		slack.OptionAppLevelToken(o.Config.Slack.AppToken.Reveal()),
		slack.OptionAPIURL(o.Config.Slack.APIURL),
		// No retries: whoever calls knows whether a call may be repeated.
		slack.OptionHTTPClient(&gentle{
			next: client, opens: rate.NewLimiter(rate.Every(o.OpenGap), 2*sockets), metrics: o.Metrics,
		}),
		slack.OptionLog(quietLog{o.Log}),
	)
	b := &Bot{
		api: api, http: client, ledger: o.Ledger, policy: o.Config.Policy(), log: o.Log, metrics: o.Metrics, now: o.Now,
		auditChannel: o.Config.Renew.AuditChannel, instance: o.Instance, orderTimeout: o.OrderTimeout,
		orderMargin: o.OrderMargin, viewLease: o.ViewLease, lookupTTL: o.Config.Renew.LookupTTL,
		background: newWork(), handlers: newWork(), slots: semaphore.NewWeighted(atOnce),
		views: newTurns(), drawings: newTurns(), ready: make(chan struct{}),
	}
	b.vendor = newVendor(o.Vendor, o.Config.Renew.LookupTTL, o.Now, b.background)
	b.people = newDirectory(api, o.Log, o.Now, b.background, o.Config.Renew.Approvers, o.Config.Renew.Requesters)
	b.channels = newChannels(api, o.Now, b.background, o.Config.Renew.Channels)
	b.count(o.Metrics)
	return b
}

// count lets figures be kept of the connections, of the look-ups and of what is in the
// ledger.
func (b *Bot) count(m *metrics.Metrics) {
	m.Sockets(
		func() float64 { return float64(b.up.Load()) }, func() float64 { return float64(b.links.Load()) }, sockets)
	m.Watch(func(ctx context.Context) (ledger.Figures, error) { return b.ledger.Figures(ctx, keyAudit) })
	b.vendor.count(m)
	b.people.users.count, b.people.groups.count = m.Lookup("users"), m.Lookup("groups")
	b.channels.info.count = m.Lookup("channels")
}

// quietLog lets slack-go's own lines pass at debug level only: it logs what it retries,
// and the bot tells of the rest itself.
type quietLog struct{ log *slog.Logger }

// Output implements slack-go's logger.
func (q quietLog) Output(_ int, s string) error {
	q.log.Debug("slack-go", "line", s)
	return nil
}

// Ready is closed once the bot hears Slack for the first time.
func (b *Bot) Ready() <-chan struct{} { return b.ready }

func (b *Bot) connected() { b.readyOnce.Do(func() { close(b.ready) }) }

// Run serves until ctx ends, and then finishes what is in flight, within 10 seconds. It
// returns an error when people must mend something first.
func (b *Bot) Run(ctx context.Context) error {
	if err := b.identify(ctx); err != nil {
		return err
	}
	b.background.start(func(ctx context.Context) { b.vendor.keepWarm(ctx, b.lookupTTL) })
	b.people.warm()
	b.channels.warm()
	if err := b.ledger.Start(ctx, b.jobHandlers()); err != nil {
		return fmt.Errorf("start the jobs: %w", err)
	}
	// The audit lines that belong to no request have no change that would draw them.
	err := b.ledger.Enqueue(ctx, renewal.Job{Kind: renewal.SyncSlack, At: b.ledger.Now(ctx)})
	if err == nil {
		err = b.listen(ctx)
	}
	return errors.Join(err, b.finish())
}

// identify asks Slack who we are; nobody can be judged before. It waits for a Slack that
// does not answer, and fails when Slack refuses the token.
func (b *Bot) identify(ctx context.Context) error {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = time.Second, time.Minute
	who, err := backoff.Retry(ctx, func() (*slack.AuthTestResponse, error) {
		who, err := b.api.AuthTestContext(ctx)
		if fatalSlack(err) {
			err = backoff.Permanent(err)
		}
		return who, err
	}, backoff.WithBackOff(pause), backoff.WithMaxElapsedTime(0), backoff.WithNotify(func(err error, wait time.Duration) {
		b.log.WarnContext(ctx, "Slack does not answer yet", "error", err, "again_in", wait)
	}))
	if err != nil {
		return fmt.Errorf("slack does not accept SLACK_BOT_TOKEN (auth.test): %w", err)
	}
	b.people.self = members.Workspace{TeamID: who.TeamID, EnterpriseID: who.EnterpriseID, BotUserID: who.UserID}
	b.channels.botName = who.User
	return nil
}

// listen keeps the sockets until ctx ends and the clicks in flight are finished.
func (b *Bot) listen(ctx context.Context) error {
	listening, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	defer hangUp()
	g, broken := errgroup.WithContext(listening)
	for i := range sockets {
		c := &connection{bot: b, up: &b.up, log: b.log.With("socket", i+1)}
		g.Go(func() error {
			select {
			case <-time.After(time.Duration(i) * socketStagger):
				return c.keep(broken)
			case <-broken.Done():
				return nil
			}
		})
	}
	select {
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.Background(), handlersGrace)
		defer cancel()
		b.handlers.end(grace)
	case <-broken.Done():
	}
	hangUp()
	return g.Wait()
}

// finish ends the jobs and everything else that runs.
func (b *Bot) finish() error {
	grace, cancel := context.WithTimeout(context.Background(), jobsGrace)
	defer cancel()
	b.handlers.end(grace)
	err := b.ledger.Stop(grace)
	b.background.stop()
	b.background.end(grace)
	b.http.CloseIdleConnections()
	return err
}
