package page_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/ledger"
	"renewbot/bot/sandbox"
	"renewbot/bot/sandbox/page"
)

func TestResetIsEverybodysAndForgetsAll(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.must(sandbox.Alice, "fault", args{"id": "slow", "on": true})
	b.must(sandbox.Alice, "fault", args{"id": "slow", "on": false})
	bob, dave := b.approved(), b.open(sandbox.Dave)
	bob.shows(sandbox.Renewals, "is ordered")
	b.must(sandbox.Alice, "advance", args{"seconds": 60})
	b.must(sandbox.Alice, "fault", args{"id": "down", "on": true})
	b.must(sandbox.Alice, "reset", nil)
	for _, w := range []*window{bob, dave} {
		w.wait("the start", func(s *state) bool {
			return s.Resets == 2 && len(s.Messages) == 0 && s.placed() == 0 && len(s.Audit) == 0 && !s.on("down") && s.Clock.AheadSeconds == 0 && s.Running
		})
	}
	again := b.approved()
	again.shows(sandbox.Renewals, "RNW-000001", "is ordered")
}

func TestRestartKeepsRequests(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, bob := b.open(sandbox.Alice), b.open(sandbox.Bob)
	alice.request()
	b.must(sandbox.Alice, "restart", nil)
	bob.wait("the bot connected again", func(s *state) bool { return s.Running && s.Sockets > 0 })
	bob.press(bob.shows(sandbox.Renewals, `"action_id":"approve"`), "approve")
	bob.shows(sandbox.Renewals, "RNW-000001", "is ordered")
	bob.wait("one life of the sandbox", func(s *state) bool { return s.Resets == 1 && s.has("request.submitted") && s.has("order.placed") })
}

// monday is 09:00 in London, where Bob works, and 04:00 in New York, where Carol does.
var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func beginning(at time.Time) func(*page.Options) { return func(o *page.Options) { o.Begin = at } }

// Nobody decides: approvers are reminded in their working hours, then called for the last
// time, and the request ends. All of it happens in its time, however far the clock is
// moved on at once.
func TestTimeMovesOn(t *testing.T) {
	t.Parallel()
	b := setup(t, beginning(monday))
	alice, bob := b.open(sandbox.Alice), b.open(sandbox.Bob)
	alice.request()
	b.must(sandbox.Alice, "advance", args{"seconds": 3600})
	bob.wait("an hour later", func(s *state) bool { return s.Clock.AheadSeconds == 3600 && s.Clock.Now.Sub(monday) >= time.Hour })
	if look(bob, func(s *state) bool { return s.has("request.reminded") }) {
		t.Error("somebody is reminded after an hour")
	}
	for day := range 3 {
		b.must(sandbox.Alice, "advance", args{"seconds": 24 * 3600})
		bob.wait("the next day", func(s *state) bool { return s.Clock.AheadSeconds == 3600+int64(day+1)*24*3600 })
	}
	alice.shows(sandbox.Renewals, "This request timed out", "Nothing was ordered")
	alice.wait("the end", func(s *state) bool { return s.has("request.expired") && s.placed() == 0 })
	var got []string
	digests := 0
	for _, e := range slices.Backward(look(alice, func(s *state) []entry { return s.Audit })) {
		if e.Code == "due.digest" { // beside the request, in the same minutes
			digests++
			continue
		}
		if e.Code != "request.submitted" { // by now it is half an hour later at most
			who := strings.NewReplacer(sandbox.Bob, "Bob", sandbox.Carol, "Carol").Replace(e.Details["who"])
			got = append(got, strings.TrimSpace(e.At.UTC().Truncate(30*time.Minute).Format("Mon 15:04 ")+e.Code+" "+who))
		}
	}
	want := []string{
		"Mon 13:00 request.reminded Bob", "Mon 14:00 request.reminded Carol", "Tue 09:00 request.reminded Bob", "Tue 14:00 request.reminded Carol",
		"Wed 09:00 request.reminded Bob", "Wed 14:00 request.reminded Carol", "Thu 05:00 request.last_call Bob,Carol", "Thu 09:00 request.expired",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what happened (-want +got):\n%s", diff)
	}
	if digests == 0 {
		t.Error("three mornings have no digest of renewals due")
	}
	alice.shows(sandbox.Renewals, "Renewals due", "Fjordline Logistics AS")
	bob.wait("his reminder", func(s *state) bool { _, told := s.find(s.dm(), "RNW-000001"); return told })
}

// What was kept in a file comes back: messages, requests, orders, switches and the time.
func TestDataComesBack(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "sandbox.json")
	keep := func(o *page.Options) { o.Data = data }
	b := setup(t, keep)
	alice := b.open(sandbox.Alice)
	b.approved().shows(sandbox.Renewals, "RNW-000001", "is ordered")
	alice.request()
	alice.shows(sandbox.Renewals, "RNW-000002")
	b.must(sandbox.Alice, "advance", args{"seconds": 3600})
	b.must(sandbox.Alice, "fault", args{"id": "pending", "on": true})
	b.close()

	b = setup(t, keep)
	bob := b.open(sandbox.Bob)
	bob.shows(sandbox.Renewals, "RNW-000001", "is ordered")
	bob.wait("what was", func(s *state) bool {
		return s.placed() == 1 && s.on("pending") && s.Clock.AheadSeconds == 3600 && s.has("order.placed")
	})
	bob.press(bob.shows(sandbox.Renewals, "RNW-000002", `"action_id":"approve"`), "approve")
	bob.shows(sandbox.Renewals, "has not finished it")
	b.must(sandbox.Bob, "reset", nil)
	b.close()

	b = setup(t, keep)
	b.open(sandbox.Bob).wait("nothing", func(s *state) bool {
		return len(s.Messages) == 0 && s.placed() == 0 && len(s.Audit) == 0 && !s.on("pending")
	})
}

// A file that is none of a sandbox's is left as it is, and so is one that is in use.
func TestDataThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"text": "Dear diary", "other.json": `{"name":"x"}`, "newer.json": `{"sandbox":99}`, "broken.json": `{"sandbox":1,"slack":{},"portal":{}}`,
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := page.Start(t.Context(), page.Options{Addr: "127.0.0.1:0", Data: file})
		if err == nil {
			t.Errorf("it starts with %s", name)
			s.Close()
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != content {
			t.Errorf("%s is %q now (%v)", name, got, err)
		}
	}
	if _, err := page.Start(t.Context(), page.Options{Addr: "127.0.0.1:0", Data: filepath.Join(dir, "none", "x")}); err == nil {
		t.Error("it starts without a directory for its data")
	}
	used := filepath.Join(dir, "used.json")
	setup(t, func(o *page.Options) { o.Data = used })
	if _, err := page.Start(t.Context(), page.Options{Addr: "127.0.0.1:0", Data: used}); !errors.Is(err, ledger.ErrInUse) {
		t.Errorf("a second one with the same data: %v", err)
	}
}

// What was kept is nobody else's to read, and is written while the sandbox runs, too: it
// may be killed.
func TestDataIsKeptWhileItRuns(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "sandbox.json")
	b := setup(t, func(o *page.Options) { o.Data = data })
	b.must(sandbox.Alice, "say", args{"channel": sandbox.Random, "text": "worth keeping"})
	late := time.After(patience)
	for {
		if got, err := os.ReadFile(data); err == nil && strings.Contains(string(got), "worth keeping") {
			break
		}
		select {
		case <-late:
			t.Fatal("it is not written")
		case <-time.After(20 * time.Millisecond):
		}
	}
	if info, err := os.Stat(data); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v %v", info.Mode(), err)
	}
}

// The end of the server is the end of its streams and of everything that it has made.
func TestCloseEndsTheStreams(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.open(sandbox.Alice)
	b.close()
	select {
	case <-w.done:
	case <-time.After(patience):
		t.Error("the stream goes on")
	}
	if _, err := client.Get(b.URL()); err == nil {
		t.Error("the page is still served")
	}
}

func TestControlsAreOneAtATime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	answers := make(chan result)
	const all = 4
	for range all {
		go func() { answers <- b.act(sandbox.Alice, "restart", nil) }()
	}
	done := 0
	for range all {
		switch r := <-answers; {
		case r.status == http.StatusOK:
			done++
		case r.status != http.StatusConflict || r.Code != "busy":
			t.Errorf("the answer is %+v", r)
		}
	}
	if done == 0 {
		t.Error("none of them was done")
	}
	b.approved().shows(sandbox.Renewals, "is ordered")
}
