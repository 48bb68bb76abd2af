package bot_test

import (
	"slices"
	"testing"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// Whatever Slack calls it: that a channel or its threads take no messages any more is told
// to the requester and the audit channel, and the renewal goes on.
func TestEveryWayInWhichAChannelTakesNoMessagesIsNoticed(t *testing.T) {
	t.Parallel()
	fails := func(code string) func(*bundle, slacksim.Message) {
		return func(b *bundle, _ slacksim.Message) {
			b.Slack.Fail("chat.postMessage", slacksim.Fault{Kind: slacksim.FaultError, Error: code},
				slacksim.When(func(c slacksim.Call) bool { return c.Param("channel") == sandbox.Renewals }))
		}
	}
	restricted := func(p slacksim.Posting) func(*bundle, slacksim.Message) {
		return func(b *bundle, _ slacksim.Message) { b.Slack.Restrict(sandbox.Renewals, p) }
	}
	for name, c := range map[string]struct {
		close func(*bundle, slacksim.Message)
		words string
	}{
		"only managers write": {restricted(slacksim.Posting{Managers: true}), "only some people may post there"},
		"no threads":          {restricted(slacksim.Posting{Threads: true}), "it takes no replies in threads"},
		"its thread is locked": {func(b *bundle, card slacksim.Message) {
			b.Slack.LockThread(slacksim.Ref{Channel: card.Channel, TS: card.ThreadTS})
		}, "the thread is locked"},
		"the encryption keys are withdrawn": {fails("ekm_access_denied"), "suspended messages by their encryption keys"},
		"the organisation restricts access": {fails("team_access_not_granted"), "has not given me that workspace"},
		"the network is not allowed":        {fails("accesslimited"), "from this network"},
		"nobody can reply":                  {fails("cannot_reply_to_message"), "nobody can reply"},
		"the permission is withdrawn":       {fails("no_permission"), "I lack the permission"},
		"the workspace is gone":             {fails("team_not_found"), "not found"},
		"two factors are wanted first":      {fails("two_factor_setup_required"), "two-factor authentication"},
		"restricted in a way that is new":   {fails("restricted_action_moon_phase"), "restricted_action_moon_phase"},
		"refused for an unknown reason":     {fails("moon_phase_denied"), "Slack says moon_phase_denied"},
		"shared with another company":       {func(b *bundle, _ slacksim.Message) { b.Slack.Share(sandbox.Renewals, true) }, "it is shared with another company"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, _ := setupAt(t)
			card := b.as(sandbox.Alice).request(acmeWish)
			b.wholeView("RNW-000001")
			approve := clickOn(t, card, "approve")
			c.close(b, card)
			b.as(sandbox.Bob).forceClick(approve)
			b.happened("RNW-000001", renewal.CodeOrdered)
			b.hears(sandbox.Alice, b.Vendor.Placed()[0].OrderNo)
			b.hears(sandbox.Alice, "I can't post RNW-000001 in", c.words)
			b.says(sandbox.Audit, "I can't post RNW-000001 in", c.words)
		})
	}
}

// A code that nobody knows yet is told as Slack says it, when it keeps a request's card from
// people.
func TestACardThatSlackRefusesForAnUnknownReason(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Slack.Fail("chat.postMessage", slacksim.Fault{Kind: slacksim.FaultError, Error: "restricted_action_moon_phase"}, named("card"))
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	alice.submitOK()
	alice.titled("Please check")
	alice.submitOK()
	b.hears(sandbox.Alice, "I can't post RNW-000001 in", "restricted_action_moon_phase")
	b.says(sandbox.Audit, "I can't post RNW-000001 in", "restricted_action_moon_phase")
}

func TestAChannelThatTakesNoMessagesIsRefusedInTheForm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		posting slacksim.Posting
		words   string
	}{
		"only managers write": {slacksim.Posting{Managers: true}, "Only some people may post in that channel"},
		"no threads":          {slacksim.Posting{Threads: true}, "Only some people may reply in threads"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.Slack.Restrict(sandbox.Renewals, c.posting)
			alice := b.as(sandbox.Alice)
			alice.fill(acmeWish)
			alice.refusedWith(c.words)
		})
	}
}

// What a channel got before it was shared stays; it gets nothing more, also no change of
// what it has, until it is shared no longer.
func TestAChannelThatIsSharedLaterGetsNoMore(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	card := b.as(sandbox.Alice).request(acmeWish)
	b.wholeView("RNW-000001")
	approve := clickOn(t, card, "approve")
	before := b.Slack.Text(b.cardNow(card))
	b.Slack.Share(sandbox.Renewals, true)
	b.as(sandbox.Bob).forceClick(approve)
	b.happened("RNW-000001", renewal.CodeOrdered)
	number := b.Vendor.Placed()[0].OrderNo
	b.hears(sandbox.Alice, "I can't post RNW-000001 in", "shared with another company")
	b.silent(sandbox.Renewals, number)
	if now := b.Slack.Text(b.cardNow(card)); now != before {
		t.Errorf("the card was changed to:\n%s", now)
	}
	b.Slack.Share(sandbox.Renewals, false)
	b.meanwhile(clock, time.Hour, "the order number", func(s *slacksim.Snapshot) bool {
		return slices.ContainsFunc(s.All(sandbox.Renewals), func(m slacksim.Message) bool { return contains(s.Text(m), number) })
	})
	b.shows(card, "Ordered.", number)
}

// Slack gives a private channel another id when it is to be shared. Its requests follow it.
func TestAChannelWhoseIDChangedIsFoundAgain(t *testing.T) {
	t.Parallel()
	const moved = "C0LEADSNEW"
	b, _ := setupAt(t)
	w := acmeWish
	w.channel = sandbox.Leads
	card := b.as(sandbox.Alice).request(w)
	b.wholeView("RNW-000001")
	b.Slack.MoveChannel(sandbox.Leads, moved)
	b.happened("RNW-000001", renewal.CodeMoved)
	card.Channel = moved
	b.as(sandbox.Bob).press(b.cardNow(card), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	number := b.Vendor.Placed()[0].OrderNo
	b.says(moved, "RNW-000001 is ordered", number)
	b.shows(card, "Ordered.", number)
	if r := b.stored("RNW-000001"); r.Channel != moved {
		t.Errorf("the request is in %s", r.Channel)
	}
}

// A public channel may have been made private a moment ago.
func TestStatusKnowsThatAChannelBecamePrivate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.as(sandbox.Alice).request(acmeWish)
	b.Slack.Kick(sandbox.Renewals, sandbox.Dave)
	dave := b.as(sandbox.Dave)
	b.wants(dave.command(sandbox.Random, "/renew status RNW-000001"), "Acme Telecom")
	b.Slack.MakePrivate(sandbox.Renewals)
	said := dave.command(sandbox.Random, "/renew status RNW-000001")
	b.wants(said, "belongs to a private channel that you are not in")
	b.lacks(said, "Acme Telecom")
}

// A channel's id changed while no connection was there, so that nobody heard of it. Our own messages in it
// say which one it is now.
func TestAChannelWhoseIDChangedWhileTheBotWasOff(t *testing.T) {
	t.Parallel()
	const moved = "C0LEADSNEW"
	b := setup(t, durable(t))
	w := acmeWish
	w.channel = sandbox.Leads
	card := b.as(sandbox.Alice).request(w)
	b.wholeView("RNW-000001")
	b.stop()
	b.Slack.MoveChannelUnheard(sandbox.Leads, moved)
	b.start()
	b.happened("RNW-000001", renewal.CodeMoved)
	card.Channel = moved
	b.as(sandbox.Bob).press(b.cardNow(card), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.says(moved, "RNW-000001 is ordered", b.Vendor.Placed()[0].OrderNo)
	b.shows(card, "Ordered.")
	b.wantOrders(1)
	b.wantToldOnce()
}

// What has ended does not follow, and whoever is in its channel still reads of it.
func TestEndedRequestsOfAChannelWhoseIDChanged(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t))
	w := acmeWish
	w.channel = sandbox.Leads
	bob := b.as(sandbox.Bob)
	bob.press(b.as(sandbox.Alice).request(w), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wholeView("RNW-000001")
	b.as(sandbox.Alice).request(w)
	b.wholeView("RNW-000002")
	b.stop()
	b.Slack.MoveChannelUnheard(sandbox.Leads, "C0LEADSNEW")
	b.start()
	b.happened("RNW-000002", renewal.CodeMoved)
	b.wants(b.as(sandbox.Alice).command(sandbox.Random, "/renew status RNW-000001"), "Acme Telecom")
	if r := b.stored("RNW-000001"); r.Channel != sandbox.Leads {
		t.Errorf("the ended request is in %s", r.Channel)
	}
}

// What is public stays so: the requests that ended before its channel got another id are named.
func TestEndedRequestsOfAPublicChannelWhoseIDChanged(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	bob.press(alice.request(acmeWish), "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wholeView("RNW-000001")
	alice.request(acmeWish)
	b.wholeView("RNW-000002")
	b.stop()
	b.Slack.MoveChannelUnheard(sandbox.Renewals, "C0RENEWNEW")
	b.start()
	b.happened("RNW-000002", renewal.CodeMoved)
	alice.fill(wish{holder: acmeWish.holder, channel: sandbox.Leads})
	b.lacks(alice.reads("RNW-000001 renewed the same package on", "RNW-000002 asked for a renewal"), "private channel")
}

// Two channels have the message by which the lost one is known. Which it is only people can say.
func TestNobodyGuessesBetweenTwoChannels(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t))
	w := acmeWish
	w.channel = sandbox.Leads
	b.as(sandbox.Alice).request(w)
	b.wholeView("RNW-000001")
	b.stop()
	b.Slack.MoveChannelUnheard(sandbox.Leads, "C0LEADSNEW")
	b.Slack.CopyChannel("C0LEADSNEW", "C0LEADSCOPY")
	b.start()
	b.hears(sandbox.Alice, "I can't post RNW-000001 in", "several channels have its messages")
	b.says(sandbox.Audit, "I can't post RNW-000001 in", "several channels have its messages")
	b.rest()
	if r := b.stored("RNW-000001"); r.Channel != sandbox.Leads || r.Status != renewal.Pending {
		t.Errorf("the request is %s in %s", r.Status, r.Channel)
	}
	b.wantOrders(0)
}

// The channels that the configuration names are followed, too: it cannot be changed by the bot, which says so.
func TestConfiguredChannelsWhoseIDsChangedWhileTheBotWasOff(t *testing.T) {
	t.Parallel()
	const audit, renewals = "C0AUDITNEW", "C0RENEWALSNEW"
	var log heard
	b := setup(t, durable(t), logsTo(&log), func(o *sandbox.Options) {
		o.Configure = func(c *config.Config) { c.Renew.Channels = []string{sandbox.Renewals} }
	})
	card := b.as(sandbox.Alice).request(acmeWish)
	b.wholeView("RNW-000001")
	b.stop()
	b.Slack.MoveChannelUnheard(sandbox.Audit, audit)
	b.Slack.MoveChannelUnheard(sandbox.Renewals, renewals)
	b.start()
	b.says(audit, "RNW-000001", "channel has another id now")
	b.as(sandbox.Bob).press(b.cardNow(slacksim.Message{Channel: renewals, TS: card.TS}), "Approve")
	b.says(audit, "RNW-000001", string(renewal.CodeOrdered))
	b.says(renewals, "RNW-000001 is ordered")
	b.wantToldOnce()
	b.restart()
	w := acmeWish
	w.channel = renewals
	b.as(sandbox.Alice).request(w)
	b.wholeView("RNW-000002")
	b.wantOrders(1)
	if c, differences := b.compareIn(audit); c.Agreed != c.Entries || len(differences) > 0 {
		t.Errorf("the audit channel agrees on %+v: %q", c, differences)
	}
	for _, id := range []string{audit, renewals} {
		for _, words := range []string{"replace it in the configuration", "the configuration names a channel by the id that it had"} { // then, and at each start
			if n, _ := log.count(words, id); n == 0 {
				t.Errorf("the log does not say %q of %s", words, id)
			}
		}
	}
}
