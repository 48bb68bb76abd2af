package ledger

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// gooseProvider knows our own migrations.
func gooseProvider(dialect goose.Dialect, db *sql.DB, directory string) (*goose.Provider, error) {
	sub, err := fs.Sub(migrations, "migrations/"+directory)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, db, sub, goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
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
