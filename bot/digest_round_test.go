package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// owners are new people who look after a package each.
func (b *bundle) owners(n int, now time.Time) (ids []string) {
	b.t.Helper()
	var marks []ledger.MarkChange
	for i := range n {
		u := slacksim.User{ID: fmt.Sprintf("U0OWNER%02d", i), Name: fmt.Sprintf("owner%d", i), TZ: "Europe/Madrid"}
		b.Slack.AddUser(u)
		ids = append(ids, u.ID)
		marks = append(marks, ledger.MarkChange{Key: due.Key{Product: "p-series-turnkey", Holder: "id:" + u.ID}, Change: func(m due.Mark) due.Mark {
			m.Owner, m.Imported = u.ID, &due.Imported{At: now, On: now}
			return m
		}})
	}
	if _, _, err := b.Ledger.Mark(b.ctx, marks, renewal.Entry{}); err != nil {
		b.t.Fatal(err)
	}
	return ids
}

// schedule is when a digest is told in the tests of those that are refused: owners get theirs at the same time.
func schedule(t *testing.T, channel string) due.Schedule {
	t.Helper()
	s, err := due.ParseSchedule(channel + "@daily 09:00 Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRefusedDigestsAreTriedTogether tries each that Slack refuses once in ten minutes, however many there are, and tells them
// once when people have mended that, hours later.
func TestRefusedDigestsAreTriedTogether(t *testing.T) {
	t.Parallel()
	daily := schedule(t, sandbox.Renewals)
	b, clock := setupAt(t, telling, func(o *sandbox.Options) { o.Configure = func(c *config.Config) { c.Renew.Digest = daily } })
	refused := append(b.owners(5, clock.Now()), sandbox.Renewals)
	mended := b.Slack.Fail("chat.postMessage", slacksim.Fault{Kind: slacksim.FaultError, Error: "restricted_action"},
		slacksim.When(func(c slacksim.Call) bool { return slices.Contains(refused, c.Param("channel")) }))
	tries := func() map[string]int {
		n := map[string]int{}
		for _, c := range b.Slack.Calls("chat.postMessage") {
			n[c.Param("channel")]++
		}
		return n
	}
	b.laterAt(clock, daily.Next(clock.Now()).At.Add(time.Second))
	b.until("all are refused", func() bool { return b.digestsEnded() == len(refused) })
	for range 60 {
		b.later(clock, time.Minute)
	}
	b.rest()
	for _, id := range refused {
		if n := tries()[id]; n < 5 || n > 7 {
			t.Errorf("in an hour %s is tried %d times", id, n)
		}
	}
	for range 11 {
		b.later(clock, time.Hour)
	}
	mended()
	b.until("the digest", func() bool {
		clock.Advance(time.Minute)
		return digests(b.Slack.Snapshot()) > 0
	})
	b.until("all audit entries", func() bool { return b.digestsEnded() == 2*len(refused) })
	b.later(clock, time.Hour)
	b.rest()
	b.digest(1)
	for _, id := range refused[:5] {
		if n := len(b.Slack.As(id).DirectMessages()); n != 1 {
			t.Errorf("%s has %d messages", id, n)
		}
	}
	if n := b.digestsEnded(); n != 2*len(refused) {
		t.Errorf("%d digests have %d audit entries", len(refused), n)
	}
}

// TestRefusedDigestFollowsTheConfiguration is told in the channel that people name instead.
func TestRefusedDigestFollowsTheConfiguration(t *testing.T) {
	t.Parallel()
	daily := schedule(t, sandbox.Leads)
	b, clock := setupAt(t, telling, durable(t), func(o *sandbox.Options) { o.Configure = func(c *config.Config) { c.Renew.Digest = daily } })
	b.Slack.KickBot(sandbox.Leads)
	b.laterAt(clock, daily.Next(clock.Now()).At.Add(time.Second))
	b.says(sandbox.Audit, "could not be posted")
	b.stop()
	daily = schedule(t, sandbox.Renewals)
	b.Config.Renew.Digest = daily
	b.start()
	b.until("the digest", func() bool {
		clock.Advance(time.Minute)
		return digests(b.Slack.Snapshot()) > 0
	})
	b.until("its audit entry", func() bool { return b.digestsEnded() == 2 })
	b.laterAt(clock, daily.Next(clock.Now()).At.Add(time.Second))
	b.lacks(b.digest(2), "New since the last time")
}

// TestDigestOfAChannelWithAnotherID tells what is new since the last time under whichever id, and once, also when the
// configuration has been mended.
func TestDigestOfAChannelWithAnotherID(t *testing.T) {
	t.Parallel()
	const moved = "C0RENEWALSNEW"
	daily := schedule(t, sandbox.Renewals)
	b, clock := setupAt(t, telling, durable(t), func(o *sandbox.Options) { o.Configure = func(c *config.Config) { c.Renew.Digest = daily } })
	b.laterAt(clock, daily.Next(clock.Now()).At.Add(time.Second))
	b.wants(b.digest(1), "New since the last time")
	b.until("its audit entry", func() bool { return b.digestsEnded() == 1 })
	b.Slack.MoveChannel(sandbox.Renewals, moved)
	b.until("its new id is known", func() bool {
		ids, err := b.Ledger.ChannelIDs(b.ctx)
		return err == nil && ids[sandbox.Renewals] == moved
	})
	b.stop()
	daily = schedule(t, moved)
	b.Config.Renew.Digest = daily
	b.start()
	for day := 2; day <= 3; day++ {
		b.laterAt(clock, daily.Next(clock.Now()).At.Add(time.Second))
		b.until("its audit entry", func() bool { return b.digestsEnded() == day })
		b.rest()
		var texts []string
		for _, m := range b.Slack.Snapshot().Messages(moved) {
			if strings.HasPrefix(m.Text, "Renewals due.") {
				texts = append(texts, b.Slack.Text(m))
			}
		}
		if len(texts) != day {
			t.Fatalf("on day %d there are %d digests", day, len(texts))
		}
		b.lacks(texts[day-1], "New since the last time")
	}
}
