package socket

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"renewbot/bot/metrics"
)

// connection is one of the process's sockets: a link to Slack, and when Slack replaces
// it or it breaks, another one.
type connection struct {
	client *Client
	links  sync.WaitGroup
	log    *slog.Logger
}

// errSocketModeOff ends the bot: nothing but people mends it.
var errSocketModeOff = errors.New("the app's Socket Mode was switched off in its settings: switch it on and start Renewbot again")

// keep holds one socket open until ctx ends. It returns an error only when people must
// mend something.
func (c *connection) keep(ctx context.Context) error {
	defer c.links.Wait()
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.MaxInterval = time.Second, 5*time.Minute
	var old *Link // which Slack wants replaced
	for ctx.Err() == nil {
		l, err := c.open(ctx)
		if err != nil {
			if Fatal(err) {
				return fmt.Errorf("slack refuses the connection (%w): check SLACK_APP_TOKEN and that Socket Mode is on", err)
			}
			wait := pause.NextBackOff()
			if ctx.Err() == nil {
				c.client.metrics.Reconnect(metrics.ReconnectNotOpened)
				c.log.Warn("no connection to Slack yet", "error", err, "again_in", wait)
			}
			select {
			case <-time.After(wait):
			case <-ctx.Done():
			}
			continue
		}
		pause.Reset() // how often connections are opened at all is bounded by rateLimited
		if old != nil {
			old.relieve()
			old = nil
		}
		select {
		case <-l.replace:
			if l.why() == reasonDisabled {
				return errSocketModeOff
			}
			c.client.metrics.Reconnect(l.why())
			c.log.Debug("Slack replaces a connection", "reason", l.why())
			old = l
		case <-l.ended:
			if ctx.Err() == nil {
				c.client.metrics.Reconnect(metrics.ReconnectBroken)
				c.log.Warn("the connection to Slack broke off", "error", l.failure)
			}
		case <-ctx.Done():
		}
	}
	return nil
}

// open opens a link that ends by itself, or with ctx.
func (c *connection) open(ctx context.Context) (*Link, error) {
	_, url, err := c.client.api.StartSocketModeContext(Patient(ctx))
	if err != nil {
		return nil, err
	}
	c.client.opening.Add(1)
	defer c.client.opening.Add(-1)
	l, err := c.client.connect(ctx, url, c.log)
	if err != nil {
		return nil, err
	}
	others := c.client.opening.Load() - 1
	ours := c.client.links.Add(1) + others
	c.client.up.Add(1)
	c.links.Go(func() {
		defer c.client.links.Add(-1)
		defer context.AfterFunc(ctx, l.bye)()
		select {
		case <-l.replace:
		case <-l.ended:
		}
		c.client.up.Add(-1)
		late := time.AfterFunc(relievedAfter, l.bye)
		defer late.Stop()
		<-l.ended
	})
	c.client.connected()
	c.client.metrics.Hello(l.number)
	c.client.tasks.Start(func(ctx context.Context) { c.compare(ctx, l.number, int(ours)) })
	return l, nil
}

// compare warns when Slack counts more connections than this process has and those that
// it shares the ledger with may have: who else listens gets part of the clicks.
func (c *connection) compare(ctx context.Context, counted, ours int) {
	if counted <= ours {
		c.client.metrics.Strangers(0)
		return
	}
	processes, err := c.client.processes(ctx)
	if err != nil {
		c.log.WarnContext(ctx, "Slack's count of connections could not be judged", "error", err)
		return
	}
	known := ours + Connections*(processes-1)
	c.client.metrics.Strangers(max(counted-known, 0))
	if counted > known {
		c.log.WarnContext(ctx, "Slack counts more connections than Renewbot has: another program with the same tokens gets part of the clicks",
			"slack_counts", counted, "ours", ours, "processes", processes)
	}
}
