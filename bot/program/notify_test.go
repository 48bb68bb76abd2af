package program

import (
	"bytes"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The environment belongs to the process, so this test does not run in parallel.
func TestNotify(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	t.Setenv("NOTIFY_SOCKET", socket)
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))

	notify(t.Context(), logger, notifyReady)
	if !strings.Contains(log.String(), "the service manager was not told") {
		t.Errorf("the log says %q of a manager that is not there", log.String())
	}

	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = manager.Close() })
	log.Reset()
	notify(t.Context(), logger, notifyReady)
	message := make([]byte, 100)
	n, err := manager.Read(message)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(notifyReady, string(message[:n])); diff != "" {
		t.Errorf("the manager is told (-want +got):\n%s", diff)
	}
	if log.Len() > 0 {
		t.Errorf("the log says %q", log.String())
	}
}
