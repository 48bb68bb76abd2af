package program

import (
	"context"
	"errors"
	"flag"
	"time"

	"renewbot/bot/check"
	"renewbot/bot/config"
)

var checkCommand = command{
	name: "check",
	line: "look whether everything is set up right, and say what to do about what is not",
	about: `
Looks at the settings, both Slack tokens, the channels, the approvers, the Partner Portal,
the database and the clocks, with the configuration that the bot itself has. It only
looks: nothing is ordered, posted or changed. Run it as the bot's user. It may be run
beside a running bot.

Each line is "ok", "note" (could not be looked at, or good to know), "warning" (works, and
somebody should know) or "problem" (does not work), with what to do next.

With -live it also makes every reading call to the portal and lists which of the
documented and guessed fields its answers have, by name and type and without values, so
that the mapping can be confirmed before the first order; and it opens a short connection
to Slack even while a bot is running. A click that Slack sends to it is not answered, and
whoever made it has to click again.

With -events it sends an event of the type renewbot.test to RENEW_EVENTS_URL, signed as all
others are, and tells the answer.

It ends with 0 when all is right, with 1 when there are warnings and no problems, and with
2 when there is a problem.`,
	prepare: func(flags *flag.FlagSet) action {
		asJSON := flags.Bool("json", false, "print the report as JSON")
		live := flags.Bool("live", false, "also list the fields of the portal's answers, and connect beside a running bot")
		events := flags.Bool("events", false, "also send a test event to RENEW_EVENTS_URL")
		timeout := flags.Duration("timeout", 45*time.Second, "give up on what has not answered after `TIME`")
		return func(ctx context.Context, c call) int {
			report, err := checkAll(ctx, check.Options{Live: *live, Events: *events, Timeout: *timeout})
			if err == nil && *asJSON {
				err = report.WriteJSON(c.stdout)
			} else if err == nil {
				err = report.WriteText(c.stdout)
			}
			if err != nil {
				_ = c.failed(err)
				return check.ExitProblems
			}
			return report.ExitCode()
		}
	},
}

// checkAll checks everything, or tells what is wrong with the settings.
func checkAll(ctx context.Context, o check.Options) (check.Report, error) {
	settings, err := config.Load()
	var problems config.Problems
	switch {
	case errors.As(err, &problems):
		return check.BadConfiguration(problems), nil
	case err != nil:
		return check.Report{}, err
	}
	o.Config = settings
	return check.Run(ctx, o), nil
}
