package program

import (
	"context"
	"flag"

	"renewbot/bot/sandbox"
)

var sandboxCommand = command{
	name: "sandbox",
	line: "try it without any account: a simulated Slack and Partner Portal",
	about: `
Without -demo it runs until Ctrl-C and says where the simulated APIs are. Nothing is
kept, and nothing outside of this machine is asked or ordered.`,
	prepare: func(flags *flag.FlagSet) action {
		demo := flags.Bool("demo", false, "play three renewals, print what the channels show, and stop")
		return func(ctx context.Context, c call) int {
			if err := sandbox.Run(ctx, *demo, c.stdout, c.stderr); err != nil {
				return c.failed(err)
			}
			return exitOK
		}
	},
}
