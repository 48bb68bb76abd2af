package bot_test

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"renewbot/bot"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// heard is a log that one can wait for.
type heard struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{} // closed when something is written
}

// logsTo lets the bot log into h.
func logsTo(h *heard) func(*sandbox.Options) {
	h.changed = make(chan struct{})
	return func(o *sandbox.Options) {
		o.Log = slog.New(slog.NewTextHandler(h, &slog.HandlerOptions{Level: slog.LevelInfo}))
	}
}

// Write gets one line at a time.
func (h *heard) Write(line []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	close(h.changed)
	h.changed = make(chan struct{})
	return h.text.Write(line)
}

// count says how many lines have all of these pieces.
func (h *heard) count(pieces ...string) (int, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for line := range bytes.Lines(h.text.Bytes()) {
		all := true
		for _, piece := range pieces {
			all = all && bytes.Contains(line, []byte(piece))
		}
		if all {
			n++
		}
	}
	return n, h.changed
}

// wait waits for n lines that have all of these pieces.
func (h *heard) wait(ctx context.Context, t testing.TB, n int, pieces ...string) {
	t.Helper()
	for {
		got, changed := h.count(pieces...)
		if got >= n {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("%d lines of the log have %q, want %d", got, pieces, n)
		}
	}
}

// locked lets another process hold the ledger's file, so that nothing can be saved.
func locked(t *testing.T, file string) (unlock func()) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(8000)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	unlock = sync.OnceFunc(func() { _ = tx.Rollback(); _ = db.Close() })
	t.Cleanup(unlock)
	return unlock
}

// A worker is frozen between the commit of its attempt and its POST, for longer than the
// attempt has: the others go on, and when it thaws it sends nothing.
func TestAFrozenWorkerSendsNothingAfterItsDeadline(t *testing.T) {
	t.Parallel()
	thaw, held := make(chan struct{}), make(chan struct{})
	var frozen atomic.Bool
	b := setup(t, func(o *sandbox.Options) {
		o.OrderTimeout = time.Second
		o.Tune = func(l *ledger.Options, p *bot.Options) {
			p.OrderMargin = time.Second
			l.Trace = func(change string, ended bool) {
				if change == "apply renewal.Begin" && ended && frozen.CompareAndSwap(false, true) {
					close(held)
					<-thaw
				}
			}
		}
	})
	b.approved()
	<-held
	b.happened("RNW-000001", renewal.CodeUnknown)
	b.notPlaced(b.card(sandbox.Renewals, "RNW-000001", "It was not placed…"))
	b.as(sandbox.Bob).press(b.card(sandbox.Renewals, "RNW-000001", "Try again"), "Try again")
	b.happened("RNW-000001", renewal.CodeOrdered)
	close(thaw)
	b.stop() // waits for the worker
	if n := len(b.Vendor.OrderRequests()); n != 1 {
		t.Errorf("%d orders were sent, want 1", n)
	}
}

// Frozen for less than that, but too long to send it in time: it is tried again by itself.
func TestAnOrderThatCannotBeSentInTimeIsTriedAgain(t *testing.T) {
	t.Parallel()
	thaw, held := make(chan struct{}), make(chan struct{})
	var frozen atomic.Bool
	b, clock := setupAt(t, func(o *sandbox.Options) {
		o.OrderTimeout = 200 * time.Millisecond
		o.Tune = func(l *ledger.Options, _ *bot.Options) {
			l.Trace = func(change string, ended bool) {
				if change == "apply renewal.Begin" && ended && frozen.CompareAndSwap(false, true) {
					close(held)
					<-thaw
				}
			}
		}
	})
	b.approved()
	<-held
	timer := time.NewTimer(200 * time.Millisecond) // the worker's own clock goes on
	<-timer.C
	close(thaw)
	b.happened("RNW-000001", renewal.CodePostponed)
	b.wants(b.entry("RNW-000001", renewal.CodePostponed).Detail[renewal.DetailVendorDetail], "before it could be sent")
	if n := len(b.Vendor.OrderRequests()); n != 0 {
		t.Errorf("%d orders were sent, want none", n)
	}
	clock.Advance(time.Minute)
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 1, renewal.CodeSubmitted, renewal.CodeApproved, renewal.CodeOrdering,
		renewal.CodePostponed, renewal.CodeOrdering, renewal.CodeOrdered)
}

// The vendor has answered and the ledger is locked for longer than anybody would wait: the
// order's number is in the log at once, and saved when that is possible again.
func TestAKnownOrderIsLoggedAndSavedWhenItCanBe(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "renewbot.db")
	var log heard
	b := setup(t, logsTo(&log), func(o *sandbox.Options) {
		o.DatabaseURL = "sqlite://" + file
		o.Tune = func(_ *ledger.Options, p *bot.Options) { p.OrderMargin = 100 * time.Millisecond }
	})
	gate := make(chan struct{})
	slow := b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Hold(gate).Times(1))
	b.approved()
	if err := slow.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	unlock := locked(t, file)
	close(gate)
	placed, err := b.Vendor.WaitOrders(b.ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	number := placed[0].OrderNo
	log.wait(b.ctx, t, 1, "the vendor has taken the order", number, "RNW-000001")
	log.wait(b.ctx, t, 3, "was not saved yet", number)
	unlock()
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.ends("RNW-000001", renewal.Ordered, 1, smooth...)
}

// The process ends while it cannot save what it knows: that stands in the log.
func TestAKnownOrderThatIsNotSavedIsInTheLog(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "renewbot.db")
	var log heard
	b := setup(t, logsTo(&log), func(o *sandbox.Options) {
		o.DatabaseURL = "sqlite://" + file
		o.OrderTimeout = 2 * time.Second
		o.Tune = func(_ *ledger.Options, p *bot.Options) { p.OrderMargin = 100 * time.Millisecond }
	})
	gate := make(chan struct{})
	slow := b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Hold(gate).Times(1))
	b.approved()
	if err := slow.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	unlock := locked(t, file)
	close(gate)
	placed, err := b.Vendor.WaitOrders(b.ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	log.wait(b.ctx, t, 1, "was not saved yet", placed[0].OrderNo)
	_ = b.StopBot() // what it cannot save, it says
	log.wait(b.ctx, t, 1, "the process ends and the outcome of an order is not saved", placed[0].OrderNo)
	unlock()
	b.start() // the attempt has no outcome, so the order is looked for
	b.happened("RNW-000001", renewal.CodeUnknown)
}
