package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"renewbot/bot/config"
	"renewbot/bot/ledger"
)

// misconfigured says what is wrong with the environment.
func (c call) misconfigured(err error) int {
	_, _ = fmt.Fprintf(c.stderr, "%s: the configuration is not right:\n%v\n", c.name, err)
	return exitUsage
}

// withLedger opens the ledger for reading, whether the bot is running or not.
func (c call) withLedger(ctx context.Context, do func(*ledger.Ledger) error) int {
	return c.open(ctx, ledger.Options{ReadOnly: true}, do)
}

// besideLedger opens the ledger for a small change, whether the bot is running or not.
func (c call) besideLedger(ctx context.Context, do func(*ledger.Ledger) error) int {
	return c.open(ctx, ledger.Options{Beside: true}, do)
}

// open opens the ledger of DATABASE_URL.
func (c call) open(ctx context.Context, o ledger.Options, do func(*ledger.Ledger) error) int {
	settings, err := config.LoadOnly("DATABASE_URL")
	if err != nil {
		return c.misconfigured(err)
	}
	l, err := ledger.Open(ctx, settings.DatabaseURL.Reveal(), o)
	if err != nil {
		return c.failed(elsewhere(err))
	}
	if err := errors.Join(do(l), l.Close()); err != nil {
		return c.failed(err)
	}
	return exitOK
}

// elsewhere adds to a database that is not there that perhaps nobody said where it is: an
// administrator's shell does not have the service's environment.
func elsewhere(err error) error {
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("DATABASE_URL") == "" && os.Getenv("DATABASE_URL_FILE") == "" {
		return fmt.Errorf("%w\nDATABASE_URL is not set here; load the bot's environment file first: set -a; . ./.env; set +a", err)
	}
	return err
}

// into lets write fill a new file, or the standard output when the name is empty. A file
// is on the disk when it returns, or it is not there at all.
func (c call) into(name string, write func(io.Writer) error) error {
	if name == "" {
		return write(c.stdout)
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}
