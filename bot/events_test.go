package bot_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/yeastar/yeastarsim"
)

// received are the events that a receiver has got.
type received struct {
	mu     sync.Mutex
	events []event
}

type event struct {
	ID, Subject, Type string
	Data              renewal.NoticeData
}

// receiver is another system that takes every event, and what makes a bot tell it.
func receiver(t *testing.T) (*received, func(*sandbox.Options)) {
	t.Helper()
	got := &received{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var e event
		if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
			t.Error(err)
		}
		got.mu.Lock()
		defer got.mu.Unlock()
		if !slices.ContainsFunc(got.events, func(before event) bool { return before.ID == e.ID }) {
			got.events = append(got.events, e)
		}
	}))
	t.Cleanup(server.Close)
	return got, func(o *sandbox.Options) {
		o.Configure = func(c *config.Config) {
			c.Events = config.Events{
				URL: config.NewSecret(server.URL), Secret: config.NewSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Private: true,
			}
		}
	}
}

// told are the types and the subjects of what has come, each as often as it came.
func (r *received) told() (types map[string]int, due map[string]renewal.NoticeData) {
	r.mu.Lock()
	defer r.mu.Unlock()
	types, due = map[string]int{}, map[string]renewal.NoticeData{}
	for _, e := range r.events {
		types[e.Type]++
		if e.Type == "renewbot.due" {
			due[e.Subject] = e.Data
		}
	}
	return types, due
}

// sent waits until nothing waits to be sent.
func (b *bundle) sent() {
	b.t.Helper()
	b.until("the events to be sent", func() bool {
		waiting, err := b.Ledger.Notices(b.ctx, ledger.NoticeFilter{State: ledger.NoticeWaiting})
		if err != nil {
			b.t.Fatal(err)
		}
		return len(waiting) == 0
	})
}

// Every type of event has something that leads to it, in a running bot.
func TestEveryTypeOfEventIsTold(t *testing.T) {
	t.Parallel()
	got, telling := receiver(t)
	b, clock := setupAt(t, telling, unreminded)
	alice, bob := b.as(sandbox.Alice), b.as(sandbox.Bob)
	card := alice.request(tutorial)
	bob.press(card, "Return…")
	bob.typeIn("What should be changed?", "The PO number")
	bob.submitOK()
	alice.press(b.card(sandbox.Renewals, "RNW-000001", "Cancel request"), "Cancel request")
	b.happened("RNW-000001", renewal.CodeCancelled)

	bob.press(alice.request(tutorial), "Reject…")
	bob.typeIn("Reason", "not now")
	bob.submitOK()
	b.happened("RNW-000002", renewal.CodeRejected)

	bob.press(alice.request(tutorial), "Approve")
	b.happened("RNW-000003", renewal.CodeOrdered)

	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.Reset().Times(1))
	b.approved()
	b.happened("RNW-000004", renewal.CodeUnknown)
	b.notPlaced(b.card(sandbox.Renewals, "RNW-000004", "It was not placed…"))

	alice.request(tutorial)
	b.laterAt(clock, b.stored("RNW-000005").ExpiresAt)
	b.happened("RNW-000005", renewal.CodeExpired)
	b.Vendor.Switch(yeastarsim.Generous)
	b.later(clock, 24*time.Hour)
	b.until("what is due to be told", func() bool { _, due := got.told(); return len(due) > 0 })
	b.sent()
	types, _ := got.told()
	for _, typ := range renewal.NoticeTypes() {
		if types["renewbot."+string(typ)] == 0 {
			t.Errorf("no event of the type %s is told; there came %v", typ, types)
		}
	}
}

// What ends soon is told once, without any digest, however often the bot starts and days begin.
func TestWhatEndsSoonIsToldToOtherSystemsOnce(t *testing.T) {
	t.Parallel()
	got, events := receiver(t)
	b, clock := setupAt(t, telling, events, func(o *sandbox.Options) { o.DatabaseURL = "sqlite://" + t.TempDir() + "/ledger.db" })
	const fjordline, own, automatic = "p-series-turnkey/" + yeastarsim.ExpiredID, "p-series-turnkey/own", yeastarsim.CloudMonthlySerial
	b.until("what is due to be told", func() bool { _, due := got.told(); return len(due) > 0 })
	b.rest()
	b.sent()
	_, due := got.told()
	expired, _ := b.Vendor.Package(yeastarsim.ExpiredID)
	want := renewal.NoticeData{Product: "p-series-turnkey", Holder: yeastarsim.ExpiredID, Quantity: expired.Extensions, ExpiresAt: expired.Expires}
	if diff := cmp.Diff(want, due[fjordline]); diff != "" {
		t.Errorf("what is told of a package that has ended (-want +got):\n%s", diff)
	}
	if _, told := due[own]; !told {
		t.Error("nothing is told of one that ends in 24 days")
	}
	for subject, d := range due {
		if d.ExpiresAt.After(clock.Now().AddDate(0, 0, 31)) || d.Holder == automatic {
			t.Errorf("%s is told: %+v", subject, d)
		}
	}
	first := len(due)
	if err := b.StopBot(); err != nil {
		t.Fatal(err)
	}
	if err := b.StartBot(b.ctx); err != nil {
		t.Fatal(err)
	}
	b.later(clock, 24*time.Hour)
	b.rest()
	b.sent()
	b.later(clock, 20*24*time.Hour)
	b.until("what is due by then to be told", func() bool { _, due := got.told(); return len(due) > first })
	b.sent()
	types, due := got.told()
	if types["renewbot.due"] != len(due) {
		t.Errorf("%d events are of %d packages", types["renewbot.due"], len(due))
	}
}
