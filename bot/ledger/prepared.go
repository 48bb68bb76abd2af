package ledger

import (
	"context"
	"database/sql/driver"
	"regexp"

	"modernc.org/sqlite"
)

// keptStatements is how many statements a connection keeps prepared. The program has fewer
// that it runs often.
const keptStatements = 96

// preparing opens connections to SQLite that keep the statements that they have run: to
// prepare one takes longer than to run it, for most of ours and of River's.
type preparing struct{ driver.Connector }

// newPreparing is for the database of a data source name.
func newPreparing(name string) (driver.Connector, error) {
	c, err := sqlite.NewConnector(name)
	if err != nil {
		return nil, err
	}
	return preparing{c}, nil
}

// sqliteConn is what a connection of the driver can do.
type sqliteConn interface {
	driver.Conn
	driver.Pinger
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// Connect opens a connection.
func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &preparedConn{sqliteConn: c.(sqliteConn), kept: map[string]*prepared{}}, nil // the driver is chosen by go.mod
}

// preparedConn is a connection with its statements. database/sql uses it from one goroutine at
// a time.
type preparedConn struct {
	sqliteConn
	kept map[string]*prepared
	runs int64
}

// prepared is a statement that nobody runs just now.
type prepared struct {
	driver.Stmt
	ran int64 // which run was its last one
}

// take is a statement, which is the caller's until it is kept again: one whose rows are being
// read is prepared another time.
func (c *preparedConn) take(ctx context.Context, query string) (*prepared, error) {
	if s, ok := c.kept[query]; ok {
		delete(c.kept, query)
		return s, nil
	}
	s, err := c.PrepareContext(ctx, planned(query))
	if err != nil {
		return nil, err
	}
	return &prepared{Stmt: s}, nil
}

// boundLimit is a limit that is an argument. SQLite plans by its value, and prepares the statement
// anew for each one. It does not look into a sum.
var boundLimit = regexp.MustCompile(`\bLIMIT ([?$][0-9]*)`)

// planned is a statement whose plan is the same whatever its arguments are.
func planned(query string) string { return boundLimit.ReplaceAllString(query, "LIMIT 0+$1") }

// keep keeps a statement that has run, unless something went wrong with it.
func (c *preparedConn) keep(query string, s *prepared, err error) {
	if _, twice := c.kept[query]; err != nil || twice {
		_ = s.Close() // says again what was said when it ran
		return
	}
	if len(c.kept) >= keptStatements {
		c.drop()
	}
	c.runs++
	s.ran = c.runs
	c.kept[query] = s
}

// drop closes the statement that has not been run for longest.
func (c *preparedConn) drop() {
	oldest := ""
	for query, s := range c.kept {
		if oldest == "" || s.ran < c.kept[oldest].ran {
			oldest = query
		}
	}
	_ = c.kept[oldest].Close()
	delete(c.kept, oldest)
}

// ExecContext runs a statement. One without arguments may be several, as those of migrations
// are, and is not kept.
func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 0 {
		return c.sqliteConn.ExecContext(ctx, query, args)
	}
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args) // the driver's statements are
	c.keep(query, s, err)
	return result, err
}

// QueryContext runs a statement, which is kept when its rows are read.
func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args) // the driver's statements are
	if err != nil {
		c.keep(query, s, err)
		return nil, err
	}
	return &preparedRows{Rows: rows, conn: c, query: query, statement: s}, nil
}

// Close closes the statements, too.
func (c *preparedConn) Close() error {
	for _, s := range c.kept {
		_ = s.Close()
	}
	clear(c.kept)
	return c.sqliteConn.Close()
}

// preparedRows are the rows of a statement.
type preparedRows struct {
	driver.Rows
	conn      *preparedConn
	query     string
	statement *prepared
}

// Close ends the reading.
func (r *preparedRows) Close() error {
	err := r.Rows.Close()
	if s := r.statement; s != nil {
		r.statement = nil
		r.conn.keep(r.query, s, err)
	}
	return err
}
