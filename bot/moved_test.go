package bot_test

import (
	"fmt"
	"testing"
	"time"

	"renewbot/bot"
	"renewbot/bot/config"
	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// withPacer keeps to Slack's limits as the program does.
func withPacer(o *sandbox.Options) {
	tuned(func(_ *ledger.Options, p *bot.Options) { p.Unpaced = false })(o)
}

// manyChannels are so many more that the bot is in.
func (b *bundle) manyChannels(n int) {
	for i := range n {
		b.Slack.AddChannel(slacksim.Channel{ID: fmt.Sprintf("C0MORE%03d", i), Name: fmt.Sprintf("more-%d", i), Members: []string{b.Slack.BotUserID(), sandbox.Alice}})
	}
}

// called counts the calls of a method.
func (b *bundle) called(method string) int { return len(b.Slack.Calls(method)) }

// has says whether a channel, or somebody's direct messages, have a message with such words.
func (b *bundle) has(s *slacksim.Snapshot, channel, words string) bool {
	for _, m := range s.All(channel) {
		if contains(s.Text(m), words) {
			return true
		}
	}
	return false
}

// leadsWish is a wish whose request goes to a private channel.
func leadsWish() wish {
	w := acmeWish
	w.channel = sandbox.Leads
	return w
}

// A search through more channels than Slack's limits let be read at once goes on until its end, and nobody is
// told before that a channel takes no messages.
func TestAChannelIsLookedForAmongMany(t *testing.T) {
	t.Parallel()
	const moved, audit = "C0LEADSNEW", "C0AUDITNEW"
	b, clock := setupAt(t, durable(t), withPacer)
	b.manyChannels(30)
	b.as(sandbox.Alice).request(leadsWish())
	b.wholeView("RNW-000001")
	b.stop()
	b.Slack.MoveChannelUnheard(sandbox.Leads, moved)
	b.Slack.MoveChannelUnheard(sandbox.Audit, audit)
	failed := b.Slack.Fail("conversations.history", slacksim.Fault{Kind: slacksim.FaultStatus}, slacksim.Times(1))
	defer failed()
	b.Slack.SetRateLimits(true)
	before := b.called("conversations.history")
	b.start()
	b.meanwhile(clock, 2*time.Second, "the move", func(s *slacksim.Snapshot) bool {
		return b.stored("RNW-000001").Channel == moved && b.has(s, audit, "channel has another id now")
	})
	b.rest()
	s := b.Slack.Snapshot()
	for _, channel := range []string{b.Slack.As(sandbox.Alice).DM(), b.Slack.As(sandbox.Bob).DM(), audit} {
		if b.has(s, channel, "I can't post") || b.has(s, channel, "gets no lines") {
			t.Errorf("%s is told that a channel takes no messages", channel)
		}
	}
	if n := b.called("conversations.history") - before; n < 60 || n > 80 {
		t.Errorf("it read %d times in channels, want one for each of two searches in 33", n)
	}
	b.wantToldOnce()
	b.wantOrders(0)
}

// A search that cannot be made is told, once people have waited for ten minutes, and goes on.
func TestASearchForAChannelThatTakesLong(t *testing.T) {
	t.Parallel()
	const moved = "C0LEADSNEW"
	b, clock := setupAt(t, durable(t), withPacer)
	b.as(sandbox.Alice).request(leadsWish())
	b.wholeView("RNW-000001")
	b.stop()
	b.Slack.MoveChannelUnheard(sandbox.Leads, moved)
	mended := b.Slack.Fail("conversations.history", slacksim.Fault{Kind: slacksim.FaultStatus})
	before, began := b.called("conversations.history"), clock.Now()
	b.start()
	told := func(s *slacksim.Snapshot) bool {
		return b.has(s, b.Slack.As(sandbox.Alice).DM(), "I can't post RNW-000001")
	}
	b.meanwhile(clock, 5*time.Second, "the word", told)
	if after := clock.Now().Sub(began); after < 10*time.Minute {
		t.Errorf("it is told after %v", after)
	}
	if n := b.called("conversations.history") - before; n < 3 || n > 80 {
		t.Errorf("it read %d times in channels", n)
	}
	mended()
	b.meanwhile(clock, 10*time.Second, "the move", func(*slacksim.Snapshot) bool { return b.stored("RNW-000001").Channel == moved })
}

// The audit channel has its old id again.
func TestAnAuditChannelThatHasItsOldIDAgain(t *testing.T) {
	t.Parallel()
	const other = "C0AUDITNEW"
	b := setup(t, durable(t))
	b.Slack.MoveChannel(sandbox.Audit, other)
	b.as(sandbox.Alice).request(acmeWish)
	b.says(other, "RNW-000001", string(renewal.CodeSubmitted))
	b.rest()
	b.Slack.MoveChannel(other, sandbox.Audit)
	before := b.called("conversations.info")
	b.as(sandbox.Dave).request(tutorial)
	b.says(sandbox.Audit, "RNW-000002", string(renewal.CodeSubmitted))
	b.rest()
	if n := b.called("conversations.info") - before; n > 12 {
		t.Errorf("Slack was asked %d times for channels", n)
	}
	if ids, err := b.Ledger.ChannelIDs(b.ctx); err != nil || len(ids) != 1 || ids[other] != sandbox.Audit {
		t.Errorf("the ids are %v, %v", ids, err)
	}
	b.wantToldOnce()
}

// A channel whose id changed twice has messages under its first id alone.
func TestAChannelWhoseIDChangedTwice(t *testing.T) {
	t.Parallel()
	const heard, unheard = "C0LEADSONE", "C0LEADSTWO"
	b := setup(t, durable(t))
	card := b.as(sandbox.Alice).request(leadsWish())
	b.wholeView("RNW-000001")
	b.Slack.MoveChannel(sandbox.Leads, heard)
	b.happened("RNW-000001", renewal.CodeMoved)
	b.rest()
	if _, err := b.as(sandbox.Bob).p.OpenHome(b.ctx); err != nil {
		t.Fatal(err)
	}
	b.homeSays(sandbox.Bob, "RNW-000001", "/archives/"+heard)
	b.stop()
	b.Slack.MoveChannelUnheard(heard, unheard)
	b.start()
	b.until("the second move", func() bool { return b.stored("RNW-000001").Channel == unheard })
	card.Channel = unheard
	b.as(sandbox.Bob).press(b.cardNow(card), "Approve")
	b.says(unheard, "RNW-000001 is ordered")
	b.wantOrders(1)
}

// Whoever removes the bot from a private channel, of which there is a copy, does not have it post there.
func TestACopyOfAChannelIsNotFollowed(t *testing.T) {
	t.Parallel()
	const twin = "C0LEADSCOPY"
	for name, public := range map[string]bool{"private": false, "public": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t, durable(t))
			card := b.as(sandbox.Alice).request(leadsWish())
			b.wholeView("RNW-000001")
			b.stop()
			if !public {
				clock.Advance(time.Hour) // a copy begins later than what it has
			}
			b.Slack.CopyChannel(sandbox.Leads, twin)
			if public {
				b.Slack.MakePublic(twin)
			}
			b.Slack.KickBot(sandbox.Leads)
			before := b.called("conversations.history")
			b.start()
			b.hears(sandbox.Alice, "I can't post RNW-000001 in", "may be a copy")
			b.says(sandbox.Audit, "I can't post RNW-000001 in", "may be a copy")
			b.rest()
			if n := b.called("conversations.history") - before; n > 4 {
				t.Errorf("it read %d times in channels", n)
			}
			s := b.Slack.Snapshot()
			if copied, now := len(s.All(sandbox.Leads)), len(s.All(twin)); now != copied {
				t.Errorf("the copy has %d messages, want %d", now, copied)
			}
			b.Slack.InviteBot(sandbox.Leads)
			b.later(clock, 11*time.Minute)
			b.as(sandbox.Bob).press(b.cardNow(card), "Approve")
			b.says(sandbox.Leads, "RNW-000001 is ordered")
			b.lacks(b.Slack.Text(b.cardNow(slacksim.Message{Channel: twin, TS: card.TS})), "Ordered.")
			b.wantOrders(1)
		})
	}
}

// What was found is given up once Slack knows the channel again by the id that the configuration names.
func TestAChannelThatSlackKnowsAgain(t *testing.T) {
	t.Parallel()
	const other = "C0RENEWALSNEW"
	b := setup(t, durable(t), func(o *sandbox.Options) {
		o.Configure = func(c *config.Config) { c.Renew.Channels = []string{sandbox.Renewals} }
	})
	b.as(sandbox.Alice).request(acmeWish)
	b.wholeView("RNW-000001")
	b.stop()
	b.Slack.MoveChannelUnheard(sandbox.Renewals, other)
	b.start()
	b.until("the move", func() bool { return b.stored("RNW-000001").Channel == other })
	b.rest()
	b.stop()
	b.Slack.AddChannel(slacksim.Channel{ID: sandbox.Renewals, Name: "renewals", Members: []string{b.Slack.BotUserID(), sandbox.Alice, sandbox.Bob}})
	before := b.called("conversations.info")
	b.start()
	b.until("the id", func() bool { ids, err := b.Ledger.ChannelIDs(b.ctx); return err == nil && len(ids) == 0 })
	b.as(sandbox.Alice).request(tutorial)
	b.rest()
	if n := b.called("conversations.info") - before; n > 12 {
		t.Errorf("Slack was asked %d times for channels", n)
	}
}

// A channel that the configuration names is looked for again when Slack did not say at the start whether it
// knows it.
func TestANamedChannelThatSlackDoesNotTellOf(t *testing.T) {
	t.Parallel()
	const other = "C0RENEWALSNEW"
	for name, fault := range map[string]slacksim.Fault{
		"an outage": {Kind: slacksim.FaultStatus},
		"a limit":   {Kind: slacksim.FaultRateLimit, RetryAfter: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t, durable(t), func(o *sandbox.Options) {
				o.Configure = func(c *config.Config) { c.Renew.Channels = []string{sandbox.Renewals} }
			})
			bob := b.as(sandbox.Bob)
			bob.press(b.as(sandbox.Alice).request(acmeWish), "Approve")
			b.happened("RNW-000001", renewal.CodeOrdered)
			b.wholeView("RNW-000001")
			b.stop()
			b.Slack.MoveChannelUnheard(sandbox.Renewals, other)
			mended := b.Slack.Fail("conversations.info", fault)
			before := b.called("conversations.info")
			b.start()
			b.until("the question", func() bool { return b.called("conversations.info") > before })
			b.rest()
			mended()
			b.meanwhile(clock, 5*time.Second, "the move", func(*slacksim.Snapshot) bool {
				ids, err := b.Ledger.ChannelIDs(b.ctx)
				return err == nil && ids[sandbox.Renewals] == other
			})
			if n := b.called("conversations.info") - before; n > 20 {
				t.Errorf("Slack was asked %d times for channels", n)
			}
		})
	}
}

// A batch in a channel that takes no messages is told once, and not for each of its lines.
func TestBatchInAChannelThatTakesNoMessages(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t), telling, func(o *sandbox.Options) { o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40)) })
	b.as(sandbox.Alice).batch(customer(31), customer(32), customer(33))
	b.rest()
	b.stop()
	b.Slack.Share(sandbox.Renewals, true)
	b.start()
	b.hears(sandbox.Alice, "I can't post RNW-B0001 in")
	b.says(sandbox.Audit, "I can't post RNW-B0001 in")
	b.rest()
	s := b.Slack.Snapshot()
	for _, channel := range []string{b.Slack.As(sandbox.Alice).DM(), sandbox.Audit} {
		n := 0
		for _, m := range s.All(channel) {
			if contains(s.Text(m), "I can't post") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s is told %d times", channel, n)
		}
	}
}

// A digest waits for the end of the search for its channel, and nobody is told that it could not be posted.
func TestDigestInAChannelThatIsLookedFor(t *testing.T) {
	t.Parallel()
	const moved = "C0DIGESTNEW"
	daily, err := due.ParseSchedule("C0DIGEST@daily 02:30 Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	b, clock := setupAt(t, durable(t), telling, withPacer, func(o *sandbox.Options) { o.Configure = func(c *config.Config) { c.Renew.Digest = daily } })
	b.manyChannels(30)
	b.Slack.AddChannel(slacksim.Channel{ID: "C0DIGEST", Name: "digest", Members: []string{b.Slack.BotUserID(), sandbox.Alice}})
	digest := func(channel string, more int) func(*slacksim.Snapshot) bool {
		return func(s *slacksim.Snapshot) bool {
			n := 0
			for _, m := range s.All(channel) {
				if contains(m.Text, "Renewals due.") {
					n++
				}
			}
			return n > more
		}
	}
	clock.Set(daily.Next(clock.Now()).At.Add(time.Second))
	b.meanwhile(clock, 10*time.Second, "the first digest", digest("C0DIGEST", 0))
	b.rest()
	clock.Set(daily.Next(clock.Now()).At.Add(time.Second))
	b.Slack.MoveChannelUnheard("C0DIGEST", moved)
	b.meanwhile(clock, 2*time.Second, "the second digest", digest(moved, 1))
	if b.has(b.Slack.Snapshot(), sandbox.Audit, "could not be posted") {
		t.Error("the audit channel tells of a digest that could not be posted")
	}
}
