package renewal_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

var (
	start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	later = start.Add(time.Minute)
)

func policy() Policy {
	return Policy{Required: 1, PONumber: PONumberReference, RemindAfter: 4 * time.Hour, ExpireAfter: 72 * time.Hour}
}

func requester(id string) Actor { return Actor{UserID: id, MayRequest: true} }

func approver(id string) Actor { return Actor{UserID: id, MayRequest: true, MayApprove: true} }

func offer() Offer {
	return Offer{
		Product: "p-series-turnkey",
		Holder:  Holder{PartnerID: "3016834412345678901", Name: "Acme"},
		Lines: []Line{
			{Type: yeastar.LinePlan, ID: "3048941892189077504", Name: "Ultimate Plan", Quantity: 100},
			{Type: yeastar.LineService, ID: "3048941892189077777", Name: "Call Recording", Quantity: 20},
		},
		Contact:  Contact{ID: "3197218168379846218", Name: "Billing"},
		PONumber: "PO-7",
	}
}

func submission() Submission {
	return Submission{Key: "k", By: requester("U1"), Channel: "C1", Offer: offer()}
}

func newRequest(t testing.TB, p Policy) Request {
	t.Helper()
	c, err := New(123, submission(), start, p)
	if err != nil {
		t.Fatalf("new: %v", err)
	}
	return c.Request
}

func shown(r Request) Shown { return Shown{Revision: r.Revision, Fingerprint: r.Fingerprint} }

// must applies events that are allowed.
func must(t testing.TB, r Request, now time.Time, p Policy, events ...Event) Request {
	t.Helper()
	for _, e := range events {
		c, err := r.Apply(e, now, p)
		if err != nil {
			t.Fatalf("%T in %s: %v", e, r.Status, err)
		}
		r = c.Request
	}
	return r
}

// refused applies an event that is refused, and checks that it changes nothing.
func refused(t testing.TB, r Request, e Event, now time.Time, p Policy, code string) Change {
	t.Helper()
	before := text(t, r)
	c, err := r.Apply(e, now, p)
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Code != code {
		t.Errorf("%T in %s: %v, want a refusal %q", e, r.Status, err, code)
		return c
	}
	if refusal.Sentence.String() == "" || refusal.Error() == "" {
		t.Errorf("%T in %s: nothing is said to the person", e, r.Status)
	}
	if diff := cmp.Diff(before, text(t, c.Request)); diff != "" {
		t.Errorf("%T in %s was refused and changed the request (-want +got):\n%s", e, r.Status, diff)
	}
	if c.Entry.Code != CodeDenied || c.Entry.From != r.Status || c.Entry.To != r.Status ||
		c.Entry.Detail[DetailRefusal] != code || c.Entry.Detail[DetailAction] == "" || !c.Entry.At.Equal(now) {
		t.Errorf("%T in %s: entry %+v", e, r.Status, c.Entry)
	}
	return c
}

// text is everything about a request.
func text(t testing.TB, r Request) string {
	t.Helper()
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func order(status string) yeastar.OrderResult {
	return yeastar.OrderResult{OrderID: "9", OrderNo: "XS1", OrderStatus: status, TransactionNo: "IW1", RequestID: "req-1"}
}

func problem(c yeastar.Class) Problem {
	return Problem{Class: c, Code: "code", Detail: "detail", RequestID: "req-2"}
}

// in makes a request that stands in a status, by the plain path.
func in(t testing.TB, s Status, p Policy) Request {
	t.Helper()
	r := newRequest(t, p)
	yes := Approve{By: approver("U2"), Shown: shown(r)}
	begin := Begin{time.Minute}
	events := map[Status][]Event{
		Pending:    nil,
		Returned:   {Return{approver("U2"), shown(r), "wrong PO number"}},
		Approved:   {yes},
		Ordering:   {yes, begin},
		Ordered:    {yes, begin, Answered{1, order(yeastar.OrderSucceed)}},
		Processing: {yes, begin, Answered{1, order(yeastar.OrderPending)}},
		Unknown:    {yes, begin, Failed{1, problem(yeastar.ClassUnknown)}},
		Refused:    {yes, begin, Failed{1, problem(yeastar.ClassRefused)}},
		Rejected:   {Reject{approver("U2"), shown(r), "no"}},
		Cancelled:  {Cancel{requester("U1")}},
		Expired:    {Expiry{}},
	}
	now := start
	if s == Expired {
		now = r.ExpiresAt
	}
	r = must(t, r, now, p, events[s]...)
	if r.Status != s {
		t.Fatalf("made a request that is %s, want %s", r.Status, s)
	}
	return r
}

func kinds(jobs []Job) []string {
	var out []string
	for _, j := range jobs {
		out = append(out, fmt.Sprintf("%s +%s", j.Kind, j.At.Sub(start)))
	}
	return out
}

func same(t testing.TB, want, got any, what string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
