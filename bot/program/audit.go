package program

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"renewbot/bot/audit"
	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/slackview"
	"renewbot/bot/socket"
)

var auditCommand = command{
	name:      "audit",
	line:      "export, verify and show what happened; the bot may be running",
	arguments: "COMMAND",
	about: `
The audit trail has an entry for everything that happened to a request: who asked, who
approved, what was ordered, and what was refused. Each entry carries a hash that binds it
to all before it, so that nothing can be changed or removed unseen.

These commands read the ledger of DATABASE_URL and never change it. Other settings are
not needed, except for "audit verify -channel".`,
	commands: []command{auditExport, auditVerify, auditShow},
}

var auditExport = command{
	name: "export",
	line: "write the audit trail as CSV or JSON Lines",
	about: `
A DATE is 2026-01-31, which is the whole day in UTC, or a time such as
2026-01-31T15:04:05Z. Times in an export are UTC.

A cell that a spreadsheet would compute begins with an apostrophe. The export can be
verified alone: see "renewbot help audit verify".

  renewbot audit export -since 2026-01-01 -until 2026-12-31 -o 2026.csv
  renewbot audit export -format jsonl -request RNW-000123`,
	prepare: func(flags *flag.FlagSet) action {
		format := flags.String("format", string(audit.CSV), "the form: `csv|jsonl`, csv if it is left out")
		since := flags.String("since", "", "only entries from this `DATE` on")
		until := flags.String("until", "", "only entries up to this `DATE`, a day included")
		request := flags.String("request", "", "only entries of one request, such as `RNW-000123`")
		file := flags.String("o", "", "write into a new `FILE` instead of the terminal")
		return func(ctx context.Context, c call) int {
			f := audit.Format(*format)
			if f != audit.CSV && f != audit.JSONL {
				return c.misused("-format is csv or jsonl, not %q", *format)
			}
			filter, err := entryFilter(*since, *until, *request)
			if err != nil {
				return c.misused("%v", err)
			}
			return c.withLedger(ctx, func(l *ledger.Ledger) error {
				return c.into(*file, func(w io.Writer) error { return export(ctx, c, l, filter, f, w) })
			})
		}
	},
}

// entryFilter reads the flags that narrow an export.
func entryFilter(since, until, request string) (ledger.EntryFilter, error) {
	var f ledger.EntryFilter
	var err error
	if f.Since, _, err = moment(since); err != nil {
		return f, fmt.Errorf("-since %w", err)
	}
	var day bool
	if f.Until, day, err = moment(until); err != nil {
		return f, fmt.Errorf("-until %w", err)
	}
	if day {
		f.Until = f.Until.AddDate(0, 0, 1)
	}
	if request != "" {
		var ok bool
		if f.RequestID, ok = renewal.ParseReference(request); !ok {
			return f, fmt.Errorf("-request %q is not a request such as RNW-000123", request)
		}
	}
	return f, nil
}

// moment reads a day, which starts at midnight UTC, or a time.
func moment(s string) (at time.Time, day bool, err error) {
	if s == "" {
		return time.Time{}, false, nil
	}
	if at, err = time.Parse(time.DateOnly, s); err == nil {
		return at, true, nil
	}
	if at, err = time.Parse(time.RFC3339, s); err == nil {
		return at, false, nil
	}
	return at, false, fmt.Errorf("%q is neither a day such as 2026-01-31 nor a time such as 2026-01-31T15:04:05Z", s)
}

// export writes entries, and says on the error output what it wrote.
func export(ctx context.Context, c call, l *ledger.Ledger, filter ledger.EntryFilter, f audit.Format, w io.Writer) error {
	out, err := audit.NewWriter(w, f)
	if err != nil {
		return err
	}
	var n int64
	var first, last renewal.Entry
	err = l.EachEntry(ctx, filter, func(e renewal.Entry) error {
		if n == 0 {
			first = e
		}
		n, last = n+1, e
		return out.Write(e)
	})
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	if n == 0 {
		_, _ = fmt.Fprintln(c.stderr, "There are no such entries.")
		return nil
	}
	_, _ = fmt.Fprintf(c.stderr, "%s. The last one has the hash %s.\n", entries(n, first.Seq, last.Seq), last.Hash)
	return nil
}

// entries says which entries of the trail something is about.
func entries(n, first, last int64) string {
	if n == 1 {
		return fmt.Sprintf("1 entry, number %d", first)
	}
	return fmt.Sprintf("%d entries, from number %d to %d", n, first, last)
}

var auditVerify = command{
	name: "verify",
	line: "compute all hashes again and name the first break",
	about: `
It reads the whole trail of the ledger and ends with 1 at the first entry that was
changed, removed or inserted. An intruder who can write to the database could compute all
hashes anew. Two witnesses outside of it tell on that:

  -file      an export is verified alone, without the ledger
  -channel   the audit channel in Slack: each of its lines ends with the number and the
             hash of an entry. Missing, different and unknown lines are named. This needs
             SLACK_BOT_TOKEN and RENEW_AUDIT_CHANNEL, and takes a minute for 50 threads, one
             for each request, because Slack allows no more`,
	prepare: func(flags *flag.FlagSet) action {
		file := flags.String("file", "", "verify the export in this `FILE` instead of the ledger")
		channel := flags.Bool("channel", false, "also compare the ledger with the audit channel")
		return func(ctx context.Context, c call) int {
			switch {
			case *file != "" && *channel:
				return c.misused("-file and -channel do not go together")
			case *file != "":
				return c.verifyFile(*file)
			case *channel:
				return c.verifyChannel(ctx)
			}
			return c.withLedger(ctx, func(l *ledger.Ledger) error { return verifyLedger(ctx, c, l) })
		}
	},
}

func verifyLedger(ctx context.Context, c call, l *ledger.Ledger) error {
	if err := l.Verify(ctx); err != nil {
		return err
	}
	end, err := l.TrailEnd(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "The audit trail is unbroken: %d entries. The last one has the hash %s.\n", end.Seq, none(end.Hash))
	return err
}

func none(hash string) string {
	if hash == "" {
		return "of nothing"
	}
	return hash
}

func (c call) verifyFile(name string) int {
	f, err := os.Open(name)
	if err != nil {
		return c.failed(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	checked, err := audit.VerifyExport(f)
	switch {
	case err != nil:
		return c.failed(err)
	case checked.Entries == 0:
		_, _ = fmt.Fprintln(c.stdout, "The export is empty.")
		return exitOK
	}
	gaps := ""
	if checked.Gaps > 0 {
		gaps = fmt.Sprintf(" Entries of other requests are left out in %d places, so only the ledger can tell whether all of %s are there.",
			checked.Gaps, renewal.Reference(checked.First.RequestID))
	}
	_, _ = fmt.Fprintf(c.stdout, "The export is as it was written: %s.%s The last one has the hash %s.\n",
		entries(checked.Entries, checked.First.Seq, checked.Last.Seq), gaps, checked.Last.Hash)
	return exitOK
}

// errDiffers says that what differs was printed.
var errDiffers = errors.New("the audit channel does not agree with the ledger")

func (c call) verifyChannel(ctx context.Context) int {
	settings, err := config.LoadOnly("DATABASE_URL", "SLACK_BOT_TOKEN", "SLACK_API_URL", "RENEW_AUDIT_CHANNEL")
	if err != nil {
		return c.misconfigured(err)
	}
	return c.withLedger(ctx, func(l *ledger.Ledger) error {
		if err := verifyLedger(ctx, c, l); err != nil {
			return err
		}
		ids, err := l.ChannelIDs(ctx)
		if err != nil {
			return err
		}
		channel := cmp.Or(ids[settings.Renew.AuditChannel], settings.Renew.AuditChannel)
		log := slog.New(slog.NewTextHandler(c.stderr, nil))
		slack := socket.Credentials{BotToken: settings.Slack.BotToken.Reveal(), APIURL: settings.Slack.APIURL}
		compared, err := audit.Compare(ctx, l, channel, slackview.AuditChannel(slack, channel, log), time.Now(), func(difference string) {
			_, _ = fmt.Fprintln(c.stdout, difference)
		})
		if err != nil {
			return fmt.Errorf("read the audit channel: %w", err)
		}
		waiting := ""
		if compared.Waiting > 0 {
			waiting = fmt.Sprintf(" %d of the last hour are still to be posted.", compared.Waiting)
		}
		_, _ = fmt.Fprintf(c.stdout, "The audit channel agrees on %d of %d entries.%s\n", compared.Agreed, compared.Entries, waiting)
		if compared.Problems > 0 {
			return errDiffers
		}
		return nil
	})
}

var auditShow = command{
	name:      "show",
	line:      "tell the whole story of a request",
	arguments: "RNW-000123",
	about: `
It prints what was asked for, who decided what and when, each order that was sent with
its answer, and all audit entries. People are told by their Slack ids, times are in UTC.`,
	prepare: func(*flag.FlagSet) action {
		return func(ctx context.Context, c call) int {
			id, ok := renewal.ParseReference(c.args[0])
			if !ok {
				return c.misused("%q is not a request such as RNW-000123", c.args[0])
			}
			return c.withLedger(ctx, func(l *ledger.Ledger) error {
				r, err := l.Get(ctx, id)
				if err != nil {
					return err
				}
				trail, err := l.Entries(ctx, id)
				if err != nil {
					return err
				}
				_, err = io.Copy(c.stdout, strings.NewReader(audit.Story(r, trail)))
				return err
			})
		}
	},
}
