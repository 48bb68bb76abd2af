package program

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"renewbot/bot/freeaddr"
	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// TestNoSecretIsShown plays whole renewals with the real program, everything that can go
// wrong among them, and looks for every secret in everything that the program shows: its
// log at debug level, what it prints, its answers at HTTP_ADDR, and all that it sends to
// Slack to be read.
func TestNoSecretIsShown(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		format   string
		database func(t *testing.T) string
	}{
		"json on SQLite": {"json", func(t *testing.T) string { t.Helper(); return "sqlite://" + filepath.Join(t.TempDir(), "ledger.db") }},
		"text on PostgreSQL": {"text", func(t *testing.T) string {
			t.Helper()
			u, err := url.Parse(pgtest.Database(t))
			if err != nil {
				t.Fatal(err)
			}
			u.User = url.UserPassword(u.User.Username(), databasePassword) // the server asks for none
			return u.String()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newSecretWorld(t, tc.format, tc.database(t))
			w.journey()
			w.starts()
			w.commands()
			w.look()
			if n := w.events.Load(); n < 2 {
				t.Errorf("events were sent %d times", n)
			}
		})
	}
}

const databasePassword = "pw-canary-6f1d2c9b"

// secretWorld is everything around the program, and what it has shown.
type secretWorld struct {
	*sandbox.World
	t      *testing.T
	ctx    context.Context
	env    map[string]string
	binary string
	health string
	shown  writer
	newest string       // ts of the last card
	events atomic.Int64 // that were sent

	mu     sync.Mutex
	tokens []string // that the vendor gave, and others that must not be shown
}

func newSecretWorld(t *testing.T, format, databaseURL string) *secretWorld {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*sitePatience)
	t.Cleanup(cancel)
	world, err := sandbox.Start(ctx, sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	if err := world.StopBot(); err != nil { // the program takes its place
		t.Fatal(err)
	}
	w := &secretWorld{World: world, t: t, ctx: ctx, health: freeaddr.New(t)}
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w.binary = filepath.Join(t.TempDir(), "renewbot") // by this name the test binary is the program
	if err := os.Symlink(executable, w.binary); err != nil {
		t.Fatal(err)
	}
	place := world.Place()
	w.env = map[string]string{
		"SLACK_API_URL": place.SlackURL, "SLACK_BOT_TOKEN": place.BotToken, "SLACK_APP_TOKEN": place.AppToken,
		"YEASTAR_BASE_URL": w.tokenTap(place.VendorURL), "YEASTAR_CLIENT_ID": place.ClientID, "YEASTAR_CLIENT_SECRET": place.ClientSecret,
		"RENEW_APPROVERS": sandbox.Bob + "," + sandbox.Approval, "RENEW_AUDIT_CHANNEL": sandbox.Audit, "DATABASE_URL": databaseURL,
		"HTTP_ADDR": w.health, "LOG_LEVEL": "debug", "LOG_FORMAT": format, "PATH": os.Getenv("PATH"), "HOME": t.TempDir(),
	}
	w.receiver()
	return w
}

// tokenTap stands before the vendor and keeps the tokens that it gives.
func (w *secretWorld) tokenTap(upstream string) string {
	target, err := url.Parse(upstream)
	if err != nil {
		w.t.Fatal(err)
	}
	token := regexp.MustCompile(`"(?:token|refreshToken)":"([^"]+)"`)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = &http.Transport{DisableKeepAlives: true}
	proxy.ErrorHandler = func(rw http.ResponseWriter, _ *http.Request, _ error) { cut(rw) }
	proxy.ModifyResponse = func(r *http.Response) error {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		for _, m := range token.FindAllSubmatch(body, -1) {
			w.secret(string(m[1]))
		}
		return nil
	}
	server := httptest.NewServer(proxy)
	w.t.Cleanup(server.Close)
	return server.URL
}

// secret keeps one more text that must not be shown.
func (w *secretWorld) secret(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tokens = append(w.tokens, text)
}

// program starts a subcommand, or the bot itself, with some of the environment changed.
func (w *secretWorld) program(change map[string]string, args ...string) *process {
	w.t.Helper()
	env := maps.Clone(w.env)
	maps.Copy(env, change)
	cmd := exec.CommandContext(w.ctx, w.binary, args...)
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stdout, cmd.Stderr, cmd.Dir = &w.shown, &w.shown, w.t.TempDir()
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	p := &process{cmd: cmd, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.ended)
	}()
	w.t.Cleanup(p.kill)
	return p
}

// journey plays renewals that go well, and those that do not.
func (w *secretWorld) journey() {
	w.t.Helper()
	bot := w.program(nil)
	w.must(w.Slack.WaitSockets(w.ctx, 2))
	w.probe()

	w.approve(w.ask("acme telecom", "50"))
	w.says(sandbox.Renewals, "XS")

	w.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Refuse("insufficient_credit", "The credit line does not cover this order.").Times(1))
	w.approve(w.ask("northwind", "80"))
	w.says(sandbox.Audit, "order.refused")

	w.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Unauthorized().Times(1))
	w.approve(w.ask("helios", "170"))
	w.says(sandbox.Audit, "RNW-000003", "order.placed") // with a new token

	for n, lost := range []struct {
		fault             yeastarsim.Fault
		query, extensions string
	}{
		{yeastarsim.Reset().After(), "fjordline", "310"}, {yeastarsim.BrokenJSON().After(), "mueller", "160"}, {yeastarsim.HTMLPage().After(), "zolw", "440"},
	} {
		w.Vendor.Fault(yeastarsim.OrderSave, lost.fault.Times(1))
		w.approve(w.ask(lost.query, lost.extensions))
		w.says(sandbox.Audit, fmt.Sprintf("RNW-%06d", n+4), "order.unknown")
	}
	w.says(sandbox.Audit, "order.paused") // three of unknown fate
	_, err := w.Slack.As(sandbox.Bob).Command(w.ctx, sandbox.Renewals, "/renew resume")
	w.must(err)
	w.says(sandbox.Audit, "order.resumed")
	w.probe()
	w.slackFails()
	w.vendorFails()
	w.unreadable()

	w.Slack.DropConnections()
	w.must(w.Slack.WaitSockets(w.ctx, 2))
	w.Slack.Disconnect(slacksim.ReasonRefresh)
	w.must(w.Slack.WaitSockets(w.ctx, 2))
	w.probe()
	w.must(bot.cmd.Process.Signal(syscall.SIGTERM))
	<-bot.ended
}

// slackFails lets each way of telling somebody something fail, and each way of posting.
func (w *secretWorld) slackFails() {
	w.t.Helper()
	faults := []slacksim.Fault{
		{Kind: slacksim.FaultBrokenJSON}, {Kind: slacksim.FaultHTML}, {Kind: slacksim.FaultNotOK}, {Kind: slacksim.FaultReset},
		{Kind: slacksim.FaultStatus, Status: 502}, {Kind: slacksim.FaultError, Error: "invalid_blocks"},
	}
	card := w.ask("obrien", "30")
	alice := w.Slack.As(sandbox.Alice)
	var free []func()
	for _, f := range faults {
		journal := w.Slack.Journal()
		before := journal[len(journal)-1].Seq
		for _, method := range []string{"chat.postEphemeral", slacksim.HookMethod, "views.open"} {
			defer w.Slack.Fail(method, f, slacksim.Times(1))()
		}
		// She may not. Every way to tell her so fails, and the log tells of all of them.
		defer w.Slack.Fail("chat.postMessage", f, slacksim.Times(1), slacksim.When(func(c slacksim.Call) bool { return c.Param("channel") == sandbox.Alice }))()
		_, err := alice.Press(w.ctx, card.Ref(), "Approve")
		w.must(err)
		_, err = w.Slack.WaitJournal(w.ctx, func(e slacksim.Entry) bool { return e.Kind == slacksim.EntryHook && e.Seq > before })
		w.must(err)
		_, err = alice.Command(w.ctx, sandbox.Renewals, "/renew northwind")
		w.must(err)
		defer w.Slack.Fail("chat.update", f, slacksim.Times(1))()
		free = append(free, w.Slack.Fail("users.info", f, slacksim.Times(1)))
		defer w.Slack.Fail("chat.postMessage", f, slacksim.Times(1), slacksim.When(func(c slacksim.Call) bool { return c.Param("thread_ts") != "" }))()
	}
	_, err := w.Slack.As(sandbox.Gina).Command(w.ctx, sandbox.Renewals, "/renew")
	w.must(err)
	for _, end := range free { // else it depends on the time whether Bob is known
		end()
	}
	w.approve(card)
	w.says(sandbox.Audit, "RNW-000007", "order.placed")
}

// vendorFails has a vendor that takes neither the token nor, of another program, the
// credentials.
func (w *secretWorld) vendorFails() {
	w.t.Helper()
	card := w.ask("orot", "370")
	w.Vendor.RevokeTokens()
	logins := w.Vendor.Calls(yeastarsim.Token)
	w.approve(card)
	w.must(w.Vendor.WaitCalls(w.ctx, yeastarsim.Token, logins+1)) // the job's, or a look-up's
	logins = w.Vendor.Calls(yeastarsim.Token)
	other := w.program(map[string]string{"YEASTAR_CLIENT_SECRET": "secret-canary-5a80", "DATABASE_URL": "sqlite:x.db", "HTTP_ADDR": ""})
	w.secret("secret-canary-5a80")
	w.must(w.Vendor.WaitCalls(w.ctx, yeastarsim.Token, logins+1))
	w.must(other.cmd.Process.Signal(syscall.SIGTERM))
	<-other.ended
	w.probe()
}

// unreadable sends envelopes that cannot be read, with the secrets that envelopes have.
func (w *secretWorld) unreadable() {
	w.t.Helper()
	force := w.Slack.As(sandbox.Alice).Force()
	for _, kind := range []string{"slash_commands", "interactive", "events_api", "unheard_of"} {
		payload := force.Interaction("block_actions")
		payload["type"], payload["user_id"], payload["event"], payload["token"] = 7, []int{1}, "?", "verification-canary-31b7"
		if _, err := force.Send(w.ctx, kind, kind, false, payload); err != nil && !strings.Contains(err.Error(), "ended") {
			w.t.Error(err)
		}
	}
}

// starts starts the program with what it must refuse.
func (w *secretWorld) starts() {
	w.t.Helper()
	wrong := map[string]string{
		"SLACK_BOT_TOKEN": "xoxb-canary-70cd5e2a", "SLACK_APP_TOKEN": "xapp-1-canary-92ab1f04", "LOG_LEVEL": "canary-0e5d7a31",
		"DATABASE_URL": "postgres://renewbot:" + databasePassword + "@127.0.0.1:1/renewbot",
	}
	wrong["RENEW_EVENTS_SECRET"], wrong["RENEW_EVENTS_URL"] = "whsec_events-canary-wrong-3e", "ftp://events-canary-wrong-4f.example/hook"
	for name, value := range wrong {
		bot := w.program(map[string]string{name: value, "DATABASE_URL": cmpOr(name == "DATABASE_URL", value, "sqlite:x.db"), "HTTP_ADDR": ""})
		<-bot.ended
		if bot.cmd.ProcessState.Success() {
			w.t.Errorf("the program took %s=%s", name, value)
		}
		w.secret(value)
	}
	// All that is wrong with a configuration is told, and none of it shown.
	bad := maps.Clone(wrong)
	bad["YEASTAR_CLIENT_SECRET"], bad["YEASTAR_BASE_URL"] = `"quoted-canary-18c4"`, "https://user:"+databasePassword+"@example.org"
	bad["SLACK_BOT_TOKEN"], bad["SLACK_APP_TOKEN"] = wrong["SLACK_APP_TOKEN"], wrong["SLACK_BOT_TOKEN"]
	bad["DATABASE_URL"] = "postgres://renewbot:" + databasePassword + "@[::1/renewbot"
	<-w.program(bad).ended
	w.secret("quoted-canary-18c4")
}

func cmpOr(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// commands runs every other command; whether it goes well is not looked at here.
func (w *secretWorld) commands() {
	w.t.Helper()
	for _, line := range []string{
		"help", "version", "no-such-command", "check", "check -json", "check -live", "audit show RNW-000001", "audit verify",
		"audit verify -channel", "audit export", "audit export -format json",
	} {
		<-w.program(nil, strings.Fields(line)...).ended
	}
}
