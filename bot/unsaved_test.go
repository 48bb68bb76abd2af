package bot_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// lockable is a sandbox whose ledger can be locked as by somebody with a database tool: it
// can be read, and nothing can be saved.
func lockable(t *testing.T) (b *bundle, lock func() (unlock func())) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "renewbot.db")
	b = setup(t, func(o *sandbox.Options) { o.DatabaseURL = "sqlite://" + file })
	return b, func() func() {
		t.Helper()
		db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(8000)&_txlock=immediate")
		if err != nil {
			t.Fatal(err)
		}
		tx, err := db.BeginTx(b.ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		unlock := sync.OnceFunc(func() {
			if err := errors.Join(tx.Rollback(), db.Close()); err != nil {
				t.Error(err)
			}
		})
		t.Cleanup(unlock)
		return unlock
	}
}

// refusedWith submits the view on top, and wants an error that says all pieces.
func (a *actor) refusedWith(pieces ...string) {
	a.b.t.Helper()
	errs := a.submit()
	for _, e := range errs {
		a.b.wants(e, pieces...)
	}
	if len(errs) != 1 {
		a.b.t.Fatalf("the form shows the errors %v, want one", errs)
	}
}

func TestADecisionThatCannotBeSavedIsToldInItsForm(t *testing.T) {
	t.Parallel()
	b, lock := lockable(t)
	card := b.as(sandbox.Alice).request(acmeWish)
	carol := b.as(sandbox.Carol)
	carol.press(card, "Reject…")
	carol.typeIn("Reason", "The customer has cancelled")
	unlock := lock()
	carol.refusedWith("could not be saved", "Nothing was changed")
	unlock()
	if r := b.stored("RNW-000001"); r.Status != renewal.Pending {
		t.Errorf("the request is %s, though its rejection was not saved", r.Status)
	}
	carol.submitOK() // the form is still there
	b.happened("RNW-000001", renewal.CodeRejected)
	b.shows(card, "The customer has cancelled")
}

func TestAClickThatCannotBeSavedIsTold(t *testing.T) {
	t.Parallel()
	b, lock := lockable(t)
	card := b.as(sandbox.Alice).request(acmeWish)
	bob := b.as(sandbox.Bob)
	unlock := lock()
	bob.press(card, "Approve")
	bob.told("could not be saved", "Nothing was changed and nothing was ordered")
	unlock()
	if r := b.stored("RNW-000001"); r.Status != renewal.Pending || len(r.Votes) != 0 {
		t.Errorf("the request is %s with the votes %v, though none was saved", r.Status, r.Votes)
	}
	bob.press(card, "Approve")
	b.happened("RNW-000001", renewal.CodeOrdered)
	if n := len(b.Vendor.Placed()); n != 1 {
		t.Errorf("%d orders", n)
	}
}

// What comes too late for the ack is not saved afterwards, and repeating it makes one.
func TestARequestThatCannotBeSavedIsRepeatedAsOne(t *testing.T) {
	t.Parallel()
	b, lock := lockable(t)
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	alice.submitOK()
	alice.titled("Please check")
	unlock := lock()
	alice.submitOK()
	b.wants(b.Slack.TextView(alice.titled("Please check")), "could not be saved", "nothing was ordered")
	unlock()
	if err := b.Ledger.Writable(b.ctx); err != nil { // behind whoever waited for the lock
		t.Fatal(err)
	}
	if _, err := b.Ledger.Get(b.ctx, 1); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("it was saved behind its author's back: %v", err)
	}
	alice.submitOK()
	b.wants(b.Slack.TextView(alice.titled("Request saved")), "RNW-000001")
	b.requests("RNW-000001")
}

// requests wants these requests and no others, newest first.
func (b *bundle) requests(want ...string) {
	b.t.Helper()
	all, err := b.Ledger.List(b.ctx, ledger.Filter{})
	if err != nil {
		b.t.Fatal(err)
	}
	var got []string
	for _, r := range all {
		got = append(got, r.Reference())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		b.t.Errorf("the requests are %v, want %v", got, want)
	}
}

// A form has one key from its loading view on: nobody makes two requests of it, from
// whichever of its views, when they don't see what became of the first.
func TestOneFormIsOneRequest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.stop()
	b.start() // with cold look-ups, so that the form begins as a loading view
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	alice.submitOK()
	alice.titled("Please check")
	// The ack is lost with its connection: Slack says that something went wrong.
	b.Slack.Disturb("view_submission", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeCut}, 1)
	if r, err := alice.p.Submit(b.ctx); err != nil || r.Trouble == "" {
		t.Fatalf("the answer was not lost: %v %+v", err, r)
	}
	b.happened("RNW-000001", renewal.CodeSubmitted)
	if _, err := alice.p.CloseView(b.ctx, false); err != nil { // back to the form
		t.Fatal(err)
	}
	alice.submitOK()
	b.wants(b.Slack.TextView(alice.titled("Request saved")), "RNW-000001 is saved")
	b.requests("RNW-000001")
}

// What is changed in a form that has made a request is not lost in silence.
func TestAFormThatMadeARequestMakesNoOther(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.as(sandbox.Alice)
	alice.fill(acmeWish)
	alice.submitOK()
	alice.titled("Please check")
	b.Slack.Disturb("view_submission", slacksim.EnvelopeFault{Kind: slacksim.EnvelopeCut}, 1)
	if r, err := alice.p.Submit(b.ctx); err != nil || r.Trouble == "" {
		t.Fatalf("the answer was not lost: %v %+v", err, r)
	}
	b.happened("RNW-000001", renewal.CodeSubmitted)
	if _, err := alice.p.CloseView(b.ctx, false); err != nil {
		t.Fatal(err)
	}
	alice.typeIn("Note to the approver", "Please hurry")
	alice.submitOK()
	b.wants(b.Slack.TextView(alice.titled("Not saved")), "This form made RNW-000001 already", "nothing was ordered")
	b.requests("RNW-000001")
	if note := b.stored("RNW-000001").Note; note != acmeWish.note {
		t.Errorf("its note is %q", note)
	}
}

func TestASettlementWaitsForThePortalNoLongerThanItsForm(t *testing.T) {
	t.Parallel()
	b, card := lostOrder(t, yeastarsim.Reset().After())
	bob := b.as(sandbox.Bob)
	bob.press(card, "It was placed…")
	bob.typeIn("Order number", b.Vendor.Placed()[0].OrderNo)
	release := make(chan struct{})
	slow := b.Vendor.Fault(yeastarsim.AnyEndpoint, yeastarsim.Hold(release))
	began := time.Now()
	bob.refusedWith("did not answer", "Nothing was changed")
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
	slow.Remove()
	close(release)
	if r := b.stored("RNW-000001"); r.Status != renewal.Unknown {
		t.Errorf("the request is %s", r.Status)
	}
}
