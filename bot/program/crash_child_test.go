package program

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/wiring"
)

// crashChildEnv makes the test binary the program itself, and crashAtEnv names the point
// at which it kills itself; empty: it does not.
const (
	crashChildEnv = "CRASH_TEST_CHILD"
	crashAtEnv    = "CRASH_TEST_AT"
)

// beChild makes this process the program that a crash test has started, if it is one.
func beChild() {
	if os.Getenv(crashChildEnv) != "" {
		os.Exit(child())
	}
}

// tests are all tests, and what ends with them.
type tests struct{ *testing.M }

// Run is called by TestMain.
func (m tests) Run() int {
	code := m.M.Run()
	if err := errors.Join(pgtest.Stop(), atTheEnd()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	return code
}

// child is the command "run" with short times. It tells of every point that it passes.
func child() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	passed := &points{at: os.Getenv(crashAtEnv), kill: func() {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way, and nothing more may be done
	}, told: func(p string) { fmt.Println(p) }}
	var o wiring.Options
	o.Vendor.Rate = rate.Inf // the portal beside us needs no manners
	o.Ledger.PollInterval = 200 * time.Millisecond
	o.Ledger.TakeOverAfter = time.Second
	o.Ledger.Trace = func(change string, ended bool) { passed.pass("ledger: "+change, ended) }
	o.Bot.OrderTimeout, o.Bot.OrderMargin, o.Bot.ViewLease = time.Second, 500*time.Millisecond, 2*time.Second
	return run(ctx, os.Stderr, o)
}

// points counts the points that a process passes. Each has a name that tells which time
// it is passed: "ledger: save post shown #3 after".
type points struct {
	at   string // the point to be killed at
	kill func()
	told func(point string)

	mu     sync.Mutex
	passed map[string]int
}

// pass returns whether the process was killed here.
func (p *points) pass(name string, after bool) bool {
	when := " before"
	if after {
		when = " after"
	}
	p.mu.Lock()
	if p.passed == nil {
		p.passed = map[string]int{}
	}
	p.passed[name+when]++
	point := fmt.Sprintf("%s #%d%s", name, p.passed[name+when], when)
	p.told(point)
	p.mu.Unlock()
	if point != p.at {
		return false
	}
	p.kill()
	return true
}

// plainBinary is this test without the race detector, built by whoever needs it first.
var plainBinary = sync.OnceValues(func() (string, error) {
	directory, err := os.MkdirTemp("", "renewbot-plain-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(directory, "plain.test")
	build := exec.Command("go", "test", "-c", "-trimpath", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", errors.Join(fmt.Errorf("build the test without the race detector: %w\n%s", err, out), os.RemoveAll(directory))
	}
	atTheEnd = func() error { return os.RemoveAll(directory) }
	return binary, nil
})

// atTheEnd is done when all tests have ended.
var atTheEnd = func() error { return nil }

// plain makes this test run in a binary that does not look for races, when this one does
// and is therefore slow, and says whether it has. What is killed here is a process, and
// no race is found by that.
func plain(t *testing.T) bool {
	t.Helper()
	info, ok := debug.ReadBuildInfo()
	if !ok || !slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		return false
	}
	binary, err := plainBinary()
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), binary, "-test.run=^"+t.Name()+"$", fmt.Sprintf("-crash.all=%t", *crashAll), "-crash.shard="+*crashShard, fmt.Sprintf("-crash.seed=%d", *crashSeed))
	out, err := run.CombinedOutput()
	if err != nil {
		t.Errorf("without the race detector: %v\n%s", err, out)
		return true
	}
	t.Logf("%s", out)
	return true
}

// process is a child that runs.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended
}

// launch starts a child. What it says goes to lines and to log.
func launch(t *testing.T, environment []string, lines func(string), log *writer) *process {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "TZ=UTC", "GOGC=400", crashChildEnv + "=1"}, environment...)
	cmd.Stderr = log
	cmd.Stdout = &lineWriter{tell: lines}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.ended)
	}()
	return p
}

// kill ends the child at once and returns when it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// killed says whether the child, which has ended, was killed.
func (p *process) killed() bool {
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// lineWriter cuts what is written into lines.
type lineWriter struct {
	tell func(string)
	rest string
}

func (w *lineWriter) Write(b []byte) (int, error) {
	w.rest += string(b)
	for {
		line, rest, ok := strings.Cut(w.rest, "\n")
		if !ok {
			return len(b), nil
		}
		w.tell(line)
		w.rest = rest
	}
}

// writer keeps what is written, for a test that fails.
type writer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *writer) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *writer) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}
