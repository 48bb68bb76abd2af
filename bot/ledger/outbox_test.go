package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"renewbot/bot/due"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

const (
	here = "a receiver"
	held = 30 * time.Second
)

// outbox is a ledger that tells a receiver of everything.
func outbox(t *testing.T, s store, o Options) *Ledger {
	t.Helper()
	o.Outbox = true
	if o.Policy.Required == 0 {
		o.Policy = policy(1)
	}
	l := s.open(t, o)
	if err := l.OpenOutbox(t.Context(), here, "example.com"); err != nil {
		t.Fatal(err)
	}
	return l
}

func take(t *testing.T, l *Ledger, requestID int64) Taken {
	t.Helper()
	taken, err := l.TakeNotice(t.Context(), here, requestID, held)
	if err != nil {
		t.Fatal(err)
	}
	return taken
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func notices(t *testing.T, l *Ledger, f NoticeFilter) []string {
	t.Helper()
	list, err := l.Notices(t.Context(), f)
	must(t, err)
	var texts []string
	for _, n := range list {
		texts = append(texts, fmt.Sprintf("%s %s %s", n.Subject, n.Type, n.State))
	}
	return texts
}

// A change and its notice are one transaction: also those are sent whose process died at
// once.
func testOutboxInTheChange(t *testing.T, s store) {
	l := outbox(t, s, Options{})
	r := submit(t, l, "k")
	apply(t, l, r.ID, approve(r, "U2"))
	if _, err := l.Apply(t.Context(), r.ID, approve(r, "U3")); refusalCode(err) == "" {
		t.Fatalf("a second approval: %v", err)
	}
	must(t, l.Close())
	l = outbox(t, s, Options{})
	same(t, []string{"RNW-000001 requested waiting", "RNW-000001 approved waiting"}, notices(t, l, NoticeFilter{}), "the outbox after a crash")
	ran := start(t, l)
	for got := map[renewal.JobKind]int{}; got[renewal.SendEvents] < 2; {
		got[wait(t, ran, "the jobs that send").Kind]++
	}
	same(t, []renewal.Code{renewal.CodeEventsOn}, codes(t, l, 0), "entries of no request")
	var d renewal.NoticeData
	n := *take(t, l, r.ID).Notice
	must(t, json.Unmarshal(n.Data, &d))
	if d.Request != "RNW-000001" || d.State != renewal.Pending || d.Version != 1 || d.Quantity != 100 || n.ID == "" || n.At != r.CreatedAt {
		t.Errorf("notice %+v with %+v", n, d)
	}
}

func testOutboxRolledBack(t *testing.T, s store) {
	l := outbox(t, s, Options{})
	r := submit(t, l, "k")
	tamper(t, l, `DELETE FROM requests`)
	if _, err := l.Apply(t.Context(), r.ID, approve(r, "U2")); err == nil {
		t.Error("a request that is gone was approved")
	}
	same(t, []string{"RNW-000001 requested waiting"}, notices(t, l, NoticeFilter{}), "the outbox")
}

func testOutboxOff(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "k")
	apply(t, l, r.ID, approve(r, "U2"))
	must(t, l.AnnounceDue(t.Context(), []due.Row{ending("a", time.Now())}))
	must(t, l.OpenOutbox(t.Context(), "", ""))
	same(t, []string(nil), notices(t, l, NoticeFilter{}), "the outbox")
	same(t, []renewal.Code(nil), codes(t, l, 0), "entries of no request")
}

// A later notice of a request waits for an earlier one, and nobody sends what somebody else
// is sending.
func testOutboxOrder(t *testing.T, s store) {
	clock := newClock()
	l := outbox(t, s, Options{Now: clock.Now})
	r := submit(t, l, "k")
	apply(t, l, r.ID, approve(r, "U2"))
	other := submit(t, l, "other")
	first := take(t, l, r.ID)
	if first.Notice == nil || first.Notice.Type != renewal.NoticeRequested || first.Notice.Tries != 1 {
		t.Fatalf("took %+v", first)
	}
	if again := take(t, l, r.ID); again.Notice != nil || !again.Next.Equal(l.Now(t.Context()).Add(held)) {
		t.Errorf("while it is held there is %+v", again)
	}
	if taken := take(t, l, other.ID); taken.Notice == nil {
		t.Error("another request waits for it")
	}
	clock.advance(held) // whoever held it has died
	second := take(t, l, r.ID)
	if second.Notice == nil || second.Notice.ID != first.Notice.ID || second.Notice.Tries != 2 {
		t.Fatalf("took %+v", second)
	}
	// The first one lives, after all: what it says of a failure comes too late.
	must(t, l.NoticeFailed(t.Context(), *first.Notice, "answered 500", time.Time{}))
	later := l.Now(t.Context()).Add(time.Minute)
	must(t, l.NoticeFailed(t.Context(), *second.Notice, "answered 503", later))
	if taken := take(t, l, r.ID); taken.Notice != nil || !taken.Next.Equal(later) {
		t.Errorf("after a failure there is %+v", taken)
	}
	clock.advance(time.Minute)
	must(t, l.NoticeSent(t.Context(), *take(t, l, r.ID).Notice))
	last := take(t, l, r.ID)
	if last.Notice == nil || last.Notice.Type != renewal.NoticeApproved {
		t.Fatalf("took %+v", last)
	}
	must(t, l.NoticeFailed(t.Context(), *last.Notice, "answered 500", time.Time{}))
	if taken := take(t, l, r.ID); taken != (Taken{}) {
		t.Errorf("at the end there is %+v", taken)
	}
	same(t, []string{"RNW-000001 requested sent", "RNW-000001 approved given_up"}, notices(t, l, NoticeFilter{RequestID: r.ID}), "the outbox")
}

func testOutboxRace(t *testing.T, s store) {
	l := outbox(t, s, Options{})
	r := submit(t, l, "k")
	var all sync.WaitGroup
	taken := make([]Taken, 10)
	for i := range taken {
		all.Go(func() {
			var err error
			if taken[i], err = l.TakeNotice(context.WithoutCancel(t.Context()), here, r.ID, held); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	n := 0
	for _, taken := range taken {
		if taken.Notice != nil {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d have taken it", n)
	}
}

// What belongs to no request holds nothing up.
func testOutboxNoRequest(t *testing.T, s store) {
	clock := newClock()
	l := outbox(t, s, Options{Now: clock.Now})
	must(t, l.AnnounceDue(t.Context(), []due.Row{ending("a", clock.Now()), ending("b", clock.Now())}))
	a := take(t, l, 0)
	must(t, l.NoticeFailed(t.Context(), *a.Notice, "answered 400", l.Now(t.Context()).Add(time.Hour)))
	if b := take(t, l, 0); b.Notice == nil || b.Notice.Subject != "p-series-turnkey/b" {
		t.Errorf("took %+v", b)
	}
}

// ending is the row of a package that ends at a time.
func ending(holder string, at time.Time) due.Row {
	product, _ := yeastar.ProductByKey("p-series-turnkey")
	return due.Row{
		Product: &product, Holder: renewal.Holder{PartnerID: yeastar.ID(holder)}, Quantity: 50,
		Dates: []due.Date{{At: at, Source: due.FromPortal}},
	}
}

// Each end of each package is told once for ever, whoever tells of it again.
func testOutboxDue(t *testing.T, s store) {
	clock := newClock()
	l := outbox(t, s, Options{Now: clock.Now})
	end := clock.Now().Add(48 * time.Hour).Truncate(24 * time.Hour)
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			rows := []due.Row{ending("a", end.Add(time.Hour)), ending("b", end)}
			if err := l.AnnounceDue(context.WithoutCancel(t.Context()), rows); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for range 2 {
		must(t, l.NoticeSent(t.Context(), *take(t, l, 0).Notice))
	}
	clock.advance(sentKept + time.Hour) // nothing of them is left in the outbox
	must(t, l.Close())
	l = outbox(t, s, Options{Now: clock.Now})
	must(t, l.AnnounceDue(t.Context(), []due.Row{ending("a", end), ending("a", end.AddDate(1, 0, 0))}))
	n := take(t, l, 0).Notice
	if n == nil {
		t.Fatal("another end is not told")
	}
	var got renewal.NoticeData
	must(t, json.Unmarshal(n.Data, &got))
	same(t, renewal.NoticeData{Product: "p-series-turnkey", Holder: "a", Quantity: 50, ExpiresAt: end.AddDate(1, 0, 0).UTC()}, got, "what is told")
	must(t, l.NoticeSent(t.Context(), *n))
	same(t, []string{"p-series-turnkey/a due sent"}, notices(t, l, NoticeFilter{}), "the outbox")
}

// A receiver that wants no more gets no more, in any process and after a restart, until
// people say so or there is another one.
func testOutboxStopped(t *testing.T, s store) {
	clock := newClock()
	l := outbox(t, s, Options{Now: clock.Now})
	r := submit(t, l, "k")
	n := *take(t, l, r.ID).Notice
	for range 2 {
		must(t, l.StopOutbox(t.Context(), here, "example.com"))
	}
	must(t, l.NoticeFailed(t.Context(), n, "answered 410", clock.Now()))
	must(t, l.Close())
	l = outbox(t, s, Options{Now: clock.Now})
	if taken := take(t, l, r.ID); taken.Notice != nil || taken.Next.IsZero() {
		t.Errorf("after the stop there is %+v", taken)
	}
	if f, err := l.Figures(t.Context(), ""); err != nil || f.OutboxStopped != 1 || f.Outbox.Count != 1 {
		t.Errorf("figures %+v, error %v", f, err)
	}
	if count, err := l.Resend(t.Context(), NoticeFilter{ID: n.ID}); count != 1 || err != nil {
		t.Errorf("%d are sent once more, error %v", count, err)
	}
	if taken := take(t, l, r.ID); taken.Notice == nil {
		t.Errorf("after people asked for it there is %+v", taken)
	}
	must(t, l.StopOutbox(t.Context(), here, "example.com"))
	must(t, l.OpenOutbox(t.Context(), "another", "example.net"))
	clock.advance(held)
	if taken := take(t, l, r.ID); taken.Notice != nil {
		t.Error("the old receiver got it")
	}
	taken, err := l.TakeNotice(t.Context(), "another", r.ID, held)
	if err != nil || taken.Notice == nil {
		t.Errorf("the new receiver gets %+v, error %v", taken, err)
	}
	must(t, l.NoticeFailed(t.Context(), *taken.Notice, "answered 503", l.Now(t.Context()).Add(time.Hour)))
	must(t, l.OpenOutbox(t.Context(), here, "example.com")) // one more, which need not wait for the hour
	if n := take(t, l, r.ID).Notice; n == nil || !n.Since.Equal(l.Now(t.Context())) {
		t.Errorf("the next receiver gets %+v", n)
	}
	must(t, l.OpenOutbox(t.Context(), "", ""))
	same(t, []renewal.Code{
		renewal.CodeEventsOn, renewal.CodeEventsStopped, renewal.CodeEventsStopped, renewal.CodeEventsOn, renewal.CodeEventsOn,
		renewal.CodeEventsOff,
	}, codes(t, l, 0), "entries of no request")
}

func testOutboxResend(t *testing.T, s store) {
	clock := newClock()
	l := outbox(t, s, Options{Now: clock.Now})
	r := submit(t, l, "k")
	must(t, l.NoticeSent(t.Context(), *take(t, l, r.ID).Notice))
	apply(t, l, r.ID, approve(r, "U2"))
	must(t, l.NoticeFailed(t.Context(), *take(t, l, r.ID).Notice, "answered 500", time.Time{}))
	clock.advance(time.Hour)
	if f, err := l.Figures(t.Context(), ""); err != nil || f.GivenUp != 1 || f.Outbox != (Backlog{}) {
		t.Errorf("figures %+v, error %v", f, err)
	}
	if n, err := l.Resend(t.Context(), NoticeFilter{State: NoticeGivenUp}); n != 1 || err != nil {
		t.Errorf("%d are sent once more, error %v", n, err)
	}
	n := take(t, l, r.ID).Notice
	if n == nil || n.Type != renewal.NoticeApproved || n.Problem != "" || !n.Since.Equal(l.Now(t.Context())) {
		t.Fatalf("took %+v", n)
	}
	must(t, l.NoticeSent(t.Context(), *n))
	// A month later nobody needs to know what was sent.
	clock.advance(sentKept + time.Hour)
	other := submit(t, l, "other")
	must(t, l.NoticeSent(t.Context(), *take(t, l, other.ID).Notice))
	same(t, []string{"RNW-000002 requested sent"}, notices(t, l, NoticeFilter{}), "the outbox")
}

// Beside the process that has the ledger somebody may ask for notices to be sent once more.
func TestResendBesideTheBot(t *testing.T) {
	t.Parallel()
	s := newSQLiteStore(t)
	l := outbox(t, s, Options{PollInterval: fast})
	r := submit(t, l, "k")
	n := *take(t, l, r.ID).Notice
	must(t, l.NoticeFailed(t.Context(), n, "answered 500", time.Time{}))
	ran := start(t, l)
	for wait(t, ran, "the job of the submission").Kind != renewal.SendEvents {
		continue
	}
	beside := s.open(t, Options{Beside: true})
	if err := beside.Start(t.Context(), nil); err == nil {
		t.Error("a second process works the jobs")
	}
	if count, err := beside.Resend(t.Context(), NoticeFilter{ID: n.ID}); count != 1 || err != nil {
		t.Fatalf("%d are sent once more, error %v", count, err)
	}
	for j := wait(t, ran, "the job of the resent event"); j.Kind != renewal.SendEvents; j = wait(t, ran, "the job of the resent event") {
		continue // what else the submission has started
	}
}
