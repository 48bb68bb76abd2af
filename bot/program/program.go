// Package program is the command line: it reads the configuration and runs a subcommand.
// It must decide nothing that the parts can decide.
package program

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"renewbot/bot/config"
	"renewbot/bot/logs"
	"renewbot/bot/monitor"
	"renewbot/bot/wiring"
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
seconds of Ctrl-C or SIGTERM, or when an order that is under way has had its time, and a
restart loses nothing.`,
	prepare: func(*flag.FlagSet) action {
		return func(ctx context.Context, c call) int { return run(ctx, c.stderr, wiring.Options{}) }
	},
}

func run(ctx context.Context, stderr io.Writer, o wiring.Options) int {
	c, err := config.Load()
	if err != nil {
		return call{name: "renewbot", stderr: stderr}.misconfigured(err)
	}
	level := new(slog.LevelVar)
	level.Set(c.LogLevel)
	log := logs.New(stderr, c.LogFormat == config.LogText, level)
	if err := serve(ctx, c, log, level, o); err != nil {
		log.Error("renewbot stopped", "error", err)
		return exitFailed
	}
	return exitOK
}

// serve runs the bot, and what tells of it, until ctx ends.
func serve(ctx context.Context, c config.Config, log *slog.Logger, level *slog.LevelVar, o wiring.Options) (err error) {
	read := make(chan struct{}, 1)
	o.Bot.ListsRead = func() {
		select {
		case read <- struct{}{}:
		default:
		}
	}
	parts, err := wiring.Open(ctx, c, log, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, parts.Ledger.Close()) }()
	for _, p := range c.Products {
		if p.Unsure != "" {
			log.Warn("a product is offered that the vendor does not document wholly", "product", p.Key, "unsure", p.Unsure)
		}
	}
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error { return parts.Bot.Run(running) })
	g.Go(func() error {
		return monitor.Serve(running, c.HTTPAddr, monitor.Options{
			Ready: parts.Readiness.Parts, Metrics: parts.Metrics.Handler(), Level: level, Log: log,
		})
	})
	g.Go(func() error {
		tidy(running, read, giveBack)
		return nil
	})
	g.Go(func() error {
		select {
		case <-parts.Bot.Ready():
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

const (
	// tidyAfter is how long ago lists must have been read for memory to be given back: what shows
	// and searches them first is over then, and a burst of orders reads them again and again.
	tidyAfter = 10 * time.Second
	// tidyEvery is how often memory is given back without that.
	tidyEvery = 10 * time.Minute
)

// tidy gives memory back to the system at once, for opening the database takes more of it than
// anything later, and Go would read the first lists into as much again; when the start is over; after lists were
// read, which takes several times what is kept of them; and every now and then, also when lists are read all the time.
func tidy(ctx context.Context, read <-chan struct{}, giveBack func(started bool)) {
	giveBack(false)
	next := time.NewTimer(tidyAfter)
	defer next.Stop()
	latest := time.Now().Add(tidyEvery)
	for {
		select {
		case <-ctx.Done():
			return
		case <-read:
			next.Reset(min(tidyAfter, time.Until(latest)))
			continue
		case <-next.C:
		}
		giveBack(true)
		latest = time.Now().Add(tidyEvery)
		next.Reset(tidyEvery)
	}
}

func giveBack(started bool) {
	runtime.GC() // of what pools keep, only a second collection gets rid
	debug.FreeOSMemory()
	if started {
		letGo()
	}
}
