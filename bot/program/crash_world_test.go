package program

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"renewbot/bot/ledger"
	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/renewal"
	"renewbot/bot/slacksim"
	"renewbot/deploy"
	"renewbot/yeastar/yeastarsim"
)

// The people and channels of the crash tests.
const (
	alice        = "U0ALICE" // has asked for the renewal
	bob          = "U0BOB"   // approves it
	gone         = "U0GONE"  // has approved it, and has left since
	dave         = "U0DAVE"  // is Bob's deputy
	renewals     = "C0RENEWALS"
	auditChannel = "C0AUDIT"
)

var crashPolicy = renewal.Policy{
	Required: 1, PONumber: renewal.PONumberReference, RemindAfter: 4 * 3600e9, ExpireAfter: 72 * 3600e9,
}

// engine is a kind of database, with a ledger for each story, of which nothing is in Slack
// yet.
type engine struct {
	name string
	// copy makes a copy of a story's ledger and returns its URL.
	copy func(t *testing.T, s story) string
	// open connects to it beside the program, which must not be disturbed.
	open func(databaseURL string) (*sql.DB, error)
}

func sqliteEngine(t *testing.T) engine {
	t.Helper()
	directory := t.TempDir() // that of a run has characters in its name that no URL may have
	originals := map[story]string{}
	for i, s := range stories {
		originals[s] = filepath.Join(directory, fmt.Sprint("original", i, ".db"))
		seed(t, s, "sqlite://"+originals[s])
	}
	var copies atomic.Int64
	return engine{
		name: "sqlite",
		copy: func(t *testing.T, s story) string {
			t.Helper()
			raw, err := os.ReadFile(originals[s])
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(directory, fmt.Sprint(copies.Add(1), ".db"))
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			return "sqlite://" + path
		},
		open: func(databaseURL string) (*sql.DB, error) {
			return sql.Open("sqlite", "file:"+strings.TrimPrefix(databaseURL, "sqlite://")+"?mode=ro&_pragma=busy_timeout(10000)")
		},
	}
}

func postgresEngine(t *testing.T) engine {
	t.Helper()
	originals := map[story]string{}
	for _, s := range stories {
		originals[s] = pgtest.Database(t)
		seed(t, s, originals[s])
	}
	return engine{
		name: "postgres",
		copy: func(t *testing.T, s story) string { t.Helper(); return pgtest.Copy(t, originals[s]) },
		open: func(databaseURL string) (*sql.DB, error) { return sql.Open("pgx", databaseURL) },
	}
}

// crashWorld is everything around the program of one run.
type crashWorld struct {
	t      *testing.T
	story  story
	slack  *slacksim.Workspace
	vendor *yeastarsim.Server
	url    string  // of the database
	jobs   *sql.DB // reads River's table
	reader *ledger.Ledger
	env    []string
	log    writer

	approving atomic.Bool // the approval was clicked: requests to the vendor are about the order

	mu     sync.Mutex
	child  *process
	http   *points  // what the present child passes at the taps
	points []string // all that the present child passed
}

func newCrashWorld(t *testing.T, e engine, s story) *crashWorld {
	t.Helper()
	w := &crashWorld{t: t, story: s, url: e.copy(t, s), vendor: yeastarsim.New(), http: &points{}}
	switch s {
	case batched:
		w.vendor = yeastarsim.New(batchWorld())
	case moved:
		w.vendor.Switch(yeastarsim.Generous)
	}
	slack, err := slacksim.New(deploy.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	w.slack = slack
	slack.AddUser(slacksim.User{ID: alice, Name: "alice", TZ: "Europe/Berlin"})
	slack.AddUser(slacksim.User{ID: bob, Name: "bob", TZ: "Europe/London"})
	slack.AddUser(slacksim.User{ID: dave, Name: "dave", TZ: "Europe/Madrid"})
	slack.AddUser(slacksim.User{ID: gone, Name: "gone", Deleted: true})
	slack.AddChannel(slacksim.Channel{ID: renewals, Name: "renewals", Members: []string{slack.BotUserID(), alice, bob, dave}})
	slack.AddChannel(slacksim.Channel{ID: auditChannel, Name: "renewals-audit", Members: []string{slack.BotUserID(), bob}})
	if err := slack.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slack.Close() })
	if err := w.vendor.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.vendor.Close)
	if s == stopped { // what is approved waits for the portal
		w.vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503))
	}
	pass := func(name string, after bool) bool {
		w.mu.Lock()
		p := w.http
		w.mu.Unlock()
		return p.pass(name, after)
	}
	w.env = []string{
		"SLACK_API_URL=" + tap(t, slack.APIURL(), slackPoint, pass) + "/",
		"SLACK_BOT_TOKEN=" + slack.BotToken(), "SLACK_APP_TOKEN=" + slack.AppToken(),
		"YEASTAR_BASE_URL=" + tap(t, w.vendor.URL(), w.vendorPoint, pass),
		"YEASTAR_CLIENT_ID=" + w.vendor.ClientID(), "YEASTAR_CLIENT_SECRET=" + w.vendor.ClientSecret(),
		"RENEW_APPROVERS=" + bob, "RENEW_AUDIT_CHANNEL=" + auditChannel,
		"DATABASE_URL=" + w.url, "HTTP_ADDR=", "LOG_FORMAT=text",
	}
	if w.jobs, err = e.open(w.url); err != nil {
		t.Fatal(err)
	}
	w.jobs.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = w.jobs.Close() })
	if w.reader, err = ledger.Open(t.Context(), w.url, ledger.Options{Policy: crashPolicy, ReadOnly: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.reader.Close() })
	return w
}

// vendorPoint names the requests that place the order.
func (w *crashWorld) vendorPoint(r *http.Request, _ []byte) string {
	if !w.approving.Load() {
		return ""
	}
	path, err := url.PathUnescape(r.URL.Path)
	if err != nil {
		return ""
	}
	return "vendor: " + r.Method + " " + path
}

// start starts the program, which is to be killed at a point; "": at none.
func (w *crashWorld) start(at string) *process {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = fmt.Fprintf(&w.log, "--- start, to be killed at %q\n", at)
	w.points = nil
	told := func(point string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.points = append(w.points, point)
	}
	var child *process
	born := make(chan struct{})
	w.http = &points{at: at, told: told, kill: func() { <-born; child.kill() }}
	child = launch(w.t, append(slices.Clone(w.env), crashAtEnv+"="+at), told, &w.log)
	close(born)
	w.child = child
	w.t.Cleanup(child.kill)
	return child
}

// passed lists the points that the present child has passed.
func (w *crashWorld) passed() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.points)
}

// busy counts the jobs that are to be done soon. An order that waits for another one, of
// which nobody knows what became, is none.
func (w *crashWorld) busy(ctx context.Context) (n int, err error) {
	err = w.jobs.QueryRowContext(ctx, `WITH waits AS (SELECT 1 FROM requests WHERE status = 'approved')
		SELECT count(*) FROM river_job WHERE (state IN ('available', 'running')
			OR (state IN ('scheduled', 'retryable') AND (kind = 'sync_slack' OR (kind = 'place_order' AND EXISTS (SELECT 1 FROM waits)))))
		AND NOT (kind = 'place_order' AND EXISTS (SELECT 1 FROM waits) AND EXISTS (SELECT 1 FROM requests WHERE status = 'unknown'))`).Scan(&n)
	return n, err
}
