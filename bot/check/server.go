package check

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"

	"renewbot/bot/ledger"
)

// checkServer looks at a database of PostgreSQL.
func (c *checker) checkServer(ctx context.Context, l *lines, databaseURL string) {
	ctx, cancel := context.WithTimeout(ctx, c.CallTimeout)
	defer cancel()
	host := "PostgreSQL"
	if u, err := url.Parse(databaseURL); err == nil && u.Host != "" {
		host = "PostgreSQL at " + u.Host
	}
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		found, next, ok := unreached(err, host)
		if !ok {
			found, next = host+" does not let us in: "+firstLine(err.Error()), "Check DATABASE_URL, and the user's rights there."
		}
		l.add("database", Problem, found, next)
		return
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it was only read
	asked := c.Now()
	var now time.Time
	var standby, mayCreate bool
	// The mode is one that every connection pooler understands.
	err = conn.QueryRow(ctx, `SELECT clock_timestamp(), pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on',
		coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)`, pgx.QueryExecModeExec).Scan(&now, &standby, &mayCreate)
	took := c.Now().Sub(asked)
	switch {
	case err != nil:
		l.add("database", Problem, host+" cannot be read: "+firstLine(err.Error()), "Check the user's rights there.")
		return
	case standby:
		l.add("database", Problem, host+" is read-only: a standby, or set to be", "Put the primary's address into DATABASE_URL.")
	case !mayCreate:
		l.add("database", Problem, "the user may make no tables at "+host, "GRANT CREATE ON SCHEMA to the bot's user, or let the database belong to it.")
	default:
		c.checkTables(ctx, l, host, databaseURL)
	}
	l.add("disk", Note, "cannot be checked from here: the server's disk", "Let your monitoring watch the free space of the database server.")
	l.clock("database clock", "the database's", now.Sub(asked.Add(took/2)), took/2)
}

func (c *checker) checkTables(ctx context.Context, l *lines, host, databaseURL string) {
	book, err := ledger.Open(ctx, databaseURL, ledger.Options{ReadOnly: true})
	if err != nil {
		unopened(l, fmt.Sprintf("the database at %s", host), err)
		return
	}
	defer func() { _ = book.Close() }() // it was only read
	if _, err := book.EntriesAfter(ctx, 0, 1); err != nil {
		l.add("database", Problem, "the ledger cannot be read: "+firstLine(err.Error()), "Check the user's rights on the tables.")
		return
	}
	checkPaused(ctx, l, book)
	l.ok("database", "%s is up to date", host)
}
