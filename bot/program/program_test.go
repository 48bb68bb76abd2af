package program

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	beChild()
	testscript.Main(tests{m}, map[string]func(){"renewbot": func() { os.Exit(Main()) }})
}

// TestScripts runs the program as people do; testdata/script is its documentation.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               demoSetup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"demo":      demo,
			"exits":     exits,
			"sqlite":    execSQLite,
			"interrupt": interrupt,
		},
	})
}

// exits runs a program that must end with a code: exits 2 renewbot renw.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		got = failed.ExitCode()
	case err != nil:
		ts.Fatalf("run %q: %v", args[1:], err)
	}
	if got != want {
		ts.Fatalf("%q ends with %d, want %d", args[1:], got, want)
	}
}

// interrupt starts a program, waits for a line of its output, sends a signal, and wants
// the program to end well: interrupt SIGTERM 'a line' renewbot sandbox.
func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	signal, ok := map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": syscall.SIGINT}[args[0]]
	if !ok {
		ts.Fatalf("there is no signal %q", args[0])
	}
	cmd := exec.Command(locate(ts, args[2]), args[3:]...)
	cmd.Dir, cmd.Env = ts.Getenv("WORK"), []string{"HOME=" + ts.Getenv("WORK"), "PATH=" + ts.Getenv("PATH")}
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	defer func() { _ = cmd.Process.Kill() }()
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), args[1]) {
	}
	began := time.Now()
	ts.Check(cmd.Process.Signal(signal))
	overdue := time.AfterFunc(sitePatience, func() { _ = cmd.Process.Kill() })
	defer overdue.Stop()
	for lines.Scan() {
		ts.Logf("after the signal: %s", lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		ts.Fatalf("after %v: %v", time.Since(began), err)
	}
	ts.Logf("ended %v after the signal", time.Since(began))
}

// locate finds a program on the script's path.
func locate(ts *testscript.TestScript, name string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	ts.Fatalf("there is no %s", name)
	return ""
}
