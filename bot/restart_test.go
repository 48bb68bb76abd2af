package bot_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// durable keeps the ledger in a file.
func durable(t *testing.T) func(*sandbox.Options) {
	file := filepath.Join(t.TempDir(), "renewbot.db")
	return func(o *sandbox.Options) { o.DatabaseURL = "sqlite://" + file }
}

// impatient has the bot end without waiting long for what it is at.
func impatient(o *sandbox.Options) {
	tuned(func(_ *ledger.Options, p *bot.Options) { p.JobsGrace = 100 * time.Millisecond })(o)
}

func (b *bundle) stop() {
	b.t.Helper()
	if err := b.StopBot(); err != nil {
		b.t.Fatalf("stop the bot: %v", err)
	}
}

func (b *bundle) start() {
	b.t.Helper()
	if err := b.StartBot(b.ctx); err != nil {
		b.t.Fatalf("start the bot: %v", err)
	}
}

func (b *bundle) restart() {
	b.t.Helper()
	b.stop()
	b.start()
}

// posts counts the bot's messages by what they are, as their metadata tells.
func posts(s *slacksim.Snapshot) map[string]int {
	found := map[string]int{}
	for _, c := range s.Channels {
		for _, m := range c.Messages {
			var meta struct {
				Payload struct{ Request, Key string } `json:"event_payload"`
			}
			if json.Unmarshal(m.Metadata, &meta) == nil && meta.Payload.Key != "" && !m.Deleted {
				found[meta.Payload.Request+" "+meta.Payload.Key]++
			}
		}
	}
	return found
}

// wantToldOnce waits until everything that happened is told in the audit channel, and
// wants no message twice.
func (b *bundle) wantToldOnce() {
	b.t.Helper()
	entries, err := b.Ledger.EntriesAfter(b.ctx, 0, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range entries {
		key := fmt.Sprintf("%s audit:%d", renewal.Reference(e.RequestID), e.Seq)
		b.wait(key, func(s *slacksim.Snapshot) bool { return posts(s)[key] > 0 })
	}
	for key, n := range posts(b.Slack.Snapshot()) {
		if n != 1 {
			b.t.Errorf("the message %q is there %d times", key, n)
		}
	}
}

// wantOrders wants exactly so many orders to have been sent.
func (b *bundle) wantOrders(n int) {
	b.t.Helper()
	if got := len(b.Vendor.OrderRequests()); got != n {
		b.t.Errorf("%d orders were sent, want %d", got, n)
	}
}

// TestRestartBetweenEvents stops the bot between each pair of events of a renewal.
func TestRestartBetweenEvents(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t))
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	alice.fill(tutorial)
	b.restart() // the form is open
	alice.submitOK()
	alice.titled("Please check")
	b.restart() // the review is open
	alice.submitOK()
	b.restart() // saved; its messages may be posted or not
	alice.titled("Request saved")
	card := b.card(sandbox.Renewals, "RNW-000001", "Approve")
	b.restart()
	bob.press(card, "Approve")
	b.restart() // approved; the order may be sent or not
	b.says(sandbox.Renewals, "XS3401174502129270784")
	b.restart()
	b.wantStatus(1, renewal.Ordered)
	b.wantOrders(1)
	b.wantToldOnce()
}

// TestRestartWhileOrdering stops the bot while its order is under way: it waits for the
// answer, and the order is sent once.
func TestRestartWhileOrdering(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t))
	release := make(chan struct{})
	held := b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Hold(release))
	card := b.as(sandbox.Alice).request(tutorial)
	b.as(sandbox.Bob).press(card, "Approve")
	if err := held.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- b.StopBot() }()
	close(release)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	b.start()
	b.says(sandbox.Renewals, "XS3401174502129270784")
	b.wantStatus(1, renewal.Ordered)
	b.wantOrders(1)
	b.wantToldOnce()
}

// TestStopBeforeAnOrderIsSent stops the bot while an approved order is checked once more:
// nothing is sent any more, and the next process sends it.
func TestStopBeforeAnOrderIsSent(t *testing.T) {
	t.Parallel()
	var log heard
	b := setup(t, durable(t), logsTo(&log))
	card := b.as(sandbox.Alice).request(tutorial)
	release := make(chan struct{})
	held := b.Vendor.Fault(yeastarsim.PurchaseProductInfo, yeastarsim.Hold(release))
	b.as(sandbox.Bob).press(card, "Approve")
	if err := held.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- b.StopBot() }()
	log.wait(b.ctx, t, 1, "orders that are not sent yet are left")
	close(release)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	b.wantOrders(0)
	b.start()
	b.says(sandbox.Renewals, "XS3401174502129270784")
	b.wantStatus(1, renewal.Ordered)
	b.wantOrders(1)
	b.wantToldOnce()
}

// TestStopWhileOrderHangs stops the bot while the vendor does not answer: the order gets
// its time and no more, and afterwards nobody believes that nothing was ordered.
func TestStopWhileOrderHangs(t *testing.T) {
	t.Parallel()
	b := setup(t, durable(t), func(o *sandbox.Options) { o.OrderTimeout = 3 * time.Second })
	release := make(chan struct{})
	held := b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Hold(release))
	card := b.as(sandbox.Alice).request(tutorial)
	b.as(sandbox.Bob).press(card, "Approve")
	if err := held.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	b.stop()
	close(release) // the order is placed after all
	b.start()
	b.says(sandbox.Renewals, "may or may not have been placed")
	b.wantStatus(1, renewal.Unknown)
	b.wantOrders(1)
	b.wantToldOnce()
}

// TestUnsentMessagesAreSentAfterRestart lets Slack refuse every message of a request
// until the bot is started again.
func TestUnsentMessagesAreSentAfterRestart(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]slacksim.Fault{
		"server error":       {Kind: slacksim.FaultStatus, Status: 503},
		"internal error":     {Kind: slacksim.FaultError, Error: "internal_error"},
		"too many":           {Kind: slacksim.FaultRateLimit, RetryAfter: time.Second},
		"connection reset":   {Kind: slacksim.FaultReset},
		"no answer in sense": {Kind: slacksim.FaultNotOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, durable(t))
			mend := b.Slack.Fail("chat.postMessage", fault)
			alice := b.as(sandbox.Alice)
			alice.fill(tutorial)
			alice.submitOK()
			alice.titled("Please check")
			alice.submitOK()
			alice.titled("Request saved")
			b.calls("chat.postMessage", 1)
			b.stop()
			mend()
			b.start()
			card := b.card(sandbox.Renewals, "RNW-000001", "Approve")
			b.as(sandbox.Bob).press(card, "Approve")
			b.says(sandbox.Renewals, "XS3401174502129270784")
			b.wantToldOnce()
		})
	}
}

// calls waits until a method was called so many times.
func (b *bundle) calls(method string, n int) {
	b.t.Helper()
	if _, err := b.Slack.WaitJournal(b.ctx, func(e slacksim.Entry) bool {
		if e.Kind == slacksim.EntryCall && e.Name == method {
			n--
		}
		return n <= 0
	}); err != nil {
		b.t.Fatalf("%s was not called: %v", method, err)
	}
}

// TestLostAnswersOfPosts loses the answer to each message in turn, after it was posted:
// it is found by its metadata and not posted twice.
func TestLostAnswersOfPosts(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]slacksim.Fault{
		"reset":        {Kind: slacksim.FaultReset, After: true},
		"server error": {Kind: slacksim.FaultStatus, Status: 500, After: true},
		"broken JSON":  {Kind: slacksim.FaultBrokenJSON, After: true},
	} {
		for n := range 5 {
			t.Run(fmt.Sprintf("%s of message %d", name, n+1), func(t *testing.T) {
				t.Parallel()
				b := setup(t, durable(t))
				b.Slack.Fail("chat.postMessage", fault, slacksim.AfterCalls(n), slacksim.Times(1))
				card := b.as(sandbox.Alice).request(tutorial)
				b.as(sandbox.Bob).press(card, "Approve")
				b.says(sandbox.Renewals, "XS3401174502129270784")
				if _, err := b.Slack.As(sandbox.Alice).WaitDM(b.ctx, "XS3401174502129270784"); err != nil {
					t.Error(err)
				}
				b.wantOrders(1)
				b.wantToldOnce()
			})
		}
	}
}

// TestRateLimitedPostsWait lets Slack ask for patience: nothing is lost, and the bot
// comes back no earlier than it was told.
func TestRateLimitedPostsWait(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.Slack.Fail("chat.postMessage", slacksim.Fault{Kind: slacksim.FaultRateLimit, RetryAfter: 2 * time.Second}, slacksim.Times(1))
	b.as(sandbox.Alice).request(tutorial)
	var limited, shown time.Time
	for _, e := range b.Slack.Calls("chat.postMessage") {
		if limited.IsZero() && e.Status == 429 {
			limited = e.Time
		}
		if shown.IsZero() && e.OK() && e.Param("channel") == sandbox.Renewals {
			shown = e.Time
		}
	}
	if waited := shown.Sub(limited); limited.IsZero() || waited < 1900*time.Millisecond {
		t.Errorf("the message was posted %v after Slack asked for 2 s", waited)
	}
	b.wantToldOnce()
}

// TestDeletedMessages deletes the request's messages by hand: the request goes on.
func TestDeletedMessages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	card := b.as(sandbox.Alice).request(tutorial)
	b.Slack.DeleteMessage(card.Ref())
	b.Slack.DeleteMessage(slacksim.Ref{Channel: card.Channel, TS: card.ThreadTS})
	// The client of somebody who has not noticed still shows the button.
	r, err := b.Ledger.Get(b.ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	value := fmt.Sprintf(`{"r":1,"v":%d,"f":%q}`, r.Revision, r.Fingerprint)
	if _, err := b.Slack.As(sandbox.Bob).Force().Press(b.ctx, slacksim.Click{Ref: card.Ref(), ActionID: "approve", Value: value}); err != nil {
		t.Fatal(err)
	}
	b.says(sandbox.Renewals, "XS3401174502129270784")
	b.wantStatus(1, renewal.Ordered)
	b.wantToldOnce()
}

// TestChannelGoneBeforePosting takes the channel away before the request is posted: the
// requester is told alone, and can still see and cancel the request.
func TestChannelGoneBeforePosting(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(*bundle){
		"archived":         func(b *bundle) { b.Slack.Archive(sandbox.Renewals, true) },
		"the bot is taken": func(b *bundle) { b.Slack.KickBot(sandbox.Renewals) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			alice := b.as(sandbox.Alice)
			alice.fill(tutorial)
			alice.submitOK()
			alice.titled("Please check")
			take(b)
			alice.submitOK()
			alice.titled("Request saved")
			if _, err := alice.p.WaitDM(b.ctx, "I can't post RNW-000001", "/renew cancel RNW-000001"); err != nil {
				t.Error(err)
			}
			b.says(sandbox.Audit, "RNW-000001", "request.submitted")
			alice.command(sandbox.Random, "/renew cancel 1")
			b.wantStatus(1, renewal.Cancelled)
			b.says(sandbox.Audit, "RNW-000001", "request.cancelled")
			b.wantToldOnce()
		})
	}
}

// TestChannelGoneWhilePending takes the channel away while the request waits: who still
// sees the card can approve it, and the requester is told of the order.
func TestChannelGoneWhilePending(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(*bundle){
		"archived":         func(b *bundle) { b.Slack.Archive(sandbox.Renewals, true) },
		"the bot is taken": func(b *bundle) { b.Slack.KickBot(sandbox.Renewals) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			card := b.as(sandbox.Alice).request(tutorial)
			b.wantToldOnce()
			take(b)
			r, err := b.Ledger.Get(b.ctx, 1)
			if err != nil {
				t.Fatal(err)
			}
			value := fmt.Sprintf(`{"r":1,"v":%d,"f":%q}`, r.Revision, r.Fingerprint)
			if _, err := b.Slack.As(sandbox.Bob).Force().Press(b.ctx, slacksim.Click{Ref: card.Ref(), ActionID: "approve", Value: value}); err != nil {
				t.Fatal(err)
			}
			if _, err := b.Slack.As(sandbox.Alice).WaitDM(b.ctx, "RNW-000001", "XS3401174502129270784"); err != nil {
				t.Error(err)
			}
			if _, err := b.Slack.As(sandbox.Alice).WaitDM(b.ctx, "I can't post RNW-000001"); err != nil {
				t.Error(err)
			}
			b.wantOrders(1)
			b.wantToldOnce()
		})
	}
}
