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

// The jobs of a process that is killed are done by another one because its session is broken: its
// heartbeats would be missed an hour later, which this test does not wait for.
func TestPostgresTakeOver(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	s := newPostgresStore(t).(postgresStore)
	testTakeOver(t, s.url, time.Hour)
}

// Behind a pooler sessions say nothing of processes. There heartbeats must do.
func TestPostgresTakeOverBehindPooler(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	testTakeOver(t, pgtest.Pooler(t, pgtest.Database(t), "transaction"), time.Second)
}

func testTakeOver(t *testing.T, url string, takeOverAfter time.Duration) {
	stuck := killWhileOrdering(t, url)
	l := sqliteStore{url}.open(t, Options{Policy: policy(1), PollInterval: fast, TakeOverAfter: takeOverAfter})
	ran := start(t, l)
	for len(stuck) > 0 {
		if j := wait(t, ran, fmt.Sprintf("%d jobs of the dead process", len(stuck))); j.Kind == renewal.PlaceOrder {
			delete(stuck, j.RequestID)
		}
	}
	if n, err := l.Processes(t.Context()); err != nil || n != 1 {
		t.Errorf("%d processes (%v)", n, err)
	}
}

// killWhileOrdering kills a process in the middle of as many order jobs as it takes, and
// returns their requests.
func killWhileOrdering(t *testing.T, url string) map[int64]bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+url)
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
	return stuck
}

// A process whose session is ended, by an administrator or a network that forgets
// connections, opens another one and keeps its jobs.
func TestPostgresLivingProcessLosesItsSession(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	s := newPostgresStore(t)
	options := Options{Policy: policy(1), PollInterval: fast, TakeOverAfter: time.Hour}
	a, b := s.open(t, options), s.open(t, options)
	stuck := hold(t, a)
	r := submit(t, a, "k")
	apply(t, a, r.ID, approve(r, "U2"))
	wait(t, stuck, "the order to be taken")
	e := a.engine.(*postgresEngine)
	until(t, "the session", func() bool { return e.session.Load() != 0 })
	ran := start(t, b)
	var ended bool
	err := b.engine.one(t.Context(), `SELECT bool_and(pg_terminate_backend(l.pid)) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
		WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.mode = 'ExclusiveLock'
		AND (CAST(l.classid AS BIGINT) << 32) | CAST(l.objid AS BIGINT) = $1`, sessionKey(a.process)).Scan(&ended)
	if err != nil || !ended {
		t.Fatalf("ended %v (%v)", ended, err)
	}
	// As long as it takes to take a process for dead, and then some.
	<-time.After(2 * (watchInterval + sessionGrace))
	for len(ran) > 0 {
		if j := <-ran; j.Kind == renewal.PlaceOrder {
			t.Fatal("the job of a living process was run twice")
		}
	}
	until(t, "another session", func() bool { return e.session.Load() != 0 })
	if n, err := b.Processes(t.Context()); err != nil || n != 2 {
		t.Errorf("%d processes (%v)", n, err)
	}
}

// A process that lives is not robbed of its jobs, however long they take.
func TestPostgresLeavesTheLivingAlone(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	s := newPostgresStore(t)
	options := Options{Policy: policy(1), PollInterval: fast, TakeOverAfter: 2 * time.Second}
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
