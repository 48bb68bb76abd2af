package renewal_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

// What other systems are told, move by move.
func TestNotices(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code     Code
		from, to Status
		want     string
	}{
		{CodeSubmitted, "", Pending, "requested"},
		{CodeAmended, Pending, Pending, "requested"},
		{CodeVoted, Pending, Pending, ""},
		{CodeReminded, Pending, Pending, ""},
		{CodeRestored, Pending, Pending, ""},
		{CodeRestored, Refused, Pending, "requested"},
		{CodeDenied, Pending, Pending, ""},
		{CodeApproved, Pending, Approved, "approved"},
		{CodeRejected, Pending, Rejected, "rejected"},
		{CodeCancelled, Pending, Cancelled, "cancelled"},
		{CodeCancelled, Approved, Cancelled, "cancelled"},
		{CodeExpired, Pending, Expired, "expired"},
		{CodeDryRun, Approved, Cancelled, "cancelled"},
		{CodeChanged, Approved, Pending, "requested"},
		{CodeLapsed, Approved, Pending, "requested"},
		{CodeWaiting, Approved, Approved, ""},
		{CodeOrdering, Approved, Ordering, ""},
		{CodePostponed, Ordering, Approved, ""},
		{CodeOrdered, Ordering, Ordered, "ordered"},
		{CodeProcessing, Ordering, Processing, ""},
		{CodeOrdered, Processing, Ordered, "ordered"},
		{CodeRefused, Ordering, Refused, "refused"},
		{CodeRefused, Processing, Refused, "refused"},
		{CodeUnknown, Ordering, Unknown, "unknown"},
		{CodeSearched, Unknown, Unknown, ""},
		{CodeOrdered, Unknown, Ordered, "settled ordered"},
		{CodeProcessing, Unknown, Processing, "settled"},
		{CodeSettledPlaced, Unknown, Ordered, "settled ordered"},
		{CodeSettledPlaced, Unknown, Processing, "settled"},
		{CodeSettledNot, Unknown, Refused, "settled refused"},
		{CodeRetried, Refused, Approved, "approved"},
		{CodeRetried, Refused, Pending, "requested"},
		{CodeClosed, Refused, Cancelled, "cancelled"},
		{CodeLate, Refused, Ordered, "ordered"},
		{CodeLate, Ordering, Ordering, ""},
	} {
		var got []string
		change := Change{Request: newRequest(t, policy()), Entry: Entry{RequestID: 123, Code: c.code, From: c.from, To: c.to}}
		for _, n := range change.Notices() {
			got = append(got, string(n.Type))
		}
		same(t, c.want, strings.Join(got, " "), fmt.Sprintf("%s from %s to %s", c.code, c.from, c.to))
	}
	if n := (Change{Entry: Entry{Code: CodeEventsOn}}).Notices(); n != nil {
		t.Errorf("of no request there is %v", n)
	}
}

// A notice has ids and numbers, and no names, addresses and words of people.
func TestNoticeHoldsNoPersonalData(t *testing.T) {
	t.Parallel()
	s := submission()
	s.Note, s.DoubtReason = "a note", "a reason"
	s.Offer.Holder.Email, s.Offer.Contact.Email, s.Offer.CurrentExpiry = "it@acme.example", "billing@acme.example", start.AddDate(0, 1, 0)
	c, err := New(123, s, start, policy())
	if err != nil {
		t.Fatal(err)
	}
	r := must(t, c.Request, later, policy(), Approve{By: approver("U2"), Shown: shown(c.Request)}, Begin{time.Minute})
	c, err = r.Apply(Answered{1, order(yeastar.OrderSucceed)}, later, policy())
	if err != nil {
		t.Fatal(err)
	}
	list := c.Notices()
	if len(list) != 1 || list[0].Subject != "RNW-000123" || list[0].RequestID != 123 || !list[0].At.Equal(later) {
		t.Fatalf("notices %+v", list)
	}
	data, err := json.Marshal(list[0].Data)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"request":"RNW-000123","revision":1,"state":"ordered","previous_state":"ordering","product":"p-series-turnkey",` +
		`"term_months":12,"quantity":100,"holder":"3016834412345678901","order_no":"` + order("").OrderNo + `","actor":"system","requester":"U1",` +
		`"requested_at":"2026-03-01T09:00:00Z","approved_at":"2026-03-01T09:01:00Z","expires_at":"2026-04-01T09:00:00Z"}`
	same(t, want, string(data), "data")
}

// Every state that a request can come into is told, but those on the way of its order.
func TestEveryStateHasItsNotice(t *testing.T) {
	t.Parallel()
	for _, s := range Statuses() {
		c := Change{Entry: Entry{RequestID: 1, Code: "any", To: s}}
		if quiet := s == Ordering || s == Processing; (len(c.Notices()) == 0) != quiet {
			t.Errorf("%s is told as %v", s, c.Notices())
		}
	}
}
