package renewal_test

import (
	"errors"
	"testing"
	"time"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

func TestBegin(t *testing.T) {
	t.Parallel()
	p := policy()
	r := in(t, Approved, p)
	deadline := later.Add(2 * time.Minute)
	c, err := r.Apply(Begin{2 * time.Minute}, later, p)
	if err != nil {
		t.Fatal(err)
	}
	same(t, []Attempt{{
		Number: 1, StartedAt: later, Deadline: deadline, Fingerprint: r.Fingerprint, Body: r.Body,
	}}, c.Request.Attempts, "attempts")
	same(t, []string{"reconcile_order +3m0s", "sync_slack +1m0s"}, kinds(c.Jobs), "jobs")

	r.Body = []byte(`{"other":1}`)
	if _, err := r.Apply(Begin{2 * time.Minute}, later, p); err == nil || errors.As(err, new(*Refusal)) {
		t.Errorf("an order that was not approved was begun: %v", err)
	}
}

// again begins another attempt that fails.
func again(t *testing.T, r Request, p Policy, problem Problem) Change {
	t.Helper()
	r = must(t, r, later, p, Begin{time.Minute})
	c, err := r.Apply(Failed{len(r.Attempts), problem}, later, p)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAttemptsWithoutAsking(t *testing.T) {
	t.Parallel()
	limited := func(d time.Duration) Problem {
		return Problem{Class: yeastar.ClassRateLimited, Detail: "slow down", RetryAfter: d}
	}
	notSent, auth := problem(yeastar.ClassNotSent), problem(yeastar.ClassAuth)
	type step struct {
		problem Problem
		want    string // when the next attempt is made; empty: people are asked
	}
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"never connected", []step{{notSent, "10s"}, {notSent, "20s"}, {notSent, "30s"}, {notSent, "40s"}, {notSent, ""}}},
		{"a new token, once", []step{{auth, "0s"}, {auth, ""}}},
		{"a new token, once, whatever comes between", []step{{auth, "0s"}, {notSent, "20s"}, {auth, ""}}},
		{"rate limit", []step{{limited(0), "30s"}, {limited(2 * time.Minute), "2m0s"}, {limited(10 * time.Minute), "10m0s"}, {limited(time.Second), "1s"}, {limited(time.Second), ""}}},
		{"a rate limit that takes too long", []step{{limited(10*time.Minute + 1), ""}}},
		{"a definite no", []step{{problem(yeastar.ClassRefused), ""}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := policy()
			r := in(t, Approved, p)
			for i, s := range c.steps {
				got := again(t, r, p, s.problem)
				r = got.Request
				a, _ := r.Attempt()
				if a.Number != i+1 || a.Outcome != NotPlaced || !a.EndedAt.Equal(later) || a.Problem == nil {
					t.Errorf("attempt %+v", a)
				}
				if s.want == "" {
					if r.Status != Refused || got.Entry.Code != CodeRefused {
						t.Errorf("attempt %d: %s, %s", i+1, r.Status, got.Entry.Code)
					}
					continue
				}
				if r.Status != Approved || got.Entry.Code != CodePostponed {
					t.Fatalf("attempt %d: %s, %s", i+1, r.Status, got.Entry.Code)
				}
				delay, _ := time.ParseDuration(s.want)
				if j := got.Jobs[0]; j.Kind != PlaceOrder || j.At.Sub(later) != delay {
					t.Errorf("attempt %d: %s after %v, want %v", i+1, j.Kind, j.At.Sub(later), delay)
				}
				same(t, later.Add(delay).Format(time.RFC3339), got.Entry.Detail[DetailRetryAt], "retry_at")
			}
		})
	}
}

func TestTryAgainGivesNewAttempts(t *testing.T) {
	t.Parallel()
	p := policy()
	r := again(t, again(t, in(t, Approved, p), p, problem(yeastar.ClassAuth)).Request, p, problem(yeastar.ClassAuth)).Request
	same(t, Refused, r.Status, "two refused tokens")
	r = must(t, r, later, p, Retry{approver("U2"), shown(r)})
	if r.AttemptsAsked != 2 || r.Problem != nil || r.Order != nil {
		t.Errorf("asked again: %s", text(t, r))
	}
	r = again(t, r, p, problem(yeastar.ClassAuth)).Request
	same(t, Approved, r.Status, "a new token after people were asked")
	r = again(t, r, p, problem(yeastar.ClassAuth)).Request
	same(t, Refused, r.Status, "and only once")
	a, _ := r.Attempt()
	same(t, 4, a.Number, "number of the last attempt")
}

func TestLostAttempt(t *testing.T) {
	t.Parallel()
	p := policy()
	r := in(t, Ordering, p)
	deadline := r.Attempts[0].Deadline
	refused(t, r, DeadlinePassed{1}, deadline.Add(-1), p, RefusedTooEarly)
	refused(t, r, DeadlinePassed{2}, deadline, p, RefusedAttempt)
	c, err := r.Apply(DeadlinePassed{1}, deadline, p)
	if err != nil {
		t.Fatal(err)
	}
	if a := c.Request.Attempts[0]; c.Request.Status != Unknown || a.Outcome != Lost || a.Problem == nil || c.Entry.Code != CodeUnknown {
		t.Errorf("lost: %+v", a)
	}
	same(t, []string{"reconcile_order +1m30s", "remind +4h1m0s", "sync_slack +1m0s"}, kinds(c.Jobs), "jobs")
	// The worker was only slow: its answer still counts.
	same(t, Ordered, must(t, c.Request, deadline, p, Answered{1, order(yeastar.OrderSucceed)}).Status, "a late answer")
}

func TestLateOrders(t *testing.T) {
	t.Parallel()
	p := policy()
	settled := must(t, in(t, Unknown, p), later, p, SettleNotPlaced{approver("U2"), 1, "looked"})
	found := Found{1, order(yeastar.OrderSucceed)}

	t.Run("nothing was sent since", func(t *testing.T) {
		t.Parallel()
		for _, r := range []Request{settled, must(t, settled, later, p, Retry{approver("U2"), shown(settled)})} {
			c, err := r.Apply(found, later, p)
			if err != nil {
				t.Fatal(err)
			}
			got := c.Request
			if got.Status != Ordered || got.Order.OrderNo != "XS1" || got.Attempts[0].Outcome != Placed || c.Entry.Code != CodeLate {
				t.Errorf("from %s: %s, %+v", r.Status, got.Status, c.Entry)
			}
			refused(t, got, Begin{}, later, p, RefusedStatus) // the order that waited is not sent
		}
	})
	t.Run("another attempt certainly placed nothing", func(t *testing.T) {
		t.Parallel()
		r := must(t, settled, later, p, Retry{approver("U2"), shown(settled)})
		for _, class := range []yeastar.Class{yeastar.ClassNotSent, yeastar.ClassRefused} {
			second := again(t, r, p, problem(class)).Request
			got := must(t, second, later, p, found)
			if got.Status != Ordered || got.Attempts[0].Outcome != Placed || got.Attempts[1].Outcome != NotPlaced {
				t.Errorf("from %s: %s", second.Status, text(t, got))
			}
			refused(t, got, Begin{}, later, p, RefusedStatus) // the job that waits sends nothing

			failed := must(t, second, later, p, Found{1, order(yeastar.OrderFailed)})
			if failed.Status != Refused || failed.Attempts[0].Outcome != NotPlaced {
				t.Errorf("a failed order from %s: %s", second.Status, text(t, failed))
			}
		}
	})
	t.Run("another attempt is under way", func(t *testing.T) {
		t.Parallel()
		r := must(t, settled, later, p, Retry{approver("U2"), shown(settled)}, Begin{time.Minute})
		c, err := r.Apply(found, later, p)
		if err != nil {
			t.Fatal(err)
		}
		if c.Request.Status != Ordering || c.Request.Order != nil || c.Entry.Code != CodeLate || c.Entry.Detail[DetailOrderNo] != "XS1" {
			t.Errorf("alarm: %s, %+v", c.Request.Status, c.Entry)
		}
		refused(t, c.Request, found, later, p, RefusedAttempt) // one alarm is enough
	})
	t.Run("the attempt under way then places nothing", func(t *testing.T) {
		t.Parallel()
		r := must(t, settled, later, p, Retry{approver("U2"), shown(settled)}, Begin{time.Minute}, found)
		for _, e := range []Event{
			Failed{2, problem(yeastar.ClassNotSent)}, Failed{2, problem(yeastar.ClassRefused)},
			SettleNotPlaced{approver("U2"), 2, "looked"},
		} {
			from := r
			if _, settles := e.(SettleNotPlaced); settles {
				from = must(t, r, later, p, Failed{2, problem(yeastar.ClassUnknown)})
			}
			c, err := from.Apply(e, later, p)
			if err != nil {
				t.Fatal(err)
			}
			if c.Request.Status != Ordered || c.Request.Order.OrderNo != "XS1" || c.Entry.To != Ordered || c.Entry.Detail[DetailOrderNo] != "XS1" {
				t.Errorf("%T: %s, %+v", e, c.Request.Status, c.Entry)
			}
			same(t, []string{"confirm_date +2m0s", "sync_slack +1m0s"}, kinds(c.Jobs), "jobs: nothing more is sent")
		}
	})
	t.Run("the request was closed", func(t *testing.T) {
		t.Parallel()
		r := must(t, settled, later, p, Close{requester("U1")})
		c, err := r.Apply(found, later, p)
		if err != nil || c.Request.Status != Cancelled || c.Entry.Code != CodeLate {
			t.Errorf("alarm: %s, %+v, %v", c.Request.Status, c.Entry, err)
		}
	})
	t.Run("no such attempt", func(t *testing.T) {
		t.Parallel()
		for _, n := range []int{-1, 0, 2} {
			refused(t, settled, Found{n, order(yeastar.OrderSucceed)}, later, p, RefusedAttempt)
		}
	})
}

func TestNoAttemptAfterOneThatMayHavePlaced(t *testing.T) {
	t.Parallel()
	p := policy()
	r := in(t, Approved, p)
	for _, o := range []Outcome{"", Lost, Placed} {
		r.Attempts = []Attempt{{Number: 1, Outcome: o}}
		if _, err := r.Apply(Begin{}, later, p); err == nil {
			t.Errorf("a second attempt was begun after one with outcome %q", o)
		}
	}
	r = in(t, Refused, p)
	r.Attempts[0].Outcome = Lost
	refused(t, r, Retry{approver("U2"), shown(r)}, later, p, RefusedStatus)
}

func TestAnswersThatMakeNoSense(t *testing.T) {
	t.Parallel()
	p := policy()
	other := order(yeastar.OrderSucceed)
	other.OrderNo = "XS2"
	for _, c := range []struct {
		name string
		from Status
		e    Event
	}{
		{"an order without a number", Ordering, Answered{1, yeastar.OrderResult{OrderStatus: yeastar.OrderSucceed}}},
		{"another order than its own", Processing, Polled{other}},
	} {
		_, err := in(t, c.from, p).Apply(c.e, later, p)
		if err == nil || errors.As(err, new(*Refusal)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestOrderThatFailsLater(t *testing.T) {
	t.Parallel()
	p := policy()
	for _, status := range []string{yeastar.OrderFailed, yeastar.OrderInvalid, yeastar.OrderCancelled, yeastar.OrderRefunded} {
		r := must(t, in(t, Processing, p), later, p, Polled{order(status)})
		a, _ := r.Attempt()
		if r.Status != Refused || a.Outcome != NotPlaced || r.Problem == nil || r.Problem.Code != status {
			t.Errorf("%s: %s", status, text(t, r))
		}
		same(t, Approved, must(t, r, later, p, Retry{approver("U2"), shown(r)}).Status, "tried again")
	}
}

func TestPolledKeepsWhatIsKnown(t *testing.T) {
	t.Parallel()
	p := policy()
	r := in(t, Processing, p)
	answer := yeastar.OrderResult{OrderNo: "XS1", OrderStatus: yeastar.OrderSucceed}
	got := must(t, r, later, p, Polled{answer})
	want := order(yeastar.OrderSucceed)
	same(t, &want, got.Order, "order")
}

func TestNextPoll(t *testing.T) {
	t.Parallel()
	r := in(t, Processing, policy())
	for _, c := range []struct{ age, want time.Duration }{
		{0, time.Minute}, {time.Minute, time.Minute}, {time.Hour, 15 * time.Minute}, {48 * time.Hour, time.Hour},
	} {
		now := start.Add(c.age)
		same(t, c.want, r.NextPoll(now).Sub(now), c.age.String())
	}
}

func TestChangedGoesBackToPeople(t *testing.T) {
	t.Parallel()
	p := policy()
	r := in(t, Approved, p)
	now := start.Add(50 * time.Hour)
	changed := offer()
	changed.Contact = Contact{ID: "5", Name: "Other"}
	c, err := r.Apply(Changed{Offer: changed}, now, p)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Request
	if got.Status != Pending || got.Revision != 2 || len(got.Votes) != 0 || !got.ExpiresAt.Equal(now.Add(72*time.Hour)) || c.Entry.Code != CodeChanged {
		t.Errorf("changed: %s", text(t, got))
	}
	same(t, []string{"Billing contact: Billing (3197218168379846218) → Other (5)"}, got.Changes, "changes")
	same(t, []string{"remind +54h0m0s", "expire +122h0m0s", "sync_slack +50h0m0s"}, kinds(c.Jobs), "jobs")
	refused(t, got, approveBy(approver("U2"), r), now, p, RefusedStale)
	// A reminder or an expiry of the first revision does no harm.
	refused(t, got, Expiry{}, start.Add(72*time.Hour), p, RefusedTooEarly)
}

func TestWaitingForTheVendor(t *testing.T) {
	t.Parallel()
	p := policy()
	r := in(t, Approved, p)
	until := later.Add(10 * time.Minute)
	c, err := r.Apply(Waiting{Detail: "the portal is down", Until: until}, later, p)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Request
	if got.Status != Approved || !got.Waits() || got.Problem.Detail != "the portal is down" || len(got.Attempts) != 0 || c.Entry.Code != CodeWaiting {
		t.Errorf("waiting: %s", text(t, got))
	}
	same(t, map[string]string{DetailVendorDetail: "the portal is down", DetailUntil: until.UTC().Format(time.RFC3339)}, c.Entry.Detail, "detail")
	same(t, []string{"sync_slack +" + later.Sub(start).String()}, kinds(c.Jobs), "jobs")
	refused(t, got, Waiting{Detail: "still", Until: until}, later, p, RefusedTooEarly)

	if begun := must(t, got, later, p, Begin{time.Minute}); begun.Waits() || begun.Problem != nil {
		t.Errorf("it waits while it is ordered: %s", text(t, begun))
	}
	again := must(t, got, later, p, Changed{Offer: offer()}) // the portal is back, with other data
	if again = must(t, again, later, p, approveBy(approver("U2"), again)); again.Status != Approved || again.Waits() {
		t.Errorf("it waits although it was approved anew: %s", text(t, again))
	}
	for _, s := range []Status{Pending, Ordering, Ordered, Unknown, Refused, Cancelled} {
		refused(t, in(t, s, p), Waiting{Detail: "down", Until: until}, later, p, RefusedStatus)
	}
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	p := policy()
	p.DryRun = true
	r := newRequest(t, p)
	if !r.DryRun {
		t.Error("the request does not say that it is a dry run")
	}
	got := must(t, in(t, Approved, p), later, p, DryRunDone{})
	if got.Status != Cancelled || got.ClosedBy != System || len(got.Attempts) != 0 {
		t.Errorf("dry run: %s", text(t, got))
	}
}

// A dry run holds what was approved in a real one, says so once, and never closes it.
func TestADryRunHoldsARealRequest(t *testing.T) {
	t.Parallel()
	p := policy()
	real := in(t, Approved, p)
	dry := p
	dry.DryRun = true
	refused(t, real, DryRunDone{}, later, dry, RefusedStatus)
	held := must(t, real, later, dry, Waiting{DryRun: true})
	if held.Status != Approved || !held.WaitsDryRun() || held.DryRun || held.ApprovedAt != real.ApprovedAt {
		t.Errorf("it is held as %s", text(t, held))
	}
	refused(t, held, Waiting{DryRun: true}, later, dry, RefusedTooEarly)
	refused(t, held, DryRunDone{}, later, dry, RefusedStatus)
	if begun := must(t, held, later, p, Begin{time.Minute}); begun.Status != Ordering || begun.WaitsDryRun() {
		t.Errorf("after the dry run it is %s", text(t, begun))
	}
}

func TestGone(t *testing.T) {
	t.Parallel()
	p := policy()
	got := must(t, in(t, Approved, p), later, p, Gone{"the plan is gone"})
	if got.Status != Refused || got.Problem.Code != "gone" || got.Problem.Detail != "the plan is gone" {
		t.Errorf("gone: %s", text(t, got))
	}
}
