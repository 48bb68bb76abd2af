package pgtest

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// poolerProgram is where Debian keeps PgBouncer, which may be off the path.
const poolerProgram = "/usr/sbin/pgbouncer"

// Pooler puts PgBouncer in front of a database of Database's, with its pool_mode
// "session", "transaction" or "statement", and returns the URL that goes through it. It
// ends with the test. Where PgBouncer is not installed the test is skipped; in CI it is
// required.
func Pooler(t testing.TB, databaseURL, mode string) string {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = poolerProgram
	}
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("PgBouncer is needed: %v", err)
		}
		t.Skipf("PgBouncer is not installed (make test installs it): %v", err)
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	directory, err := os.MkdirTemp("", "renewbot-pooler-") //nolint:usetesting // a socket's name may have a hundred bytes, and that of t.TempDir is long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(directory); err != nil {
			t.Error(err)
		}
	})
	as, err := unprivileged(directory)
	if err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(directory, "pgbouncer.ini")
	if err := os.WriteFile(settings, []byte(poolerSettings(u, directory, mode)), 0o644); err != nil { //nolint:gosec // the other user reads it, and there is no secret in it
		t.Fatal(err)
	}
	process := exec.Command(program, settings) //nolint:noctx,gosec // the clean-up ends it; a program of the system
	var said strings.Builder
	process.SysProcAttr, process.Dir, process.Stderr = as, directory, &said
	if err := process.Start(); err != nil {
		t.Fatalf("pgbouncer: %v", err)
	}
	t.Cleanup(func() {
		_ = process.Process.Signal(syscall.SIGTERM)
		_ = process.Wait()
	})
	pooled := "postgres://renewbot@" + u.Path + "?port=6432&host=" + url.QueryEscape(directory)
	if err := answers(pooled); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	return pooled
}

func poolerSettings(u *url.URL, directory, mode string) string {
	server := []string{"user=" + u.User.Username()}
	if password, ok := u.User.Password(); ok {
		server = append(server, "password="+password)
	}
	if host := u.Query().Get("host"); host != "" {
		server = append(server, "host="+host)
	} else {
		server = append(server, "host="+u.Hostname())
	}
	if port := u.Port(); port != "" {
		server = append(server, "port="+port)
	}
	return fmt.Sprintf("[databases]\n* = %s\n[pgbouncer]\nunix_socket_dir = %s\nlisten_port = 6432\nauth_type = any\npool_mode = %s\n",
		strings.Join(server, " "), directory, mode)
}

// answers waits until a server takes connections.
func answers(databaseURL string) error {
	var err error
	for range 2400 { // two minutes
		if err = connects(databaseURL); err == nil {
			return nil
		}
		<-time.After(50 * time.Millisecond)
	}
	return fmt.Errorf("the server does not answer: %w", err)
}
