package program

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"renewbot/bot/check"
	"renewbot/bot/freeaddr"
	"renewbot/bot/slacksim"
	"renewbot/deploy"
	"renewbot/yeastar/yeastarsim"
)

// The people, groups and channels of the tests of check, beside those of the crash tests.
const (
	carol  = "U0CAROL" // approves as a member of the group
	guests = "U0GUEST"
	group  = "S0APPROVERS"
	lounge = "C0LOUNGE" // the bot is not in it
)

// sitePatience bounds whatever a test of a site waits for.
const sitePatience = 3 * time.Minute

// site is an installation: a directory, an environment, a Slack and a portal, in which
// the program itself runs as processes of its own.
type site struct {
	t      testing.TB
	slack  *slacksim.Workspace
	vendor *yeastarsim.Server
	dir    string
	env    map[string]string
	limit  string // commands of the shell that come before the program
}

// newSite makes an installation in which everything is right.
func newSite(t testing.TB, options ...slacksim.WorkspaceOption) *site {
	t.Helper()
	s := &site{t: t, slack: newWorkspace(t, options...), vendor: yeastarsim.New(), dir: t.TempDir()}
	if err := s.vendor.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.vendor.Close)
	s.env = map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": s.dir, "TZ": "UTC",
		"SLACK_API_URL": s.slack.APIURL(), "SLACK_BOT_TOKEN": s.slack.BotToken(), "SLACK_APP_TOKEN": s.slack.AppToken(),
		"YEASTAR_BASE_URL": s.vendor.URL(), "YEASTAR_CLIENT_ID": s.vendor.ClientID(), "YEASTAR_CLIENT_SECRET": s.vendor.ClientSecret(),
		"RENEW_APPROVERS": bob + "," + group, "RENEW_CHANNELS": renewals, "RENEW_AUDIT_CHANNEL": auditChannel,
		"DATABASE_URL": "sqlite:renewbot.db", "HTTP_ADDR": freeaddr.New(t), "LOG_FORMAT": "text",
	}
	return s
}

func newWorkspace(t testing.TB, options ...slacksim.WorkspaceOption) *slacksim.Workspace {
	t.Helper()
	w, err := slacksim.New(deploy.Manifest, options...)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range []slacksim.User{
		{ID: alice, Name: "alice"}, {ID: bob, Name: "bob"}, {ID: carol, Name: "carol"}, {ID: guests, Name: "gina", Restricted: true},
	} {
		w.AddUser(u)
	}
	w.AddUserGroup(slacksim.UserGroup{ID: group, Handle: "approvers", Members: []string{carol}})
	self := w.BotUserID()
	w.AddChannel(slacksim.Channel{ID: renewals, Name: "renewals", Members: []string{self, alice, bob, carol}})
	w.AddChannel(slacksim.Channel{ID: auditChannel, Name: "renewals-audit", Members: []string{self, bob}})
	w.AddChannel(slacksim.Channel{ID: lounge, Name: "lounge", Members: []string{alice, bob}})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// command is the program with this environment.
func (s *site) command(args ...string) *exec.Cmd {
	s.t.Helper()
	renewbot, err := exec.LookPath("renewbot") // testscript puts it there
	if err != nil {
		s.t.Fatal(err)
	}
	name := renewbot
	if s.limit != "" {
		name, args = "/bin/sh", append([]string{"-c", s.limit + `; exec "$0" "$@"`, renewbot}, args...)
	}
	cmd := exec.CommandContext(s.t.Context(), name, args...)
	cmd.Dir = s.dir
	for _, k := range slices.Sorted(maps.Keys(s.env)) {
		cmd.Env = append(cmd.Env, k+"="+s.env[k])
	}
	return cmd
}

// checked is what one run of check gave.
type checked struct {
	Status  string         `json:"status"`
	Exit    int            `json:"exit"`
	Results []check.Result `json:"results"`
	Answers []check.Answer `json:"answers"`
	raw     string
}

// check runs renewbot check and returns its report.
func (s *site) check(args ...string) checked {
	s.t.Helper()
	var out, failed bytes.Buffer
	cmd := s.command(append([]string{"check", "-json"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &failed
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatalf("renewbot check: %v", err)
	}
	var c checked
	if err := json.Unmarshal(out.Bytes(), &c); err != nil {
		s.t.Fatalf("renewbot check -json: %v\n%s\n%s", err, out.String(), failed.String())
	}
	c.raw = out.String()
	if code := cmd.ProcessState.ExitCode(); code != c.Exit {
		s.t.Errorf("renewbot check ends with %d and tells %d", code, c.Exit)
	}
	return c
}

// lines are the lines of a check.
func (c checked) lines(name string) []check.Result {
	var found []check.Result
	for _, r := range c.Results {
		if r.Check == name {
			found = append(found, r)
		}
	}
	return found
}

// server is a running "renewbot run".
type server struct {
	*process
	s   *site
	log *writer
}

// start starts the bot.
func (s *site) start() *server {
	s.t.Helper()
	b := &server{process: &process{cmd: s.command("run"), ended: make(chan struct{})}, s: s, log: &writer{}}
	b.cmd.Stdout, b.cmd.Stderr = b.log, b.log
	if err := b.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		_ = b.cmd.Wait()
		close(b.ended)
	}()
	s.t.Cleanup(func() {
		b.kill() // how it ends is tested elsewhere
		if s.t.Failed() {
			s.t.Logf("the log of the bot:\n%s", b.log.String())
		}
	})
	return b
}

// wait waits for a condition while the bot runs, and says what was waited for if it does
// not come.
func (b *server) wait(what string, done func() bool) {
	b.s.t.Helper()
	ctx, cancel := context.WithTimeout(b.s.t.Context(), sitePatience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !done() {
		select {
		case <-again.C:
		case <-ctx.Done():
			b.s.t.Fatalf("%s: it never was; the log:\n%s", what, b.log.String())
		}
	}
}

// ready asks /readyz; status 0: nobody answers.
func (s *site) ready() (status int, text string) {
	answer, err := http.Get("http://" + s.env["HTTP_ADDR"] + "/readyz") //nolint:forbidigo // a test's own server
	if err != nil {
		return 0, ""
	}
	defer answer.Body.Close()
	raw, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(raw)
}

// running starts the bot and waits until it is ready.
func (s *site) running() *server {
	s.t.Helper()
	b := s.start()
	b.wait("ready", func() bool { status, _ := s.ready(); return status == http.StatusOK })
	return b
}

// path is a file of the site.
func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

// write makes a file of the site.
func (s *site) write(name, content string, mode os.FileMode) string {
	s.t.Helper()
	path := s.path(name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		s.t.Fatal(err)
	}
	return path
}

// relay stands before a server and lets change alter the header of each answer.
func relay(t testing.TB, upstream string, change func(r *http.Request, answer http.Header)) string {
	t.Helper()
	target, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: target.Scheme, Host: target.Host}) },
		ModifyResponse: func(a *http.Response) error { change(a.Request, a.Header); return nil },
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL + target.Path
}

// fork stands before two servers: one path leads to the other one.
func fork(t testing.TB, upstream, path, other string) string {
	t.Helper()
	one, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	two, err := url.Parse(other)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		to := one
		if r.In.URL.Path == path {
			to = two
		}
		r.SetURL(&url.URL{Scheme: to.Scheme, Host: to.Host})
	}})
	t.Cleanup(server.Close)
	return server.URL
}
