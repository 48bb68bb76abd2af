package bot_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// The bot starts, has begun an order that was approved before, and is told to end before it has
// started: the order gets its time.
func TestStopWhileStartingCutsNoOrder(t *testing.T) {
	t.Parallel()
	var arm atomic.Bool
	starting, goOn := make(chan struct{}), make(chan struct{})
	b, clock := setupAt(t, durable(t), ruled(t, twoSteps), tuned(func(l *ledger.Options, _ *bot.Options) {
		l.Trace = func(change string, ended bool) {
			if change == "record" && !ended && arm.CompareAndSwap(true, false) {
				close(starting)
				<-goOn
			}
		}
	}))
	card := b.as(sandbox.Alice).request(acmeWish)
	down := b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.HTTPError(503))
	b.as(sandbox.Carol).press(card, "Approve")
	b.as(sandbox.Bob).press(b.shows(card, "Step 2 of 2"), "Approve")
	b.happened("RNW-000001", renewal.CodeApproved)
	b.stop()
	down.Remove()
	clock.Advance(time.Minute)
	answer := make(chan struct{})
	held := b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Hold(answer).Times(1))
	arm.Store(true)
	ctx, cancel := context.WithCancel(b.ctx)
	ended := make(chan error, 1)
	go func() { ended <- b.StartBot(ctx) }()
	<-starting
	if err := held.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	close(goOn)
	close(answer)
	if err := <-ended; err == nil {
		t.Error("it started though it was told to end")
	}
	if n := len(b.Vendor.Placed()); n != 1 {
		t.Errorf("the bot has ended, and %d orders were placed, want 1", n)
	}
	b.start()
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wantOrders(1)
}
