package bot_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/config"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// What the tests of whole journeys call as witnesses: the orders that the vendor got,
// the ledger, and what people read.

// monday is when the tests with a clock of their own begin.
var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// setupAt starts a sandbox whose time stands still until the test moves it.
func setupAt(t testing.TB, change ...func(*sandbox.Options)) (*bundle, *slacksim.ManualClock) {
	t.Helper()
	clock := slacksim.NewManualClock(monday)
	b := setup(t, append([]func(*sandbox.Options){func(o *sandbox.Options) {
		o.Now = clock.Now
		o.Slack = append(o.Slack, slacksim.WithClock(clock))
		o.Vendor = append(o.Vendor, yeastarsim.WithClock(clock.Now))
	}}, change...)...)
	return b, clock
}

// later moves the clock on.
func (b *bundle) later(clock *slacksim.ManualClock, d time.Duration) {
	b.t.Helper()
	b.laterAt(clock, clock.Now().Add(d))
}

// laterAt moves the clock to t, once the bot has nothing to do before: what it is at plans
// what comes next by the time that it is.
func (b *bundle) laterAt(clock *slacksim.ManualClock, t time.Time) {
	b.t.Helper()
	b.rest()
	clock.Set(t)
}

// rest waits until the bot has no job to do now.
func (b *bundle) rest() {
	b.t.Helper()
	b.until("the bot to have nothing to do", func() bool {
		f, err := b.Ledger.Figures(b.ctx, "")
		if err != nil {
			b.t.Fatal(err)
		}
		for _, q := range f.Queues {
			if q.Due.Count+q.Running.Count > 0 {
				return false
			}
		}
		return true
	})
}

// configured changes the bot's configuration.
func configured(change func(*config.Renew)) func(*sandbox.Options) {
	return func(o *sandbox.Options) {
		before := o.Configure
		o.Configure = func(c *config.Config) {
			if before != nil {
				before(c)
			}
			change(&c.Renew)
		}
	}
}

// switched changes what the vendor's answers hold.
func switched(changes ...func(*yeastarsim.Switches)) func(*sandbox.Options) {
	return func(o *sandbox.Options) {
		for _, c := range changes {
			o.Vendor = append(o.Vendor, yeastarsim.WithSwitches(c))
		}
	}
}

func anyQuantity(s *yeastarsim.Switches) { s.AcceptAnyQuantity = true }

// id is the number in a reference.
func (b *bundle) id(reference string) int64 {
	b.t.Helper()
	id, ok := renewal.ParseReference(reference)
	if !ok {
		b.t.Fatalf("%q is no reference", reference)
	}
	return id
}

// stored reads a request from the ledger.
func (b *bundle) stored(reference string) renewal.Request {
	b.t.Helper()
	r, err := b.Ledger.Get(b.ctx, b.id(reference))
	if err != nil {
		b.t.Fatalf("read %s: %v", reference, err)
	}
	return r
}

// nothingStored wants no request in the ledger at all.
func (b *bundle) nothingStored() {
	b.t.Helper()
	if _, err := b.Ledger.Get(b.ctx, 1); !errors.Is(err, ledger.ErrNotFound) {
		b.t.Errorf("a request was saved: %v", err)
	}
	if n := len(b.Vendor.OrderRequests()); n != 0 {
		b.t.Errorf("%d orders were sent", n)
	}
}

// happened waits until the audit channel tells of an event, after which the ledger
// holds it, and what the other messages say of it is in Slack as well.
func (b *bundle) happened(reference string, code renewal.Code) slacksim.Message {
	b.t.Helper()
	return b.says(sandbox.Audit, reference, string(code)+" by")
}

// ends compares where a request stands, how many orders the vendor got, and what the
// audit trail holds of it; the trail must be whole.
func (b *bundle) ends(reference string, status renewal.Status, sent int, codes ...renewal.Code) renewal.Request {
	b.t.Helper()
	r := b.stored(reference)
	if r.Status != status {
		b.t.Errorf("%s is %s, want %s", reference, r.Status, status)
	}
	if got := len(b.Vendor.OrderRequests()); got != sent {
		b.t.Errorf("the vendor got %d order requests, want %d", got, sent)
	}
	// What is read of the package after its order comes when the clock gets there.
	afterwards := []renewal.Code{renewal.CodeConfirmed, renewal.CodeUnconfirmed, renewal.CodeStale}
	var got []renewal.Code
	for _, e := range b.entries(reference) {
		if !slices.Contains(afterwards, e.Code) {
			got = append(got, e.Code)
		}
	}
	if diff := cmp.Diff(codes, got); diff != "" {
		b.t.Errorf("the audit trail of %s (-want +got):\n%s", reference, diff)
	}
	if err := b.Ledger.Verify(b.ctx); err != nil {
		b.t.Errorf("the audit trail is broken: %v", err)
	}
	return r
}

func (b *bundle) entries(reference string) []renewal.Entry {
	b.t.Helper()
	entries, err := b.Ledger.Entries(b.ctx, b.id(reference))
	if err != nil {
		b.t.Fatalf("read the trail of %s: %v", reference, err)
	}
	return entries
}

// entry finds the last entry of a request with a code.
func (b *bundle) entry(reference string, code renewal.Code) renewal.Entry {
	b.t.Helper()
	for _, e := range slices.Backward(b.entries(reference)) {
		if e.Code == code {
			return e
		}
	}
	b.t.Fatalf("%s has no entry %s", reference, code)
	return renewal.Entry{}
}

// bodies are the orders that the vendor got, as they came.
func (b *bundle) bodies() []string {
	var out []string
	for _, o := range b.Vendor.OrderRequests() {
		out = append(out, string(o.Body))
	}
	return out
}

// hears waits for a direct message of the bot.
func (b *bundle) hears(user string, pieces ...string) slacksim.Message {
	b.t.Helper()
	return b.says(b.Slack.As(user).DM(), pieces...)
}

// cardNow is a card as it stands, with or without buttons.
func (b *bundle) cardNow(m slacksim.Message) slacksim.Message {
	b.t.Helper()
	now, ok := b.Slack.Message(m.Ref())
	if !ok {
		b.t.Fatalf("the card is gone")
	}
	return now
}

// shows waits until a message that is there already shows all pieces.
func (b *bundle) shows(m slacksim.Message, pieces ...string) slacksim.Message {
	b.t.Helper()
	var now slacksim.Message
	b.wait("a message to show "+strings.Join(pieces, ", "), func(s *slacksim.Snapshot) bool {
		for _, o := range s.All(m.Channel) {
			if o.TS == m.TS && !slices.ContainsFunc(pieces, func(p string) bool { return !contains(s.Text(o), p) }) {
				now = o
				return true
			}
		}
		return false
	})
	return now
}

// silent fails when a message in a channel has all pieces.
func (b *bundle) silent(channel string, pieces ...string) {
	b.t.Helper()
	s := b.Slack.Snapshot()
	for _, m := range s.All(channel) {
		if !slices.ContainsFunc(pieces, func(p string) bool { return !contains(s.Text(m), p) }) {
			b.t.Errorf("%s says %q:\n%s", channel, pieces, s.Text(m))
		}
	}
}

// wants compares a text with the pieces that it must have.
func (b *bundle) wants(text string, pieces ...string) {
	b.t.Helper()
	for _, p := range pieces {
		if !contains(text, p) {
			b.t.Errorf("%q is missing in:\n%s", p, text)
		}
	}
}

// lacks fails when a text has one of the pieces.
func (b *bundle) lacks(text string, pieces ...string) {
	b.t.Helper()
	for _, p := range pieces {
		if contains(text, p) {
			b.t.Errorf("%q should not be in:\n%s", p, text)
		}
	}
}

// reads waits until the view on top shows all pieces, and returns its text.
func (a *actor) reads(pieces ...string) string {
	a.b.t.Helper()
	var text string
	_, err := a.p.WaitView(a.b.ctx, func(v slacksim.View) bool {
		text = a.b.Slack.TextView(v)
		return !slices.ContainsFunc(pieces, func(p string) bool { return !contains(text, p) })
	})
	if err != nil {
		a.b.t.Fatalf("no view with %q: %v; on top is:\n%s", pieces, err, text)
	}
	return text
}

// field is a field of the view on top as it stands.
func (a *actor) field(label string) slacksim.Field {
	a.b.t.Helper()
	f, _ := a.view(label).Field(label)
	return f
}

// chosen is what a field of the view on top holds, for people: its choices or its text.
func (a *actor) chosen(label string) string {
	a.b.t.Helper()
	f := a.field(label)
	if len(f.Selected) == 0 {
		return f.Value
	}
	var texts []string
	for _, o := range f.Selected {
		texts = append(texts, o.Text)
	}
	return strings.Join(texts, ", ")
}

// review submits the form and returns what the review shows.
func (a *actor) review() string {
	a.b.t.Helper()
	a.submitOK()
	v, ok := a.p.View()
	if !ok || v.CallbackID != "renew_review" {
		a.b.t.Fatalf("no review; on top is:\n%s", a.b.Slack.TextView(v))
	}
	return a.b.Slack.TextView(v)
}

// back leaves the view on top by its close button.
func (a *actor) back() {
	a.b.t.Helper()
	if _, err := a.p.CloseView(a.b.ctx, false); err != nil {
		a.b.t.Fatalf("close the view: %v", err)
	}
}

// errorAt is the sentence at the field with a label, after a submission.
func (a *actor) errorAt(label string) string {
	a.b.t.Helper()
	return a.field(label).Error
}

// refOf is the reference that a message tells.
func (b *bundle) refOf(m slacksim.Message) string { return referenceIn(b.Slack.Text(m)) }
