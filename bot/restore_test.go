package bot_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// The ledger is lost and comes back from a backup that was made while one request was
// approved and not ordered, and another one waited. Both were ordered after it. Nothing
// is ordered again by itself, and an old button orders nothing either.
func TestNothingIsOrderedTwiceAfterARestore(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	file, backup := filepath.Join(directory, "renewbot.db"), filepath.Join(directory, "backup.db")
	url := "sqlite://" + file
	b, clock := setupAt(t, func(o *sandbox.Options) { o.DatabaseURL = url })
	waiting := b.as(sandbox.Alice).request(tutorial)
	approved := b.as(sandbox.Alice).request(acmeWish)
	b.between(approved, func(*yeastarsim.Server) {
		if _, err := ledger.Backup(b.ctx, url, backup); err != nil {
			t.Fatal(err)
		}
	})
	b.happened("RNW-000002", renewal.CodeOrdered)
	b.as(sandbox.Bob).press(waiting, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	b.wantOrders(2)
	ordered := b.stored("RNW-000002").Order.OrderNo

	b.stop()
	left, err := filepath.Glob(file + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range left {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ledger.Restore(b.ctx, url, backup, ledger.Options{Policy: b.Config.Policy(), Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Held) != 1 || got.Held[0] != 2 || len(got.Undecided) != 1 || got.Undecided[0] != 1 {
		t.Fatalf("the restore told %+v", got)
	}
	b.start()
	b.later(clock, time.Minute)
	b.until("the order that was placed after the backup is found", func() bool {
		return b.stored("RNW-000002").Status == renewal.Ordered
	})
	if r := b.stored("RNW-000002"); r.Order.OrderNo != ordered {
		t.Errorf("RNW-000002 has the order %s, want %s", r.Order.OrderNo, ordered)
	}
	b.as(sandbox.Bob).forceClick(clickOn(t, waiting, "approve"))
	b.until("the old button was refused", func() bool { return len(b.denials()) > 0 })
	if r := b.stored("RNW-000001"); r.Status != renewal.Pending || r.Revision != 2 {
		t.Errorf("RNW-000001 is %s in revision %d", r.Status, r.Revision)
	}
	card := b.card(sandbox.Renewals, "RNW-000001", "Approve")
	if text := b.Slack.Text(card); !strings.Contains(text, "comes from a backup") {
		t.Errorf("the card does not warn:\n%s", text)
	}
	b.says(sandbox.Renewals, "The ledger was restored from a backup", "may or may not have been placed")
	b.wantOrders(2)
	if err := b.Ledger.Verify(b.ctx); err != nil {
		t.Error(err)
	}
}
