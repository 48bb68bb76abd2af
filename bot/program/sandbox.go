package program

import (
	"context"
	"errors"
	"flag"
	"log/slog"

	"renewbot/bot/sandbox"
	"renewbot/bot/sandbox/page"
)

var sandboxCommand = command{
	name: "sandbox",
	line: "try it without any account: a simulated Slack and Partner Portal in the browser",
	about: `
It prints the address of a page on which everybody's part can be played: request, approve,
break the portal, move the clock on. It runs until Ctrl-C. Nothing outside of this machine
is asked or ordered, and the page answers nobody but this machine.`,
	prepare: func(flags *flag.FlagSet) action {
		demo := flags.Bool("demo", false, "play three renewals, print what the channels show, and stop")
		open := flags.Bool("open", false, "open the page in the browser")
		addr := flags.String("addr", "", "where the page is; a `HOST:PORT` of loopback (otherwise "+page.DefaultAddr+", or a free port)")
		data := flags.String("data", "", "keep everything in this `FILE`, and the ledger beside it, for the next time")
		customers := flags.Int("customers", 0, "how many customers the portal has, a `NUMBER` (otherwise a dozen)")
		return func(ctx context.Context, c call) int {
			if *customers < 0 {
				return c.misused("-customers %d: there cannot be less than none", *customers)
			}
			var err error
			if *demo {
				err = sandbox.RunDemo(ctx, c.stdout, c.stderr)
			} else {
				log := slog.New(slog.NewTextHandler(c.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
				err = page.Run(ctx, page.Options{Addr: *addr, Data: *data, Customers: *customers, Log: log}, *open, c.stdout)
			}
			switch {
			case errors.Is(err, page.ErrNotLoopback):
				return c.misused("-addr %s: %v", *addr, page.ErrNotLoopback)
			case err != nil:
				return c.failed(err)
			}
			return exitOK
		}
	},
}
