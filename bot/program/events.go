package program

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

var eventsCommand = command{
	name:      "events",
	line:      "list events for other systems and send them once more; the bot may be running",
	arguments: "COMMAND",
	about: `
With RENEW_EVENTS_URL the bot tells another system what becomes of requests. An event that
was not taken for a day is given up; "renewbot events resend" sends it once more. When the
receiver has answered 410 (Gone), all events wait until then, or for another address.

These commands use the ledger of DATABASE_URL. The bot itself does the sending.`,
	commands: []command{eventsList, eventsResend},
}

var eventsList = command{
	name: "list",
	line: "list the events that wait, were given up, or were sent in the last 30 days",
	about: `
Times are UTC. An event keeps its id however often it is sent.

  renewbot events list -state given_up
  renewbot events list -request RNW-000123`,
	prepare: func(flags *flag.FlagSet) action {
		state := flags.String("state", "", "only events that are `waiting|sent|given_up`")
		request := flags.String("request", "", "only events of one request, such as `RNW-000123`")
		return func(ctx context.Context, c call) int {
			f, err := noticeFilter("", *state, *request)
			if err != nil {
				return c.misused("%v", err)
			}
			return c.withLedger(ctx, func(l *ledger.Ledger) error { return listEvents(ctx, c, l, f) })
		}
	},
}

func noticeFilter(id, state, request string) (ledger.NoticeFilter, error) {
	f := ledger.NoticeFilter{ID: id, State: ledger.NoticeState(state)}
	switch f.State {
	case "", ledger.NoticeWaiting, ledger.NoticeSent, ledger.NoticeGivenUp:
	default:
		return f, fmt.Errorf("-state is waiting, sent or given_up, not %q", state)
	}
	if request != "" {
		var ok bool
		if f.RequestID, ok = renewal.ParseReference(request); !ok {
			return f, fmt.Errorf("-request %q is not a request such as RNW-000123", request)
		}
	}
	return f, nil
}

func listEvents(ctx context.Context, c call, l *ledger.Ledger, f ledger.NoticeFilter) error {
	list, err := l.Notices(ctx, f)
	if err != nil {
		return err
	}
	stopped, err := l.OutboxStopped(ctx)
	if err != nil {
		return err
	}
	if !stopped.IsZero() {
		_, _ = fmt.Fprintf(c.stderr, "The receiver has wanted no more events since %s; \"renewbot events resend\" asks it again.\n", stopped.Format(time.RFC3339))
	}
	if len(list) == 0 {
		_, _ = fmt.Fprintln(c.stderr, "There are no such events.")
		return nil
	}
	table := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "ID\tAT\tABOUT\tTYPE\tSTATE\tSINCE\tTRIES\tPROBLEM")
	for _, n := range list {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\n", n.ID, n.At.Format(time.RFC3339), n.Subject, n.Type,
			n.State, n.Since.Format(time.RFC3339), n.Tries, n.Problem)
	}
	return table.Flush()
}

var eventsResend = command{
	name:      "resend",
	line:      "send an event once more, or all that were given up",
	arguments: "[ID]",
	about: `
ID is what "renewbot events list" shows. The receiver knows an event by it, and may have
seen it before. With -state given_up or -request, or both, it is all such events. They are
tried at once, and then for another day; a receiver that wanted no more is asked again.

  renewbot events resend 3NZ5W7Q2VYJ4T6K8M1C9X0B2D5
  renewbot events resend -state given_up`,
	prepare: func(flags *flag.FlagSet) action {
		state := flags.String("state", "", "all events that are `waiting|sent|given_up`")
		request := flags.String("request", "", "all events of one request, such as `RNW-000123`")
		return func(ctx context.Context, c call) int {
			id := strings.Join(c.args, "")
			f, err := noticeFilter(id, *state, *request)
			switch {
			case err != nil:
				return c.misused("%v", err)
			case f == ledger.NoticeFilter{}:
				return c.misused("ID is missing; -state given_up sends all that were given up")
			}
			return c.besideLedger(ctx, func(l *ledger.Ledger) error {
				n, err := l.Resend(ctx, f)
				switch {
				case err != nil:
					return err
				case n == 0:
					return errors.New("there is no such event; \"renewbot events list\" shows those that there are")
				}
				_, err = fmt.Fprintf(c.stdout, "To be sent once more: %d. The bot does it when it runs with RENEW_EVENTS_URL.\n", n)
				return err
			})
		}
	},
}
