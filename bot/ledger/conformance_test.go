package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// conformance is what every engine must do.
var conformance = []struct {
	name string
	test func(t *testing.T, s store)
}{
	{"a submission becomes a request", testSubmit},
	{"a second delivery is no second request", testSubmitTwice},
	{"a refused submission is audited", testSubmitRefused},
	{"a change is saved as a whole or not at all", testAtomic},
	{"a conflict starts the change anew", testConflict},
	{"many approvers at once", testManyApprovers},
	{"a double click is one vote", testDoubleClick},
	{"refusals of people are audited, those of the system are not", testRefusals},
	{"an attempt exists once", testAttemptFence},
	{"attempts keep step with the request", testAttempts},
	{"actions refused before the request", testDeny},
	{"unknown requests", testNotFound},
	{"lists", testList},
	{"the last request and the last order", testLast},
	{"hostile and huge texts", testHostile},
	{"a restart keeps everything", testRestart},
	{"posts", testPosts},
	{"leases", testLeases},
	{"the audit trail in pages", testTrailPages},
	{"the audit trail is only appended to", testAppendOnly},
	{"changed entries are found", testTamper},
	{"missing and added entries are found", testMissing},
	{"forged entries are found", testForged},
	{"other entries", testRecord},
	{"jobs run after their change", testJobsRun},
	{"jobs survive a restart", testJobsRestart},
	{"timers follow the clock", testTimers},
	{"failed jobs are tried again", testRetry},
	{"jobs are never given up", testNeverGivenUp},
	{"snoozed jobs", testSnooze},
	{"waiting sync jobs are one", testSyncOnce},
	{"a change during a sync job is synced", testSyncWhileRunning},
	{"a slow vendor does not hold up Slack", testQueues},
	{"time-outs", testTimeouts},
	{"stop waits for running jobs", testStopWaits},
	{"stop cancels when its time is up", testStopCancels},
	{"jobs without a handler wait", testUnhandled},
	{"unknown kinds of jobs are refused", testUnknownKind},
}

func runConformance(t *testing.T, newStore func(testing.TB) store) {
	for _, c := range conformance {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, newStore(t))
		})
	}
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	runConformance(t, newSQLiteStore)
}

// refusalCode is the code of a refusal, or a description of what came instead.
func refusalCode(err error) string {
	var refusal *renewal.Refusal
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return fmt.Sprintf("no refusal: %v", err)
}

func codes(t testing.TB, l *Ledger, id int64) []renewal.Code {
	t.Helper()
	entries, err := l.Entries(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var codes []renewal.Code
	for _, e := range entries {
		codes = append(codes, e.Code)
	}
	return codes
}

func verify(t testing.TB, l *Ledger) {
	t.Helper()
	if err := l.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func same(t testing.TB, want, got any, what string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func testSubmit(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(2), Now: clock.Now})
	r := submit(t, l, "k")
	got, err := l.Get(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, r, got, "read again")
	if r.ID != 1 || r.Version != 1 || r.Status != renewal.Pending || r.Required != 2 {
		t.Errorf("not a new request: %+v", r)
	}
	now := clock.Now().UTC().Truncate(time.Microsecond)
	if !r.CreatedAt.Equal(now) || r.CreatedAt.Location() != time.UTC || !l.Now(t.Context()).Equal(now) {
		t.Errorf("time %v, want %v", r.CreatedAt, now)
	}
	if _, _, err := l.Submit(t.Context(), submission("", 1)); err == nil {
		t.Error("a submission without a key was taken")
	}
	verify(t, l)
}

func testSubmitTwice(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	const deliveries = 16
	var wg sync.WaitGroup
	ids, fresh := make([]int64, deliveries), make([]bool, deliveries)
	for i := range deliveries {
		wg.Go(func() {
			r, created, err := l.Submit(t.Context(), submission("same", 1))
			if err != nil {
				t.Error(err)
			}
			ids[i], fresh[i] = r.ID, created
		})
	}
	wg.Wait()
	created := 0
	for i := range deliveries {
		if ids[i] != 1 {
			t.Errorf("delivery %d became request %d", i, ids[i])
		}
		if fresh[i] {
			created++
		}
	}
	if created != 1 {
		t.Errorf("%d deliveries say that they created the request", created)
	}
	if r := submit(t, l, "other"); r.ID != 2 {
		t.Errorf("the next request has the number %d", r.ID)
	}
	same(t, []renewal.Code{renewal.CodeSubmitted}, codes(t, l, 1), "entries")
}

func testSubmitRefused(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	bad := submission("k", 1)
	bad.By.MayRequest = false
	if _, created, err := l.Submit(t.Context(), bad); created || refusalCode(err) != renewal.RefusedNotAllowed {
		t.Errorf("created %v, error %v", created, err)
	}
	same(t, []renewal.Code{renewal.CodeDenied}, codes(t, l, 0), "entries")
	if r := submit(t, l, "k"); r.ID != 1 {
		t.Errorf("the refused submission took a number: %d", r.ID)
	}
}

// errInjected is the failure that tests put between statements.
var errInjected = errors.New("injected")

// faultyEngine lets tests come between the statements of a transaction.
type faultyEngine struct {
	engine
	before func(n int, statement string, t tx) error // n counts from 1
}

func (e *faultyEngine) change(ctx context.Context, f func(tx) error) error {
	n := 0
	return e.engine.change(ctx, func(t tx) error { return f(&faultyTx{t, e, &n}) })
}

type faultyTx struct {
	tx
	engine *faultyEngine
	n      *int
}

func (t *faultyTx) fault(statement string) error {
	*t.n++
	return t.engine.before(*t.n, statement, t.tx)
}

func (t *faultyTx) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	if err := t.fault(statement); err != nil {
		return 0, err
	}
	return t.tx.exec(ctx, statement, args...)
}

func (t *faultyTx) one(ctx context.Context, statement string, args ...any) row {
	if err := t.fault(statement); err != nil {
		return errRow{err}
	}
	return t.tx.one(ctx, statement, args...)
}

func (t *faultyTx) insert(ctx context.Context, jobs []river.InsertManyParams) error {
	if err := t.fault("jobs"); err != nil {
		return err
	}
	return t.tx.insert(ctx, jobs)
}

type errRow struct{ err error }

func (r errRow) Scan(...any) error { return r.err }

// dump is everything that the ledger holds, as text.
func dump(t testing.TB, l *Ledger) string {
	t.Helper()
	var b strings.Builder
	for _, statement := range []string{
		`SELECT 'counter', name, value FROM counters ORDER BY name`,
		`SELECT 'request', document, last_entry FROM requests ORDER BY id`,
		`SELECT 'attempt', number, outcome FROM attempts ORDER BY request_id, number`,
		`SELECT 'entry', seq, hash FROM entries ORDER BY seq`,
		`SELECT 'trail', seq, hash FROM trail`,
		`SELECT 'sync', request_id, wanted FROM waiting_syncs ORDER BY request_id`,
		`SELECT 'job', id, kind FROM river_job ORDER BY id`,
	} {
		err := l.engine.each(t.Context(), func(r row) error {
			var what string
			var x, y any
			if err := r.Scan(&what, &x, &y); err != nil {
				return err
			}
			fmt.Fprintln(&b, what, x, y)
			return nil
		}, statement)
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func testAtomic(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "first")
	real := l.engine
	steps := []struct {
		name string
		do   func() error
	}{
		{"submit", func() error { _, _, err := l.Submit(t.Context(), submission("second", 2)); return err }},
		{"approve", func() error {
			_, err := l.Apply(t.Context(), r.ID, approve(r, "U2"))
			return err
		}},
		{"begin", func() error {
			_, err := l.Apply(t.Context(), r.ID, renewal.Begin{Deadline: time.Now().Add(time.Minute)})
			return err
		}},
		{"answered", func() error {
			_, err := l.Apply(t.Context(), r.ID, renewal.Answered{Attempt: 1, Order: placed("XS1")})
			return err
		}},
		{"denied", func() error {
			return l.Deny(t.Context(), r.ID, "U9", "approve", &renewal.Refusal{Code: renewal.RefusedNotAllowed})
		}},
	}
	for _, step := range steps {
		before := dump(t, l)
		failures := 0
		for at := 1; ; at++ {
			l.engine = &faultyEngine{real, func(n int, _ string, _ tx) error {
				if n == at {
					return errInjected
				}
				return nil
			}}
			err := step.do()
			l.engine = real
			if err == nil {
				break
			}
			if !errors.Is(err, errInjected) {
				t.Fatalf("%s, failure before statement %d: %v", step.name, at, err)
			}
			failures++
			same(t, before, dump(t, l), fmt.Sprintf("%s, failure before statement %d", step.name, at))
		}
		if failures < 4 {
			t.Errorf("%s: only %d statements could fail", step.name, failures)
		}
		if before == dump(t, l) {
			t.Errorf("%s changed nothing", step.name)
		}
		verify(t, l)
	}
}

func placed(orderNo string) yeastar.OrderResult {
	return yeastar.OrderResult{OrderID: "1", OrderNo: orderNo, OrderStatus: yeastar.OrderSucceed, TransactionNo: "IW1"}
}

func testConflict(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "k")
	real := l.engine
	conflicts := 0
	l.engine = &faultyEngine{real, func(_ int, statement string, in tx) error {
		if strings.HasPrefix(statement, "UPDATE requests SET version") && conflicts < 3 {
			conflicts++
			_, err := in.exec(t.Context(), `UPDATE requests SET version = version + 1 WHERE id = $1`, r.ID)
			return err
		}
		return nil
	}}
	r = apply(t, l, r.ID, approve(r, "U2"))
	l.engine = real
	if conflicts != 3 || r.Version != 2 || len(r.Votes) != 1 {
		t.Errorf("%d conflicts, version %d, %d votes", conflicts, r.Version, len(r.Votes))
	}
	same(t, []renewal.Code{renewal.CodeSubmitted, renewal.CodeApproved}, codes(t, l, r.ID), "entries")
}

func testManyApprovers(t *testing.T, s store) {
	const clicks, quorum = 40, 25
	l := s.open(t, Options{Policy: policy(quorum)})
	r := submit(t, l, "k")
	var wg sync.WaitGroup
	results := make([]error, clicks)
	for i := range clicks {
		wg.Go(func() {
			_, results[i] = l.Apply(t.Context(), r.ID, approve(r, fmt.Sprintf("A%d", i)))
		})
	}
	wg.Wait()
	counted := 0
	for _, err := range results {
		switch {
		case err == nil:
			counted++
		case refusalCode(err) != renewal.RefusedStatus:
			t.Error(err)
		}
	}
	got, err := l.Get(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if counted != quorum || len(got.Votes) != quorum || got.Status != renewal.Approved || got.Version != quorum+1 {
		t.Errorf("%d counted, %d votes, %s, version %d", counted, len(got.Votes), got.Status, got.Version)
	}
	if n := len(codes(t, l, r.ID)); n != clicks+1 {
		t.Errorf("%d entries, want %d", n, clicks+1)
	}
	if n := countJobs(t, l, renewal.PlaceOrder); n != 1 {
		t.Errorf("%d orders would be placed", n)
	}
	verify(t, l)
}

func countJobs(t testing.TB, l *Ledger, kind renewal.JobKind) int {
	t.Helper()
	var n int
	if err := l.engine.one(t.Context(), `SELECT count(*) FROM river_job WHERE kind = $1`, string(kind)).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func testDoubleClick(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(2)})
	r := submit(t, l, "k")
	var wg sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wg.Go(func() { _, results[i] = l.Apply(t.Context(), r.ID, approve(r, "U2")) })
	}
	wg.Wait()
	counted := 0
	for _, err := range results {
		switch {
		case err == nil:
			counted++
		case refusalCode(err) != renewal.RefusedVotedBefore:
			t.Error(err)
		}
	}
	got, err := l.Get(t.Context(), r.ID)
	if err != nil || counted != 1 || len(got.Votes) != 1 || got.Status != renewal.Pending {
		t.Errorf("%d counted, %d votes, %s, error %v", counted, len(got.Votes), got.Status, err)
	}
}

func testRefusals(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "k")
	got, err := l.Apply(t.Context(), r.ID, approve(r, "U1"))
	if refusalCode(err) != renewal.RefusedSelfApproval {
		t.Error(err)
	}
	same(t, r, got, "the refused request")
	got, err = l.Apply(t.Context(), r.ID, renewal.Expiry{})
	if refusalCode(err) != renewal.RefusedTooEarly {
		t.Error(err)
	}
	same(t, r, got, "the refused request")
	again, err := l.Get(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, r, again, "the saved request")
	same(t, []renewal.Code{renewal.CodeSubmitted, renewal.CodeDenied}, codes(t, l, r.ID), "entries")
	if _, err := l.Apply(t.Context(), r.ID, renewal.Submission{}); err == nil || errors.As(err, new(*renewal.Refusal)) {
		t.Errorf("a programming error became %v", err)
	}
	same(t, 2, len(codes(t, l, r.ID)), "entries after a programming error")
}

func ordering(t testing.TB, l *Ledger, key string) renewal.Request {
	t.Helper()
	r := submit(t, l, key)
	r = apply(t, l, r.ID, approve(r, "U2"))
	return apply(t, l, r.ID, renewal.Begin{Deadline: l.Now(t.Context()).Add(time.Minute)})
}

func testAttemptFence(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "k")
	r = apply(t, l, r.ID, approve(r, "U2"))
	err := l.engine.change(t.Context(), func(in tx) error {
		return insertAttempt(t.Context(), in, r.ID, renewal.Attempt{Number: 1, Body: r.Body})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Apply(t.Context(), r.ID, renewal.Begin{Deadline: time.Now()}); err == nil {
		t.Error("a second attempt with the same number was begun")
	}
	got, err := l.Get(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, r, got, "the request")
}

func testAttempts(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := ordering(t, l, "k")
	id := r.ID
	r = apply(t, l, id, renewal.Failed{Attempt: 1, Problem: renewal.Problem{Class: yeastar.ClassNotSent, Code: "dial", Detail: "x"}})
	r = apply(t, l, id, renewal.Begin{Deadline: time.Now().Add(time.Minute)})
	r = apply(t, l, id, renewal.Answered{Attempt: 2, Order: placed("XS77")})
	type line struct {
		Number              int
		Body, Outcome       string
		OrderNo, Problem    string
		Fingerprint         string
		Ended, AfterStarted bool
	}
	var got []line
	err := l.engine.each(t.Context(), func(row row) error {
		var a line
		var started int64
		var ended sql.NullInt64
		var body []byte
		err := row.Scan(&a.Number, &body, &a.Outcome, &a.OrderNo, &a.Problem, &a.Fingerprint, &started, &ended)
		a.Body, a.Ended, a.AfterStarted = string(body), ended.Valid, ended.Int64 >= started
		got = append(got, a)
		return err
	}, `SELECT number, body, outcome, order_no, problem, fingerprint, started_at, ended_at FROM attempts WHERE request_id = $1 ORDER BY number`, id)
	if err != nil {
		t.Fatal(err)
	}
	same(t, []line{
		{1, string(r.Body), "not_placed", "", "not_sent dial", r.Fingerprint, true, true},
		{2, string(r.Body), "placed", "XS77", "", r.Fingerprint, true, true},
	}, got, "attempts")
}

func testDeny(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	r := submit(t, l, "k")
	refusal := &renewal.Refusal{Code: renewal.RefusedNotAllowed, Sentence: "No."}
	for _, id := range []int64{0, r.ID} {
		if err := l.Deny(t.Context(), id, "U9", "command", refusal); err != nil {
			t.Fatal(err)
		}
	}
	for id, want := range map[int64]renewal.Status{0: "", r.ID: renewal.Pending} {
		entries, err := l.Entries(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		e := entries[len(entries)-1]
		same(t, map[string]string{renewal.DetailAction: "command", renewal.DetailRefusal: renewal.RefusedNotAllowed}, e.Detail, "detail")
		if e.Actor != "U9" || e.Code != renewal.CodeDenied || e.To != want {
			t.Errorf("entry %+v", e)
		}
	}
	if err := l.Deny(t.Context(), 99, "U9", "click", refusal); !errors.Is(err, ErrNotFound) {
		t.Errorf("a request that does not exist: %v", err)
	}
	verify(t, l)
}

func testNotFound(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	if _, err := l.Get(t.Context(), 5); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if _, err := l.Apply(t.Context(), 5, renewal.Expiry{}); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if _, found, err := l.LastRequest(t.Context(), "p", "h"); found || err != nil {
		t.Error(found, err)
	}
	verify(t, l)
}

func testList(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	for i := range 10 {
		sub := submission(fmt.Sprint(i), i%2)
		sub.By = requester(fmt.Sprintf("U%d", i%3))
		if _, _, err := l.Submit(t.Context(), sub); err != nil {
			t.Fatal(err)
		}
	}
	apply(t, l, 4, renewal.Cancel{By: requester("U0")})
	holder := offer(1).Holder.Key()
	for _, c := range []struct {
		name   string
		filter Filter
		want   []int64
	}{
		{"all", Filter{}, []int64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
		{"page", Filter{Limit: 3}, []int64{10, 9, 8}},
		{"next page", Filter{Limit: 3, Before: 8}, []int64{7, 6, 5}},
		{"status", Filter{Statuses: []renewal.Status{renewal.Cancelled}}, []int64{4}},
		{"statuses", Filter{Statuses: []renewal.Status{renewal.Cancelled, renewal.Pending}, Limit: 1}, []int64{10}},
		{"requester", Filter{Requester: "U2"}, []int64{9, 6, 3}},
		{"holder", Filter{HolderKey: holder}, []int64{10, 8, 6, 4, 2}},
		{"all together", Filter{Statuses: []renewal.Status{renewal.Pending}, HolderKey: holder, Product: "p-series-turnkey", Requester: "U0"}, []int64{10}},
		{"none", Filter{Product: "other"}, nil},
		{"nothing that is not text gets out", Filter{Requester: "' OR 1=1 --"}, nil},
	} {
		got, err := l.List(t.Context(), c.filter)
		if err != nil {
			t.Fatal(err)
		}
		var ids []int64
		for _, r := range got {
			ids = append(ids, r.ID)
		}
		same(t, c.want, ids, c.name)
	}
}

func testLast(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	first, second := ordering(t, l, "1"), ordering(t, l, "2")
	third := submit(t, l, "3")
	// The second is ordered before the first.
	for i, r := range []renewal.Request{second, first} {
		clock.advance(time.Minute)
		apply(t, l, r.ID, renewal.Answered{Attempt: 1, Order: placed(fmt.Sprintf("XS%d", i))})
	}
	key := offer(1).Holder.Key()
	got, found, err := l.LastOrdered(t.Context(), "p-series-turnkey", key)
	if err != nil || !found || got.ID != first.ID {
		t.Errorf("last ordered: %d, %v, %v", got.ID, found, err)
	}
	got, found, err = l.LastRequest(t.Context(), "p-series-turnkey", key)
	if err != nil || !found || got.ID != third.ID {
		t.Errorf("last request: %d, %v, %v", got.ID, found, err)
	}
	if _, found, err := l.LastOrdered(t.Context(), "other", key); found || err != nil {
		t.Errorf("another product: %v, %v", found, err)
	}
}

var hostile = []string{
	"", " ", "\x00", "a\x00b", "\xff\xfe", "'; DROP TABLE requests; --", `"quoted" \back\slash`, "<!channel> & <b>",
	"\u2028\u2029", "🚀👩‍👩‍👧‍👦", "שלום עולם", "\u202Egnp.exe", "line\r\nbreak\ttab", "%s%n$1?1:x@y", strings.Repeat("ü", 500_000),
}

func testHostile(t *testing.T, s store) {
	l := s.open(t, Options{Policy: policy(1)})
	for i, text := range hostile {
		sub := submission(fmt.Sprintf("%d%s", i, text), 1)
		sub.By.UserID, sub.Channel = "U"+text, "C"+text
		sub.Offer.Holder.Name, sub.Offer.Lines[0].Name, sub.Offer.Contact.Name = text, text, text
		r, created, err := l.Submit(t.Context(), sub)
		if err != nil || !created {
			t.Fatalf("text %d: created %v, %v", i, created, err)
		}
		got, err := l.Get(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, r, got, "request")
		if want := strings.ToValidUTF8(text, "\uFFFD"); got.Offer.Holder.Name != want && text != "\xff\xfe" {
			t.Errorf("text %d was changed", i)
		}
		again, created, err := l.Submit(t.Context(), sub)
		if err != nil || created || again.ID != r.ID {
			t.Errorf("text %d again: created %v, %v", i, created, err)
		}
		if err := l.Deny(t.Context(), r.ID, text, text, &renewal.Refusal{Code: text}); err != nil {
			t.Error(err)
		}
		if err := l.SavePost(t.Context(), Post{RequestID: r.ID, Key: text[:min(len(text), 500)], Channel: text, TS: text, Digest: text, State: PostShown, Problem: text}); err != nil {
			t.Error(err)
		}
		if ok, err := l.AcquireView(t.Context(), r.ID, text, time.Minute); !ok || err != nil {
			t.Error(ok, err)
		}
		if list, err := l.List(t.Context(), Filter{Requester: sub.By.UserID}); err != nil || len(list) == 0 {
			t.Errorf("text %d: listed %d, %v", i, len(list), err)
		}
	}
	verify(t, l)
}

func testRestart(t *testing.T, s store) {
	o := Options{Policy: policy(1)}
	l := s.open(t, o)
	r := ordering(t, l, "k")
	if err := l.SavePost(t.Context(), Post{RequestID: r.ID, Key: "card", State: PostShown}); err != nil {
		t.Fatal(err)
	}
	before := dump(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = s.open(t, o)
	waiting := strings.NewReplacer("sync 1 3\n", "") // an engine may forget which jobs wait
	same(t, waiting.Replace(before), waiting.Replace(dump(t, l)), "after the restart")
	got, err := l.Get(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, r, got, "request")
	verify(t, l)
}

func testPosts(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	want := []Post{
		{RequestID: 0, Key: "a", Channel: "C1", State: PostPlanned},
		{RequestID: 0, Key: "b", Channel: "C1", TS: "1.2", Digest: "d", State: PostFailed, Tries: 3, Problem: "p"},
	}
	for i := len(want) - 1; i >= 0; i-- {
		if err := l.SavePost(t.Context(), want[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.SavePost(t.Context(), Post{RequestID: 7, Key: "a", State: PostShown}); err != nil {
		t.Fatal(err)
	}
	clock.advance(time.Second)
	want[0].TS, want[0].State, want[0].Tries = "9.9", PostShown, 1
	if err := l.SavePost(t.Context(), want[0]); err != nil {
		t.Fatal(err)
	}
	want[0].UpdatedAt = l.Now(t.Context())
	want[1].UpdatedAt = l.Now(t.Context()).Add(-time.Second)
	got, err := l.Posts(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	same(t, want, got, "posts")
}

func testLeases(t *testing.T, s store) {
	clock := newClock()
	l := s.open(t, Options{Policy: policy(1), Now: clock.Now})
	acquire := func(owner string, want bool) {
		t.Helper()
		if got, err := l.AcquireView(t.Context(), 1, owner, time.Minute); err != nil || got != want {
			t.Errorf("acquire by %s: %v, %v", owner, got, err)
		}
	}
	release := func(owner string) {
		t.Helper()
		if err := l.ReleaseView(t.Context(), 1, owner); err != nil {
			t.Error(err)
		}
	}
	acquire("a", true)
	acquire("b", false)
	release("b") // not b's to release
	acquire("b", false)
	clock.advance(59 * time.Second)
	acquire("a", true) // longer
	clock.advance(59 * time.Second)
	acquire("b", false)
	clock.advance(time.Second)
	acquire("b", true) // expired, taken over
	release("a")
	acquire("c", false)
	release("b")
	acquire("c", true)
	if ok, err := l.AcquireView(t.Context(), 2, "b", time.Minute); !ok || err != nil {
		t.Errorf("another request: %v, %v", ok, err)
	}
	var wg sync.WaitGroup
	winners := make(chan int, 16)
	for i := range cap(winners) {
		wg.Go(func() {
			if ok, err := l.AcquireView(t.Context(), 3, fmt.Sprint(i), time.Minute); err != nil {
				t.Error(err)
			} else if ok {
				winners <- i
			}
		})
	}
	wg.Wait()
	same(t, 1, len(winners), "winners")
}
