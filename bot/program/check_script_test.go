package program

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

var update = flag.Bool("update", false, "rewrite what the scripts of check want to read")

// varying is what no two runs have alike, and what stands for it in the scripts.
var varying = []struct {
	found *regexp.Regexp
	shown string
}{
	{regexp.MustCompile(`has \d+ [MG]B left`), "has SPACE left"},
	{regexp.MustCompile(`request id [0-9a-f]+`), "request id ID"},
}

// TestCheckScripts runs check as people do; testdata/script/check is its documentation.
// Each script has a Slack and a portal of its own, and an environment in which all is right.
func TestCheckScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script/check", RequireExplicitExec: true, RequireUniqueNames: true, UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			s := newSite(e.T().(testing.TB), slacksim.WithSeed(1))
			e.Values[siteKey{}] = s
			for name, value := range s.env {
				if name != "PATH" && name != "HOME" {
					e.Setenv(name, value)
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"report": report, "bare": bare, "exits": exits, "receiver": receiver},
	})
}

// report runs renewbot check, wants an exit code, and keeps what it printed, with names for
// what varies: report 0 found.txt -live.
func report(ts *testscript.TestScript, _ bool, args []string) {
	exits(ts, false, append([]string{args[0], "renewbot", "check"}, args[2:]...))
	text := ts.ReadFile("stdout")
	for _, v := range varying {
		text = v.found.ReplaceAllString(text, v.shown)
	}
	for _, name := range []string{"WORK", "HTTP_ADDR"} {
		if value := ts.Getenv(name); value != "" {
			text = strings.ReplaceAll(text, value, "$"+name)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// bare lets the portal's answers hold only what is documented by name.
func bare(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Value(siteKey{}).(*site).vendor.Switch(yeastarsim.Bare)
}

// receiver starts who gets events and answers with a status, and sets RENEW_EVENTS_URL:
// receiver 204.
func receiver(ts *testscript.TestScript, _ bool, args []string) {
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	ts.Defer(s.Close)
	ts.Setenv("RENEW_EVENTS_URL", s.URL+"/hook")
	ts.Setenv("RECEIVER", strings.TrimPrefix(s.URL, "http://"))
}

// siteKey is the key of a script's site.
type siteKey struct{}
