package program

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestTheRealBotServesNoSandbox runs the program as it is run for real: it listens at
// HTTP_ADDR alone, and nothing of the sandbox's page is there.
func TestTheRealBotServesNoSandbox(t *testing.T) {
	t.Parallel()
	w := newSecretWorld(t, "json", "sqlite://"+filepath.Join(t.TempDir(), "ledger.db"))
	bot := w.program(nil)
	w.must(w.Slack.WaitSockets(w.ctx, 2))
	w.probe()
	client := &http.Client{Timeout: sitePatience}
	defer client.CloseIdleConnections()
	for _, path := range []string{"/", "/index.html", "/assets/main.js", "/assets/app.js", "/api/stream", "/api/act", "/api/customers"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			r, err := http.NewRequestWithContext(w.ctx, method, "http://"+w.health+path, strings.NewReader("{}"))
			w.must(err)
			answer, err := client.Do(r)
			w.must(err)
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusNotFound {
				t.Errorf("%s %s is answered with %s", method, path, answer.Status)
			}
		}
	}
	if _, err := os.Stat("/proc/self/net/tcp"); err != nil {
		t.Skip("where the program listens is read from /proc, which is not here")
	}
	if at := listening(t, bot.cmd.Process.Pid); len(at) != 1 || at[0] != w.health {
		t.Errorf("it listens at %q, want %q alone", at, w.health)
	}
}

// listening are the addresses at which a process takes TCP connections.
// https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt
func listening(t *testing.T, pid int) []string {
	t.Helper()
	own := map[string]bool{}
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil || len(files) == 0 {
		t.Fatalf("the program's open files: %v", err)
	}
	for _, f := range files {
		if to, err := os.Readlink(f); err == nil && strings.HasPrefix(to, "socket:[") {
			own[strings.Trim(to, "socket:[]")] = true
		}
	}
	var at []string
	for _, table := range []string{"tcp", "tcp6"} {
		f, err := os.Open(fmt.Sprintf("/proc/%d/net/%s", pid, table))
		if err != nil {
			continue // no IPv6 here
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			column := strings.Fields(lines.Text())
			const listen = "0A"
			if len(column) < 10 || column[3] != listen || !own[column[9]] {
				continue
			}
			at = append(at, endpoint(t, column[1]))
		}
		_ = f.Close()
	}
	return at
}

// endpoint reads 0100007F:2382 as 127.0.0.1:9090.
func endpoint(t *testing.T, raw string) string {
	t.Helper()
	host, port, _ := strings.Cut(raw, ":")
	number, err := strconv.ParseUint(port, 16, 16)
	if err != nil {
		t.Fatal(err)
	}
	if ip, err := hex.DecodeString(host); err == nil && len(ip) == net.IPv4len {
		slices.Reverse(ip)
		host = net.IP(ip).String()
	}
	return net.JoinHostPort(host, strconv.FormatUint(number, 10))
}
