package bot_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// logged keeps what is logged as JSON.
type logged struct {
	mu    sync.Mutex
	lines []map[string]any
}

// Write gets one line at a time.
func (l *logged) Write(raw []byte) (int, error) {
	var line map[string]any
	err := json.Unmarshal(raw, &line)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	return len(raw), err
}

// found are the lines with a message that have all of these values.
func (l *logged) found(message string, with map[string]any) []map[string]any {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines []map[string]any
	for _, line := range l.lines {
		fits := line["msg"] == message
		for k, v := range with {
			fits = fits && line[k] == v
		}
		if fits {
			lines = append(lines, line)
		}
	}
	return lines
}

// all lets everything be logged.
func (l *logged) all(o *sandbox.Options) {
	o.Log = slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// lacks checks that nothing of it stands in the log.
func (l *logged) lacks(t *testing.T, pieces ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.lines {
		raw, err := json.Marshal(line)
		if err != nil {
			t.Fatal(err)
		}
		told := strings.ReplaceAll(string(raw), "https://acme.slack.com/", "") // our own workspace's, of links to cards
		for _, piece := range pieces {
			if strings.Contains(told, piece) {
				t.Errorf("%q stands in the log: %s", piece, raw)
			}
		}
	}
}

// TestLinesNameTheirRequest works on two requests, with things that go wrong, and looks
// whether each line says which of them it is about.
func TestLinesNameTheirRequest(t *testing.T) {
	t.Parallel()
	out := &logged{}
	b := setup(t, func(o *sandbox.Options) {
		o.Log = slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	alice, bob, carol := b.as(sandbox.Alice), b.as(sandbox.Bob), b.as(sandbox.Carol)
	first := alice.request(tutorial)
	second := alice.request(tutorial)
	b.wholeView("RNW-000001") // so that what fails next is about the first
	b.wholeView("RNW-000002")

	b.Slack.Fail("chat.postMessage", slacksim.Fault{Kind: slacksim.FaultStatus, Status: 503}, slacksim.Times(1))
	bob.press(first, "Approve")
	b.says(sandbox.Audit, "RNW-000001", string(renewal.CodeOrdered)+" by")
	const failed = "a job failed and will be tried again" // said when all else of the job is done
	b.until("the job's failure in the log", func() bool { return len(out.found(failed, nil)) > 0 })
	mend := b.Slack.Fail("users.info", slacksim.Fault{Kind: slacksim.FaultError, Error: "internal_error"})
	carol.press(second, "Approve")
	carol.told("Slack did not tell me who you are")
	mend()
	said := out.found("what a person may do was not found out", nil)
	for _, line := range said {
		if id, _ := line["envelope"].(string); id == "" {
			t.Errorf("a line does not name its envelope: %v", line)
		}
	}
	for _, want := range []struct {
		message string
		with    map[string]any
		request string
	}{
		{"yeastar call", map[string]any{"call": "order_save"}, "RNW-000001"},
		{failed, nil, "RNW-000001"},
		{"what a person may do was not found out", nil, "RNW-000002"},
	} {
		lines := out.found(want.message, want.with)
		if len(lines) == 0 {
			t.Errorf("nothing says %q", want.message)
		}
		for _, line := range lines {
			if line["request"] != want.request {
				t.Errorf("a line does not name %s: %v", want.request, line)
			}
		}
	}
}

// The lines of a request's way lead to its card; the first comes before there is one.
func TestLinesLinkToTheCard(t *testing.T) {
	t.Parallel()
	out := &logged{}
	b := setup(t, durable(t), out.all)
	card := b.as(sandbox.Alice).request(tutorial)
	b.wholeView("RNW-000001")
	link := "/archives/" + card.Channel + "/p" + strings.ReplaceAll(card.TS, ".", "") + "?cid=" + card.Channel + "&thread_ts=" + card.ThreadTS
	linked := func(message string, with map[string]any) {
		t.Helper()
		var lines []map[string]any
		b.until(message+" in the log", func() bool {
			lines = out.found(message, with)
			return len(lines) > 0
		})
		for _, line := range lines {
			if got, _ := line["link"].(string); !strings.HasPrefix(got, "https://") || !strings.HasSuffix(got, link) || line["request"] != "RNW-000001" {
				t.Errorf("a line does not lead to %s: %v", link, line)
			}
		}
	}
	b.restart() // who has not posted the card knows it, too
	b.as(sandbox.Bob).press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	linked("a request changed", map[string]any{"to": "approved"})
	linked("a request changed", map[string]any{"to": "ordered"})
	linked("the vendor has taken the order", nil)
	linked("yeastar call", map[string]any{"call": "order_save"})
}
