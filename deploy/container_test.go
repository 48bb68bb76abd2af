package deploy_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/freeaddr"
	"renewbot/bot/slacksim"
	"renewbot/deploy"
	"renewbot/yeastar/yeastarsim"
)

// confined runs a program of the image, whose root is $1, directory of the ledger $2,
// which is mounted as $3 says (rw, ro), and secrets $4. Of the mounts nothing is left when it ends: they are its own.
const confined = `set -e
root=$1 ledger=$2 as=$3 secrets=$4; shift 4
mount --bind "$root" "$root"
mount --bind "$ledger" "$root/var/lib/renewbot"
mount -o "remount,bind,$as" "$root/var/lib/renewbot"
mount --bind "$secrets" "$root/run/secrets"
mount -o remount,bind,ro "$root"
mount -o remount,bind,ro "$root/run/secrets"
exec setpriv --clear-groups --no-new-privs \
	unshare --root="$root" --wd=/var/lib/renewbot --setgid=` + imageUser + ` --setuid=` + imageUser + ` "$@"`

// run runs the program until it is ready, asks it as the health check does, and stops it.
// Without a database its ledger is a file. The directory for that is mounted as said.
func run(t *testing.T, i image, database, as string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	environment, secrets := around(t, database)
	ledger := t.TempDir()
	if err := os.MkdirAll(i.root+"/run/secrets", 0o755); err != nil {
		t.Fatal(err)
	}
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: ledger + "/notify", Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = manager.Close() }()
	uid, err := strconv.Atoi(imageUser)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{ledger, ledger + "/notify"} {
		if err := os.Chown(path, uid, uid); err != nil {
			t.Fatal(err)
		}
	}
	command := func(args ...string) *exec.Cmd {
		args = append([]string{"--mount", "--propagation", "private", "sh", "-c", confined, "sh", i.root, ledger, as, secrets}, args...)
		cmd := exec.CommandContext(ctx, "unshare", args...)
		cmd.Env = environment
		return cmd
	}
	var log strings.Builder
	bot := command(append(i.config.Entrypoint, i.config.Cmd...)...)
	bot.Env = append(bot.Env, "NOTIFY_SOCKET=/var/lib/renewbot/notify")
	bot.Stderr = &log
	if err := bot.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- bot.Wait(); _ = manager.Close() }()
	if got := hears(manager); !strings.HasPrefix(got, "READY=1\n") {
		cancel()
		<-ended
		t.Fatalf("the service manager hears %q; the log:\n%s", got, log.String())
	}
	checkProcess(t, bot.Process.Pid, as == "rw")
	if out, err := command(i.config.Healthcheck.Test[1:]...).CombinedOutput(); err != nil || string(out) != "ready\n" {
		t.Errorf("the health check: %v\n%s", err, out)
	}
	if err := bot.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if got := hears(manager); !strings.HasPrefix(got, "STOPPING=1\n") {
		t.Errorf("after SIGTERM the service manager hears %q", got)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ends with %v; the log:\n%s", err, log.String())
		}
	case <-ctx.Done():
		t.Error("it does not end after SIGTERM")
	}
	if _, err := os.Stat(ledger + "/renewbot.db"); (err == nil) != (database == "") {
		t.Errorf("the ledger in its volume: %v", err)
	}
	if out, err := command(i.config.Healthcheck.Test[1:]...).CombinedOutput(); err == nil {
		t.Errorf("the health check of a bot that has ended says %s", out)
	}
}

// overTCP makes the URL of a database one that leads there over TCP: the image does not
// see the server's socket, which is a file.
func overTCP(t *testing.T, database string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	directory := u.Query().Get("host")
	if directory == "" {
		return database // it does so already
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			go forward(from, directory+"/.s.PGSQL.5432")
		}
	}()
	u.Host, u.RawQuery = listener.Addr().String(), "sslmode=disable"
	return u.String()
}

// forward connects to a socket until either side has enough.
func forward(from net.Conn, socket string) {
	defer func() { _ = from.Close() }()
	to, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer func() { _ = to.Close() }()
	go func() {
		_, _ = io.Copy(to, from)
		_ = to.Close()
	}()
	_, _ = io.Copy(from, to)
}

// hears is what the service manager is told next; empty: nothing any more.
func hears(manager *net.UnixConn) string {
	message := make([]byte, 1024)
	n, err := manager.Read(message)
	if err != nil {
		return ""
	}
	return string(message[:n])
}

// checkProcess looks from outside at what the process may do, and whether it may write to
// the directory of the ledger.
func checkProcess(t *testing.T, pid int, writes bool) {
	t.Helper()
	proc := filepath.Join("/proc", strconv.Itoa(pid))
	status := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(content(t, proc+"/status")))
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		status[name] = strings.Join(strings.Fields(value), " ")
	}
	everyUser := strings.TrimSpace(strings.Repeat(imageUser+" ", 4)) // real, effective, saved, of files
	for name, want := range map[string]string{
		"Uid": everyUser, "Gid": everyUser, "Groups": "", "CapEff": "0000000000000000", "NoNewPrivs": "1",
	} {
		if status[name] != want {
			t.Errorf("%s of the process is %q, want %q", name, status[name], want)
		}
	}
	var want, writable []string
	if writes {
		want = []string{"/var/lib/renewbot"}
	}
	for line := range strings.Lines(content(t, proc+"/mountinfo")) {
		fields := strings.Fields(line)
		if !slices.Contains(strings.Split(fields[5], ","), "ro") {
			writable = append(writable, fields[4])
		}
	}
	if diff := cmp.Diff(want, writable); diff != "" {
		t.Errorf("it can write to (-want +got):\n%s", diff)
	}
}

// around starts both simulators, and returns the environment for a program that shall
// use them and a database, if there is one, and the directory of its secrets.
func around(t *testing.T, database string) (environment []string, secrets string) {
	t.Helper()
	slack, err := slacksim.New(deploy.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	slack.AddUser(slacksim.User{ID: "U0BOB", Name: "bob", TZ: "Europe/London"})
	slack.AddChannel(slacksim.Channel{ID: "C0AUDIT", Name: "renewals-audit", Members: []string{slack.BotUserID(), "U0BOB"}})
	if err := slack.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slack.Close() })
	vendor := yeastarsim.New()
	if err := vendor.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(vendor.Close)
	secrets = t.TempDir()
	if err := os.Chmod(secrets, 0o755); err != nil {
		t.Fatal(err)
	}
	environment = []string{
		"SLACK_API_URL=" + slack.APIURL(), "YEASTAR_BASE_URL=" + vendor.URL(), "HTTP_ADDR=" + freeaddr.New(t),
		"RENEW_APPROVERS=U0BOB", "RENEW_AUDIT_CHANNEL=C0AUDIT", "PATH=" + os.Getenv("PATH"),
	}
	for name, secret := range map[string]string{
		"SLACK_BOT_TOKEN": slack.BotToken(), "SLACK_APP_TOKEN": slack.AppToken(),
		"YEASTAR_CLIENT_ID": vendor.ClientID(), "YEASTAR_CLIENT_SECRET": vendor.ClientSecret(), "DATABASE_URL": database,
	} {
		if secret == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(secrets, name), []byte(secret+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		environment = append(environment, name+"_FILE=/run/secrets/"+name)
	}
	return environment, secrets
}
