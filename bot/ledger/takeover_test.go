package ledger

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/renewal"
)

// The jobs of a process that is killed are done by another one that is there already.
func TestPostgresTakeOver(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	s := newPostgresStore(t).(postgresStore)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+s.url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stuck := map[int64]bool{}
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		what, rest, _ := strings.Cut(scanner.Text(), " ")
		var id int64
		_, _ = fmt.Sscan(rest, &id)
		switch what {
		case "error":
			t.Fatal(scanner.Text())
		case "running":
			stuck[id] = true
			if len(stuck) == queueWorkers[queueOrder] {
				_ = cmd.Process.Kill() // and read what it still said
			}
		}
	}
	_ = cmd.Wait()
	if len(stuck) != queueWorkers[queueOrder] {
		t.Fatalf("%d jobs were running", len(stuck))
	}
	// The killed process counts as alive until it has been silent for a while.
	l := s.open(t, Options{Policy: policy(1), PollInterval: fast, TakeOverAfter: time.Second})
	ran := start(t, l)
	for len(stuck) > 0 {
		delete(stuck, wait(t, ran, fmt.Sprintf("%d jobs of the dead process", len(stuck))).RequestID)
	}
}

// A process that lives is not robbed of its jobs, however long they take.
func TestPostgresLeavesTheLivingAlone(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	s := newPostgresStore(t)
	options := Options{Policy: policy(1), PollInterval: fast, TakeOverAfter: 400 * time.Millisecond}
	a, b := s.open(t, options), s.open(t, options)
	stuck := hold(t, a)
	r := submit(t, a, "k")
	apply(t, a, r.ID, approve(r, "U2"))
	wait(t, stuck, "the order to be taken")
	ran := start(t, b)
	ticks := time.NewTicker(options.TakeOverAfter)
	defer ticks.Stop()
	for range 4 {
		<-ticks.C
	}
	for {
		select {
		case j := <-ran:
			if j.Kind == renewal.PlaceOrder {
				t.Fatal("the job of a living process was run twice")
			}
			continue
		default:
		}
		return
	}
}

// hold lets a ledger take order jobs and never finish them.
func hold(t *testing.T, l *Ledger) <-chan struct{} {
	t.Helper()
	taken := make(chan struct{}, 100)
	err := l.Start(t.Context(), map[renewal.JobKind]Handler{
		renewal.PlaceOrder: func(ctx context.Context, _ renewal.Job) error {
			taken <- struct{}{}
			<-ctx.Done()
			return ctx.Err()
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return taken
}
