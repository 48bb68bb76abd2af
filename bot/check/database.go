package check

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"renewbot/bot/ledger"
)

const (
	// spaceWarning and spaceProblem are how little may be left on the database's disk, in
	// bytes. A request takes a few kilobytes; a full disk takes orders' answers.
	spaceWarning = 200 << 20
	spaceProblem = 20 << 20
	// trialSize is how much is written to see whether it can be, in bytes: more than the
	// log of a busy hour.
	trialSize = 4 << 20
)

// sqliteFile is the file that a DATABASE_URL names, if it names one.
func sqliteFile(databaseURL string) (path string, ok bool) {
	rest, ok := strings.CutPrefix(databaseURL, "sqlite:")
	if !ok || rest == ":memory:" {
		return "", false
	}
	path, err := filepath.Abs(strings.TrimPrefix(rest, "//"))
	return path, err == nil
}

// password is that of a DATABASE_URL, or "".
func password(databaseURL string) string {
	u, err := url.Parse(databaseURL)
	if err != nil || u.User == nil {
		return ""
	}
	p, _ := u.User.Password()
	return p
}

func (c *checker) checkDatabase(ctx context.Context) lines {
	var l lines
	databaseURL := c.Config.DatabaseURL.Reveal()
	path, ok := sqliteFile(databaseURL)
	switch {
	case ok:
		c.checkFile(ctx, &l, path)
	case strings.HasPrefix(databaseURL, "sqlite:"):
		l.add("database", Warning, "SQLite in memory: everything is gone when the bot ends", "Use a file for anything but trying it out.")
	default:
		c.checkServer(ctx, &l, databaseURL)
	}
	return l
}

// checkFile looks at the file of SQLite and at where it is. It makes no database: one of
// the user who checks would be of no use to the bot's own user.
func (c *checker) checkFile(ctx context.Context, l *lines, path string) {
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		l.add("database", Problem, "there is no directory "+dir, "Make it, and let it belong to the bot's user; or correct DATABASE_URL.")
		return
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.ok("database", "%s will be made when the bot starts", path)
	case err != nil:
		l.add("database", Problem, "the file cannot be looked at: "+plainly(err), "Run this as the bot's user, and give that user the file.")
		return
	case !info.Mode().IsRegular():
		l.add("database", Problem, path+" is not a file", "Correct DATABASE_URL.")
		return
	default:
		c.checkLedger(ctx, l, path)
		if mode := info.Mode().Perm(); mode&0o007 != 0 && runtime.GOOS != "windows" {
			l.add("database", Warning, fmt.Sprintf("%s can be read by everybody on this machine: its mode is %s", path, octal(mode)), "chmod 600 "+path)
		}
	}
	checkDisk(l, dir)
	l.ok("database clock", "this machine's own: SQLite is part of the bot")
}

// plainly is the cause of a file's error, without its path.
func plainly(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// checkLedger reads the file, as it may be done beside a running bot.
func (c *checker) checkLedger(ctx context.Context, l *lines, path string) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		l.add("database", Problem, fmt.Sprintf("%s cannot be written: %s", path, plainly(err)),
			"Let the file and its directory belong to the bot's user, and run this as that user.")
		return
	}
	_ = file.Close()
	book, err := ledger.Open(ctx, c.Config.DatabaseURL.Reveal(), ledger.Options{ReadOnly: true})
	if err != nil {
		unopened(l, path, err)
		return
	}
	defer func() { _ = book.Close() }() // it was only read
	if _, err := book.EntriesAfter(ctx, 0, 1); err != nil {
		l.add("database", Problem, path+" cannot be read: "+err.Error(), "Bring back a backup of the file.")
		return
	}
	checkPaused(ctx, l, book)
	if c.bot.hasFile {
		l.ok("database", "%s is up to date, and in use by a running Renewbot, as it should be", path)
		return
	}
	l.ok("database", "%s is up to date, and no bot uses it now", path)
}

// checkPaused says whether people keep orders from being sent.
func checkPaused(ctx context.Context, l *lines, book *ledger.Ledger) {
	p, err := book.Paused(ctx)
	if err == nil && p.Holds() {
		l.add("orders", Note, fmt.Sprintf("orders are paused by %s since %s (%s): nothing is ordered", p.By, p.At.UTC().Format(time.RFC3339), p.Reason),
			"An approver ends it with /renew resume.")
	}
}

// versions finds the numbers in the ledger's error about tables of another program.
var versions = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`has version (\d+) of the tables and this program needs (\d+)`)
})

// unopened says why a ledger could not be opened for reading.
func unopened(l *lines, what string, err error) {
	var missing []string
	if numbers := versions().FindStringSubmatch(err.Error()); numbers != nil {
		missing = numbers[1:]
	}
	switch {
	case len(missing) == 2 && atoi(missing[0]) < atoi(missing[1]):
		l.add("database", Note, fmt.Sprintf("%s has version %s of the tables, and the bot will bring it to %s when it starts", what, missing[0], missing[1]),
			"Make a backup before the first start of this version.")
	case len(missing) == 2:
		l.add("database", Problem, fmt.Sprintf("%s has version %s of the tables, and this program knows %s", what, missing[0], missing[1]),
			"Use the newer program that made it.")
	case strings.Contains(err.Error(), "no such table"), strings.Contains(err.Error(), "does not exist"):
		l.add("database", Warning, what+" has no tables of Renewbot's; the bot will make them when it starts", "Check that DATABASE_URL names the right database.")
	default:
		l.add("database", Problem, what+" cannot be opened: "+firstLine(err.Error()), "Bring back a backup, or correct DATABASE_URL.")
	}
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // digits by the expression above
	return n
}

// checkDisk writes a little beside the database, takes it away, and looks how much space
// is left.
func checkDisk(l *lines, dir string) {
	if err := trial(dir); err != nil {
		next := "Let the directory belong to the bot's user: SQLite keeps more files beside the database."
		if full(err) {
			next = "Make space on that disk, or raise the limit; until then nothing can be saved and the bot takes no requests."
		}
		l.add("disk", Problem, fmt.Sprintf("nothing can be written in %s: %s", dir, plainly(err)), next)
		return
	}
	free, ok := freeSpace(dir)
	switch {
	case !ok:
		l.add("disk", Note, dir+" can be written; how much space is left cannot be checked from here", "")
	case free < spaceProblem:
		l.add("disk", Problem, fmt.Sprintf("only %d MB are left in %s", free>>20, dir), "Make space on that disk.")
	case free < spaceWarning:
		l.add("disk", Warning, fmt.Sprintf("only %d MB are left in %s", free>>20, dir), "Make space on that disk.")
	default:
		l.ok("disk", "%s can be written and has %s left", dir, gigabytes(free))
	}
}

func gigabytes(n uint64) string {
	if n < 10<<30 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d GB", n>>30)
}

// full says whether a write failed for want of space.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// trial writes a file that is gone afterwards.
func trial(dir string) (err error) {
	f, err := os.CreateTemp(dir, ".renewbot-check-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if _, err := f.Write(make([]byte, trialSize)); err != nil {
		return err
	}
	return f.Sync()
}
