package bot_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// asks saves a request without waiting for its card.
func (a *actor) asks(w wish) {
	a.b.t.Helper()
	a.fill(w)
	a.submitOK()
	a.titled("Please check")
	a.explain("Agreed with the customer.")
	a.submitOK()
	a.titled("Request saved")
}

// Slack asks for patience in one channel: no other request's job posts there before the
// time is over, nothing is lost, and what goes elsewhere is not held up.
func TestRetryAfterHoldsForEveryRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Slack.Fail("chat.postMessage", slacksim.Fault{Kind: slacksim.FaultRateLimit, RetryAfter: 2 * time.Second},
		slacksim.ToChannel(sandbox.Renewals), slacksim.Times(1))
	b.as(sandbox.Alice).asks(tutorial)
	b.as(sandbox.Dave).asks(acmeWish)
	for _, reference := range []string{"RNW-000001", "RNW-000002"} {
		b.card(sandbox.Renewals, reference, "Approve")
		b.wholeView(reference)
		b.inOrder(reference)
	}
	var limited, audited time.Time
	for _, e := range b.Slack.Calls("chat.postMessage") {
		switch {
		case e.Status == 429:
			limited = e.Time
		case e.Param("channel") == sandbox.Audit && audited.IsZero():
			audited = e.Time
		case e.Param("channel") == sandbox.Renewals && e.Time.Sub(limited) < 2*time.Second:
			t.Errorf("posted in the same channel %v after Slack asked for 2 s", e.Time.Sub(limited))
		}
	}
	if limited.IsZero() || audited.Sub(limited) > time.Second {
		t.Errorf("limited at %s, the audit channel had its line at %s", limited, audited)
	}
}

// With all of Slack's limits in force, at the pace that the program keeps, busy people get
// every message once.
func TestBusyMinuteWithinSlacksLimits(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, func(o *sandbox.Options) {
		o.Tune = func(_ *ledger.Options, p *bot.Options) { p.Unpaced = false }
	})
	b.Slack.SetRateLimits(true)
	references := []string{"RNW-000001", "RNW-000002"}
	b.as(sandbox.Alice).asks(tutorial)
	b.as(sandbox.Dave).asks(acmeWish)
	for _, reference := range references {
		b.meanwhile(clock, time.Second, "the card", func(s *slacksim.Snapshot) bool {
			return slices.ContainsFunc(s.All(sandbox.Renewals), func(m slacksim.Message) bool {
				return hasButton(m, "Approve") && contains(s.Text(m), reference)
			})
		})
		b.as(sandbox.Bob).press(b.card(sandbox.Renewals, reference, "Approve"), "Approve")
	}
	b.meanwhile(clock, time.Second, "every message", func(*slacksim.Snapshot) bool {
		return b.stored(references[0]).Status == renewal.Ordered && b.stored(references[1]).Status == renewal.Ordered && len(b.keys(references[0])) >= 9 && len(b.keys(references[1])) >= 9
	})
	for _, reference := range references {
		b.wholeView(reference)
		b.inOrder(reference)
	}
}

// Slack allows one page of a channel in a minute: the search for a message that may have
// been posted goes on where it was, also after a restart, and ends.
func TestSearchOfOnePageAMinuteEnds(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ledger.db")
	b, clock := setupAt(t, func(o *sandbox.Options) { o.DatabaseURL = "sqlite://" + file })
	b.Slack.LimitTo("conversations.history", 1)
	b.Slack.Fail("chat.postMessage", slacksim.Fault{Kind: slacksim.FaultReset, After: true}, named("summary"), slacksim.Times(1))
	b.as(sandbox.Alice).asks(acmeWish)
	b.wait("the lost message", func(s *slacksim.Snapshot) bool { return len(s.Messages(sandbox.Renewals)) == 1 })
	for i := range 450 { // newer ones, so that it is on the third page
		b.Slack.Say(sandbox.Renewals, sandbox.Dave, fmt.Sprintf("Is ticket #%d done?", i), "")
	}
	pages := func() (cursors []string) {
		for _, e := range b.Slack.Calls("conversations.history") {
			if e.OK() {
				cursors = append(cursors, e.Param("cursor"))
			}
		}
		return cursors
	}
	b.meanwhile(clock, 10*time.Second, "the second page", func(*slacksim.Snapshot) bool { return len(pages()) == 2 })
	if err := b.StopBot(); err != nil {
		t.Fatal(err)
	}
	if err := b.StartBot(b.ctx); err != nil {
		t.Fatal(err)
	}
	b.meanwhile(clock, 10*time.Second, "the card", func(s *slacksim.Snapshot) bool { return b.anyCard(s, "Approve") })
	b.wholeView("RNW-000001")
	if got := pages(); len(got) != 3 || got[0] != "" || got[1] == "" || got[2] == "" || got[1] == got[2] {
		t.Errorf("the pages after %q were read, want three, each once", got)
	}
	b.ends("RNW-000001", renewal.Pending, 0, renewal.CodeSubmitted)
}
