package renewal_test

import (
	"testing"
	"time"

	. "renewbot/bot/renewal"
	"renewbot/yeastar"
)

// What waits for people otherwise than for approval is reminded of at growing intervals,
// up to a week, and has no last call.
func TestRemindersOfWhatNoClockEnds(t *testing.T) {
	t.Parallel()
	p := policy()
	for _, s := range []Status{Unknown, Refused, Processing} {
		t.Run(string(s), func(t *testing.T) {
			t.Parallel()
			r := in(t, s, p)
			at := r.WaitsSince.Add(p.RemindAfter)
			refused(t, r, Reminder{Who: []string{"U2"}}, at.Add(-1), p, RefusedTooEarly)
			refused(t, r, Reminder{Who: []string{"U2"}, Last: true}, at, p, RefusedStatus)
			for _, wait := range []int{8, 16, 32, 64, 128, 168, 168} {
				next := at.Add(time.Duration(wait) * time.Hour)
				c, err := r.Apply(Reminder{Who: []string{"U2"}, Next: next}, at, p)
				if err != nil {
					t.Fatal(err)
				}
				if c.Entry.Code != CodeReminded || c.Entry.To != s || c.Entry.Detail[DetailWho] != "U2" {
					t.Errorf("entry %+v", c.Entry)
				}
				r = c.Request
				same(t, next, r.ReminderDue("U2", p), "the next reminder")
				refused(t, r, Reminder{Who: []string{"U2"}}, next.Add(-1), p, RefusedTooEarly)
				if n := len(c.Jobs); n != 2 {
					t.Errorf("after it there are %d jobs, want the next reminder and the drawing", n)
				}
				at = next
			}
		})
	}
}

// A state that waits for people begins its reminders anew, whatever came before it.
func TestEachStateHasItsOwnReminders(t *testing.T) {
	t.Parallel()
	p := policy()
	r := in(t, Unknown, p)
	at := r.WaitsSince.Add(p.RemindAfter)
	r = must(t, r, at, p, Reminder{Who: []string{"U2"}})
	r = must(t, r, at.Add(time.Hour), p, SettleNotPlaced{approver("U2"), 1, "looked"})
	if r.Status != Refused || len(r.Reminded) != 0 {
		t.Errorf("is %s with the reminders %v", r.Status, r.Reminded)
	}
	same(t, at.Add(5*time.Hour), r.ReminderDue("U2", p), "the first reminder of the new state")
}

func TestWhoIsAwaited(t *testing.T) {
	t.Parallel()
	p := policy()
	for _, c := range []struct {
		in   Status
		who  Actor
		want bool
	}{
		{Pending, approver("U2"), true},
		{Pending, approver("U1"), false}, // it is their own
		{Unknown, approver("U2"), true},
		{Unknown, requester("U1"), false},
		{Refused, approver("U2"), true},
		{Refused, requester("U1"), false},
		{Processing, approver("U2"), true},
		{Processing, requester("U1"), true}, // it may need paying
		{Processing, requester("U3"), false},
		{Ordered, approver("U2"), false},
		{Approved, approver("U2"), false},
	} {
		if got := in(t, c.in, p).Awaits(c.who, start.Add(time.Minute), p); got != c.want {
			t.Errorf("%s awaits %s: %v, want %v", c.in, c.who.UserID, got, c.want)
		}
	}
}

func TestAnOrderThatTurnsUpEndsTheReminders(t *testing.T) {
	t.Parallel()
	p := policy()
	r := in(t, Unknown, p)
	at := r.WaitsSince.Add(p.RemindAfter)
	r = must(t, r, at.Add(-time.Hour), p, Found{1, order(yeastar.OrderSucceed)})
	refused(t, r, Reminder{Who: []string{"U2"}}, at, p, RefusedStatus)
}
