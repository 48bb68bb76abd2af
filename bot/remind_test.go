package bot_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/config"
	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
)

// Bob works in London and Carol in New York. The tests begin on a Monday at 09:00 in
// London, which is 04:00 in New York.

// reminders tells who was reminded when, as the trail has it.
func (b *bundle) reminders(reference string) []string {
	b.t.Helper()
	var out []string
	for _, e := range b.entries(reference) {
		switch e.Code {
		case renewal.CodeReminded, renewal.CodeLastCall:
			who := strings.NewReplacer(sandbox.Bob, "Bob", sandbox.Carol, "Carol", sandbox.Alice, "Alice").Replace(e.Detail[renewal.DetailWho])
			if e.Code == renewal.CodeLastCall {
				who = "last call: " + who
			}
			out = append(out, e.At.UTC().Format("Mon 15:04 ")+who)
		}
	}
	return out
}

// pass lets time pass, with a stop at each reminder that is due.
func (b *bundle) pass(clock *slacksim.ManualClock, until time.Time, due ...time.Time) {
	b.t.Helper()
	for _, at := range due {
		want := len(b.reminders("RNW-000001")) + 1
		b.laterAt(clock, at)
		b.until("a reminder at "+at.String(), func() bool { return len(b.reminders("RNW-000001")) >= want })
		b.nudged()
	}
	b.laterAt(clock, until)
}

// nudged waits until every reminder of the trail was delivered.
func (b *bundle) nudged() {
	b.t.Helper()
	want := 0
	for _, e := range b.entries("RNW-000001") {
		if e.Code == renewal.CodeReminded || e.Code == renewal.CodeLastCall {
			want += len(strings.FieldsFunc(e.Detail[renewal.DetailWho], func(r rune) bool { return r == ',' }))
		}
	}
	b.wait(fmt.Sprintf("%d direct messages", want), func(s *slacksim.Snapshot) bool {
		return b.nudges(s, sandbox.Bob)+b.nudges(s, sandbox.Carol) == want
	})
}

// nudges counts the reminders that somebody got alone.
func (b *bundle) nudges(s *slacksim.Snapshot, user string) int {
	n := 0
	for _, m := range s.DM(user) {
		if contains(string(m.Metadata), "nudge:") {
			n++
		}
	}
	return n
}

func longLived(r *config.Renew) { r.ExpireAfter = 14 * 24 * time.Hour }

func at(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC) }

func TestApproversAreRemindedInTheirWorkingHours(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(longLived))
	b.as(sandbox.Alice).request(acmeWish)
	// After 4 hours, then 8, 16, 32 and 64 hours later, put off to working hours. New York
	// changes to summer time on Sunday, 8 March.
	for _, due := range []time.Time{
		at(2, 13), at(2, 14), at(3, 9), at(3, 14), at(4, 9), at(4, 14), at(6, 9), at(6, 14), at(9, 9), at(9, 13),
	} {
		b.pass(clock, due.Add(30*time.Minute), due)
	}
	b.hears(sandbox.Bob, "RNW-000001", "waits for your decision in its thread in", "Acme Telecom", "Nothing has been ordered.")
	b.hears(sandbox.Carol, "RNW-000001", "waits for your decision")
	b.says(sandbox.Renewals, "Still waiting for approval.", "@bob: please decide on the card in this thread.")
	b.says(sandbox.Renewals, "Still waiting for approval.", "@carol: please decide on the card in this thread.")
	want := []string{
		"Mon 13:00 Bob", "Mon 14:00 Carol", "Tue 09:00 Bob", "Tue 14:00 Carol", "Wed 09:00 Bob", "Wed 14:00 Carol",
		"Fri 09:00 Bob", "Fri 14:00 Carol", "Mon 09:00 Bob", "Mon 13:00 Carol",
	}
	if diff := cmp.Diff(want, b.reminders("RNW-000001")); diff != "" {
		t.Errorf("the reminders (-want +got):\n%s", diff)
	}
}

func TestOneVoteIsEnoughOfAReminder(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, quorum(2))
	card := b.as(sandbox.Alice).request(acmeWish)
	b.pass(clock, at(2, 13), at(2, 13))
	b.as(sandbox.Bob).press(card, "Approve")
	b.hears(sandbox.Bob, "You approved", "RNW-000001", "1 of 2 approvals")
	b.pass(clock, at(2, 14), at(2, 14))
	b.pass(clock, at(3, 14), at(3, 14)) // 09:00 was Bob's time
	b.pass(clock, at(4, 14), at(4, 14))
	b.pass(clock, at(5, 5), at(5, 5)) // 4 hours before it times out
	want := []string{"Mon 13:00 Bob", "Mon 14:00 Carol", "Tue 14:00 Carol", "Wed 14:00 Carol", "Thu 05:00 last call: Carol"}
	if diff := cmp.Diff(want, b.reminders("RNW-000001")); diff != "" {
		t.Errorf("the reminders (-want +got):\n%s", diff)
	}
	b.says(sandbox.Renewals, "Last call: this request times out", "@carol: please decide")
	b.hears(sandbox.Carol, "RNW-000001", "times out", "if it is not approved by then")
	b.laterAt(clock, at(5, 9))
	b.happened("RNW-000001", renewal.CodeExpired)
	b.says(sandbox.Renewals, "This request timed out: nobody approved it in time. Nothing was ordered.")
	b.hears(sandbox.Alice, "RNW-000001", "timed out")
	b.silent(sandbox.Renewals, "rejected")
	if now := b.shows(card, "Timed out"); !endedCard(now) {
		t.Errorf("the card has buttons: %q", now.Buttons())
	}
	b.wait("no reminder that still asks for a decision", func(s *slacksim.Snapshot) bool {
		return !slices.ContainsFunc(slices.Concat(s.DM(sandbox.Bob), s.DM(sandbox.Carol)), func(m slacksim.Message) bool {
			return contains(s.Text(m), "please decide") || contains(s.Text(m), "waits for your decision")
		})
	})
}

func TestAnAmendmentStartsTheRemindersAnew(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, switched(anyQuantity))
	alice := b.as(sandbox.Alice)
	card := alice.request(acmeWish)
	b.pass(clock, at(2, 14), at(2, 13), at(2, 14))
	b.laterAt(clock, at(3, 8))
	alice.changes(card, "51")
	alice.review()
	alice.submitOK()
	b.happened("RNW-000001", renewal.CodeAmended)
	b.pass(clock, at(3, 14), at(3, 12), at(3, 14)) // not at 09:00, as before
	want := []string{"Mon 13:00 Bob", "Mon 14:00 Carol", "Tue 12:00 Bob", "Tue 14:00 Carol"}
	if diff := cmp.Diff(want, b.reminders("RNW-000001")); diff != "" {
		t.Errorf("the reminders (-want +got):\n%s", diff)
	}
	b.wholeView("RNW-000001", b.nudgeKeys()...)
}

// nudgeKeys are the keys of the reminders that people got alone.
func (b *bundle) nudgeKeys() []string {
	b.t.Helper()
	var keys []string
	for _, e := range b.entries("RNW-000001") {
		if e.Code == renewal.CodeReminded || e.Code == renewal.CodeLastCall {
			for who := range strings.SplitSeq(e.Detail[renewal.DetailWho], ",") {
				keys = append(keys, fmt.Sprintf("nudge:%d:%s", e.Seq, who))
			}
		}
	}
	return keys
}

// What fell due while the bot was down is made up for once, and not in the night.
func TestTimersSurviveARestart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		back time.Time
		then []time.Time
		want []string
	}{
		"back in the night": {at(2, 23), []time.Time{at(3, 9), at(3, 14)}, []string{"Tue 09:00 Bob", "Tue 14:00 Carol"}},
		"back by day":       {at(3, 15), nil, []string{"Tue 15:00 Bob,Carol"}},
		"back for the last": {at(5, 6), nil, []string{"Thu 06:00 last call: Bob,Carol"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, clock := setupAt(t, func(o *sandbox.Options) {
				o.DatabaseURL = "sqlite://" + filepath.Join(t.TempDir(), "ledger.db")
			})
			card := b.as(sandbox.Alice).request(acmeWish)
			b.wholeView("RNW-000001")
			if err := b.StopBot(); err != nil {
				t.Fatal(err)
			}
			clock.Set(c.back)
			if err := b.StartBot(b.ctx); err != nil {
				t.Fatal(err)
			}
			b.as(sandbox.Dave).command(sandbox.Renewals, "/renew help")
			for _, due := range c.then {
				b.pass(clock, due, due)
			}
			b.until("the reminders", func() bool { return len(b.reminders("RNW-000001")) >= len(c.want) })
			b.nudged()
			if diff := cmp.Diff(c.want, b.reminders("RNW-000001")); diff != "" {
				t.Errorf("the reminders (-want +got):\n%s", diff)
			}
			if err := b.StopBot(); err != nil {
				t.Fatal(err)
			}
			clock.Set(at(8, 3))
			if err := b.StartBot(b.ctx); err != nil {
				t.Fatal(err)
			}
			b.happened("RNW-000001", renewal.CodeExpired)
			b.shows(card, "Timed out")
			b.wholeView("RNW-000001", b.nudgeKeys()...)
		})
	}
}

// An approver whom Slack does not know keeps nobody from being reminded.
func TestUnknownApproverKeepsNobodyFromBeingReminded(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t, configured(func(r *config.Renew) {
		r.Approvers = config.IDs{"U0NOBODY", "S0NOBODY", sandbox.Bob}
	}))
	b.as(sandbox.Alice).request(acmeWish)
	b.pass(clock, at(2, 13), at(2, 13))
	if diff := cmp.Diff([]string{"Mon 13:00 Bob"}, b.reminders("RNW-000001")); diff != "" {
		t.Errorf("the reminders (-want +got):\n%s", diff)
	}
}

// Jobs that run twice, or at once, remind once.
func TestRemindersComeOnce(t *testing.T) {
	t.Parallel()
	b, clock := setupAt(t)
	b.as(sandbox.Alice).request(acmeWish)
	var jobs []renewal.Job
	for i := range 8 {
		jobs = append(jobs, renewal.Job{Kind: renewal.Remind, RequestID: 1, At: at(2, 13).Add(time.Duration(i) * time.Microsecond)})
	}
	if err := b.Ledger.Enqueue(b.ctx, jobs...); err != nil {
		t.Fatal(err)
	}
	b.pass(clock, at(2, 14), at(2, 13), at(2, 14))
	b.pass(clock, at(3, 9), at(3, 9))
	if diff := cmp.Diff([]string{"Mon 13:00 Bob", "Mon 14:00 Carol", "Tue 09:00 Bob"}, b.reminders("RNW-000001")); diff != "" {
		t.Errorf("the reminders (-want +got):\n%s", diff)
	}
}

// Three replicas on one database, of which one ends and one takes the timers over: every
// reminder comes once.
func TestTimersOfReplicas(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	database := pgtest.Database(t)
	b, clock := setupAt(t, func(o *sandbox.Options) { o.DatabaseURL = database })
	b.runs(clock)
	var others []*sandbox.World
	for range 2 {
		other, err := sandbox.Join(b.ctx, b.Place(), sandbox.Options{Now: clock.Now, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = other.StopBot() })
		others = append(others, other)
	}
	card := b.as(sandbox.Alice).request(acmeWish)
	b.pass(clock, at(2, 14), at(2, 13), at(2, 14))
	if err := others[0].StopBot(); err != nil {
		t.Fatal(err)
	}
	b.pass(clock, at(3, 9), at(3, 9))
	b.pass(clock, at(3, 14), at(3, 14))
	b.pass(clock, at(4, 9), at(4, 9))
	b.pass(clock, at(4, 14), at(4, 14))
	b.pass(clock, at(5, 5), at(5, 5)) // 4 hours before it times out
	b.laterAt(clock, at(5, 9))
	b.happened("RNW-000001", renewal.CodeExpired)
	b.shows(card, "Timed out")
	var who []string
	for _, line := range b.reminders("RNW-000001") {
		who = append(who, strings.TrimSpace(line[len("Mon 15:04 "):]))
	}
	want := []string{"Bob", "Carol", "Bob", "Carol", "Bob", "Carol", "last call: Bob,Carol"}
	if diff := cmp.Diff(want, who); diff != "" {
		t.Errorf("the reminders (-want +got):\n%s", diff)
	}
	b.wholeView("RNW-000001", b.nudgeKeys()...)
}

// runs lets a clock run as a real one does, until the test ends: what a process puts off
// for a moment because another one is at it comes to pass.
func (b *bundle) runs(clock *slacksim.ManualClock) {
	const step = 20 * time.Millisecond
	tick := time.NewTicker(step)
	ended := make(chan struct{})
	var ticking sync.WaitGroup
	ticking.Go(func() {
		for {
			select {
			case <-tick.C:
				clock.Advance(step)
			case <-ended:
				return
			}
		}
	})
	b.t.Cleanup(func() { close(ended); tick.Stop(); ticking.Wait() })
}
