package program

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

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
