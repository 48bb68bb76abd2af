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

	"renewbot/bot/renewal"
)

// childEnv makes the test binary a process that uses the ledger until it is killed.
const childEnv = "LEDGER_TEST_CHILD"

// child submits and approves requests for ever. It prints what it was told was saved,
// and what its jobs began.
func child(url string) {
	fail := func(err error) {
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
	}
	ctx := context.Background()
	l, err := Open(ctx, url, Options{Policy: policy(1), PollInterval: fast})
	fail(err)
	fail(l.Start(ctx, map[renewal.JobKind]Handler{renewal.PlaceOrder: func(_ context.Context, j renewal.Job) error {
		fmt.Println("running", j.RequestID)
		select {} // until the process is killed
	}}))
	for i := 0; ; i++ {
		r, _, err := l.Submit(ctx, submission(fmt.Sprint(os.Getpid(), i), i))
		fail(err)
		fmt.Println("submitted", r.ID)
		r, err = l.Apply(ctx, r.ID, approve(r, "U2"))
		fail(err)
		fmt.Println("approved", r.ID)
	}
}

func TestKill(t *testing.T) {
	t.Parallel()
	s := newSQLiteStore(t).(sqliteStore)
	submitted, approved, running := map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
	for lines := range 4 { // killed at different moments
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+s.url)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		seen, began := 0, false
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			what, rest, _ := strings.Cut(scanner.Text(), " ")
			var id int64
			fmt.Sscan(rest, &id)
			switch what {
			case "submitted":
				submitted[id] = true
			case "approved":
				approved[id] = true
			case "running":
				running[id], began = true, true
			default:
				t.Fatal(scanner.Text())
			}
			if seen++; began && seen >= 20+7*lines {
				if err := cmd.Process.Kill(); err != nil { // and read what it still said
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait()
	}
	if len(submitted) < 20 || len(approved) == 0 || len(running) == 0 {
		t.Fatalf("%d submitted, %d approved, %d running", len(submitted), len(approved), len(running))
	}
	l := s.open(t, Options{Policy: policy(1), PollInterval: fast})
	var leaders int
	if err := l.engine.one(t.Context(), `SELECT count(*) FROM river_leader`).Scan(&leaders); err != nil || leaders != 0 {
		t.Errorf("a dead process leads the jobs, and timers wait until it is found out (%v)", err)
	}
	for id := range submitted {
		r, err := l.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if approved[id] && r.Status != renewal.Approved {
			t.Errorf("%s is %s, and was said to be approved", r.Reference(), r.Status)
		}
	}
	verify(t, l)
	began := time.Now()
	ran := start(t, l)
	missing := map[int64]bool{}
	for id := range approved {
		missing[id] = true
	}
	for len(missing) > 0 {
		if j := wait(t, ran, fmt.Sprintf("the orders of %d requests", len(missing))); j.Kind == renewal.PlaceOrder {
			delete(missing, j.RequestID)
		}
	}
	t.Logf("%d submitted, %d approved, %d were running; all orders ran again %v after the start",
		len(submitted), len(approved), len(running), time.Since(began))
}
