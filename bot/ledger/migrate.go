package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// gooseProvider knows our own migrations. It is told what to run, and reads no files: its parser
// takes 4 MB for each line.
func gooseProvider(dialect goose.Dialect, db *sql.DB, directory string) (*goose.Provider, error) {
	names, err := fs.Glob(migrations, "migrations/"+directory+"/*.sql")
	if err != nil {
		return nil, err
	}
	var known []*goose.Migration
	for _, name := range names {
		m, err := migration(name)
		if err != nil {
			return nil, err
		}
		known = append(known, m)
	}
	return goose.NewProvider(dialect, db, nil, goose.WithGoMigrations(known...), goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
}

// migration is what a file says, each half of it run as a whole and in a transaction.
func migration(name string) (*goose.Migration, error) {
	version, err := goose.NumericComponent(name)
	if err != nil {
		return nil, err
	}
	raw, err := migrations.ReadFile(name)
	if err != nil {
		return nil, err
	}
	up, down, ok := halves(string(raw))
	if !ok {
		return nil, fmt.Errorf("%s does not say how it is done and undone", name)
	}
	return goose.NewGoMigration(version, statements(name, up), statements(name, down)), nil
}

// halves are how a migration is done and undone. Git may have given its lines the ends of Windows.
func halves(text string) (up, down string, ok bool) {
	_, both, begun := strings.Cut(strings.ReplaceAll(text, "\r\n", "\n"), "-- +goose Up\n")
	up, down, ok = strings.Cut(both, "-- +goose Down\n")
	return up, down, begun && ok
}

func statements(name, all string) *goose.GoFunc {
	return &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, all); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}}
}

// migrateGoose brings our own tables up to date.
func migrateGoose(ctx context.Context, p *goose.Provider) error {
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the version of the tables: %w", err)
	}
	if current > target {
		return fmt.Errorf("the database has version %d of the tables and this program knows %d: use the newer program", current, target)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("set up the tables: %w", err)
	}
	return nil
}

func (e *sqliteEngine) migrate(ctx context.Context) error {
	if err := e.river.Migrate(ctx); err != nil {
		return err
	}
	p, err := gooseProvider(goose.DialectSQLite3, e.writer, "sqlite")
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if err := migrateGoose(ctx, p); err != nil {
		return err
	}
	// The pages that making the tables took are let go.
	if _, err := e.writer.ExecContext(ctx, `PRAGMA shrink_memory`); err != nil {
		return fmt.Errorf("let memory go: %w", err)
	}
	return e.keepBlank(ctx)
}

func (e *sqliteEngine) checkMigrated(ctx context.Context) error {
	p, err := gooseProvider(goose.DialectSQLite3, e.readers, "sqlite")
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	return checkVersion(ctx, e, p)
}

// checkVersion compares versions without writing: goose itself would make its table.
func checkVersion(ctx context.Context, q querier, p *goose.Provider) error {
	var current int64
	err := q.one(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&current)
	if err != nil {
		return errors.Join(errors.New("this is not a ledger that the bot has set up"), err)
	}
	sources := p.ListSources()
	if target := sources[len(sources)-1].Version; current != target {
		return fmt.Errorf("the database has version %d of the tables and this program needs %d", current, target)
	}
	return nil
}
