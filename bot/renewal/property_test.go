package renewal_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

func drawActor(t *rapid.T) Actor {
	return Actor{
		UserID:     rapid.SampledFrom([]string{"U1", "U2", "U3", "U4"}).Draw(t, "who"),
		MayRequest: rapid.Bool().Draw(t, "may request"), MayApprove: rapid.Bool().Draw(t, "may approve"),
	}
}

func drawEvent(t *rapid.T, r Request, now time.Time) Event {
	by, s := drawActor(t), shown(r)
	if rapid.IntRange(0, 9).Draw(t, "stale") == 0 {
		s.Revision--
	}
	attempt := rapid.IntRange(0, len(r.Attempts)+1).Draw(t, "attempt")
	result := order(rapid.SampledFrom([]string{"succeed", "pending", "failed", "cancelled", "odd"}).Draw(t, "order"))
	result.OrderNo = fmt.Sprintf("XS%d", attempt)
	class := rapid.SampledFrom([]yeastar.Class{
		yeastar.ClassNotSent, yeastar.ClassAuth, yeastar.ClassRateLimited, yeastar.ClassRefused, yeastar.ClassUnknown, "odd",
	}).Draw(t, "class")
	changed := offer()
	changed.Lines[0].Quantity = rapid.IntRange(0, 3).Draw(t, "quantity")
	return rapid.SampledFrom([]Event{
		Amend{By: by, Shown: s, Offer: changed}, Approve{By: by, Shown: s}, Reject{by, s, "no"}, Return{by, s, "change it"}, Cancel{by}, Retry{by, s}, Close{by},
		SettlePlaced{By: by, Attempt: attempt, Order: result}, SettleNotPlaced{by, attempt, "looked"}, Expiry{}, Reminder{Next: now.Add(time.Hour)},
		Changed{Offer: changed}, Recount{[]Actor{drawActor(t), approver("U2"), approver("U3")}}, Restored{}, Gone{"gone"}, DryRunDone{}, Begin{time.Minute}, Answered{attempt, result},
		Failed{attempt, problem(class)}, DeadlinePassed{attempt}, Found{attempt, result}, Polled{result},
		// What moves things on comes more often than the rest.
		Approve{By: approver("U2"), Shown: s}, Approve{By: approver("U3"), Shown: s}, Begin{time.Minute}, Retry{approver("U2"), s},
		Failed{len(r.Attempts), problem(class)}, Answered{len(r.Attempts), result},
	}).Draw(t, "event")
}

// Whatever happens in whatever order, an order is never sent twice by mistake.
func TestAnyHistory(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := policy()
		p.Required, p.SelfApproval = rapid.IntRange(1, 2).Draw(t, "quorum"), rapid.Bool().Draw(t, "self-approval")
		first, err := New(1, submission(), start, p)
		if err != nil {
			t.Fatal(err)
		}
		r, now := first.Request, start
		for range rapid.IntRange(1, 40).Draw(t, "events") {
			now = now.Add(time.Duration(rapid.IntRange(0, 120).Draw(t, "seconds")) * time.Second)
			e := drawEvent(t, r, now)
			c, err := r.Apply(e, now, p)
			var refusal *Refusal
			if err != nil && !errors.As(err, &refusal) {
				continue
			}
			if refusal != nil && c.Request.Status != r.Status {
				t.Fatalf("%T was refused and moved %s to %s", e, r.Status, c.Request.Status)
			}
			check(t, r, c, e, p)
			r = c.Request
		}
	})
}

func check(t *rapid.T, before Request, c Change, e Event, p Policy) {
	after := c.Request
	if before.Status.Final() && after.Status != before.Status {
		t.Fatalf("%T moved a request from the final state %s to %s", e, before.Status, after.Status)
	}
	if len(after.Attempts) < len(before.Attempts) || len(after.Attempts) > len(before.Attempts)+1 {
		t.Fatalf("%T: from %d to %d attempts", e, len(before.Attempts), len(after.Attempts))
	}
	for i, a := range after.Attempts {
		if a.Number != i+1 {
			t.Fatalf("%T: attempt %d has the number %d", e, i+1, a.Number)
		}
		if i < len(after.Attempts)-1 && a.Outcome != NotPlaced && (a.Outcome != Placed || a.Order == nil) {
			t.Fatalf("%T: attempt %d was followed by another one, and its outcome is %q", e, a.Number, a.Outcome)
		}
		// A new revision is another order: people decide on it with the alarm before them.
		alive := a.Order != nil && a.Order.OrderStatus != "failed" && a.Order.OrderStatus != "cancelled" && after.Revision == 1
		if alive && (after.Status == Approved || after.Status == Refused) {
			t.Fatalf("%T: %s, and attempt %d has the order %s", e, after.Status, a.Number, a.Order.OrderNo)
		}
		if a.Outcome == Placed && (after.Status == Approved || after.Status == Refused || after.Status == Ordering) {
			t.Fatalf("%T: %s, and attempt %d has an order", e, after.Status, a.Number)
		}
		if i < len(before.Attempts) && !bytes.Equal(a.Body, before.Attempts[i].Body) {
			t.Fatalf("%T changed what attempt %d sent", e, a.Number)
		}
	}
	if len(after.Attempts) > len(before.Attempts) {
		a, _ := after.Attempt()
		if before.Status != Approved || a.Fingerprint != before.Fingerprint || !bytes.Equal(a.Body, before.Body) {
			t.Fatalf("%T: an attempt was begun in %s, or not with what was approved", e, before.Status)
		}
	}
	open := false
	if a, ok := after.Attempt(); ok {
		open = a.Outcome == "" || a.Outcome == Lost
	}
	if open != (after.Status == Ordering || after.Status == Unknown) {
		t.Fatalf("%T: %s with an attempt that is open: %v", e, after.Status, open)
	}
	if (after.Status == Ordered || after.Status == Processing) && (after.Order == nil || after.Order.OrderNo == "") {
		t.Fatalf("%T: %s without an order", e, after.Status)
	}
	if _, again := e.(Retry); again && before.Status == Refused && after.Status == Approved && p.Required > 1 {
		t.Fatalf("one person alone orders again")
	}
	if after.Status == Approved && before.Status == Pending {
		if len(after.Votes) != p.Required {
			t.Fatalf("%T: approved by %d of %d", e, len(after.Votes), p.Required)
		}
		for i, v := range after.Votes {
			if slices.ContainsFunc(after.Votes[:i], func(o Vote) bool { return o.By == v.By }) {
				t.Fatalf("%T: %s counts twice", e, v.By)
			}
			if v.By == "U1" && !p.SelfApproval {
				t.Fatalf("%T: approved by the requester", e)
			}
		}
	}
}
