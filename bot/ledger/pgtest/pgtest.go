// Package pgtest gives tests a real PostgreSQL server: one for each test process,
// started when first asked for, on a Unix socket in a directory of its own; and bench one
// to measure on. It must be used by them alone.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Environment names a server to use instead of starting one: the URL of a user that may
// make databases.
const Environment = "TEST_POSTGRES_URL"

// Exit stops the server that the tests started and ends the process. TestMain calls it
// with the exit code of the tests.
func Exit(code int) {
	if err := Stop(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code) //nolint:forbidigo // goleak leaves the end of the process to its clean-up
}

var (
	once      sync.Once
	serverURL string
	startErr  error
	running   *server
	databases atomic.Int64
)

// Available skips a test where PostgreSQL is not installed; in CI it is required.
func Available(t testing.TB) {
	t.Helper()
	if os.Getenv(Environment) != "" {
		return
	}
	if _, err := programs(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("PostgreSQL is needed: %v", err)
		}
		t.Skipf("PostgreSQL is not installed (make test installs it): %v", err)
	}
}

// Database makes an empty database and returns its URL.
func Database(t testing.TB) string {
	t.Helper()
	Available(t)
	once.Do(func() {
		if serverURL = os.Getenv(Environment); serverURL == "" {
			// The server itself is never killed, so nothing needs to be on the disk; and with hundreds
			// of databases its cleaners would begin several times a second.
			running, startErr = start("fsync=off", "full_page_writes=off", "autovacuum=off")
			if startErr == nil {
				serverURL = running.url()
			}
		}
	})
	if startErr != nil {
		t.Fatalf("start PostgreSQL: %v", startErr)
	}
	made, err := Create(t.Context(), serverURL, fmt.Sprintf("renewbot_%d_%d", os.Getpid(), databases.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// Copy makes a database like another one, to which nobody may be connected, and returns
// its URL. It is removed when the test ends.
func Copy(t testing.TB, databaseURL string) string {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("renewbot_%d_%d", os.Getpid(), databases.Add(1))
	if err := execute(t.Context(), serverURL, "CREATE DATABASE "+name+" TEMPLATE "+u.Path[1:]); err != nil {
		t.Fatalf("copy a database: %v", err)
	}
	t.Cleanup(func() {
		if err := execute(context.Background(), serverURL, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("remove a database: %v", err)
		}
	})
	u.Path = "/" + name
	return u.String()
}

func connects(databaseURL string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

func execute(ctx context.Context, databaseURL, statement string) error {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// server is a PostgreSQL of our own.
type server struct {
	directory string
	process   *exec.Cmd
}

// programs finds where PostgreSQL's server programs are; Debian keeps them off the path.
func programs() (directory string, err error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("initdb was not found")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// Start starts a server with settings, each as name=value, and returns the URL of a user who
// may make databases, and what stops it.
func Start(settings ...string) (databaseURL string, stop func() error, err error) {
	s, err := start(settings...)
	if err != nil {
		return "", nil, err
	}
	return s.url(), s.stop, nil
}

// Create makes an empty database on a server and returns its URL.
func Create(ctx context.Context, serverURL, name string) (string, error) {
	if err := execute(ctx, serverURL, "CREATE DATABASE "+name); err != nil {
		return "", fmt.Errorf("make a database: %w", err)
	}
	u, err := url.Parse(serverURL)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}

func start(settings ...string) (*server, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("", "renewbot-postgres-")
	if err != nil {
		return nil, err
	}
	as, err := unprivileged(directory)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(directory))
	}
	data := filepath.Join(directory, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "renewbot", "-A", "trust", "-E", "UTF8", "--no-sync") //nolint:noctx,gosec // it ends by itself; a program of the system
	initdb.SysProcAttr, initdb.Dir = as, directory
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w: %s", err, out), os.RemoveAll(directory))
	}
	s := &server{directory: directory}
	args := []string{"-D", data, "-k", directory}
	for _, setting := range append(settings, "listen_addresses=", "max_connections=200", "log_min_messages=fatal") {
		args = append(args, "-c", setting)
	}
	s.process = exec.Command(filepath.Join(bin, "postgres"), args...) //nolint:noctx,gosec // stop ends it; a program of the system
	s.process.SysProcAttr, s.process.Dir = as, directory
	if err := s.process.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("postgres: %w", err), os.RemoveAll(directory))
	}
	if err := answers(s.url()); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func (s *server) url() string {
	return "postgres://renewbot@/postgres?host=" + url.QueryEscape(s.directory)
}

// Stop stops the server that the tests started.
func Stop() error {
	if running == nil {
		return nil
	}
	if err := running.stop(); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return nil
}

func (s *server) stop() error {
	// SIGINT: end at once, without waiting for clients.
	err := s.process.Process.Signal(syscall.SIGINT)
	_ = s.process.Wait()
	return errors.Join(err, os.RemoveAll(s.directory))
}

// unprivileged gives a directory to a user that PostgreSQL agrees to run as: it refuses
// root.
func unprivileged(directory string) (*syscall.SysProcAttr, error) {
	attributes := &syscall.SysProcAttr{}
	if os.Getuid() != 0 {
		return attributes, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(directory, int(uid), int(gid)); err != nil {
		return nil, err
	}
	attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attributes, nil
}
