package deploy_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/json"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/slacksim"
	"renewbot/deploy"
	"renewbot/yeastar/yeastarsim"
)

// TestImage builds the last stage of the Dockerfile with buildah and runs what is in it:
// as the image's user, in its root, which is read-only, without privileges. The first
// stage needs an image from a registry, so its program and files come from here.
func TestImage(t *testing.T) {
	t.Parallel()
	buildah := tool(t, "buildah", "buildah")
	for _, name := range []string{"unshare", "setpriv"} {
		tool(t, name, "util-linux")
	}
	if os.Getuid() != 0 {
		t.Skip("only root can build an image with files of other users, and make its root read-only")
	}
	image := builtImage(t, buildah)
	checkImage(t, image)
	run(t, image)
}

// image is a built image.
type image struct {
	root   string // its files
	config struct {
		User, WorkingDir, StopSignal string
		Entrypoint, Cmd, Env         []string
		Volumes                      map[string]struct{}
		Healthcheck                  struct{ Test []string }
	}
}

func builtImage(t *testing.T, buildah string) image {
	t.Helper()
	store, stage := t.TempDir(), t.TempDir()
	command := func(args ...string) string {
		t.Helper()
		args = append([]string{"--root", filepath.Join(store, "root"), "--runroot", filepath.Join(store, "run"), "--storage-driver", "vfs"}, args...)
		cmd := exec.CommandContext(t.Context(), buildah, args...)
		var problems strings.Builder
		cmd.Stderr = &problems
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("buildah %v: %v\n%s%s", args, err, out, problems.String())
		}
		return strings.TrimSpace(string(out))
	}
	// What the first stage leaves in /image.
	if err := os.MkdirAll(filepath.Join(stage, "image"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(program(t), filepath.Join(stage, "image", "renewbot")); err != nil {
		t.Fatal(err)
	}
	step := regexp.MustCompile(`(?s)RUN (install .*?[^\\])\n`).FindStringSubmatch(content(t, "Dockerfile"))
	if step == nil {
		t.Fatal("the Dockerfile has no step that lays out the image")
	}
	layout := exec.CommandContext(t.Context(), "sh", "-ec", strings.ReplaceAll(step[1], "/image/", stage+"/image/"))
	if out, err := layout.CombinedOutput(); err != nil {
		t.Fatalf("lay out the image: %v\n%s", err, out)
	}
	command("build", "--quiet", "--pull-never", "--format", "docker", "--isolation", "chroot",
		"--build-context", "build="+stage, "--file", "Dockerfile", "--tag", "renewbot", t.TempDir())
	var told struct {
		Docker struct{ Config json.RawMessage }
	}
	if err := json.Unmarshal([]byte(command("inspect", "--type", "image", "renewbot")), &told); err != nil {
		t.Fatal(err)
	}
	var i image
	if err := json.Unmarshal(told.Docker.Config, &i.config); err != nil {
		t.Fatal(err)
	}
	i.root = command("mount", command("from", "--pull-never", "renewbot"))
	return i
}

func checkImage(t *testing.T, i image) {
	t.Helper()
	c := i.config
	if c.User != imageUser+":"+imageUser || c.WorkingDir != "/var/lib/renewbot" || c.StopSignal != "SIGTERM" {
		t.Errorf("user %s in %s, stopped by %s", c.User, c.WorkingDir, c.StopSignal)
	}
	if _, ok := c.Volumes["/var/lib/renewbot"]; !ok {
		t.Errorf("volumes: %v", c.Volumes)
	}
	if diff := cmp.Diff([]string{"CMD", "/renewbot", "healthy"}, c.Healthcheck.Test); diff != "" {
		t.Errorf("health check (-want +got):\n%s", diff)
	}
	for _, e := range c.Env {
		if !strings.HasPrefix(e, "PATH=") {
			t.Errorf("the image sets %s, which no file may then set", e)
		}
	}
	var files []string
	err := filepath.WalkDir(i.root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, strings.TrimPrefix(path, i.root))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"/etc/group", "/etc/passwd", "/etc/ssl/certs/ca-certificates.crt", "/renewbot"}, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if !x509.NewCertPool().AppendCertsFromPEM([]byte(content(t, i.root+"/etc/ssl/certs/ca-certificates.crt"))) {
		t.Error("there are no certificates")
	}
}

// confined runs a program of the image, whose root is $1, ledger $2 and secrets $3. Of
// the mounts nothing is left when it ends: they are its own.
const confined = `set -e
root=$1 ledger=$2 secrets=$3; shift 3
mount --bind "$root" "$root"
mount --bind "$ledger" "$root/var/lib/renewbot"
mount --bind "$secrets" "$root/run/secrets"
mount -o remount,bind,ro "$root"
mount -o remount,bind,ro "$root/run/secrets"
exec setpriv --clear-groups --no-new-privs \
	unshare --root="$root" --wd=/var/lib/renewbot --setgid=` + imageUser + ` --setuid=` + imageUser + ` "$@"`

// run runs the program until it is ready, asks it as the health check does, and stops it.
func run(t *testing.T, i image) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	environment, secrets := around(t)
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
		args = append([]string{"--mount", "--propagation", "private", "sh", "-c", confined, "sh", i.root, ledger, secrets}, args...)
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
	checkProcess(t, bot.Process.Pid)
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
	case <-time.After(stopsWithin):
		t.Errorf("it has not ended %v after SIGTERM", stopsWithin)
	}
	if _, err := os.Stat(ledger + "/renewbot.db"); err != nil {
		t.Errorf("the ledger is not in its volume: %v", err)
	}
	if out, err := command(i.config.Healthcheck.Test[1:]...).CombinedOutput(); err == nil {
		t.Errorf("the health check of a bot that has ended says %s", out)
	}
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

// checkProcess looks from outside at what the process may do.
func checkProcess(t *testing.T, pid int) {
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
	var writable []string
	for line := range strings.Lines(content(t, proc+"/mountinfo")) {
		fields := strings.Fields(line)
		if !slices.Contains(strings.Split(fields[5], ","), "ro") {
			writable = append(writable, fields[4])
		}
	}
	if diff := cmp.Diff([]string{"/var/lib/renewbot"}, writable); diff != "" {
		t.Errorf("it can write to (-want +got):\n%s", diff)
	}
}

// around starts both simulators, and returns the environment for a program that shall
// use them and the directory of its secrets.
func around(t *testing.T) (environment []string, secrets string) {
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
	listener, err := net.Listen("tcp", "127.0.0.1:0") // finds a port that is free
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	secrets = t.TempDir()
	if err := os.Chmod(secrets, 0o755); err != nil {
		t.Fatal(err)
	}
	environment = []string{
		"SLACK_API_URL=" + slack.APIURL(), "YEASTAR_BASE_URL=" + vendor.URL(), "HTTP_ADDR=" + addr,
		"RENEW_APPROVERS=U0BOB", "RENEW_AUDIT_CHANNEL=C0AUDIT", "PATH=" + os.Getenv("PATH"),
	}
	for name, secret := range map[string]string{
		"SLACK_BOT_TOKEN": slack.BotToken(), "SLACK_APP_TOKEN": slack.AppToken(),
		"YEASTAR_CLIENT_ID": vendor.ClientID(), "YEASTAR_CLIENT_SECRET": vendor.ClientSecret(),
	} {
		if err := os.WriteFile(filepath.Join(secrets, name), []byte(secret+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		environment = append(environment, name+"_FILE=/run/secrets/"+name)
	}
	return environment, secrets
}
