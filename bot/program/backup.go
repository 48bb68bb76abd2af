package program

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

var backupCommand = command{
	name:      "backup",
	line:      "copy the ledger into a new file, also while the bot runs",
	arguments: "FILE",
	about: `
The copy is the ledger of one moment. It is on the disk and verified, page by page and
hash by hash, when the command ends with 0. A file that is there is not overwritten:

  renewbot backup /backup/renewbot-$(date +%F).db

With PostgreSQL use its own program, which also works while the bot runs:

  pg_dump --format=custom --file=FILE "$DATABASE_URL"

"renewbot restore" brings either back.`,
	prepare: func(*flag.FlagSet) action { return backup },
}

const usePgDump = `the ledger is in PostgreSQL; back it up with: pg_dump --format=custom --file=%s "$DATABASE_URL"`

func backup(ctx context.Context, c call) int {
	settings, err := config.LoadOnly("DATABASE_URL")
	if err != nil {
		return c.misconfigured(err)
	}
	got, err := ledger.Backup(ctx, settings.DatabaseURL.Reveal(), c.args[0])
	switch {
	case errors.Is(err, ledger.ErrNotSQLite):
		return c.misused(usePgDump, c.args[0])
	case err != nil:
		return c.failed(elsewhere(err))
	}
	_, _ = fmt.Fprintf(c.stdout, "Backed up and verified: %s.\n", contents(got))
	return exitOK
}

func contents(c ledger.Contents) string {
	s := fmt.Sprintf("%d requests and %d audit entries, the last with hash %s", c.Requests, c.Entries, none(c.Hash))
	if c.Bytes > 0 {
		s += fmt.Sprintf(", in %d bytes", c.Bytes)
	}
	return s
}

var restoreCommand = command{
	name:      "restore",
	line:      "bring the ledger back from a backup; the bot must be stopped",
	arguments: "[FILE]",
	about: `
FILE is what "renewbot backup" made. It is verified and copied to the place that
DATABASE_URL names, where no ledger may be: move a damaged one away first, with the files
beside it that end with -wal and -shm.

With PostgreSQL there is no FILE. Restore into an empty database first, then let this
command make it safe:

  pg_restore --no-owner --dbname "$DATABASE_URL" FILE
  renewbot restore

What happened after the backup is known to Slack and to the vendor alone. So that nothing
is ordered twice, a request that was approved in the backup is now of unknown fate, and
the bot looks for its order in the vendor's list. A request that waited is asked for
anew, and its card warns. New requests get numbers that no request had before.`,
	prepare: func(*flag.FlagSet) action { return restore },
}

func restore(ctx context.Context, c call) int {
	settings, err := config.LoadOnly("DATABASE_URL", "RENEW_REMIND_AFTER", "RENEW_EXPIRE_AFTER", "RENEW_EVENTS_URL")
	if err != nil {
		return c.misconfigured(err)
	}
	o := ledger.Options{Policy: settings.Policy(), Outbox: settings.Events.On()}
	url := settings.DatabaseURL.Reveal()
	var got ledger.Restored
	switch sqlite := strings.HasPrefix(url, "sqlite:"); {
	case sqlite && len(c.args) == 0:
		return c.misused("FILE is missing: the backup to restore")
	case !sqlite && len(c.args) > 0:
		return c.misused("the ledger is in PostgreSQL: restore it with pg_restore, then run this without FILE")
	case sqlite:
		got, err = ledger.Restore(ctx, url, c.args[0], o)
	default:
		got, err = ledger.AfterRestore(ctx, url, o)
	}
	if err != nil {
		return c.failed(err)
	}
	_, _ = fmt.Fprintf(c.stdout, "Restored and verified: %s. The next request is %s.\n", contents(got.Contents), renewal.Reference(got.Next))
	tellRequests(c, "Approved in the backup; the bot looks whether they were ordered since", got.Held)
	tellRequests(c, "Not decided in the backup; they wait for approval anew, and whoever approves has to look first whether they were ordered since", got.Undecided)
	_, _ = fmt.Fprintln(c.stdout, `Before you start the bot, "renewbot audit verify -channel" lists what the audit channel knows and the backup does not.`)
	return exitOK
}

func tellRequests(c call, what string, ids []int64) {
	if len(ids) == 0 {
		return
	}
	var references []string
	for _, id := range ids {
		references = append(references, renewal.Reference(id))
	}
	_, _ = fmt.Fprintf(c.stdout, "%s: %s.\n", what, strings.Join(references, ", "))
}
