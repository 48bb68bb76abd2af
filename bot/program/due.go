package program

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/duelist"
	"renewbot/bot/ledger"
	"renewbot/bot/lookup"
	"renewbot/bot/portal"
	"renewbot/bot/renewal"
	"renewbot/bot/sheet"
	"renewbot/yeastar"
)

var dueCommand = command{
	name:      "due",
	line:      "import and export when packages end",
	arguments: "COMMAND",
	about: `
A package's date comes from the portal where a field tells it, else from our own last order
and its term, else from a list that is imported here. "/renew due" in Slack shows them all,
each with its source.

These commands need DATABASE_URL and the settings of the Partner Portal: customers and PBXs
are looked up there.`,
	commands: []command{dueImport, dueExport},
}

var dueImport = command{
	name:      "import",
	line:      "take in a list of dates, as CSV",
	arguments: "FILE.csv",
	about: `
The first line names the columns: holder,product,date,owner (owner may be missing). A holder
is a customer by the whole company, the e-mail address or the partner id, "self" for our own
account, or a PBX by its serial number. A product is named by its key, such as
p-series-turnkey, or by its whole name; a date is 2027-03-31, an owner a member id of Slack.

  holder,product,date,owner
  it@acme-telecom.example,p-series-turnkey,2027-03-31,U0123ABCD

Every line is looked at before any is imported, and what is wrong is told by line; then
nothing is imported, unless -skip leaves the wrong lines out. A second import changes what
differs, and says so. On SQLite the bot must not be running meanwhile.`,
	prepare: func(flags *flag.FlagSet) action {
		skip := flags.Bool("skip", false, "leave wrong lines out and import the others")
		return func(ctx context.Context, c call) int {
			f, err := os.Open(c.args[0])
			if err != nil {
				return c.failed(err)
			}
			defer func() { _ = f.Close() }() // it was only read
			return c.withDue(ctx, false, func(lists *duelist.Lists, _ *ledger.Ledger) error {
				got, err := lists.Import(ctx, f, renewal.System, *skip, nil)
				if err != nil {
					return err
				}
				for _, fault := range got.Faults {
					_, _ = fmt.Fprintln(c.stderr, fault)
				}
				wrong := got.WrongLines()
				switch {
				case !got.Done && wrong > 0:
					return fmt.Errorf("nothing was imported: %d of %d lines are wrong", wrong, wrong+got.Lines)
				case !got.Done:
					return errors.New("nothing was imported")
				}
				for _, change := range got.Changes {
					_, _ = fmt.Fprintln(c.stdout, change)
				}
				_, _ = fmt.Fprintf(c.stdout, "Imported %d lines: %d new, %d changed, %d as before, %d left out.\n",
					got.Lines, got.Added, got.Changed, got.Same, wrong)
				return nil
			})
		}
	},
}

// forms is what an export may be written as.
const forms = "the form: `csv|jsonl|xlsx`; by the ending of FILE, or csv, if it is left out"

// form is what an export is written as, and what is wrong with that.
func form(asked, file string) (f sheet.Format, wrong string) {
	f = sheet.Of(asked, file)
	switch {
	case !f.Known():
		return f, fmt.Sprintf("-format is csv, jsonl or xlsx, not %q", asked)
	case f == sheet.XLSX && file == "":
		return f, "a workbook is no text: say where it goes, with -o FILE.xlsx"
	}
	return f, ""
}

var dueExport = command{
	name: "export",
	line: "write when packages end, as CSV, JSON Lines or XLSX",
	about: `
Each line is a package, the most urgent first: holder, product, quantity, date with its
source and age, owner, and what was said of it. A CSV file can be imported again, as it is or
with other dates and owners. A cell that a spreadsheet would compute begins with an apostrophe.`,
	prepare: func(flags *flag.FlagSet) action {
		format := flags.String("format", "", forms)
		file := flags.String("o", "", "write into a new `FILE` instead of the terminal")
		return func(ctx context.Context, c call) int {
			f, wrong := form(*format, *file)
			if wrong != "" {
				return c.misused("%s", wrong)
			}
			return c.withDue(ctx, true, func(lists *duelist.Lists, _ *ledger.Ledger) error {
				list, err := lists.Load(ctx, lookup.AnyAge)
				if err != nil {
					return err
				}
				for _, name := range list.Unread {
					_, _ = fmt.Fprintf(c.stderr, "The portal does not list the packages of %s just now: they are missing.\n", name)
				}
				return c.into(*file, func(w io.Writer) error { return sheet.Write(w, f, duelist.Sheet(list)) })
			})
		}
	},
}

// withDue opens the ledger and the portal.
func (c call) withDue(ctx context.Context, readOnly bool, do func(*duelist.Lists, *ledger.Ledger) error) int {
	settings, err := config.LoadOnly("DATABASE_URL", "YEASTAR_CLIENT_ID", "YEASTAR_CLIENT_SECRET", "YEASTAR_BASE_URL", "YEASTAR_USER_AGENT", "YEASTAR_PRODUCTS")
	if err != nil {
		return c.misconfigured(err)
	}
	client, err := yeastar.New(yeastar.Config{
		BaseURL: settings.Yeastar.BaseURL, UserAgent: settings.Yeastar.UserAgent,
		ClientID: settings.Yeastar.ClientID.Reveal(), ClientSecret: settings.Yeastar.ClientSecret.Reveal(),
	})
	if err != nil {
		return c.failed(err)
	}
	defer client.CloseIdleConnections()
	l, err := ledger.Open(ctx, settings.DatabaseURL.Reveal(), ledger.Options{ReadOnly: readOnly})
	if errors.Is(err, ledger.ErrInUse) {
		err = fmt.Errorf("%w: stop the bot first", err)
	}
	if err != nil {
		return c.failed(elsewhere(err))
	}
	log := slog.New(slog.NewTextHandler(c.stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	looked := portal.New(portal.Options{
		Client: client, Products: settings.Products, TTL: time.Hour, Now: time.Now, Log: log,
		Orders: func(context.Context, time.Time) ([]yeastar.OrderSummary, error) {
			return nil, errors.New("not asked for")
		},
	})
	err = do(duelist.New(duelist.Options{Portal: looked, Ledger: l, Log: log}), l)
	looked.Close(ctx)
	if err := errors.Join(err, l.Close()); err != nil {
		return c.failed(err)
	}
	return exitOK
}

var ordersCommand = command{
	name:      "orders",
	line:      "export what was ordered, for bookkeeping",
	arguments: "COMMAND",
	commands:  []command{ordersExport},
	about: `
It reads the ledger of DATABASE_URL and never changes it; other settings are not needed, and
the bot may be running.`,
}

var ordersExport = command{
	name: "export",
	line: "write the orders as CSV, JSON Lines or XLSX",
	about: `
Each line is an order that the vendor has placed: customer, product, lines, term, order and
transaction number, PO number, amount and currency where they were known, requester,
approvers, and when it was asked for, approved and ordered. Times are UTC, people are told
by their Slack ids, and an amount that nobody told is empty.

  renewbot orders export -since 2026-01-01 -until 2026-12-31 -o 2026.xlsx`,
	prepare: func(flags *flag.FlagSet) action {
		format := flags.String("format", "", forms)
		since := flags.String("since", "", "only orders from this `DATE` on, such as 2026-01-31")
		until := flags.String("until", "", "only orders up to this `DATE`, a day included")
		file := flags.String("o", "", "write into a new `FILE` instead of the terminal")
		return func(ctx context.Context, c call) int {
			f, wrong := form(*format, *file)
			if wrong != "" {
				return c.misused("%s", wrong)
			}
			bounds, err := entryFilter(*since, *until, "")
			if err != nil {
				return c.misused("%v", err)
			}
			return c.withLedger(ctx, func(l *ledger.Ledger) error {
				var orders []renewal.Request
				if err := l.EachOrdered(ctx, 0, func(r renewal.Request) error {
					at := r.OrderedTime()
					if !at.Before(bounds.Since) && (bounds.Until.IsZero() || at.Before(bounds.Until)) {
						orders = append(orders, r)
					}
					return nil
				}); err != nil {
					return err
				}
				return c.into(*file, func(w io.Writer) error { return sheet.Write(w, f, sheet.Orders(orders)) })
			})
		}
	},
}
