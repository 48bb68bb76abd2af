package bot_test

import (
	"strings"
	"testing"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/due"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// TestDigestThatSlackDoesNotTakeAtFirst is told once as soon as Slack takes it: by itself after what passes,
// and after what people have to mend, of which the audit channel is told once.
func TestDigestThatSlackDoesNotTakeAtFirst(t *testing.T) {
	t.Parallel()
	in := slacksim.When(func(c slacksim.Call) bool { return c.Param("channel") == sandbox.Renewals })
	for name, c := range map[string]struct {
		fault   slacksim.Fault
		refuses string // why, for people
	}{
		"an outage":               {slacksim.Fault{Kind: slacksim.FaultStatus}, ""},
		"a limit":                 {slacksim.Fault{Kind: slacksim.FaultRateLimit, RetryAfter: time.Second}, ""},
		"its answer is lost":      {slacksim.Fault{Kind: slacksim.FaultReset, After: true}, ""},
		"it may not post there":   {slacksim.Fault{Kind: slacksim.FaultError, Error: "restricted_action"}, "I may not post there (restricted_action)"},
		"the channel is archived": {slacksim.Fault{Kind: slacksim.FaultError, Error: "is_archived"}, "it is archived (is_archived)"},
		"it takes no such text":   {slacksim.Fault{Kind: slacksim.FaultError, Error: "msg_blocks_too_long"}, "Slack says msg_blocks_too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			daily, err := due.ParseSchedule(sandbox.Renewals + "@daily 02:30 Europe/Madrid")
			if err != nil {
				t.Fatal(err)
			}
			b, clock := setupAt(t, telling, func(o *sandbox.Options) { o.Configure = func(c *config.Config) { c.Renew.Digest = daily } })
			mended := b.Slack.Fail("chat.postMessage", c.fault, in)
			posts := func() (n int) {
				for _, e := range b.Slack.Calls("chat.postMessage") {
					if e.Param("channel") == sandbox.Renewals {
						n++
					}
				}
				return n
			}
			clock.Set(daily.Next(clock.Now()).At.Add(time.Second))
			if c.refuses != "" {
				b.says(sandbox.Audit, "could not be posted to #renewals: "+c.refuses+". Once that is mended it follows", "Nothing was ordered")
			}
			b.until("it is tried", func() bool { return posts() > 0 })
			if c.refuses != "" {
				b.until("it is tried again", func() bool {
					clock.Advance(time.Minute)
					return posts() > 1
				})
			}
			mended()
			b.until("the digest", func() bool {
				clock.Advance(time.Minute) // after which it tries again
				return digests(b.Slack.Snapshot()) > 0
			})
			b.wants(b.digest(1), "Overdue", "New since the last time", "Fjordline")
			ended := map[bool]int{false: 1, true: 2}[c.refuses != ""]
			b.until("its audit entry", func() bool {
				clock.Advance(10 * time.Second)
				return b.digestsEnded() >= ended
			})
			clock.Advance(2 * time.Hour)
			b.digest(1)
			if n := b.digestsEnded(); n != ended {
				t.Errorf("it has %d audit entries, want %d", n, ended)
			}
		})
	}
}

// TestDigestThatWasNotPosted is news to the channel the next time.
func TestDigestThatWasNotPosted(t *testing.T) {
	t.Parallel()
	b, clock, first := digesting(t)
	b.Slack.KickBot(sandbox.Renewals)
	clock.to(first.At, time.Second)
	b.says(sandbox.Audit, "could not be posted")
	b.Slack.InviteBot(sandbox.Renewals)
	for day := 1; day <= 2; day++ {
		clock.to(first.At, time.Duration(day)*24*time.Hour+time.Second)
		if text := b.digest(day); strings.Contains(text, "New since the last time") != (day == 1) {
			t.Errorf("digest %d says\n%s", day, text)
		}
		b.until("its audit entry", func() bool { return b.digestsEnded() > day })
	}
}
