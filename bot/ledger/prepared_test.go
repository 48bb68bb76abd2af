package ledger

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

// TestPreparedStatements runs statements again: while the rows of the first run are being
// read, after they failed, after their table has changed, and when there are too many to keep.
func TestPreparedStatements(t *testing.T) {
	t.Parallel()
	c, err := newPreparing(sqliteName(filepath.Join(t.TempDir(), "some.db"), "rwc", false))
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(1)
	defer db.Close()
	run := func(statement string, args ...any) error {
		_, err := db.ExecContext(t.Context(), statement, args...)
		return err
	}
	if err := run(`CREATE TABLE some (n INTEGER PRIMARY KEY); INSERT INTO some VALUES (1), (2), (3)`); err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	const above = `SELECT n FROM some WHERE n > $1 ORDER BY n`
	pairs := ""
	outer, err := tx.QueryContext(t.Context(), above, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer outer.Close()
	for outer.Next() {
		var n, first int
		if err := outer.Scan(&n); err != nil {
			t.Fatal(err)
		}
		if err := tx.QueryRowContext(t.Context(), above, 0).Scan(&first); err != nil {
			t.Fatal(err)
		}
		pairs += fmt.Sprint(n, first, " ")
	}
	if err := outer.Err(); err != nil || pairs != "2 1 3 1 " {
		t.Errorf("one inside of the other read %q %v", pairs, err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	const add = `INSERT INTO some (n) VALUES ($1)`
	for i, want := range []bool{false, true, false, true} {
		if err := run(add, map[bool]int{false: 1, true: 10 + i}[want]); (err == nil) != want {
			t.Errorf("insertion %d: %v", i, err)
		}
	}
	if err := run(`ALTER TABLE some ADD COLUMN other TEXT DEFAULT 'new'`); err != nil {
		t.Fatal(err)
	}
	for i := range 3 * keptStatements {
		var n, other string
		if err := db.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT n, other FROM some WHERE n = $1 AND %d = %[1]d`, i), 11).Scan(&n, &other); err != nil || n+other != "11new" {
			t.Fatalf("statement %d: %s %s %v", i, n, other, err)
		}
	}
	if err := run(add, 20); err != nil {
		t.Errorf("a statement that was dropped: %v", err)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.Raw(func(c any) error {
		if n := len(c.(*preparedConn).kept); n > keptStatements { // it is what Connect returns
			t.Errorf("%d statements are kept", n)
		}
		return nil
	})
}

// What is planned by the value of an argument is prepared anew for each, which takes longer
// than to run it.
func TestLimitsAreNoPartOfThePlan(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]string{
		"SELECT 1 LIMIT $1":                   "SELECT 1 LIMIT 0+$1",
		"SELECT ?1 ORDER BY 1\n    LIMIT ?5)": "SELECT ?1 ORDER BY 1\n    LIMIT 0+?5)",
		"SELECT 1 LIMIT ? OFFSET ?":           "SELECT 1 LIMIT 0+? OFFSET ?",
		"SELECT 1 LIMIT 1":                    "SELECT 1 LIMIT 1",
	} {
		if got := planned(statement); got != want {
			t.Errorf("%q became %q, want %q", statement, got, want)
		}
	}
}
