package page_test

import (
	"net/http"
	"path/filepath"
	"testing"

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

// Nobody decides: after hours there is a reminder, after days the request ends.
func TestTimeMovesOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice, bob := b.open(sandbox.Alice), b.open(sandbox.Bob)
	alice.request()
	before := look(bob, func(s *state) state { return *s })
	for range 5 {
		b.must(sandbox.Alice, "advance", args{"seconds": 3600})
	}
	bob.wait("the reminder", func(s *state) bool {
		_, told := s.find(s.dm(), "RNW-000001", "waits for your decision")
		return told && s.has("request.reminded") && s.Clock.AheadSeconds == 5*3600
	})
	if now := look(bob, func(s *state) state { return *s }); now.Clock.Now.Sub(before.Clock.Now).Hours() < 5 {
		t.Errorf("it was %s, and is %s", before.Clock.Now, now.Clock.Now)
	}
	for range 3 {
		b.must(sandbox.Alice, "advance", args{"seconds": 24 * 3600})
	}
	alice.shows(sandbox.Renewals, "This request timed out", "Nothing was ordered")
	alice.wait("the end", func(s *state) bool { return s.has("request.expired") && s.placed() == 0 })
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
