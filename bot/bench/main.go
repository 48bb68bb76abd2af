// Command bench measures the built product as its users meet it: its own binary in its own process, with an
// SQLite file, logs and health endpoint, against the simulated Slack and the simulated Partner Portal, which
// run in the process of bench itself. Beside it stand the floor, a bare bot that opens a fixed modal and does
// nothing else, and the same form in Bolt for JavaScript, which keeps its requests in SQLite and sends their orders. The
// candidates take turns within one run, so that whatever else the machine does meets them all. It also measures the
// product alone: used without a pause, as several processes on PostgreSQL, and on ledgers of years.
//
// It must never measure a part of the product inside its own process, and never call a simulator's own time
// the product's. It leaves nothing behind but its report, and Bolt's packages in bin.
//
//	go run ./bot/bench -o deploy/BENCHMARKS.md
//
// What takes long has pages of its own, -only soak and -only years, whose commands the Makefile has.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"renewbot/bot/ledger/year"
)

// settings say how much is measured.
type settings struct {
	out        string // file of the report; empty: standard output
	only       string // the one part of the product alone that is measured: soak or years; empty: all is
	rounds     int    // in which the candidates take turns
	commands   int    // one after the other, of each kind, in a round
	load       int    // commands under load in a round
	approvals  int    // one after the other
	atOnce     int    // approvals at the same moment
	idle       time.Duration
	soak       time.Duration
	replicas   int // approvals with each number of processes
	years      int // more than one: ledgers of so many years as well, on both engines
	year       year.Size
	starts     int
	vendorDown int // starts with a portal that is down, of each kind
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := command(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:forbidigo // main ends the process
	}
}

func command(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	s := settings{year: year.Full}
	flags.StringVar(&s.out, "o", "", "file of the report; empty: standard output")
	flags.StringVar(&s.only, "only", "", "the one part of the product alone that is measured: soak or years; empty: all is")
	flags.IntVar(&s.rounds, "rounds", 5, "in which the candidates take turns")
	flags.IntVar(&s.commands, "commands", 300, "commands and searches of a candidate in a round, one after the other")
	flags.IntVar(&s.load, "load", 3800, "commands of a candidate in a round under load")
	flags.IntVar(&s.approvals, "approvals", 15, "requests that are approved and ordered, one after the other")
	flags.IntVar(&s.atOnce, "at-once", 40, "requests that are approved at the same moment; 0: none")
	flags.DurationVar(&s.idle, "idle", 45*time.Second, "how long a candidate is left alone before its memory is looked at: reading thousands of PBXs takes 20 s of it")
	flags.DurationVar(&s.soak, "soak", time.Minute, "use of the product without a pause, in twelve intervals; 0: none")
	flags.IntVar(&s.replicas, "replicas", 6, "approvals with each number of processes on PostgreSQL; 0: none")
	flags.IntVar(&s.year.Requests, "year", s.year.Requests, "requests of a year of data")
	flags.IntVar(&s.years, "years", 1, "more than 1 adds ledgers of so many years, and PostgreSQL")
	flags.IntVar(&s.starts, "starts", 10, "starts of each candidate")
	flags.IntVar(&s.vendorDown, "vendor-down", 4, "starts while the portal is down, in each way")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if s.only != "" && s.only != onlySoak && s.only != onlyYears {
		return fmt.Errorf("-only is %s or %s, not %q", onlySoak, onlyYears, s.only)
	}
	// The simulators share the machine with what is measured: they collect garbage rarely.
	debug.SetGCPercent(400)
	dir, err := os.MkdirTemp("", "renewbot-bench-")
	if err != nil {
		return fmt.Errorf("make a directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	report, err := run(ctx, s, dir, stderr)
	if err != nil {
		return err
	}
	if s.out == "" {
		_, err = io.WriteString(stdout, report)
		return err
	}
	if err := os.WriteFile(filepath.Clean(s.out), []byte(report), 0o644); err != nil { //nolint:gosec // a document that everybody may read
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
