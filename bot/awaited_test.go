package bot_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/config"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// remindedAt sets the clock to each time, and waits for the reminder that is due then.
func (b *bundle) remindedAt(clock *slacksim.ManualClock, times ...time.Time) {
	b.t.Helper()
	for i, at := range times {
		clock.Set(at)
		b.wait("a reminder at "+at.String(), func(*slacksim.Snapshot) bool { return len(b.reminders("RNW-000001")) > i })
	}
}

// An order of unknown fate, one that the vendor refused and one that it has not finished
// wait for people, too.
func TestWhatNobodySettlesIsRemindedOf(t *testing.T) {
	t.Parallel()
	refused := yeastarsim.Refuse("quota", "Not today.").Times(1)
	lost := yeastarsim.HTTPError(502).Times(1)
	for name, c := range map[string]struct {
		fault          *yeastarsim.Fault // nil: the vendor does not finish the order
		code           renewal.Code
		thread, direct string
	}{
		"not known whether it was ordered": {&lost, renewal.CodeUnknown, "still not known whether this was ordered", "still not known whether"},
		"refused":                          {&refused, renewal.CodeRefused, "Still not ordered.", "was not ordered: please try again or close it"},
		"not finished":                     {nil, renewal.CodeProcessing, "has still not finished it", "It may need paying"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t)
			want := []string{"Mon 13:00 Bob", "Mon 14:00 Carol", "Tue 09:00 Bob"}
			due := []time.Time{at(2, 13), at(2, 14), at(3, 9)}
			if c.fault != nil {
				b.Vendor.Fault(yeastarsim.OrderSave, *c.fault)
			} else {
				b.Vendor.QueueOrderStatus(yeastarsim.StatusPending)
				// Alice works in Berlin. She is reminded as well, as it may need paying.
				want = []string{"Mon 13:00 Bob,Alice", "Mon 14:00 Carol", "Tue 08:00 Alice", "Tue 09:00 Bob"}
				due = []time.Time{at(2, 13), at(2, 14), at(3, 8), at(3, 9)}
			}
			b.approved()
			b.happened("RNW-000001", c.code)
			b.remindedAt(clock, due...)
			if diff := cmp.Diff(want, b.reminders("RNW-000001")); diff != "" {
				t.Errorf("the reminders (-want +got):\n%s", diff)
			}
			b.says(sandbox.Renewals, c.thread, "@bob", "please have a look.")
			b.hears(sandbox.Bob, c.direct)
			if c.fault == nil {
				b.hears(sandbox.Alice, c.direct)
			}
		})
	}
}

// In Riyadh Friday and Saturday are the weekend, whatever language somebody's Slack has;
// RENEW_WEEKEND says it for everybody.
func TestNobodyIsRemindedAtTheirWeekend(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		weekend []time.Weekday
		due     []time.Time
		want    []string
	}{
		"by their time zone": {nil, []time.Time{at(6, 9), at(8, 6)}, []string{"Fri 09:00 Bob", "Sun 06:00 Carol"}},
		"as configured": {[]time.Weekday{time.Saturday, time.Sunday}, []time.Time{at(6, 6), at(6, 9)},
			[]string{"Fri 06:00 Carol", "Fri 09:00 Bob"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t, configured(longLived), configured(func(r *config.Renew) { r.Weekend = c.weekend }))
			b.Slack.ChangeUser(sandbox.Carol, func(u *slacksim.User) { u.TZ = "Asia/Riyadh" })
			clock.Set(at(5, 13)) // on Thursday afternoon
			b.as(sandbox.Alice).request(acmeWish)
			b.remindedAt(clock, c.due...)
			if diff := cmp.Diff(c.want, b.reminders("RNW-000001")); diff != "" {
				t.Errorf("the reminders (-want +got):\n%s", diff)
			}
		})
	}
}

// The reminder of an order of unknown fate settles it, and says so afterwards.
func TestAnOrderOfUnknownFateIsSettledFromItsReminder(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	b.Vendor.Fault(yeastarsim.OrderSave, yeastarsim.HTTPError(502).Times(1))
	b.approved()
	b.happened("RNW-000001", renewal.CodeUnknown)
	b.remindedAt(clock, at(2, 13))
	bob := b.as(sandbox.Bob)
	nudge := b.hears(sandbox.Bob, "still not known whether", "Please settle it here")
	bob.press(nudge, "It was not placed…")
	bob.typeIn("How do you know?", "I looked in the portal")
	bob.submitOK()
	b.happened("RNW-000001", renewal.CodeSettledNot)
	b.hears(sandbox.Bob, "RNW-000001", "was not ordered.")
	if now := b.cardNow(nudge); len(now.Buttons()) != 0 {
		t.Errorf("the reminder still has the buttons %q", now.Buttons())
	}
}

// An order of unknown fate whose channel is gone is settled from the answer to a command,
// or from Home, by who may settle it and nobody else.
func TestAnOrderOfUnknownFateIsSettledWithoutItsChannel(t *testing.T) {
	t.Parallel()
	settled := func(b *bundle, bob *actor, r slacksim.ActResult, err error) {
		b.t.Helper()
		if err != nil || r.Failure != "" {
			b.t.Fatalf("press: %v %s", err, r.Failure)
		}
		bob.typeIn("How do you know?", "I looked in the portal")
		bob.submitOK()
		b.happened("RNW-000001", renewal.CodeSettledNot)
	}
	for name, settle := range map[string]func(*bundle, *actor){
		"from the answer to /renew status": func(b *bundle, bob *actor) {
			r, err := bob.p.Command(b.ctx, sandbox.Random, "/renew status RNW-000001")
			if err != nil || r.Reply == nil {
				b.t.Fatalf("/renew status: %v %+v", err, r)
			}
			pressed, err := bob.p.Press(b.ctx, r.Reply.Ref(), "It was not placed…")
			settled(b, bob, pressed, err)
		},
		"from Home": func(b *bundle, bob *actor) {
			bob.home("RNW-000001", "Not known whether it was ordered")
			pressed, err := bob.p.PressInHome(b.ctx, "It was not placed…")
			settled(b, bob, pressed, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, _ := lostOrder(t, yeastarsim.Reset())
			b.Slack.Archive(sandbox.Renewals, true)
			alice := b.as(sandbox.Alice)
			r, err := alice.p.Command(b.ctx, sandbox.Random, "/renew status RNW-000001")
			if err != nil || r.Reply == nil || !slices.Equal(r.Reply.Buttons(), []string{"Open"}) {
				t.Fatalf("the requester's answer: %v %+v", err, r)
			}
			settle(b, b.as(sandbox.Bob))
			if got := b.stored("RNW-000001").Status; got != renewal.Refused {
				t.Errorf("the request is %s", got)
			}
		})
	}
}
