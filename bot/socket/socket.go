// Package socket is Slack's Socket Mode: connections, envelopes and their acks, and the
// calls of the Web API with what their errors mean. It knows no bot: what is to be done
// with an envelope is handed in.
package socket

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"renewbot/bot/metrics"
	"renewbot/bot/taskgroup"
)

// Connections is how many connections a process keeps: while Slack replaces one, the
// other one listens.
const Connections = 2

const (
	// maxHandlers bounds how many envelopes are handled at the same time; more wait.
	maxHandlers = 128
	// defaultStagger keeps Slack from replacing all connections at the same moment.
	defaultStagger = 3 * time.Second
	// HandlersGrace is how long clicks in flight may go on after the end was asked for.
	HandlersGrace = 3 * time.Second
)

// Handlers do what people ask for. Each must ack its envelope within AckBudget, or it is
// acked for it. An interaction has no message, and of a view's blocks the kinds and names.
type Handlers struct {
	Command     func(context.Context, slack.SlashCommand, *Envelope)
	Interaction func(context.Context, slack.InteractionCallback, *Envelope)
	Event       func(context.Context, slackevents.EventsAPIEvent) // acked when it returns
}

// Options are what a Client is made of.
type Options struct {
	API      *WebAPI
	Handlers Handlers
	// Processes counts the processes that listen with the same tokens, this one included.
	Processes func(context.Context) (int, error)
	Log       *slog.Logger
	Metrics   *metrics.Metrics // nil: none
	// Stagger is how long after each other the connections are opened. Zero: 3 s.
	Stagger time.Duration
	// AckWithin is how long after its arrival an envelope is acked at the latest. Zero:
	// AckBudget.
	AckWithin time.Duration
}

// Client listens to Slack. Make it with New and start it with Run.
type Client struct {
	api       *WebAPI
	handlers  Handlers
	processes func(context.Context) (int, error)
	log       *slog.Logger
	metrics   *metrics.Metrics
	stagger   time.Duration
	ackWithin time.Duration

	handling *taskgroup.Group // the handlers of envelopes
	tasks    *taskgroup.Group // everything else
	slots    *semaphore.Weighted

	up        atomic.Int32 // links that may get envelopes
	links     atomic.Int32 // links that are open
	opening   atomic.Int32 // links that Slack may count already
	ready     chan struct{}
	readyOnce sync.Once
}

// New makes a client that does not listen yet.
func New(o Options) *Client {
	c := &Client{
		api: o.API, handlers: o.Handlers, processes: o.Processes, log: o.Log, metrics: o.Metrics,
		stagger: cmp.Or(o.Stagger, defaultStagger), ackWithin: cmp.Or(o.AckWithin, AckBudget),
		handling: taskgroup.New(), tasks: taskgroup.New(), slots: semaphore.NewWeighted(maxHandlers), ready: make(chan struct{}),
	}
	o.Metrics.Sockets(
		func() float64 { return float64(c.up.Load()) }, func() float64 { return float64(c.links.Load()) }, Connections)
	return c
}

// Ready is closed once Slack is heard for the first time.
func (c *Client) Ready() <-chan struct{} { return c.ready }

func (c *Client) connected() { c.readyOnce.Do(func() { close(c.ready) }) }

// Up is how many connections may get envelopes.
func (c *Client) Up() int { return int(c.up.Load()) }

// Run keeps the connections until ctx ends and the clicks in flight are finished. Its
// error says what people must mend.
func (c *Client) Run(ctx context.Context) error {
	listening, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	defer hangUp()
	g, broken := errgroup.WithContext(listening)
	for i := range Connections {
		conn := &connection{client: c, log: c.log.With("socket", i+1)}
		g.Go(func() error {
			select {
			case <-time.After(time.Duration(i) * c.stagger):
				return conn.keep(broken)
			case <-broken.Done():
				return nil
			}
		})
	}
	select {
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.Background(), HandlersGrace)
		defer cancel()
		c.handling.End(grace)
	case <-broken.Done():
	}
	hangUp()
	return g.Wait()
}

// Connect opens one connection and hands what comes over it to the handlers. Run opens as
// many as it takes.
func (c *Client) Connect(ctx context.Context, url string) (*Link, error) {
	return c.connect(ctx, url, c.log)
}

func (c *Client) connect(ctx context.Context, url string, log *slog.Logger) (*Link, error) {
	return dial(ctx, url, func(l *Link, f frame) { c.dispatch(l, f, log) })
}

// Wait waits until no envelope is being handled.
func (c *Client) Wait() { c.handling.Wait() }

// End waits for the handlers that still run, until ctx ends.
func (c *Client) End(ctx context.Context) {
	c.handling.End(ctx)
	c.tasks.Cancel()
	c.tasks.End(ctx)
}

// CloseIdleConnections closes those to the Web API that nobody uses any more.
func (c *Client) CloseIdleConnections() { c.api.CloseIdleConnections() }
