package check

import (
	"context"
	"strings"
	"sync"
	"time"

	"renewbot/bot/config"
)

const (
	// defaultTimeout bounds the whole check.
	defaultTimeout = 45 * time.Second
	// callTimeout bounds one question to Slack or the vendor, with its repeats.
	callTimeout = 10 * time.Second
	// slowAfter is how long a look-up may take; people wait for it in front of a form.
	slowAfter = 3 * time.Second
)

// Options say what to check and how.
type Options struct {
	Config config.Config
	// Live also makes the vendor's read-only calls and lists the fields of the answers,
	// and opens a connection to Slack even while a bot is running.
	Live bool
	// Events also sends an event of the type renewbot.test.
	Events bool
	// Timeout bounds everything. Zero: 45 seconds.
	Timeout time.Duration
	// CallTimeout bounds each question to Slack or the vendor. Zero: 10 seconds.
	CallTimeout time.Duration
	// SlowAfter is the time from which on a look-up is called slow. Zero: 3 seconds.
	SlowAfter time.Duration
	// Now is this machine's clock, for tests. Nil: the real one.
	Now func() time.Time
	// EnvironmentFiles are where an environment file may be. Nil: the usual places.
	EnvironmentFiles []string
}

// checker is a check that is under way.
type checker struct {
	Options
	slack *webAPI
	bot   running
}

// Run makes all checks. It ends within the time-out, whoever does not answer.
func Run(ctx context.Context, o Options) Report {
	o.Timeout = orDefault(o.Timeout, defaultTimeout)
	o.CallTimeout = orDefault(o.CallTimeout, callTimeout)
	o.SlowAfter = orDefault(o.SlowAfter, slowAfter)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.EnvironmentFiles == nil {
		o.EnvironmentFiles = []string{".env", "/etc/renewbot/renewbot.env", "/etc/renewbot.env"}
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	c := &checker{Options: o, slack: newWebAPI(o.Config.Slack.APIURL, o.CallTimeout, o.Now)}
	defer c.slack.close()
	c.bot = c.findRunning(ctx)

	var r Report
	var answers []Answer
	parts := []func(context.Context) lines{
		c.checkSettings, c.checkSlack,
		func(ctx context.Context) lines {
			var found lines
			found, answers = c.checkVendor(ctx)
			return found
		},
		c.checkDatabase, c.checkEvents, c.checkAddress,
	}
	found := make([]lines, len(parts))
	var all sync.WaitGroup
	for i, part := range parts {
		all.Go(func() { found[i] = part(ctx) })
	}
	all.Wait()
	for _, l := range found {
		r.Results = append(r.Results, l...)
	}
	r.Answers = answers
	return r.without(secrets(o.Config))
}

func orDefault(d, byDefault time.Duration) time.Duration {
	if d <= 0 {
		return byDefault
	}
	return d
}

// BadConfiguration is the report when the settings cannot even be read. err is the
// error of config.Load.
func BadConfiguration(problems config.Problems) Report {
	var l lines
	for _, p := range problems {
		found, next, ok := strings.Cut(p.Text, "; ")
		if !ok {
			next = "Correct " + p.Variable + " in the environment; README.md lists what it may be."
		}
		l.add("settings", Problem, p.Variable+" "+found, sentence(next))
	}
	l.skip("the settings come first", "slack", "vendor", "database", "http address")
	return Report{Results: l}
}

// sentence gives a text a capital at its beginning and a full stop at its end.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// secrets are the texts that no report may hold.
func secrets(c config.Config) []string {
	var list []string
	for _, s := range []config.Secret{c.Slack.BotToken, c.Slack.AppToken, c.Yeastar.ClientID, c.Yeastar.ClientSecret, c.Events.URL, c.Events.Secret} {
		list = append(list, s.Reveal())
	}
	return append(list, password(c.DatabaseURL.Reveal()))
}

// without takes texts out of a report. None should be in it; the causes of errors come
// from many libraries, though.
func (r Report) without(texts []string) Report {
	for i := range r.Results {
		for _, text := range texts {
			if len(text) < 4 {
				continue // would cut words apart, and is no secret worth the name
			}
			r.Results[i].Found = strings.ReplaceAll(r.Results[i].Found, text, "[secret]")
			r.Results[i].Next = strings.ReplaceAll(r.Results[i].Next, text, "[secret]")
		}
	}
	return r
}
