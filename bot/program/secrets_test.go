package program

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
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
		defer w.Slack.Fail("users.info", f, slacksim.Times(1))()
		defer w.Slack.Fail("chat.postMessage", f, slacksim.Times(1), slacksim.When(func(c slacksim.Call) bool { return c.Param("thread_ts") != "" }))()
	}
	_, err := w.Slack.As(sandbox.Gina).Command(w.ctx, sandbox.Renewals, "/renew")
	w.must(err)
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

// ask makes a request as Alice, and returns its card.
func (w *secretWorld) ask(query, extensions string) slacksim.Message {
	w.t.Helper()
	p := w.Slack.As(sandbox.Alice)
	_, err := p.Command(w.ctx, sandbox.Renewals, "/renew "+query)
	w.must(err)
	form, err := p.WaitView(w.ctx, func(v slacksim.View) bool { _, ok := v.Field("Plan"); return ok })
	w.must(err)
	for label, value := range map[string]string{"Number of extensions": extensions, "Note to the approver": "Renews on Friday"} {
		if f, _ := form.Field(label); f.Value != value {
			_, err = p.Type(w.ctx, label, value)
			w.must(err)
		}
	}
	if f, _ := form.Field("Plan"); len(f.Selected) == 0 {
		_, err = p.Choose(w.ctx, "Plan", yeastarsim.TutorialPlanID)
		w.must(err)
	}
	if f, _ := form.Field("Billing contact"); len(f.Selected) == 0 {
		// The choice of the plan draws the form again, which closes a menu: then it is searched again.
		chosen := errors.New("no billing contact was offered")
		for try := 0; chosen != nil && try < 10; try++ {
			options, err := p.Search(w.ctx, "Billing contact", "")
			w.must(err)
			_, chosen = p.Choose(w.ctx, "Billing contact", options[0].Value)
		}
		w.must(chosen)
	}
	for range 2 { // the form and its review
		result, err := p.Submit(w.ctx)
		if w.must(err); len(result.Errors) > 0 || result.Failure != "" {
			w.t.Fatalf("submit: %+v", result)
		}
	}
	_, err = p.CloseView(w.ctx, true)
	w.must(err)
	var card slacksim.Message
	w.must(w.Slack.Wait(w.ctx, func(s *slacksim.Snapshot) bool {
		for _, m := range s.All(sandbox.Renewals) {
			for _, b := range m.Buttons() {
				if b == "Approve" && m.TS > w.newest { // an older card may not be drawn anew yet
					card = m
				}
			}
		}
		return card.TS != ""
	}))
	w.newest = card.TS
	return card
}

func (w *secretWorld) approve(card slacksim.Message) {
	w.t.Helper()
	_, err := w.Slack.As(sandbox.Bob).Press(w.ctx, card.Ref(), "Approve")
	w.must(err)
}

func (w *secretWorld) says(channel string, pieces ...string) {
	w.t.Helper()
	_, err := w.Slack.WaitMessage(w.ctx, channel, pieces...)
	w.must(err)
}

func (w *secretWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		log := w.shown.String()
		w.t.Fatalf("%v\n%s", err, log[max(len(log)-4000, 0):])
	}
}

// probe asks at HTTP_ADDR.
func (w *secretWorld) probe() {
	w.t.Helper()
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/loglevel", "/", "/debug/pprof/", "/debug/vars"} {
		request, err := http.NewRequestWithContext(w.ctx, http.MethodGet, "http://"+w.health+path, http.NoBody)
		w.must(err)
		answer, err := (&http.Client{Timeout: sitePatience}).Do(request)
		w.must(err)
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		w.must(err)
		_, _ = fmt.Fprintf(&w.shown, "%s: %v\n%s\n", path, answer.Header, body)
		if answer.StatusCode == http.StatusOK && strings.HasPrefix(path, "/debug/") {
			w.t.Errorf("%s is served", path)
		}
	}
}

// secrets are all of the configuration and all that came over the wire.
func (w *secretWorld) secrets() map[string]string {
	out := map[string]string{"database password": databasePassword, "verification token": "verification-canary-31b7"}
	for _, name := range []string{"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "YEASTAR_CLIENT_ID", "YEASTAR_CLIENT_SECRET"} {
		out[name] = w.env[name]
	}
	for i, token := range w.tokens {
		out[fmt.Sprint("token of the vendor, or a wrong setting ", i)] = token
	}
	named := regexp.MustCompile(`"(trigger_id|response_url|token)":"([^"]+)"`)
	ticket := regexp.MustCompile(`ticket=([0-9a-f]+)`)
	for _, e := range w.Slack.Journal() {
		for _, m := range named.FindAllSubmatch(e.Body, -1) {
			if e.Kind == slacksim.EntryEnvelope {
				out[fmt.Sprintf("%s of envelope %d", m[1], e.Seq)] = string(m[2])
			}
		}
		if m := ticket.FindSubmatch(e.Answer); m != nil && e.Name == "apps.connections.open" {
			out[fmt.Sprint("ticket ", e.Seq)] = string(m[1])
		}
	}
	return out
}

// look searches all that was shown.
func (w *secretWorld) look() {
	w.t.Helper()
	secrets := w.secrets()
	kinds := map[string]int{}
	for name := range secrets {
		kinds[strings.Fields(name)[0]]++
	}
	for _, kind := range []string{"token", "trigger_id", "response_url", "ticket", "database", "SLACK_BOT_TOKEN"} {
		if kinds[kind] == 0 {
			w.t.Errorf("the journey had no %s", kind)
		}
	}
	shown := map[string]string{"the program": w.shown.String()}
	for _, e := range w.Slack.Journal() {
		where := fmt.Sprintf("%s %s %d", e.Kind, e.Name, e.Seq)
		switch {
		case e.Kind == slacksim.EntryCall:
			for _, param := range []string{"text", "blocks", "view", "attachments", "metadata", "errors"} {
				shown[where+" "+param] = e.Param(param)
			}
		case e.Incoming:
			shown[where] = string(e.Body)
		}
	}
	if len(shown) < 100 || !strings.Contains(shown["the program"], "renewbot_") || !strings.Contains(shown["the program"], "DEBUG") {
		w.t.Errorf("%d places are too few, or the log or the metrics are not among them", len(shown))
	}
	for _, found := range leaks(shown, secrets) {
		w.t.Error(found)
	}
}

// leaks says where a secret is shown: as it is, its end, or as URLs, JSON and basic
// authentication write it.
func leaks(shown, secrets map[string]string) (found []string) {
	for name, secret := range secrets {
		quoted, _ := json.Marshal(secret)
		forms := []string{
			secret, url.QueryEscape(secret), strings.Trim(string(quoted), `"`),
			base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		}
		if len(secret) > 24 && !strings.Contains(secret, " ") {
			forms = append(forms, secret[len(secret)-16:])
		}
		for where, text := range shown {
			for _, form := range forms {
				if i := strings.Index(text, form); i >= 0 {
					found = append(found, fmt.Sprintf("%s shows the %s: …%s…", where, name, text[max(i-80, 0):min(i+len(form)+20, len(text))]))
					break
				}
			}
		}
	}
	return found
}

func TestLeaksAreFound(t *testing.T) {
	t.Parallel()
	const secret = "xoxb-1234567890-0987654321-a&b<c>d/e+f"
	secrets := map[string]string{"bot token": secret}
	quoted, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"as it is": "error: " + secret + " is wrong", "in a URL": "?token=" + url.QueryEscape(secret), "in JSON": string(quoted),
		"in a header": "Basic " + base64.StdEncoding.EncodeToString([]byte(secret)), "its end": "…" + secret[len(secret)-18:],
	} {
		if found := leaks(map[string]string{"log": text}, secrets); len(found) != 1 {
			t.Errorf("%s: %q", name, found)
		}
	}
	if found := leaks(map[string]string{"log": "xoxb-[secret]"}, secrets); len(found) != 0 {
		t.Errorf("found %q", found)
	}
}
