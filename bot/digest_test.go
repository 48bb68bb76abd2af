package bot_test

import (
	"strings"
	"testing"
	"time"

	"renewbot/bot/config"
	"renewbot/bot/due"
	"renewbot/bot/ledger"
	"renewbot/bot/ledger/pgtest"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/yeastar/yeastarsim"
)

// digesting is a bot with a digest each day, on a day before a working day, and the time of the first one.
func digesting(t *testing.T) (*bundle, *moving, due.Occurrence) {
	t.Helper()
	return digestingFrom(t, time.Wednesday)
}

// digestingFrom is a bot with a digest each day, on the next such day, and the time of the first one.
func digestingFrom(t *testing.T, day time.Weekday) (*bundle, *moving, due.Occurrence) {
	t.Helper()
	clock := newMoving()
	clock.begin = clock.begin.AddDate(0, 0, (int(day-clock.begin.Weekday())+7)%7)
	daily, err := due.ParseSchedule(sandbox.Renewals + "@daily 02:30 Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	b := setup(t, telling, clock.set, func(o *sandbox.Options) {
		o.DatabaseURL = "sqlite://" + t.TempDir() + "/ledger.db"
		o.Configure = func(c *config.Config) { c.Renew.Digest = daily }
	})
	return b, clock, daily.Next(clock.now())
}

// to moves a clock to a time and beyond.
func (m *moving) to(at time.Time, beyond time.Duration) { m.add(at.Sub(m.now()) + beyond) }

// digest is the text of the newest digest in the channel, of so many.
func (b *bundle) digest(n int) string {
	b.t.Helper()
	b.until("the digest", func() bool { return digests(b.Slack.Snapshot()) >= n })
	if got := digests(b.Slack.Snapshot()); got != n {
		b.t.Fatalf("there are %d digests, want %d", got, n)
	}
	var text string
	for _, m := range b.Slack.Snapshot().Messages(sandbox.Renewals) {
		if strings.HasPrefix(m.Text, "Renewals due.") {
			text = b.Slack.Text(m)
		}
	}
	return text
}

// owns makes somebody look after what a search finds.
func (a *actor) owns(text, owner string) {
	a.b.t.Helper()
	a.command(sandbox.Renewals, "/renew due "+text)
	a.pick(a.list(text), "Owner…")
	a.choose("Owner", "", owner)
	a.submit()
	a.list(text, "owner")
}

// TestDigestOfAnOlderReading waits for a portal that cannot be read, and tells then what it told last.
func TestDigestOfAnOlderReading(t *testing.T) {
	t.Parallel()
	b, clock, first := digesting(t)
	b.as(sandbox.Alice).command(sandbox.Renewals, "/renew due fjordline")
	b.as(sandbox.Alice).list("overdue")
	down := b.Vendor.Fault(yeastarsim.InstanceProductList, yeastarsim.HTTPError(503))
	clock.to(first.At, time.Minute)
	if err := down.Wait(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	if n := digests(b.Slack.Snapshot()); n != 0 {
		t.Errorf("%d digests are told before the portal could be read", n)
	}
	clock.to(first.At, 31*time.Minute)
	b.until("the digest", func() bool {
		clock.add(time.Minute) // after which it tries again
		return digests(b.Slack.Snapshot()) > 0
	})
	b.wants(b.digest(1), "Overdue", "Fjordline Logistics AS", "the portal, read", "Nothing was ordered")
}

// TestDigestOfAPortalThatIsDown says that it could not look; owners hear of theirs in their morning,
// when it can be read again.
func TestDigestOfAPortalThatIsDown(t *testing.T) {
	t.Parallel()
	b, clock, first := digesting(t)
	b.as(sandbox.Alice).owns("fjordline", sandbox.Dave)
	if err := b.StopBot(); err != nil {
		t.Fatal(err)
	}
	down := b.Vendor.Fault(yeastarsim.InstanceProductList, yeastarsim.HTTPError(503))
	clock.to(first.At, 31*time.Minute)
	if err := b.StartBot(b.ctx); err != nil {
		t.Fatal(err)
	}
	b.wants(b.digest(1), "Nothing is due of what could be read", "does not list the packages of", "Nothing was ordered")
	down.Remove()
	clock.to(morningOf(t, first), time.Second)
	if _, err := b.Slack.As(sandbox.Dave).WaitDM(b.ctx, "Renewals due that you look after (1)", "Nothing was ordered"); err != nil {
		t.Error(err)
	}
}

// morningOf is when Dave, who is in Berlin, is told of what is his.
func morningOf(t *testing.T, o due.Occurrence) time.Time {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return due.Morning(o.At, berlin, []time.Weekday{time.Saturday, time.Sunday}).At
}

// TestOwnerHearsInTheirMorning tells owners of theirs at nine where they are, once, and nobody else.
func TestOwnerHearsInTheirMorning(t *testing.T) {
	t.Parallel()
	b, clock, first := digesting(t)
	b.as(sandbox.Alice).owns("fjordline", sandbox.Dave)
	clock.to(first.At, time.Second)
	b.digest(1)
	morning := morningOf(t, first)
	clock.to(morning, -time.Minute)
	b.until("the audit line of the channel's digest", func() bool { return b.digestsEnded() >= 1 })
	if n := len(b.Slack.As(sandbox.Dave).DirectMessages()); n != 0 {
		t.Errorf("a minute before nine an owner has %d messages", n)
	}
	clock.to(morning, time.Second)
	m, err := b.Slack.As(sandbox.Dave).WaitDM(b.ctx, "Renewals due that you look after (1)", "Nothing was ordered")
	if err != nil {
		t.Fatal(err)
	}
	b.wants(b.Slack.Text(m), "Fjordline Logistics AS", "overdue by", "P-Series Turnkey Package")
	b.lacks(b.Slack.Text(m), "Acme")
	b.until("its end is saved", func() bool { return b.digestsEnded() >= 2 })
	if n := len(b.Slack.As(sandbox.Dave).DirectMessages()); n != 1 {
		t.Errorf("an owner has %d messages", n)
	}
	if n := len(b.Slack.As(sandbox.Carol).DirectMessages()); n != 0 {
		t.Errorf("somebody who owns nothing has %d messages", n)
	}
}

// TestOwnerHearsOnceAfterAWeekend tells owners on Monday what three digests of the channel's were of.
func TestOwnerHearsOnceAfterAWeekend(t *testing.T) {
	t.Parallel()
	b, clock, first := digestingFrom(t, time.Friday)
	b.as(sandbox.Alice).owns("fjordline", sandbox.Dave)
	for day := range 3 { // Saturday, Sunday, Monday
		clock.to(first.At, time.Duration(day)*24*time.Hour+time.Second)
		b.digest(day + 1)
		b.until("its end is saved", func() bool { return b.digestsEnded() > day })
	}
	clock.to(morningOf(t, first), time.Second)
	if _, err := b.Slack.As(sandbox.Dave).WaitDM(b.ctx, "Renewals due that you look after (1)"); err != nil {
		t.Fatal(err)
	}
	b.until("nothing waits", func() bool {
		waiting, err := b.Ledger.WaitingDigests(b.ctx, clock.now())
		return err == nil && len(waiting) == 0
	})
	if n := len(b.Slack.As(sandbox.Dave).DirectMessages()); n != 1 {
		t.Errorf("an owner has %d messages on Monday", n)
	}
}

// TestOwnerWhomSlackDoesNotTellAtNine is told of theirs as soon as Slack says again who they are.
func TestOwnerWhomSlackDoesNotTellAtNine(t *testing.T) {
	t.Parallel()
	clock := newMoving()
	weekly, err := due.ParseSchedule(sandbox.Renewals + "@mon 02:30 Europe/Madrid") // no other digest comes after it
	if err != nil {
		t.Fatal(err)
	}
	b := setup(t, telling, clock.set, func(o *sandbox.Options) { o.Configure = func(c *config.Config) { c.Renew.Digest = weekly } })
	first := weekly.Next(clock.now())
	b.as(sandbox.Alice).owns("fjordline", sandbox.Dave)
	clock.to(first.At, time.Second)
	b.digest(1)
	dave := func(c slacksim.Call) bool { return c.Param("user") == sandbox.Dave }
	before := len(b.Slack.Calls("users.info"))
	recover := b.Slack.Fail("users.info", slacksim.Fault{Kind: slacksim.FaultStatus}, slacksim.When(dave))
	clock.to(morningOf(t, first), time.Second)
	b.until("Slack is asked at nine, and again", func() bool {
		clock.add(10 * time.Second) // after which it tries again
		return len(b.Slack.Calls("users.info")) > before+10
	})
	recover()
	b.until("Dave is told", func() bool {
		clock.add(10 * time.Second) // after which it tries again
		return len(b.Slack.As(sandbox.Dave).DirectMessages()) > 0
	})
	if _, err := b.Slack.As(sandbox.Dave).WaitDM(b.ctx, "Renewals due that you look after (1)"); err != nil {
		t.Error(err)
	}
}

// TestDigestBesideASlowPortal does not wait until the portal has said of each package whether it renews by itself, which
// only other systems are told.
func TestDigestBesideASlowPortal(t *testing.T) {
	t.Parallel()
	_, events := receiver(t)
	clock := newMoving()
	weekday := strings.ToLower(clock.now().AddDate(0, 0, 2).Weekday().String()[:3])
	weekly, err := due.ParseSchedule(sandbox.Renewals + "@" + weekday + " 02:30 Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	b := setup(t, telling, clock.set, events, func(o *sandbox.Options) {
		told := o.Configure
		o.Configure = func(c *config.Config) {
			told(c)
			c.Renew.Digest = weekly
		}
		o.Vendor = append(o.Vendor, yeastarsim.WithCustomers(40))
	})
	clock.add(13 * time.Hour) // what is known of auto-renewals is good for a day
	tomorrow := clock.now()
	b.until("what other systems are told tomorrow is all that waits", func() bool {
		waiting, err := b.Ledger.WaitingDigests(b.ctx, tomorrow.Add(26*time.Hour))
		return err == nil && len(waiting) == 2 && waiting[0].At.After(tomorrow) // at midnight, before the channel's
	})
	release := make(chan struct{})
	defer close(release)
	b.Vendor.Fault(yeastarsim.ExistedAutoRenew, yeastarsim.Hold(release))
	clock.to(weekly.Next(clock.now()).At, time.Second)
	b.wants(b.digest(1), "Overdue")
}

// digestsEnded counts the audit entries of digests.
func (b *bundle) digestsEnded() int {
	b.t.Helper()
	entries, err := b.Ledger.EntriesAfter(b.ctx, 0, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if e.Code == renewal.CodeDueDigest {
			n++
		}
	}
	return n
}

// TestDigestAfterAnOutage is told of the day on which the bot is started again, and of no day before.
func TestDigestAfterAnOutage(t *testing.T) {
	t.Parallel()
	b, clock, first := digesting(t)
	if err := b.StopBot(); err != nil {
		t.Fatal(err)
	}
	clock.to(first.At, 49*time.Hour)
	if err := b.StartBot(b.ctx); err != nil {
		t.Fatal(err)
	}
	b.wants(b.digest(1), "Fjordline Logistics AS")
	b.until("its audit entry", func() bool { return b.digestsEnded() >= 1 })
	if n := digests(b.Slack.Snapshot()); n != 1 {
		t.Errorf("after an outage of two days there are %d digests", n)
	}
}

// TestDigestIsToldOnce starts the bot anew at the very minute of the digest, and lets a second
// time of it pass: each time has one message.
func TestDigestIsToldOnce(t *testing.T) {
	t.Parallel()
	clock := newMoving()
	daily, err := due.ParseSchedule(sandbox.Renewals + "@daily 02:30 Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	first := daily.Next(clock.now())
	b := setup(t, telling, clock.set, func(o *sandbox.Options) {
		o.DatabaseURL = "sqlite://" + t.TempDir() + "/ledger.db"
		o.Configure = func(c *config.Config) { c.Renew.Digest = daily }
	})
	clock.add(first.At.Sub(clock.now()) + time.Second)
	b.says(sandbox.Renewals, "Renewals due", "Overdue", "Fjordline")
	if err := b.StopBot(); err != nil {
		t.Fatal(err)
	}
	if err := b.StartBot(b.ctx); err != nil {
		t.Fatal(err)
	}
	clock.add(24 * time.Hour)
	b.says(sandbox.Audit, "due.digest")
	b.wait("the second digest", func(s *slacksim.Snapshot) bool { return digests(s) >= 2 })
	clock.add(time.Hour)
	if n := digests(b.Slack.Snapshot()); n != 2 {
		t.Errorf("two times of the digest have %d messages", n)
	}
}

// TestDigestOfTwoReplicas lets two bots on one PostgreSQL tell the digest, on the night in which the
// clock skips its time, with its job many times over: each time has one message and one entry.
func TestDigestOfTwoReplicas(t *testing.T) {
	t.Parallel()
	pgtest.Available(t)
	database := pgtest.Database(t)
	clock := &movable{} // it goes on by itself, so that who leads the jobs is settled anew after a leap
	clock.advance(time.Until(time.Date(2027, 3, 27, 12, 0, 0, 0, time.UTC)))
	nightly, err := due.ParseSchedule(sandbox.Renewals + "@daily 02:30 Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	scheduled := func(o *sandbox.Options) { o.Configure = func(c *config.Config) { c.Renew.Digest = nightly } }
	b := setup(t, telling, scheduled, func(o *sandbox.Options) { o.DatabaseURL, o.Now = database, clock.now })
	options := sandbox.Options{Now: clock.now, Tune: unhurried}
	scheduled(&options)
	second, err := sandbox.Join(b.ctx, b.Place(), options)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := second.StopBot(); err != nil {
			t.Error(err)
		}
	}()
	l, err := ledger.Open(b.ctx, database, ledger.Options{Now: clock.now})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	told := func(nights int) {
		t.Helper()
		b.wait("the digest", func(s *slacksim.Snapshot) bool {
			n := 0
			for _, m := range s.All(sandbox.Audit) {
				n += strings.Count(m.Text, "The digest of renewals due went to")
			}
			return n >= nights && digests(s) >= nights
		})
		if n := digests(b.Slack.Snapshot()); n != nights {
			t.Fatalf("%d nights have %d digests", nights, n)
		}
	}
	for night, at := range []time.Time{
		time.Date(2027, 3, 28, 1, 30, 0, 0, time.UTC), // 02:30 is skipped: it is 03:30
		time.Date(2027, 3, 29, 0, 30, 0, 0, time.UTC),
		time.Date(2027, 3, 30, 0, 30, 0, 0, time.UTC),
	} {
		clock.advance(at.Sub(clock.now()) + time.Second)
		for range 8 {
			if err := l.Enqueue(b.ctx, renewal.Job{Kind: renewal.TellDigest, At: clock.now()}); err != nil {
				t.Fatal(err)
			}
		}
		told(night + 1)
	}
}

func digests(s *slacksim.Snapshot) int {
	n := 0
	for _, m := range s.Messages(sandbox.Renewals) {
		if strings.HasPrefix(m.Text, "Renewals due.") {
			n++
		}
	}
	return n
}
