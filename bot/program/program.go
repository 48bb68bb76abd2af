// Package program is the command line: it reads the configuration, puts the parts
// together and runs a subcommand. It must decide nothing that the parts can decide.
package program

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sync/errgroup"

	"renewbot/bot"
	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/logs"
	"renewbot/bot/metrics"
	"renewbot/bot/monitor"
	"renewbot/yeastar"
)

// Main runs the command line of the process and returns its exit code. It ends by itself
// or after SIGINT or SIGTERM.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return dispatch(ctx, os.Args[1:], os.Stdout, os.Stderr)
}

var runCommand = command{
	name: "run",
	line: "run the bot; this is also what it does without a command",
	about: `
Everything it needs to know comes from the environment: see README.md. It ends within 10
seconds of Ctrl-C or SIGTERM, and a restart loses nothing.`,
	prepare: func(*flag.FlagSet) action {
		return func(ctx context.Context, c call) int { return run(ctx, c.stderr, parts{}) }
	},
}

func run(ctx context.Context, stderr io.Writer, p parts) int {
	c, err := config.Load()
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "renewbot: the configuration is not right:\n%v\n", err)
		return exitUsage
	}
	level := new(slog.LevelVar)
	level.Set(c.LogLevel)
	log := logs.New(stderr, c.LogFormat == config.LogText, level)
	if err := serve(ctx, c, log, level, p); err != nil {
		log.Error("renewbot stopped", "error", err)
		return exitFailed
	}
	return exitOK
}

// parts are options that no configuration sets; what it does set is filled in.
type parts struct {
	vendor yeastar.Config
	ledger ledger.Options
	bot    bot.Options
}

// serve puts the parts together and runs them until ctx ends.
func serve(ctx context.Context, c config.Config, log *slog.Logger, level *slog.LevelVar, p parts) (err error) {
	figures := metrics.New()
	p.vendor.Observe, p.ledger.Observer, p.bot.Metrics = figures.VendorCall, figures.Observer(), figures
	p.vendor.BaseURL, p.vendor.UserAgent, p.vendor.Logger = c.Yeastar.BaseURL, c.Yeastar.UserAgent, log
	p.vendor.ClientID, p.vendor.ClientSecret = c.Yeastar.ClientID.Reveal(), c.Yeastar.ClientSecret.Reveal()
	vendor, err := yeastar.New(p.vendor)
	if err != nil {
		return err
	}
	p.ledger.Policy, p.ledger.Logger = c.Policy(), log
	book, err := ledger.Open(ctx, c.DatabaseURL.Reveal(), p.ledger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	p.bot.Config, p.bot.Ledger, p.bot.Vendor, p.bot.Log = c, book, vendor, log
	b := bot.New(p.bot)
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error { return b.Run(running) })
	g.Go(func() error {
		return monitor.Serve(running, c.HTTPAddr, monitor.Options{
			Ready: b.Readiness, Metrics: figures.Handler(), Level: level, Log: log,
		})
	})
	g.Go(func() error {
		select {
		case <-b.Ready():
			log.Info("renewbot listens to Slack", "dry_run", c.Renew.DryRun)
			notify(ctx, log, notifyReady)
			<-running.Done()
		case <-running.Done():
		}
		notify(context.WithoutCancel(ctx), log, notifyStopping)
		return nil
	})
	return g.Wait()
}
